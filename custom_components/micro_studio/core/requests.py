"""What can be asked of a room's parts; sources turn these into calls."""

from dataclasses import dataclass
from datetime import datetime

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
    """Add a booking to the source that keeps them."""

    part: str
    uid: str
    start: datetime
    end: datetime
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBooking:
    """Change times or title of a booking."""

    part: str
    uid: str
    start: datetime
    end: datetime
    title: str


@dataclass(frozen=True, slots=True)
class CancelBooking:
    """Cancel a booking."""

    part: str
    uid: str


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
