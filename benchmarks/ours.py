"""The integration itself, set up against fake nodes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant

from custom_components.micro_studio.const import CONF_FINGERPRINT, CONF_KNOWN, DOMAIN
from custom_components.micro_studio.entity import PartEntity

from .home import add_entry
from .programs import Program, program
from .rooms import HOST, TELEMETRY


def enable_telemetry() -> None:
    """Let all that parts report be shown, as if a person had enabled it."""
    setattr(PartEntity, "entity_registry_enabled_default", True)  # noqa: B010 - a property there


@asynccontextmanager
async def nodes(*, studios: int = 1, relays: int = TELEMETRY) -> AsyncGenerator[Program]:
    """Run a process of fake nodes with so many studios each; 0: the node itself has the relays."""
    async with program("publisher", studios, relays) as publisher:
        yield publisher


async def pair(hass: HomeAssistant, publisher: Program, name: str) -> ConfigEntry:
    """Set up the entry of one fake node."""
    entry = await add_entry(
        hass,
        DOMAIN,
        name,
        {
            CONF_HOST: HOST,
            CONF_PORT: publisher.told["port"],
            CONF_FINGERPRINT: publisher.told["fingerprint"],
            CONF_TOKEN: name,
            CONF_KNOWN: [],
        },
    )
    await hass.async_block_till_done()
    return entry
