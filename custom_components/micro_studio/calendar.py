"""Bookings as a calendar."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final, override
from uuid import uuid4

from homeassistant.components.calendar import (
    EVENT_DESCRIPTION,
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
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import StudioConfigEntry
from .core.booking import Booking, Status
from .core.errors import BookingError, Reason
from .core.guest_fields import Patterns, read_fields
from .core.origin import LOCAL, NODE, agenda_of
from .core.policy import MINUTE
from .core.progress import Progress
from .core.requests import CancelBooking, CreateBooking, MoveBooking
from .core.studio import PartKind
from .entity import RoomEntity, async_setup_platform_entry
from .place import Place
from .room import Room, booking_refused

PARALLEL_UPDATES = 1

BOOKINGS: Final = CalendarEntityDescription(key="bookings", translation_key="bookings")
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
    _agenda: tuple[tuple[Booking, Progress], ...] = ()
    _attr_supported_features = (
        CalendarEntityFeature.CREATE_EVENT
        | CalendarEntityFeature.DELETE_EVENT
        | CalendarEntityFeature.UPDATE_EVENT
    )
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
        event = _event(booking, self.place.memory.progress_of(booking)) if booking else None
        if event == self._event:
            return False
        self._event = event
        return True

    @override
    @callback
    def _on_change(self) -> None:
        """Write the state; open calendars also show bookings that the state does not."""
        super()._on_change()
        if (agenda := tuple(self.place.agenda)) != self._agenda:
            self._agenda = agenda
            self.async_update_event_listeners()

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the bookings in a range, of all sources; those that were moved say where to."""
        return [
            _event(booking, progress)
            for booking, progress in self.place.agenda
            if booking.start < end_date and progress.end_of(booking) > start_date
        ]

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Add a booking, if the studio takes any."""
        if not self.place.policy.accepting_bookings:
            raise booking_refused(Reason.NOT_ACCEPTING)
        rrule = kwargs.get(EVENT_RRULE) or ""
        # A node that keeps bookings is told of them; a series is kept here.
        kept_by = LOCAL if rrule or PartKind.BOOKINGS not in self.place.parts() else NODE
        start, end = self._span(kwargs)
        summary, description = kwargs.get(EVENT_SUMMARY), kwargs.get(EVENT_DESCRIPTION)
        fields = read_fields(summary or "", description or "", "", Patterns.compile(()))
        try:
            booking = Booking(
                source=kept_by,
                uid=uuid4().hex,
                start=start,
                end=end,
                status=Status.TENTATIVE if fields.tentative else Status.CONFIRMED,
                title=fields.title,
                guest=fields.guest,
                notes=description or "",
                needs=fields.needs,
            )
        except BookingError as error:
            raise booking_refused(error.reason) from None
        await self.place.async_perform(
            CreateBooking(
                part=agenda_of(kept_by), booking=booking, rrule=rrule, zone=str(self.place.zone)
            )
        )

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Change times or title of a booking, where it is kept."""
        booking = self._booking(uid, recurrence_id)
        start, end = self._span(event)
        await self.place.async_perform(
            MoveBooking(
                part=agenda_of(booking.source),
                uid=uid,
                start=start,
                end=end,
                title=event.get(EVENT_SUMMARY) or "",
                recurrence_id=recurrence_id or "",
                following=bool(recurrence_range),
            )
        )

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Cancel a booking, where it is kept."""
        booking = self._booking(uid, recurrence_id)
        await self.place.async_perform(
            CancelBooking(
                part=agenda_of(booking.source),
                uid=uid,
                recurrence_id=recurrence_id or "",
                following=bool(recurrence_range),
            )
        )

    def _booking(self, uid: str, recurrence_id: str | None) -> Booking:
        """Return the booking that an event of this calendar stands for."""
        named = [booking for booking in self.place.bookings if booking.uid == uid]
        exact = [booking for booking in named if booking.recurrence_id == (recurrence_id or "")]
        # Without a recurrence id, a whole series is meant.
        for booking in exact or named:
            return booking
        raise booking_refused(Reason.UNKNOWN_BOOKING)

    def _span(self, event: dict[str, Any]) -> tuple[datetime, datetime]:
        """Return when a booking begins and ends; one that lasts all day does so in the studio."""
        return self._moment(event[EVENT_START]), self._moment(event[EVENT_END])

    def _moment(self, moment: date) -> datetime:
        if isinstance(moment, datetime):
            return dt_util.as_utc(moment)
        return dt_util.as_utc(datetime.combine(moment, time(), self.place.zone))


def _event(booking: Booking, progress: Progress) -> CalendarEvent:
    """Return a booking as calendars show it, in Home Assistant's time zone."""
    return CalendarEvent(
        start=dt_util.as_local(booking.start),
        end=dt_util.as_local(max(progress.end_of(booking), booking.start + MINUTE)),
        summary=f"→ {booking.title}" if progress.rerouted_to else booking.title,
        uid=booking.uid,
        recurrence_id=booking.recurrence_id or None,
        status=_STATUS.get(booking.status),
    )
