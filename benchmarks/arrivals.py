"""What came of published messages: how many, how late, and what they cost."""

import asyncio
from dataclasses import dataclass, field
import time

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

_SILENT = (STATE_UNAVAILABLE, STATE_UNKNOWN)


@dataclass(slots=True)
class Arrivals:
    """Written states, as a listener sees them; their values are the moments of their making."""

    expected: int
    delays: list[float] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self, hass: HomeAssistant) -> None:
        """Follow every state from now on."""
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._heard)

    @callback
    def _heard(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is None or state.state in _SILENT or not state.entity_id.startswith("sensor."):
            return
        self.delays.append(time.monotonic() - float(state.state))
        if len(self.delays) == self.expected:
            self.done.set()
