"""Things that happened in a room, as opposed to how it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HappeningKind(StrEnum):
    """What happened."""

    CODE_USED = "code_used"
    DENIED = "denied"
    REMOTE_UNLOCK = "remote_unlock"
    FORCED = "forced"
    HELD_OPEN = "held_open"
    RECORDING_STARTED = "recording_started"
    RECORDING_STOPPED = "recording_stopped"
    TAKE_LOST = "take_lost"
    BUTTON_PRESSED = "button_pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened at one part; ``detail`` is a tag, a reason or a button's name."""

    kind: HappeningKind
    part: str
    at: datetime
    detail: str = ""
