"""Status of a monitored domain as AMWA BCP-008 wants it: worse at once, better only after 3 s."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from studio_node.wire.vocabulary import Health

DELAY: Final = timedelta(seconds=3)
_RANK: Final = {Health.HEALTHY: 0, Health.PARTIALLY_HEALTHY: 1, Health.UNHEALTHY: 2}


def worst(*words: Health) -> Health:
    """Return the worst of the domains; inactive ones are neutral unless all are."""
    ranked = [word for word in words if word in _RANK]
    return max(ranked, key=_RANK.__getitem__, default=Health.INACTIVE)


def graded(value: float, warn: float, critical: float) -> Health:
    """Return the status of a value with two limits; a limit itself is still within."""
    if abs(value) > critical:
        return Health.UNHEALTHY
    return Health.PARTIALLY_HEALTHY if abs(value) > warn else Health.HEALTHY


@dataclass(frozen=True, slots=True)
class Domain:
    """What is reported of one domain, and since when it looks better than that."""

    word: Health = Health.HEALTHY
    better: Health = Health.HEALTHY  # the worst seen since then
    since: datetime | None = None
    quiet_until: datetime | None = None  # after activation bad news is held back

    def saw(self, raw: Health, now: datetime) -> Self:
        """Return the domain after an observation."""
        if raw is Health.INACTIVE:
            return type(self)(word=Health.INACTIVE)
        if self.word is Health.INACTIVE:
            return type(self)(word=Health.HEALTHY, quiet_until=now + DELAY)
        if _RANK[raw] > _RANK[self.word]:
            if self.quiet_until is not None and now < self.quiet_until:
                return self
            return type(self)(word=raw)
        if raw is self.word:
            return replace(self, since=None)
        return self._improve(raw, now)

    def due(self) -> datetime | None:
        """Return when the report may change by itself."""
        return self.since + DELAY if self.since is not None else self.quiet_until

    def _improve(self, raw: Health, now: datetime) -> Self:
        if self.since is None:
            return replace(self, better=raw, since=now, quiet_until=None)
        better = max(self.better, raw, key=_RANK.__getitem__)
        if now - self.since >= DELAY:
            return type(self)(word=better)
        return replace(self, better=better)
