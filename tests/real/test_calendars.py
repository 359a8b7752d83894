"""The same story in three real calendars: what is booked there is what the studio knows."""

from collections.abc import AsyncGenerator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Self

from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
import pytest_socket

from custom_components.micro_studio.const import DOMAIN, SUBENTRY_STUDIO
from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.guest_fields import NO_PATTERNS
from custom_components.micro_studio.sources.calendar import CalendarSource
from tests.node_process import HOST
from tests.patience import until
from tests.real import diaries
from tests.real.diaries import HOUR, ZONE, Diary, Opening

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PERIOD = timedelta(minutes=5)
SEEN = 30.0  # s; caldav takes its time
OPENINGS = (diaries.caldav, diaries.file, diaries.local)


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let tests use the loopback."""
    pytest_socket.socket_allow_hosts([HOST], allow_unix_socket=True)


@pytest.fixture
def storage(hass_config_dir: str) -> None:
    """Make the folder that Home Assistant's own calendar writes to."""
    Path(hass_config_dir, ".storage").mkdir()


@pytest.fixture(params=OPENINGS, ids=[opening.__name__ for opening in OPENINGS])
async def diary(
    request: pytest.FixtureRequest, hass: HomeAssistant, storage: None, tmp_path: Path
) -> AsyncGenerator[Diary]:
    """Keep a calendar in one of the ways; Home Assistant is in the studio's time zone."""
    await hass.config.async_set_time_zone(ZONE.key)
    assert await async_setup_component(hass, "calendar", {})
    opening: Opening = request.param
    async with opening(hass, tmp_path) as kept:
        yield kept


class Studio:
    """A studio that a calendar is bound to."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        entry = er.async_get(hass).async_get(entity_id)
        assert entry is not None
        self._hass = hass
        self.source = CalendarSource(
            hass, entry.id, studio="Studio A", zone=ZONE, patterns=NO_PATTERNS
        )

        self.board, self.part = self.source.board, self.source.part

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Return what is booked, by start."""
        items = self.board.get(self.part, "items")
        return items if isinstance(items, tuple) else ()  # type: ignore[return-value]

    @property
    def times(self) -> list[tuple[str, datetime]]:
        """Return what is booked when."""
        return [(booking.title, booking.start.astimezone(ZONE)) for booking in self.bookings]

    async def sees(self, *times: tuple[str, datetime]) -> None:
        """Wait until exactly this is booked; five minutes pass meanwhile."""
        async_fire_time_changed(self._hass, dt_util.utcnow() + PERIOD)
        await until(lambda: self.times == list(times), SEEN)


@pytest.fixture
async def studio(hass: HomeAssistant, diary: Diary) -> AsyncGenerator[Studio]:
    """Bind the calendar to a studio, and wait for the first read."""
    studio = Studio(hass, diary.entity_id)
    await until(lambda: studio.board.get(studio.part, "read_at"), SEEN)
    yield studio
    studio.source.close()


async def test_a_booking_is_made_moved_and_cancelled(diary: Diary, studio: Studio) -> None:
    ten = datetime.combine(dt_util.now(ZONE).date() + DAY, time(10), ZONE)
    await studio.sees()
    await diary.book("ada", ten)
    await studio.sees(("ada", ten))
    [ada] = studio.bookings
    assert ada.guest.name == "Guest of ada"
    assert ada.recurrence_id == ""

    await diary.book("bob", ten + 2 * HOUR)
    await diary.move("ada", ten + 3 * HOUR)
    await studio.sees(("bob", ten + 2 * HOUR), ("ada", ten + 3 * HOUR))
    assert ada.key in {each.key for each in studio.bookings}

    await diary.cancel("ada")
    await studio.sees(("bob", ten + 2 * HOUR))


async def test_a_series_has_an_exception(diary: Diary, studio: Studio) -> None:
    """One occurrence is moved, another one left out; the others stay, and all keep their names."""
    ten = datetime.combine(dt_util.now(ZONE).date() + DAY, time(10), ZONE)
    await diary.book("daily", ten, days=4)
    await studio.sees(*(("daily", ten + count * DAY) for count in range(4)))
    planned = [each.key for each in studio.bookings]
    assert len(set(planned)) == 4

    await diary.move_one("daily", ten + DAY, ten + DAY + 3 * HOUR)
    await studio.sees(
        ("daily", ten),
        ("daily", ten + DAY + 3 * HOUR),
        ("daily", ten + 2 * DAY),
        ("daily", ten + 3 * DAY),
    )
    assert [each.key for each in studio.bookings] == planned

    await diary.cancel_one("daily", ten + 2 * DAY)
    await studio.sees(("daily", ten), ("daily", ten + DAY + 3 * HOUR), ("daily", ten + 3 * DAY))
    assert [each.key for each in studio.bookings] == [*planned[:2], planned[3]]


async def test_a_server_that_dies_takes_no_booking_along(
    hass: HomeAssistant, storage: None, tmp_path: Path
) -> None:
    """What was booked stays booked and grows old, until the server is back."""
    await hass.config.async_set_time_zone(ZONE.key)
    assert await async_setup_component(hass, "calendar", {})
    ten = datetime.combine(dt_util.now(ZONE).date() + DAY, time(10), ZONE)
    async with diaries.caldav(hass, tmp_path) as diary:
        await diary.book("ada", ten)
        studio = Studio(hass, diary.entity_id)
        try:
            await studio.sees(("ada", ten))
            await diary.stop()
            async_fire_time_changed(hass, dt_util.utcnow() + PERIOD)
            await until(lambda: studio.board.get(studio.part, "stale_since"), SEEN)
            assert studio.times == [("ada", ten)]
            await diary.start()
            async_fire_time_changed(hass, dt_util.utcnow() + PERIOD)
            await until(lambda: studio.board.get(studio.part, "stale_since") is None, SEEN)
            assert studio.times == [("ada", ten)]
        finally:
            studio.source.close()


class Site:
    """A site without a node, set up as a person does it, with one studio."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry

    @classmethod
    async def made(cls, hass: HomeAssistant, calendar: str) -> Self:
        """Walk through the forms: a site, then a studio with a calendar."""
        flows = hass.config_entries.flow
        step = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        step = await flows.async_configure(step["flow_id"], {"next_step_id": "site"})
        asked = {"name": "City centre", "time_zone": ZONE.key}
        step = await flows.async_configure(step["flow_id"], asked)
        assert step["type"] is FlowResultType.CREATE_ENTRY, step
        await hass.async_block_till_done()
        forms = hass.config_entries.subentries
        entry = step["result"]
        kind = (entry.entry_id, SUBENTRY_STUDIO)
        form = await forms.async_init(kind, context={"source": SOURCE_USER})
        assert form["data_schema"] is not None
        sections: dict[str, dict[str, str]] = {
            str(marker): {} for marker in form["data_schema"].schema
        }
        filled = {**sections, "room": {"name": "Studio A"}, "bookings": {"calendar": calendar}}
        form = await forms.async_configure(form["flow_id"], filled)
        assert form["step_id"] == "preview", form
        form = await forms.async_configure(form["flow_id"], {})
        assert form["type"] is FlowResultType.CREATE_ENTRY, form
        await hass.async_block_till_done()
        return cls(hass, entry)

    @property
    def state(self) -> str:
        """Return the room's state."""
        entries = er.async_entries_for_config_entry(er.async_get(self._hass), self._entry.entry_id)
        [entity_id] = [each.entity_id for each in entries if each.translation_key == "state"]
        state = self._hass.states.get(entity_id)
        assert state is not None
        return state.state

    async def becomes(self, state: str) -> None:
        """Let five minutes pass, twice: what is gone has to be missed by two reads."""
        for _ in range(2):
            async_fire_time_changed(self._hass, dt_util.utcnow() + PERIOD)
            await self._hass.async_block_till_done(wait_background_tasks=True)
        await until(lambda: self.state == state, SEEN)


async def test_the_room_follows_its_calendar(hass: HomeAssistant, diary: Diary) -> None:
    """A booking in ten minutes is awaited; one that moves, ends or is left out is not."""
    soon = dt_util.now(ZONE).replace(microsecond=0) + 10 * MINUTE
    site = await Site.made(hass, diary.entity_id)
    await site.becomes("available")

    await diary.book("ada", soon)
    await site.becomes("arriving")
    await diary.move("ada", soon + DAY)
    await site.becomes("available")
    await diary.move("ada", soon)
    await site.becomes("arriving")
    await diary.cancel("ada")
    await site.becomes("available")

    await diary.book("daily", soon, days=3)
    await site.becomes("arriving")
    await diary.move_one("daily", soon, soon + 3 * HOUR)
    await site.becomes("available")
    await diary.move_one("daily", soon + DAY, soon)
    await site.becomes("arriving")
