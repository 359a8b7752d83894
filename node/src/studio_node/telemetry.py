"""How often a value goes out that changes all the time; everything else goes at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .wire.parts import Fields, Json
from .wire.vocabulary import PartKind

COUNTER: Final = 5.0  # s
LEVEL: Final = 10.0  # s
_GAP: Final = 1.0  # s; a level that jumps about crosses its band all the time


@dataclass(frozen=True, slots=True)
class Pace:
    """At most every ``interval`` seconds; after ``gap`` when it moved by ``band`` or more."""

    interval: float
    band: float | None = None
    gap: float = _GAP


PACES: Final[Mapping[tuple[PartKind, str], Pace]] = MappingProxyType(
    {
        (PartKind.DOOR, "battery"): Pace(LEVEL, 1.0),
        (PartKind.INTERFACE, "xruns"): Pace(COUNTER),
        (PartKind.INTERFACE, "frame_deficit"): Pace(LEVEL, 0.1),
        (PartKind.INTERFACE, "drift"): Pace(LEVEL, 5.0),
        (PartKind.INTERFACE, "dsp_load"): Pace(LEVEL, 10.0),
        (PartKind.INTERFACE, "peak"): Pace(LEVEL, 6.0),
        (PartKind.INTERFACE, "loudness"): Pace(LEVEL, 6.0),
        (PartKind.RECORDER, "bytes"): Pace(COUNTER),
        (PartKind.RECORDER, "hours_left"): Pace(LEVEL, 0.5),
        (PartKind.RELAY, "rtt"): Pace(LEVEL, 20.0),
        (PartKind.RELAY, "loss"): Pace(LEVEL, 1.0),
        (PartKind.RELAY, "jitter"): Pace(LEVEL, 10.0),
        (PartKind.HOST, "cpu"): Pace(LEVEL, 20.0),
        (PartKind.HOST, "temperature"): Pace(LEVEL, 5.0),
        (PartKind.HOST, "ntp_offset"): Pace(LEVEL, 5.0),
        (PartKind.FIRMWARE, "progress"): Pace(2.0, 10.0, 0.5),
    }
)


@dataclass(slots=True)
class _Sent:
    value: Json
    at: float


class Telemetry:
    """Holds back one part's values until they are due; ``now`` is the loop's clock."""

    def __init__(self, kind: PartKind) -> None:
        self._kind = kind
        self._sent: dict[str, _Sent] = {}
        self._waiting: dict[str, Json] = {}

    def sift(self, changed: Fields, now: float) -> Fields:
        """Return the fields that go out at once, and keep the others."""
        out: Fields = {}
        for name, value in changed.items():
            self._waiting.pop(name, None)
            if (sent := self._sent.get(name)) is not None and sent.value == value:
                continue  # back where it was, and nobody saw it go
            if now >= self._due(name, value):
                out[name] = self._send(name, value, now)
            else:
                self._waiting[name] = value
        return out

    def release(self, now: float) -> Fields:
        """Return what has waited long enough."""
        due = [name for name, value in self._waiting.items() if now >= self._due(name, value)]
        return {name: self._send(name, self._waiting.pop(name), now) for name in due}

    def next_due(self) -> float | None:
        """Return when something must go out, if anything waits."""
        return min((self._due(*item) for item in self._waiting.items()), default=None)

    def forget(self, name: str) -> None:
        """Drop a field that is not there any more."""
        self._waiting.pop(name, None)
        self._sent.pop(name, None)

    def _due(self, name: str, value: Json) -> float:
        """Return when a value may go out; always, when it becomes known or unknown."""
        pace, sent = PACES.get((self._kind, name)), self._sent.get(name)
        if pace is None or sent is None or value is None or sent.value is None:
            return float("-inf")
        if pace.band is not None and abs(_number(value) - _number(sent.value)) >= pace.band:
            return sent.at + pace.gap
        return sent.at + pace.interval

    def _send(self, name: str, value: Json, now: float) -> Json:
        if (self._kind, name) in PACES:
            self._sent[name] = _Sent(value, now)
        return value


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
