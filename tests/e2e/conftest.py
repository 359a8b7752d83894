"""What stories, faults and secrets share."""

import pytest
import pytest_socket

from custom_components.micro_studio.client import backoff
from tests.node_process import HOST


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let tests use the loopback, and the simulation's own socket."""
    pytest_socket.socket_allow_hosts([HOST], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Come back quickly."""
    monkeypatch.setattr(backoff, "FIRST", 0.05)
    monkeypatch.setattr(backoff, "LONGEST", 0.1)
