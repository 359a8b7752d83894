"""What came of published messages: how many, how late, and what they cost the event loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import gc
import time

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback


@dataclass(slots=True)
class Arrivals:
    """Written states, as a listener sees them; a value may be the moment of its making."""

    expected: int
    timed: bool
    count: int = 0
    cpu: float = 0.0  # s of the event loop's thread
    delays: list[float] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @callback
    def heard(self, event: Event[EventStateChangedData]) -> None:
        """Count a state that was written."""
        self.count += 1
        if self.timed and (state := event.data["new_state"]) is not None:
            self.delays.append(time.monotonic() - float(state.state))
        if self.count == self.expected:
            self.done.set()

    @property
    def cost(self) -> float:
        """Return the microseconds that each message took."""
        return self.cpu / self.expected * 1e6

    def delay(self, share: float) -> float:
        """Return the milliseconds that so large a share of the messages came in."""
        return sorted(self.delays)[int(share * (len(self.delays) - 1))] * 1e3


@asynccontextmanager
async def arrivals(
    hass: HomeAssistant, count: int, *, timed: bool = False
) -> AsyncGenerator[Arrivals]:
    """Measure what the block sets off, until so many states were written."""
    heard = Arrivals(count, timed)
    end = hass.bus.async_listen(EVENT_STATE_CHANGED, heard.heard)
    gc.collect()
    begin = time.thread_time()
    yield heard
    async with asyncio.timeout(300):
        await heard.done.wait()
    heard.cpu = time.thread_time() - begin
    end()
