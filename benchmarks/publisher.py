"""
Many fake studio nodes in one process of its own: the protocol as it is, and nothing behind it.

It tells its port and fingerprint, then follows `orders`. The token of a connection is the name
of the node that it reaches. The value of each change is the moment at which it was made.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
import json
from pathlib import Path
import sys
import tempfile

from aiohttp import WSMsgType, web

from custom_components.micro_studio.wire import codec
from custom_components.micro_studio.wire.messages import (
    API,
    Delta,
    Hello,
    NodeInfo,
    Snapshot,
    Studio,
)
from studio_node.certificate import load_certificate

from .orders import Order, now, orders, pace
from .rooms import FIELD, HOST, parts, studio_id, telemetry

_BATCH = 16  # frames of one write when there is no other pace than the reader's
_BACKLOG = 64 * 1024  # bytes that may wait for a slow reader
_SHORT = 126  # bytes; longer frames need a longer head


class FakeNode:
    """One node's end of a connection."""

    def __init__(
        self, name: str, socket: web.WebSocketResponse, transport: asyncio.Transport
    ) -> None:
        self._name = name
        self._socket = socket
        self._transport = transport
        self._seq = 0
        self._places: Iterator[tuple[str | None, str]] = iter(())

    async def greet(self, studios: int, relays: int) -> None:
        """Say hello and send the state."""
        info = NodeInfo(id=self._name, name=self._name, api=API, software="0.1.0")
        hello = Hello(api=API, node=info, boot_id="1", seq=0, time=datetime.now(UTC))
        await self._socket.send_str(codec.encode(hello))
        rooms = {studio_id(self._name, number): parts(relays) for number in range(studios)}
        own = {} if studios else parts(relays)
        snapshot = Snapshot(
            seq=self._seq,
            studios={room: Studio(name=room, parts=fitted) for room, fitted in rooms.items()},
            parts=own,
        )
        await self._socket.send_str(codec.encode(snapshot))
        self._places = cycle(
            [(room, part) for part in telemetry(relays) for room in (rooms or (None,))]
        )

    def write(self, count: int = 1) -> None:
        """Write changes in one go, but each with an envelope of TLS of its own, as nodes do."""
        self._transport.writelines([self._frame() for _ in range(count)])

    async def flood(self, count: int) -> None:
        """Write as fast as the reader reads."""
        for left in range(count, 0, -_BATCH):
            self.write(min(_BATCH, left))
            await asyncio.sleep(0)
            while self._transport.get_write_buffer_size() > _BACKLOG:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    def _frame(self) -> bytes:
        """Return a change as a frame of RFC 6455; aiohttp would write each one by itself."""
        self._seq += 1
        studio, part = next(self._places)
        text = codec.encode(Delta(self._seq, studio, part, {FIELD: now()})).encode()
        size = len(text)
        return (bytes((0x81, size)) if size < _SHORT else b"\x81\x7e" + size.to_bytes(2)) + text


class Publisher:
    """All the nodes of one process."""

    def __init__(self, studios: int, relays: int) -> None:
        self._studios = studios
        self._relays = relays
        self._nodes: list[FakeNode] = []

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Be the node that the token names."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        name = request.headers["Authorization"].removeprefix("Bearer ")
        assert request.transport is not None
        node = FakeNode(name, socket, request.transport)
        await node.greet(self._studios, self._relays)
        self._nodes.append(node)
        async for message in socket:
            if message.type is WSMsgType.ERROR:
                break
        self._nodes.remove(node)
        return socket

    async def follow(self, order: Order) -> None:
        """Send the messages of an order, evenly from all nodes."""
        if order.rate:
            nodes = cycle(self._nodes)
            await pace(order, lambda: next(nodes).write())
        else:
            each, more = divmod(order.count, len(self._nodes))
            await asyncio.gather(
                *(node.flood(each + (number < more)) for number, node in enumerate(self._nodes))
            )


async def main(studios: int, relays: int) -> None:
    """Run until standard input ends."""
    publisher = Publisher(studios, relays)
    app = web.Application()
    app.router.add_get("/v1/ws", publisher.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    with tempfile.TemporaryDirectory() as folder:
        certificate = load_certificate(Path(folder))
        site = web.TCPSite(runner, HOST, 0, ssl_context=certificate.context(), backlog=1024)
        await site.start()
    told = {"port": runner.addresses[0][1], "fingerprint": certificate.fingerprint.hex()}
    print(json.dumps(told), flush=True)
    async for order in orders():
        await publisher.follow(order)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
