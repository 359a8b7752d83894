"""
A while before a booking starts or ends: what automations wait for, exact and once.

A lead is due once for each start (or end) that a booking has had. One that is learnt too late for
it is due at once; one that was missed is due late, as long as the booking is not over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .booking import GONE, Booking, Phase
from .memory import RoomMemory
from .policy import MINUTE
from .progress import Progress

_PUNCTUAL: Final = MINUTE
_NEVER: Final = GONE | {Phase.TENTATIVE}


class Edge(StrEnum):
    """What lies ahead."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """So long before an edge of every booking."""

    edge: Edge
    before: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A booking whose edge is near."""

    booking: Booking
    at: datetime  # when it was due
    edge_at: datetime
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """One lead in one room, and for which edges it has been due already."""

    lead: Lead
    seen: frozenset[tuple[str, datetime]]  # a booking's life and its edge

    @classmethod
    def begin(cls, lead: Lead, memory: RoomMemory, since: datetime) -> "Lookout":
        """Look out from a moment on; what was due before it is no news."""
        passed = _passed(lead, memory, since)
        return cls(lead=lead, seen=frozenset(moment for moment, *_ in passed))

    def look(self, memory: RoomMemory, now: datetime) -> "tuple[Lookout, tuple[Due, ...]]":
        """Return what is due now, in order."""
        passed = [*_passed(self.lead, memory, now)]
        seen = frozenset(moment for moment, *_ in passed)
        if seen == self.seen:
            return self, ()
        due = [
            _due(self.lead, booking, edge, now)
            for (life, edge), booking, progress in passed
            if (life, edge) not in self.seen and _matters(self.lead, booking, progress, now)
        ]
        due.sort(key=lambda item: (item.at, item.booking.key))
        return Lookout(lead=self.lead, seen=seen), tuple(due)


def next_lead(lead: Lead, memory: RoomMemory, now: datetime) -> datetime | None:
    """Return when the lead is due next, as far as is known now."""
    soonest: datetime | None = None
    for booking, progress in _agreed(memory):
        if soonest is not None and booking.start - lead.before >= soonest:
            break
        at = _edge(lead, booking, progress) - lead.before
        if at > now and (soonest is None or at < soonest) and _awaited(lead, booking, progress):
            soonest = at
    return soonest


def _due(lead: Lead, booking: Booking, edge: datetime, now: datetime) -> Due:
    at = edge - lead.before
    return Due(booking=booking, at=at, edge_at=edge, late=now >= edge and now - at > _PUNCTUAL)


def _passed(
    lead: Lead, memory: RoomMemory, now: datetime
) -> Iterator[tuple[tuple[str, datetime], Booking, Progress]]:
    """Yield each life and edge that is near or past: what is due once only."""
    for booking, progress in _agreed(memory):
        if booking.start - lead.before > now:
            break
        edge = _edge(lead, booking, progress)
        if edge - lead.before <= now:
            yield (progress.life_of(booking), edge), booking, progress


def _matters(lead: Lead, booking: Booking, progress: Progress, now: datetime) -> bool:
    """Tell whether anybody still needs to know of an edge."""
    over = max(_end(booking, progress), _edge(lead, booking, progress) + _PUNCTUAL)
    return now < over and _awaited(lead, booking, progress)


def _agreed(memory: RoomMemory) -> Iterator[tuple[Booking, Progress]]:
    """Yield the bookings that are neither holds nor cancelled, by start."""
    for booking in memory.agenda:
        progress = memory.progress_of(booking)
        if progress.phase not in _NEVER and booking.key not in memory.twins:
            yield booking, progress


def _awaited(lead: Lead, booking: Booking, progress: Progress) -> bool:
    """Tell whether an edge still lies ahead, or was reached as it should be."""
    if progress.phase is Phase.COMPLETED:  # at the very end, but not before
        return lead.edge is Edge.END and progress.end_of(booking) >= _end(booking, progress)
    # A guest who is late may still come, but nothing ends where the room was given free.
    return lead.edge is Edge.START or not progress.released


def _edge(lead: Lead, booking: Booking, progress: Progress) -> datetime:
    return booking.start if lead.edge is Edge.START else _end(booking, progress)


def _end(booking: Booking, progress: Progress) -> datetime:
    """Return the end as it was agreed, whenever the session really ended."""
    return booking.end + progress.extended_by
