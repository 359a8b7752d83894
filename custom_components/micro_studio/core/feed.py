"""
What is known of a calendar between two reads, and what to believe of the next one.

A read that fails changes nothing but the age of what is known. A calendar that is suddenly empty
is not believed either: only a person can tell a broken feed from a studio without bookings. A
single booking that is gone is not judged here: the engine counts the reads that lack it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from .booking import Booking, Status
from .occurrence import Reading

_MANY: Final = 2  # upcoming bookings that do not vanish together by chance
_EMPTY_READS: Final = 3  # until a person is asked


@dataclass(frozen=True, slots=True)
class Failure:
    """A read that brought nothing; the reason quotes neither address nor content."""

    reason: str


class Verdict(StrEnum):
    """What became of a read."""

    TAKEN = "taken"
    DOUBTED = "doubted"  # everything is gone at once: what was known is kept
    EMPTY = "empty"  # and stays gone: a person has to say whether that is true
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One calendar between two reads; before the first one, what the room remembers of it."""

    bookings: tuple[Booking, ...] = ()
    read_at: datetime | None = None  # the last read that was taken; None: none yet
    stale_since: datetime | None = None  # the first read after that one that was not
    empty_reads: int = 0  # in a row
    lacking: frozenset[str] = frozenset()  # keys of what the last read had lost

    @property
    def settled(self) -> bool:
        """Tell whether no further read is needed to be sure of anything."""
        return self.read_at is not None and self.stale_since is None and not self.lacking


def judge(feed: Feed, read: Reading | Failure, now: datetime) -> tuple[Feed, Verdict]:
    """Take a read, or keep what was known."""
    if isinstance(read, Failure):
        return _stale(feed, now), Verdict.FAILED
    if not read.bookings and len(_upcoming(feed, now)) >= _MANY:
        doubted = replace(_stale(feed, now), empty_reads=feed.empty_reads + 1)
        enough = doubted.empty_reads >= _EMPTY_READS
        return doubted, Verdict.EMPTY if enough else Verdict.DOUBTED
    return _taken(feed, read.bookings, now), Verdict.TAKEN


def accept_empty(feed: Feed, now: datetime) -> Feed:
    """Believe an empty calendar, because a person says so."""
    return _taken(feed, (), now)


def _stale(feed: Feed, now: datetime) -> Feed:
    return replace(feed, stale_since=feed.stale_since or now)


def _taken(feed: Feed, bookings: tuple[Booking, ...], now: datetime) -> Feed:
    lacking = _upcoming(feed, now) - {booking.key for booking in bookings}
    return Feed(bookings=bookings, read_at=now, lacking=lacking)


def _upcoming(feed: Feed, now: datetime) -> frozenset[str]:
    """Return the keys of the bookings that are not over."""
    return frozenset(
        booking.key
        for booking in feed.bookings
        if booking.end > now and booking.status is not Status.CANCELLED
    )
