"""What a trigger tells its automation: which studio, which booking, when; never who it is."""

from homeassistant.const import ATTR_DEVICE_ID

from .core.booking import Booking
from .core.effects import BookingEvent, IncidentEvent
from .core.leads import Due
from .room import Room

type Variables = dict[str, str | bool | list[str]]


def of_room(room: Room) -> Variables:
    """Return which studio it is."""
    return {ATTR_DEVICE_ID: room.device_id, "studio": room.name}


def of_event(event: BookingEvent) -> Variables:
    """Return what happened to a booking; why and how only where that is known."""
    variables = _of_booking(event.booking) | {
        "ends": event.ends.isoformat(),
        "due": event.at.isoformat(),
        "late": event.late,
    }
    if event.reason is not None:
        variables["reason"] = event.reason.value
    if event.how is not None:
        variables["how"] = event.how.value
    if event.to:
        variables["to"] = event.to
    return variables


def of_due(room: Room, due: Due) -> Variables:
    """Return which booking of a room starts or ends in a while."""
    ends = room.memory.progress_of(due.booking).end_of(due.booking)
    return _of_booking(due.booking) | {
        "ends": ends.isoformat(),
        "due": due.at.isoformat(),
        "late": due.late,
    }


def of_incident(event: IncidentEvent) -> Variables:
    """Return which bookings are in each other's way, and from when on it hurts."""
    conflict = event.conflict
    return {
        "incident": conflict.key,
        "kind": conflict.kind.value,
        "bookings": [conflict.first, conflict.second],
        "starts": conflict.at.isoformat(),
        "due": event.at.isoformat(),
        "late": event.late,
    }


def _of_booking(booking: Booking) -> Variables:
    return {"booking": booking.key, "uid": booking.uid, "starts": booking.start.isoformat()}
