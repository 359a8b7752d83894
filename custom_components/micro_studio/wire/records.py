"""Structured values inside a part: credentials, bookings, items of the kit."""

from dataclasses import dataclass, field
from datetime import datetime

from mashumaro import DataClassDictMixin

from .moments import MAYBE_MOMENT, MOMENT
from .vocabulary import BookingStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(DataClassDictMixin):
    """An entry code on a door; the code itself never leaves the door."""

    tag: str
    slot: int | None = None
    not_before: datetime | None = field(default=None, metadata=MAYBE_MOMENT)
    not_after: datetime | None = field(default=None, metadata=MAYBE_MOMENT)
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking(DataClassDictMixin):
    """A booking that the node keeps; ``guest`` is a reference, never a name."""

    uid: str
    start: datetime = field(metadata=MOMENT)
    end: datetime = field(metadata=MOMENT)
    status: BookingStatus = BookingStatus.CONFIRMED
    title: str = ""
    guest: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KitItem(DataClassDictMixin):
    """One piece of the standard kit, as it was seen in the room."""

    role: str
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    gain: float | None = None


type Record = Credential | Booking | KitItem
