"""Near-edge relays for remote guests; exactly one of them is in use."""

from dataclasses import dataclass
from datetime import datetime

from studio_node.wire.parts import Fields

from .noise import around, wander
from .part import PartModel, Tell


@dataclass(slots=True)
class Choice:
    """Which relay of a studio is in use."""

    part: str


class Relay(PartModel):
    """A relay and the way to it."""

    def __init__(self, part: str, tell: Tell, choice: Choice, distance: float, seed: str) -> None:
        super().__init__(part, tell)
        self.worse = False
        self._choice = choice
        self._distance = distance  # ms
        self._seed = f"{seed}/{part}"

    def fields(self, now: datetime) -> Fields:
        """Return the quality of the way, and whether it is in use."""
        rtt = around(f"{self._seed}/rtt", now, self._distance, self._distance / 6, 12)
        jitter = abs(around(f"{self._seed}/jitter", now, 1.5, 1.2, 9))
        loss = 0.4 if wander(f"{self._seed}/loss", now, 25) > 0.9 else 0.0  # noqa: PLR2004 - seldom
        if self.worse:
            rtt, jitter, loss = rtt + 210, jitter + 40, loss + 4.2
        return {
            "rtt": round(rtt, 1),
            "loss": round(loss, 2),
            "jitter": round(jitter, 1),
            "selected": self._choice.part == self.part,
        }

    def perform(self, now: datetime, action: str, args: Fields) -> None:
        """Put this relay in use instead of the other."""
        if action != "select":
            super().perform(now, action, args)
        self._choice.part = self.part
