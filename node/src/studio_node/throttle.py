"""How often an address may be wrong."""

from collections import OrderedDict, deque
from collections.abc import Callable
import time
from typing import Final

FAILURES: Final = 10
WINDOW: Final = 60.0  # s
_ADDRESSES: Final = 1_024


class Throttle:
    """Counts failures per address over a sliding window; forgets the oldest addresses."""

    def __init__(
        self,
        failures: int = FAILURES,
        window: float = WINDOW,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._window = window
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def blocked(self, address: str) -> bool:
        """Tell whether an address was wrong too often."""
        if (times := self._seen.get(address)) is None:
            return False
        while times and times[0] <= self._clock() - self._window:
            times.popleft()
        return len(times) >= self._failures

    def count(self, address: str) -> None:
        """Note a failure."""
        times = self._seen.setdefault(address, deque(maxlen=self._failures))
        times.append(self._clock())
        self._seen.move_to_end(address)
        if len(self._seen) > _ADDRESSES:
            self._seen.popitem(last=False)
