"""A set up entry with a real node behind it."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from unittest.mock import PropertyMock, patch

from freezegun import api as freezegun
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.client import backoff
from custom_components.micro_studio.const import CONF_FINGERPRINT, CONF_KNOWN, DOMAIN
from custom_components.micro_studio.coordinator import NodeCoordinator
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.puppets import HOST, NODE_ID, STUDIOS, Theatre, theatre


@pytest.fixture(autouse=True, scope="session")
def _loops_see_real_time() -> Iterator[None]:
    """Let sockets go on while a test has frozen the calendar."""
    # By its full name: freezegun replaces what a module has imported by name.
    with patch("homeassistant.runner.monotonic", lambda: freezegun.real_monotonic()):  # noqa: PLW0108
        yield


@pytest.fixture
def clock(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Clock:
    """Freeze the calendar; put a test's moment into the marker `freeze_time`."""
    return Clock(hass, freezer)


@pytest.fixture
def studios() -> Mapping[str, str]:
    """Return the studios of the node: id to name."""
    return STUDIOS


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
async def loaded(hass: HomeAssistant, entry: MockConfigEntry) -> AsyncGenerator[MockConfigEntry]:
    """Set the entry up; unload it in the end."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
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
