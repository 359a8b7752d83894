"""Someone between a client and a node, with a certificate of their own, who hears everything."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
import ssl
from typing import Final

from studio_node.certificate import load_certificate

HOST: Final = "127.0.0.1"
_CHUNK: Final = 65_536


class Middleman:
    """Relay every connection to a node, both ways."""

    port: int

    def __init__(self, node_port: int) -> None:
        self.heard = bytearray()
        self._node_port = node_port
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def before(cls, node_port: int, folder: Path) -> AsyncGenerator[Middleman]:
        """Stand before a node."""
        self = cls(node_port)
        certificate = await asyncio.to_thread(load_certificate, folder)
        server = await asyncio.start_server(
            self._relay, HOST, 0, ssl=certificate.context(), ssl_handshake_timeout=5
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            server.close_clients()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        node_reader, node_writer = await asyncio.open_connection(
            HOST, self._node_port, ssl=trusting
        )
        ways = (self._copy(reader, node_writer), self._copy(node_reader, writer))
        for way in ways:
            task = asyncio.create_task(way)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                self.heard += chunk
                writer.write(chunk)
                await writer.drain()
        writer.close()
