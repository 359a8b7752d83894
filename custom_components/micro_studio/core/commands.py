"""Which command is possible, and if not, why; asked by the buttons and by the engine alike."""

from collections.abc import Iterable
from datetime import datetime

from .booking import PRESENT, Phase
from .errors import BookingError, Reason
from .memory import RoomMemory
from .schedule import Slot, free_until

_EXTENDABLE = (Phase.IN_SESSION, Phase.ENDING)
_EXPECTED = (Phase.ARRIVING, Phase.NO_SHOW)


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
    # The same uid may recur: the one that has the room, else the next one, is meant.
    if default is not None and default.booking.named(name):
        return default
    named = [slot for slot in around if slot.booking.named(name)]
    for slot in sorted(named, key=lambda slot: slot.progress.final):
        return slot
    known = any(booking.named(name) for booking in memory.agenda)
    raise BookingError(name, Reason.NOT_POSSIBLE if known else Reason.UNKNOWN_BOOKING)


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


def _not_in_session(slot: Slot) -> Reason:
    """Tell a session that is over from one that never began, and from an overrun."""
    if slot.phase is Phase.COMPLETED:
        return Reason.ALREADY_OVER
    return Reason.NOT_POSSIBLE if slot.progress.present else Reason.NOBODY_CHECKED_IN
