"""
The room's engine: one fact in, the new memory, the effects and the next wake-up out.

A step first lets happen what was due before the fact, under the old facts, then
takes the fact, then lets happen what it made due. A restart or a long pause is
the same step with more to catch up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .booking import Booking, Phase
from .commands import (
    check_in_refused,
    end_refused,
    expected,
    extend_refused,
    means,
    names_of,
    release_refused,
    reroute_refused,
    target,
    walk_up_possible_until,
)
from .edits import take
from .effects import BookingEventKind as Kind, Effect
from .errors import BookingError, Reason, TimeError
from .facts import (
    Arrived,
    BookingsSeen,
    CheckIn,
    CheckOff,
    Command,
    EndSession,
    Extend,
    Fact,
    PolicyChanged,
    Release,
    Reroute,
    SignalsSeen,
    Tick,
)
from .lifecycle import Change
from .memory import RoomMemory
from .progress import Arrival, Progress
from .schedule import Slot, current, slots
from .signals import Signals
from .snapshot import Snapshot, snapshot
from .studio import TAKE, RecorderState
from .turn import Turn

__all__ = [
    "Arrived",
    "BookingsSeen",
    "CheckIn",
    "CheckOff",
    "EndSession",
    "Extend",
    "Fact",
    "PolicyChanged",
    "Release",
    "Reroute",
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
        due = turn.settle(_take(turn, fact))
    turn.show(now)
    memory = replace(turn.memory, now=now)
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
    if drawn.walk_up_refused in (None, Reason.NOT_TIDY):
        yield walk_up_possible_until(turn.memory, turn.now)
    if drawn.next is not None:
        yield drawn.next.start - turn.memory.policy.setup_buffer
    for slot in turn.around:
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
            if turn.memory.policy != fact.policy:
                turn.memory = replace(turn.memory, policy=fact.policy)
                turn.weigh(turn.now)
        case CheckOff():
            _check_off(turn, fact)
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
    at = min(_utc(fact.at), turn.now)
    released = _reclaim(turn, fact.booking)
    try:
        guest = _guest(turn, fact.booking)
    except BookingError:
        return turn.now
    refused = check_in_refused(guest, turn.around, turn.now)
    if not refused and guest.opens <= at < guest.end:
        turn.arrive(guest, fact.how, at)
        return at
    if released is not None:
        turn.remember(*released)
    return turn.now


def _guest(turn: Turn, name: str | None) -> Slot:
    """Return whose guest is meant."""
    return target(turn.memory, turn.around, name, expected(turn.around, turn.now))


def _reclaim(turn: Turn, name: str | None) -> tuple[Booking, Progress] | None:
    """Give a released booking its room back if no other claims it now; return how it was."""
    now = turn.now
    if name is None or any(
        s.phase is not Phase.COMPLETED and s.opens <= now < s.end for s in turn.around
    ):
        return None
    names = names_of(turn.memory, name)
    for booking in turn.memory.agenda:
        progress = turn.memory.progress_of(booking)
        if not progress.released or progress.end_of(booking) <= now:
            continue
        if means(names, booking, progress):
            turn.remember(booking, replace(progress, released=False))
            turn.look(now)
            return booking, progress
    return None


def _obey(turn: Turn, command: Command) -> None:
    """Carry out a command, or refuse it and change nothing."""
    memory, around, now = turn.memory, turn.around, turn.now
    if isinstance(command, CheckIn):
        _reclaim(turn, command.booking)
        guest = _guest(turn, command.booking)
        _unless(check_in_refused(guest, turn.around, now), guest)
        turn.arrive(guest, command.how, now)
        return
    if isinstance(command, Reroute):
        around = slots(memory, None)  # any booking may be moved, however far ahead
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
            turn.weigh(turn.now)
        case Reroute(to=to):
            _unless(reroute_refused(slot, now), slot)
            _reroute(turn, slot, to)


def _check_off(turn: Turn, fact: CheckOff) -> None:
    """Tick an item of the list; the turnover ends when all are ticked."""
    item = frozenset({fact.item} & {*turn.memory.policy.turnover_checklist})
    checked = turn.memory.checked
    turn.memory = replace(turn.memory, checked=checked | item if fact.done else checked - item)


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
    turn.weigh(turn.now)


def _reroute(turn: Turn, slot: Slot, to: str) -> None:
    """Give the room free for good; the source's own row stays, and says where the guest is."""
    before = slot.progress
    after = replace(before, phase=Phase.REROUTED, rerouted_to=to, edition=before.edition + 1)
    turn.remember(slot.booking, after)
    turn.note(Kind.REROUTED, slot.booking, to=to)
    turn.weigh(turn.now)
