"""
A room's memory as a JSON document, and back.

Kept is what must survive a restart: bookings, progress, what was last known and
last asked for. Live signals are not: after a restart the room reports anew, and
the policy comes from the configuration.
"""

from types import MappingProxyType
from typing import Any, Final

from .booking import Phase
from .booking_document import dump_booking, load_booking, text_of
from .conflicts import Conflict, ConflictKind
from .document import Node
from .errors import PersistError
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
        "now": text_of(memory.now),
        "sources": sorted(memory.sources),
        "bookings": [dump_booking(booking) for booking in memory.agenda],
        "progress": {key: _progress(value) for key, value in memory.progress.items()},
        "last_known": {
            "occupied": memory.last_known.occupied,
            "recorder": memory.last_known.recorder.value,
            "capturing": memory.last_known.capturing,
        },
        "vacated_at": text_of(memory.vacated_at),
        "tally": memory.tally and memory.tally.value,
        "tallies": memory.tallies,
        "twins": dict(memory.twins),
        "checked": sorted(memory.checked),
        "conflicts": [_conflict(conflict) for conflict in memory.conflicts],
        "incidents": memory.incidents,
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
        twins=MappingProxyType(
            {twin: leader.text() for twin, leader in room.child("twins").children()}
            if room.has("twins")
            else {}
        ),
        checked=frozenset(item.text() for item in room.items_or_none("checked")),
        conflicts=tuple(_read_conflict(node) for node in room.items_or_none("conflicts")),
        incidents=room.integer("incidents") if room.has("incidents") else 0,
    )
    return memory.with_agenda(load_booking(node) for node in room.items("bookings"))


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "kind": conflict.kind.value,
        "first": conflict.first,
        "second": conflict.second,
        "at": conflict.at.isoformat(),
        "key": conflict.key,
    }


def _read_conflict(node: Node) -> Conflict:
    return Conflict(
        kind=node.word("kind", ConflictKind),
        first=node.string("first"),
        second=node.string("second"),
        at=node.time("at"),
        key=node.string("key"),
    )


def _progress(progress: Progress) -> dict[str, Any]:
    return {
        "phase": progress.phase.value,
        "edition": progress.edition,
        "known_at": text_of(progress.known_at),
        "checked_in_at": text_of(progress.checked_in_at),
        "how": progress.how and progress.how.value,
        "started": progress.started,
        "warned": None if progress.warned is None else progress.warned.total_seconds(),
        "extensions": progress.extensions,
        "extended_by": progress.extended_by.total_seconds(),
        "ended_at": text_of(progress.ended_at),
        "released": progress.released,
        "lapsed": progress.lapsed,
        "rerouted_to": progress.rerouted_to,
        "missed": progress.missed,
        "orphaned": progress.orphaned,
        "life": progress.life,
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
        lapsed=node.switch("lapsed") if node.has("lapsed") else False,
        rerouted_to=node.string_or_empty("rerouted_to"),
        missed=node.integer("missed"),
        orphaned=node.switch("orphaned"),
        life=node.string_or_empty("life"),
    )
