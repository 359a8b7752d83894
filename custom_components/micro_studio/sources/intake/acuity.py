"""
Acuity Scheduling: a notice names an appointment, which is then asked for.

What the API answers is how things stand now, so an old notice that comes again does no harm.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from aiohttp import ClientError, ClientSession, ClientTimeout
from aiohttp.hdrs import AUTHORIZATION

from ...core.booking import Booking
from ...core.guest import Guest
from .body import TIME, Body, glance, glimpse, identity_of, moment_of
from .delivery import Book, Cancel, Delivery, DeliveryError, Ignore, Ignored

API: Final = "https://acuityscheduling.com/api/v1"
_ACTIONS: Final = frozenset({"scheduled", "rescheduled", "canceled", "changed"})
_PATIENCE: Final = ClientTimeout(total=15)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST: Final = 7 * 24 * 60  # minutes


class AcuityError(Exception):
    """Acuity did not tell; neither its answer nor the key is quoted."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened to an appointment."""

    appointment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose appointments are asked for."""

    user: str
    key: str = field(repr=False)

    @property
    def authorization(self) -> str:
        """Return the header that opens the account (RFC 7617)."""
        return f"Basic {b64encode(f'{self.user}:{self.key}'.encode()).decode()}"


def read_notice(form: bytes) -> Notice | Ignore:
    """
    Read the form that Acuity sends.

    Raises:
        DeliveryError: it is none of Acuity's.

    """
    try:
        values = parse_qs(form.decode(), max_num_fields=20)
    except ValueError:
        raise DeliveryError("body", "a form as Acuity sends it") from None
    if not (action := values.get("action", [""])[0]):
        raise DeliveryError("action", f"one of {', '.join(sorted(_ACTIONS))}")
    if action not in _ACTIONS:
        return Ignore(Ignored.NO_BOOKING)
    appointment = values.get("id", [""])[0]
    if not (appointment.isascii() and appointment.isdigit()):
        raise DeliveryError("id", "the number of an appointment")
    return Notice(appointment)


async def fetch(session: ClientSession, api: str, account: Account, notice: Notice) -> object:
    """
    Return an appointment as Acuity tells it; None if there is none any more.

    Raises:
        AcuityError: it could not be asked; nothing is known.

    """
    url = f"{api}/appointments/{notice.appointment}"
    headers = {AUTHORIZATION: account.authorization}
    try:
        async with session.get(url, headers=headers, timeout=_PATIENCE) as response:
            if response.status == HTTPStatus.NOT_FOUND:
                return None
            if response.status != HTTPStatus.OK:
                message = f"it answered {response.status}"
                raise AcuityError(message)
            return await response.json()
    except (ClientError, TimeoutError, ValueError) as error:
        raise AcuityError(type(error).__name__) from None


def read(notice: Notice, value: object, source: str, asked_at: datetime) -> Delivery:
    """
    Read the appointment of a notice, as it stood when it was asked for.

    Raises:
        DeliveryError: it is no appointment.

    """
    revision = (asked_at - _EPOCH) // timedelta(milliseconds=1)
    if value is None:
        return Cancel(uid=notice.appointment, revision=revision)
    body = Body(value)
    if body.required_identity("id") != notice.appointment:
        raise DeliveryError("id", "the appointment that was asked for")
    start, end = _span(body)
    if body.get("canceled") is True:
        if body.get("noShow") is True:
            return Ignore(Ignored.NO_SHOW)
        return Cancel(uid=notice.appointment, revision=revision, end=end)
    return Book(
        studio=tuple(_studio(body)),
        booking=Booking(
            source=source,
            uid=notice.appointment,
            start=start,
            end=end,
            title=glimpse(body.get("type")),
            guest=_guest(body),
            notes="\n".join(_notes(body)),
            url=_url(body),
            revision=revision,
        ),
    )


def _span(body: Body) -> tuple[datetime, datetime]:
    """Read the start, and how many minutes from there; Acuity writes them as text."""
    start = moment_of(body.get("datetime"))
    if start is None:
        raise DeliveryError("datetime", TIME)
    duration = identity_of(body.get("duration")) or ""
    if not (duration.isascii() and duration.isdigit() and 0 < len(duration) <= len(str(_LONGEST))):
        raise DeliveryError("duration", "minutes")
    minutes = int(duration)
    if not 0 < minutes <= _LONGEST:
        raise DeliveryError("duration", f"from 1 to {_LONGEST} minutes")
    return start, start + timedelta(minutes=minutes)


def _studio(body: Body) -> Iterator[str]:
    """Yield what may name the studio: a calendar is a room, else a type is for one."""
    for name in ("calendarID", "calendar", "appointmentTypeID", "type"):
        if text := identity_of(body.get(name)):
            yield text


def _guest(body: Body) -> Guest:
    parts = (glimpse(body.get("firstName")), glimpse(body.get("lastName")))
    return Guest(
        name=" ".join(filter(None, parts)),
        phone=glimpse(body.get("phone")),
        email=glimpse(body.get("email")),
    )


def _notes(body: Body) -> Iterator[str]:
    """Yield what was noted, and the answers of the intake forms."""
    if notes := glimpse(body.get("notes")):
        yield notes
    forms = body.get("forms")
    for form in forms if isinstance(forms, list) else ():
        values = glance(form, "values")
        for answer in values if isinstance(values, list) else ():
            if text := glimpse(answer, "value"):
                yield f"{glimpse(answer, 'name')}: {text}"


def _url(body: Body) -> str:
    url = glimpse(body.get("confirmationPage"))
    return url if url.startswith("https://") else ""
