"""A real node, on a real socket, whose parts do exactly what a test tells them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from studio_node.app import Node
from studio_node.database import Database
from studio_node.devices.base import CommandRefusedError
from studio_node.drivers import Fitting
from studio_node.room import Board
from studio_node.settings import Settings, StudioSettings
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import CommandClass, ErrorCode, EventType

type Reaction = Callable[[Fields], Fields]

HOST: Final = "127.0.0.1"
NODE_ID: Final = "0123456789abcdef"
STUDIOS: Final = {"a": "Studio A", "b": "Studio B"}


def at(minutes: float) -> str:
    """Return a moment so many minutes from now, as it stands on the wire."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


# What each part reports at first; nothing here moves by itself.
STUDIO_PARTS: Final[Mapping[str, Fields]] = {
    "door/main": {
        "locked": True,
        "jammed": False,
        "motion": "still",
        "open": False,
        "latch": True,
        "battery": 80,
        "changed_by": None,
        "slots": 20,
        "credentials": [],
    },
    "light/sign": {
        "on": True,
        "tally": "idle",
        "brightness": 50,
        "color": "#ff0000",
        "supports": ["brightness", "color", "tally"],
    },
    "interface/main": {
        "status": "healthy",
        "device": "healthy",
        "clock": "healthy",
        "essence": "healthy",
        "present": True,
        "xruns": 0,
        "frame_deficit": 0.0,
        "drift": 1.5,
        "dsp_load": 12.0,
        "peak": -18.0,
        "loudness": -23.0,
        "silence": False,
        "active_source": "Microphones",
        "model": "Quartet 4",
        "serial": "Q4-0001",
        "firmware": "1.2.0",
        "firmware_approved": "1.3.0",
    },
    "recorder": {
        "state": "idle",
        "capturing": False,
        "take_started_at": None,
        "bytes": 0,
        "hours_left": 40.0,
    },
    "relay/near": {"rtt": 12.0, "loss": 0.0, "jitter": 1.0, "selected": True},
    "relay/far": {"rtt": 48.0, "loss": 0.0, "jitter": 2.0, "selected": False},
    "presence": {"occupied": False},
    "kit": {"items": [{"role": "microphone", "model": "M7", "serial": "M7-1"}]},
    "bookings": {"items": []},
}
NODE_PARTS: Final[Mapping[str, Fields]] = {
    "host": {
        "cpu": 10.0,
        "temperature": 45.0,
        "ntp_offset": 0.5,
        "boot_time": "2026-11-01T06:00:00+00:00",
        "software": "0.1.0",
    },
    "firmware/node": {
        "installed": "0.1.0",
        "available": "0.2.0",
        "state": "idle",
        "progress": None,
        "notes": "* better",
        "notes_url": None,
        "last_error": None,
    },
}


def _moved(items: object, args: Fields) -> Fields:
    """Return the bookings with one added or replaced."""
    kept = [item for item in items if item["uid"] != args["uid"]] if isinstance(items, list) else []
    return {"items": [*kept, {"status": "confirmed", "title": "", "guest": "", **args}]}


@dataclass(slots=True)
class Puppet:
    """One part; commands are kept, and answered by a reaction if there is one."""

    part: str
    fields: Fields
    commands: list[tuple[str, Fields]] = field(default_factory=list)
    reactions: dict[str, Reaction] = field(default_factory=dict)
    refusal: ErrorCode | None = None
    board: Board | None = None

    async def run(self, board: Board) -> None:
        """Report once, then wait for the test."""
        self.board = board
        board.publish(dict(self.fields))
        await asyncio.Event().wait()

    async def perform(self, action: str, args: Fields) -> None:
        """Keep the command and do what the test has prepared."""
        self.commands.append((action, args))
        if self.refusal is not None:
            raise CommandRefusedError(self.refusal, "the test says no")
        if (reaction := self.reactions.get(action)) is not None:
            self.publish(**reaction(args))

    def publish(self, **fields: object) -> None:
        """Report a change."""
        self.fields.update(fields)  # type: ignore[arg-type]
        if self.board is not None:
            self.board.publish(fields)  # type: ignore[arg-type]

    def withdraw(self, *names: str) -> None:
        """Take fields, or the whole part, away."""
        assert self.board is not None
        self.board.withdraw(*names)

    def emit(self, kind: EventType, **data: object) -> None:
        """Let something happen."""
        assert self.board is not None
        self.board.emit(kind, data)  # type: ignore[arg-type]

    def behave(self) -> None:
        """Do what a good device of this kind does."""
        own = self.fields
        self.reactions = {
            "lock": lambda _: {"locked": True, "changed_by": "remote"},
            "unlock": lambda _: {"locked": False, "changed_by": "remote"},
            "open": lambda _: {"locked": False, "changed_by": "remote"},
            "set": lambda args: args if "on" in args else {"on": True, **args},
            "select": lambda _: {"selected": True},
            "reset_counters": lambda _: {"xruns": 0},
            "install": lambda args: {
                "installed": args.get("version") or own["available"],
                "state": "committed",
            },
            "create": lambda args: _moved(own["items"], args),
            "move": lambda args: _moved(own["items"], args),
            "cancel": lambda args: {
                "items": [item for item in own["items"] if item["uid"] != args["uid"]]  # type: ignore[union-attr,index,call-overload]
            },
        }


@dataclass(slots=True)
class Stage:
    """The puppets of one studio, or of the node itself: a rig."""

    puppets: dict[str, Puppet]

    @property
    def devices(self) -> list[Puppet]:
        """Return the puppets as devices."""
        return list(self.puppets.values())

    @property
    def probes(self) -> list[Puppet]:
        """Return nothing: every part takes commands here."""
        return []

    def __getitem__(self, part: str) -> Puppet:
        """Return one part."""
        return self.puppets[part]


def stage(parts: Mapping[str, Fields]) -> Stage:
    """Return well-behaved puppets for these parts."""
    puppets = {part: Puppet(part, dict(fields)) for part, fields in parts.items()}
    for puppet in puppets.values():
        puppet.behave()
    return Stage(puppets)


@dataclass(slots=True)
class Theatre:
    """A node with its stages, and how to start it again."""

    state_dir: Path
    studios: dict[str, str] = field(default_factory=lambda: dict(STUDIOS))
    node_id: str = NODE_ID  # drawn by chance otherwise; snapshots need it to stay
    stages: dict[str | None, Stage] = field(default_factory=dict)
    node: Node | None = None
    port: int = 0

    def __post_init__(self) -> None:
        """Give every studio its parts."""
        self.stages[None] = stage(NODE_PARTS)
        for studio in self.studios:
            self.stages[studio] = stage(STUDIO_PARTS)

    @property
    def running(self) -> Node:
        """Return the running node."""
        assert self.node is not None
        return self.node

    def part(self, studio: str | None, part: str) -> Puppet:
        """Return one puppet."""
        return self.stages[studio][part]

    async def start(self) -> Node:
        """Start the node, on the port that it had before."""
        settings = Settings(
            name="City centre",
            site="Berlin",
            listen=HOST,
            port=self.port,
            announce=False,
            state_dir=self.state_dir,
            commands=frozenset(CommandClass) - {CommandClass.UNKNOWN},
            studios=tuple(StudioSettings(id=key, name=name) for key, name in self.studios.items()),
        )
        await self._seed()
        node = Node(
            settings, [Fitting(studio, self.stages[studio]) for studio in (None, *self.studios)]
        )
        await node.start()
        self.node, self.port = node, node.port
        return node

    async def _seed(self) -> None:
        """Give the node its id."""
        self.state_dir.mkdir(mode=0o700, exist_ok=True)
        database = await Database.open(self.state_dir)
        await database.run(
            lambda connection: connection.execute(
                "INSERT OR IGNORE INTO facts VALUES ('node_id', ?)", (self.node_id,)
            )
        )
        await database.close()

    async def stop(self) -> None:
        """Stop the node."""
        if self.node is not None:
            await self.node.stop()
            self.node = None


@asynccontextmanager
async def theatre(
    state_dir: Path, studios: Mapping[str, str] = STUDIOS, node_id: str = NODE_ID
) -> AsyncGenerator[Theatre]:
    """Run a node with these studios."""
    house = Theatre(state_dir, dict(studios), node_id)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()
