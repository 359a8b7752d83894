"""What the rules want to know, read from a room's boards; unknown stays unknown."""

from collections.abc import Iterable, Iterator
from typing import Final

from ..core.booking import Booking
from ..core.facts import BookingsSeen, SignalsSeen
from ..core.origin import origin_of
from ..core.signals import Signals
from ..core.studio import PartKind, RecorderState
from .board import Board

RECORDERS: Final = (PartKind.RECORDER.value, f"{PartKind.RECORDER}/home")
PRESENCES: Final = (PartKind.PRESENCE.value, f"{PartKind.PRESENCE}/home")

# The fields that rules name: nothing else of a board ever reaches the engine.
SIGNAL_FIELDS: Final = (
    *((part, ("state", "capturing")) for part in RECORDERS),
    *((part, ("occupied",)) for part in PRESENCES),
)
BOOKING_FIELDS: Final = ("items", "read_at")


def signals_seen(boards: Iterable[Board]) -> SignalsSeen:
    """Return the live signals; what proves most counts, and a board that is away proves nothing."""
    boards = tuple(boards)
    recorders = [*_recorders(boards)]
    presences = [*_presences(boards)]
    active = next((signals for signals in recorders if signals.recorder.active), None)
    unknown = next((s for s in recorders if s.recorder is RecorderState.UNKNOWN), None)
    recorder = active or unknown or next(iter(recorders), Signals())
    known = bool(presences) and None not in presences
    occupied = True if True in presences else False if known else None
    return SignalsSeen(
        signals=Signals(occupied=occupied, recorder=recorder.recorder, capturing=recorder.capturing)
    )


def _recorders(boards: Iterable[Board]) -> Iterator[Signals]:
    for board in boards:
        for part in RECORDERS:
            if part not in board:
                continue
            state = board.get(part, "state") if board.available else None
            capturing = board.get(part, "capturing") if board.available else None
            yield Signals(
                recorder=RecorderState(state) if isinstance(state, str) else RecorderState.UNKNOWN,
                capturing=capturing if isinstance(capturing, bool) else None,
            )


def _presences(boards: Iterable[Board]) -> Iterator[bool | None]:
    for board in boards:
        for part in PRESENCES:
            if part in board:
                occupied = board.get(part, "occupied") if board.available else None
                yield occupied if isinstance(occupied, bool) else None


def bookings_seen(board: Board, part: str, patience: int = 1) -> BookingsSeen | None:
    """Return the bookings of a good read; None where there was none."""
    items = board.get(part, "items")
    if not isinstance(items, tuple):
        return None
    bookings = tuple(item for item in items if isinstance(item, Booking))
    return BookingsSeen(source=origin_of(part), bookings=bookings, patience=patience)
