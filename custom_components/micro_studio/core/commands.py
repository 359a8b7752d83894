"""Which command is possible, and if not, why; asked by the buttons and by the engine alike."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from .booking import PRESENT, Booking, Phase
from .errors import BookingError, Reason
from .memory import RoomMemory
from .policy import MINUTE
from .progress import Progress
from .schedule import Slot, free_from, free_until, turnover_until

_EXTENDABLE = (Phase.IN_SESSION, Phase.ENDING)
_EXPECTED = (Phase.ARRIVING, Phase.NO_SHOW)
_LEAST_WALK_UP: Final = 15 * MINUTE


def expected(around: Iterable[Slot], now: datetime) -> Slot | None:
    """Return whose guest may come in now: a late one counts until the end."""
    late: Slot | None = None
    for slot in around:
        if slot.phase is Phase.ARRIVING:
            return slot
        if late is None and slot.phase is Phase.NO_SHOW and slot.covers(now):
            late = slot
    return late


def target(
    memory: RoomMemory, around: tuple[Slot, ...], name: str | None, default: Slot | None
) -> Slot:
    """Return the slot that a command means, or refuse."""
    if name is None:
        if default is None:
            raise BookingError("", Reason.NO_BOOKING)
        return default
    names = names_of(memory, name)
    named = [slot for slot in around if means(names, slot.booking, slot.progress)]
    # The same uid may recur: the one that has the room, else the next one, is meant.
    if default is not None and default in named:
        return default
    for slot in sorted(named, key=lambda slot: slot.progress.final):
        return slot
    known = any(booking.named(name) for booking in memory.agenda)
    raise BookingError(name, Reason.NOT_POSSIBLE if known else Reason.UNKNOWN_BOOKING)


def names_of(memory: RoomMemory, name: str) -> frozenset[str]:
    """Return what else a key or a uid stands for: a door code outlives what it was named after."""
    names = {name}
    for booking in memory.agenda:
        if booking.named(name):
            names.add(memory.progress_of(booking).life_of(booking))
            names.add(memory.twins.get(booking.key, name))
    return frozenset(names)


def means(names: frozenset[str], booking: Booking, progress: Progress) -> bool:
    """Tell whether any of these names means a booking."""
    return not names.isdisjoint((booking.key, booking.uid, progress.life_of(booking)))


def check_in_refused(slot: Slot, around: Iterable[Slot], now: datetime) -> Reason | None:
    """Say why the guest cannot be checked in."""
    match slot.phase:
        case Phase.TENTATIVE:
            return Reason.NOT_CONFIRMED
        case Phase.CONFIRMED:
            return Reason.NOT_OPEN_YET
        case phase if phase in PRESENT:
            return Reason.ALREADY_CHECKED_IN
        case phase if phase not in _EXPECTED or now >= slot.end:
            return Reason.ALREADY_OVER
    return None if claimant(slot, around, now) is None else Reason.ROOM_IN_USE


def claimant(slot: Slot, around: Iterable[Slot], now: datetime) -> Slot | None:
    """Return another booking in the room whose time is not over yet."""
    for other in around:
        if other is not slot and other.progress.present and now < other.end:
            return other
    return None


def extend_refused(memory: RoomMemory, slot: Slot, steps: int = 1) -> Reason | None:
    """Say why the session cannot be longer."""
    if slot.phase not in _EXTENDABLE:
        return _not_in_session(slot)
    if steps < 1:
        return Reason.NOT_POSSIBLE
    policy = memory.policy
    if slot.progress.extensions + steps > policy.max_extensions:
        return Reason.NO_MORE_EXTENSIONS
    latest = free_until(memory, slot)
    fits = latest is None or slot.end + steps * policy.extension_step <= latest
    return None if fits else Reason.NO_ROOM_TO_EXTEND


def end_refused(slot: Slot) -> Reason | None:
    """Say why there is nothing to end."""
    return None if slot.progress.present else _not_in_session(slot)


def release_refused(slot: Slot, now: datetime) -> Reason | None:
    """Say why the room cannot be given free; only a no-show's can."""
    if slot.phase is not Phase.NO_SHOW:
        return Reason.NO_NO_SHOW
    return None if now < slot.end else Reason.ALREADY_OVER


def reroute_refused(slot: Slot, now: datetime) -> Reason | None:
    """Say why the booking cannot go to another studio."""
    if slot.progress.present:
        return Reason.GUEST_INSIDE
    over = now >= slot.end or (slot.progress.final and slot.phase is not Phase.NO_SHOW)
    return Reason.ALREADY_OVER if over else None


def walk_up_refused(memory: RoomMemory, around: Iterable[Slot], now: datetime) -> Reason | None:
    """Say why nobody may book the room from now on."""
    if memory.policy.maintenance:
        return Reason.OUT_OF_SERVICE
    if not memory.policy.accepting_bookings:
        return Reason.NOT_ACCEPTING
    if any(slot.progress.present for slot in around):
        return Reason.ROOM_IN_USE
    latest = free_from(memory, now)
    if latest is not None and latest <= now + _LEAST_WALK_UP:
        return Reason.NO_ROOM_TO_BOOK
    return Reason.NOT_TIDY if turnover_until(memory, now) is not None else None


def walk_up_possible_until(memory: RoomMemory, now: datetime) -> datetime | None:
    """Return the last moment at which a walk-up still fits before the next booking."""
    latest = free_from(memory, now)
    return None if latest is None else latest - _LEAST_WALK_UP


def walk_up_end(memory: RoomMemory, now: datetime, length: timedelta | None = None) -> datetime:
    """Return until when somebody who books now has the room: cut by the next booking."""
    wanted, latest = now + (length or memory.policy.walk_up_length), free_from(memory, now)
    return wanted if latest is None else min(wanted, latest)


def _not_in_session(slot: Slot) -> Reason:
    """Tell a session that is over from one that never began, and from an overrun."""
    if slot.phase is Phase.COMPLETED:
        return Reason.ALREADY_OVER
    return Reason.NOT_POSSIBLE if slot.progress.present else Reason.NOBODY_CHECKED_IN
