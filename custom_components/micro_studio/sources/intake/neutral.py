"""Our own schema: for everything that can send JSON."""

from typing import Final

from ...core.booking import Booking, Status
from ...core.guest import Guest
from .body import Body
from .delivery import UNNUMBERED, Book, Cancel, Delivery, DeliveryError

_STATUSES: Final = ", ".join(Status)
_SCHEMES: Final = ("https://", "http://")


def read(value: object, source: str) -> Delivery:
    """
    Read a booking that was sent to the webhook ``source``.

    Raises:
        DeliveryError: a field is missing, or holds something else than belongs there.

    """
    body = Body(value)
    uid = body.required_identity("external_id")
    revision = body.whole("revision") or UNNUMBERED
    status = _status(body)
    if status is Status.CANCELLED:
        return Cancel(uid=uid, revision=revision, end=body.time("end"))
    start, end = body.span("start", "end")
    studio = body.identity("studio")
    return Book(
        studio=(studio,) if studio else (),
        booking=Booking(
            source=source,
            uid=uid,
            start=start,
            end=end,
            status=status,
            title=body.text("title"),
            guest=_guest(body),
            notes=body.text("notes"),
            needs=frozenset(body.texts("kit_needs")),
            url=_url(body),
            expires=body.time("expires"),
            replaces=_replaces(body, uid),
            revision=revision,
        ),
    )


def _status(body: Body) -> Status:
    """Read the status; who does not say has booked."""
    word = body.text("status") or Status.CONFIRMED
    try:
        return Status(word)
    except ValueError:
        raise DeliveryError(body.place("status"), f"one of {_STATUSES}") from None


def _guest(body: Body) -> Guest:
    """Read who comes; the booking's language is theirs unless they have one of their own."""
    language = body.text("language")
    if (guest := body.child("guest")) is None:
        return Guest(language=language)
    return Guest(
        name=guest.text("name"),
        phone=guest.text("phone"),
        email=guest.text("email"),
        party_size=guest.whole("party_size") or None,
        language=guest.text("language") or language,
    )


def _url(body: Body) -> str:
    """Read where it was booked: a page that a browser opens."""
    url = body.text("url")
    if url and not url.lower().startswith(_SCHEMES):
        raise DeliveryError(body.place("url"), "an address that begins with https://")
    return url


def _replaces(body: Body, uid: str) -> str:
    replaced = body.identity("replaces")
    if replaced == uid:
        raise DeliveryError(body.place("replaces"), "the external_id of another booking")
    return replaced
