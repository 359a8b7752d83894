"""What can be asked of a room's parts; sources turn these into calls."""

from dataclasses import dataclass
from datetime import datetime

from .booking import Booking
from .studio import Tally


@dataclass(frozen=True, slots=True)
class Lock:
    """Throw the bolt."""

    part: str


@dataclass(frozen=True, slots=True)
class Unlock:
    """Draw the bolt."""

    part: str


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """Pull the latch."""

    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLight:
    """Change what is given, leave the rest."""

    part: str
    on: bool | None = None
    tally: Tally | None = None
    brightness: float | None = None  # %
    color: str | None = None  # #rrggbb


@dataclass(frozen=True, slots=True)
class SelectRelay:
    """Send the guest's audio over this relay."""

    part: str


@dataclass(frozen=True, slots=True)
class IdentifyInterface:
    """Make the interface show itself."""

    part: str


@dataclass(frozen=True, slots=True)
class RestartInterface:
    """Restart the interface's driver."""

    part: str


@dataclass(frozen=True, slots=True)
class ResetCounters:
    """Set the interface's counters to zero."""

    part: str


@dataclass(frozen=True, slots=True)
class InstallFirmware:
    """Install a version, the available one if none is named; waits for the end of a take."""

    part: str
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBooking:
    """Add a booking to the source that keeps them; one with a uid that it has is replaced."""

    part: str
    booking: Booking
    rrule: str = ""  # RFC 5545 RECUR; the booking is then the first of a series
    zone: str = "UTC"  # IANA; the wall clock by which a series repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBooking:
    """Change times or title of a booking, or of one occurrence of a series."""

    part: str
    uid: str
    start: datetime
    end: datetime
    title: str
    recurrence_id: str = ""
    following: bool = False  # this occurrence and all after it (THISANDFUTURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBooking:
    """Cancel a booking, or occurrences of a series."""

    part: str
    uid: str
    recurrence_id: str = ""
    following: bool = False


type PartRequest = (
    Lock
    | Unlock
    | OpenDoor
    | SetLight
    | SelectRelay
    | IdentifyInterface
    | RestartInterface
    | ResetCounters
    | InstallFirmware
    | CreateBooking
    | MoveBooking
    | CancelBooking
)
