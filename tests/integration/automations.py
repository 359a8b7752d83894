"""Running automations, as a partner writes them, and a site for them to run on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
import json
from pathlib import Path
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er, selector
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import CONF_KIND, DOMAIN, KIND_SITE, SUBENTRY_STUDIO
from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.origin import LOCAL, agenda_of
from custom_components.micro_studio.core.requests import CancelBooking, CreateBooking, MoveBooking
from custom_components.micro_studio.room import Room

type Config = dict[str, Any]

RECORDER: Final = "binary_sensor.recorder"
PRESENCE: Final = "binary_sensor.presence"
LOCK: Final = "lock.door"

# What a trigger hands to its automation, without what stands for whole entities.
_SAID: Final = (
    "{{ dict(trigger.items() | rejectattr(0, 'in', ['from_state', 'to_state', 'for'])) }}"
)


@dataclass(slots=True)
class Automations:
    """Automations from `configuration.yaml`, and what each of them did, in order."""

    hass: HomeAssistant
    configs: list[Config] = field(default_factory=list)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @classmethod
    async def begin(cls, hass: HomeAssistant) -> Self:
        """Set automations up without any."""
        automations = cls(hass)

        @callback
        def hear(event: Event[dict[str, Any]]) -> None:
            automations.heard.append((event.data["name"], event.data["trigger"]))

        hass.bus.async_listen("heard", hear)
        return automations

    @property
    def names(self) -> list[str]:
        """Return which automations ran, in order."""
        return [name for name, _ in self.heard]

    def last(self, name: str) -> dict[str, Any]:
        """Return what the trigger of an automation said last."""
        return next(said for heard, said in reversed(self.heard) if heard == name)

    def write(self, name: str, *triggers: Config, conditions: tuple[Config, ...] = ()) -> None:
        """Write an automation down; it runs after `load`."""
        said = {"name": name, "trigger": _SAID}
        self.configs = [config for config in self.configs if config["id"] != name]
        self.configs.append(
            {
                "id": name,
                "alias": name,
                "triggers": [*triggers],
                "conditions": [*conditions],
                "actions": [{"event": "heard", "event_data": said}],
                "mode": "queued",
            }
        )

    async def load(self) -> None:
        """Set the automations up, or reload them."""
        path = Path(self.hass.config.path("configuration.yaml"))
        text = json.dumps({"automation": self.configs})
        await self.hass.async_add_executor_job(path.write_text, text)
        if "automation" in self.hass.config.components:
            await self.hass.services.async_call("automation", "reload", blocking=True)
        else:
            assert await async_setup_component(
                self.hass, "automation", {"automation": self.configs}
            )
        await self.hass.async_block_till_done()

    async def add(self, name: str, *triggers: Config, conditions: tuple[Config, ...] = ()) -> None:
        """Write an automation and load it."""
        self.write(name, *triggers, conditions=conditions)
        await self.load()

    async def ask(self, condition: str, target: Config, **options: object) -> bool:
        """Tell whether an automation with a condition passes it now."""
        config = {"condition": f"{DOMAIN}.{condition}", "target": target, "options": options}
        name = json.dumps(config)
        if all(known["id"] != name for known in self.configs):
            trigger = {"trigger": "event", "event_type": "ask", "event_data": {"name": name}}
            await self.add(name, trigger, conditions=(config,))
        before = len(self.heard)
        self.hass.bus.async_fire("ask", {"name": name})
        await self.hass.async_block_till_done()
        return len(self.heard) > before


def site_of_two(hass: HomeAssistant) -> MockConfigEntry:
    """Return a site with a recorder in both studios, and door and presence sensor in the first."""
    other = "binary_sensor.other_recorder"
    for entity_id in (RECORDER, PRESENCE, other):
        hass.states.async_set(entity_id, "off")
    hass.states.async_set(LOCK, "locked")
    bound = {"doors": [LOCK], "recording": [RECORDER], "presence": [PRESENCE]}
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Old town",
        unique_id="old-town",
        data={CONF_KIND: KIND_SITE},
        subentries_data=[
            ConfigSubentryData(
                data=data, subentry_type=SUBENTRY_STUDIO, title=title, unique_id=studio
            )
            for studio, title, data in (
                ("a", "Studio A", bound),
                ("b", "Studio B", {"recording": [other]}),
            )
        ],
    )
    entry.add_to_hass(hass)
    return entry


@dataclass(frozen=True, slots=True)
class Site:
    """A site that can be loaded, and what its guests do."""

    hass: HomeAssistant
    entry: MockConfigEntry

    async def load(self) -> None:
        """Set the site up."""
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()

    async def unload(self) -> None:
        """Take the site down."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done()

    def room(self, studio: str = "a") -> Room:
        """Return a room that runs."""
        room: Room = self.entry.runtime_data.rooms[studio]
        return room

    def device(self, studio: str = "a") -> dr.DeviceEntry:
        """Return a studio's device, also while the site is not loaded."""
        key = (DOMAIN, f"old-town_{studio}")
        registry = dr.async_get(self.hass)
        found = registry.async_get_device_by_identifier(key, self.entry.entry_id)
        assert found is not None
        return found

    def entity(self, platform: Platform, key: str, studio: str = "a") -> str:
        """Return the id of an entity."""
        registry = er.async_get(self.hass)
        found = registry.async_get_entity_id(platform, DOMAIN, f"old-town_{studio}_{key}")
        assert found is not None
        return found

    async def book(
        self,
        uid: str,
        starts_in: float,
        minutes: float = 60,
        studio: str = "a",
        *,
        hold: bool = False,
    ) -> None:
        """Book a studio, in so many minutes."""
        start = dt_util.utcnow() + timedelta(minutes=starts_in)
        booking = Booking(
            source=LOCAL,
            uid=uid,
            start=start,
            end=start + timedelta(minutes=minutes),
            status=Status.TENTATIVE if hold else Status.CONFIRMED,
            title=f"The secret show of {uid}",
        )
        await self.room(studio).async_perform(CreateBooking(part=agenda_of(LOCAL), booking=booking))
        await self.hass.async_block_till_done()

    async def move(self, uid: str, starts_in: float, minutes: float = 60) -> None:
        """Change the times of a booking."""
        start = dt_util.utcnow() + timedelta(minutes=starts_in)
        end = start + timedelta(minutes=minutes)
        await self.room().async_perform(
            MoveBooking(part=agenda_of(LOCAL), uid=uid, start=start, end=end, title="")
        )
        await self.hass.async_block_till_done()

    async def cancel(self, uid: str) -> None:
        """Cancel a booking."""
        await self.room().async_perform(CancelBooking(part=agenda_of(LOCAL), uid=uid))
        await self.hass.async_block_till_done()

    async def show(self, entity_id: str, state: str) -> None:
        """Let an entity that stands for a part of the first studio show something."""
        self.hass.states.async_set(entity_id, state)
        await self.hass.async_block_till_done()


def taken(config: Config, value: object) -> object:
    """Return what the editor's input makes of a value."""
    take: Callable[[object], object] = selector.selector(config)  # type: ignore[assignment]
    return take(value)
