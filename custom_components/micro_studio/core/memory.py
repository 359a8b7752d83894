"""All that the engine remembers of one room."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from .booking import Booking
from .policy import Policy
from .progress import UNTOUCHED, Progress
from .signals import NOTHING_KNOWN, Signals
from .studio import Tally

# How long a booking that is over stays known: long enough for every late report.
KEEP: Final = timedelta(days=1)

_NO_PROGRESS: Final[Mapping[str, Progress]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMemory:
    """One room between two steps; a value, never changed in place."""

    policy: Policy
    sources: frozenset[str] = frozenset()  # read at least once
    agenda: tuple[Booking, ...] = ()  # of all sources, by start
    progress: Mapping[str, Progress] = _NO_PROGRESS  # by booking key, where it differs
    signals: Signals | None = None  # None: nothing heard since the restart
    last_known: Signals = NOTHING_KNOWN
    vacated_at: datetime | None = None  # when the last session ended; turnover counts from it
    tally: Tally | None = None  # the one we last asked for
    tallies: int = 0  # how many we asked for, part of their keys
    now: datetime | None = None  # up to here everything is done

    def progress_of(self, booking: Booking) -> Progress:
        """Return what we remember of a booking, its untouched state by default."""
        return self.progress.get(booking.key) or UNTOUCHED[booking.status]

    def with_progress(self, key: str, progress: Progress) -> "RoomMemory":
        """Remember how far a booking came."""
        return replace(self, progress=MappingProxyType({**self.progress, key: progress}))

    def with_agenda(self, bookings: Iterable[Booking]) -> "RoomMemory":
        """Replace the agenda, in order."""
        ordered = sorted(bookings, key=lambda booking: (booking.start, booking.end, booking.key))
        return replace(self, agenda=tuple(ordered))

    def pruned(self, now: datetime) -> "RoomMemory":
        """Forget bookings that are long over."""
        # The agenda is in order: while its first is young, there is nothing worth a look.
        if not self.agenda or not self._forgettable(self.agenda[0], now):
            return self
        begun = bisect_right(self.agenda, now, key=lambda booking: booking.start)
        kept = [item for item in self.agenda[:begun] if not self._forgettable(item, now)]
        over = {item.key for item in self.agenda[:begun]} - {item.key for item in kept}
        progress = {key: value for key, value in self.progress.items() if key not in over}
        return replace(
            self,
            agenda=(*kept, *self.agenda[begun:]),
            progress=MappingProxyType(progress),
        )

    def _forgettable(self, booking: Booking, now: datetime) -> bool:
        progress = self.progress_of(booking)
        over = max(progress.end_of(booking), booking.end)
        return progress.final and over + KEEP <= now
