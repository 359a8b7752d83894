"""What automations, scripts and people ask studios for; `services.yaml` describes the fields."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .const import DOMAIN
from .core.booking import Booking, Status
from .core.errors import BookingError, Reason
from .core.facts import CheckIn, EndSession, Extend, Release
from .core.guest import Guest
from .core.origin import LOCAL
from .core.policy import MINUTE
from .core.progress import Arrival, Progress
from .core.ranking import KitError, Ranked, Remark, Wish, parse_kit
from .desk import async_book, async_cancel, async_change, find
from .network import named, network
from .permission import async_is_seen, async_may_control, async_may_read
from .room import Room, booking_refused

DOCS: Final = "https://github.com/micro-studio-network/micro-studio/blob/main/docs/actions.md"
_LONGEST_ID: Final = 255

_STUDIO: Final[VolDictType] = {vol.Required("studio"): cv.string}
_BOOKING: Final[VolDictType] = {vol.Optional("booking"): cv.string}
_FORCE: Final[VolDictType] = {vol.Optional("force", default=False): cv.boolean}
_GUEST: Final[VolDictType] = {
    vol.Optional("guest_name", default=""): cv.string,
    vol.Optional("guest_phone", default=""): cv.string,
    vol.Optional("guest_email", default=""): cv.string,
    vol.Optional("party_size"): cv.positive_int,
    vol.Optional("language", default=""): cv.string,
}


def _span(start: str, *ends: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Ask for a start with one of several ways to say the end."""

    def check(data: dict[str, Any]) -> dict[str, Any]:
        if sum(end in data for end in ends) != 1:
            raise vol.Invalid(f"exactly one of {' and '.join(ends)} is needed", path=[start])
        return data

    return check


_WINDOW: Final[VolDictType] = {
    vol.Required("start"): cv.datetime,
    vol.Optional("end"): cv.datetime,
    vol.Optional("duration"): cv.positive_time_period,
}


@dataclass(frozen=True, slots=True)
class Action:
    """One action: what it takes, what it does, whether it answers."""

    run: Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
    fields: VolDictType
    response: SupportsResponse = SupportsResponse.NONE
    check: Callable[[dict[str, Any]], dict[str, Any]] = lambda data: data


async def _create_booking(call: ServiceCall) -> ServiceResponse:
    room = await _async_controlled(call)
    start, end = _window(call, room)
    guest = Guest(
        name=call.data["guest_name"],
        phone=call.data["guest_phone"],
        email=call.data["guest_email"],
        party_size=call.data.get("party_size"),
        language=call.data["language"],
    )
    try:
        booking = Booking(
            source=LOCAL,
            uid=call.data.get("external_id") or uuid4().hex,
            start=start,
            end=end,
            status=Status.TENTATIVE if call.data["hold"] else Status.CONFIRMED,
            title=call.data["title"],
            guest=guest,
            notes=call.data["notes"],
            needs=frozenset(call.data["needs"]),
        )
    except BookingError as error:
        raise booking_refused(error.reason) from None
    rrule, known = call.data.get("rrule", ""), _kept(room.bookings, booking)
    # The same again: the caller was not sure that it arrived.
    if known is None or rrule or not known.says_the_same(booking):
        own = known.key if known is not None else ""
        await async_book(room, booking, rrule=rrule, force=call.data["force"], but=own)
    return _told(room, _kept((*room.bookings, *room.memory.agenda), booking) or booking)


async def _move_booking(call: ServiceCall) -> ServiceResponse:
    room = await _async_controlled(call)
    booking = _booking(room, call.data["booking"])
    to = room
    if "to_studio" in call.data:
        to = await _async_controlled(call, "to_studio")
    start = _aware(call.data["start"], to) if "start" in call.data else booking.start
    end = _aware(call.data["end"], to) if "end" in call.data else start + booking.length
    if end <= start:
        raise booking_refused(Reason.ENDS_BEFORE_START)
    moved = await async_change(room, booking, to, start, end, force=call.data["force"])
    return _told(to, moved)


async def _cancel_booking(call: ServiceCall) -> ServiceResponse:
    room = await _async_controlled(call)
    await async_cancel(room, _booking(room, call.data["booking"]))
    return None


async def _extend_session(call: ServiceCall) -> ServiceResponse:
    room = await _async_controlled(call)
    room.command(Extend(booking=call.data.get("booking"), steps=call.data["steps"]))
    ends = room.snapshot.session_ends
    return {"ends": None if ends is None else ends.isoformat()}


async def _check_in(call: ServiceCall) -> ServiceResponse:
    room = await _async_controlled(call)
    room.command(CheckIn(booking=call.data.get("booking"), how=Arrival.STAFF))
    return None


async def _end_session(call: ServiceCall) -> ServiceResponse:
    room = await _async_controlled(call)
    room.command(EndSession(booking=call.data.get("booking")))
    return None


async def _release_booking(call: ServiceCall) -> ServiceResponse:
    room = await _async_controlled(call)
    room.command(Release(booking=call.data.get("booking")))
    return None


async def _book_now(call: ServiceCall) -> ServiceResponse:
    room = await _async_controlled(call)
    length = call.data.get("duration")
    return _told(room, await room.async_walk_up(length))


async def _get_bookings(call: ServiceCall) -> ServiceResponse:
    rooms = [await _async_seen(call, name) for name in call.data.get("studio", ())]
    if "studio" not in call.data:
        rooms = await _async_all_seen(call)
    guests = call.data["guest_details"]
    found: list[JsonValueType] = []
    for room in rooms:
        start = _aware(call.data["start"], room) if "start" in call.data else dt_util.utcnow()
        end = _aware(call.data["end"], room) if "end" in call.data else start + _DAY
        if guests:
            await async_may_control(call.hass, call.context, room)
        found += [
            _told(room, booking, progress, guests=guests)
            for booking, progress in room.agenda
            if booking.start < end and progress.end_of(booking) > start
        ]
    return {"bookings": found}


async def _find_studio(call: ServiceCall) -> ServiceResponse:
    rooms = await _async_all_seen(call)
    start = _aware(call.data["start"], rooms[0] if rooms else None)
    end = (
        _aware(call.data["end"], rooms[0] if rooms else None)
        if "end" in call.data
        else start + call.data["duration"]
    )
    if end <= start:
        raise booking_refused(Reason.ENDS_BEFORE_START)
    near = call.data.get("near", "")
    near_room = _room(call.hass, near) if near and not _is_site(rooms, near) else None
    try:
        parse_kit(call.data["needs"])
    except KitError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="invalid_need",
            translation_placeholders={"need": error.item},
        ) from None
    wish = Wish(
        start=start,
        end=end,
        needs=frozenset(call.data["needs"]),
        party_size=call.data.get("party_size"),
        near=near_room.key if near_room else near,
        max_relay_latency=call.data.get("max_relay_latency"),
    )
    by_key = {room.key: room for room in rooms}
    return {"studios": [_ranked(by_key[r.candidate.key], r) for r in find(rooms, wish)]}


_DAY: Final = timedelta(days=1)

ACTIONS: Final[Mapping[str, Action]] = {
    "create_booking": Action(
        _create_booking,
        {
            **_STUDIO,
            **_WINDOW,
            vol.Optional("title", default=""): cv.string,
            **_GUEST,
            vol.Optional("notes", default=""): cv.string,
            vol.Optional("needs", default=list): vol.All(cv.ensure_list, [cv.string]),
            vol.Optional("hold", default=False): cv.boolean,
            vol.Optional("rrule"): cv.string,
            vol.Optional("external_id"): vol.All(cv.string, vol.Length(1, _LONGEST_ID)),
            **_FORCE,
        },
        SupportsResponse.OPTIONAL,
        _span("start", "end", "duration"),
    ),
    "move_booking": Action(
        _move_booking,
        {
            **_STUDIO,
            vol.Required("booking"): cv.string,
            vol.Optional("to_studio"): cv.string,
            vol.Optional("start"): cv.datetime,
            vol.Optional("end"): cv.datetime,
            **_FORCE,
        },
        SupportsResponse.OPTIONAL,
    ),
    "cancel_booking": Action(_cancel_booking, {**_STUDIO, vol.Required("booking"): cv.string}),
    "extend_session": Action(
        _extend_session,
        {
            **_STUDIO,
            **_BOOKING,
            vol.Optional("steps", default=1): vol.All(vol.Coerce(int), vol.Range(1, 20)),
        },
        SupportsResponse.OPTIONAL,
    ),
    "check_in": Action(_check_in, {**_STUDIO, **_BOOKING}),
    "end_session": Action(_end_session, {**_STUDIO, **_BOOKING}),
    "release_booking": Action(_release_booking, {**_STUDIO, **_BOOKING}),
    "book_now": Action(
        _book_now,
        {
            **_STUDIO,
            vol.Optional("duration"): vol.All(
                cv.positive_time_period, vol.Range(15 * MINUTE, 480 * MINUTE)
            ),
        },
        SupportsResponse.OPTIONAL,
    ),
    "get_bookings": Action(
        _get_bookings,
        {
            vol.Optional("studio"): vol.All(cv.ensure_list, [cv.string]),
            vol.Optional("start"): cv.datetime,
            vol.Optional("end"): cv.datetime,
            vol.Optional("guest_details", default=False): cv.boolean,
        },
        SupportsResponse.ONLY,
    ),
    "find_studio": Action(
        _find_studio,
        {
            **_WINDOW,
            vol.Optional("needs", default=list): vol.All(cv.ensure_list, [cv.string]),
            vol.Optional("party_size"): cv.positive_int,
            vol.Optional("near"): cv.string,
            vol.Optional("max_relay_latency"): vol.All(vol.Coerce(float), vol.Range(min=1)),
        },
        SupportsResponse.ONLY,
        _span("start", "end", "duration"),
    ),
}


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions; they are there while the integration is, whatever is loaded."""
    for name, action in ACTIONS.items():
        hass.services.async_register(
            DOMAIN,
            name,
            action.run,
            schema=vol.All(vol.Schema(action.fields), action.check),
            supports_response=action.response,
            description_placeholders={"docs_url": DOCS},
        )


def _room(hass: HomeAssistant, name: str) -> Room:
    """Return the studio that a device id, a name or an alias means."""
    all_rooms = network(hass)
    room = all_rooms.room(name) or named(all_rooms.rooms, name)
    if room is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_studio",
            translation_placeholders={"studio": name},
        )
    return room


def _is_site(rooms: list[Room], name: str) -> bool:
    return any(room.site == name for room in rooms)


async def _async_controlled(call: ServiceCall, field: str = "studio") -> Room:
    """Return the studio that a field names, if the caller may control it."""
    room = _room(call.hass, call.data[field])
    await async_may_control(call.hass, call.context, room)
    return room


async def _async_seen(call: ServiceCall, name: str) -> Room:
    room = _room(call.hass, name)
    await async_may_read(call.hass, call.context, room)
    return room


async def _async_all_seen(call: ServiceCall) -> list[Room]:
    """Return the studios that the caller may see."""
    return [
        room
        for room in network(call.hass).rooms
        if await async_is_seen(call.hass, call.context, room)
    ]


def _booking(room: Room, name: str) -> Booking:
    """Return the booking that an id means; of several with the same, the next one."""
    standing = [booking for booking in room.bookings if booking.named(name)]
    if not standing:
        raise booking_refused(Reason.UNKNOWN_BOOKING)
    now = dt_util.utcnow()
    return next((booking for booking in standing if booking.end > now), standing[-1])


def _kept(bookings: Iterable[Booking], booking: Booking) -> Booking | None:
    """Return what is kept under a booking's name, of a series the first that stands."""
    same = (each for each in bookings if (each.source, each.uid) == (booking.source, booking.uid))
    return next(same, None)


def _aware(moment: datetime, room: Room | None) -> datetime:
    """Read a time without zone on the studio's wall clock."""
    if moment.tzinfo is not None:
        return dt_util.as_utc(moment)
    zone = room.zone if room is not None else dt_util.get_default_time_zone()
    return dt_util.as_utc(moment.replace(tzinfo=zone))


def _window(call: ServiceCall, room: Room) -> tuple[datetime, datetime]:
    start = _aware(call.data["start"], room)
    end = _aware(call.data["end"], room) if "end" in call.data else start + call.data["duration"]
    return start, end


def _told(
    room: Room, booking: Booking, progress: Progress | None = None, *, guests: bool = False
) -> dict[str, JsonValueType]:
    """Return a booking as an answer tells it; who the guest is only where it was asked for."""
    progress = progress or room.memory.progress_of(booking)
    told: dict[str, JsonValueType] = {
        "booking": booking.key,
        "uid": booking.uid,
        "source": booking.source,
        "studio": room.device_id,
        "studio_name": room.name,
        "start": booking.start.isoformat(),
        "end": progress.end_of(booking).isoformat(),
        "status": booking.status.value,
        "state": progress.phase.value,
        "title": booking.title,
        "needs": [*sorted(booking.needs)],
    }
    if guests:
        told["guest"] = {
            "name": booking.guest.name,
            "phone": booking.guest.phone,
            "email": booking.guest.email,
            "party_size": booking.guest.party_size,
            "language": booking.guest.language,
        }
        told["notes"] = booking.notes
        told["url"] = booking.url
    return told


def _ranked(room: Room, ranked: Ranked) -> JsonValueType:
    return {
        "studio": room.device_id,
        "studio_name": room.name,
        "site": room.site,
        "suitable": ranked.suitable,
        "cost": round(ranked.cost, 1),
        "reasons": [_remark(remark) for remark in ranked.reasons],
    }


def _remark(remark: Remark) -> JsonValueType:
    return {"reason": remark.code.value, "speaks_for": remark.speaks_for, **remark.values}
