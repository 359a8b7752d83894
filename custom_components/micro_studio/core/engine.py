"""
The room's engine: one fact in, the new memory, the effects and the next wake-up out.

A step first lets happen what was due before the fact, under the old facts, then
takes the fact, then lets happen what it made due. A restart or a long pause is
the same step with more to catch up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .booking import Phase
from .commands import (
    check_in_refused,
    end_refused,
    expected,
    extend_refused,
    release_refused,
    target,
)
from .edits import take
from .effects import BookingEventKind as Kind, Effect
from .errors import BookingError, Reason, TimeError
from .facts import (
    Arrived,
    BookingsSeen,
    CheckIn,
    Command,
    EndSession,
    Extend,
    Fact,
    PolicyChanged,
    Release,
    SignalsSeen,
    Tick,
)
from .lifecycle import Change
from .memory import RoomMemory
from .progress import Arrival
from .schedule import Slot, current
from .signals import Signals
from .snapshot import Snapshot, snapshot
from .studio import TAKE, RecorderState
from .turn import Turn

__all__ = [
    "Arrived",
    "BookingsSeen",
    "CheckIn",
    "EndSession",
    "Extend",
    "Fact",
    "PolicyChanged",
    "Release",
    "RoomMemory",
    "SignalsSeen",
    "Step",
    "Tick",
    "step",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one fact led to."""

    state: RoomMemory
    snapshot: Snapshot
    effects: tuple[Effect, ...]  # in the order in which they were due
    wake_at: datetime | None  # nothing happens before, unless a fact comes


def step(state: RoomMemory, fact: Fact, now: datetime, *, minute_marks: bool = False) -> Step:
    """
    Take one fact at a moment; a command that is not possible raises BookingError.

    With `minute_marks` the wake-ups include the minutes of the last quarter hour.
    """
    now = _utc(now)
    turn = Turn(memory=state, now=now)
    due = turn.settle(now if state.now is None else min(state.now, now))
    if not isinstance(fact, Tick):
        since = _take(turn, fact)
        turn.look()
        due = turn.settle(since)
    turn.show(now)
    memory = replace(turn.memory, now=now).pruned(now)
    drawn = snapshot(memory, turn.around, now)
    marks = [due, *_marks(turn, drawn)]
    if minute_marks:
        marks.append(drawn.next_minute(now))
    return Step(
        state=memory,
        snapshot=drawn,
        effects=tuple(turn.effects),
        wake_at=min((mark for mark in marks if mark is not None and mark > now), default=None),
    )


def _utc(moment: datetime) -> datetime:
    """Refuse a moment without a zone; keep all others in UTC."""
    if moment.utcoffset() is None:
        raise TimeError(f"{moment} has no time zone")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _marks(turn: Turn, drawn: Snapshot) -> Iterator[datetime | None]:
    """Name the moments at which the snapshot changes although no booking takes a step."""
    yield drawn.turnover_until
    if drawn.next is not None:
        yield drawn.next.start - turn.memory.policy.setup_buffer
    for slot in turn.around:
        if slot.phase is not Phase.COMPLETED:
            yield slot.end
        if slot.phase in (Phase.TENTATIVE, Phase.CONFIRMED):
            yield slot.booking.start


def _take(turn: Turn, fact: Fact) -> datetime:
    """Let a fact change the room; return from when on its consequences count."""
    match fact:
        case BookingsSeen():
            take(turn, fact)
        case SignalsSeen():
            _hear(turn, fact.signals)
        case Arrived():
            return _see(turn, fact)
        case PolicyChanged():
            turn.memory = replace(turn.memory, policy=fact.policy)
        case Tick():
            pass
        case _:
            _obey(turn, fact)
    return turn.now


def _hear(turn: Turn, signals: Signals) -> None:
    """Take the live signals; a take that starts while a guest is expected is their arrival."""
    memory = turn.memory
    before = memory.last_known.recorder
    known = signals.over(memory.last_known)
    turn.memory = replace(memory, signals=signals, last_known=known)
    began = signals.recorder is RecorderState.RECORDING and before not in TAKE
    guest = expected(turn.around, turn.now)
    if began and guest and not any(slot.progress.present for slot in turn.around):
        turn.arrive(guest, Arrival.RECORDING, turn.now)


def _see(turn: Turn, fact: Arrived) -> datetime:
    """Take a sighting, also one that was reported late; ignore one that fits nobody."""
    before = turn.memory
    at = min(_utc(fact.at), turn.now)
    try:
        guest = _guest(turn, fact.booking)
    except BookingError:
        return turn.now
    refused = check_in_refused(guest, turn.around, turn.now)
    if refused or not guest.opens <= at < guest.end:
        turn.memory = before
        return turn.now
    turn.arrive(guest, fact.how, at)
    return at


def _guest(turn: Turn, name: str | None) -> Slot:
    """Return whose guest is meant; one who was released comes back while the room is free."""
    if name is not None:
        _reclaim(turn, name)
    return target(turn.memory, turn.around, name, expected(turn.around, turn.now))


def _reclaim(turn: Turn, name: str) -> None:
    """Give a released booking its room back if no other booking claims it now."""
    now = turn.now
    if any(s.phase is not Phase.COMPLETED and s.opens <= now < s.end for s in turn.around):
        return
    for booking in turn.memory.agenda:
        progress = turn.memory.progress_of(booking)
        if booking.named(name) and progress.released and now < progress.end_of(booking):
            turn.remember(booking, replace(progress, released=False))
            turn.look()
            return


def _obey(turn: Turn, command: Command) -> None:
    """Carry out a command, or refuse it and change nothing."""
    memory, around, now = turn.memory, turn.around, turn.now
    if isinstance(command, CheckIn):
        guest = _guest(turn, command.booking)
        _unless(check_in_refused(guest, turn.around, now), guest)
        turn.arrive(guest, command.how, now)
        return
    slot = target(memory, around, command.booking, current(around, now))
    match command:
        case EndSession():
            _unless(end_refused(slot), slot)
            turn.enact(slot, _end(slot, now, memory.policy.end_early_rounding), now)
        case Extend():
            _unless(extend_refused(memory, slot, command.steps), slot)
            _extend(turn, slot, command.steps)
        case Release():
            _unless(release_refused(slot, now), slot)
            progress = replace(slot.progress, released=True, edition=slot.progress.edition + 1)
            turn.remember(slot.booking, progress)
            turn.note(Kind.CHANGED, slot.booking, Reason.RELEASED)


def _unless(refused: Reason | None, slot: Slot) -> None:
    """Refuse with the booking's name."""
    if refused is not None:
        raise BookingError(slot.booking.key, refused)


def _end(slot: Slot, now: datetime, rounding: timedelta) -> Change:
    """End a session now; the time given back begins at the next full step."""
    if now >= slot.end:
        return Change(at=now, phase=Phase.COMPLETED)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    rounded = epoch - (epoch - now) // rounding * rounding
    return Change(
        at=now, phase=Phase.COMPLETED, ends=min(rounded, slot.end), reason=Reason.ENDED_EARLY
    )


def _extend(turn: Turn, slot: Slot, steps: int) -> None:
    """Move the end; the session is no longer about to end, and is warned again."""
    before = slot.progress
    after = replace(
        before,
        phase=Phase.IN_SESSION,
        warned=None,
        edition=before.edition + 1,
        extensions=before.extensions + steps,
        extended_by=before.extended_by + steps * turn.memory.policy.extension_step,
    )
    turn.remember(slot.booking, after)
    turn.note(Kind.EXTENDED, slot.booking)
