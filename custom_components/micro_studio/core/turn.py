"""One step in the making: the room's memory as it changes, and the effects so far."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Final

from .booking import FINAL, PRESENT, Booking, Phase
from .conflicts import Claim, Conflict, conflicts
from .effects import (
    BookingEvent,
    BookingEventKind as Kind,
    Effect,
    IncidentChange,
    IncidentEvent,
    SetTally,
)
from .errors import Reason
from .lifecycle import Change, Surroundings, lapse, lapses_at, told, upcoming
from .memory import RoomMemory
from .policy import MINUTE
from .progress import Arrival, Progress
from .schedule import Slot, current, following, hold_slot, slots
from .signals import NOTHING_KNOWN, sight
from .tally import wanted_tally

# A timer that fires a little after its time is not late.
PUNCTUAL: Final[timedelta] = MINUTE
# A feed full of overlaps is one trouble, not thousands.
MOST_CONFLICTS: Final = 100


@dataclass(slots=True, kw_only=True)
class Turn:
    """The working copy of a step; the only thing in the core that changes in place."""

    memory: RoomMemory
    now: datetime
    around: tuple[Slot, ...] = ()
    effects: list[Effect] = field(default_factory=list)
    # The memory's own progress, once this turn has changed it: many changes, one copy.
    _progress: dict[str, Progress] | None = field(default=None, init=False)

    def look(self, at: datetime) -> None:
        """Look at the agenda again after it, a booking's progress or the time changed."""
        self.around = slots(self.memory, at)

    def settle(self, since: datetime) -> datetime | None:
        """Let everything happen that is due, in order; return when the next thing is due."""
        self.look(since)
        due = self._due(since)
        while due is not None and due[1].at <= self.now:
            slot, change = due
            since = max(since, change.at)
            self.enact(slot, change, since)
            self._prune(since)
            due = self._due(since)
        self._prune(self.now)
        if since != self.now:
            self.look(self.now)
        return due and due[1].at

    def _due(self, since: datetime) -> tuple[Slot, Change] | None:
        """Return the earliest change; of two at the same time, the earlier booking's."""
        earliest: tuple[Slot, Change] | None = None
        for slot, change in self._changes(since):
            if earliest is None or change.at < earliest[1].at:
                earliest = slot, change
        lapsing = self._lapsing()
        if lapsing is not None and (earliest is None or lapsing[1].at < earliest[1].at):
            return lapsing
        return earliest

    def _changes(self, since: datetime) -> Iterator[tuple[Slot, Change]]:
        """Yield what changes next about each booking around."""
        inside = [slot for slot in self.around if slot.progress.present]
        first = following(self.around, since, None)
        # What most bookings see around them is the same.
        common = self._surroundings(since, inside=inside, coming=first)
        for slot in self.around:
            if slot.progress.final:
                continue
            room = common
            if slot is first or slot.progress.present:
                others = [other for other in inside if other is not slot]
                coming = following(self.around, since, slot)
                room = self._surroundings(since, inside=others, coming=coming)
            change = upcoming(slot, room)
            if change is not None:
                yield slot, change

    def _surroundings(
        self, since: datetime, *, inside: Sequence[Slot], coming: Slot | None
    ) -> Surroundings:
        """Gather what a booking's next step depends on."""
        memory = self.memory
        return Surroundings(
            policy=memory.policy,
            sight=sight(memory.signals or NOTHING_KNOWN, memory.last_known),
            heard=memory.signals is not None,
            since=since,
            vacated_at=memory.vacated_at,
            other_present=bool(inside),
            next_start=coming.booking.start if coming else None,
        )

    def _lapsing(self) -> tuple[Slot, Change] | None:
        """Return the hold that lapses first: it may be far ahead, where nobody looks around."""
        policy = self.memory.policy
        first: tuple[datetime, Booking, Progress] | None = None
        for booking, progress in self.memory.holds():
            at = lapses_at(booking, progress, policy)
            if first is None or at < first[0]:
                first = at, booking, progress
        return first and (hold_slot(first[1], first[2]), lapse(first[0]))

    def _prune(self, at: datetime) -> None:
        """Forget what is long over; a long sleep must not remember all of it."""
        pruned = self.memory.pruned(at)
        if pruned is not self.memory:
            self.memory, self._progress = pruned, None

    def enact(self, slot: Slot, change: Change, at: datetime) -> None:
        """Take one step of a booking's life and tell it."""
        for kind in told(slot, change):
            self.tell(kind, slot, at, change)
        progress = _after(slot, change, at)
        if change.phase is Phase.NO_SHOW and self.memory.policy.release_no_show:
            progress = replace(progress, released=True)
        self.remember(slot.booking, progress)
        if change.phase is Phase.COMPLETED:
            self.vacate(at)
        if progress.final:
            self._settle_conflicts(slot.booking.key, at)
        elif slot.progress.final:  # a guest who is late after all
            self.weigh(at)
        self.look(at)
        self.show(at)

    def vacate(self, at: datetime) -> None:
        """Begin the turnover: a session has ended."""
        self.memory = replace(self.memory, vacated_at=at, checked=frozenset())

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

    def note(
        self, kind: Kind, booking: Booking, reason: Reason | None = None, to: str = ""
    ) -> None:
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
                to=to,
            )
        )

    def remember(self, booking: Booking, progress: Progress) -> None:
        """Replace what we remember of one booking."""
        if self._progress is None:
            self._progress = dict(self.memory.progress)
            self.memory = replace(self.memory, progress=MappingProxyType(self._progress))
        self._progress[booking.key] = progress

    def retire(self, booking: Booking, life: str = "") -> None:
        """Let a booking be over without a word; its edition stays known, or keys would repeat."""
        edition = self.memory.progress_of(booking).edition
        self.remember(booking, Progress(phase=Phase.CANCELLED, edition=edition, life=life))

    def hand_over(self, old: Booking, new: Booking, progress: Progress) -> None:
        """Let a booking go on under another key."""
        life = progress.life_of(old)
        self.retire(old, life)
        self.remember(new, replace(progress, life="" if life == new.key else life))
        renamed = (conflict.renamed(old.key, new.key) for conflict in self.memory.conflicts)
        self.memory = replace(self.memory, conflicts=tuple(renamed))

    def weigh(self, at: datetime) -> None:
        """Find out anew which bookings get into each other's way."""
        policy = self.memory.policy
        harmless = FINAL if policy.holds_block else FINAL | {Phase.TENTATIVE}
        claims = (
            Claim(booking.key, booking.start, progress.end_of(booking))
            for booking, progress in self.memory.standing()
            if progress.phase not in harmless
        )
        found = [*islice(conflicts(claims, policy.buffer), MOST_CONFLICTS)]
        self._report(found, at)

    def _settle_conflicts(self, key: str, at: datetime) -> None:
        """Let those be over of which one booking is."""
        conflicts = self.memory.conflicts
        left = [conflict for conflict in conflicts if key not in conflict.keys]
        if len(left) < len(conflicts):
            self._report(left, at)

    def _report(self, found: Iterable[Conflict], at: datetime) -> None:
        """Tell which incidents began and which are over."""
        before = list(self.memory.conflicts)
        standing: list[Conflict] = []
        for conflict in found:
            known = next((old for old in before if old.is_also(conflict)), None)
            if known is not None:
                before.remove(known)
                standing.append(replace(conflict, key=known.key))
                continue
            number = self.memory.incidents + 1
            self.memory = replace(self.memory, incidents=number)
            standing.append(replace(conflict, key=f"conflict/{number}"))
            self._tell_incident(IncidentChange.OPENED, standing[-1], at)
        for conflict in before:
            self._tell_incident(IncidentChange.RESOLVED, conflict, at)
        self.memory = replace(self.memory, conflicts=tuple(standing))

    def _tell_incident(self, change: IncidentChange, conflict: Conflict, at: datetime) -> None:
        key = f"{conflict.key}/{change}"
        self.effects.append(
            IncidentEvent(key=key, change=change, conflict=conflict, at=at, late=self._late(at))
        )

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
        lapsed=before.lapsed or change.reason is Reason.LAPSED,
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
