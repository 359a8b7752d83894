"""Who has the room when: buffers, entry windows, the current and the next booking."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .booking import AWAITED, Booking, Phase
from .memory import RoomMemory
from .policy import Policy
from .progress import Progress

# The running or coming booking, its next, and one more that bounds that one's window.
AHEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A booking that claims the room, with its entry window [opens, closes)."""

    booking: Booking
    progress: Progress
    end: datetime  # effective
    opens: datetime
    closes: datetime  # not after opens: the window is empty, another booking has the room

    @property
    def phase(self) -> Phase:
        """Return where the booking stands."""
        return self.progress.phase

    def covers(self, moment: datetime) -> bool:
        """Tell whether the booking's own time runs."""
        return self.booking.start <= moment < self.end


def slots(memory: RoomMemory, now: datetime | None) -> tuple[Slot, ...]:
    """
    Return the slots around now, in order: all that have begun, and some ahead.

    The window of the last one ahead is not yet cut by the one after it. Without
    a `now` the whole agenda is looked at. Holds over which others may book are
    not counted: they keep nobody waiting.
    """
    policy = memory.policy
    ahead = AHEAD
    open_ended: list[tuple[Booking, Progress, datetime, datetime]] = []
    busy_until: datetime | None = None
    for booking, progress in memory.standing():
        end = progress.end_of(booking)
        opens = _opens(booking.start, busy_until, policy)
        open_ended.append((booking, progress, end, opens))
        if not memory.blocks(progress):
            continue
        busy_until = end if busy_until is None else max(busy_until, end)
        if now is not None and booking.start > now and not progress.final:
            ahead -= 1
            if not ahead:
                break
    return _closed(open_ended, memory)


def hold_slot(booking: Booking, progress: Progress) -> Slot:
    """Return the slot of a hold, whose guest may not enter."""
    start, end = booking.start, progress.end_of(booking)
    return Slot(booking=booking, progress=progress, end=end, opens=start, closes=start)


def _opens(start: datetime, busy_until: datetime | None, policy: Policy) -> datetime:
    """Cut early access to what the buffer leaves; never open while another has the room."""
    if busy_until is None:
        return start - policy.early_access
    after_buffer = min(busy_until + policy.buffer, start)
    return max(start - policy.early_access, after_buffer, busy_until)


def _closed(
    open_ended: Sequence[tuple[Booking, Progress, datetime, datetime]], memory: RoomMemory
) -> tuple[Slot, ...]:
    """Close every window before the next one opens, so that no two ever overlap."""
    found: list[Slot] = []
    next_opens: datetime | None = None
    for booking, progress, end, opens in reversed(open_ended):
        closes = end + memory.policy.close_after
        if opens >= end or not memory.blocks(progress):
            closes = opens
        elif next_opens is not None:
            closes = min(closes, next_opens)
        if closes > opens:
            next_opens = opens
        slot = Slot(booking=booking, progress=progress, end=end, opens=opens, closes=closes)
        found.append(slot)
    found.reverse()
    return tuple(found)


def entry_window(memory: RoomMemory, key: str) -> tuple[datetime, datetime] | None:
    """Return when a booking's guest may enter, None when never."""
    for slot in slots(memory, None):
        if slot.booking.key == key:
            return (slot.opens, slot.closes) if slot.opens < slot.closes else None
    return None


def current(around: Iterable[Slot], now: datetime) -> Slot | None:
    """Return who has the room: who is inside, else who may come, else whose time it is."""
    may_come: Slot | None = None
    covering: Slot | None = None
    for slot in around:
        if slot.progress.present:
            return slot
        if may_come is None and slot.phase is Phase.ARRIVING:
            may_come = slot
        if covering is None and slot.phase is not Phase.COMPLETED and slot.covers(now):
            covering = slot
    return may_come or covering


def following(around: Iterable[Slot], now: datetime, than: Slot | None) -> Slot | None:
    """Return the next booking that is still to come."""
    for slot in around:
        if slot is not than and slot.phase in AWAITED and slot.end > now:
            return slot
    return None


def is_free(memory: RoomMemory, start: datetime, end: datetime) -> bool:
    """Tell whether the room is free for a time and the buffers around it."""
    return obstacle(memory, start, end) is None


def obstacle(
    memory: RoomMemory, start: datetime, end: datetime, but: str = ""
) -> tuple[Booking, Progress] | None:
    """Return the first booking that a time and the buffers around it run into, one left out."""
    buffer = memory.policy.buffer
    for booking, progress in memory.standing():
        if booking.start >= end + buffer:
            break
        if progress.end_of(booking) + buffer <= start or booking.key == but:
            continue
        if memory.blocks(progress):
            return booking, progress
    return None


def free_from(memory: RoomMemory, now: datetime) -> datetime | None:
    """Return until when the room is free from now on, the buffer kept; None for ever."""
    for booking, progress in memory.standing():
        if memory.blocks(progress) and progress.end_of(booking) > now:
            return booking.start - memory.policy.buffer
    return None


def free_until(memory: RoomMemory, slot: Slot) -> datetime | None:
    """Return how long a session may last at most, buffer kept; None without a next booking."""
    for booking, progress in memory.standing():
        if booking.key == slot.booking.key or not memory.blocks(progress):
            continue
        if progress.end_of(booking) > slot.end:
            return booking.start - memory.policy.buffer
    return None


def turnover_until(memory: RoomMemory, now: datetime) -> datetime | None:
    """Return when the running turnover ends: with its time, or with its checklist."""
    if memory.vacated_at is None:
        return None
    checklist = memory.policy.turnover_checklist
    if checklist and memory.checked.issuperset(checklist):
        return None
    ends = memory.vacated_at + memory.policy.turnover_buffer
    return ends if now < ends else None
