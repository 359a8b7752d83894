"""Home Assistant's own zeroconf browser, on the loopback and for our type alone."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import ip_address

from homeassistant.components.zeroconf.discovery import ZeroconfDiscovery
from homeassistant.components.zeroconf.models import HaZeroconf
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_zeroconf
from zeroconf.asyncio import AsyncServiceInfo

from studio_node.wire.messages import SERVICE_TYPE
from tests.node_process import HOST


@asynccontextmanager
async def browsing(hass: HomeAssistant) -> AsyncGenerator[ZeroconfDiscovery]:
    """Browse until the block ends."""
    types = {SERVICE_TYPE: (await async_get_zeroconf(hass))[SERVICE_TYPE]}
    own = AsyncServiceInfo(
        "_home-assistant._tcp.local.",
        "Test._home-assistant._tcp.local.",
        server="test.local.",
        addresses=[ip_address("127.0.0.2").packed],
        port=8123,
    )
    zeroconf = HaZeroconf(interfaces=[HOST])
    discovery = ZeroconfDiscovery(hass, zeroconf, types, {}, {}, own)
    await discovery.async_setup()
    yield discovery
    await discovery.async_stop()
    await zeroconf._async_close()
