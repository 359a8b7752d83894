"""A set up entry with a real node behind it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import CONF_FINGERPRINT, CONF_KNOWN, DOMAIN
from tests.puppets import HOST, Theatre, theatre


@pytest.fixture
async def house(socket_enabled: None, tmp_path: Path) -> AsyncGenerator[Theatre]:
    """Run a node with two studios."""
    async with theatre(tmp_path) as running:
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


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that another task brings about."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
