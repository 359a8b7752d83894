"""The words for a studio and its parts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from .booking import Booking
from .errors import PartError
from .kit import KitItem


class PartKind(StrEnum):
    """What a part of a studio is."""

    DOOR = "door"
    LIGHT = "light"
    INTERFACE = "interface"
    RECORDER = "recorder"
    RELAY = "relay"
    PRESENCE = "presence"
    HOST = "host"
    FIRMWARE = "firmware"
    KIT = "kit"
    BOOKINGS = "bookings"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartId:
    """One part of one studio; a key only where there may be several."""

    kind: PartKind
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `door/main` or `recorder`."""
        kind, slash, key = text.partition("/")
        if kind not in PartKind or bool(slash) is not bool(key):
            raise PartError(text)
        return cls(kind=PartKind(kind), key=key)

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}" if self.key else self.kind.value


class RecorderState(StrEnum):
    """What the recorder says it does."""

    IDLE = "idle"
    STARTING = "starting"
    RECORDING = "recording"
    PAUSED = "paused"
    STOPPING = "stopping"
    UNKNOWN = "unknown"

    @property
    def active(self) -> bool:
        """Tell whether a take is under way."""
        return self not in (RecorderState.IDLE, RecorderState.UNKNOWN)


# A take exists; one that is about to start does not yet.
TAKE: Final = frozenset({RecorderState.RECORDING, RecorderState.PAUSED, RecorderState.STOPPING})


class Motion(StrEnum):
    """What a lock's bolt is doing."""

    STILL = "still"
    LOCKING = "locking"
    UNLOCKING = "unlocking"
    OPENING = "opening"


class LightSupport(StrEnum):
    """What a recording light can do besides on and off."""

    BRIGHTNESS = "brightness"
    COLOR = "color"
    TALLY = "tally"


class FirmwareState(StrEnum):
    """Where an installation stands."""

    IDLE = "idle"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    STAGED = "staged"
    WAITING = "waiting"
    TRIAL = "trial"
    COMMITTED = "committed"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


class Tally(StrEnum):
    """What a recording light shows."""

    IDLE = "idle"
    STANDBY = "standby"
    STARTING = "starting"
    RECORDING = "recording"
    PAUSED = "paused"
    FAULT = "fault"


class Health(StrEnum):
    """How a device does, in the words of AMWA BCP-008."""

    INACTIVE = "inactive"
    HEALTHY = "healthy"
    PARTIALLY_HEALTHY = "partially_healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class LightMode(StrEnum):
    """Whom the recording light follows."""

    FOLLOW_RECORDER = "follow_recorder"
    FOLLOW_BOOKING = "follow_booking"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a door says about one code it holds; never the code."""

    tag: str
    slot: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    verified: bool = False


# What a field of a part may hold; None is "unknown", an absent field is absent.
type Value = (
    bool
    | int
    | float
    | str
    | datetime
    | tuple[str, ...]
    | tuple[Booking, ...]
    | tuple[Credential, ...]
    | tuple[KitItem, ...]
    | None
)
