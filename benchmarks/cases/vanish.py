"""All nodes gone at once: how long the event loop stands still, and who is thrown out."""

import asyncio
from datetime import timedelta
import gc
from time import monotonic, thread_time
from typing import Final

from homeassistant.auth.models import TOKEN_TYPE_LONG_LIVED_ACCESS_TOKEN
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.setup import async_setup_component

from ..home import home, settle, until
from ..ours import enable_telemetry, nodes, pair
from ..programs import program

_NODES: Final = 3
_DASHBOARDS: Final = 3
_QUIET: Final = 2.0  # s without any change


async def stall(studios: int) -> dict[str, float]:
    """Return the longest turn of the event loop, in CPU and on the clock, and the lost clients."""
    enable_telemetry()
    async with home() as hass, nodes(studios=studios // _NODES) as publisher:
        for node in range(_NODES):
            await pair(hass, publisher, f"n{node}")
        port, token = await _serve(hass)
        async with program("dashboards", port, token, _DASHBOARDS) as dashboards:
            await settle(hass)
            entities = len(hass.states.async_entity_ids())
            pulse = Pulse()
            hass.bus.async_listen(EVENT_STATE_CHANGED, pulse.changed)
            gc.collect()
            pulse.start()
            publisher.kill()
            await asyncio.sleep(_QUIET)
            await until(lambda: monotonic() - pulse.last_change > _QUIET)
            pulse.stop()
            await dashboards.order(0)
            lost = (await dashboards.line())["lost"]
        return {
            "ms": pulse.cpu * 1e3,
            "clock_ms": pulse.clock * 1e3,
            "lost": lost,
            "entities": entities,
            "changes": pulse.changes,
        }


class Pulse:
    """Longest time between two turns of the event loop."""

    def __init__(self) -> None:
        self.cpu = 0.0
        self.clock = 0.0
        self.changes = 0
        self.last_change = monotonic()
        self._beating = False

    def start(self) -> None:
        """Beat in every turn."""
        self._beating = True
        self._last = thread_time(), monotonic()
        asyncio.get_running_loop().call_soon(self._beat)

    def stop(self) -> None:
        """Beat no more."""
        self._beating = False

    @callback
    def changed(self, _: Event[EventStateChangedData]) -> None:
        """Note that an entity was written."""
        self.changes += 1
        self.last_change = monotonic()

    def _beat(self) -> None:
        cpu, clock = thread_time(), monotonic()
        self.cpu = max(self.cpu, cpu - self._last[0])
        self.clock = max(self.clock, clock - self._last[1])
        self._last = cpu, clock
        if self._beating:
            asyncio.get_running_loop().call_soon(self._beat)


async def _serve(hass: HomeAssistant) -> tuple[int, str]:
    """Start Home Assistant's own server; return its port and a token."""
    assert await async_setup_component(hass, "websocket_api", {})
    await hass.http.start()
    user = await hass.auth.async_create_user("Benchmark", group_ids=["system-admin"])
    refresh = await hass.auth.async_create_refresh_token(
        user,
        client_name="Benchmark",
        token_type=TOKEN_TYPE_LONG_LIVED_ACCESS_TOKEN,
        access_token_expiration=timedelta(days=1),
    )
    return hass.http.server_port, hass.auth.async_create_access_token(refresh)
