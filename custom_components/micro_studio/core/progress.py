"""What we remember of one booking beyond what its source says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .booking import FINAL, GONE, PRESENT, Booking, Phase, Status


class Arrival(StrEnum):
    """How we learnt that the guest is here."""

    DOOR = "door"
    BUTTON = "button"
    STAFF = "staff"
    RECORDING = "recording"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a booking came; with the source's facts it says all we know."""

    phase: Phase
    edition: int = 0  # grows with every edit and extension, part of effect keys
    known_at: datetime | None = None  # when these times were learnt, where it matters
    checked_in_at: datetime | None = None
    how: Arrival | None = None
    started: bool = False
    warned: timedelta | None = None  # the last ending warning that was given
    extensions: int = 0
    extended_by: timedelta = timedelta()
    ended_at: datetime | None = None
    released: bool = False
    lapsed: bool = False  # a hold that nobody confirmed in time
    rerouted_to: str = ""  # reference to the booking in the other studio
    missed: int = 0  # good fetches in a row without this booking
    orphaned: bool = False  # its source dropped it while the guest was inside
    life: str = ""  # key under which it was first known, where that was another one

    @property
    def present(self) -> bool:
        """Tell whether the guest is checked in and not checked out."""
        return self.phase in PRESENT

    @property
    def final(self) -> bool:
        """Tell whether nothing more happens by itself."""
        return self.phase in FINAL

    @property
    def gone(self) -> bool:
        """Tell whether the booking no longer claims the room."""
        return self.released or self.phase in GONE

    def end_of(self, booking: Booking) -> datetime:
        """Return the effective end: with extensions, or when it really ended."""
        if self.ended_at is None:
            return booking.end + self.extended_by
        return max(booking.start, self.ended_at)

    def life_of(self, booking: Booking) -> str:
        """Return what stays the same when a booking goes on under another key."""
        return self.life or booking.key


# A booking that nothing happened to yet needs no memory of its own.
UNTOUCHED: Final[Mapping[Status, Progress]] = MappingProxyType(
    {
        Status.TENTATIVE: Progress(phase=Phase.TENTATIVE),
        Status.CONFIRMED: Progress(phase=Phase.CONFIRMED),
        Status.CANCELLED: Progress(phase=Phase.CANCELLED),
    }
)


def fresh(booking: Booking, now: datetime, edition: int = 0) -> Progress:
    """Begin a booking's life; one learnt late is given time to arrive, a hold to lapse."""
    return Progress(
        phase=UNTOUCHED[booking.status].phase,
        edition=edition,
        known_at=now if now > booking.start or booking.status is Status.TENTATIVE else None,
    )
