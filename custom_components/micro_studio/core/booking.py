"""A booking as its source tells it, and the phases of its life."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from .errors import BookingError, Reason
from .guest import NOBODY, Guest


class Status(StrEnum):
    """What the source says about a booking (RFC 5545 STATUS)."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """Where a booking stands in its life."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    ARRIVING = "arriving"  # the entry window is open, nobody seen yet
    CHECKED_IN = "checked_in"  # the guest was seen before the start
    IN_SESSION = "in_session"
    ENDING = "ending"
    OVERRUN = "overrun"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    REROUTED = "rerouted"


AWAITED: Final = frozenset({Phase.TENTATIVE, Phase.CONFIRMED, Phase.ARRIVING})
PRESENT: Final = frozenset({Phase.CHECKED_IN, Phase.IN_SESSION, Phase.ENDING, Phase.OVERRUN})
GONE: Final = frozenset({Phase.CANCELLED, Phase.REROUTED})
FINAL: Final = GONE | {Phase.COMPLETED, Phase.NO_SHOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One guest, one studio, one span of time; all times are kept in UTC."""

    source: str
    uid: str
    start: datetime
    end: datetime
    recurrence_id: str = ""
    status: Status = Status.CONFIRMED
    title: str = ""
    guest: Guest = NOBODY
    notes: str = field(default="", repr=False)
    needs: frozenset[str] = frozenset()  # of the room's kit
    url: str = field(default="", repr=False)  # where it was booked
    expires: datetime | None = None  # when a hold lapses, if its source says so
    replaces: str = ""  # uid of the booking of the same source that this one was made of
    moved_from: str = ""  # reference to the booking in another studio that this one replaces
    revision: int = 0
    key: str = field(init=False, repr=False, compare=False)  # identity

    def __post_init__(self) -> None:
        """Refuse a span that is not a span; naive times are not comparable."""
        if not self.uid:
            raise BookingError(self.uid, Reason.NO_IDENTITY)
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise BookingError(self.uid, Reason.NAIVE_TIME)
        # Adding a timedelta in a zone with summer time moves the wall clock, not the time.
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise BookingError(self.uid, Reason.ENDS_BEFORE_START)
        if self.expires is not None and self.expires.utcoffset() is None:
            raise BookingError(self.uid, Reason.NAIVE_TIME)
        parts = (self.source, self.uid, self.recurrence_id)
        object.__setattr__(self, "key", "|".join(map(_escaped, parts)))

    @property
    def length(self) -> timedelta:
        """Return how long it was booked for."""
        return self.end - self.start

    def says_the_same(self, other: "Booking") -> bool:
        """Tell whether two versions differ in nothing but their revision."""
        return self is other or _facts(self) == _facts(other)

    def named(self, name: str) -> bool:
        """Tell whether a key or a source's uid means this booking."""
        return name in (self.key, self.uid)


def _facts(booking: Booking) -> tuple[object, ...]:
    """Return what a source may change about a booking that stays the same booking."""
    return (
        booking.start,
        booking.end,
        booking.status,
        booking.title,
        booking.guest,
        booking.notes,
        booking.needs,
        booking.url,
        booking.expires,
    )


def _escaped(part: str) -> str:
    """Keep the separator unambiguous, whatever a source puts into its ids."""
    return part.replace("%", "%25").replace("|", "%7C")
