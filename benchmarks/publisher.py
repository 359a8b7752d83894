"""
Many fake studio nodes in one process of its own: the protocol as it is, and nothing behind it.

The first line on standard output tells port, fingerprint; each line on standard input is an order
(see `Order`), each line of output after that the answer to one. The token of a connection is the
node that it reaches.
"""

import argparse
import asyncio
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
import sys
import tempfile

from aiohttp import WSMsgType, web
import orjson
from studio_node.certificate import load_certificate

from custom_components.micro_studio.wire import codec
from custom_components.micro_studio.wire.messages import (
    API,
    Delta,
    Hello,
    NodeInfo,
    Parts,
    Snapshot,
    Studio,
)

from .orders import Order, now, orders, pace

_BATCH = 16  # frames of one write when there is no other pace than the reader's
_BACKLOG = 64 * 1024  # bytes that may wait for a slow reader


def parts(relays: int) -> Parts:
    """Return the parts of a studio; each relay has one telemetry sensor, and two more hidden."""
    return {
        f"relay/r{number}": {"rtt": 10.0, "loss": 0.0, "selected": number == 0}
        for number in range(relays)
    } | {"presence": {"occupied": False}, "bookings": {"items": []}}


class FakeNode:
    """One connection's end: snapshots when asked, deltas when ordered."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, studios: int, relays: int
    ) -> None:
        self.name = request.headers["Authorization"].removeprefix("Bearer ")
        assert request.transport is not None
        self._transport = request.transport
        self._socket = socket
        self._seq = 0
        self._studios = studios
        self._places = cycle(
            [
                (f"{self.name}-{studio}", f"relay/r{relay}")
                for relay in range(relays)
                for studio in range(studios)
            ]
        )

    async def greet(self) -> None:
        """Say hello and send the state."""
        info = NodeInfo(id=self.name, name=self.name, api=API, software="0.1.0")
        hello = Hello(api=API, node=info, boot_id="1", seq=0, time=datetime.now(UTC))
        await self._socket.send_str(codec.encode(hello))
        await self.send_snapshot()

    async def send_snapshot(self) -> None:
        """Send the state as it was in the beginning."""
        studios = {
            f"{self.name}-{number}": Studio(name=f"{self.name} {number}", parts=parts(self._relays))
            for number in range(self._studios)
        }
        await self._socket.send_str(codec.encode(Snapshot(seq=self._seq, studios=studios)))

    @property
    def _relays(self) -> int:
        return 0

    def write(self, count: int) -> None:
        """Write deltas in one go; each value is the moment of its making."""
        self._transport.write(b"".join(self._frame() for _ in range(count)))

    async def room_to_write(self) -> None:
        """Wait while the reader is behind."""
        while self._transport.get_write_buffer_size() > _BACKLOG:
            await asyncio.sleep(0.001)

    def _frame(self) -> bytes:
        self._seq += 1
        studio, part = next(self._places)
        text = codec.encode(Delta(self._seq, studio, part, {"rtt": now()})).encode()
        # An unmasked text frame of RFC 6455: aiohttp would write each one by itself.
        size = len(text)
        head = bytes([0x81, size]) if size < 126 else b"\x81\x7e" + size.to_bytes(2)
        return head + text
