"""The bookings that are made here: a file of an entry, and of each studio a source."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.booking import Booking
from ..core.document import Node
from ..core.errors import BookingError, PersistError
from ..core.ledger import Key, Ledger, LedgerError, Record, occurrences
from ..core.ledger_document import dump_ledger, load_ledger
from ..core.origin import LOCAL, NODE, agenda_of, is_agenda, origin_of
from ..core.requests import CancelBooking, CreateBooking, MoveBooking, PartRequest
from .base import RequestError
from .board import Board
from .candid_store import CandidStore
from .recurrence import check, expand, in_zone, read

VERSION: Final = 1

_DAY: Final = timedelta(days=1)
_BEHIND: Final = _DAY
_AHEAD: Final = timedelta(days=401)  # of the day's beginning: 400 at its end
_SOON: Final = 5.0  # s

_BOOKING_REQUESTS: Final = (CreateBooking, MoveBooking, CancelBooking)

type _BookingRequest = CreateBooking | MoveBooking | CancelBooking
type _Drawn = Mapping[Key, tuple[Record, tuple[Booking, ...]]]


class LedgerStore:
    """The ledgers of an entry's studios, in one private file."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._ledgers: dict[str, Ledger] = {}
        self._documents: dict[str, dict[str, Any]] = {}
        self._zones: frozenset[ZoneInfo] = frozenset()  # held, so that none is read again
        self._readable = False
        self._lock = asyncio.Lock()
        self._store: CandidStore[dict[str, Any]] = CandidStore(
            hass,
            VERSION,
            f"{DOMAIN}.{entry_id}.bookings",
            private=True,
            atomic_writes=True,
            serialize_in_event_loop=False,  # a document is never changed in place
        )

    @property
    def studios(self) -> frozenset[str]:
        """Return the studios that have a ledger."""
        return frozenset(self._documents)

    async def async_load(self) -> None:
        """
        Read the file.

        Raises:
            PersistError: it is broken; it does not pass for an empty one, and stays as it is.

        """
        if (data := await self._store.async_load()) is not None:
            await self._hass.async_add_executor_job(self._take, data)
        self._readable = True

    def recall(self, studio: str) -> Ledger:
        """Return a studio's ledger; one that nobody has written into is empty."""
        return self._ledgers.get(studio, Ledger())

    async def async_keep(self, studio: str, ledger: Ledger) -> bool:
        """Write a studio's ledger now; tell whether it worked, otherwise the last one stands."""
        if not self._readable:
            return False
        document = await self._hass.async_add_executor_job(dump_ledger, ledger)
        async with self._lock:
            if not await self._store.async_save_now(_data({**self._documents, studio: document})):
                return False
            self._documents = {**self._documents, studio: document}
            self._ledgers[studio] = ledger
        return True

    def forget(self, studio: str) -> None:
        """Drop the ledger of a studio that was removed; the file follows soon."""
        self._ledgers.pop(studio, None)
        if studio in self._documents:
            self._documents = {key: each for key, each in self._documents.items() if key != studio}
            self._store.async_delay_save(lambda: _data(self._documents), _SOON)

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _take(self, data: dict[str, Any]) -> None:
        """Read all ledgers; a rule that nobody could follow is as broken as a missing field."""
        stored = Node(place="bookings", value=data).child("studios")
        ledgers = {studio: load_ledger(node) for studio, node in stored.children()}
        zones = set()
        for studio, ledger in ledgers.items():
            for record in filter(lambda record: record.rrule, ledger.records.values()):
                try:
                    read(record.rrule)
                    zones.add(in_zone(record.zone))
                except RequestError as error:
                    place = f"{stored.place}[{studio}]"
                    raise PersistError(place, f"{record.booking.uid}: {error}") from error
        self._ledgers, self._zones = ledgers, frozenset(zones)
        self._documents = dict(data["studios"])


def _data(documents: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {"studios": documents}


class LedgerSource:
    """The bookings of one studio that are made here; a part for each source, its own always."""

    patience: int = 1
    live: bool = False

    def __init__(self, hass: HomeAssistant, store: LedgerStore, studio: str) -> None:
        self.board = Board()
        self.board.available = True
        self._hass = hass
        self._store = store
        self._studio = studio
        self._ledger = store.recall(studio)
        self._day = _day_of(dt_util.utcnow())
        self._drawn: _Drawn = {}
        self._lock = asyncio.Lock()
        self._timer: CALLBACK_TYPE | None = None
        self._closed = False
        self._show(self._draw(self._ledger, self._day))

    async def perform(self, request: PartRequest) -> None:
        """
        Write a booking; what the board shows has been written.

        Raises:
            RequestError: it was refused, or the disk refuses; nothing has changed then.

        """
        if not isinstance(request, _BOOKING_REQUESTS):
            raise RequestError("not_supported")
        async with self._lock:
            now = dt_util.utcnow()
            ledger = await self._hass.async_add_executor_job(self._edit, request, now)
            if ledger == self._ledger:
                return
            drawn = await self._hass.async_add_executor_job(self._draw, ledger, self._day)
            if not await self._store.async_keep(self._studio, ledger):
                raise RequestError("not_stored")
            self._ledger = ledger
            self._show(drawn)

    def close(self) -> None:
        """End the timer."""
        self._closed = True
        self._sleep()

    async def _begin_day(self, _midnight: datetime) -> None:
        """Move the window on; what cannot be written is forgotten another day."""
        async with self._lock:
            now = dt_util.utcnow()  # the machine may have slept
            ledger = await self._hass.async_add_executor_job(self._ledger.pruned, now, expand)
            if ledger is not self._ledger and await self._store.async_keep(self._studio, ledger):
                self._ledger = ledger
            self._drawn, self._day = {}, _day_of(now)
            drawn = await self._hass.async_add_executor_job(self._draw, self._ledger, self._day)
            self._show(drawn)

    def _edit(self, request: _BookingRequest, now: datetime) -> Ledger:
        """Return the ledger after a request; reads zones, so not in the event loop."""
        source = origin_of(request.part)
        if not is_agenda(request.part) or source == NODE:
            raise RequestError("not_supported")
        try:
            return self._edited(request, source).pruned(now, expand)
        except LedgerError as error:
            raise RequestError(error.reason) from error
        except BookingError as error:
            raise RequestError(error.reason) from error

    def _edited(self, request: _BookingRequest, source: str) -> Ledger:
        match request:
            case CreateBooking(booking=booking, rrule=rrule, zone=zone):
                rrule = rrule and check(rrule, booking.start, zone)
                return self._ledger.keep(replace(booking, source=source), rrule, zone)
            case MoveBooking():
                return self._ledger.move(
                    source,
                    request.uid,
                    request.start,
                    request.end,
                    request.title,
                    request.recurrence_id,
                    following=request.following,
                    new_uid=uuid4().hex,
                    expand=expand,
                )
            case CancelBooking():
                return self._ledger.cancel(
                    source,
                    request.uid,
                    request.recurrence_id,
                    following=request.following,
                    expand=expand,
                )

    def _draw(self, ledger: Ledger, day: datetime) -> _Drawn:
        """Return what each record has in the window; of those that are as they were, the same."""
        since, until = day - _BEHIND, day + _AHEAD
        drawn: dict[Key, tuple[Record, tuple[Booking, ...]]] = {}
        for key, record in ledger.records.items():
            known = self._drawn.get(key)
            if known is None or known[0] is not record:
                known = (record, occurrences(record, since, until, expand))
            drawn[key] = known
        return drawn

    def _show(self, drawn: _Drawn) -> None:
        """Publish, and wait for the next day if it will change something."""
        self._drawn = drawn
        shown = {origin_of(part) for part in self.board}
        items: dict[str, list[Booking]] = {
            source: [] for source in sorted({LOCAL} | shown | self._ledger.sources)
        }
        for (source, _), (_, bookings) in drawn.items():
            items[source] += bookings
        for source, found in items.items():
            found.sort(key=lambda booking: (booking.start, booking.end, booking.key))
            self.board.update(agenda_of(source), {"items": tuple(found)})
        self._sleep()

    def _sleep(self) -> None:
        """Set the timer to the next day, if there is anything to do then."""
        if self._timer is not None:
            self._timer()
            self._timer = None
        if self._ledger.records and not self._closed:
            self._timer = async_track_point_in_utc_time(
                self._hass, self._begin_day, self._day + _DAY
            )


def _day_of(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
