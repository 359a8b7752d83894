"""Real entities of Home Assistant for a studio without a node: templates over helpers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.micro_studio.sources.bindings import Bindings

BOLT: Final = ("locked", "unlocked", "locking", "unlocking", "opening", "open", "jammed")


def _choose(name: str, option: str) -> list[dict[str, Any]]:
    target = {ATTR_ENTITY_ID: f"input_select.{name}"}
    return [{"action": "input_select.select_option", "target": target, "data": {"option": option}}]


def _switch(name: str, to: str) -> list[dict[str, Any]]:
    return [{"action": f"input_boolean.turn_{to}", "target": {ATTR_ENTITY_ID: name}}]


def _lock(name: str, **other: object) -> dict[str, Any]:
    return {
        "unique_id": name,
        "name": f"Lock {name}",
        "state": f"{{{{ states('input_select.{name}') }}}}",
        "availability": "{{ is_state('input_boolean.power', 'on') }}",
        "lock": _choose(name, "locked"),
        "unlock": _choose(name, "unlocked"),
        **other,
    }


def _signal(name: str, **other: object) -> dict[str, Any]:
    return {
        "unique_id": name,
        "name": name,
        "state": f"{{{{ states('input_boolean.{name}') }}}}",
        "availability": "{{ is_state('input_boolean.power', 'on') }}",
        **other,
    }


LOCKS: Final = ("front", "back", "lazy", "broken", "slow", "coded")
SIGNALS: Final = ("contact", "take", "motion", "link", "sign", "lamp", "power")
TEMPLATES: Final = [
    {
        "lock": [
            _lock("front", open=_choose("front", "open")),
            _lock("back"),
            _lock("lazy", unlock=[]),
            _lock("broken", unlock=_choose("broken", "no such option")),
            _lock("slow", unlock=[{"delay": 30}]),
            _lock("coded", code_format=r"{{ '^\\d{4}$' }}"),
        ],
        "switch": [
            _signal(
                "sign",
                turn_on=_switch("input_boolean.sign", "on"),
                turn_off=_switch("input_boolean.sign", "off"),
            )
        ],
        "light": [
            _signal(
                "lamp",
                turn_on=_switch("input_boolean.lamp", "on"),
                turn_off=_switch("input_boolean.lamp", "off"),
                level="{{ states('input_number.level') | int }}",
                set_level=[
                    {
                        "action": "input_number.set_value",
                        "target": {ATTR_ENTITY_ID: "input_number.level"},
                        "data": {"value": "{{ brightness }}"},
                    },
                    *_switch("input_boolean.lamp", "on"),
                ],
                rgb="{{ states('input_text.color') }}",
                set_rgb=[
                    {
                        "action": "input_text.set_value",
                        "target": {ATTR_ENTITY_ID: "input_text.color"},
                        # As lamps do: it mixes something near the colour.
                        "data": {"value": "({{ r }}, {{ g }}, {{ [b, 250] | min }})"},
                    },
                    *_switch("input_boolean.lamp", "on"),
                ],
            )
        ],
        "binary_sensor": [
            _signal("contact", device_class="door"),
            _signal("take"),
            _signal("motion", device_class="motion"),
            _signal("link", device_class="connectivity"),
        ],
        "sensor": [
            {
                "unique_id": "charge",
                "name": "charge",
                "device_class": "battery",
                "unit_of_measurement": "%",
                "state": "{{ states('input_number.charge') }}",
            }
        ],
    }
]
CONFIGURATION: Final[Mapping[str, Any]] = {
    "input_select": {name: {"options": [*BOLT], "initial": "locked"} for name in LOCKS},
    "input_boolean": {name: {"initial": name == "power"} for name in SIGNALS},
    "input_number": {
        "charge": {"min": 0, "max": 100, "initial": 80},
        "level": {"min": 0, "max": 255, "initial": 255},
    },
    "input_text": {"color": {"initial": "(255, 0, 0)"}},
    "template": TEMPLATES,
}


@dataclass(frozen=True, slots=True)
class Household:
    """What a partner already has, found by unique id."""

    hass: HomeAssistant

    async def set_up(self) -> None:
        """Bring the entities in."""
        for domain in CONFIGURATION:
            assert await async_setup_component(self.hass, domain, dict(CONFIGURATION))
        await self.hass.async_block_till_done()

    def entry(self, domain: str, name: str) -> er.RegistryEntry:
        """Return an entity's place in the registry."""
        registry = er.async_get(self.hass)
        entity_id = registry.async_get_entity_id(domain, "template", name)
        entry = registry.async_get(entity_id or "")
        assert entry is not None, f"no {domain} {name}"
        return entry

    def id(self, domain: str, name: str) -> str:
        """Return what a studio's data holds of an entity."""
        return self.entry(domain, name).id

    def state(self, domain: str, name: str) -> State:
        """Return what an entity shows."""
        state = self.hass.states.get(self.entry(domain, name).entity_id)
        assert state is not None
        return state

    def bindings(self, **data: list[str]) -> Bindings:
        """Return bindings of a studio, each entity written as `lock.front`."""
        return Bindings.from_data(
            {role: [self.id(*name.split(".")) for name in names] for role, names in data.items()},
            lambda _: None,
        )

    async def turn(self, name: str, to: str) -> None:
        """Switch what is behind a signal or a lamp."""
        await self._call("input_boolean", f"turn_{to}", name)

    async def move(self, name: str, to: str) -> None:
        """Move the bolt of a lock by hand."""
        await self._call("input_select", "select_option", name, option=to)

    async def charge(self, value: float) -> None:
        """Charge or drain the battery."""
        await self._call("input_number", "set_value", "charge", value=value)

    async def rename(self, domain: str, name: str, to: str) -> None:
        """Give an entity another entity id."""
        entry = self.entry(domain, name)
        registry = er.async_get(self.hass)
        registry.async_update_entity(entry.entity_id, new_entity_id=f"{domain}.{to}")
        await self.hass.async_block_till_done()

    async def disable(self, domain: str, name: str, by: er.RegistryEntryDisabler | None) -> None:
        """Disable an entity, or enable it again."""
        entry = self.entry(domain, name)
        er.async_get(self.hass).async_update_entity(entry.entity_id, disabled_by=by)
        await self.hass.async_block_till_done()

    async def remove(self, domain: str, name: str) -> None:
        """Take an entity out of the registry."""
        er.async_get(self.hass).async_remove(self.entry(domain, name).entity_id)
        await self.hass.async_block_till_done()

    async def reload(self) -> None:
        """Bring in again what was removed."""
        reading = "homeassistant.config.load_yaml_config_file"
        with patch(reading, return_value={"template": TEMPLATES}):
            await self.hass.services.async_call("template", "reload", blocking=True)
        await self.hass.async_block_till_done()

    async def _call(self, domain: str, action: str, name: str, **data: object) -> None:
        await self.hass.services.async_call(
            domain, action, {ATTR_ENTITY_ID: f"{domain}.{name}", **data}, blocking=True
        )
        await self.hass.async_block_till_done()
