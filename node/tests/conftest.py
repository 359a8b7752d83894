"""A running node on the loopback."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import ClientSession, TCPConnector
import pytest

from node.tests.room import Client, Part, Parts
from studio_node.app import Node
from studio_node.connection import Timing
from studio_node.drivers import Fitting
from studio_node.settings import LOOPBACK, Settings, StudioSettings

type StartNode = Callable[..., Awaitable[Node]]
type Connect = Callable[..., Awaitable[Client]]


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let tests use the loopback."""


@pytest.fixture
def settings() -> Settings:
    """Settings of a node with one studio."""
    return Settings(
        name="Mill Street",
        listen=LOOPBACK,
        port=0,
        announce=False,
        studios=(StudioSettings("a", "Studio A"),),
    )


@pytest.fixture
async def door() -> Part:
    """The studio's door."""
    return Part("door/main", {"locked": True, "battery": 80, "credentials": []})


@pytest.fixture
async def interface() -> Part:
    """The studio's audio interface."""
    return Part("interface/main", {"peak": -20.0, "xruns": 0, "status": "healthy"})


@pytest.fixture
async def start_node(
    settings: Settings, door: Part, interface: Part, tmp_path: Path
) -> AsyncGenerator[StartNode]:
    """Start nodes on the test's state; they stop at the end."""
    async with AsyncExitStack() as stack:

        async def start(
            using: Settings = settings,
            *rigs: Fitting,
            timing: Timing | None = None,
            state_dir: Path = tmp_path / "state",
        ) -> Node:
            fitted = rigs or (Fitting("a", Parts((door,), (interface,))),)
            node = Node(using, fitted, state_dir=state_dir, timing=timing)
            await node.start()
            stack.push_async_callback(node.stop)
            return node

        yield start


@pytest.fixture
async def node(start_node: StartNode) -> Node:
    """A running node."""
    return await start_node()


@pytest.fixture
async def token(node: Node) -> str:
    """A client's token."""
    return await node.issue_token("Home Assistant")


@pytest.fixture
async def session() -> AsyncGenerator[ClientSession]:
    """A client's session."""
    async with ClientSession(connector=TCPConnector(force_close=True)) as made:
        yield made


@pytest.fixture
async def connect(session: ClientSession, node: Node, token: str) -> AsyncGenerator[Connect]:
    """Connect clients that have read hello and the first snapshot."""
    async with AsyncExitStack() as stack:

        async def make(to: Node = node, using: str = token) -> Client:
            client = await Client.connect(session, to, using)
            stack.push_async_callback(client.socket.close)
            await client.greet()
            return client

        yield make


@pytest.fixture
async def client(connect: Connect) -> Client:
    """A client that has read hello and the first snapshot."""
    return await connect()
