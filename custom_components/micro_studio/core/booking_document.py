"""A booking as plain JSON values, and back; what is empty is left out."""

from datetime import datetime
from typing import Any

from .booking import Booking, Status
from .document import Node
from .errors import CoreError, PersistError
from .guest import NOBODY, Guest


def dump_booking(booking: Booking) -> dict[str, Any]:
    """Write a booking."""
    document: dict[str, Any] = {
        "source": booking.source,
        "uid": booking.uid,
        "recurrence_id": booking.recurrence_id,
        "start": booking.start.isoformat(),
        "end": booking.end.isoformat(),
        "status": booking.status.value,
        "title": booking.title,
        "guest": _dump_guest(booking.guest),
        "notes": booking.notes,
        "needs": sorted(booking.needs),
        "url": booking.url,
        "expires": text_of(booking.expires),
        "replaces": booking.replaces,
        "moved_from": booking.moved_from,
        "revision": booking.revision,
    }
    return {name: value for name, value in document.items() if value}


def load_booking(node: Node) -> Booking:
    """
    Read a booking.

    Raises:
        PersistError: it is broken; the error names the place.

    """
    try:
        return Booking(
            source=node.string("source"),
            uid=node.string("uid"),
            recurrence_id=node.string_or_empty("recurrence_id"),
            start=node.time("start"),
            end=node.time("end"),
            status=node.word("status", Status),
            title=node.string_or_empty("title"),
            guest=_load_guest(node),
            notes=node.string_or_empty("notes"),
            needs=frozenset(item.text() for item in node.items_or_none("needs")),
            url=node.string_or_empty("url"),
            expires=node.time("expires") if node.has("expires") else None,
            replaces=node.string_or_empty("replaces"),
            moved_from=node.string_or_empty("moved_from"),
            revision=node.integer("revision") if node.has("revision") else 0,
        )
    except PersistError:
        raise
    except CoreError as error:
        raise PersistError(node.place, str(error)) from error


def text_of(moment: datetime | None) -> str | None:
    """Write a moment; ISO 8601 keeps microseconds and the zone."""
    return None if moment is None else moment.isoformat()


def _dump_guest(guest: Guest) -> dict[str, Any]:
    document = {
        "reference": guest.reference,
        "name": guest.name,
        "phone": guest.phone,
        "email": guest.email,
        "party_size": guest.party_size,
        "language": guest.language,
    }
    return {name: value for name, value in document.items() if value}


def _load_guest(node: Node) -> Guest:
    if not node.has("guest"):
        return NOBODY
    guest = node.child("guest")
    if isinstance(guest.value, str):  # as it was written before guests had names
        return Guest(reference=guest.value)
    return Guest(
        reference=guest.string_or_empty("reference"),
        name=guest.string_or_empty("name"),
        phone=guest.string_or_empty("phone"),
        email=guest.string_or_empty("email"),
        party_size=guest.integer("party_size") if guest.has("party_size") else None,
        language=guest.string_or_empty("language"),
    )
