"""The booking desk: book, move, cancel and find, for whoever asks: actions, Assist, calendars."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import CONF_KIT, CONF_OPENING_HOURS, DOMAIN, LOGGER
from .core.booking import Booking
from .core.errors import Reason
from .core.opening_hours import OpeningHours, OpeningHoursError
from .core.origin import LOCAL, agenda_of
from .core.ranking import Candidate, NotFree, Ranked, Wish, parse_kit, rank
from .core.requests import CancelBooking, CreateBooking, MoveBooking
from .core.schedule import obstacle
from .core.snapshot import RoomState
from .core.studio import PartKind
from .moves import async_move
from .room import Room, booking_refused

_HORIZON = timedelta(days=400)  # further ahead nobody reads calendars


async def async_book(
    room: Room, booking: Booking, *, rrule: str = "", force: bool = False, but: str = ""
) -> Booking:
    """
    Keep a booking that is made here.

    Raises:
        HomeAssistantError: the studio cannot take it; nothing has changed.

    """
    if not room.policy.accepting_bookings:
        raise booking_refused(Reason.NOT_ACCEPTING)
    if not force and (refused := not_free(room, booking.start, booking.end, but=but)) is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=f"not_free_{refused.value}"
        )
    request = CreateBooking(
        part=agenda_of(LOCAL), booking=booking, rrule=rrule, zone=str(room.zone)
    )
    await room.async_perform(request)
    return booking


async def async_change(
    room: Room, booking: Booking, to: Room, start: datetime, end: datetime, *, force: bool = False
) -> Booking:
    """Move a booking to another time, another studio, or both."""
    if not to.policy.accepting_bookings:
        raise booking_refused(Reason.NOT_ACCEPTING)
    own = booking.key if room is to else ""
    if not force and (refused := not_free(to, start, end, but=own)) is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=f"not_free_{refused.value}"
        )
    if to is not room:
        return await async_move(room, booking, to, start, end)
    await room.async_perform(
        MoveBooking(
            part=agenda_of(booking.source),
            uid=booking.uid,
            start=start,
            end=end,
            title=booking.title,
            recurrence_id=booking.recurrence_id,
        )
    )
    return replace(booking, start=start, end=end)


async def async_cancel(room: Room, booking: Booking) -> None:
    """Cancel a booking where it is kept."""
    await room.async_perform(
        CancelBooking(
            part=agenda_of(booking.source),
            uid=booking.uid,
            recurrence_id=booking.recurrence_id,
        )
    )


def not_free(room: Room, start: datetime, end: datetime, *, but: str = "") -> NotFree | None:
    """Say why a studio cannot be had for a time, buffers included, one booking left out."""
    now = dt_util.utcnow()
    if room.policy.maintenance or room.snapshot.state is RoomState.OUT_OF_SERVICE:
        return NotFree.OUT_OF_SERVICE
    if not room.policy.accepting_bookings:
        return NotFree.NOT_ACCEPTING
    if end > now + _HORIZON:
        return NotFree.UNKNOWN
    if not opening_hours(room).covers(start, end, room.zone):
        return NotFree.CLOSED
    found = obstacle(room.memory, start, end, but)
    if found is None:
        return None
    booking, progress = found
    overlaps = booking.start < end and start < progress.end_of(booking)
    return NotFree.OCCUPIED if overlaps else NotFree.BUFFER


def opening_hours(room: Room) -> OpeningHours:
    """Return when the studio may be used."""
    try:
        return OpeningHours.parse(room.subentry.data.get(CONF_OPENING_HOURS, ""))
    except OpeningHoursError as error:  # edited by hand: the form refuses it
        LOGGER.warning("%s is taken for always open: %s", room.name, error)
        return OpeningHours.parse("")


def find(rooms: Iterable[Room], wish: Wish) -> tuple[Ranked, ...]:
    """Rank studios for a wish, best first, with reasons."""
    return rank(wish, [_candidate(room, wish) for room in rooms])


def _candidate(room: Room, wish: Wish) -> Candidate:
    refused = not_free(room, wish.start, wish.end)
    return Candidate(
        key=room.key,
        name=room.name,
        site=room.site,
        not_free=refused,
        kit=_kit(room),
        relay_latency=_relay_latency(room),
        travel=timedelta() if wish.near in {room.key, room.site} else None,
    )


def _kit(room: Room) -> dict[str, int] | None:
    """Return what stands in the room: what the partner listed, and what the node sees."""
    listed = room.subentry.data.get(CONF_KIT)
    return dict(parse_kit(listed)) if listed else None


def _relay_latency(room: Room) -> float | None:
    """Return the round trip to the relay that is used."""
    for board in room.boards:
        for part in board:
            if part.partition("/")[0] != PartKind.RELAY or board.get(part, "selected") is not True:
                continue
            rtt = board.get(part, "rtt")
            if board.available and isinstance(rtt, int | float):
                return float(rtt)
    return None
