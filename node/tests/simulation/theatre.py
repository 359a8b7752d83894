"""What the tests of the simulation play with."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from studio_node.simulation.clock import ManualClock
from studio_node.simulation.model.place import Place
from studio_node.simulation.model.room import Room, RoomOptions
from studio_node.simulation.vault import MemoryVault
from studio_node.simulation.world import World
from studio_node.wire.checks import fits
from studio_node.wire.parts import PARTS, Fields, part_kind
from studio_node.wire.vocabulary import EventType

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FakeBoard:
    """Keeps what a part reports, and when, and refuses what the wire would refuse."""

    def __init__(self, part: str, clock: ManualClock) -> None:
        self.part = part
        self.fields: dict[str, Any] = {}
        self.history: list[tuple[float, dict[str, Any]]] = []
        self.events: list[tuple[float, EventType, Fields]] = []
        self._clock = clock

    def publish(self, fields: Fields) -> None:
        """Take fields."""
        check_fields(self.part, fields)
        self.fields |= fields
        self.history.append((self._seconds(), fields))

    def withdraw(self, *names: str) -> None:
        """Take fields away."""
        for name in names:
            del self.fields[name]

    def emit(self, kind: EventType, data: Fields | None = None) -> None:
        """Take an event."""
        self.events.append((self._seconds(), kind, data or {}))

    def _seconds(self) -> float:
        return round((self._clock.now() - START).total_seconds(), 3)


class Theatre:
    """A world with a board for every part, all parts running."""

    def __init__(self, clock: ManualClock, world: World) -> None:
        self.clock = clock
        self.world = world
        self.boards: dict[tuple[str | None, str], FakeBoard] = {}
        self.tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Start all parts."""
        for studio, rig in self.world.rigs().items():
            for item in (*rig.devices, *rig.probes):
                board = FakeBoard(item.part, self.clock)
                self.boards[studio, item.part] = board
                self.tasks.append(asyncio.create_task(item.run(board)))

    def board(self, part: str, studio: str | None = "studio-1") -> FakeBoard:
        """Return what a part has said."""
        return self.boards[studio, part]

    def events(self) -> list[tuple[float, str, Fields]]:
        """Return all that happened, in order."""
        told = [event for board in self.boards.values() for event in board.events]
        return [(at, kind.value, data) for at, kind, data in sorted(told, key=lambda e: e[0])]


def check_fields(part: str, fields: Fields) -> None:
    """Fail if the wire would not take a field."""
    known = PARTS[part_kind(part)].fields
    for name, value in fields.items():
        assert name in known, f"{part} has no field {name}"
        assert fits(known[name], value), f"{part} {name}: {value!r}"
        if (words := known[name].words) is not None and value is not None:
            for word in value if isinstance(value, list) else [value]:
                assert word in set(words) - {"unknown"}, f"{part} {name}: {word!r}"


def check_place(place: Place) -> None:
    """Fail if any part of a place says what the wire would not take, or lacks a field."""
    for part in place.parts:
        fields = place.fields(part)
        check_fields(part, fields)


class Story:
    """A pure room, moved by seconds."""

    def __init__(
        self, options: RoomOptions | None = None, vault: MemoryVault | None = None
    ) -> None:
        self.vault = vault or MemoryVault()
        self.room = Room(options or RoomOptions(), self.vault, START)

    @property
    def now(self) -> datetime:
        """Return the moment that the room has reached."""
        return self.room.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.room.advance(self.room.now + timedelta(seconds=seconds))

    def fields(self, part: str) -> dict[str, Any]:
        """Return what a part says now."""
        return self.room.fields(part)

    def do(self, part: str, action: str, **args: object) -> None:
        """Send a command."""
        given: Fields = {}
        for name, value in args.items():
            given[name] = value.isoformat() if isinstance(value, datetime) else value  # type: ignore[assignment]
        self.room.perform(part, action, given)

    def events(self, part: str = "door/main") -> list[tuple[str, Fields]]:
        """Return what happened since the last look."""
        return [(item.type.value, item.data) for item in self.room.collect(part)]
