"""What people say to Assist, understood without a language model; docs/assist.md has the words."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv, intent
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .assistant import (
    Asker,
    RefusedError,
    Speech,
    async_book_studio,
    async_next,
    async_reason,
    async_speech,
    availability,
)

type Slots = Mapping[str, Any]

IS_FREE: Final = "MicroStudioIsFree"
WHO_IS_NEXT: Final = "MicroStudioWhoIsNext"
BOOK: Final = "MicroStudioBook"

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_NEAR_DAYS: Final = {"today": 0, "tomorrow": 1, "day_after_tomorrow": 2}
_HALVES: Final = ("am", "pm")
_NOON: Final = 12
_EARLIEST: Final = 7  # whoever wants a studio before that says "in the morning"
_WEEK: Final = 7
_DAY: Final = timedelta(days=1)

_HOUR: Final = vol.All(vol.Coerce(int), vol.Range(0, 24))
_MINUTE: Final = vol.All(vol.Coerce(int), vol.Range(0, 59))
_WHEN: Final[VolDictType] = {
    vol.Optional("day"): vol.Any(*_NEAR_DAYS, *WEEKDAYS),
    vol.Optional("minute"): _MINUTE,
    vol.Optional("half"): vol.In(_HALVES),
    vol.Optional("end_minute"): _MINUTE,
    vol.Optional("end_half"): vol.In(_HALVES),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A time of day as people say it."""

    hour: int
    minute: int = 0
    half: str | None = None

    @property
    def hours(self) -> tuple[int, ...]:
        """Return the hours that may be meant, counted from midnight, the likeliest first."""
        hour = self.hour
        if self.half is not None and 1 <= hour <= _NOON:
            return (hour % _NOON + (_NOON if self.half == "pm" else 0),)
        if not 1 <= hour < _NOON:
            return (hour,)
        both = (hour, hour + _NOON)
        return both if hour >= _EARLIEST else both[::-1]

    def on(self, day: datetime, hour: int) -> datetime:
        """Return when the clock shows an hour on a day: `day` is its midnight."""
        days, hour = divmod(hour, 24)
        shown = day + days * _DAY
        return shown.replace(hour=hour, minute=self.minute).astimezone(dt_util.UTC)


def read_span(slots: Slots, now: datetime, zone: tzinfo) -> tuple[datetime, datetime | None]:
    """Return the start and the end that were said; now, where no time was."""
    if "hour" not in slots:
        if "day" in slots:
            raise RefusedError("no_time")
        return now, None
    begins = Said(slots["hour"], slots.get("minute", 0), slots.get("half"))
    if "end_hour" not in slots:
        return _start(begins, slots.get("day"), now, zone), None
    ends = Said(slots["end_hour"], slots.get("end_minute", 0), slots.get("end_half"))
    if begins.half is None and begins.hour % _NOON < ends.hour % _NOON:
        begins = replace(begins, half=ends.half)  # from eight to ten in the evening
    start = _start(begins, slots.get("day"), now, zone)
    return start, _end(ends, start, zone)


def _start(said: Said, day: str | None, now: datetime, zone: tzinfo) -> datetime:
    """Return the likeliest time on a day that is still to come, or that of today."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = (0, 1) if day is None else _days_to(day, midnight)
    found = [said.on(midnight + ahead * _DAY, hour) for ahead in days for hour in said.hours]
    return next((moment for moment in found if moment >= now), found[0])


def _days_to(day: str, today: datetime) -> tuple[int, ...]:
    """Return how many days ahead a day is; a weekday that is today may be the next one."""
    if day in _NEAR_DAYS:
        return (_NEAR_DAYS[day],)
    ahead = (WEEKDAYS.index(day) - today.weekday()) % _WEEK
    return (ahead,) if ahead else (0, _WEEK)


def _end(said: Said, start: datetime, zone: tzinfo) -> datetime:
    """Return when the clock shows a time first after a start."""
    midnight = start.astimezone(zone).replace(hour=0, minute=0)
    found = [
        said.on(midnight + ahead * _DAY, hour) for ahead in (0, 1) for hour in sorted(said.hours)
    ]
    return next((moment for moment in found if moment > start), found[-1])


@dataclass(frozen=True, slots=True)
class Question:
    """What an intent is about: who asks, what was said, and how to answer."""

    asker: Asker
    slots: Slots
    speech: Speech
    now: datetime


async def _is_free(question: Question) -> str:
    room = await question.asker.async_room(question.slots["studio"])
    start, end = read_span(question.slots, question.now, room.zone)
    return question.speech.availability(availability(room, start, end), question.now)


async def _who_is_next(question: Question) -> str:
    asker = question.asker
    name = question.slots.get("studio")
    rooms = await asker.async_rooms() if name is None else [await asker.async_room(name)]
    return question.speech.next(await async_next(asker, rooms), question.now)


async def _book(question: Question) -> str:
    room = await question.asker.async_room(question.slots["studio"])
    start, end = read_span(question.slots, question.now, room.zone)
    if end is None:
        raise RefusedError("no_time")
    booked = await async_book_studio(question.asker, room, start, end)
    return question.speech.booked(booked, question.now)


class StudioIntent(intent.IntentHandler):
    """One intent; what it cannot do, it says."""

    def __init__(
        self,
        intent_type: str,
        description: str,
        fields: VolDictType,
        answer: Callable[[Question], Coroutine[Any, Any, str]],
    ) -> None:
        self.intent_type = intent_type
        self.description = description
        self._fields = fields
        self._answer = answer

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        """Return what may be said."""
        return self._fields

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Answer with one or two sentences."""
        hass = intent_obj.hass
        slots = self.async_validate_slots(intent_obj.slots)
        question = Question(
            Asker(hass, intent_obj.context),
            {name: slot["value"] for name, slot in slots.items()},
            await async_speech(hass, intent_obj.language),
            dt_util.utcnow(),
        )
        response = intent_obj.create_response()
        try:
            response.async_set_speech(await self._answer(question))
        except RefusedError as refused:
            text = question.speech.refused(refused)
            response.async_set_error(intent.IntentResponseErrorCode.FAILED_TO_HANDLE, text)
        except HomeAssistantError as error:
            text = await async_reason(hass, error, intent_obj.language)
            response.async_set_error(intent.IntentResponseErrorCode.FAILED_TO_HANDLE, text)
        return response


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intents."""
    studio = vol.Required("studio")
    text = intent.non_empty_string
    for handler in (
        StudioIntent(
            IS_FREE,
            "Tells whether a studio is free, and when it is next",
            {studio: text, **_WHEN, vol.Optional("hour"): _HOUR, vol.Optional("end_hour"): _HOUR},
            _is_free,
        ),
        StudioIntent(
            WHO_IS_NEXT,
            "Tells which booking is next",
            {vol.Optional("studio"): cv.string},
            _who_is_next,
        ),
        StudioIntent(
            BOOK,
            "Books a studio for a user who may control it",
            {studio: text, **_WHEN, vol.Required("hour"): _HOUR, vol.Required("end_hour"): _HOUR},
            _book,
        ),
    ):
        intent.async_register(hass, handler)
