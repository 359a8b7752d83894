"""A real node process, and clients of it; Home Assistant has no part in these tests."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession
import pytest
import pytest_socket

from custom_components.micro_studio.client import backoff
from custom_components.micro_studio.client.client import Address, NodeClient, Trust
from custom_components.micro_studio.client.connection import Listener, NodeConnection, Timing
from tests.follower import following
from tests.node_process import HOST, NodeProcess

type Follow = Callable[..., AbstractAsyncContextManager[NodeConnection]]


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Do without Home Assistant."""


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let tests use the loopback, and the simulation's own socket."""
    pytest_socket.socket_allow_hosts([HOST], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Come back quickly."""
    monkeypatch.setattr(backoff, "FIRST", 0.05)
    monkeypatch.setattr(backoff, "LONGEST", 0.2)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    """Run one node for all tests of a file."""
    with NodeProcess.running(tmp_path_factory.mktemp("node")) as running:
        yield running


@pytest.fixture
def own_node(tmp_path: Path) -> Iterator[NodeProcess]:
    """Run a node that a test may kill, or annoy."""
    with NodeProcess.running(tmp_path) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Return a client session."""
    async with ClientSession() as opened:
        yield opened


@pytest.fixture
def follow(session: ClientSession) -> Follow:
    """Return what follows a node with a listener until the block ends."""

    @asynccontextmanager
    async def begin(
        node: NodeProcess, listener: Listener, timing: Timing | None = None
    ) -> AsyncGenerator[NodeConnection]:
        client = NodeClient(session, address(node), trust(node))
        async with following(client, listener, timing) as connection:
            yield connection

    return begin


def address(node: NodeProcess) -> Address:
    """Return where a node listens."""
    return Address(HOST, node.port)


def trust(node: NodeProcess) -> Trust:
    """Return what pairing would have left behind."""
    return Trust(node.ticket.fingerprint, node.ticket.token)
