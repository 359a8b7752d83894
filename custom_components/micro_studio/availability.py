"""Many entities that become available or unavailable at once."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.singleton import singleton

from .const import DOMAIN
from .sources.board import Board, Change

_BURST: Final = 100  # watchers told in one turn of the event loop; a room writes all it has


class Availability:
    """Switch boards and tell who shows them, without holding the event loop."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._untold: deque[Change] = deque()
        self._telling: asyncio.Task[None] | None = None

    @callback
    def switch(self, boards: Iterable[tuple[Board, bool]]) -> bool:
        """Make boards available or not; tell whether one has changed."""
        changed = [board for board, available in boards if board.available is not available]
        for board in changed:
            board.available = not board.available
            self._untold.extend(board.availability_watchers())
        if changed and (self._telling is None or self._telling.done()):
            self._telling = self._hass.async_create_background_task(
                self._async_tell(), f"{DOMAIN} availability"
            )
        return bool(changed)

    @callback
    def close(self) -> None:
        """Stop telling."""
        if self._telling is not None:
            self._telling.cancel()

    async def _async_tell(self) -> None:
        """Tell in chunks: 20,000 entities in one go would throw open dashboards out."""
        turn = _turn(self._hass)
        while self._untold:
            async with turn:
                for _ in range(min(_BURST, len(self._untold))):
                    self._untold.popleft()()
                await asyncio.sleep(0)


@singleton(f"{DOMAIN}_availability")
def _turn(hass: HomeAssistant) -> asyncio.Lock:
    """Return what the entries take turns with: a switch that fails takes many nodes along."""
    return asyncio.Lock()
