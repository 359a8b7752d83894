"""What the diagnostics tell, and what they keep."""

from aiohttp import ClientSession, Fingerprint

from node.tests.room import Client, Part, bearer, url
from studio_node.app import Node
from studio_node.wire.messages import Delta


async def test_diagnostics_count_and_hide(
    client: Client, node: Node, session: ClientSession, token: str, door: Part
) -> None:
    door.board.publish(
        {"credentials": [{"tag": "guest-of-monday"}], "changed_by": "guest-of-monday"}
    )
    await client.next(Delta)
    async with session.get(
        url(node, "/v1/diagnostics"), ssl=Fingerprint(node.fingerprint), headers=bearer(token)
    ) as answer:
        text, report = await answer.text(), await answer.json()
    assert "guest-of-monday" not in text
    assert token not in text
    assert report["counters"]["clients"] == 1
    assert report["counters"]["frames_out"] == 3
    assert report["studios"]["a"]["door/main"]["credentials"] == 1
    assert report["versions"]["studio_node"]
