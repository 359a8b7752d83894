"""What Assist answers about studios: data for models, sentences for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final
from uuid import uuid4

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .core.booking import Booking
from .core.origin import LOCAL
from .core.ranking import NotFree
from .core.schedule import Slot, current, following, obstacle, slots
from .desk import async_book, not_free, opening_hours
from .network import named, network
from .permission import async_is_seen, async_may_control
from .room import Room

MOMENT: Final = timedelta(minutes=15)
"""How long a studio has to be free for whoever asks about a moment."""

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_WEEK: Final = 7  # days
_TRIES: Final = 50  # bookings in a row, after which nobody waits any longer
_TEXTS: Final = f"component.{DOMAIN}.selector.assist.options."


class RefusedError(Exception):
    """Assist does not do it; says why with a key of the sentences."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values: Mapping[str, str] = values


@dataclass(frozen=True, slots=True)
class Span:
    """A time in a studio, as its clock shows it."""

    start: datetime
    end: datetime | None = None  # None where only a moment counts


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a studio can be had, why not, and when instead."""

    studio: str
    asked: Span
    not_free: NotFree | None
    until: datetime | None = None  # where it is free: the next booking of the day
    next_free: datetime | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """Which booking is next in a studio; the guest's name only for who may control it."""

    studio: str
    span: Span
    title: str
    guest: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking that Assist has made."""

    studio: str
    span: Span
    title: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who talks to Assist."""

    hass: HomeAssistant
    context: Context | None

    async def async_rooms(self) -> list[Room]:
        """Return the studios that they may see, by name."""
        rooms = sorted(network(self.hass).rooms, key=lambda room: (room.name, room.key))
        return [room for room in rooms if await async_is_seen(self.hass, self.context, room)]

    async def async_room(self, name: str) -> Room:
        """
        Return the studio that a name means.

        Raises:
            RefusedError: none or several are called so; it names those that there are.

        """
        rooms = await self.async_rooms()
        if (room := named(rooms, name)) is not None:
            return room
        if not rooms:
            raise RefusedError("no_studios")
        known = ", ".join(dict.fromkeys(room.name for room in rooms))
        wanted = name.strip().casefold()
        several = any(wanted in room.names for room in rooms)
        key = "several_studios" if several else "unknown_studio"
        raise RefusedError(key, studio=name.strip(), studios=known)

    async def async_controls(self, room: Room) -> bool:
        """Tell whether they are known and may control a studio: a voice alone is nobody."""
        if self.context is None or self.context.user_id is None:
            return False
        try:
            await async_may_control(self.hass, self.context, room)
        except Unauthorized:
            return False
        return True


def availability(room: Room, start: datetime, end: datetime | None) -> Availability:
    """
    Tell whether a studio is free for a time, or from a moment on.

    Raises:
        RefusedError: the time has passed or ends before it starts.

    """
    _check_span(start, end)
    length = MOMENT if end is None else end - start
    refused = not_free(room, start, start + length)
    return Availability(
        studio=room.name,
        asked=_span(room, start, end),
        not_free=refused,
        until=_until(room, start) if refused is None and end is None else None,
        next_free=None if refused is None else _next_free(room, start, length),
    )


async def async_next(asker: Asker, rooms: list[Room]) -> Next | None:
    """Return the next booking of several studios; None when nothing more is booked."""
    coming = [(slot, room) for room in rooms if (slot := _following(room)) is not None]
    if not coming:
        return None
    slot, room = min(coming, key=lambda found: found[0].booking.start)
    booking = slot.booking
    return Next(
        studio=room.name,
        span=_span(room, booking.start, slot.end),
        title=booking.title,
        guest=booking.guest.name if await asker.async_controls(room) else "",
    )


async def async_book_studio(
    asker: Asker, room: Room, start: datetime, end: datetime, title: str = ""
) -> Booked:
    """
    Book a studio for somebody who may control it.

    Raises:
        RefusedError: they may not, or the time cannot be had.
        HomeAssistantError: the studio cannot take the booking.

    """
    if not await asker.async_controls(room):
        raise RefusedError("not_allowed", studio=room.name)
    _check_span(start, end)
    if (refused := not_free(room, start, end)) is not None:
        raise RefusedError(f"not_booked_{refused.value}", studio=room.name)
    booking = Booking(source=LOCAL, uid=uuid4().hex, start=start, end=end, title=title)
    await async_book(room, booking)
    return Booked(studio=room.name, span=_span(room, start, end), title=title)


@dataclass(frozen=True, slots=True)
class Speech:
    """The sentences of one language, and what they call days."""

    texts: Mapping[str, str]

    def availability(self, found: Availability, now: datetime) -> str:
        """Say whether a studio can be had, and when instead."""
        key = "free" if found.not_free is None else found.not_free.value
        sentences = [self.say(key, studio=found.studio, when=self.when(found.asked, now))]
        if found.until is not None:
            sentences.append(self.say("free_until", time=_clock(found.until)))
        if found.next_free is not None:
            again = self.when(Span(found.next_free), now)
            sentences.append(self.say("free_again", when=again))
        return " ".join(sentences)

    def next(self, found: Next | None, now: datetime) -> str:
        """Say who is next."""
        if found is None:
            return self.say("nobody_next")
        title = found.title or self.say("untitled")
        key = "next_guest" if found.guest else "next"
        when = self.when(found.span, now)
        return self.say(key, studio=found.studio, title=title, guest=found.guest, when=when)

    def booked(self, booked: Booked, now: datetime) -> str:
        """Say what has been booked."""
        return self.say("booked", studio=booked.studio, when=self.when(booked.span, now))

    def when(self, span: Span, now: datetime) -> str:
        """Say a time, as the studio's clock shows it."""
        if span.end is None and abs(span.start - now) < _MINUTE:
            return self.say("now")
        day = self._day(span.start, now.astimezone(span.start.tzinfo))
        if span.end is None:
            return self.say("at", day=day, time=_clock(span.start))
        return self.say("from_to", day=day, start=_clock(span.start), end=_clock(span.end))

    def refused(self, refused: RefusedError) -> str:
        """Say why something is not done."""
        return self.say(refused.key, **refused.values)

    def say(self, key: str, **values: str) -> str:
        """Return a sentence; a key that nobody translated stands for itself."""
        return self.texts.get(key, key).format_map(values)

    def _day(self, moment: datetime, now: datetime) -> str:
        days = (moment.date() - now.date()).days
        if days in (0, 1):
            return self.say("tomorrow" if days else "today")
        if 0 < days < _WEEK:
            return self.say(f"weekday_{moment.weekday()}")
        return self.say("date", day=str(moment.day), month=self.say(f"month_{moment.month}"))


async def async_speech(hass: HomeAssistant, language: str) -> Speech:
    """Load the sentences of a language; English where there are none."""
    found = await async_get_translations(hass, language, "selector", [DOMAIN])
    return Speech(
        {key.removeprefix(_TEXTS): text for key, text in found.items() if key.startswith(_TEXTS)}
    )


async def async_reason(hass: HomeAssistant, error: HomeAssistantError, language: str) -> str:
    """Return what an error says in a language; its own text where nobody translated it."""
    found = await async_get_translations(hass, language, "exceptions", [DOMAIN])
    text = found.get(f"component.{DOMAIN}.exceptions.{error.translation_key}.message")
    return str(error) if text is None else text.format_map(error.translation_placeholders or {})


def _check_span(start: datetime, end: datetime | None) -> None:
    if end is not None and end <= start:
        raise RefusedError("ends_before_start")
    if start < dt_util.utcnow() - _MINUTE:
        raise RefusedError("passed")


def _span(room: Room, start: datetime, end: datetime | None) -> Span:
    """Show a time on the studio's clock."""
    zone: tzinfo = room.zone
    return Span(start.astimezone(zone), None if end is None else end.astimezone(zone))


def _following(room: Room) -> Slot | None:
    now = dt_util.utcnow()
    around = slots(room.memory, now)
    return following(around, now, current(around, now))


def _until(room: Room, start: datetime) -> datetime | None:
    """Return when the next booking of the day ends the time that is free."""
    found = obstacle(room.memory, start, start + _DAY)
    if found is None:
        return None
    until = (found[0].start - room.policy.buffer).astimezone(room.zone)
    same_day = until.date() == start.astimezone(room.zone).date()
    return until if same_day and opening_hours(room).covers(start, until, room.zone) else None


def _next_free(room: Room, start: datetime, length: timedelta) -> datetime | None:
    """Return when the studio can be had next for so long; None when nobody can tell."""
    moment: datetime | None = start
    for _ in range(_TRIES):
        if moment is None:
            return None
        match not_free(room, moment, moment + length):
            case None:
                return moment.astimezone(room.zone)
            case NotFree.OCCUPIED | NotFree.BUFFER:
                moment = _after_obstacle(room, moment, moment + length)
            case NotFree.CLOSED:
                moment = _opens(room, moment)
            case _:
                return None
    return None


def _after_obstacle(room: Room, start: datetime, end: datetime) -> datetime | None:
    found = obstacle(room.memory, start, end)
    return None if found is None else found[1].end_of(found[0]) + room.policy.buffer


def _opens(room: Room, after: datetime) -> datetime | None:
    """Return when the studio opens next."""
    hours = opening_hours(room)
    today = after.astimezone(room.zone).date()
    return next(
        (
            opens
            for day in range(_WEEK + 1)
            for opens, _ in hours.spans(today + day * _DAY, room.zone)
            if opens > after
        ),
        None,
    )


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
