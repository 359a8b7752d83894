"""A running Home Assistant with the shipped blueprints, lamps and a notification device."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
import shutil
import time
from typing import Any, Final, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.light import ColorMode, LightEntity
from homeassistant.components.notify import DATA_COMPONENT, NotifyEntity, NotifyEntityFeature
from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    setup_test_component_platform,
)

BLUEPRINTS: Final = Path(__file__).parents[2] / "blueprints" / "automation"

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


class Pager(NotifyEntity):
    """A notification device that keeps what it is told."""

    _attr_name = "Pager"
    _attr_unique_id = "pager"
    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self) -> None:
        self.messages: list[tuple[str | None, str]] = []

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Keep it."""
        self.messages.append((title, message))


async def add(hass: HomeAssistant, domain: str, *entities: Entity) -> None:
    """Add entities to Home Assistant."""
    setup_test_component_platform(hass, domain, entities)
    assert await async_setup_component(hass, domain, {domain: {"platform": "test"}})
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


async def add_pager(hass: HomeAssistant) -> Pager:
    """Add a notification device."""
    assert await async_setup_component(hass, "notify", {})
    await hass.async_block_till_done()
    pager = Pager()
    await hass.data[DATA_COMPONENT].async_add_entities([pager])
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
