"""What the outside may read of a room at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .booking import PRESENT, Booking, Phase
from .commands import (
    check_in_refused,
    end_refused,
    expected,
    extend_refused,
    release_refused,
    walk_up_refused,
)
from .conflicts import Conflict
from .errors import Reason
from .memory import RoomMemory
from .policy import MINUTE
from .schedule import Slot, current, following, turnover_until
from .signals import Sight, Signals, sight
from .studio import Tally
from .tally import wanted_tally

# Minutes left are worth a write of their own only this close to the end.
COUNTDOWN: Final = 15 * MINUTE


class RoomState(StrEnum):
    """The one state that a room is in."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    ARRIVING = "arriving"
    CHECKED_IN = "checked_in"
    IN_SESSION = "in_session"
    ENDING = "ending"
    OVERRUN = "overrun"
    TURNOVER = "turnover"
    OUT_OF_SERVICE = "out_of_service"


_OF_PHASE: Final[Mapping[Phase, RoomState]] = MappingProxyType(
    {
        Phase.ARRIVING: RoomState.ARRIVING,
        Phase.CHECKED_IN: RoomState.CHECKED_IN,
        Phase.IN_SESSION: RoomState.IN_SESSION,
        Phase.ENDING: RoomState.ENDING,
        Phase.OVERRUN: RoomState.OVERRUN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A room as entities show it; it changes only with a fact or at a wake-up."""

    state: RoomState
    current: Booking | None  # as its source tells it; `session_ends` knows of extensions
    phase: Phase | None  # of the current booking
    next: Booking | None
    session_ends: datetime | None  # while somebody is checked in
    turnover_until: datetime | None
    occupied: bool | None
    on_air: bool | None
    recording_problem: bool | None
    tally: Tally | None  # None: the light is left alone
    check_in_refused: Reason | None  # None: possible; the same for the others
    extend_refused: Reason | None
    end_refused: Reason | None
    release_refused: Reason | None
    walk_up_refused: Reason | None
    checked: frozenset[str]  # of the turnover's checklist
    conflicts: tuple[Conflict, ...]

    @property
    def next_booking(self) -> datetime | None:
        """Return when the next booking starts."""
        return self.next.start if self.next else None

    @property
    def can_check_in(self) -> bool:
        """Tell whether a guest may be checked in now."""
        return self.check_in_refused is None

    @property
    def can_extend(self) -> bool:
        """Tell whether the session may be longer."""
        return self.extend_refused is None

    @property
    def can_end(self) -> bool:
        """Tell whether there is a session to end."""
        return self.end_refused is None

    @property
    def can_release(self) -> bool:
        """Tell whether a no-show's room can be given free."""
        return self.release_refused is None

    @property
    def can_walk_up(self) -> bool:
        """Tell whether somebody may book the room from now on."""
        return self.walk_up_refused is None

    def minutes_left(self, now: datetime) -> int | None:
        """Return the minutes until the session ends, begun ones counted, never negative."""
        if self.session_ends is None:
            return None
        return max(0, -((now - self.session_ends) // MINUTE))

    def next_minute(self, now: datetime) -> datetime | None:
        """Return when `minutes_left` next changes within the countdown."""
        left = self.minutes_left(now)
        if not left or self.session_ends is None:
            return None
        return self.session_ends - min((left - 1) * MINUTE, COUNTDOWN)


def snapshot(memory: RoomMemory, around: tuple[Slot, ...], now: datetime) -> Snapshot:
    """Draw the room at a moment up to which everything is done."""
    having = current(around, now)
    coming = following(around, now, having)
    guest = expected(around, now)
    signals = memory.signals or Signals()
    phase = having.phase if having else None
    present = phase in PRESENT
    none = Reason.NO_BOOKING
    return Snapshot(
        state=_state(memory, having, coming, now),
        current=having.booking if having else None,
        phase=phase,
        next=coming.booking if coming else None,
        session_ends=having.end if having and present else None,
        turnover_until=turnover_until(memory, now),
        occupied=_occupied(sight(signals, memory.last_known), present=present),
        on_air=signals.recording,
        recording_problem=signals.recording_problem,
        tally=wanted_tally(memory.policy.light_mode, signals.over(memory.last_known), phase),
        check_in_refused=check_in_refused(guest, around, now) if guest else none,
        extend_refused=extend_refused(memory, having) if having else none,
        end_refused=end_refused(having) if having else none,
        release_refused=release_refused(having, now) if having else none,
        walk_up_refused=walk_up_refused(memory, around, now),
        checked=memory.checked,
        conflicts=memory.conflicts,
    )


def _state(
    memory: RoomMemory, having: Slot | None, coming: Slot | None, now: datetime
) -> RoomState:
    """Choose the room's one state; who is inside or may come in outranks the cleaning."""
    if memory.policy.maintenance:
        return RoomState.OUT_OF_SERVICE
    if having is not None and having.phase in _OF_PHASE:
        return _OF_PHASE[having.phase]
    if turnover_until(memory, now) is not None:
        return RoomState.TURNOVER
    if having is not None:
        return RoomState.RESERVED
    if coming is None or not memory.blocks(coming.progress):
        return RoomState.AVAILABLE
    if coming.booking.start - memory.policy.setup_buffer <= now:
        return RoomState.RESERVED
    return RoomState.AVAILABLE


def _occupied(seen: Sight, *, present: bool) -> bool | None:
    """Tell whether anybody is inside; checked in and not checked out counts."""
    if present or seen is Sight.PRESENT:
        return True
    return False if seen is Sight.ABSENT else None
