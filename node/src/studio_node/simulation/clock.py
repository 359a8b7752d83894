"""The time of a simulated room: the real one, a faster one, or one that a test moves."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import heapq
from itertools import count
import time
from typing import Final, Protocol

_SHORTEST: Final = 0.005  # s; at high speed the loop must still get to other work


class Alarm(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Forget the call."""


class Clock(Protocol):
    """Tells the story's time and wakes at a moment of it."""

    def now(self) -> datetime:
        """Return the moment of the story, in UTC."""

    def call_at(self, moment: datetime, deed: Callable[[], None]) -> Alarm:
        """Call when the moment has come, from the event loop."""


class WallClock:
    """The computer's clock; with another speed, a story that began when it was made."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._began = datetime.now(UTC)
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the moment of the story."""
        if self._speed == 1.0:
            # The real clock, also after it was set: bookings and codes are meant in its time.
            return datetime.now(UTC)
        return self._began + timedelta(seconds=(time.monotonic() - self._origin) * self._speed)

    def call_at(self, moment: datetime, deed: Callable[[], None]) -> Alarm:
        """Call when the moment has come."""
        wait = (moment - self.now()).total_seconds() / self._speed
        return asyncio.get_running_loop().call_later(max(wait, _SHORTEST), deed)


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._order = count()
        self._alarms: list[tuple[datetime, int, _ManualAlarm]] = []

    def now(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self._now

    def call_at(self, moment: datetime, deed: Callable[[], None]) -> Alarm:
        """Call when the clock is moved to the moment."""
        alarm = _ManualAlarm(deed)
        heapq.heappush(self._alarms, (moment, next(self._order), alarm))
        return alarm

    async def advance(self, seconds: float) -> None:
        """Move on, stopping at every alarm so that whoever was woken can act there."""
        goal = self._now + timedelta(seconds=seconds)
        await _settle()
        while self._alarms and self._alarms[0][0] <= goal:
            moment, _, alarm = heapq.heappop(self._alarms)
            self._now = max(self._now, moment)
            if alarm.deed is not None:
                alarm.deed()
                await _settle()
        self._now = goal
        await _settle()


class _ManualAlarm:
    def __init__(self, deed: Callable[[], None]) -> None:
        self.deed: Callable[[], None] | None = deed

    def cancel(self) -> None:
        self.deed = None


async def _settle() -> None:
    """Let everything that is ready run; a few turns cover a future behind a future."""
    for _ in range(5):
        await asyncio.sleep(0)


class Bell:
    """Wakes everybody who waits, when something happens or when a moment has come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake all."""
        for future in tuple(self._waiting):
            _wake(future)

    async def wait(self, until: datetime) -> None:
        """Sleep until the moment, or until the bell rings."""
        future = asyncio.get_running_loop().create_future()
        alarm = self._clock.call_at(until, lambda: _wake(future))
        self._waiting.add(future)
        try:
            await future
        finally:
            alarm.cancel()
            self._waiting.discard(future)


async def sleep_until(clock: Clock, moment: datetime) -> None:
    """Sleep until a moment of the story."""
    while clock.now() < moment:
        await Bell(clock).wait(moment)


def _wake(future: asyncio.Future[None]) -> None:
    with suppress(asyncio.InvalidStateError):
        future.set_result(None)
