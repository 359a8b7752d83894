"""A running Home Assistant with the shipped blueprints, studios, and things they act on."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
import shutil
import time
from typing import Any, Final, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.climate import ClimateEntity, ClimateEntityFeature, HVACMode
from homeassistant.components.light import ColorMode, LightEntity
from homeassistant.components.notify import NotifyEntity, NotifyEntityFeature
from homeassistant.components.switch import SwitchEntity
from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.integration.automations import Site, site_of_two

BLUEPRINTS: Final = Path(__file__).parents[2] / "blueprints" / "automation"
# Home Assistant 2026.11 has another name for it.
_AIM: Final = (
    "_attr_native_target_temperature"
    if hasattr(ClimateEntity, "native_target_temperature")
    else "_attr_target_temperature"
)

type Automate = Callable[[str, dict[str, Any]], Awaitable[None]]
type Wait = Callable[[float], Awaitable[None]]


class Lamp(LightEntity):
    """A lamp that does what it is told."""

    _attr_should_poll = False

    def __init__(self, name: str, *modes: ColorMode) -> None:
        self._attr_name = name
        self._attr_unique_id = name
        self._attr_supported_color_modes = set(modes)
        self._attr_color_mode = modes[0]
        self._attr_is_on = False
        self.calls: list[dict[str, Any]] = []

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Be lit."""
        self.calls.append(kwargs)
        self._attr_is_on = True
        self._attr_brightness = kwargs.get("brightness", self._attr_brightness)
        if "rgb_color" in kwargs:
            self._attr_color_mode = ColorMode.RGB
            self._attr_rgb_color = kwargs["rgb_color"]
        if "color_temp_kelvin" in kwargs:
            self._attr_color_mode = ColorMode.COLOR_TEMP
            self._attr_color_temp_kelvin = kwargs["color_temp_kelvin"]
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Be dark."""
        self._attr_is_on = False
        self.async_write_ha_state()

    def plug(self, *, powered: bool) -> None:
        """Take its power away, or give it back."""
        self._attr_available = powered
        self.async_write_ha_state()


class Plug(SwitchEntity):
    """A plug with a sign behind it."""

    _attr_should_poll = False
    _attr_name = "Sign"
    _attr_unique_id = "sign"
    _attr_is_on = False

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on."""
        self._attr_is_on = True
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off."""
        self._attr_is_on = False
        self.async_write_ha_state()


class Thermostat(ClimateEntity):
    """A thermostat that does what it is told."""

    _attr_should_poll = False
    _attr_supported_features = (
        ClimateEntityFeature.TARGET_TEMPERATURE | ClimateEntityFeature.PRESET_MODE
    )
    _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_hvac_mode = HVACMode.HEAT
    _attr_preset_mode = "eco"

    def __init__(self, name: str) -> None:
        self.aim = 17.0
        self._attr_name = name
        self._attr_unique_id = name
        self._attr_hvac_modes = [HVACMode.HEAT]
        self._attr_preset_modes = ["comfort", "eco"]

    @property
    def aim(self) -> float:
        """Return the temperature that it aims at."""
        aim: float = getattr(self, _AIM)
        return aim

    @aim.setter
    def aim(self, temperature: float) -> None:
        setattr(self, _AIM, temperature)

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Aim at a temperature."""
        self.aim = kwargs["temperature"]
        self.async_write_ha_state()

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Follow a preset."""
        self._attr_preset_mode = preset_mode
        self.async_write_ha_state()

    def plug(self, *, powered: bool) -> None:
        """Take its power away, or give it back."""
        self._attr_available = powered
        self.async_write_ha_state()


class Pager(NotifyEntity):
    """A notification device that keeps what it is told."""

    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self, name: str = "Pager") -> None:
        self._attr_name = name
        self._attr_unique_id = name
        self.messages: list[tuple[str | None, str]] = []

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Keep it."""
        self.messages.append((title, message))


async def add(hass: HomeAssistant, domain: str, *entities: Entity) -> None:
    """Add entities to Home Assistant."""
    assert await async_setup_component(hass, domain, {})
    await hass.async_block_till_done()
    await hass.data[DATA_INSTANCES][domain].async_add_entities(entities)
    await hass.async_block_till_done()


async def settle(hass: HomeAssistant) -> None:
    """Let everything happen that does not wait for time to pass, imports in threads included."""
    for _ in range(3):
        for _ in range(100):
            await asyncio.sleep(0)
        # The loop's clock is frozen: real time passes in a thread only.
        await hass.async_add_import_executor_job(time.sleep, 0.005)
        await hass.async_add_executor_job(time.sleep, 0.005)
    for _ in range(100):
        await asyncio.sleep(0)


def put(hass: HomeAssistant, entity_id: str, area: str) -> None:
    """Put an entity into an area."""
    found = ar.async_get(hass).async_get_or_create(area)
    er.async_get(hass).async_update_entity(entity_id, area_id=found.id)


async def add_pager(hass: HomeAssistant, name: str = "Pager") -> Pager:
    """Add a notification device."""
    pager = Pager(name)
    await add(hass, "notify", pager)
    return pager


@pytest.fixture
async def automate(hass: HomeAssistant, hass_config_dir: str) -> AsyncGenerator[Automate]:
    """Return what makes an automation of a shipped blueprint, as it is on disk."""
    shutil.copytree(BLUEPRINTS, Path(hass_config_dir, "blueprints", "automation"))
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "scene", {})

    async def make(name: str, inputs: dict[str, Any]) -> None:
        config = {
            "id": name,
            "alias": name,
            "use_blueprint": {"path": f"micro_studio/{name}.yaml", "input": inputs},
        }
        assert await async_setup_component(hass, "automation", {"automation": [config]})
        await hass.async_block_till_done()
        state = hass.states.get(f"automation.{name}")
        assert state is not None
        assert state.state == "on"

    yield make
    # A run that waits is given up with its automation.
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
    await hass.async_block_till_done()


@pytest.fixture
def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Wait:
    """Return what lets time pass, after all has been told that happened before."""

    async def pass_by(seconds: float) -> None:
        await settle(hass)
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        await settle(hass)

    return pass_by


@pytest.fixture
async def site(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Site]:
    """Run two studios, at noon."""
    freezer.move_to("2026-11-23 12:00:00+00:00")
    await hass.config.async_set_time_zone("UTC")
    site = Site(hass, site_of_two(hass))
    await site.load()
    with monkeypatch.context() as patch:
        # Whatever is done to a studio must not wait for automations that wait for time to pass.
        patch.setattr(hass, "async_block_till_done", partial(settle, hass))
        yield site
    await site.unload()
