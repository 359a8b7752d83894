"""Machines that answer at an address and are no studio node."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
import socket
import ssl

from studio_node.certificate import load_certificate
from tests.puppets import HOST

_PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"


def closed_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def certificate(folder: Path) -> ssl.SSLContext:
    """Return the server's half of TLS with a certificate of its own."""
    return load_certificate(folder).context()


@asynccontextmanager
async def stranger(answer: bytes = _PAGE, tls: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """Run something that gives everybody the same answer; yield its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(1)
            writer.write(answer)
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, HOST, 0, ssl=tls)
    try:
        port: int = server.sockets[0].getsockname()[1]
        yield port
    finally:
        server.close()
        await server.wait_closed()
