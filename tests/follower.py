"""A connection that runs in the background of a test."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from custom_components.micro_studio.client.client import NodeClient
from custom_components.micro_studio.client.connection import Listener, NodeConnection, Timing


@asynccontextmanager
async def following(
    client: NodeClient, listener: Listener, timing: Timing | None = None
) -> AsyncGenerator[NodeConnection]:
    """Open a connection and follow it; a fault of the connection itself fails the test."""
    connection = NodeConnection(client, listener, timing)
    await connection.open()
    task = asyncio.create_task(connection.run())
    try:
        yield connection
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await connection.close()
