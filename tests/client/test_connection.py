"""Following a node that runs in a process of its own."""

import asyncio
from datetime import timedelta

from aiohttp import ClientSession
import pytest

from custom_components.micro_studio.client import backoff
from custom_components.micro_studio.client.client import NodeClient, Trust
from custom_components.micro_studio.client.connection import NodeConnection
from custom_components.micro_studio.client.errors import (
    CommandRefusedError,
    CommandUnansweredError,
    RefusedError,
    UnauthorizedError,
)
from custom_components.micro_studio.wire.vocabulary import ErrorCode, EventType
from tests.client.conftest import Follow, address
from tests.client.ears import Ears
from tests.follower import following
from tests.node_process import STUDIOS, NodeProcess
from tests.patience import until

PATIENCE = timedelta(seconds=10)
SOON = timedelta(seconds=0.3)


async def test_the_first_word_is_the_whole_state(node: NodeProcess, follow: Follow) -> None:
    """Every studio with all its parts, before `open` returns."""
    ears = Ears()
    async with follow(node, ears):
        assert [hello.node.id for hello in ears.hellos] == [node.ticket.id]
        (snapshot,) = ears.snapshots
        assert {key: studio.name for key, studio in snapshot.studios.items()} == STUDIOS
        assert {"door/main", "recorder", "light/sign"} <= snapshot.studios["a"].parts.keys()
        assert "host" in snapshot.parts


async def test_a_change_is_told_where_it_happened(node: NodeProcess, follow: Follow) -> None:
    """Only in the studio where somebody came in."""
    ears = Ears()
    async with follow(node, ears):
        await node.act("a", "people", count=1)
        await until(lambda: ears.heard("a", "presence", occupied=True))
        await node.act("a", "people", count=0)
        await until(lambda: ears.heard("a", "presence", occupied=False))

    assert not ears.heard("b", "presence", occupied=True)
    numbers = [delta.seq for delta in ears.deltas]
    first = ears.snapshots[0].seq + 1
    assert numbers == list(range(first, first + len(numbers)))


async def test_an_event_comes_again_until_it_is_acknowledged(
    node: NodeProcess, follow: Follow
) -> None:
    """Nothing is lost with a connection, and what is stored is not sent again."""
    first, second, third = Ears(), Ears(), Ears()
    async with follow(node, first):
        await node.act("a", "press", button="help")
        (event,) = await until(lambda: first.events)
        assert (event.studio, event.type) == ("a", EventType.BUTTON_PRESSED)
    async with follow(node, second) as connection:
        assert await until(lambda: second.events) == [event]
        await connection.ack((event.id,))
        await node.act("b", "press", button="help")
        await until(lambda: second.events[1:])
        await connection.ack((second.events[1].id,))
        # A result comes after what was asked before it.
        await connection.command("a", "light/sign", "set", {"on": True}, PATIENCE)
    async with follow(node, third):
        await node.act("a", "press", button="check_in")
        await until(lambda: third.events)

    assert [event.studio for event in second.events] == ["a", "b"]
    assert [event.data for event in third.events] == [{"button": "check_in"}]


async def test_a_command_is_accepted_and_then_seen(node: NodeProcess, follow: Follow) -> None:
    """The answer says yes, the pushed state says done."""
    ears = Ears()
    async with follow(node, ears) as connection:
        await connection.command("a", "recorder", "start", {}, PATIENCE)
        await until(lambda: ears.heard("a", "recorder", state="recording"))
        await connection.command("a", "recorder", "stop", {}, PATIENCE)
        await until(lambda: ears.heard("a", "recorder", state="idle"))


@pytest.mark.parametrize(
    ("studio", "part", "action", "code"),
    [
        ("a", "door/back", "lock", ErrorCode.NOT_FOUND),
        ("a", "door/main", "fly", ErrorCode.NOT_SUPPORTED),
        ("a", "door/main", "set_credential", ErrorCode.BAD_REQUEST),
        (None, "host", "reboot", ErrorCode.NOT_FOUND),
    ],
)
async def test_a_refusal_has_a_reason(
    node: NodeProcess, follow: Follow, studio: str | None, part: str, action: str, code: ErrorCode
) -> None:
    """The node says why, in a word that programs understand."""
    async with follow(node, Ears()) as connection:
        with pytest.raises(CommandRefusedError) as refused:
            await connection.command(studio, part, action, {}, PATIENCE)

    assert refused.value.code in {code, ErrorCode.SWITCHED_OFF}
    assert refused.value.message


async def test_a_refused_code_is_not_quoted(node: NodeProcess, follow: Follow) -> None:
    """What was typed stays out of the error."""
    async with follow(node, Ears()) as connection:
        with pytest.raises(CommandRefusedError) as refused:
            await connection.command(
                "a", "door/main", "set_credential", {"tag": "x", "code": "12ab34"}, PATIENCE
            )

    assert "12ab34" not in str(refused.value)


async def test_a_command_that_was_cut_off_is_carried_out_once(
    node: NodeProcess, follow: Follow
) -> None:
    """It goes out again after the reconnect, with its old id."""
    ears = Ears()
    async with follow(node, ears) as connection:
        await node.act(None, "drop_connections")
        booking = {
            "uid": "cut-off",
            "start": "2036-01-01T10:00:00+00:00",
            "end": "2036-01-01T11:00:00+00:00",
        }
        # A second create with this uid and another id would be refused.
        await connection.command("a", "bookings", "create", {**booking}, PATIENCE)
        await until(lambda: len(ears.snapshots) == 2)
        await connection.command("a", "bookings", "cancel", {"uid": "cut-off"}, PATIENCE)
        with pytest.raises(CommandRefusedError) as again:
            await connection.command("a", "bookings", "create", {**booking}, PATIENCE)

    assert again.value.code is ErrorCode.CONFLICT
    assert connection.counters.connects == 2


async def test_a_command_waits_for_a_node_that_starts_again(
    own_node: NodeProcess, follow: Follow
) -> None:
    """Killed and started again: the wish that was made meanwhile is heard."""
    ears = Ears()
    async with follow(own_node, ears) as connection:
        own_node.kill()
        await until(lambda: ears.losses)
        wish = asyncio.create_task(
            connection.command("a", "door/main", "unlock", {}, timedelta(seconds=30))
        )
        own_node.start()
        await until(own_node.listens, 30)
        connection.retry_now()
        await wish

    assert len(ears.snapshots) == 2
    assert ears.hellos[0].boot_id != ears.hellos[1].boot_id
    assert ears.hellos[0].node.id == ears.hellos[1].node.id


async def test_a_command_to_nobody_ends_in_time(own_node: NodeProcess, follow: Follow) -> None:
    """Nobody knows what became of it; it is not sent later."""
    ears = Ears()
    async with follow(own_node, ears) as connection:
        own_node.kill()
        await until(lambda: ears.losses)
        with pytest.raises(CommandUnansweredError):
            await connection.command("a", "door/main", "unlock", {}, SOON)
        assert isinstance(ears.losses[-1], RefusedError)


async def test_who_closes_leaves_nobody_waiting(node: NodeProcess, session: ClientSession) -> None:
    """A wish that is under way fails at once."""
    ticket = node.ticket
    client = NodeClient(session, address(node), Trust(ticket.fingerprint, ticket.token))
    connection = NodeConnection(client, Ears())
    wish = asyncio.create_task(
        connection.command("a", "door/main", "unlock", {}, timedelta(minutes=5))
    )
    await asyncio.sleep(0)
    await connection.close()

    with pytest.raises(CommandUnansweredError):
        await wish


async def test_a_node_that_was_just_seen_is_not_waited_for(
    own_node: NodeProcess, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also at another address."""
    monkeypatch.setattr(backoff, "FIRST", 600.0)
    ears = Ears()
    async with follow(own_node, ears) as connection:
        own_node.kill()
        await until(lambda: ears.losses)
        own_node.port = 0
        own_node.start()
        await until(own_node.listens, 30)
        connection.client.address = address(own_node)
        connection.retry_now()
        await until(lambda: len(ears.snapshots) == 2)


async def test_news_during_an_attempt_are_not_forgotten(
    node: NodeProcess, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt to the old address fails; the next one does not wait."""
    monkeypatch.setattr(backoff, "FIRST", 600.0)
    monkeypatch.setattr(backoff, "LONGEST", 600.0)
    ears = Ears()
    async with follow(node, ears) as connection:
        right = connection.client.address
        attempts = asyncio.Event()

        async def nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            attempts.set()
            await reader.read(1)
            connection.client.address = right
            connection.retry_now()
            writer.close()

        async with await asyncio.start_server(nobody, right.host, 0) as server:
            port = server.sockets[0].getsockname()[1]
            connection.client.address = type(right)(right.host, port)
            await node.act(None, "drop_connections")
            await until(lambda: ears.losses)
            connection.retry_now()
            await attempts.wait()
            await until(lambda: len(ears.snapshots) == 2)


async def test_a_revoked_token_ends_it(own_node: NodeProcess, session: ClientSession) -> None:
    """A refused token is told once and not tried again."""
    ears = Ears()
    before = set(await own_node.tokens())
    won = await NodeClient(session, address(own_node)).pair(await own_node.pairing_code(), "Test")
    client = NodeClient(session, address(own_node), won)
    async with following(client, ears) as connection:
        (paired,) = set(await own_node.tokens()) - before
        await own_node.revoke(paired)
        await until(lambda: ears.losses)

    assert [type(loss) for loss in ears.losses] == [UnauthorizedError], ears.losses
    assert connection.counters.connects == 1
    with pytest.raises(UnauthorizedError):
        await client.connect()
