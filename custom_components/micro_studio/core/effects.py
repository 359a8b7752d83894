"""What the engine asks the outside to do or to tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .booking import Booking
from .conflicts import Conflict
from .errors import Reason
from .progress import Arrival
from .studio import Tally


class BookingEventKind(StrEnum):
    """What happened to a booking."""

    CREATED = "booking_created"
    CHANGED = "booking_changed"
    CANCELLED = "booking_cancelled"
    STARTED = "booking_started"
    ENDING = "booking_ending"
    ENDED = "booking_ended"
    NO_SHOW = "booking_no_show"
    OVERRUN = "booking_overrun"
    EXTENDED = "booking_extended"
    ARRIVED = "guest_arrived"
    REROUTED = "booking_rerouted"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEvent:
    """Tell what happened to a booking; each key exists once, ever."""

    key: str
    kind: BookingEventKind
    booking: Booking
    at: datetime  # when it was due
    late: bool = False  # caught up after a gap
    ends: datetime  # the effective end, extensions included
    warning: timedelta | None = None  # which ending warning this is
    how: Arrival | None = None
    reason: Reason | None = None
    waiting: Booking | None = None  # whom an overrun keeps waiting
    to: str = ""  # reference to the studio that a booking was moved to


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTally:
    """Show a tally on the room's recording lights."""

    key: str
    tally: Tally
    at: datetime
    late: bool = False


class IncidentChange(StrEnum):
    """What happened to an incident."""

    OPENED = "incident_opened"
    RESOLVED = "incident_resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEvent:
    """Tell that an incident began or is over; each key exists once, ever."""

    key: str
    change: IncidentChange
    conflict: Conflict
    at: datetime
    late: bool = False


type Effect = BookingEvent | SetTally | IncidentEvent
