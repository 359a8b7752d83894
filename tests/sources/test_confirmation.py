"""A request is done when the part reports it, and not before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.requests import (
    CancelBooking,
    CreateBooking,
    IdentifyInterface,
    InstallFirmware,
    Lock,
    MoveBooking,
    OpenDoor,
    PartRequest,
    ResetCounters,
    RestartInterface,
    SelectRelay,
    SetLight,
    Unlock,
)
from custom_components.micro_studio.core.studio import Tally
from custom_components.micro_studio.sources.confirmation import confirmed, failure
from custom_components.micro_studio.sources.node import call

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ONE = NOON + timedelta(hours=1)
BOOKED = Booking(source="node", uid="x", start=NOON, end=ONE)
GONE = Booking(source="node", uid="x", start=NOON, end=ONE, status=Status.CANCELLED)
CREATE = CreateBooking(
    part="bookings", booking=Booking(source="node", uid="x", start=NOON, end=ONE, title="T")
)
MOVE = MoveBooking(part="bookings", uid="x", start=NOON, end=ONE, title="T")
CANCEL = CancelBooking(part="bookings", uid="x")
INSTALL, CERTAIN = InstallFirmware("firmware/node"), InstallFirmware("firmware/node", "2")
BRIGHT = SetLight(part="light/sign", on=True, brightness=50.0)
TALLY = SetLight(part="light/sign", tally=Tally.FAULT)


@pytest.mark.parametrize(
    ("request_", "report", "done"),
    [
        (Lock("d"), {"locked": True}, True),
        (Lock("d"), {"locked": True, "jammed": True}, False),
        (Lock("d"), {"locked": False}, False),
        (Lock("d"), {"locked": None}, False),
        (Lock("d"), {}, False),
        (Unlock("d"), {"locked": False}, True),
        (Unlock("d"), {"locked": True}, False),
        (OpenDoor("d"), {"locked": False}, True),
        (OpenDoor("d"), {"locked": False, "jammed": True}, False),
        (BRIGHT, {"on": True, "brightness": 50.9}, True),
        (BRIGHT, {"on": True, "brightness": 48.9}, False),
        (BRIGHT, {"on": True, "brightness": None}, False),
        (BRIGHT, {"on": False, "brightness": 50}, False),
        (TALLY, {"tally": "fault", "on": False}, True),
        (TALLY, {"tally": "idle"}, False),
        (SetLight(part="l", color="#00ff00"), {"color": "#00ff00"}, True),
        (SetLight(part="l", color="#00ff00"), {"color": "#00ff01"}, False),
        (SelectRelay("r"), {"selected": True}, True),
        (SelectRelay("r"), {"selected": None}, False),
        (ResetCounters("i"), {"xruns": 0}, True),
        (ResetCounters("i"), {}, True),
        (ResetCounters("i"), {"xruns": 1}, False),
        (IdentifyInterface("i"), {}, True),
        (RestartInterface("i"), {}, True),
        (INSTALL, {"state": "committed", "installed": "2", "available": "2"}, True),
        (INSTALL, {"state": "idle", "installed": "1", "available": "2"}, False),
        (INSTALL, {"state": "waiting", "installed": "1", "available": "2"}, True),
        (INSTALL, {"state": "trial", "installed": "2", "available": "2"}, False),
        (CERTAIN, {"state": "committed", "installed": "2", "available": "3"}, True),
        (CERTAIN, {"state": "rolled_back", "installed": "2"}, False),
        (CREATE, {"items": (BOOKED,)}, True),
        (CREATE, {"items": (GONE,)}, False),
        (CREATE, {"items": ()}, False),
        (CREATE, {"items": None}, False),
        (MOVE, {"items": (BOOKED,)}, True),
        (
            MOVE,
            {"items": (Booking(source="n", uid="x", start=NOON, end=ONE + timedelta(1)),)},
            False,
        ),
        (CANCEL, {"items": (GONE,)}, True),
        (CANCEL, {"items": (BOOKED,)}, False),
    ],
)
def test_a_report_shows_that_a_request_is_done(
    request_: PartRequest, report: dict[str, Any], done: bool
) -> None:
    assert confirmed(request_, report) is done


@pytest.mark.parametrize(
    ("request_", "report", "reason"),
    [
        (Lock("d"), {"jammed": True, "motion": "still"}, "jammed"),
        (Unlock("d"), {"jammed": True}, "jammed"),
        (OpenDoor("d"), {"jammed": True, "motion": "opening"}, None),
        (Lock("d"), {"jammed": False, "motion": "still"}, None),
        (INSTALL, {"state": "failed", "last_error": "no network"}, "update_failed: no network"),
        (INSTALL, {"state": "rolled_back", "last_error": None}, "update_failed: rolled_back"),
        (INSTALL, {"state": "downloading", "last_error": "old"}, None),
        (TALLY, {"tally": "idle"}, None),
    ],
)
def test_a_report_shows_that_a_request_never_will_be_done(
    request_: PartRequest, report: dict[str, Any], reason: str | None
) -> None:
    error = failure(request_, report)

    assert (None if error is None else str(error)) == reason


@pytest.mark.parametrize(
    ("request_", "action", "args"),
    [
        (Lock("d"), "lock", {}),
        (Unlock("d"), "unlock", {}),
        (OpenDoor("d"), "open", {}),
        (SelectRelay("r"), "select", {}),
        (IdentifyInterface("i"), "identify", {}),
        (RestartInterface("i"), "restart", {}),
        (ResetCounters("i"), "reset_counters", {}),
        (SetLight(part="l", on=False), "set", {"on": False}),
        (TALLY, "set", {"tally": "fault"}),
        (INSTALL, "install", {}),
        (CERTAIN, "install", {"version": "2"}),
        (
            CREATE,
            "create",
            {"uid": "x", "start": NOON.isoformat(), "end": ONE.isoformat(), "title": "T"},
        ),
        (
            MOVE,
            "move",
            {"uid": "x", "start": NOON.isoformat(), "end": ONE.isoformat(), "title": "T"},
        ),
        (CANCEL, "cancel", {"uid": "x"}),
    ],
)
def test_a_request_is_said_in_the_words_of_the_wire(
    request_: PartRequest, action: str, args: dict[str, object]
) -> None:
    assert call(request_) == (action, args)
