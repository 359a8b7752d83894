"""The closed sets of words on the wire; a word from the future reads as ``unknown``."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word of a closed set that may grow; every set has ``unknown``."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Read a word that this version does not know."""
        return cls("unknown") if isinstance(value, str) and value != "unknown" else None


class PartKind(Word):
    """What a studio or a node is made of."""

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
    UNKNOWN = "unknown"


class Motion(Word):
    """What a lock's bolt is doing."""

    STILL = "still"
    LOCKING = "locking"
    UNLOCKING = "unlocking"
    OPENING = "opening"
    UNKNOWN = "unknown"


class Tally(Word):
    """What a recording light tells the people in front of it."""

    IDLE = "idle"
    STANDBY = "standby"
    STARTING = "starting"
    RECORDING = "recording"
    PAUSED = "paused"
    FAULT = "fault"
    UNKNOWN = "unknown"


class Health(Word):
    """Status of a monitored domain (AMWA BCP-008)."""

    INACTIVE = "inactive"
    HEALTHY = "healthy"
    PARTIALLY_HEALTHY = "partially_healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class RecorderState(Word):
    """What the recorder says that it does."""

    IDLE = "idle"
    STARTING = "starting"
    RECORDING = "recording"
    PAUSED = "paused"
    STOPPING = "stopping"
    UNKNOWN = "unknown"


class FirmwareState(Word):
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
    UNKNOWN = "unknown"


class BookingStatus(Word):
    """Status of a booking (RFC 5545, STATUS of a VEVENT)."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class LightSupport(Word):
    """What a recording light can do besides on and off."""

    BRIGHTNESS = "brightness"
    COLOR = "color"
    TALLY = "tally"
    UNKNOWN = "unknown"


class EventType(Word):
    """Something that happened in a room."""

    CODE_USED = "code_used"
    DENIED = "denied"
    REMOTE_UNLOCK = "remote_unlock"
    FORCED = "forced"
    HELD_OPEN = "held_open"
    RECORDING_STARTED = "recording_started"
    RECORDING_STOPPED = "recording_stopped"
    TAKE_LOST = "take_lost"
    BUTTON_PRESSED = "button_pressed"
    UNKNOWN = "unknown"


class PairingState(Word):
    """Whether a node shows a pairing code right now."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class CommandClass(Word):
    """What a node's owner may switch off as a whole."""

    DOORS = "doors"
    LIGHTS = "lights"
    INTERFACES = "interfaces"
    RECORDER = "recorder"
    RELAYS = "relays"
    FIRMWARE = "firmware"
    BOOKINGS = "bookings"
    HOST = "host"
    UNKNOWN = "unknown"


class ErrorCode(Word):
    """Why a request or a command was refused."""

    UNAUTHORIZED = "unauthorized"
    PAIRING_CLOSED = "pairing_closed"
    WRONG_CODE = "wrong_code"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    BAD_REQUEST = "bad_request"
    NOT_FOUND = "not_found"
    NOT_SUPPORTED = "not_supported"
    SWITCHED_OFF = "switched_off"
    BUSY = "busy"
    CONFLICT = "conflict"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"
