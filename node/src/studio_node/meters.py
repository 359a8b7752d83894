"""Fast values for clients that draw them: a subscription to some parts."""

import asyncio
from collections.abc import Callable
from typing import Final

from .deltas import delta_tail
from .wire.parts import Fields

FASTEST: Final = 0.05  # s

type Place = tuple[str | None, str]  # studio and part
type Sink = Callable[[bytes], None]


class Meter:
    """Passes one part's raw changes to one client, at most once per interval."""

    def __init__(self, place: Place, interval: float, sink: Sink) -> None:
        self.place = place
        self._interval = max(interval, FASTEST)
        self._sink = sink
        self._fields: Fields = {}
        self._timer: asyncio.TimerHandle | None = None
        self._sent = float("-inf")

    def take(self, fields: Fields) -> None:
        """Send changed fields, or keep them until the interval is over."""
        self._fields.update(fields)
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        if (wait := self._sent + self._interval - loop.time()) <= 0:
            self._flush()
        else:
            self._timer = loop.call_later(wait, self._flush)

    def drop(self, names: tuple[str, ...]) -> None:
        """Forget fields that were withdrawn meanwhile; none means the whole part."""
        for name in names or tuple(self._fields):
            self._fields.pop(name, None)

    def close(self) -> None:
        """Send no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._fields.clear()

    def _flush(self) -> None:
        self._timer = None
        self._sent = asyncio.get_running_loop().time()
        if self._fields:
            fields, self._fields = self._fields, {}
            self._sink(delta_tail(*self.place, fields))


def parse_place(text: str) -> Place:
    """Return ``studio/door/main`` as studio and part; ``/host`` is a part of the node."""
    studio, _, part = text.partition("/")
    return studio or None, part
