"""Dropouts of an audio interface: when they happened, and what they cost."""

from datetime import datetime, timedelta
from typing import Final

from studio_node.wire.vocabulary import Health

LOST: Final = 0.005  # s of sound per dropout
WARN_WINDOW: Final = timedelta(minutes=10)
MINUTE: Final = timedelta(minutes=1)
_MANY: Final = 3  # per minute


class Xruns:
    """The counter, and the dropouts of the last ten minutes; future ones are planned bursts."""

    def __init__(self) -> None:
        self._before = 0
        self._moments: list[datetime] = []

    def burst(self, now: datetime, count: int, seconds: float) -> None:
        """Plan dropouts, evenly over some seconds; the first one is now."""
        gap = timedelta(seconds=seconds / max(count, 1))
        self._moments = sorted([*self._moments, *(now + gap * n for n in range(count))])

    def reset(self, now: datetime) -> None:
        """Set the counter to zero; planned dropouts will count again."""
        self._before = 0
        self._moments = [moment for moment in self._moments if moment > now]

    def prune(self, now: datetime) -> None:
        """Count the old ones and forget when they were."""
        kept = [moment for moment in self._moments if moment > now - WARN_WINDOW]
        self._before += len(self._moments) - len(kept)
        self._moments = kept

    def count(self, now: datetime) -> int:
        """Return the counter."""
        return self._before + sum(moment <= now for moment in self._moments)

    def deficit(self, now: datetime) -> float:
        """Return the share of frames that the last minute lacks, in percent."""
        return 100 * LOST * self._within(now, MINUTE) / MINUTE.total_seconds()

    def health(self, now: datetime) -> Health:
        """Return the status that dropouts alone would give."""
        if self._within(now, MINUTE) >= _MANY:
            return Health.UNHEALTHY
        return Health.PARTIALLY_HEALTHY if self._within(now, WARN_WINDOW) else Health.HEALTHY

    def due(self, now: datetime) -> datetime | None:
        """Return when something changes: a dropout comes, or leaves a window."""
        edges = (
            edge
            for moment in self._moments
            for edge in (moment, moment + MINUTE, moment + WARN_WINDOW)
        )
        return min((edge for edge in edges if edge > now), default=None)

    def _within(self, now: datetime, window: timedelta) -> int:
        return sum(now - window < moment <= now for moment in self._moments)
