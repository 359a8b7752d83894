"""
Cal.com's webhooks, of the service and of an installation of one's own.

A reschedule makes a new booking and names the old one in ``rescheduleUid``. The title names the
guest, so the event type's is taken. ``createdAt`` is when the delivery was made; of two about the
same booking, the later is right.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from ...core.booking import Booking, Status
from ...core.guest import Guest
from .body import Body, glance, glimpse
from .delivery import Book, Cancel, Delivery, DeliveryError, Ignore, Ignored

_BOOKS: Final = frozenset({"BOOKING_REQUESTED", "BOOKING_CREATED", "BOOKING_RESCHEDULED"})
_CANCELS: Final = frozenset({"BOOKING_CANCELLED", "BOOKING_REJECTED"})
_STATUSES: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "": Status.CONFIRMED,
        "ACCEPTED": Status.CONFIRMED,
        "PENDING": Status.TENTATIVE,
        "AWAITING_HOST": Status.TENTATIVE,
        "CANCELLED": Status.CANCELLED,
        "REJECTED": Status.CANCELLED,
    }
)
_STUDIO: Final = ("type", "eventTypeSlug", "eventTitle", "location")
_PHONE: Final = ("attendeePhoneNumber", "smsReminderNumber", "phone", "phoneNumber")
_NO_ADDRESS: Final = "@sms.cal.com"  # what Cal.com makes up for a guest who gave only a number
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read(value: object, source: str) -> Delivery:
    """
    Read what Cal.com sent to the webhook ``source``.

    Raises:
        DeliveryError: it is about a booking, and cannot be understood.

    """
    body = Body(value)
    trigger = body.text("triggerEvent")
    if not trigger:
        raise DeliveryError("triggerEvent", "the name of an event; leave the payload as it is")
    if trigger not in _BOOKS | _CANCELS:
        return Ignore(Ignored.NO_BOOKING)
    revision = (body.required_time("createdAt") - _EPOCH) // timedelta(milliseconds=1)
    payload = Body(body.required("payload", "an object"), "payload")
    status = Status.CANCELLED if trigger in _CANCELS else _status(payload, trigger)
    if status is not Status.CANCELLED:
        return _book(payload, status, source, revision)
    if _has_seats(payload):
        return Ignore(Ignored.ONE_SEAT)
    return Cancel(
        uid=payload.required_identity("uid"), revision=revision, end=payload.time("endTime")
    )


def _status(payload: Body, trigger: str) -> Status:
    """Read the status; a request is a hold, whatever stands there."""
    if trigger == "BOOKING_REQUESTED":
        return Status.TENTATIVE
    status = _STATUSES.get(payload.text("status").upper())
    if status is None:
        expected = f"one of {', '.join(filter(None, _STATUSES))}"
        raise DeliveryError(payload.place("status"), expected)
    return status


def _book(payload: Body, status: Status, source: str, revision: int) -> Book:
    uid = payload.required_identity("uid")
    start, end = payload.span("startTime", "endTime")
    replaced = "" if _has_seats(payload) else payload.identity("rescheduleUid")
    event = payload.get
    return Book(
        studio=tuple(dict.fromkeys(name for key in _STUDIO if (name := glimpse(event(key))))),
        booking=Booking(
            source=source,
            uid=uid,
            start=start,
            end=end,
            status=status,
            title=glimpse(event("eventTitle")) or glimpse(event("type")),
            guest=_guest(payload),
            notes="\n".join(_notes(payload)),
            url=_url(payload, uid),
            replaces="" if replaced == uid else replaced,
            revision=revision,
        ),
    )


def _has_seats(payload: Body) -> bool:
    """Tell whether guests share the time; a change of one of them is none of the booking."""
    seats = payload.get("seatsPerTimeSlot")
    return isinstance(seats, int) and seats > 1


def _guest(payload: Body) -> Guest:
    """Read who booked: the first attendee, and what the form asked."""
    attendees, responses = payload.get("attendees"), payload.get("responses")
    email = glimpse(attendees, 0, "email") or glimpse(responses, "email", "value")
    size = len(attendees) if isinstance(attendees, list) else 0
    return Guest(
        name=glimpse(attendees, 0, "name") or _answered_name(responses),
        phone=next(_phones(payload), ""),
        email="" if email.endswith(_NO_ADDRESS) else email,
        party_size=size if size > 1 else None,  # one who books need not come alone
        language=glimpse(attendees, 0, "language", "locale"),
    )


def _answered_name(responses: object) -> str:
    """Read a name that is one text, or asked for in two."""
    name = ("name", "value")
    parts = (glimpse(responses, *name, "firstName"), glimpse(responses, *name, "lastName"))
    return glimpse(responses, *name) or " ".join(filter(None, parts))


def _phones(payload: Body) -> Iterator[str]:
    """Yield the places where a number may stand, the guest's own first."""
    responses = payload.get("responses")
    places = [glimpse(payload.get("attendees"), 0, "phoneNumber")]
    places += [glimpse(responses, name, "value") for name in _PHONE]
    places.append(glimpse(payload.get("smsReminderNumber")))
    if glimpse(responses, "location", "value", "value") == "phone":
        places.append(glimpse(responses, "location", "value", "optionValue"))
    yield from filter(None, places)


def _notes(payload: Body) -> Iterator[str]:
    """Yield what the guest wrote, and the answers to questions of one's own."""
    responses, answers = payload.get("responses"), payload.get("userFieldsResponses")
    notes = glimpse(payload.get("additionalNotes")) or glimpse(responses, "notes", "value")
    if notes:
        yield notes
    for name in answers if isinstance(answers, Mapping) else ():
        answer = glance(answers, name, "value")
        words = answer if isinstance(answer, list) else [answer]
        if text := ", ".join(str(word) for word in words if isinstance(word, str | int)):
            yield f"{glimpse(answers, name, 'label') or name}: {text}"


def _url(payload: Body, uid: str) -> str:
    """Return the guest's own page of the booking."""
    site = glimpse(payload.get("bookerUrl")).rstrip("/")
    return f"{site}/booking/{uid}" if site.startswith("https://") else ""
