"""A real Home Assistant in this process, as small as it gets."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
import logging
from pathlib import Path
import socket
import tempfile
from types import MappingProxyType
from typing import Any, Final

from homeassistant import auth, bootstrap, loader
from homeassistant.config_entries import SOURCE_USER, ConfigEntries, ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.recorder import async_initialize_recorder
from homeassistant.setup import async_setup_component

from .rooms import HOST

LOGGER: Final = logging.getLogger(__package__)
_STORED: Final = 11.0  # s; the registries wait for 10
_PATIENCE: Final = 120.0  # s


@asynccontextmanager
async def home(*, recorder: bool = False) -> AsyncGenerator[HomeAssistant]:
    """Run Home Assistant in a folder of its own."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="micro-studio-benchmark-") as folder:
        Path(folder, "configuration.yaml").touch()  # noqa: ASYNC240
        hass = HomeAssistant(folder)
        hass.config.skip_pip = True
        hass.config_entries = ConfigEntries(hass, {})
        loader.async_setup(hass)
        await loader.async_get_custom_components(hass)
        assert await bootstrap.async_load_base_functionality(hass)
        hass.auth = await auth.auth_manager_from_config(hass, [{"type": "homeassistant"}], [])
        # Some platforms bring the server along, on a port that another instance may have.
        with socket.create_server((HOST, 0)) as free:
            server = {"server_host": HOST, "server_port": free.getsockname()[1]}
        for domain in (*bootstrap.CORE_INTEGRATIONS, "network", "http"):
            assert await async_setup_component(hass, domain, {"http": server})
        hass.set_state(CoreState.running)
        if recorder:
            async_initialize_recorder(hass)
            database = f"sqlite:///{Path(folder, 'benchmark.db')}"
            assert await async_setup_component(hass, "recorder", {"recorder": {"db_url": database}})
            await hass.async_block_till_done()
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)


async def add_entry(
    hass: HomeAssistant, domain: str, title: str, data: Mapping[str, Any], *, version: int = 1
) -> ConfigEntry:
    """Set up a config entry; an account of work that failed is no measurement."""
    entry: ConfigEntry = ConfigEntry(
        data=data,
        discovery_keys=MappingProxyType({}),
        domain=domain,
        minor_version=1,
        options={},
        source=SOURCE_USER,
        subentries_data=None,
        title=title,
        unique_id=title,
        version=version,
    )
    await hass.config_entries.async_add(entry)
    return entry


async def settle(hass: HomeAssistant) -> None:
    """Let everything that was to be stored later be stored first, lest it disturbs."""
    await hass.async_block_till_done()
    if "recorder" in hass.config.components:
        await asyncio.sleep(_STORED)  # the event below would stop it
        return
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()


async def until(condition: Callable[[], object], seconds: float = _PATIENCE) -> None:
    """Wait for something that another task brings about."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nobody else knows
            await asyncio.sleep(0.01)
