"""Two bookings that want the room at the same time, or closer than the buffer allows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class ConflictKind(StrEnum):
    """How two bookings get into each other's way."""

    DOUBLE_BOOKING = "double_booking"
    BUFFER_OVERLAP = "buffer_overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two bookings, by key, the earlier one first; an incident as long as both stand."""

    kind: ConflictKind
    first: str
    second: str
    at: datetime  # from when on it hurts: the second booking's start
    key: str = ""  # of the incident; empty until it is one

    def is_also(self, other: "Conflict") -> bool:
        """Tell whether it is the same two bookings, whatever their times are now."""
        return self.kind is other.kind and self.keys == other.keys

    @property
    def keys(self) -> frozenset[str]:
        """Return both bookings, in no order."""
        return frozenset({self.first, self.second})

    def renamed(self, old: str, new: str) -> "Conflict":
        """Return the same conflict after a booking went on under another key."""
        if old not in self.keys:
            return self
        first, second = (new if key == old else key for key in (self.first, self.second))
        return replace(self, first=first, second=second)


class Claim(NamedTuple):
    """The span that a booking takes of the room; there are thousands, so it is a tuple."""

    key: str
    start: datetime
    end: datetime


def conflicts(claims: Iterable[Claim], buffer: timedelta) -> Iterator[Conflict]:
    """Yield each pair that does not fit, from claims in the order of their starts."""
    open_claims: list[Claim] = []
    busy_until: datetime | None = None
    for claim in claims:
        latest = claim.start - buffer
        if busy_until is None or busy_until <= latest:  # as a rule
            open_claims, busy_until = [claim], claim.end
            continue
        busy_until = max(busy_until, claim.end)
        open_claims = [other for other in open_claims if other.end > latest]
        for other in open_claims:
            overlap = other.end > claim.start
            kind = ConflictKind.DOUBLE_BOOKING if overlap else ConflictKind.BUFFER_OVERLAP
            yield Conflict(kind=kind, first=other.key, second=claim.key, at=claim.start)
        open_claims.append(claim)
