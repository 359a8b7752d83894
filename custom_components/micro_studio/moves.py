"""
A booking goes to another studio: booked there, then given free here.

Both studios remember the other: a crash in between is found when both run again, and the move is
finished, or taken back where the guest has come to the first studio meanwhile.
"""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER
from .core.booking import Booking, Phase
from .core.commands import means, names_of, reroute_refused
from .core.effects import BookingEvent, BookingEventKind
from .core.facts import Reroute
from .core.origin import LOCAL, agenda_of
from .core.requests import CancelBooking, CreateBooking
from .core.schedule import slots
from .network import Network, Told, network
from .room import Room, booking_refused


def reference(room: Room, booking: Booking) -> str:
    """Return what a studio remembers of a booking in another one."""
    return f"{room.key}#{booking.key}"


async def async_move(
    room: Room, booking: Booking, to: Room, start: datetime, end: datetime
) -> Booking:
    """
    Book the other studio, then give this one free.

    Raises:
        HomeAssistantError: it cannot be done; the booking stands where it stood.

    """
    slot = next((s for s in slots(room.memory, None) if s.booking.key == booking.key), None)
    if slot is not None and (refused := reroute_refused(slot, dt_util.utcnow())):
        raise booking_refused(refused)
    moved = replace(
        booking,
        source=LOCAL,
        uid=uuid4().hex,
        recurrence_id="",
        start=start,
        end=end,
        replaces="",
        moved_from=reference(room, booking),
        revision=0,
    )
    await to.async_perform(CreateBooking(part=agenda_of(LOCAL), booking=moved))
    try:
        room.command(Reroute(booking=booking.key, to=to.key))
    except HomeAssistantError:
        await async_take_back(to, moved)
        raise
    return moved


async def async_take_back(room: Room, booking: Booking) -> None:
    """Cancel a booking that was made here only."""
    await room.async_perform(CancelBooking(part=agenda_of(booking.source), uid=booking.uid))


class Moves:
    """Finish what was interrupted, and let cancellations follow a booking that was moved."""

    def __init__(self, hass: HomeAssistant, network: Network) -> None:
        self._hass = hass
        self._network = network

    @callback
    def settle(self) -> None:
        """Look for moves that only one of the two studios knows as done."""
        rooms = {room.key: room for room in self._network.rooms}
        for there in rooms.values():
            for booking, _ in tuple(there.agenda):
                here, _, key = booking.moved_from.partition("#")
                if here in rooms:
                    self._settle(rooms[here], key, there, booking)

    def _settle(self, here: Room, key: str, there: Room, moved: Booking) -> None:
        memory = here.memory
        names = names_of(memory, key)
        found = (each for each in memory.agenda if means(names, each, memory.progress_of(each)))
        original = next(found, None)
        if original is None:
            return
        progress = memory.progress_of(original)
        if progress.phase is Phase.CANCELLED:  # while one of the two was not running
            self._take_back(there, moved)
            return
        if progress.gone:
            return
        if progress.present or progress.phase is Phase.COMPLETED:
            LOGGER.info("the guest came to %s: the booking in %s is void", here.name, there.name)
            self._take_back(there, moved)
            return
        try:
            here.command(Reroute(booking=key, to=there.key))
        except HomeAssistantError as error:
            LOGGER.info("%s still has a booking that went to %s: %s", here.name, there.name, error)

    @callback
    def told(self, room: Room, told: Told) -> None:
        """Cancel a booking in the studio that it was moved to, when its source cancels it."""
        if not isinstance(told, BookingEvent) or told.kind is not BookingEventKind.CANCELLED:
            return
        to = room.memory.progress_of(told.booking).rerouted_to
        there = next((each for each in self._network.rooms if to and each.key == to), None)
        if there is not None:
            origin = reference(room, told.booking)
            for moved, _ in there.agenda:
                if moved.moved_from == origin:
                    self._take_back(there, moved)

    def _take_back(self, room: Room, booking: Booking) -> None:
        self._hass.async_create_background_task(
            self._async_take_back(room, booking), f"{DOMAIN} take a move back"
        )

    async def _async_take_back(self, room: Room, booking: Booking) -> None:
        try:
            await async_take_back(room, booking)
        except HomeAssistantError as error:
            LOGGER.warning("a booking in %s could not be cancelled: %s", room.name, error)


@callback
def async_follow_moves(hass: HomeAssistant) -> None:
    """Look after moves for as long as Home Assistant runs."""
    rooms = network(hass)
    moves = Moves(hass, rooms)
    rooms.watch_rooms(moves.settle)
    rooms.listen(moves.told)
