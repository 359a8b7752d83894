"""Three ways in which a studio's calendar is really kept, written to as a booking system does."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from aiohttp import web
from homeassistant.components.calendar import DATA_COMPONENT, CalendarEntity, CalendarEvent
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util

from tests.node_process import HOST
from tests.real.radicale import PASSWORD, USER, Radicale

HOUR: Final = timedelta(hours=1)
ZONE: Final = ZoneInfo("Europe/Berlin")
_YEAR: Final = timedelta(days=365)


class Diary(Protocol):
    """A calendar of one-hour bookings; each goes by a name that its title repeats."""

    entity_id: str

    async def book(self, name: str, start: datetime, days: int = 1) -> None:
        """Add a booking, or one for each of several days."""

    async def move(self, name: str, start: datetime) -> None:
        """Give a booking another start."""

    async def cancel(self, name: str) -> None:
        """Remove a booking, or a whole series."""

    async def move_one(self, name: str, planned: datetime, start: datetime) -> None:
        """Give one occurrence of a series another start."""

    async def cancel_one(self, name: str, planned: datetime) -> None:
        """Take one occurrence out of a series."""


type Opening = Callable[[HomeAssistant, Path], AbstractAsyncContextManager[Diary]]


class Sheet:
    """One event as iCalendar text, with the exceptions of its series."""

    def __init__(self, uid: str, start: datetime, days: int, *, utc: bool) -> None:
        self.start = start
        self.days = days
        self.moved: dict[datetime, datetime] = {}
        self.cancelled: list[datetime] = []
        self._uid = uid
        self._utc = utc

    def __str__(self) -> str:
        lines = []
        if self.days > 1:
            lines.append(f"RRULE:FREQ=DAILY;COUNT={self.days}")
        lines += [self._time("EXDATE", planned) for planned in self.cancelled]
        text = self._event(self.start, lines)
        for planned, start in self.moved.items():
            text += self._event(start, [self._time("RECURRENCE-ID", planned)])
        return text

    def _event(self, start: datetime, lines: list[str]) -> str:
        lines = [
            "BEGIN:VEVENT",
            f"UID:{self._uid}",
            f"DTSTAMP:{dt_util.utcnow():%Y%m%dT%H%M%SZ}",
            self._time("DTSTART", start),
            self._time("DTEND", start + HOUR),
            f"SUMMARY:{self._uid}",
            f"DESCRIPTION:Name: Guest of {self._uid}",
            *lines,
            "END:VEVENT",
        ]
        return "\r\n".join(lines) + "\r\n"

    def _time(self, name: str, moment: datetime) -> str:
        if self._utc:
            return f"{name}:{dt_util.as_utc(moment):%Y%m%dT%H%M%SZ}"
        return f"{name};TZID={ZONE.key}:{moment.astimezone(ZONE):%Y%m%dT%H%M%S}"


_ZONE_SHEET: Final = "\r\n".join(
    (
        *("BEGIN:VTIMEZONE", f"TZID:{ZONE.key}"),
        *("BEGIN:STANDARD", "DTSTART:19701025T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
        *("TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "END:STANDARD"),
        *("BEGIN:DAYLIGHT", "DTSTART:19700329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        *("TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:DAYLIGHT"),
        *("END:VTIMEZONE", ""),
    )
)


def bound(*sheets: Sheet) -> str:
    """Return events as an iCalendar file."""
    events = "".join(map(str, sheets))
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//studio//test//EN\r\n"
    return f"{head}{_ZONE_SHEET}{events}END:VCALENDAR\r\n"


class Sheets:
    """A calendar that is kept as iCalendar text; whoever keeps it says how it is stored."""

    entity_id = ""

    def __init__(self, *, utc: bool) -> None:
        self.sheets: dict[str, Sheet] = {}
        self._utc = utc

    async def book(self, name: str, start: datetime, days: int = 1) -> None:
        """Add a booking, or one for each of several days."""
        self.sheets[name] = Sheet(name, start, days, utc=self._utc)
        await self._store(name)

    async def move(self, name: str, start: datetime) -> None:
        """Give a booking another start."""
        self.sheets[name].start = start
        await self._store(name)

    async def cancel(self, name: str) -> None:
        """Remove a booking, or a whole series."""
        del self.sheets[name]
        await self._store(name)

    async def move_one(self, name: str, planned: datetime, start: datetime) -> None:
        """Give one occurrence of a series another start."""
        self.sheets[name].moved[planned] = start
        await self._store(name)

    async def cancel_one(self, name: str, planned: datetime) -> None:
        """Take one occurrence out of a series."""
        self.sheets[name].cancelled.append(planned)
        await self._store(name)

    async def _store(self, name: str) -> None:
        """Store what has become of an event; a file is written when it is asked for."""


class Served(Sheets):
    """A CalDAV server's calendar."""

    def __init__(self, server: Radicale) -> None:
        super().__init__(utc=False)
        self._server = server
        self.start, self.stop = server.start, server.stop

    async def _store(self, name: str) -> None:
        if name in self.sheets:
            await self._server.put(name, bound(self.sheets[name]))
        else:
            await self._server.delete(name)


class Local:
    """Home Assistant's own calendar, written to as its calendar panel does."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        self.entity_id = entity_id
        self._hass = hass

    @property
    def _entity(self) -> CalendarEntity:
        entity = self._hass.data[DATA_COMPONENT].get_entity(self.entity_id)
        assert entity is not None
        return entity

    async def _find(self, name: str, planned: datetime | None = None) -> CalendarEvent:
        now = dt_util.now()
        return next(
            event
            for event in await self._entity.async_get_events(self._hass, now, now + _YEAR)
            if event.summary == name and planned in {None, event.start}
        )

    async def book(self, name: str, start: datetime, days: int = 1) -> None:
        """Add a booking, or one for each of several days."""
        rule = {"rrule": f"FREQ=DAILY;COUNT={days}"} if days > 1 else {}
        await self._entity.async_create_event(**_written(name, start), **rule)

    async def move(self, name: str, start: datetime) -> None:
        """Give a booking another start."""
        found = await self._find(name)
        await self._entity.async_update_event(str(found.uid), _written(name, start))

    async def cancel(self, name: str) -> None:
        """Remove a booking, or a whole series."""
        await self._entity.async_delete_event(str((await self._find(name)).uid))

    async def move_one(self, name: str, planned: datetime, start: datetime) -> None:
        """Give one occurrence of a series another start."""
        found = await self._find(name, planned)
        await self._entity.async_update_event(
            str(found.uid), _written(name, start), recurrence_id=found.recurrence_id
        )

    async def cancel_one(self, name: str, planned: datetime) -> None:
        """Take one occurrence out of a series."""
        found = await self._find(name, planned)
        await self._entity.async_delete_event(str(found.uid), recurrence_id=found.recurrence_id)


def _written(name: str, start: datetime) -> dict[str, Any]:
    return {
        "dtstart": start,
        "dtend": start + HOUR,
        "summary": name,
        "description": f"Name: Guest of {name}",
    }


@asynccontextmanager
async def caldav(hass: HomeAssistant, folder: Path) -> AsyncGenerator[Served]:
    """Keep a calendar on a Radicale."""
    async with Radicale.running(folder) as server:
        diary = Served(server)
        login = {"url": server.url, "username": USER, "password": PASSWORD, "verify_ssl": True}
        diary.entity_id = await _added(hass, "caldav", login)
        yield diary


@asynccontextmanager
async def file(hass: HomeAssistant, folder: Path) -> AsyncGenerator[Diary]:
    """Keep a calendar in a file that a web server hands out, with all times in UTC."""
    diary = Sheets(utc=True)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=bound(*diary.sheets.values()), content_type="text/calendar")

    app = web.Application()
    app.router.add_get("/room.ics", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        url = f"http://{HOST}:{runner.addresses[0][1]}/room.ics"
        asked = {"calendar_name": "Room", "url": url, "verify_ssl": True}
        diary.entity_id = await _added(hass, "remote_calendar", asked)
        yield diary
    finally:
        await runner.cleanup()


@asynccontextmanager
async def local(hass: HomeAssistant, folder: Path) -> AsyncGenerator[Diary]:
    """Keep a calendar in Home Assistant."""
    asked = {"calendar_name": "Room", "import": "create_empty"}
    yield Local(hass, await _added(hass, "local_calendar", asked))


async def _added(hass: HomeAssistant, integration: str, asked: dict[str, Any]) -> str:
    """Add a calendar as its owner does, and return its entity."""
    before = set(hass.states.async_entity_ids("calendar"))
    flow = await hass.config_entries.flow.async_init(
        integration, context={"source": SOURCE_USER}, data=asked
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY, flow
    await hass.async_block_till_done()
    [entity_id] = set(hass.states.async_entity_ids("calendar")) - before
    return entity_id
