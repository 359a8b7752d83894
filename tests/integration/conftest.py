"""A set up entry with a real node behind it."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import PropertyMock, patch

import freezegun
import freezegun.api
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.client import backoff
from custom_components.micro_studio.const import CONF_FINGERPRINT, CONF_KNOWN, DOMAIN
from custom_components.micro_studio.node import NodeCoordinator
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.waiting import until
from tests.puppets import HOST, NODE_ID, STUDIOS, Theatre, theatre


@pytest.fixture
async def clock(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Clock]:
    """Freeze the calendar at noon; ask for it before anything that reads it."""
    # Sockets go on: the event loop keeps the real clock.
    monkeypatch.setattr(asyncio.get_running_loop(), "time", freezegun.api.real_monotonic)
    with freezegun.freeze_time("2026-11-23 12:00:00+00:00") as freezer:
        assert isinstance(freezer, FrozenDateTimeFactory)
        yield Clock(hass, freezer)


@pytest.fixture
def studios() -> Mapping[str, str]:
    """Return the studios of the node: id to name."""
    return STUDIOS


def _forgive_hanging_up(loop: asyncio.AbstractEventLoop) -> None:
    """Let a client leave in the middle of the node's handshake: a wrong certificate is reason."""
    strict = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if strict is not None and not isinstance(context.get("exception"), ConnectionResetError):
            strict(loop, context)

    loop.set_exception_handler(handle)


@pytest.fixture
async def house(
    socket_enabled: None,
    tmp_path: Path,
    studios: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Theatre]:
    """Run a node that sends everything at once, to a client that comes back at once."""
    monkeypatch.setattr("studio_node.telemetry.PACES", {})
    monkeypatch.setattr(backoff, "FIRST", 0.02)
    monkeypatch.setattr(backoff, "LONGEST", 0.05)
    _forgive_hanging_up(asyncio.get_running_loop())
    async with theatre(tmp_path / "node", studios) as running:
        yield running


@pytest.fixture
async def entry(hass: HomeAssistant, house: Theatre) -> MockConfigEntry:
    """Return an entry that is paired with the node, not set up yet."""
    node = house.running
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="City centre",
        unique_id=node.id,
        data={
            CONF_HOST: HOST,
            CONF_PORT: node.port,
            CONF_FINGERPRINT: node.fingerprint.hex(),
            CONF_TOKEN: await node.issue_token("test"),
            CONF_KNOWN: [],
        },
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def loaded(
    hass: HomeAssistant, entry: MockConfigEntry, house: Theatre
) -> AsyncGenerator[MockConfigEntry]:
    """Set the entry up and let the lights come up to date; unload it in the end."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await until(lambda: all(house.part(studio, "light/sign").commands for studio in house.studios))
    await until(lambda: not [*entry.runtime_data.connection._commands])
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def coordinator(loaded: MockConfigEntry) -> NodeCoordinator:
    """Return what runs behind the entry."""
    running: NodeCoordinator = loaded.runtime_data
    return running


@pytest.fixture
def sight(hass: HomeAssistant, loaded: MockConfigEntry) -> Sight:
    """Return what Home Assistant shows of the node."""
    return Sight(hass, NODE_ID)


@pytest.fixture
def everything_enabled() -> Iterator[None]:
    """Enable also what is disabled by default."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        PropertyMock(return_value=True),
    ):
        yield
