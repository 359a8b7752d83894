"""The way of an event: into the outbox first, then to whoever is connected."""

import asyncio
from collections.abc import Callable
import logging
import sqlite3
from typing import Final

from .outbox import Outbox
from .wire.messages import Event

_LOGGER: Final = logging.getLogger(__name__)
_QUEUE: Final = 1_000  # events that wait for the disk
_RETRY: Final = 1.0  # s


class Post:
    """Stores events one after the other and rings when there is something new."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.lost = 0
        self._queue: asyncio.Queue[Event] = asyncio.Queue(_QUEUE)
        self._bells: set[Callable[[], None]] = set()

    def submit(self, event: Event) -> None:
        """Take an event from a device."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.lost += 1
            _LOGGER.exception("the disk does not keep up: an event of %s is lost", event.part)

    def subscribe(self, bell: Callable[[], None]) -> None:
        """Ring this bell when the outbox has something new."""
        self._bells.add(bell)

    def unsubscribe(self, bell: Callable[[], None]) -> None:
        """Ring it no more."""
        self._bells.discard(bell)

    async def run(self) -> None:
        """Store what comes until cancelled."""
        while True:
            event = await self._queue.get()
            try:
                await self._store(event)
            finally:
                self._queue.task_done()

    async def settle(self) -> None:
        """Wait until all that was submitted is stored."""
        await self._queue.join()

    async def _store(self, event: Event) -> None:
        while True:
            try:
                await self.outbox.add(event)
            except sqlite3.OperationalError:
                _LOGGER.exception("an event cannot be stored, trying again")
                await asyncio.sleep(_RETRY)
            except Exception:
                self.lost += 1
                _LOGGER.exception("an event of %s is lost", event.part)
                return
            else:
                break
        for bell in tuple(self._bells):
            bell()
