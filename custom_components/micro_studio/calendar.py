"""Bookings as a calendar."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, override
from uuid import uuid4

from homeassistant.components.calendar import (
    EVENT_END,
    EVENT_RRULE,
    EVENT_START,
    EVENT_SUMMARY,
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEntityFeature,
    CalendarEvent,
    CalendarEventStatus,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import StudioConfigEntry
from .core.booking import Booking, Status
from .core.requests import CancelBooking, CreateBooking, MoveBooking
from .core.studio import PartKind
from .entity import RoomEntity, async_setup_platform_entry
from .place import Place
from .room import Room

PARALLEL_UPDATES = 1

BOOKINGS: Final = CalendarEntityDescription(key="bookings", translation_key="bookings")
_READ_ONLY: Final = CalendarEntityFeature(0)
_EDITABLE: Final = (
    CalendarEntityFeature.CREATE_EVENT
    | CalendarEntityFeature.DELETE_EVENT
    | CalendarEntityFeature.UPDATE_EVENT
)
_STATUS: Final = {
    Status.CONFIRMED: CalendarEventStatus.CONFIRMED,
    Status.TENTATIVE: CalendarEventStatus.TENTATIVE,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a calendar for each studio."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[BookingCalendar]:
    if isinstance(place, Room):
        yield BookingCalendar(place)


class BookingCalendar(RoomEntity, CalendarEntity):
    """The bookings of one studio; titles stay out of the recorder."""

    _event: CalendarEvent | None = None
    _bookings: tuple[Booking, ...] = ()
    _attr_supported_features = _READ_ONLY
    _unrecorded_attributes = frozenset({"message", "description", "location"})

    def __init__(self, room: Room) -> None:
        super().__init__(room, BOOKINGS)

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the current or next booking."""
        return self._event

    @override
    def refresh(self) -> bool:
        snapshot = self.place.snapshot
        booking = snapshot.current or snapshot.next
        event = _event(booking) if booking else None
        features = _EDITABLE if PartKind.BOOKINGS in self.place.board else _READ_ONLY
        if (event, features) == (self._event, self._attr_supported_features):
            return False
        self._event, self._attr_supported_features = event, features
        return True

    @override
    @callback
    def _on_change(self) -> None:
        """Write the state; open calendars also show bookings that the state does not."""
        super()._on_change()
        if (bookings := self.place.bookings) != self._bookings:
            self._bookings = bookings
            self.async_update_event_listeners()

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the bookings in a range."""
        return [
            _event(booking)
            for booking in self.place.bookings
            if booking.start < end_date and booking.end > start_date
        ]

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Add a booking, if the studio takes any."""
        if not self.place.policy.accepting_bookings:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="booking_not_accepted"
            )
        await self.place.async_perform(
            CreateBooking(part=PartKind.BOOKINGS, uid=uuid4().hex, **_booked(kwargs))
        )

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Change times or title of a booking."""
        await self.place.async_perform(
            MoveBooking(part=PartKind.BOOKINGS, uid=uid, **_booked(event))
        )

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Cancel a booking."""
        await self.place.async_perform(CancelBooking(PartKind.BOOKINGS, uid))


def _event(booking: Booking) -> CalendarEvent:
    """Return a booking as calendars show it, in Home Assistant's time zone."""
    return CalendarEvent(
        start=dt_util.as_local(booking.start),
        end=dt_util.as_local(booking.end),
        summary=booking.title,
        uid=booking.uid,
        recurrence_id=booking.recurrence_id or None,
        status=_STATUS.get(booking.status),
    )


def _booked(event: dict[str, Any]) -> dict[str, Any]:
    """Return times and title of a booking that somebody typed in (RFC 5545 names)."""
    start, end = event[EVENT_START], event[EVENT_END]
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="booking_needs_times"
        )
    if event.get(EVENT_RRULE):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="booking_cannot_recur"
        )
    return {
        "start": dt_util.as_utc(start),
        "end": dt_util.as_utc(end),
        "title": event.get(EVENT_SUMMARY) or "",
    }
