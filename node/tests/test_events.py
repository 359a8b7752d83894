"""Events: stored before they are sent, sent until somebody has them."""

from aiohttp import ClientSession

from node.tests.conftest import Connect, StartNode
from node.tests.room import Client, Part, until
from studio_node.app import Node
from studio_node.outbox import Outbox
from studio_node.wire.messages import Ack, Event, Result
from studio_node.wire.vocabulary import EventType


async def depth(node: Node) -> int:
    """Return how many events wait."""
    return (await node._desk.post.outbox.depth()).events


async def acknowledged(client: Client, *events: Event) -> None:
    """Acknowledge events, and wait until the node has read it."""
    await client.send(Ack(ids=tuple(event.id for event in events)))
    await client.send('{"frame":"command","id":"probe","studio":"a","part":"x","action":"x"}')
    await client.next(Result)


async def test_an_event_reaches_every_client(connect: Connect, door: Part) -> None:
    clients = [await connect(), await connect()]
    door.board.emit(EventType.CODE_USED, {"tag": "b1"})
    first, second = [await client.next(Event) for client in clients]
    assert first == second
    assert (first.studio, first.part, first.type) == ("a", "door/main", EventType.CODE_USED)
    assert first.data == {"tag": "b1"}


async def test_an_event_waits_on_disk_until_it_is_acknowledged(
    client: Client, node: Node, door: Part
) -> None:
    door.board.emit(EventType.FORCED)
    event = await client.next(Event)
    assert await depth(node) == 1
    await acknowledged(client, event)
    assert await depth(node) == 0


async def test_what_nobody_acknowledged_comes_again_in_order_and_before_new_events(
    client: Client, connect: Connect, door: Part
) -> None:
    for number in range(250):
        door.board.emit(EventType.CODE_USED, {"tag": str(number)})
    seen = [await client.next(Event) for _ in range(250)]
    await acknowledged(client, *seen[:100])
    await client.socket.close()
    door.board.emit(EventType.DENIED)
    again = await connect()
    events = [await again.next(Event) for _ in range(151)]
    assert events[:150] == seen[100:]
    assert events[150].type is EventType.DENIED
    assert [event.seq for event in events] == list(range(101, 252))


async def test_events_of_a_time_without_clients_survive_a_restart(
    start_node: StartNode, session: ClientSession, door: Part
) -> None:
    node = await start_node()
    token = await node.issue_token("x")
    door.board.emit(EventType.TAKE_LOST)
    await node.stop()
    node = await start_node()
    client = await Client.connect(session, node, token)
    assert (await client.next(Event)).type is EventType.TAKE_LOST
    door.board.emit(EventType.DENIED)
    assert (await client.next(Event)).seq == 2


async def test_a_new_token_starts_at_the_present_and_acknowledges_for_itself(
    client: Client, node: Node, session: ClientSession, door: Part
) -> None:
    door.board.emit(EventType.FORCED)
    await client.next(Event)
    late = await Client.connect(session, node, await node.issue_token("late"))
    await late.greet()
    door.board.emit(EventType.DENIED)
    event = await late.next(Event)
    assert event.type is EventType.DENIED
    await acknowledged(late, event)
    assert await depth(node) == 2
    await late.socket.close()


async def test_numbers_go_on_also_when_nobody_is_known(
    node: Node, session: ClientSession, door: Part
) -> None:
    door.board.emit(EventType.FORCED)
    await node._desk.post.settle()
    assert await depth(node) == 0
    client = await Client.connect(session, node, await node.issue_token("x"))
    door.board.emit(EventType.FORCED)
    assert (await client.next(Event)).seq == 2
    await client.socket.close()


async def test_the_oldest_event_makes_room_and_is_counted(
    start_node: StartNode, session: ClientSession, door: Part
) -> None:
    node = await start_node()
    node._desk.post.outbox = Outbox(node._desk.post.outbox._database, limit=3)
    token = await node.issue_token("x")
    for _ in range(5):
        door.board.emit(EventType.DENIED)
    await node._desk.post.settle()
    client = await Client.connect(session, node, token)
    assert [(await client.next(Event)).seq for _ in range(3)] == [3, 4, 5]
    assert (await node._desk.post.outbox.depth()).dropped == 2
    await client.socket.close()


async def test_what_waits_for_a_revoked_token_is_forgotten(
    client: Client, node: Node, door: Part
) -> None:
    door.board.emit(EventType.FORCED)
    await client.next(Event)
    [token] = node.tokens
    await node.tokens.revoke(token.id)
    assert await depth(node) == 0
    await until(lambda: not node.server.connections)


async def test_data_that_json_cannot_hold_does_not_lose_the_event(
    client: Client, door: Part
) -> None:
    door.board.emit(EventType.FORCED, {"by": object()})  # type: ignore[dict-item]
    assert (await client.next(Event)).data == {}
