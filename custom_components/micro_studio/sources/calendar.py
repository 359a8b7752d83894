"""
A calendar of Home Assistant as a source of bookings.

It is read through its entity, for the action `calendar.get_events` leaves uid and recurrence id
out. Calendars fetch rarely (iCalendar files once a day, Google and CalDAV every 15 minutes), so
the source makes them fetch. What is fetched once and seen twice counts as one read: the engine
counts reads before it takes a booking that is gone for cancelled.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final

from homeassistant.components.calendar import DATA_COMPONENT, CalendarEntity, CalendarEvent
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
    valid_entity_id,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import async_update_entity
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN, LOGGER
from ..core.booking import Booking
from ..core.feed import Failure, Feed, Verdict, accept_empty, judge
from ..core.guest_fields import Patterns
from ..core.occurrence import Occurrence, Reading, Skipped, read_occurrences
from ..core.requests import PartRequest
from ..core.studio import PartKind
from .base import RequestError
from .board import Board, Change
from .home import Missing

ROLE: Final = "calendar"  # where the studio's data names it, and the key of the part

_PERIOD: Final = timedelta(minutes=5)
_PATIENCE: Final = timedelta(seconds=60)
_BACK: Final = timedelta(days=1)  # sessions overrun
_NEAR: Final = timedelta(days=14)
_FAR: Final = timedelta(days=400)
_FAR_PERIOD: Final = timedelta(hours=6)
# An event that lasts all day begins at another moment in the studio than in Home Assistant.
_EDGE: Final = timedelta(days=1)
_PREVIEWED: Final = 5

type Told = list[JsonValueType]


@dataclass(frozen=True, slots=True)
class _Section:
    """The events of a range, as they are told to those who subscribe to it, and as bookings."""

    told: Told
    reading: Reading


class _UnreadableError(Exception):
    """A calendar did not tell its events; the text quotes neither address nor content."""


class CalendarSource:
    """The bookings of one studio that a calendar entity keeps."""

    patience: int = 2
    live: bool = False

    def __init__(
        self,
        hass: HomeAssistant,
        binding: str,
        *,
        studio: str,
        zone: tzinfo,
        patterns: Patterns,
        source: str = ROLE,
        remembered: Iterable[Booking] = (),
    ) -> None:
        """Begin to read; ``remembered`` is what the room still knows from before a restart."""
        self.board = Board()
        self.board.available = True
        self.part = f"{PartKind.BOOKINGS}/{source}"
        self.missing: Mapping[str, Missing] = {}
        self.skipped: tuple[Skipped, ...] = ()
        self._hass = hass
        self._binding = binding
        self._studio = studio
        self._understand = partial(_section, source=source, zone=zone, patterns=patterns)
        self._feed = Feed(bookings=tuple(remembered))
        self._verdict = Verdict.TAKEN
        self._last: Reading | Failure | None = None
        self._far_read_at: datetime | None = None
        self._entity_id = binding if valid_entity_id(binding) else ""
        self._name = binding
        self._told: Told | None = None  # what the last read brought of the range subscribed to
        self._pushed: Told | None = None  # what was pushed during a read
        self._fetching = False
        self._due = False
        self._due_fetch = False
        self._work: asyncio.Task[None] | None = None
        self._missing_watchers: dict[Change, None] = {}
        self._end_pushes: CALLBACK_TYPE | None = None
        self._end_states: CALLBACK_TYPE | None = None
        self._ends = [
            hass.bus.async_listen(
                er.EVENT_ENTITY_REGISTRY_UPDATED, self._on_registry, self._concerns
            ),
            async_track_time_interval(
                hass, self._on_interval, _PERIOD, name=f"{DOMAIN} calendar", cancel_on_shutdown=True
            ),
        ]
        self._follow()
        self._publish()
        if hass.state is not CoreState.running:
            # Until then, an entity that is in no registry may still come.
            self._ends.append(async_at_started(hass, self._on_started))
        self._wake(fetch=True)

    @callback
    def close(self) -> None:
        """Stop reading."""
        for end in self._ends:
            end()
        self._ends.clear()
        if self._end_states is not None:
            self._end_states()
            self._end_states = None
        self._hush()
        self._due = self._due_fetch = False
        if self._work is not None:
            self._work.cancel()
            self._work = None

    @callback
    def watch_missing(self, change: Change) -> Change:
        """Call ``change`` when the calendar goes missing or comes back."""
        self._missing_watchers[change] = None
        return lambda: self._missing_watchers.pop(change, None)

    @callback
    def accept_empty(self) -> None:
        """Believe the calendar that it is empty, because a person says so."""
        if self._verdict not in {Verdict.DOUBTED, Verdict.EMPTY}:
            return
        self._feed, self._verdict = accept_empty(self._feed, dt_util.utcnow()), Verdict.TAKEN
        self._publish()
        self._wake(fetch=True)

    async def perform(self, request: PartRequest) -> None:
        """
        Refuse: a calendar is changed where it is kept.

        Raises:
            RequestError: always.

        """
        raise RequestError("read_only", self._name)

    @callback
    def _follow(self) -> None:
        """Look up where the calendar is now, and follow it there."""
        entry = er.async_get(self._hass).async_get(self._binding)
        before = self._entity_id
        if entry is not None:
            self._entity_id = entry.entity_id
            self._name = er.async_get_full_entity_name(self._hass, entry)
        if self._end_states is None or self._entity_id != before:
            if self._end_states is not None:
                self._end_states()
            self._end_states = async_track_state_change_event(
                self._hass, self._entity_id, self._on_state
            )
            self._hush()
        gone = self._gone(entry)
        missing = {} if gone is None else {self._binding: gone}
        if missing == self.missing:
            return
        self.missing = missing
        for change in tuple(self._missing_watchers):
            change()

    def _gone(self, entry: er.RegistryEntry | None) -> Missing | None:
        """Return what somebody has to repair; what only has no state yet is not gone."""
        if entry is not None:
            there = not entry.disabled
        elif valid_entity_id(self._binding):
            running = self._hass.state is CoreState.running
            there = not running or self._hass.states.get(self._binding) is not None
        else:
            there = False
        if there:
            return None
        disabled = entry is not None
        last = self._entity_id or self._binding
        return Missing(role=ROLE, entity_id=last, name=self._name, disabled=disabled)

    @property
    def _answers(self) -> bool:
        """Tell whether the calendar's entity says that it is up."""
        state = self._hass.states.get(self._entity_id)
        return state is not None and state.state != STATE_UNAVAILABLE

    @callback
    def _wake(self, *, fetch: bool = False) -> None:
        """Read as soon as possible; what is wanted during a read is done once, after it."""
        self._due = True
        self._due_fetch |= fetch
        if self._work is None or self._work.done():
            self._work = self._hass.async_create_background_task(
                self._async_work(), f"{DOMAIN} calendar", eager_start=False
            )

    async def _async_work(self) -> None:
        while self._due:
            fetch, self._due, self._due_fetch = self._due_fetch, False, False
            await self._async_refresh(fetch=fetch)

    async def _async_refresh(self, *, fetch: bool) -> None:
        """Read, and take or doubt what was read."""
        now = dt_util.utcnow()
        try:
            read: Reading | Failure = await self._async_read(now, fetch=fetch)
        except _UnreadableError as error:
            self._hush()
            read = Failure(str(error))
        if read == self._last and not fetch:
            return  # the same fetch, seen again
        self._last = read
        self._feed, verdict = judge(self._feed, read, now)
        self._tell(verdict, read)
        self._verdict = verdict
        self._publish()

    async def _async_read(self, now: datetime, *, fetch: bool) -> Reading:
        """Return all bookings; what is far off is only read when it may have changed."""
        if self.missing:
            raise _UnreadableError("missing")
        if fetch and _entity(self._hass, self._entity_id) is not None:
            await self._async_fetch()
        if not self._answers or (entity := _entity(self._hass, self._entity_id)) is None:
            raise _UnreadableError("unavailable")
        since, until = now - _BACK, now + _NEAR + _EDGE
        self._listen(entity, since, until)
        near = await _async_section(self._hass, entity, since, until, self._understand)
        self._told = near.told
        if self._pushed is not None and self._pushed != self._told:
            self._due = True
        if isinstance(self._last, Reading) and self._is_known(near.reading, now):
            return self._last
        far = await _async_section(self._hass, entity, since, now + _FAR, self._understand)
        self._far_read_at, self.skipped = now, far.reading.skipped
        return far.reading

    def _is_known(self, near: Reading, now: datetime) -> bool:
        """Tell whether the near part says nothing new, and the far part is young enough."""
        if not self._feed.settled or self._far_read_at is None:
            return False
        known = _ahead(self._feed.bookings, now)
        return now - self._far_read_at < _FAR_PERIOD and _ahead(near.bookings, now) == known

    async def _async_fetch(self) -> None:
        """Make the calendar ask for news; nobody needs to tell us what we are about to read."""
        self._hush()
        self._fetching = True
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await async_update_entity(self._hass, self._entity_id)
        except Exception as error:
            raise _UnreadableError(type(error).__name__) from error
        finally:
            self._fetching = False

    @callback
    def _publish(self) -> None:
        """Put on the board what is known, and how old it is."""
        feed = self._feed
        state = self._hass.states.get(self._entity_id)
        self.board.update(
            self.part,
            {
                "items": None if feed.read_at is None else feed.bookings,
                "read_at": feed.read_at,
                "stale_since": feed.stale_since,
                "empty": self._verdict is Verdict.EMPTY,
                "label": self._name if state is None else state.name,
            },
        )

    def _tell(self, verdict: Verdict, read: Reading | Failure) -> None:
        """Say once when the calendar begins or ceases to be believed."""
        if verdict is self._verdict:
            return
        subject = f"calendar {self._entity_id or self._binding} of studio {self._studio}"
        if isinstance(read, Failure):
            LOGGER.info("%s cannot be read: %s", subject, read.reason)
        elif verdict is Verdict.TAKEN:
            LOGGER.info("%s is read again", subject)
        else:
            LOGGER.info("%s has lost all its bookings at once: %s", subject, verdict)

    @callback
    def _listen(self, entity: CalendarEntity, since: datetime, until: datetime) -> None:
        """Hear of what changes in a range."""
        self._hush()
        self._end_pushes = entity.async_subscribe_events(
            dt_util.as_local(since), dt_util.as_local(until), self._on_push
        )

    @callback
    def _hush(self) -> None:
        """Hear no more; an entity that is renamed or fails goes on asking for its listeners."""
        self._told = self._pushed = None
        if self._end_pushes is not None:
            self._end_pushes()
            self._end_pushes = None

    @callback
    def _on_push(self, events: Told | None) -> None:
        """Take what the calendar tells; mostly it is that the time has passed."""
        if events is None:
            return  # it could not be read; the next refresh finds out why
        if self._told is None:
            self._pushed = events
        elif events != self._told:
            self._wake()

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        """Notice that the calendar comes or goes; all else is pushed."""
        if event.data["old_state"] is None or event.data["new_state"] is None:
            self._follow()
        if not self._fetching and self._answers is (self._end_pushes is None):
            self._hush()
            self._wake()

    @callback
    def _concerns(self, data: er.EventEntityRegistryUpdatedData) -> bool:
        """Tell whether a change of the registry may be about the calendar."""
        if data["action"] == "create":
            return bool(self.missing)
        return self._entity_id in {data["entity_id"], data.get("old_entity_id")}

    @callback
    def _on_registry(self, _: Event[er.EventEntityRegistryUpdatedData]) -> None:
        before = self._entity_id, self.missing
        self._follow()
        if (self._entity_id, self.missing) != before:
            self._wake()

    @callback
    def _on_started(self, _: HomeAssistant) -> None:
        self._follow()

    @callback
    def _on_interval(self, _: datetime) -> None:
        self._wake(fetch=True)


async def async_preview(
    hass: HomeAssistant, entity_id: str, zone: tzinfo, patterns: Patterns, now: datetime
) -> Reading:
    """
    Return the next bookings of a calendar as they would be understood.

    Raises:
        RequestError: the calendar cannot be read now.

    """
    entity = _entity(hass, entity_id)
    if entity is None:
        raise RequestError("calendar_unreadable", "absent")
    understand = partial(_section, source=ROLE, zone=zone, patterns=patterns)
    try:
        section = await _async_section(hass, entity, now, now + _FAR, understand)
    except _UnreadableError as error:
        raise RequestError("calendar_unreadable", str(error)) from None
    coming = tuple(booking for booking in section.reading.bookings if booking.end > now)
    return replace(section.reading, bookings=coming[:_PREVIEWED])


def _entity(hass: HomeAssistant, entity_id: str) -> CalendarEntity | None:
    """Return a calendar's entity; its integration may load later than we do."""
    component = hass.data.get(DATA_COMPONENT)
    return None if component is None else component.get_entity(entity_id)


async def _async_section(
    hass: HomeAssistant,
    entity: CalendarEntity,
    since: datetime,
    until: datetime,
    understand: Callable[[list[CalendarEvent]], _Section],
) -> _Section:
    """Return the events of a range, understood outside of the event loop: they may be many."""
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            events = await entity.async_get_events(
                hass, dt_util.as_local(since), dt_util.as_local(until)
            )
            return await hass.async_add_executor_job(understand, events)
    except Exception as error:
        # An integration lets through whatever its library raises; its text may hold the address.
        raise _UnreadableError(type(error).__name__) from error


def _section(
    events: list[CalendarEvent], *, source: str, zone: tzinfo, patterns: Patterns
) -> _Section:
    occurrences = map(_occurrence, events)
    return _Section(
        told=[event.as_dict() for event in events],
        reading=read_occurrences(occurrences, source=source, zone=zone, patterns=patterns),
    )


def _occurrence(event: CalendarEvent) -> Occurrence:
    return Occurrence(
        uid=event.uid or "",
        recurrence_id=_recurrence_id(event),
        expanded=bool(event.rrule and event.recurrence_id),
        start=event.start,
        end=event.end,
        summary=event.summary or "",
        description=event.description or "",
        location=event.location or "",
        status=event.status or "",
    )


def _recurrence_id(event: CalendarEvent) -> str:
    """Return the recurrence id; the `ical` library keeps its time zone beside the text."""
    text = event.recurrence_id or ""
    zone = getattr(text, "tzinfo", None)
    if isinstance(zone, tzinfo) and "T" in text and not text.endswith("Z"):
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    return str(text)


def _ahead(bookings: Iterable[Booking], now: datetime) -> tuple[Booking, ...]:
    """Return what is not over and begins soon."""
    return tuple(
        booking for booking in bookings if booking.end > now and booking.start < now + _NEAR
    )
