"""Which delivery about each booking was taken last: a late or repeated one changes nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from ...core.document import Node
from .delivery import UNNUMBERED

MOST: Final = 20_000  # bookings that are remembered
_UNKNOWN_END: Final = timedelta(days=366)


class Verdict(StrEnum):
    """What to do with a delivery."""

    FRESH = "fresh"
    LATE = "late"  # taken already, or older than what was taken
    UNNUMBERED = "unnumbered"  # nobody can tell: it needs a number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    revision: int
    cancelled: bool
    until: datetime  # the latest end that any delivery named: after it, none can do harm


class Revisions:
    """The memory of one webhook."""

    def __init__(self) -> None:
        self._taken: dict[str, _Taken] = {}

    def judge(self, uid: str, revision: int, *, cancels: bool) -> Verdict:
        """Compare a delivery with what was taken about its booking."""
        if (taken := self._taken.get(uid)) is None:
            return Verdict.FRESH
        if revision != UNNUMBERED:
            return Verdict.FRESH if revision > taken.revision else Verdict.LATE
        if cancels and taken.cancelled:
            return Verdict.LATE
        counted = taken.revision != UNNUMBERED
        return Verdict.UNNUMBERED if counted or taken.cancelled else Verdict.FRESH

    def take(
        self, uid: str, revision: int, end: datetime | None, *, cancels: bool, now: datetime
    ) -> None:
        """Remember a delivery that was carried out; forget bookings that are long over."""
        before = self._taken.pop(uid, None)
        ends = [end] if end else []
        ends += [before.until] if before else []
        self._taken[uid] = _Taken(
            revision=max(revision, before.revision if before else UNNUMBERED),
            cancelled=cancels,
            until=max(ends, default=now + _UNKNOWN_END),
        )
        self._forget(now)

    def _forget(self, now: datetime) -> None:
        over = [uid for uid, taken in self._taken.items() if taken.until <= now]
        for uid in over:
            del self._taken[uid]
        while len(self._taken) > MOST:
            del self._taken[next(iter(self._taken))]  # what was heard of least recently

    def dump(self) -> dict[str, Any]:
        """Write what is remembered as plain JSON values."""
        return {
            uid: {
                "revision": taken.revision,
                "cancelled": taken.cancelled,
                "until": taken.until.isoformat(),
            }
            for uid, taken in self._taken.items()
        }

    def load(self, node: Node) -> None:
        """
        Read what was remembered.

        Raises:
            PersistError: it is broken; the error names the place.

        """
        self._taken = {
            uid: _Taken(
                revision=entry.integer("revision"),
                cancelled=entry.switch("cancelled"),
                until=entry.time("until").astimezone(UTC),
            )
            for uid, entry in node.children()
        }
