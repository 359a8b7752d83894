"""What the recording light should show."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .booking import PRESENT, Phase
from .signals import Signals
from .studio import LightMode, RecorderState, Tally

_OF_RECORDER: Final[Mapping[RecorderState, Tally]] = MappingProxyType(
    {
        RecorderState.STARTING: Tally.STARTING,
        RecorderState.RECORDING: Tally.RECORDING,
        RecorderState.PAUSED: Tally.PAUSED,
        # The last frames are still being written: not the moment to slam a door.
        RecorderState.STOPPING: Tally.RECORDING,
    }
)


def wanted_tally(mode: LightMode, known: Signals, phase: Phase | None) -> Tally | None:
    """
    Return the wanted tally, None when the light is left alone.

    `known` are the last known signals: a recorder that went silent during a
    take keeps its light, because a light that goes off says the take is over.
    """
    if mode is LightMode.MANUAL:
        return None
    if known.recording_problem:
        return Tally.FAULT
    if mode is LightMode.FOLLOW_RECORDER and known.recorder in _OF_RECORDER:
        return _OF_RECORDER[known.recorder]
    if phase not in PRESENT:
        return Tally.IDLE
    if mode is LightMode.FOLLOW_RECORDER or phase is Phase.CHECKED_IN:
        return Tally.STANDBY
    return Tally.RECORDING
