"""
What becomes of a delivery: a booking in one room, another time for it, or none any more.

A studio that takes no bookings still hears of changes and cancellations of those it has: the guest
follows the booking system, whatever we answer.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final, Protocol

from homeassistant.exceptions import HomeAssistantError

from .const import LOGGER
from .core.booking import Booking, Status
from .core.origin import agenda_of
from .core.requests import CancelBooking, CreateBooking
from .room import Room
from .sources.intake.delivery import Book, Cancel, Delivery, Ignore
from .sources.intake.revisions import Revisions, Verdict

type Answer = dict[str, str]


class Rooms(Protocol):
    """What a loaded entry knows of its studios."""

    @property
    def rooms(self) -> Mapping[str, Room]:
        """Return the rooms that run."""

    def room_named(self, name: str) -> Room | None:
        """Return the one room that a name means; for no name, the only one."""


class DeliveryRefusedError(Exception):
    """A delivery changes nothing, and its sender hears why; nothing of it is quoted."""

    def __init__(
        self, status: HTTPStatus, error: str, *, field: str = "", expected: str = ""
    ) -> None:
        """Keep a code for machines, and for people which field it is and what belongs there."""
        super().__init__(error)
        self.status = status
        self.error = error
        self.field = field
        self.expected = expected


class Result(StrEnum):
    """What a delivery did."""

    CREATED = "created"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    UNCHANGED = "unchanged"
    IGNORED = "ignored"


_NO_STUDIO: Final = "the name, the id or an alias of one studio of this site"
_HORIZON: Final = timedelta(days=400)  # further ahead no board shows bookings
_NEAR: Final = f"a time within the next {_HORIZON.days} days"
_NO_NUMBER: Final = "a number greater than the last one that was sent for this booking"


class Reception:
    """Carry out the deliveries of one webhook, one after the other."""

    def __init__(self, source: str, known: Revisions) -> None:
        self._part = agenda_of(source)
        self._known = known
        self._turn = asyncio.Lock()

    async def async_take(self, delivery: Delivery, rooms: Rooms, now: datetime) -> Answer:
        """
        Carry a delivery out and tell what it did; one that came before does nothing.

        Raises:
            DeliveryRefusedError: nothing was done.

        """
        if isinstance(delivery, Ignore):
            return {"result": Result.IGNORED, "reason": delivery.reason}
        async with self._turn:  # two about one booking must not overtake each other
            match self._judge(delivery):
                case Verdict.UNNUMBERED:
                    raise DeliveryRefusedError(
                        HTTPStatus.CONFLICT, "unnumbered", field="revision", expected=_NO_NUMBER
                    )
                case Verdict.LATE:
                    return await self._late(delivery, rooms, now)
            if isinstance(delivery, Book):
                return await self._book(delivery, rooms, now)
            return await self._cancel(delivery, rooms, now)

    def _judge(self, delivery: Book | Cancel) -> Verdict:
        cancels = isinstance(delivery, Cancel)
        return self._known.judge(delivery.uid, delivery.revision, cancels=cancels)

    async def _late(self, delivery: Book | Cancel, rooms: Rooms, now: datetime) -> Answer:
        """Do nothing, except that what a late booking was made of must go if it still stands."""
        if isinstance(delivery, Book) and delivery.booking.replaces:
            booking = delivery.booking
            replaced = Cancel(uid=booking.replaces, revision=booking.revision, end=booking.end)
            if self._judge(replaced) is Verdict.FRESH:
                await self._cancel(replaced, rooms, now)
        return _answer(delivery.uid, Result.UNCHANGED)

    async def _book(self, book: Book, rooms: Rooms, now: datetime) -> Answer:
        """Make a booking stand in its room, then take away what it replaces."""
        booking, room = book.booking, _room(book, rooms)
        held = tuple(self._held(rooms, booking.uid, booking.replaces))
        if booking.end > now + _HORIZON:
            raise DeliveryRefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY, "too_far_ahead", field="end", expected=_NEAR
            )
        if not held:
            if booking.end <= now:
                return _answer(booking.uid, Result.UNCHANGED, room)
            if not room.policy.accepting_bookings:
                raise DeliveryRefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "not_accepting")
        result = Result.CHANGED if held else Result.CREATED
        if any(
            place is room and old.uid == booking.uid and booking.says_the_same(old)
            for place, old in held
        ):
            result = Result.UNCHANGED
        else:
            await _perform(room, CreateBooking(part=self._part, booking=booking))
        # The new booking stands; what it was made of, here or in another room, must not.
        for place, old in tuple(self._held(rooms, booking.uid, booking.replaces)):
            if place is not room or old.uid != booking.uid:
                await _perform(place, CancelBooking(part=self._part, uid=old.uid))
                result = Result.CHANGED
        if booking.replaces:
            self._known.take(booking.replaces, booking.revision, booking.end, cancels=True, now=now)
        self._known.take(booking.uid, booking.revision, booking.end, cancels=False, now=now)
        return _answer(booking.uid, result, room)

    async def _cancel(self, cancel: Cancel, rooms: Rooms, now: datetime) -> Answer:
        """Take a booking out of every room; one that never came must not come any more."""
        room, end = None, cancel.end
        for place, old in tuple(self._held(rooms, cancel.uid)):
            await _perform(place, CancelBooking(part=self._part, uid=old.uid))
            room, end = place, max(end or old.end, old.end)
        self._known.take(cancel.uid, cancel.revision, end, cancels=True, now=now)
        return _answer(cancel.uid, Result.CANCELLED if room else Result.UNCHANGED, room)

    def _held(self, rooms: Rooms, *uids: str) -> Iterator[tuple[Room, Booking]]:
        """
        Yield what stands of this webhook's bookings with one of these ids, and where.

        The boards are asked, for the engine leaves out the twins of what a calendar tells, too.
        """
        for room in rooms.rooms.values():
            for items in [board.get(self._part, "items") for board in room.boards]:
                for booking in items if isinstance(items, tuple) else ():
                    if (
                        isinstance(booking, Booking)
                        and booking.status is not Status.CANCELLED
                        and booking.uid in uids
                    ):
                        yield room, booking


def _room(book: Book, rooms: Rooms) -> Room:
    """Return the room that the sender means."""
    for name in book.studio or ("",):
        if (room := rooms.room_named(name)) is not None:
            return room
    raise DeliveryRefusedError(
        HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_studio", field="studio", expected=_NO_STUDIO
    )


async def _perform(room: Room, request: CreateBooking | CancelBooking) -> None:
    """Do it, or let the sender come again."""
    try:
        await room.async_perform(request)
    except HomeAssistantError as error:
        LOGGER.info("studio %s did not take a delivery: %s", room.studio, error.translation_key)
        raise DeliveryRefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "not_stored") from None


def _answer(uid: str, result: Result, room: Room | None = None) -> Answer:
    answer = {"booking": uid, "result": result.value}
    return answer | ({"studio": room.studio} if room else {})
