"""What a device may report, and what a bug in it does to the others."""

import asyncio
import logging

import pytest

from node.tests.conftest import Connect
from node.tests.room import Client, Part, until
from studio_node.app import Node
from studio_node.wire.messages import Delta
from studio_node.wire.parts import Json


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("locked", "yes"),
        ("battery", float("nan")),
        ("battery", True),
        ("slots", 2**70),
        ("motion", "dancing"),
        ("credentials", [{"slot": 1}]),
        ("changed_by", "\ud800"),
    ],
)
async def test_a_bad_value_is_sent_as_unknown_and_logged_once(
    client: Client, door: Part, caplog: pytest.LogCaptureFixture, name: str, value: Json
) -> None:
    door.board.publish({"jammed": False})
    await client.next(Delta)
    for _ in range(2):
        door.board.publish({name: value, "open": False})
    assert (await client.next(Delta)).set == {name: None, "open": False}
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1


async def test_a_field_that_the_protocol_does_not_have_is_left_out(
    client: Client, door: Part
) -> None:
    door.board.publish({"weight": 5, "open": True})
    assert (await client.next(Delta)).set == {"open": True}


async def test_a_list_that_a_device_goes_on_changing_is_compared_with_what_was_sent(
    client: Client, door: Part
) -> None:
    credentials: list[Json] = [{"tag": "b1"}]
    door.board.publish({"credentials": credentials})
    assert (await client.next(Delta)).set == {"credentials": [{"tag": "b1"}]}
    credentials.append({"tag": "b2"})
    door.board.publish({"credentials": credentials})
    assert (await client.next(Delta)).set == {"credentials": [{"tag": "b1"}, {"tag": "b2"}]}


async def test_a_device_that_fails_is_unknown_and_starts_again(
    client: Client, door: Part, interface: Part, caplog: pytest.LogCaptureFixture
) -> None:
    door.failure.set_exception(OSError("the cable is out"))
    assert (await client.next(Delta)).set == {"locked": None, "battery": None, "credentials": None}
    interface.board.publish({"present": True})
    assert (await client.next(Delta)).part == "interface/main"
    await until(lambda: door.runs == 2)
    assert (await client.next(Delta)).set == door.first
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1


async def test_telemetry_is_held_back_and_everything_else_is_not(
    connect: Connect, node: Node, interface: Part
) -> None:
    client = await connect()
    interface.board.publish({"peak": -20.5, "xruns": 3})
    interface.board.publish({"status": "unhealthy"})
    assert (await client.next(Delta)).set == {"status": "unhealthy"}
    # Who comes now sees the truth, not what was sent last.
    late = await connect()
    assert node.hub.fields("a", "interface/main") == {
        "peak": -20.5,
        "xruns": 3,
        "status": "unhealthy",
    }
    await late.socket.close()


async def test_a_reading_that_becomes_unknown_is_told_at_once(
    client: Client, interface: Part
) -> None:
    interface.board.publish({"peak": None})
    assert (await client.next(Delta)).set == {"peak": None}


async def test_a_device_of_a_studio_that_is_gone_speaks_to_nobody(node: Node, door: Part) -> None:
    await node.remove_studio("a")
    door.board.publish({"locked": False})
    door.board.withdraw("locked")
    assert node.hub.fields("a", "door/main") is None
    await asyncio.sleep(0)
