"""What a booking system has sent, whatever words it uses."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ...core.booking import Booking

UNNUMBERED: Final = 0  # the revision of a delivery whose sender does not count


class Format(StrEnum):
    """Whose words a webhook speaks."""

    NEUTRAL = "neutral"
    CAL_COM = "cal_com"
    ACUITY = "acuity"


class Ignored(StrEnum):
    """Why a good delivery changes nothing."""

    NO_BOOKING = "no_booking"  # a meeting has started, a form was sent, a test
    NO_SHOW = "no_show"  # what a no-show means is decided by the studio's own rules
    ONE_SEAT = "one_seat"  # others keep the booking


class DeliveryError(Exception):
    """A delivery cannot be understood; neither part quotes what was sent."""

    def __init__(self, field: str, expected: str) -> None:
        """Keep the field and what belongs there, so that the sender can put it right."""
        super().__init__(f"{field}: {expected} is expected")
        self.field = field
        self.expected = expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A booking is to stand like this."""

    studio: tuple[str, ...]  # names the sender uses, the first that is known counts; () = the only
    booking: Booking

    @property
    def uid(self) -> str:
        """Return the sender's id of the booking."""
        return self.booking.uid

    @property
    def revision(self) -> int:
        """Return the number by which a late delivery is told from a newer one."""
        return self.booking.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """A booking is not to be any more."""

    uid: str
    revision: int = UNNUMBERED
    end: datetime | None = None  # of the booking, if the sender tells it


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing that concerns a booking; the sender did nothing wrong."""

    reason: Ignored


type Delivery = Book | Cancel | Ignore
