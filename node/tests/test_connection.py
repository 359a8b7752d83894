"""What a connected client sees."""

import asyncio
from contextlib import suppress
import logging

from aiohttp import ClientSession, Fingerprint, WSMsgType
import pytest

from node.tests.conftest import Connect, StartNode
from node.tests.room import Client, Part, bearer, until, url
from studio_node.app import Node
from studio_node.connection import Timing
from studio_node.deltas import delta_tail
from studio_node.wire import codec
from studio_node.wire.messages import MAX_FRAME, Delta, Hello, Resync, Snapshot, Subscribe
from studio_node.wire.parts import Fields


async def test_a_client_gets_hello_and_the_whole_state(
    session: ClientSession, node: Node, token: str
) -> None:
    client = await Client.connect(session, node, token)
    hello = await client.next(Hello)
    snapshot = await client.next(Snapshot)
    assert hello.node == node.info()
    assert hello.boot_id == node.hub.boot_id
    assert snapshot.studios["a"].name == "Studio A"
    assert snapshot.studios["a"].parts["door/main"]["locked"] is True
    await client.socket.close()


async def test_only_fields_that_really_changed_are_sent_and_deltas_count_up(
    client: Client, door: Part
) -> None:
    door.board.publish({"locked": True})
    door.board.publish({"locked": False, "battery": 80})
    door.board.publish({"jammed": True})
    first, second = await client.next(Delta), await client.next(Delta)
    assert (first.seq, first.set) == (1, {"locked": False})
    assert (second.seq, second.set) == (2, {"jammed": True})


async def test_a_withdrawn_field_and_a_withdrawn_part_are_told_apart(
    client: Client, door: Part
) -> None:
    door.board.withdraw("battery", "never_there")
    door.board.withdraw()
    assert await client.next(Delta) == Delta(1, "a", "door/main", {}, ("battery",))
    assert await client.next(Delta) == Delta(2, "a", "door/main", {})


async def test_every_client_sees_a_change(connect: Connect, door: Part) -> None:
    clients = [await connect() for _ in range(3)]
    door.board.publish({"locked": False})
    for client in clients:
        assert (await client.next(Delta)).set == {"locked": False}


async def test_a_resync_brings_a_snapshot_that_fits_the_count(client: Client, door: Part) -> None:
    door.board.publish({"locked": False})
    assert (await client.next(Delta)).seq == 1
    await client.send(Resync())
    assert (await client.next(Snapshot)).seq == 1
    door.board.publish({"locked": True})
    assert (await client.next(Delta)).seq == 2


async def test_frames_of_a_later_version_are_ignored(client: Client, door: Part) -> None:
    await client.send('{"frame":"from_the_future","x":1}')
    door.board.publish({"locked": False})
    assert (await client.next(Delta)).seq == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("no JSON", 1007), ("[]", 4400), ('{"frame":"ack","ids":5}', 4400)],
)
async def test_a_bad_frame_ends_the_connection_with_a_reason(
    client: Client, text: str, code: int
) -> None:
    await client.send(text)
    message = await client.receive()
    assert message.type is WSMsgType.CLOSE
    assert message.data == code
    assert message.extra


async def test_a_frame_that_is_too_large_ends_the_connection(client: Client) -> None:
    with suppress(ConnectionError):
        await client.send(" " * (MAX_FRAME + 1))
    assert await client.closed() == 1009


async def test_the_node_answers_pings_and_asks_itself(
    start_node: StartNode, session: ClientSession
) -> None:
    node = await start_node(timing=Timing(ping=0.05, dead=5.0))
    client = await Client.connect(session, node, await node.issue_token("x"))
    await client.greet()
    await client.socket.ping(b"still there?")
    async with asyncio.timeout(5):
        while (message := await client.socket.receive()).type is not WSMsgType.PONG:
            client.control.append(message)
    assert message.data == b"still there?"
    async with asyncio.timeout(5):
        while WSMsgType.PING not in [message.type for message in client.control]:
            client.control.append(await client.socket.receive())
    await client.socket.close()


async def test_a_client_that_gives_no_sign_of_life_is_cut_off(
    start_node: StartNode, session: ClientSession
) -> None:
    node = await start_node(timing=Timing(ping=0.05, dead=0.2))
    client = await Client.connect(session, node, await node.issue_token("x"))
    client.pongs = False
    await client.greet()
    await client.closed()
    await until(lambda: not node.server.connections)


async def test_a_slow_client_gets_a_fresh_snapshot_instead_of_a_backlog(
    client: Client, node: Node, door: Part
) -> None:
    for number in range(1000):
        door.board.publish({"slots": number})  # all before the client's writer can run
    snapshot = await client.next(Snapshot)
    assert snapshot.studios["a"].parts["door/main"]["slots"] == 999
    door.board.publish({"slots": 5})
    assert (await client.next(Delta)).seq == snapshot.seq + 1
    assert node.server.connections


async def test_a_client_that_takes_nothing_is_closed_and_costs_bounded_memory(
    start_node: StartNode, session: ClientSession, door: Part
) -> None:
    node = await start_node(timing=Timing(ping=0.1, dead=0.6))
    token = await node.issue_token("stuck")
    client = await Client.connect(session, node, token)
    connection = next(iter(node.server.connections))
    # As a client whose machine sleeps: the kernel's buffers fill, then the node's.
    response = client.socket._response
    assert response.connection is not None
    assert isinstance(response.connection.transport, asyncio.ReadTransport)
    response.connection.transport.pause_reading()

    async def shout() -> None:
        number = 0
        while node.server.connections:
            number += 1
            door.board.publish({"changed_by": f"{number}" + "x" * 20_000})
            assert len(connection._deltas) <= 256
            # It is alive in its own way: it only takes nothing.
            with suppress(ConnectionError):
                await client.socket.ping()
            await asyncio.sleep(0.001)

    async with asyncio.timeout(20):
        await shout()
    await client.socket.close()


async def test_a_subscriber_gets_raw_values_fast(
    connect: Connect, client: Client, interface: Part
) -> None:
    other = await connect()
    await client.send(Subscribe(parts=("a/interface/main",), interval=0.05))
    await client.send('{"frame":"command","id":"x","studio":"a","part":"no","action":"no"}')
    await client.receive()  # the subscription was read before
    for step in range(3):
        interface.board.publish({"peak": -21.0 - step / 10})
        assert (await client.next(Delta)).set == {"peak": -21.0 - step / 10}
    interface.board.publish({"present": True})
    assert (await other.next(Delta)).set == {"present": True}


async def test_studios_come_and_go_with_a_snapshot(client: Client, node: Node) -> None:
    node.add_studio("b", "Studio B", [])
    assert set((await client.next(Snapshot)).studios) == {"a", "b"}
    await node.remove_studio("a")
    assert set((await client.next(Snapshot)).studios) == {"b"}


async def test_a_revoked_token_ends_its_connection_at_once(
    client: Client, node: Node, session: ClientSession, token: str
) -> None:
    [known] = node.tokens
    assert await node.tokens.revoke(known.id)
    assert await client.closed() == 4401
    async with session.get(
        url(node, "/v1/diagnostics"), ssl=Fingerprint(node.fingerprint), headers=bearer(token)
    ) as answer:
        assert answer.status == 401


async def test_stopping_says_goodbye(
    client: Client, node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    before = asyncio.all_tasks()
    stopping = asyncio.create_task(node.stop())
    assert await client.closed() == 1001
    await stopping
    assert asyncio.all_tasks() <= before
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_one_publish_is_written_out_once_for_all(
    connect: Connect, door: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [await connect() for _ in range(4)]
    calls: list[str] = []

    def write(studio: str | None, part: str, fields: Fields) -> bytes:
        calls.append(part)
        return delta_tail(studio, part, fields)

    monkeypatch.setattr("studio_node.hub.delta_tail", write)
    door.board.publish({"locked": False})
    for client in clients:
        frame = await client.next(Delta)
        assert codec.encode(frame)
    assert calls == ["door/main"]
