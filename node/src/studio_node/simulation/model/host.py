"""The capture computer."""

from collections.abc import Callable
from datetime import datetime

from studio_node.wire.parts import Fields

from .noise import around
from .part import PartModel, Tell


class Host(PartModel):
    """A small computer that works harder while something records."""

    def __init__(
        self,
        tell: Tell,
        booted: datetime,
        software: Callable[[], str],
        recording: Callable[[], bool],
        seed: str,
    ) -> None:
        super().__init__("host", tell)
        self.ntp_offset = 0.0  # ms on top of the wandering
        self._booted = booted
        self._software = software
        self._recording = recording
        self._seed = seed

    def fields(self, now: datetime) -> Fields:
        """Return load, temperature and clock."""
        load, heat = (34.0, 58.0) if self._recording() else (11.0, 46.0)
        return {
            "cpu": round(around(f"{self._seed}/cpu", now, load, 6, 15), 1),
            "temperature": round(around(f"{self._seed}/heat", now, heat, 2, 90), 1),
            "ntp_offset": round(
                around(f"{self._seed}/ntp", now, 0.8, 1.5, 120) + self.ntp_offset, 2
            ),
            "boot_time": self._booted.isoformat(),
            "software": self._software(),
        }
