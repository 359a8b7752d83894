"""One changed field of one device, from the parsed frame to the written state."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
import gc
from itertools import count, cycle
from time import thread_time
from types import MappingProxyType
from typing import Final

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from custom_components.micro_studio.node import NodeCoordinator
from custom_components.micro_studio.wire.messages import Delta

from ..home import home
from ..ours import enable_telemetry, nodes, pair
from ..rooms import FIELD, telemetry
from ..usual import set_up

type Push = Callable[[], None]
type Pattern = Callable[[HomeAssistant, int], AbstractAsyncContextManager[Push]]

_WARM: Final = 200


async def cost(pattern: str, entities: int, count: int) -> dict[str, float]:
    """Return the CPU of a push to a device with so many entities."""
    async with home() as hass, _PATTERNS[pattern](hass, entities) as push:
        for _ in range(_WARM):
            push()
        hass.bus.async_listen(EVENT_STATE_CHANGED, _hear)
        gc.collect()
        begin = thread_time()
        for _ in range(count):
            push()
        return {"us": (thread_time() - begin) / count * 1e6}


async def garbage(entities: int, count: int) -> dict[str, float]:
    """Return the objects per write that only the garbage collector can free."""
    async with home() as hass, _ours(hass, entities) as push:
        hass.bus.async_listen(EVENT_STATE_CHANGED, _hear)
        gc.collect()
        gc.disable()
        for _ in range(count):
            push()
        objects = gc.collect()
        gc.enable()
        return {"objects": objects / count}


@callback
def _hear(_: Event[EventStateChangedData]) -> None:
    """Listen: without anybody, Home Assistant makes no event."""


@asynccontextmanager
async def _ours(hass: HomeAssistant, entities: int) -> AsyncGenerator[Push]:
    """Let a node have so many telemetry sensors of its own."""
    enable_telemetry()
    async with nodes(studios=0, relays=entities) as publisher:
        entry = await pair(hass, publisher, "n0")
        coordinator: NodeCoordinator = entry.runtime_data
        values, places = count(20), cycle(telemetry(entities))
        yield lambda: coordinator.on_delta(Delta(0, None, next(places), {FIELD: next(values)}))


@asynccontextmanager
async def _usual(hass: HomeAssistant, entities: int) -> AsyncGenerator[Push]:
    """Let a coordinator have them."""
    device = await set_up(hass, entities)
    values, keys = count(20), cycle(list(device.data))
    yield lambda: device.async_set_updated_data(device.data | {next(keys): next(values)})


_PATTERNS: Final[Mapping[str, Pattern]] = MappingProxyType({"ours": _ours, "usual": _usual})
