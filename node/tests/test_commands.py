"""What becomes of a command."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from pathlib import Path

from aiohttp import ClientSession
import pytest

from node.tests.conftest import Connect, StartNode
from node.tests.room import Client, Part, until
from studio_node.app import Node
from studio_node.commands import Commands
from studio_node.database import FILE
from studio_node.devices.base import CommandRefusedError
from studio_node.secrecy import Secrecy
from studio_node.settings import Settings
from studio_node.wire.messages import Command, Delta, Result
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import CommandClass, ErrorCode

UNLOCK = Command(id="c1", studio="a", part="door/main", action="unlock")
SET_CODE = Command(
    id="c2",
    studio="a",
    part="door/main",
    action="set_credential",
    args={"tag": "b1", "code": "739104"},
)


def code_of(result: Result) -> ErrorCode | None:
    """Return why a command was refused."""
    return result.error.code if result.error else None


async def test_a_command_reaches_its_device(client: Client, door: Part) -> None:
    assert await client.do(UNLOCK) == Result(id="c1", ok=True)
    assert door.performed == [("unlock", {})]


async def test_a_repeated_command_is_carried_out_once(client: Client, door: Part) -> None:
    assert await client.do(UNLOCK) == await client.do(UNLOCK)
    assert len(door.performed) == 1


async def test_a_command_repeated_while_it_runs_gets_the_same_answer(
    client: Client, connect: Connect, door: Part
) -> None:
    door.gate = asyncio.Event()
    other = await connect()
    await client.send(UNLOCK)
    await until(lambda: bool(door.performed))
    await other.send(UNLOCK)
    await other.send(replace(UNLOCK, id="later", action="nonsense"))
    await other.next(Result)  # so the repeated one was read
    door.gate.set()
    assert (await client.next(Result)).ok
    assert (await other.next(Result)).ok
    assert len(door.performed) == 1


async def test_a_repeated_command_is_known_after_a_restart(
    start_node: StartNode, session: ClientSession, door: Part
) -> None:
    door.perform_hook = refuse
    node = await start_node()
    token = await node.issue_token("x")
    client = await Client.connect(session, node, token)
    first = await client.do(UNLOCK)
    await node.stop()
    node = await start_node()
    client = await Client.connect(session, node, token)
    assert await client.do(UNLOCK) == first
    assert code_of(first) is ErrorCode.BUSY
    assert len(door.performed) == 1


def refuse(_action: str, _args: Fields) -> None:
    """Refuse whatever is asked."""
    raise CommandRefusedError(ErrorCode.BUSY, "somebody stands in the door")


async def test_a_command_cut_short_by_a_crash_is_not_carried_out_again(
    start_node: StartNode, session: ClientSession, door: Part
) -> None:
    door.gate = asyncio.Event()
    node = await start_node()
    token = await node.issue_token("x")
    client = await Client.connect(session, node, token)
    await client.send(UNLOCK)
    await until(lambda: bool(door.performed))
    await node.stop()
    node = await start_node()
    client = await Client.connect(session, node, token)
    assert code_of(await client.do(UNLOCK)) is ErrorCode.FAILED
    assert len(door.performed) == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (replace(UNLOCK, part="door/side"), ErrorCode.NOT_FOUND),
        (replace(UNLOCK, studio="z"), ErrorCode.NOT_FOUND),
        (replace(UNLOCK, studio=None), ErrorCode.NOT_FOUND),
        (replace(UNLOCK, part="interface/main", action="identify"), ErrorCode.NOT_FOUND),
        (replace(UNLOCK, action="explode"), ErrorCode.NOT_SUPPORTED),
        (replace(UNLOCK, args={"force": True}), ErrorCode.BAD_REQUEST),
        (replace(SET_CODE, args={"tag": "b1", "code": 739104}), ErrorCode.BAD_REQUEST),
        (replace(SET_CODE, args={"tag": "b1"}), ErrorCode.BAD_REQUEST),
        (
            replace(UNLOCK, deadline=datetime.now(UTC) - timedelta(seconds=1)),
            ErrorCode.EXPIRED,
        ),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_reason(
    client: Client, door: Part, command: Command, code: ErrorCode
) -> None:
    assert code_of(await client.do(command)) is code
    assert door.performed == []


async def test_a_class_of_commands_that_is_switched_off_is_refused(
    start_node: StartNode, settings: Settings, session: ClientSession, door: Part
) -> None:
    node = await start_node(replace(settings, commands=frozenset({CommandClass.LIGHTS})))
    client = await Client.connect(session, node, await node.issue_token("x"))
    assert code_of(await client.do(UNLOCK)) is ErrorCode.SWITCHED_OFF
    assert door.performed == []


async def test_a_bug_of_a_device_fails_its_command_only(client: Client, door: Part) -> None:
    door.perform_hook = lambda _action, _args: 1 // 0
    assert code_of(await client.do(UNLOCK)) is ErrorCode.FAILED
    door.perform_hook = lambda _action, _args: None
    assert (await client.do(replace(UNLOCK, id="c9"))).ok


async def test_a_device_that_takes_too_long_is_given_up(node: Node, door: Part) -> None:
    door.gate = asyncio.Event()
    commands = Commands(
        {("a", "door/main"): door},
        frozenset({CommandClass.DOORS}),
        node._desk.commands._results,
        Secrecy(),
        patience=0.01,
    )
    assert code_of(await commands.answer("t", UNLOCK)) is ErrorCode.FAILED


async def test_a_client_that_floods_is_told_to_wait(client: Client, door: Part) -> None:
    door.gate = asyncio.Event()
    for number in range(65):
        await client.send(replace(UNLOCK, id=f"n{number}"))
    refused = await client.next(Result)
    assert (refused.id, code_of(refused)) == ("n64", ErrorCode.BUSY)
    door.gate.set()


async def test_a_door_goes_on_when_the_client_goes_away(
    client: Client, connect: Connect, door: Part
) -> None:
    door.gate = asyncio.Event()
    door.perform_hook = lambda _action, _args: door.board.publish({"motion": "unlocking"})
    await client.send(UNLOCK)
    await client.next(Delta)
    await client.socket.close()
    other = await connect()
    door.gate.set()
    assert (await other.do(UNLOCK)).ok
    assert len(door.performed) == 1


async def test_an_entry_code_is_neither_logged_nor_stored(
    client: Client, door: Part, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert (await client.do(SET_CODE)).ok
    assert door.performed == [("set_credential", {"tag": "b1", "code": "739104"})]
    await client.do(replace(SET_CODE, id="c3", args={"code": "739104"}))
    assert "739104" not in caplog.text
    for file in (tmp_path / "state").glob(f"{FILE}*"):
        assert b"739104" not in file.read_bytes()
