"""
The life of one booking: what changes next, and when.

`upcoming` answers "what is due" and "when to wake up" with the same value, so
the two can never disagree: a change that lies in the past is due, one in the
future is the time to look again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .booking import Booking, Phase
from .effects import BookingEventKind as Kind
from .errors import Reason
from .policy import Policy
from .progress import Arrival, Progress
from .schedule import Slot
from .signals import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step in a booking's life."""

    at: datetime
    phase: Phase
    warning: timedelta | None = None
    how: Arrival | None = None
    reason: Reason | None = None
    ends: datetime | None = None  # the effective end, where it is not `at`


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a booking's next step depends on besides the booking."""

    policy: Policy
    sight: Sight
    heard: bool  # the room reported since the restart
    since: datetime  # up to here everything is done
    vacated_at: datetime | None
    other_present: bool  # the guest of another booking is inside
    next_start: datetime | None


def upcoming(slot: Slot, room: Surroundings) -> Change | None:
    """Return the booking's next change if nothing but time happens."""
    match slot.phase:
        case Phase.TENTATIVE:
            return lapse(lapses_at(slot.booking, slot.progress, room.policy))
        case Phase.CONFIRMED if slot.opens < slot.end:
            return Change(at=slot.opens, phase=Phase.ARRIVING)
        case Phase.CONFIRMED:
            return Change(at=slot.end, phase=Phase.NO_SHOW, reason=Reason.ROOM_IN_USE)
        case Phase.ARRIVING:
            return _arriving(slot, room)
        case Phase.CHECKED_IN:
            return Change(at=slot.booking.start, phase=Phase.IN_SESSION)
        case Phase.IN_SESSION | Phase.ENDING:
            return _in_session(slot, room)
        case Phase.OVERRUN:
            return _overrun(room)
        case _:
            return None


def lapse(at: datetime) -> Change:
    """Return the end of a hold that nobody confirmed."""
    return Change(at=at, phase=Phase.CANCELLED, reason=Reason.LAPSED)


def lapses_at(booking: Booking, progress: Progress, policy: Policy) -> datetime:
    """Return when a hold is given up: as its source says, else in time to sell the room again."""
    known_at = progress.known_at
    at = booking.start - policy.hold_expiry
    if booking.expires is not None:
        at = min(booking.expires, booking.start)
    elif known_at is None or known_at >= at:  # it came too late for that
        at = booking.start
    return at if known_at is None else max(at, known_at)


def _arriving(slot: Slot, room: Surroundings) -> Change:
    """Wait for the guest, from when the room is really theirs."""
    if room.since < slot.opens:  # an edit or a new rule closed the window again
        return Change(at=room.since, phase=Phase.CONFIRMED)
    if room.other_present:
        return Change(at=slot.end, phase=Phase.NO_SHOW, reason=Reason.ROOM_IN_USE)
    theirs = [slot.booking.start, slot.progress.known_at, room.vacated_at]
    waits_from = max(moment for moment in theirs if moment is not None)
    deadline = min(waits_from + room.policy.no_show_after, slot.end)
    if room.sight is Sight.PRESENT and room.policy.presence_checks_in:
        at = max(slot.booking.start, room.since)
        return Change(at=min(at, deadline), phase=Phase.IN_SESSION, how=Arrival.PRESENCE)
    if room.sight is Sight.PRESENT:
        # Somebody is there in this booking's time: not "nobody", even without a check-in.
        return Change(at=deadline, phase=Phase.IN_SESSION, how=Arrival.PRESENCE)
    return Change(at=deadline, phase=Phase.NO_SHOW)


def _in_session(slot: Slot, room: Surroundings) -> Change:
    """Warn before the end, then see who is still there."""
    if room.since < slot.end:
        given = slot.progress.warned
        for warning in room.policy.ending_warnings:
            if given is None or warning < given:
                at = max(slot.end - warning, room.since)
                tightest = min(w for w in room.policy.ending_warnings if slot.end - w <= at)
                return Change(at=at, phase=Phase.ENDING, warning=tightest)
    return _past_end(slot, room)


def _past_end(slot: Slot, room: Surroundings) -> Change:
    """Only seen presence makes an overrun; a lost view gets the grace, then the session is over."""
    after_grace = slot.end + room.policy.overrun_grace
    match room.sight:
        case Sight.PRESENT:
            return Change(at=after_grace, phase=Phase.OVERRUN)
        case Sight.LOST:
            return Change(at=after_grace, phase=Phase.COMPLETED)
        case Sight.ABSENT | Sight.UNKNOWN:
            return Change(at=slot.end, phase=Phase.COMPLETED)


def _overrun(room: Surroundings) -> Change | None:
    """Last until the guest leaves; with the view lost, at most until the next booking."""
    match room.sight:
        case Sight.PRESENT:
            return None
        case Sight.LOST if room.heard and room.next_start is not None:
            return Change(at=room.next_start, phase=Phase.COMPLETED)
        case Sight.LOST:
            return None
        case Sight.ABSENT | Sight.UNKNOWN:
            return Change(at=room.since, phase=Phase.COMPLETED)


def told(slot: Slot, change: Change) -> tuple[Kind, ...]:
    """Return the events that a change is told with, in order."""
    match change.phase:
        case Phase.CHECKED_IN:
            return (Kind.ARRIVED,)
        case Phase.IN_SESSION:
            arrived = () if slot.progress.present else (Kind.ARRIVED,)
            return arrived if slot.progress.started else (*arrived, Kind.STARTED)
        case Phase.ENDING:
            return (Kind.ENDING,)
        case Phase.OVERRUN:
            return (Kind.OVERRUN,)
        case Phase.COMPLETED:
            return (Kind.ENDED,)
        case Phase.NO_SHOW:
            return (Kind.NO_SHOW,)
        case Phase.CANCELLED:
            return (Kind.CANCELLED,)
        case _:
            return ()
