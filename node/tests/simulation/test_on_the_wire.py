"""The simulation inside a real node, seen by a client; and a model that is pure."""

import ast
import asyncio
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType
import pytest

from node.tests.conftest import Connect, StartNode
from node.tests.room import Client
from studio_node import simulation
from studio_node.settings import LOOPBACK, Settings, StudioSettings
from studio_node.simulation.acts import perform_act
from studio_node.simulation.clock import WallClock
from studio_node.simulation.model.room import STANDARD, RoomOptions
from studio_node.simulation.server import NodeServer
from studio_node.simulation.setup import fittings
from studio_node.simulation.world import World
from studio_node.wire.messages import Command, Delta, Event, Snapshot
from studio_node.wire.parts import PARTS, part_kind

SETTINGS = Settings(
    listen=LOOPBACK, port=0, announce=False, studios=(StudioSettings("studio-1", "Studio 1"),)
)


async def open_door(client: Client, world: World) -> list[dict[str, Any]]:
    """Set a code over the wire, type it at the door, and return the door's deltas."""
    args: dict[str, Any] = {"tag": "b1", "code": "428193"}
    command = Command(
        id="c1", studio="studio-1", part="door/main", action="set_credential", args=args
    )
    assert (await client.do(command)).ok
    perform_act(world, "studio-1", "type_code", {"code": "428193"})
    deltas: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while {"locked": False} not in [
            {name: value for name, value in item.items() if name == "locked"} for item in deltas
        ]:
            delta = await client.next(Delta)
            if delta.part == "door/main":
                deltas.append(delta.set)
    return deltas


async def test_a_client_sees_the_whole_room_and_a_code_that_opens(
    start_node: StartNode, connect: Connect, tmp_path: Path
) -> None:
    world = World([RoomOptions()], WallClock(), state_dir=tmp_path)
    node = await start_node(SETTINGS, *fittings(world), state_dir=tmp_path / "node")
    client = await connect(node, await node.issue_token("test"))
    snapshot = next(frame for frame in client.frames if isinstance(frame, Snapshot))
    parts = snapshot.studios["studio-1"].parts
    assert set(parts) == set(STANDARD)
    assert set(snapshot.parts) == {"host", "firmware/node"}
    for part, fields in (parts | snapshot.parts).items():
        assert set(fields) == set(PARTS[part_kind(part)].fields)
    await open_door(client, world)
    events = [frame for frame in client.frames if isinstance(frame, Event)]
    if not events:
        events = [await client.next(Event)]
    assert (events[0].type, events[0].part, events[0].data) == (
        "code_used",
        "door/main",
        {"tag": "b1"},
    )
    assert "428193" not in repr(client.frames)


async def test_dropped_connections_are_cut_and_may_come_back(
    start_node: StartNode, connect: Connect, tmp_path: Path
) -> None:
    world = World([RoomOptions()], WallClock())
    node = await start_node(SETTINGS, *fittings(world), state_dir=tmp_path / "node")
    world.server = NodeServer(node)
    token = await node.issue_token("test")
    client = await connect(node, token)
    perform_act(world, None, "drop_connections", {})
    while (message := await client.receive()).type is WSMsgType.TEXT:
        pass
    assert message.type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    await connect(node, token)


MODEL = sorted((Path(simulation.__path__[0]) / "model").glob("*.py"))


@pytest.mark.parametrize("path", MODEL, ids=lambda path: path.stem)
def test_the_model_knows_no_clock_and_no_loop(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 0
    }
    ours = {name for name in names if name.startswith("studio_node")}
    assert all(name.startswith(("studio_node.wire", "studio_node.devices.base")) for name in ours)
    assert not names & {"asyncio", "time", "random", "os", "pathlib", "logging", "secrets"}
    calls = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not calls & {"utcnow", "today", "monotonic"}
    assert "datetime.now" not in path.read_text(encoding="utf-8")
