"""What the room reports about itself, and what we last knew of it."""

from dataclasses import dataclass
from enum import Enum, auto

from .studio import RecorderState


class Sight(Enum):
    """What the signals prove about people in the room."""

    PRESENT = auto()
    ABSENT = auto()
    LOST = auto()  # unknown now, but the last thing we knew was presence
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """The room's live signals; None and UNKNOWN mean "unknown", never "no"."""

    occupied: bool | None = None
    recorder: RecorderState = RecorderState.UNKNOWN
    capturing: bool | None = None  # frames really arrive

    @property
    def recording(self) -> bool | None:
        """Tell whether a take runs; a paused one does not."""
        if self.recorder is RecorderState.UNKNOWN:
            return None
        return self.recorder in (RecorderState.RECORDING, RecorderState.STOPPING)

    @property
    def recording_problem(self) -> bool | None:
        """Tell whether the recorder says "recording" and captures nothing."""
        match self.recorder:
            case RecorderState.UNKNOWN:
                return None
            case RecorderState.RECORDING:
                return None if self.capturing is None else not self.capturing
            case _:
                return False

    def over(self, last: "Signals") -> "Signals":
        """Fill what is unknown from what was known last; the recorder's fields stay a pair."""
        known = self.recorder is not RecorderState.UNKNOWN
        return Signals(
            occupied=last.occupied if self.occupied is None else self.occupied,
            recorder=self.recorder if known else last.recorder,
            capturing=self.capturing if known else last.capturing,
        )


NOTHING_KNOWN = Signals()


def sight(signals: Signals, last: Signals) -> Sight:
    """Weigh the evidence; a recorder at rest alone does not prove an empty room."""
    if signals.occupied or signals.recorder.active:
        return Sight.PRESENT
    recorder_lost = signals.recorder is RecorderState.UNKNOWN and last.recorder.active
    if recorder_lost or (signals.occupied is None and last.occupied):
        return Sight.LOST
    return Sight.UNKNOWN if signals.occupied is None else Sight.ABSENT
