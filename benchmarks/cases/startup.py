"""What an entity costs when it comes: 100 devices with 20 each, at once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
import gc
from time import thread_time
import tracemalloc
from types import MappingProxyType
from typing import Final

from homeassistant.core import HomeAssistant

from ..broker import broker, connect
from ..home import home, settle, until
from ..ours import enable_telemetry, nodes, pair
from ..programs import program
from ..rooms import ENTITIES

type Fill = Callable[[], Awaitable[None]]
type Pattern = Callable[[HomeAssistant, int], AbstractAsyncContextManager[Fill]]

_AFTERWARDS: Final = 2.0  # s; what is put off until later counts too, such as subscriptions


async def cpu(pattern: str, studios: int) -> dict[str, float]:
    """Return the event loop's CPU for each entity."""
    async with home() as hass, _PATTERNS[pattern](hass, studios) as fill:
        before = len(hass.states.async_entity_ids())
        begin = thread_time()
        await fill()
        await asyncio.sleep(_AFTERWARDS)
        spent = thread_time() - begin
        return {"ms": spent * 1e3 / (len(hass.states.async_entity_ids()) - before)}


async def memory(pattern: str, studios: int) -> dict[str, float]:
    """Return the memory that each entity keeps."""
    async with home() as hass, _PATTERNS[pattern](hass, studios) as fill:
        await settle(hass)
        gc.collect()
        before = len(hass.states.async_entity_ids())
        tracemalloc.start()
        await fill()
        await settle(hass)
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return {"kB": kept / 1e3 / (len(hass.states.async_entity_ids()) - before)}


@asynccontextmanager
async def _ours(hass: HomeAssistant, studios: int) -> AsyncGenerator[Fill]:
    """Set up one node with all studios; one with a single studio has brought the code."""
    enable_telemetry()
    async with nodes() as first, nodes(studios=studios) as publisher:
        await pair(hass, first, "n0")

        async def fill() -> None:
            await pair(hass, publisher, "n1")

        yield fill


@asynccontextmanager
async def _mqtt(hass: HomeAssistant, studios: int) -> AsyncGenerator[Fill]:
    """Let as many be discovered; the first device has brought the code."""
    async with broker() as port, program("topics", port, studios, ENTITIES) as publisher:
        await connect(hass, port)
        await until(lambda: len(hass.states.async_entity_ids("sensor")) == ENTITIES)

        async def fill() -> None:
            await publisher.order(0)
            await until(lambda: len(hass.states.async_entity_ids("sensor")) == studios * ENTITIES)
            await hass.async_block_till_done()

        yield fill


_PATTERNS: Final[Mapping[str, Pattern]] = MappingProxyType({"ours": _ours, "mqtt": _mqtt})
