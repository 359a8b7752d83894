"""All that the engine remembers of one room."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from types import MappingProxyType
from typing import Final

from .booking import Booking, Phase, Status
from .conflicts import Conflict
from .policy import Policy
from .progress import UNTOUCHED, Progress
from .signals import NOTHING_KNOWN, Signals
from .studio import Tally

# How long a booking that is over stays known: long enough for every late report.
KEEP: Final = timedelta(days=1)

_NO_PROGRESS: Final[Mapping[str, Progress]] = MappingProxyType({})
_NO_TWINS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMemory:
    """One room between two steps; a value, never changed in place."""

    policy: Policy
    sources: frozenset[str] = frozenset()  # read at least once
    agenda: tuple[Booking, ...] = ()  # of all sources, by start
    tentative: tuple[Booking, ...] = ()  # those of the agenda that their source calls so
    progress: Mapping[str, Progress] = _NO_PROGRESS  # by booking key, where it differs
    signals: Signals | None = None  # None: nothing heard since the restart
    last_known: Signals = NOTHING_KNOWN
    vacated_at: datetime | None = None  # when the last session ended; turnover counts from it
    tally: Tally | None = None  # the one we last asked for
    tallies: int = 0  # how many we asked for, part of their keys
    twins: Mapping[str, str] = _NO_TWINS  # the same booking told by a second source: key to key
    checked: frozenset[str] = frozenset()  # of the turnover's checklist
    conflicts: tuple[Conflict, ...] = ()  # that stand
    incidents: int = 0  # how many there were, part of their keys
    now: datetime | None = None  # up to here everything is done

    def progress_of(self, booking: Booking) -> Progress:
        """Return what we remember of a booking, its untouched state by default."""
        return self.progress.get(booking.key) or UNTOUCHED[booking.status]

    def standing(self) -> Iterator[tuple[Booking, Progress]]:
        """Return the bookings that claim the room, by start; what two sources tell counts once."""
        twins, touched = self.twins, self.progress
        for booking in self.agenda:
            progress = touched.get(booking.key) or UNTOUCHED[booking.status]
            if not progress.gone and booking.key not in twins:
                yield booking, progress

    def blocks(self, progress: Progress) -> bool:
        """Tell whether nobody else may have the room at the time of a booking that stands."""
        return self.policy.holds_block or progress.phase is not Phase.TENTATIVE

    def holds(self) -> Iterator[tuple[Booking, Progress]]:
        """Return the holds that stand, however far ahead."""
        for booking in self.tentative:
            progress = self.progress_of(booking)
            if progress.phase is Phase.TENTATIVE and booking.key not in self.twins:
                yield booking, progress

    def with_agenda(self, bookings: Iterable[Booking]) -> "RoomMemory":
        """Replace the agenda, in order."""
        ordered = sorted(bookings, key=lambda booking: (booking.start, booking.end, booking.key))
        return self._with_ordered(tuple(ordered))

    def pruned(self, now: datetime) -> "RoomMemory":
        """Forget the bookings that are long over and before all others."""
        over = [*takewhile(lambda booking: self._forgettable(booking, now), self.agenda)]
        if not over:
            return self
        keys = {booking.key for booking in over}
        return replace(
            self._with_ordered(self.agenda[len(over) :]),
            progress=MappingProxyType(_without(self.progress, keys)),
            twins=MappingProxyType(_without(self.twins, keys)),
        )

    def _with_ordered(self, agenda: tuple[Booking, ...]) -> "RoomMemory":
        tentative = tuple(b for b in agenda if b.status is Status.TENTATIVE)
        return replace(self, agenda=agenda, tentative=tentative)

    def _forgettable(self, booking: Booking, now: datetime) -> bool:
        if booking.key in self.twins:  # nothing ever happens to it
            return booking.end + KEEP <= now
        progress = self.progress_of(booking)
        over = max(progress.end_of(booking), booking.end)
        return progress.final and over + KEEP <= now


def _without[Value](known: Mapping[str, Value], keys: Collection[str]) -> dict[str, Value]:
    return {key: value for key, value in known.items() if key not in keys}
