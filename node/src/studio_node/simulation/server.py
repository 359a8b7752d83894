"""What a story may do to the server of a running node."""

import asyncio
import time

from studio_node.app import Node


class NodeServer:
    """The server of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def drop_connections(self) -> None:
        """Cut all clients off, without a goodbye."""
        for connection in tuple(self._node.server.connections):
            connection.abort()

    def suspend(self, seconds: float) -> None:
        """
        Freeze the whole process, as a computer that sleeps.

        Sockets stay open and nothing answers; whoever asked for it gets the answer first.
        """
        asyncio.get_running_loop().call_later(0.1, time.sleep, seconds)
