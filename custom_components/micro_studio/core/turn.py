"""One step in the making: the room's memory as it changes, and the effects so far."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from .booking import PRESENT, Booking, Phase
from .effects import BookingEvent, BookingEventKind as Kind, Effect, SetTally
from .errors import Reason
from .lifecycle import Change, Surroundings, told, upcoming
from .memory import RoomMemory
from .policy import MINUTE
from .progress import Arrival, Progress
from .schedule import Slot, current, following, slots
from .signals import NOTHING_KNOWN, sight
from .tally import wanted_tally

# A timer that fires a little after its time is not late.
PUNCTUAL: Final[timedelta] = MINUTE


@dataclass(slots=True, kw_only=True)
class Turn:
    """The working copy of a step; the only thing in the core that changes in place."""

    memory: RoomMemory
    now: datetime
    around: tuple[Slot, ...] = ()
    effects: list[Effect] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Look around once."""
        self.look()

    def look(self) -> None:
        """Look at the agenda again after it or a booking's progress changed."""
        self.around = slots(self.memory, self.now)

    def settle(self, since: datetime) -> datetime | None:
        """Let everything happen that is due, in order; return when the next thing is due."""
        while True:
            due = self._due(since)
            if due is None:
                return None
            slot, change = due
            if change.at > self.now:
                return change.at
            since = max(since, change.at)
            self.enact(slot, change, since)

    def _due(self, since: datetime) -> tuple[Slot, Change] | None:
        """Return the earliest change; of two at the same time, the earlier booking's."""
        earliest: tuple[Slot, Change] | None = None
        for slot in self.around:
            if slot.progress.final:
                continue
            change = upcoming(slot, self._surroundings(slot, since))
            if change is not None and (earliest is None or change.at < earliest[1].at):
                earliest = slot, change
        return earliest

    def _surroundings(self, slot: Slot, since: datetime) -> Surroundings:
        """Gather what a booking's next step depends on."""
        memory = self.memory
        coming = following(self.around, since, slot)
        return Surroundings(
            policy=memory.policy,
            sight=sight(memory.signals or NOTHING_KNOWN, memory.last_known),
            heard=memory.signals is not None,
            since=since,
            vacated_at=memory.vacated_at,
            other_present=any(o.progress.present for o in self.around if o is not slot),
            next_start=coming.booking.start if coming else None,
        )

    def enact(self, slot: Slot, change: Change, at: datetime) -> None:
        """Take one step of a booking's life and tell it."""
        for kind in told(slot, change):
            self.tell(kind, slot, at, change)
        progress = _after(slot, change, at)
        if change.phase is Phase.NO_SHOW and self.memory.policy.release_no_show:
            progress = replace(progress, released=True)
        self.memory = self.memory.with_progress(slot.booking.key, progress)
        if change.phase is Phase.COMPLETED:
            self.memory = replace(self.memory, vacated_at=at)
        self.look()
        self.show(at)

    def tell(self, kind: Kind, slot: Slot, at: datetime, change: Change) -> None:
        """Add a booking event."""
        waiting = self._waiting(slot, at) if kind is Kind.OVERRUN else None
        self.effects.append(
            BookingEvent(
                key=_key(slot.booking, slot.progress, kind, change.warning),
                kind=kind,
                booking=slot.booking,
                at=at,
                late=self._late(at),
                ends=change.ends or slot.end,
                warning=change.warning,
                how=change.how if kind is Kind.ARRIVED else None,
                reason=change.reason,
                waiting=waiting,
            )
        )

    def note(self, kind: Kind, booking: Booking, reason: Reason | None = None) -> None:
        """Add an event about what a fact did to a booking, as it is now remembered."""
        progress = self.memory.progress_of(booking)
        self.effects.append(
            BookingEvent(
                key=_key(booking, progress, kind, None),
                kind=kind,
                booking=booking,
                at=self.now,
                ends=progress.end_of(booking),
                reason=reason,
            )
        )

    def remember(self, booking: Booking, progress: Progress) -> None:
        """Replace what we remember of one booking."""
        self.memory = self.memory.with_progress(booking.key, progress)

    def arrive(self, slot: Slot, how: Arrival, at: datetime) -> None:
        """Let a guest in; whoever is still inside beyond their time has to go."""
        for other in self.around:
            if other is not slot and other.progress.present:
                self.enact(other, Change(at=at, phase=Phase.COMPLETED), at)
        phase = Phase.CHECKED_IN if at < slot.booking.start else Phase.IN_SESSION
        self.enact(slot, Change(at=at, phase=phase, how=how), at)

    def show(self, at: datetime) -> None:
        """Ask for another tally when another one is wanted."""
        memory = self.memory
        having = current(self.around, at)
        known = (memory.signals or NOTHING_KNOWN).over(memory.last_known)
        mode = memory.policy.light_mode
        wanted = wanted_tally(mode, known, having.phase if having else None)
        if wanted is memory.tally:
            return
        self.memory = replace(memory, tally=wanted, tallies=memory.tallies + 1)
        if wanted is not None:
            key = f"tally/{self.memory.tallies}"
            self.effects.append(SetTally(key=key, tally=wanted, at=at, late=self._late(at)))

    def _late(self, at: datetime) -> bool:
        return self.now - at > PUNCTUAL

    def _waiting(self, slot: Slot, at: datetime) -> Booking | None:
        """Return whom an overrun keeps waiting."""
        coming = following(self.around, at, slot)
        if coming is None or coming.booking.start - at > self.memory.policy.next_guest_horizon:
            return None
        return coming.booking


def _after(slot: Slot, change: Change, at: datetime) -> Progress:
    """Return a booking's progress after a change."""
    before = slot.progress
    seen = change.phase in PRESENT and not before.present
    return replace(
        before,
        phase=change.phase,
        checked_in_at=at if seen else before.checked_in_at,
        how=change.how if seen else before.how,
        started=before.started or change.phase is Phase.IN_SESSION,
        warned=change.warning or before.warned,
        ended_at=(change.ends or at) if change.phase is Phase.COMPLETED else before.ended_at,
    )


def _key(booking: Booking, progress: Progress, kind: Kind, warning: timedelta | None) -> str:
    """
    Name an effect so that it can be told from every other, ever.

    The edition separates the lives of one booking; the start separates a uid
    that a source uses again long after we forgot the first.
    """
    start = f"{booking.start:%Y%m%dT%H%M%SZ}"
    suffix = f"/{warning // MINUTE}" if warning else ""
    return f"{booking.key}/{start}/{progress.edition}/{kind}{suffix}"
