"""A calendar of Home Assistant as a studio sees it: read in time, believed with care."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sys
import threading
from typing import Any, Final, override
from zoneinfo import ZoneInfo

import freezegun
import freezegun.api
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import (
    DATA_COMPONENT,
    DOMAIN as CALENDAR,
    CalendarEntity,
    CalendarEvent,
    CalendarEventStatus,
)
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from ical.types.recur import RecurrenceId
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    async_fire_time_changed,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.guest_fields import NO_PATTERNS
from custom_components.micro_studio.core.occurrence import SkipReason
from custom_components.micro_studio.core.requests import CancelBooking
from custom_components.micro_studio.sources import calendar
from custom_components.micro_studio.sources.base import RequestError
from custom_components.micro_studio.sources.calendar import CalendarSource, async_preview
from tests.patience import until

DIARY: Final = "diary"  # the test's own integration
PART: Final = "bookings/calendar"
BERLIN: Final = ZoneInfo("Europe/Berlin")
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
SECRET: Final = "https://example.org/private-token.ics"


def event(
    uid: str = "a",
    start: datetime = NOON + DAY,
    *,
    end: datetime | None = None,
    description: str | None = None,
    recurrence_id: str | None = None,
    status: CalendarEventStatus | None = None,
) -> CalendarEvent:
    """Return an event of an hour."""
    return CalendarEvent(
        start=start,
        end=end or start + HOUR,
        summary=f"Episode {uid}",
        uid=uid,
        description=description,
        recurrence_id=recurrence_id,
        status=status,
    )


class Diary(CalendarEntity):
    """A calendar that knows what it has last fetched, and counts what it is asked."""

    _attr_should_poll = False
    _attr_name = "Diary"
    _attr_unique_id = "diary"

    def __init__(self) -> None:
        self.server: list[CalendarEvent] = []
        self.fetched: list[CalendarEvent] = []
        self.fetches = 0
        self.reads: list[timedelta] = []  # how far each looked ahead
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.fetch_gate = asyncio.Event()
        self.fetch_gate.set()

    def again(self) -> Diary:
        """Return the entity of the next set-up, which has just fetched the same calendar."""
        other = Diary()
        other.server, other.fetched, other.error = self.server, [*self.server], self.error
        other.fetches, other.reads, other.gate = self.fetches, self.reads, self.gate
        return other

    @property
    @override
    def event(self) -> CalendarEvent | None:
        return self.fetched[0] if self.fetched else None

    async def async_update(self) -> None:
        """Fetch, as a coordinator does."""
        self.fetches += 1
        await self.fetch_gate.wait()
        self.fetched = [*self.server]

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        self.reads.append(end_date - dt_util.utcnow())
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return [
            each
            for each in self.fetched
            if each.start_datetime_local < end_date and each.end_datetime_local > start_date
        ]

    @property
    def near_reads(self) -> int:
        """Return how often the next two weeks were asked for."""
        return sum(ahead < 20 * DAY for ahead in self.reads)

    @property
    def far_reads(self) -> int:
        """Return how often the next year was asked for."""
        return len(self.reads) - self.near_reads

    def put(self, *events: CalendarEvent) -> None:
        """Book something elsewhere; nobody is told."""
        self.server = [*events]

    def tell(self, *events: CalendarEvent) -> None:
        """Book something here, as in a local calendar; whoever listens is told."""
        self.server = self.fetched = [*events]
        self.async_write_ha_state()


@dataclass(slots=True)
class Desk:
    """A calendar, its entry, and a clock that only a test moves."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    entry: MockConfigEntry
    diary: Diary
    sources: list[CalendarSource] = field(default_factory=list)

    @property
    def entity_id(self) -> str:
        """Return where the calendar is now."""
        entity_id = er.async_get(self.hass).async_get_entity_id(CALENDAR, DIARY, "diary")
        assert entity_id is not None
        return entity_id

    @property
    def registered(self) -> er.RegistryEntry:
        """Return what the registry knows of the calendar."""
        entry = er.async_get(self.hass).async_get(self.entity_id)
        assert entry is not None
        return entry

    async def open(self) -> None:
        """Set the calendar's integration up."""
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.quiet()

    async def bind(
        self, binding: str | None = None, remembered: Iterable[Booking] = ()
    ) -> CalendarSource:
        """Give the calendar to a studio, and wait for the first read."""
        source = self.bound(binding, remembered)
        await self.quiet()
        return source

    def bound(
        self, binding: str | None = None, remembered: Iterable[Booking] = ()
    ) -> CalendarSource:
        """Give the calendar to a studio."""
        source = CalendarSource(
            self.hass,
            binding or self.registered.id,
            studio="Studio A",
            zone=BERLIN,
            patterns=NO_PATTERNS,
            remembered=remembered,
        )
        self.sources.append(source)
        return source

    async def quiet(self) -> None:
        """Wait until nothing happens any more."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def minutes(self, count: float) -> None:
        """Let minutes pass in one go, and the timers ring that are due by then."""
        passed = timedelta(minutes=count)
        self.freezer.tick(passed)
        async_fire_time_changed(self.hass, dt_util.utcnow() + passed)
        await self.quiet()


@pytest.fixture
async def desk(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Desk]:
    """Put a calendar on a desk at noon; its integration is not set up yet."""
    monkeypatch.setattr(asyncio.get_running_loop(), "time", freezegun.api.real_monotonic)
    # Home Assistant 2026.11 has its calendar entity in a module of its own.
    home = sys.modules[CalendarEntity.async_subscribe_events.__module__]
    monkeypatch.setattr(home, "EVENT_LISTENER_DEBOUNCE_COOLDOWN", 0.01)

    async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, [CALENDAR])
        return True

    async def unload(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        return await hass.config_entries.async_forward_entry_unload(entry, CALENDAR)

    async def add(hass: HomeAssistant, entry: ConfigEntry, add: AddEntitiesCallback) -> None:
        made.diary = made.diary.again()
        add([made.diary])

    module = MockModule(DIARY, async_setup_entry=set_up, async_unload_entry=unload)
    # As a custom one it may answer as Home Assistant 2026.10 asks for, and 2026.11 bears with it.
    mock_integration(hass, module, built_in=False)
    mock_platform(hass, f"{DIARY}.{CALENDAR}", MockPlatform(async_setup_entry=add))
    mock_platform(hass, f"{DIARY}.config_flow")
    entry = MockConfigEntry(domain=DIARY)
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, CALENDAR, {})
    with mock_config_flow(DIARY, ConfigFlow), freezegun.freeze_time(NOON) as freezer:
        assert isinstance(freezer, FrozenDateTimeFactory)
        made = Desk(hass, freezer, entry, Diary())
        yield made
        for source in made.sources:
            source.close()


@pytest.fixture
async def open_desk(desk: Desk) -> Desk:
    """Return a desk whose calendar is there."""
    await desk.open()
    return desk


def items(source: CalendarSource) -> tuple[Booking, ...] | None:
    """Return the bookings that are known, or that none is."""
    value = source.board.get(PART, "items")
    assert value is None or isinstance(value, tuple)
    return value  # type: ignore[return-value]  # of a part that holds bookings


def uids(source: CalendarSource) -> list[str]:
    """Return the uids of what is known."""
    return [booking.uid for booking in items(source) or ()]


def reads_told(source: CalendarSource) -> list[object]:
    """Return a list that grows with every read that the room hears of."""
    heard: list[object] = []
    source.board.watch(
        PART, ("items", "read_at"), lambda: heard.append(source.board.get(PART, "read_at"))
    )
    return heard


# --- what is read -------------------------------------------------------------------------------


async def test_bookings_are_unknown_until_the_calendar_has_answered(open_desk: Desk) -> None:
    open_desk.diary.gate.clear()
    source = open_desk.bound()
    assert source.board.available
    assert items(source) is None
    open_desk.diary.gate.set()
    await open_desk.quiet()
    assert items(source) == ()
    assert source.board.get(PART, "read_at") == NOON
    assert source.board.get(PART, "stale_since") is None
    assert source.board.get(PART, "label") == "Diary"


async def test_uid_recurrence_status_and_guest_survive(open_desk: Desk) -> None:
    open_desk.diary.put(
        event(
            recurrence_id="2026-11-24 12:00:00+00:00",
            status=CalendarEventStatus.TENTATIVE,
            description="Name: Ada Lovelace",
        )
    )
    source = await open_desk.bind()
    [booking] = items(source) or ()
    assert (booking.source, booking.uid) == ("calendar", "a")
    assert booking.recurrence_id == "20261124T120000Z"
    assert booking.status is Status.TENTATIVE
    assert booking.guest.name == "Ada Lovelace"


async def test_an_exception_of_a_series_keeps_the_zone_that_its_file_names(
    open_desk: Desk,
) -> None:
    """The `ical` library keeps the zone of a RECURRENCE-ID beside its text."""
    planned = RecurrenceId("20261124T070000", tzinfo=ZoneInfo("America/New_York"))
    open_desk.diary.put(event(start=NOON + DAY + 3 * HOUR, recurrence_id=planned))
    [booking] = items(await open_desk.bind()) or ()
    assert booking.recurrence_id == "20261124T120000Z"


async def test_a_day_is_the_studios_day_and_not_home_assistants(open_desk: Desk) -> None:
    """Home Assistant is in another time zone than the studio."""
    day = NOON.date() + DAY
    open_desk.diary.put(CalendarEvent(start=day, end=day + DAY, summary="Closed", uid="a"))
    [booking] = items(await open_desk.bind()) or ()
    assert booking.start == datetime(2026, 11, 23, 23, tzinfo=UTC)


async def test_what_is_booked_during_a_read_is_not_overlooked(open_desk: Desk) -> None:
    source = await open_desk.bind()
    diary = open_desk.diary
    diary.gate.clear()
    source._on_interval(NOON)
    await until(lambda: diary.near_reads == 2)
    diary.gate.set()
    diary.tell(event())
    await until(lambda: uids(source) == ["a"])


async def test_what_is_no_booking_is_named(open_desk: Desk) -> None:
    open_desk.diary.put(event(end=NOON + DAY), event("b"))
    source = await open_desk.bind()
    assert uids(source) == ["b"]
    assert [each.reason for each in source.skipped] == [SkipReason.NO_LENGTH]


async def test_a_calendar_that_loads_later_is_read_when_it_appears(desk: Desk) -> None:
    await desk.open()
    registered = desk.registered.id
    await desk.hass.config_entries.async_unload(desk.entry.entry_id)
    desk.diary.put(event())
    source = await desk.bind(registered)
    assert items(source) is None
    assert source.board.get(PART, "stale_since") == NOON
    await desk.open()
    assert uids(source) == ["a"]
    assert source.board.get(PART, "stale_since") is None
    assert not source.missing


async def test_a_calendar_in_no_registry_is_known_by_its_entity_id(open_desk: Desk) -> None:
    open_desk.diary.put(event())
    source = await open_desk.bind(open_desk.entity_id)
    assert uids(source) == ["a"]
    assert list((await open_desk.bind("calendar.nowhere")).missing) == ["calendar.nowhere"]


async def test_a_calendar_in_no_registry_may_come_until_home_assistant_has_started(
    open_desk: Desk,
) -> None:
    hass = open_desk.hass
    hass.set_state(CoreState.starting)
    source = await open_desk.bind("calendar.nowhere")
    assert not source.missing
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await open_desk.quiet()
    assert list(source.missing) == ["calendar.nowhere"]


# --- when it is read ----------------------------------------------------------------------------


async def test_the_calendar_is_made_to_fetch_every_five_minutes(open_desk: Desk) -> None:
    diary = open_desk.diary
    source = await open_desk.bind()
    assert (diary.fetches, diary.near_reads, diary.far_reads) == (1, 1, 1)
    for count in range(1, 4):
        await open_desk.minutes(5)
        assert (diary.fetches, diary.near_reads, diary.far_reads) == (1 + count, 1 + count, 1)
        assert source.board.get(PART, "read_at") == dt_util.utcnow()
    diary.put(event())
    await open_desk.minutes(5)
    assert uids(source) == ["a"]
    assert (diary.near_reads, diary.far_reads) == (5, 2)


async def test_what_is_far_off_is_noticed_within_six_hours(open_desk: Desk) -> None:
    source = await open_desk.bind()
    open_desk.diary.put(event(start=NOON + 100 * DAY))
    await open_desk.minutes(5)
    assert uids(source) == []
    await open_desk.minutes(6 * 60)
    assert uids(source) == ["a"]
    assert open_desk.diary.far_reads == 2


async def test_what_is_booked_here_is_seen_at_once(open_desk: Desk) -> None:
    source = await open_desk.bind()
    open_desk.diary.tell(event())
    await until(lambda: uids(source) == ["a"])
    moved = event(start=NOON + 2 * DAY)
    open_desk.diary.tell(moved)
    await until(lambda: [each.start for each in items(source) or ()] == [moved.start])
    assert open_desk.diary.fetches == 1


async def test_a_calendar_that_only_says_that_time_has_passed_is_not_read(open_desk: Desk) -> None:
    """Calendars write their state every minute; what was pushed says that nothing is new."""
    open_desk.diary.put(event())
    source = await open_desk.bind()
    heard, reads = reads_told(source), len(open_desk.diary.reads)
    open_desk.diary.async_write_ha_state()
    await until(lambda: len(open_desk.diary.reads) == reads + 1)  # for those who listen
    await open_desk.quiet()
    assert len(open_desk.diary.reads) == reads + 1
    assert heard == []


async def test_what_is_wanted_during_a_read_is_done_once_after_it(open_desk: Desk) -> None:
    source = await open_desk.bind()
    diary = open_desk.diary
    diary.gate.clear()
    before = diary.fetches
    for _ in range(5):
        source._on_interval(NOON)  # a clock that moves would let the read time out
        await asyncio.sleep(0.01)
    assert diary.fetches == before + 1
    diary.put(event())
    diary.gate.set()
    await until(lambda: uids(source) == ["a"])
    await open_desk.quiet()
    assert diary.fetches == before + 2


class Witness(CalendarEvent):
    """An event that knows which thread has looked at it."""

    @override
    def as_dict(self) -> dict[str, Any]:
        seen_by.add(threading.current_thread())
        return super().as_dict()


seen_by: set[threading.Thread] = set()


async def test_a_read_does_not_hold_the_event_loop(open_desk: Desk) -> None:
    """Ten thousand events are understood in another thread."""
    seen_by.clear()
    open_desk.diary.put(Witness(start=NOON + DAY, end=NOON + 2 * DAY, summary="", uid="a"))
    assert uids(await open_desk.bind()) == ["a"]
    assert seen_by
    assert threading.current_thread() not in seen_by


async def test_after_closing_nothing_is_read(open_desk: Desk) -> None:
    source = await open_desk.bind()
    source.close()
    reads = len(open_desk.diary.reads)
    open_desk.diary.tell(event())
    await open_desk.minutes(5)
    assert len(open_desk.diary.reads) == reads
    assert uids(source) == []


# --- what is believed ---------------------------------------------------------------------------


async def test_a_failing_calendar_keeps_its_bookings_and_grows_old(
    open_desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    open_desk.diary.put(event())
    source = await open_desk.bind()
    heard = reads_told(source)
    open_desk.diary.error = ValueError(f"no answer from {SECRET}")
    await open_desk.minutes(5)
    await open_desk.minutes(5)
    assert uids(source) == ["a"]
    assert source.board.get(PART, "read_at") == NOON
    assert source.board.get(PART, "stale_since") == NOON + 5 * MINUTE
    assert heard == [], "the room is not told of a read that failed"
    assert caplog.text.count("of studio Studio A cannot be read: ValueError") == 1
    assert SECRET not in caplog.text
    open_desk.diary.error = None
    await open_desk.minutes(5)
    assert source.board.get(PART, "stale_since") is None
    assert heard == [NOON + 15 * MINUTE]


async def test_a_calendar_that_does_not_answer_in_time_has_failed(
    open_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await open_desk.bind()
    monkeypatch.setattr(calendar, "_PATIENCE", timedelta(milliseconds=20))
    open_desk.diary.gate.clear()
    await open_desk.minutes(5)
    assert source.board.get(PART, "stale_since") == NOON + 5 * MINUTE
    assert items(source) == ()


async def test_a_calendar_that_never_ends_fetching_has_failed(
    open_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk.diary.put(event())
    source = await open_desk.bind()
    monkeypatch.setattr(calendar, "_PATIENCE", timedelta(milliseconds=20))
    open_desk.diary.fetch_gate.clear()
    await open_desk.minutes(5)
    assert source.board.get(PART, "stale_since") == NOON + 5 * MINUTE
    assert uids(source) == ["a"]
    open_desk.diary.fetch_gate.set()
    await open_desk.minutes(5)
    assert source.board.get(PART, "stale_since") is None


async def test_an_unavailable_calendar_has_failed_and_is_not_empty(open_desk: Desk) -> None:
    diary = open_desk.diary
    diary.put(event())
    source = await open_desk.bind()
    reads = len(diary.reads)
    diary._attr_available = False
    diary.fetched = diary.server = []
    diary.async_write_ha_state()
    await until(lambda: source.board.get(PART, "stale_since") == NOON)
    assert uids(source) == ["a"]
    assert len(diary.reads) == reads, "nobody asks a calendar that says it is away"
    diary._attr_available = True
    diary.tell(event(), event("b"))
    await until(lambda: uids(source) == ["a", "b"])
    assert source.board.get(PART, "stale_since") is None


async def test_a_booking_that_is_gone_is_missed_by_two_fetches(open_desk: Desk) -> None:
    """What is fetched once and seen twice is one read: the room counts each it hears of."""
    open_desk.diary.put(event(), event("b", NOON + 2 * DAY))
    source = await open_desk.bind()
    heard = reads_told(source)
    assert source.patience == 2
    open_desk.diary.tell(event())
    await until(lambda: len(heard) == 1)
    open_desk.diary.async_write_ha_state()
    await open_desk.quiet()
    assert len(heard) == 1
    far_reads = open_desk.diary.far_reads
    await open_desk.minutes(5)
    assert len(heard) == 2
    assert uids(source) == ["a"]
    assert open_desk.diary.far_reads == far_reads + 1, "it may have moved to next year"
    await open_desk.minutes(5)
    assert open_desk.diary.far_reads == far_reads + 1


async def test_a_calendar_that_is_suddenly_empty_is_not_believed(open_desk: Desk) -> None:
    open_desk.diary.put(event(), event("b", NOON + 2 * DAY))
    source = await open_desk.bind()
    heard = reads_told(source)
    open_desk.diary.put()
    for count in range(1, 4):
        assert source.board.get(PART, "empty") is False
        await open_desk.minutes(5)
        open_desk.diary.async_write_ha_state()  # the same fetch is not counted twice
        await open_desk.quiet()
        assert uids(source) == ["a", "b"], count
    assert source.board.get(PART, "empty") is True
    assert source.board.get(PART, "stale_since") == NOON + 5 * MINUTE
    assert heard == []
    source.accept_empty()
    await open_desk.quiet()
    assert items(source) == ()
    assert source.board.get(PART, "empty") is False
    assert source.board.get(PART, "stale_since") is None


async def test_a_person_cannot_accept_what_nobody_doubts(open_desk: Desk) -> None:
    open_desk.diary.put(event())
    source = await open_desk.bind()
    source.accept_empty()
    assert uids(source) == ["a"]


async def test_a_calendar_that_is_empty_after_a_restart_is_not_believed(open_desk: Desk) -> None:
    remembered = [
        Booking(source="calendar", uid=uid, start=NOON + DAY, end=NOON + DAY + HOUR)
        for uid in ("a", "b")
    ]
    source = await open_desk.bind(remembered=remembered)
    assert items(source) is None
    assert source.board.get(PART, "stale_since") == NOON


# --- where it is --------------------------------------------------------------------------------


async def test_a_renamed_calendar_is_followed(open_desk: Desk) -> None:
    source = await open_desk.bind()
    er.async_get(open_desk.hass).async_update_entity(
        open_desk.entity_id, new_entity_id="calendar.another_name"
    )
    await open_desk.quiet()
    assert open_desk.diary.entity_id == "calendar.another_name"
    open_desk.diary.tell(event())
    await until(lambda: uids(source) == ["a"])
    open_desk.diary.put(event(), event("b", NOON + 2 * DAY))
    await open_desk.minutes(5)
    assert uids(source) == ["a", "b"]
    assert not source.missing


async def test_a_removed_calendar_is_missing(open_desk: Desk) -> None:
    open_desk.diary.put(event())
    source = await open_desk.bind()
    registered = open_desk.registered
    changes: list[int] = []
    end = source.watch_missing(lambda: changes.append(len(source.missing)))
    er.async_get(open_desk.hass).async_remove(registered.entity_id)
    await open_desk.quiet()
    [missing] = source.missing.values()
    assert (missing.role, missing.entity_id) == ("calendar", registered.entity_id)
    assert (missing.name, missing.disabled) == ("Diary", False)
    assert changes == [1]
    assert uids(source) == ["a"]
    assert source.board.get(PART, "stale_since") == NOON
    end()


async def test_a_disabled_calendar_is_missing_until_it_is_enabled(open_desk: Desk) -> None:
    open_desk.diary.put(event())
    source = await open_desk.bind()
    changes: list[int] = []
    source.watch_missing(lambda: changes.append(len(source.missing)))
    entity_id = open_desk.entity_id
    registry = er.async_get(open_desk.hass)
    registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await open_desk.quiet()
    assert [each.disabled for each in source.missing.values()] == [True]
    registry.async_update_entity(entity_id, disabled_by=None)
    await open_desk.hass.config_entries.async_reload(open_desk.entry.entry_id)
    await open_desk.quiet()
    assert changes == [1, 0]
    await open_desk.minutes(5)
    assert source.board.get(PART, "stale_since") is None


async def test_a_calendar_is_changed_where_it_is_kept(open_desk: Desk) -> None:
    source = await open_desk.bind()
    with pytest.raises(RequestError) as refused:
        await source.perform(CancelBooking(part=PART, uid="a"))
    assert refused.value.reason == "read_only"


# --- the preview --------------------------------------------------------------------------------


async def test_the_next_five_bookings_are_shown_as_they_will_be_understood(
    open_desk: Desk,
) -> None:
    diary = open_desk.diary
    diary.tell(
        event("over", NOON - HOUR),
        *(event(f"b{day}", NOON + day * 30 * DAY) for day in range(1, 9)),
        event("zero", NOON + DAY, end=NOON + DAY),
    )
    reading = await async_preview(open_desk.hass, open_desk.entity_id, BERLIN, NO_PATTERNS, NOON)
    assert [each.uid for each in reading.bookings] == ["b1", "b2", "b3", "b4", "b5"]
    assert [each.reason for each in reading.skipped] == [SkipReason.NO_LENGTH]


@pytest.mark.parametrize("entity_id", [None, "calendar.nowhere"])
async def test_a_preview_of_a_calendar_that_fails_says_so(
    open_desk: Desk, entity_id: str | None
) -> None:
    open_desk.diary.error = ValueError(SECRET)
    with pytest.raises(RequestError) as refused:
        await async_preview(
            open_desk.hass, entity_id or open_desk.entity_id, BERLIN, NO_PATTERNS, NOON
        )
    assert refused.value.reason == "calendar_unreadable"
    assert SECRET not in str(refused.value)


async def test_without_any_calendar_there_is_nothing_to_preview(hass: HomeAssistant) -> None:
    with pytest.raises(RequestError):
        await async_preview(hass, "calendar.any", BERLIN, NO_PATTERNS, NOON)


# --- Home Assistant's own calendar --------------------------------------------------------------


@pytest.fixture
def storage(hass_config_dir: str) -> Path:
    """Make the folder that a local calendar writes to."""
    folder = Path(hass_config_dir, ".storage")
    folder.mkdir()
    return folder


async def test_a_local_calendar_is_followed_through_a_series_with_an_exception(
    hass: HomeAssistant, storage: Path
) -> None:
    """What somebody clicks together in Home Assistant's calendar panel."""
    assert await async_setup_component(hass, CALENDAR, {})
    flow = await hass.config_entries.flow.async_init(
        "local_calendar",
        context={"source": "user"},
        data={"calendar_name": "Room", "import": "create_empty"},
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    [entity_id] = hass.states.async_entity_ids(CALENDAR)
    entity = hass.data[DATA_COMPONENT].get_entity(entity_id)
    assert entity is not None
    source = CalendarSource(hass, entity_id, studio="A", zone=BERLIN, patterns=NO_PATTERNS)
    try:
        await _play_a_series(hass, entity, source)
    finally:
        source.close()


async def _play_a_series(
    hass: HomeAssistant, entity: CalendarEntity, source: CalendarSource
) -> None:
    now = dt_util.utcnow().replace(microsecond=0)
    start = now + DAY
    series = {"summary": "Daily", "rrule": "FREQ=DAILY;COUNT=3"}
    await entity.async_create_event(dtstart=start, dtend=start + HOUR, **series)
    await until(lambda: len(uids(source)) == 3)
    planned = {each.key for each in items(source) or ()}

    [_, second, _] = await entity.async_get_events(hass, now, now + 9 * DAY)
    assert second.uid is not None
    later = second.start_datetime_local + HOUR
    moved = {"dtstart": later, "dtend": later + HOUR, "summary": "Later"}
    await entity.async_update_event(second.uid, moved, recurrence_id=second.recurrence_id)
    await until(lambda: [each.title for each in items(source) or ()] == ["Daily", "Later", "Daily"])
    assert {each.key for each in items(source) or ()} == planned
    assert [each.start for each in items(source) or ()][1] == later

    await entity.async_delete_event(second.uid, recurrence_id=second.recurrence_id)
    await until(lambda: [each.title for each in items(source) or ()] == ["Daily", "Daily"])
    assert {each.key for each in items(source) or ()} < planned
