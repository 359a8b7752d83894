"""What happens to bookings and at doors."""

from collections.abc import Iterable
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .core.effects import BookingEvent, BookingEventKind, IncidentChange, IncidentEvent
from .core.happenings import Happening, HappeningKind
from .entity import RoomEntity, async_setup_platform_entry
from .place import Place
from .room import Room

PARALLEL_UPDATES = 0

BOOKING: Final = EventEntityDescription(
    key="booking", translation_key="booking", event_types=[kind.value for kind in BookingEventKind]
)
ACCESS: Final = EventEntityDescription(
    key="access",
    translation_key="access",
    event_types=[
        HappeningKind.CODE_USED,
        HappeningKind.DENIED,
        HappeningKind.REMOTE_UNLOCK,
        HappeningKind.FORCED,
        HappeningKind.HELD_OPEN,
    ],
)


INCIDENT: Final = EventEntityDescription(
    key="incident",
    translation_key="incident",
    event_types=[change.value for change in IncidentChange],
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the events of each studio."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[RoomEvent]:
    if isinstance(place, Room):
        yield BookingEvents(place, BOOKING)
        yield AccessEvents(place, ACCESS)
        yield IncidentEvents(place, INCIDENT)


class RoomEvent(RoomEntity, EventEntity):
    """Events of one kind; the state is written when one happens, not when the room changes."""

    @override
    def refresh(self) -> bool:
        return False


class BookingEvents(RoomEvent):
    """What happens to bookings; personal data stays out of it."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen; events that nobody has heard so far come now."""
        await super().async_added_to_hass()
        self.async_on_remove(self.place.listen_bookings(self._on_event))

    @callback
    def _on_event(self, event: BookingEvent) -> None:
        attributes: dict[str, object] = {
            "booking": event.booking.uid,
            "source": event.booking.source,
            "starts": event.booking.start.isoformat(),
            "ends": event.ends.isoformat(),
            "due": event.at.isoformat(),
            "late": event.late,
        }
        if event.reason is not None:
            attributes["reason"] = event.reason.value
        if event.how is not None:
            attributes["how"] = event.how.value
        if event.to:
            attributes["to"] = event.to
        self._trigger_event(event.kind.value, attributes)
        self.async_write_ha_state()


class IncidentEvents(RoomEvent):
    """What begins to be wrong in a room, and what is well again."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(self.place.listen_incidents(self._on_incident))

    @callback
    def _on_incident(self, event: IncidentEvent) -> None:
        conflict = event.conflict
        self._trigger_event(
            event.change.value,
            {
                "kind": conflict.kind.value,
                "bookings": [conflict.first, conflict.second],
                "at": conflict.at.isoformat(),
                "late": event.late,
            },
        )
        self.async_write_ha_state()


class AccessEvents(RoomEvent):
    """What happens at doors; who it was is a tag, never a code."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(self.place.listen_happenings(self._on_happening))

    @callback
    def _on_happening(self, happening: Happening) -> None:
        if happening.kind not in self.event_types:
            return
        name = "reason" if happening.kind is HappeningKind.DENIED else "tag"
        self._trigger_event(
            happening.kind.value,
            {
                "door": happening.part.partition("/")[2],
                "at": happening.at.isoformat(),
                name: happening.detail,
            },
        )
        self.async_write_ha_state()
