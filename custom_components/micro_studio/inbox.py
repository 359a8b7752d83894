"""Events of a node: each counted once, stored, and only then acknowledged."""

import asyncio
from typing import Final

from homeassistant.core import HomeAssistant, callback

from .client.connection import NodeConnection
from .store import RoomStore
from .wire.messages import Event

_GATHER: Final = 0.2  # s; what comes together is stored and acknowledged together
_RETRY: Final = 30.0  # s; a full disk needs somebody who makes room


class EventInbox:
    """Remember how far we are in the node's numbered events."""

    def __init__(self, hass: HomeAssistant, store: RoomStore, connection: NodeConnection) -> None:
        self._hass = hass
        self._store = store
        self._connection = connection
        self._unacknowledged: list[str] = []
        self._task: asyncio.Task[None] | None = None

    @callback
    def take(self, event: Event) -> bool:
        """Tell whether an event is new; acknowledge it in any case."""
        new = event.seq > self._store.last_event
        if new:
            self._store.last_event = event.seq
        self._unacknowledged.append(event.id)
        if self._task is None or self._task.done():
            self._task = self._hass.async_create_background_task(
                self._async_acknowledge(), "micro_studio acknowledge events"
            )
        return new

    @callback
    def close(self) -> None:
        """Stop; what is not acknowledged comes again."""
        if self._task is not None:
            self._task.cancel()

    async def _async_acknowledge(self) -> None:
        """Write down what the events did, then tell the node to forget them."""
        while self._unacknowledged:
            await asyncio.sleep(_GATHER)
            ids = tuple(self._unacknowledged)
            if await self._store.async_save():
                del self._unacknowledged[: len(ids)]
                await self._connection.ack(ids)
            else:
                await asyncio.sleep(_RETRY)
