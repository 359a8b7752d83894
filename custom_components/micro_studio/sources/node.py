"""A studio node as a source: the wire's words become the core's, requests become calls."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from ..client.connection import NodeConnection
from ..client.errors import CommandRefusedError, CommandUnansweredError
from ..core.happenings import Happening, HappeningKind
from ..core.requests import (
    CancelBooking,
    CreateBooking,
    IdentifyInterface,
    InstallFirmware,
    Lock,
    MoveBooking,
    OpenDoor,
    PartRequest,
    ResetCounters,
    RestartInterface,
    SelectRelay,
    SetLight,
    Unlock,
)
from ..wire.messages import Event, Parts
from ..wire.parts import PARTS, Fields, part_kind
from ..wire.vocabulary import EventType
from .base import RequestError
from .board import Board, Values
from .confirmation import confirmed, failure
from .readers import READERS, Reader

_ANSWER: Final = timedelta(seconds=10)
_CONFIRMATION: Final = timedelta(seconds=15)
_INSTALLATION: Final = timedelta(minutes=30)


class NodeSource:
    """One studio of a node, or with ``studio`` None what belongs to the node itself."""

    patience = 1  # it keeps the bookings itself
    live = True

    def __init__(self, connection: NodeConnection, studio: str | None) -> None:
        self.board = Board()
        self._connection = connection
        self._studio = studio

    def take_parts(self, parts: Parts) -> None:
        """Take a whole report; parts of a later version are left out."""
        self.board.replace(
            {part: read_fields(part, fields) for part, fields in parts.items() if _readers(part)}
        )

    def take_fields(self, part: str, fields: Fields, removed: tuple[str, ...]) -> None:
        """Take a change of one part; nothing at all says that the part is gone."""
        if fields and _readers(part):
            self.board.update(part, read_fields(part, fields))
        if removed or not fields:
            self.board.withdraw(part, removed)

    async def perform(self, request: PartRequest) -> None:
        """
        Carry a request out and wait until the part reports that it did.

        Raises:
            RequestError: it was refused, or nothing confirmed it in time.

        """
        # The report may come before the answer; it is watched, nothing is polled.
        changed = asyncio.Event()
        end = self.board.watch(request.part, PARTS[part_kind(request.part)].fields, changed.set)
        try:
            await self._send(request)
            await self._confirm(request, changed)
        finally:
            end()

    async def _send(self, request: PartRequest) -> None:
        """Wait until the node accepts the request."""
        action, args = call(request)
        try:
            await self._connection.command(self._studio, request.part, action, args, _ANSWER)
        except CommandRefusedError as error:
            raise RequestError(error.code.value, error.message) from None
        except CommandUnansweredError:
            raise RequestError("unanswered") from None

    async def _confirm(self, request: PartRequest, changed: asyncio.Event) -> None:
        """Wait for a report that shows the end; an older one may tell of an earlier failure."""
        patience = _INSTALLATION if isinstance(request, InstallFirmware) else _CONFIRMATION
        try:
            async with asyncio.timeout(patience.total_seconds()):
                while not confirmed(request, self.board.part(request.part)):
                    await changed.wait()
                    changed.clear()
                    if error := failure(request, self.board.part(request.part)):
                        raise error
        except TimeoutError:
            report = self.board.part(request.part)
            raise failure(request, report) or RequestError("unconfirmed") from None


@lru_cache(maxsize=1024)  # asked for each change; the names come from the node
def _readers(part: str) -> Mapping[str, Reader]:
    """Return how the fields of a part are read: of a later version's part, none."""
    return READERS.get(part_kind(part), {})


def read_fields(part: str, fields: Fields) -> Values:
    """Return the values of a part; a value that does not fit its field is unknown."""
    readers = _readers(part)
    return {
        name: reader(value)
        for name, value in fields.items()
        if (reader := readers.get(name)) is not None
    }


def read_event(event: Event) -> Happening | None:
    """Return what happened; None for a kind that a later version has added."""
    if event.type is EventType.UNKNOWN:
        return None
    detail = next(
        (value for name in ("tag", "reason", "button") if (value := event.data.get(name))), ""
    )
    return Happening(
        kind=HappeningKind(event.type.value),
        part=event.part,
        at=event.at.astimezone(UTC),
        detail=detail if isinstance(detail, str) else "",
    )


def call(request: PartRequest) -> tuple[str, Fields]:
    """Return action and arguments of a request."""
    match request:
        case SetLight():
            wanted = {
                "on": request.on,
                "tally": request.tally,
                "brightness": request.brightness,
                "color": request.color,
            }
            return "set", {name: value for name, value in wanted.items() if value is not None}
        case InstallFirmware(version=None):
            return "install", {}
        case InstallFirmware():
            return "install", {"version": request.version}
        case CreateBooking(booking=booking):
            return "create", _booked(booking.uid, booking.start, booking.end, booking.title)
        case MoveBooking():
            return "move", _booked(request.uid, request.start, request.end, request.title)
        case CancelBooking():
            return "cancel", {"uid": request.uid}
        case _:
            return _ACTIONS[type(request)], {}


def _booked(uid: str, start: datetime, end: datetime, title: str) -> Fields:
    return {"uid": uid, "start": start.isoformat(), "end": end.isoformat(), "title": title}


_ACTIONS: Final[Mapping[type[PartRequest], str]] = MappingProxyType(
    {
        Lock: "lock",
        Unlock: "unlock",
        OpenDoor: "open",
        SelectRelay: "select",
        IdentifyInterface: "identify",
        RestartInterface: "restart",
        ResetCounters: "reset_counters",
    }
)
