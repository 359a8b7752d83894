"""A simulated world that stands still until a test moves it."""

from collections.abc import Callable, Iterator

import pytest
from pytest_socket import socket_allow_hosts

from node.tests.simulation.theatre import START, Story, Theatre, check_place
from studio_node.simulation.clock import ManualClock
from studio_node.simulation.model.place import Place
from studio_node.simulation.model.room import RoomOptions
from studio_node.simulation.world import World


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock(START)


@pytest.fixture
def theatre(clock: ManualClock) -> Iterator[Theatre]:
    """Two studios on one node."""
    yield (theatre := Theatre(clock, World([RoomOptions(), RoomOptions(id="studio-2")], clock)))
    for task in theatre.tasks:
        task.cancel()


@pytest.fixture
def sockets() -> None:
    """Allow unix sockets, which a plugin of the integration's tests forbids."""
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture
def story() -> Story:
    """The model of a standard room."""
    return Story()


@pytest.fixture
def new_story() -> Callable[..., Story]:
    """Make models of other rooms."""
    return Story


@pytest.fixture
def check() -> Callable[[Place], None]:
    """Fail on what the wire would not take."""
    return check_place
