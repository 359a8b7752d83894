"""Messages from 100 devices with 20 entities each, as fast as they are read or at a steady rate."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import MappingProxyType
from typing import Final

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant

from ..arrivals import arrivals
from ..broker import broker, connect
from ..floor import floor
from ..home import home, settle, until
from ..ours import enable_telemetry, nodes, pair
from ..programs import Program, program
from ..rooms import ENTITIES, STUDIOS

type Pattern = Callable[[HomeAssistant], AbstractAsyncContextManager[Program]]

_WARM: Final = 1_000  # messages


async def saturated(pattern: str, count: int) -> dict[str, float]:
    """Return the loop's CPU per message when the readers never wait."""
    async with home() as hass, _PATTERNS[pattern](hass) as publisher:
        await settle(hass)
        await _publish(hass, publisher, _WARM)
        async with arrivals(hass, count) as heard:
            await publisher.order(count)
        return {"us": heard.cost}


async def steady(pattern: str, count: int, rate: int, *, recorder: bool) -> dict[str, float]:
    """Return CPU per message and how late the messages come at a steady rate."""
    async with home(recorder=recorder) as hass, _PATTERNS[pattern](hass) as publisher:
        await settle(hass)
        await _publish(hass, publisher, _WARM, rate)
        async with arrivals(hass, count, timed=True) as heard:
            await publisher.order(count, rate)
        return {"us": heard.cost, "p50": heard.delay(0.5), "p99": heard.delay(0.99)}


async def _publish(hass: HomeAssistant, publisher: Program, count: int, rate: int = 0) -> None:
    async with arrivals(hass, count):
        await publisher.order(count, rate)


@asynccontextmanager
async def ours(hass: HomeAssistant) -> AsyncGenerator[Program]:
    """Set up an entry for each of 100 nodes."""
    enable_telemetry()
    async with nodes() as publisher:
        for node in range(STUDIOS):
            await pair(hass, publisher, f"n{node}")
        await hass.async_block_till_done()
        yield publisher


@asynccontextmanager
async def mqtt(hass: HomeAssistant) -> AsyncGenerator[Program]:
    """Let `mqtt` discover as many sensors."""
    async with broker() as port, program("topics", port, STUDIOS, ENTITIES) as publisher:
        await connect(hass, port)
        await publisher.order(0)
        await until(lambda: len(hass.states.async_entity_ids("sensor")) == STUDIOS * ENTITIES)
        # The integration subscribes some time later, and does not tell when.
        while any(state.state == STATE_UNKNOWN for state in hass.states.async_all("sensor")):
            await publisher.order(STUDIOS * ENTITIES)
            await asyncio.sleep(1)
        await asyncio.sleep(1)
        yield publisher


_PATTERNS: Final[Mapping[str, Pattern]] = MappingProxyType(
    {"floor": floor, "ours": ours, "mqtt": mqtt}
)
