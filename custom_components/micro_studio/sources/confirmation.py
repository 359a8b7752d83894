"""When has a part done what a request asked for? Judged by what the part reports, nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ..core.booking import Booking, Status
from ..core.requests import (
    CancelBooking,
    CreateBooking,
    InstallFirmware,
    Lock,
    MoveBooking,
    OpenDoor,
    PartRequest,
    ResetCounters,
    SelectRelay,
    SetLight,
    Unlock,
)
from ..core.studio import Value
from .base import RequestError

type Report = Mapping[str, Value]

_BRIGHTNESS_STEP: Final = 1.0  # %; lamps round
_AT_REST: Final = frozenset({"still", None})
_INSTALLED: Final = frozenset({"committed", "idle"})
_NOT_INSTALLED: Final = frozenset({"rolled_back", "failed"})


def confirmed(request: PartRequest, report: Report) -> bool:
    """Tell whether the part's report shows that the request is done."""
    match request:
        case Lock():
            return report.get("locked") is True and report.get("jammed") is not True
        case Unlock() | OpenDoor():
            return report.get("locked") is False and report.get("jammed") is not True
        case SetLight():
            return _light(request, report)
        case SelectRelay():
            return report.get("selected") is True
        case ResetCounters():
            return report.get("xruns") in {0, None}
        case InstallFirmware():
            return _firmware(request, report)
        case CreateBooking(booking=booking):
            return _booked(booking.uid, booking.start, booking.end, report)
        case MoveBooking():
            return _booked(request.uid, request.start, request.end, report)
        case CancelBooking():
            return not any(booking.uid == request.uid for booking in _bookings(report))
        case _:
            return True


def failure(request: PartRequest, report: Report) -> RequestError | None:
    """
    Return why the request will never be done, if the report shows that.

    Ask only about a report that came after the request: the one before may tell of an earlier
    failure.
    """
    match request:
        case Lock() | Unlock() | OpenDoor():
            stuck = report.get("jammed") is True and report.get("motion") in _AT_REST
            return RequestError("jammed") if stuck else None
        case InstallFirmware() if (state := report.get("state")) in _NOT_INSTALLED:
            return RequestError("update_failed", str(report.get("last_error") or state))
        case _:
            return None


def _light(request: SetLight, report: Report) -> bool:
    """Judge a lamp by what it reads back."""
    wanted = {"on": request.on, "tally": request.tally, "color": request.color}
    if any(value is not None and report.get(name) != value for name, value in wanted.items()):
        return False
    if request.brightness is None:
        return True
    seen = report.get("brightness")
    return isinstance(seen, int | float) and abs(seen - request.brightness) <= _BRIGHTNESS_STEP


def _firmware(request: InstallFirmware, report: Report) -> bool:
    """Judge an installation by the version that runs; one that waits for a take is under way."""
    state = report.get("state")
    wanted = request.version or report.get("available")
    return state == "waiting" or (state in _INSTALLED and report.get("installed") == wanted)


def _bookings(report: Report) -> tuple[Booking, ...]:
    """Return the bookings that still stand."""
    items = report.get("items")
    if not isinstance(items, tuple):
        return ()
    return tuple(
        item for item in items if isinstance(item, Booking) and item.status is not Status.CANCELLED
    )


def _booked(uid: str, start: datetime, end: datetime, report: Report) -> bool:
    return any(
        booking.uid == uid and booking.start == start and booking.end == end
        for booking in _bookings(report)
    )
