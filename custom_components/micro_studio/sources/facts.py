"""What the rules want to know, read from a board; unknown stays unknown."""

from typing import Final

from ..core.booking import Booking
from ..core.facts import BookingsSeen, SignalsSeen
from ..core.signals import NOTHING_KNOWN, Signals
from ..core.studio import PartKind, RecorderState
from .board import Board
from .readers import ORIGIN

RECORDER: Final = PartKind.RECORDER.value
PRESENCE: Final = PartKind.PRESENCE.value
BOOKINGS: Final = PartKind.BOOKINGS.value

# The fields that rules name: nothing else of a board ever reaches the engine.
SIGNAL_FIELDS: Final = ((RECORDER, ("state", "capturing")), (PRESENCE, ("occupied",)))
BOOKING_FIELDS: Final = ((BOOKINGS, ("items",)),)


def signals_seen(board: Board) -> SignalsSeen:
    """Return the live signals; from a board that nobody updates, none."""
    if not board.available:
        return SignalsSeen(signals=NOTHING_KNOWN)
    occupied = board.get(PRESENCE, "occupied")
    state = board.get(RECORDER, "state")
    capturing = board.get(RECORDER, "capturing")
    return SignalsSeen(
        signals=Signals(
            occupied=occupied if isinstance(occupied, bool) else None,
            recorder=RecorderState(state) if isinstance(state, str) else RecorderState.UNKNOWN,
            capturing=capturing if isinstance(capturing, bool) else None,
        )
    )


def bookings_seen(board: Board) -> BookingsSeen | None:
    """Return the bookings of a good read; None where there was none."""
    items = board.get(BOOKINGS, "items")
    if not isinstance(items, tuple):
        return None
    bookings = tuple(item for item in items if isinstance(item, Booking))
    return BookingsSeen(source=ORIGIN, bookings=bookings)
