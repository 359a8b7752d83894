"""
A room's memory as a JSON document, and back.

Kept is what must survive a restart: bookings, progress, what was last known and
last asked for. Live signals are not: after a restart the room reports anew, and
the policy comes from the configuration.
"""

from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from .booking import Booking, Phase, Status
from .document import Node
from .errors import CoreError, PersistError
from .memory import RoomMemory
from .policy import Policy
from .progress import Arrival, Progress
from .signals import Signals
from .studio import RecorderState, Tally

VERSION: Final = 1


def dump(memory: RoomMemory) -> dict[str, Any]:
    """Write a room's memory as plain JSON values."""
    return {
        "version": VERSION,
        "now": _text(memory.now),
        "sources": sorted(memory.sources),
        "bookings": [_booking(booking) for booking in memory.agenda],
        "progress": {key: _progress(value) for key, value in memory.progress.items()},
        "last_known": {
            "occupied": memory.last_known.occupied,
            "recorder": memory.last_known.recorder.value,
            "capturing": memory.last_known.capturing,
        },
        "vacated_at": _text(memory.vacated_at),
        "tally": memory.tally and memory.tally.value,
        "tallies": memory.tallies,
    }


def load(document: object, policy: Policy) -> RoomMemory:
    """Read a room's memory; a document that cannot be trusted raises PersistError."""
    room = Node(place="room", value=document)
    version = room.integer("version")
    if version != VERSION:
        raise PersistError("room.version", f"{version} is not {VERSION}")
    last = room.child("last_known")
    memory = RoomMemory(
        policy=policy,
        sources=frozenset(item.text() for item in room.items("sources")),
        progress=MappingProxyType(
            {key: _read_progress(node) for key, node in room.child("progress").children()}
        ),
        last_known=Signals(
            occupied=last.flag("occupied"),
            recorder=last.word("recorder", RecorderState),
            capturing=last.flag("capturing"),
        ),
        vacated_at=room.maybe_time("vacated_at"),
        tally=room.maybe_word("tally", Tally),
        tallies=room.integer("tallies"),
        now=room.maybe_time("now"),
    )
    return memory.with_agenda(_read_booking(node) for node in room.items("bookings"))


def _booking(booking: Booking) -> dict[str, Any]:
    return {
        "source": booking.source,
        "uid": booking.uid,
        "recurrence_id": booking.recurrence_id,
        "start": _text(booking.start),
        "end": _text(booking.end),
        "status": booking.status.value,
        "title": booking.title,
        "guest": booking.guest,
        "revision": booking.revision,
    }


def _read_booking(node: Node) -> Booking:
    try:
        return Booking(
            source=node.string("source"),
            uid=node.string("uid"),
            recurrence_id=node.string("recurrence_id"),
            start=node.time("start"),
            end=node.time("end"),
            status=node.word("status", Status),
            title=node.string("title"),
            guest=node.string("guest"),
            revision=node.integer("revision"),
        )
    except PersistError:
        raise
    except CoreError as error:
        raise PersistError(node.place, str(error)) from error


def _progress(progress: Progress) -> dict[str, Any]:
    return {
        "phase": progress.phase.value,
        "edition": progress.edition,
        "known_at": _text(progress.known_at),
        "checked_in_at": _text(progress.checked_in_at),
        "how": progress.how and progress.how.value,
        "started": progress.started,
        "warned": None if progress.warned is None else progress.warned.total_seconds(),
        "extensions": progress.extensions,
        "extended_by": progress.extended_by.total_seconds(),
        "ended_at": _text(progress.ended_at),
        "released": progress.released,
        "missed": progress.missed,
        "orphaned": progress.orphaned,
    }


def _read_progress(node: Node) -> Progress:
    return Progress(
        phase=node.word("phase", Phase),
        edition=node.integer("edition"),
        known_at=node.maybe_time("known_at"),
        checked_in_at=node.maybe_time("checked_in_at"),
        how=node.maybe_word("how", Arrival),
        started=node.switch("started"),
        warned=node.maybe_span("warned"),
        extensions=node.integer("extensions"),
        extended_by=node.span("extended_by"),
        ended_at=node.maybe_time("ended_at"),
        released=node.switch("released"),
        missed=node.integer("missed"),
        orphaned=node.switch("orphaned"),
    )


def _text(moment: datetime | None) -> str | None:
    """Write a moment; ISO 8601 keeps microseconds and the zone."""
    return None if moment is None else moment.isoformat()
