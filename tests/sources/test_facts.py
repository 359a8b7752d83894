"""What the rules hear of a board; unknown stays unknown."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.happenings import HappeningKind
from custom_components.micro_studio.core.signals import NOTHING_KNOWN, Signals
from custom_components.micro_studio.core.studio import RecorderState
from custom_components.micro_studio.sources.board import Board, Values
from custom_components.micro_studio.sources.facts import bookings_seen, signals_seen
from custom_components.micro_studio.sources.node import read_event
from custom_components.micro_studio.wire.messages import Event
from custom_components.micro_studio.wire.parts import Fields
from custom_components.micro_studio.wire.vocabulary import EventType

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def board(parts: Mapping[str, Values] | None = None, *, available: bool = True) -> Board:
    """Return a board with these parts."""
    made = Board()
    made.available = available
    made.replace(parts or {})
    return made


@pytest.mark.parametrize(
    ("parts", "signals"),
    [
        ({}, NOTHING_KNOWN),
        ({"presence": {"occupied": None}}, NOTHING_KNOWN),
        ({"presence": {"occupied": True}}, Signals(occupied=True)),
        (
            {"recorder": {"state": "recording", "capturing": False}},
            Signals(recorder=RecorderState.RECORDING, capturing=False),
        ),
        ({"recorder": {"state": None, "capturing": None}}, NOTHING_KNOWN),
    ],
)
def test_signals_are_what_the_board_says(parts: dict[str, Values], signals: Signals) -> None:
    assert signals_seen([board(parts)]).signals == signals
    assert signals_seen([board(parts, available=False)]).signals == NOTHING_KNOWN


@pytest.mark.parametrize(
    ("boards", "signals"),
    [
        # Who proves most counts.
        (
            [{"recorder": {"state": "idle"}}, {"recorder/home": {"state": "recording"}}],
            Signals(recorder=RecorderState.RECORDING),
        ),
        (
            [{"recorder": {"state": "idle"}}, {"recorder/home": {"state": None}}],
            NOTHING_KNOWN,
        ),
        (
            [{"presence": {"occupied": False}}, {"presence/home": {"occupied": True}}],
            Signals(occupied=True),
        ),
        ([{"presence": {"occupied": False}}, {"presence/home": {"occupied": None}}], NOTHING_KNOWN),
        (
            [{"presence": {"occupied": False}}, {"presence/home": {"occupied": False}}],
            Signals(occupied=False),
        ),
    ],
)
def test_the_signals_of_several_boards_are_one(
    boards: list[dict[str, Values]], signals: Signals
) -> None:
    assert signals_seen([board(parts) for parts in boards]).signals == signals


def test_a_board_of_a_calendar_names_its_source() -> None:
    booking = Booking(source="calendar", uid="x", start=NOON, end=NOON + timedelta(hours=1))

    seen = bookings_seen(
        board({"bookings/calendar": {"items": (booking,)}}), "bookings/calendar", 2
    )

    assert seen is not None
    assert (seen.source, seen.patience, seen.bookings) == ("calendar", 2, (booking,))


def test_bookings_that_were_not_read_are_not_empty() -> None:
    booking = Booking(source="node", uid="x", start=NOON, end=NOON + timedelta(hours=1))

    assert bookings_seen(board(), "bookings") is None
    assert bookings_seen(board({"bookings": {"items": None}}), "bookings") is None
    empty = bookings_seen(board({"bookings": {"items": ()}}), "bookings")
    assert empty is not None
    assert empty.bookings == ()
    full = bookings_seen(board({"bookings": {"items": (booking,)}}), "bookings")
    assert full is not None
    assert full.bookings == (booking,)


@pytest.mark.parametrize(
    ("kind", "data", "detail"),
    [
        (EventType.CODE_USED, {"tag": "x"}, "x"),
        (EventType.DENIED, {"reason": "wrong_code"}, "wrong_code"),
        (EventType.BUTTON_PRESSED, {"button": "check_in"}, "check_in"),
        (EventType.FORCED, {}, ""),
        (EventType.FORCED, {"tag": 3}, ""),
    ],
)
def test_an_event_of_the_wire_is_a_happening(kind: EventType, data: Fields, detail: str) -> None:
    event = Event(seq=1, id="e", studio="a", part="door/main", type=kind, at=NOON, data=data)

    happening = read_event(event)

    assert happening is not None
    assert happening.kind is HappeningKind(kind.value)
    assert (happening.part, happening.at, happening.detail) == ("door/main", NOON, detail)


def test_an_event_of_a_later_version_is_none() -> None:
    event = Event(seq=1, id="e", studio="a", part="p", type=EventType.UNKNOWN, at=NOON)

    assert read_event(event) is None
