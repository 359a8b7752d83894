"""What the engine is told: observations, which it takes, and commands, which it may refuse."""

from dataclasses import dataclass
from datetime import datetime

from .booking import Booking
from .policy import Policy
from .progress import Arrival
from .signals import Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingsSeen:
    """A good and complete read of one source; it replaces all of that source."""

    source: str
    bookings: tuple[Booking, ...]
    # Reads in a row that must lack a booking before it counts as cancelled: a node
    # is authoritative and needs one, a feed that tends to lose events needs more.
    patience: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsSeen:
    """All live signals of the room, unknown ones included."""

    signals: Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Somebody was seen; an observation, so one that fits no booking is no error."""

    at: datetime
    how: Arrival
    booking: str | None = None  # key or uid, None for whoever is expected


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Check the guest in."""

    booking: str | None = None
    how: Arrival = Arrival.BUTTON


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSession:
    """Check the guest out, before or after the end."""

    booking: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Give the session one or more extension steps."""

    booking: str | None = None
    steps: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Give the room of a no-show free."""

    booking: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reroute:
    """Give the room free: the booking stands in another studio now."""

    booking: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOff:
    """Tick an item of the turnover's checklist, or take the tick back."""

    item: str
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged:
    """The room has new rules."""

    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time passed, nothing else."""


type Command = CheckIn | EndSession | Extend | Release | Reroute
type Fact = BookingsSeen | SignalsSeen | Arrived | PolicyChanged | CheckOff | Tick | Command
