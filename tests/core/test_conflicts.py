"""Two bookings that get into each other's way are an incident, never a silent choice."""

from datetime import timedelta
from itertools import combinations
from time import process_time

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.conflicts import Claim, ConflictKind, conflicts
from custom_components.micro_studio.core.effects import IncidentEvent
from custom_components.micro_studio.core.engine import step
from custom_components.micro_studio.core.facts import (
    Arrived,
    BookingsSeen,
    CheckIn,
    EndSession,
    Extend,
    PolicyChanged,
    Release,
    Reroute,
)
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.progress import Arrival
from custom_components.micro_studio.core.turn import MOST_CONFLICTS
from tests.core.scene import DAY, MINUTE, NODE, Scene, booking, clock

A, B = "node|b1|", "node|b2|"


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (("11:00", "13:00"), ConflictKind.DOUBLE_BOOKING),
        (("10:30", "11:00"), ConflictKind.DOUBLE_BOOKING),
        (("10:00", "12:00"), ConflictKind.DOUBLE_BOOKING),
        (("12:00", "13:00"), ConflictKind.BUFFER_OVERLAP),
        (("12:19", "13:00"), ConflictKind.BUFFER_OVERLAP),
        (("12:20", "13:00"), None),
        (("08:00", "09:41"), ConflictKind.BUFFER_OVERLAP),
        (("08:00", "09:40"), None),
    ],
)
def test_two_bookings_need_the_buffer_between_them(
    second: tuple[str, str], kind: ConflictKind | None
) -> None:
    """The larger one of the two, not the sum."""
    room = Scene()
    room.book(booking(), booking(*second, "b2"))
    assert [conflict.kind for conflict in room.last.snapshot.conflicts] == ([kind] if kind else [])


@pytest.fixture
def room() -> Scene:
    """A room that is booked twice from eleven to twelve."""
    scene = Scene()
    scene.book(booking(), booking("11:00", "13:00", "b2"))
    return scene


OPENED = ("08:00", "opened", A, B)


def test_a_conflict_is_told_once(room: Scene) -> None:
    """However often it is read, restarts included."""
    room.book(booking(), booking("11:00", "13:00", "b2", title="x"))
    room.restart()
    room.book(booking(), booking("11:00", "13:00", "b2"))
    assert room.incidents() == [OPENED]


@pytest.mark.parametrize(
    "way_out",
    [
        BookingsSeen(source=NODE, bookings=(booking(),)),
        BookingsSeen(source=NODE, bookings=(booking(), booking("12:20", "13:00", "b2"))),
        BookingsSeen(
            source=NODE,
            bookings=(booking(), booking("11:00", "13:00", "b2", status=Status.CANCELLED)),
        ),
        Reroute(booking="b2", to="b"),
    ],
)
def test_a_conflict_is_over_once(room: Scene, way_out: BookingsSeen | Reroute) -> None:
    """When one of the two gives way."""
    room.until("09:00")
    room.restart()
    room.tell(way_out)
    room.restart()
    room.until("12:00")
    assert room.incidents() == [OPENED, ("09:00", "resolved", A, B)]


def test_what_comes_back_is_another_incident(room: Scene) -> None:
    """With a key of its own."""
    room.book(booking())
    room.book(booking(), booking("11:00", "13:00", "b2"))
    assert [change for _, change, *_ in room.incidents()] == ["opened", "resolved", "opened"]
    keys = [effect.key for effect in room.effects if isinstance(effect, IncidentEvent)]
    assert len({*keys}) == 3


def test_another_kind_of_conflict_is_another_incident(room: Scene) -> None:
    """From double booked to too close."""
    room.book(booking(), booking("12:00", "13:00", "b2"))
    assert [change for _, change, *_ in room.incidents()] == ["opened", "opened", "resolved"]


def test_a_conflict_whose_bookings_move_together_stands(room: Scene) -> None:
    """And whoever is first may be second now."""
    room.book(booking("12:00", "14:00"), booking("11:00", "13:00", "b2"))
    (conflict,) = room.last.snapshot.conflicts
    assert (conflict.first, conflict.at) == (B, clock("12:00"))
    assert room.incidents() == [OPENED]


def test_there_is_no_conflict_with_what_is_over(room: Scene) -> None:
    """A session that ended, a guest who did not come, a room that was given free."""
    room.until("10:00")
    room.tell(CheckIn())
    room.until("10:30")
    room.tell(EndSession())
    assert room.incidents()[1:] == [("10:30", "resolved", A, B)]
    room.book(booking(), booking("10:40", "13:00", "b2"))
    assert len(room.incidents()) == 2


def test_a_no_show_is_in_nobodys_way_until_the_guest_comes_after_all(room: Scene) -> None:
    """Then it is a conflict again."""
    room.until("10:40")
    room.tell(Arrived(at=room.now, how=Arrival.DOOR, booking="b1"))
    assert [(time, change) for time, change, *_ in room.incidents()] == [
        ("08:00", "opened"),
        ("10:15", "resolved"),
        ("10:40", "opened"),
    ]
    room.until("12:00")
    assert room.incidents()[-1][:2] == ("12:00", "resolved")


def test_a_released_no_show_stays_out_of_the_way(room: Scene) -> None:
    """The incident is over already."""
    room.until("10:20")
    room.tell(Release())
    assert len(room.incidents()) == 2


def test_a_hold_is_in_the_way_as_long_as_it_stands() -> None:
    """If holds block; when it lapses, the conflict is over."""
    hold = booking("58:00", "60:00", "b1", status=Status.TENTATIVE)
    room = Scene()
    room.book(hold, booking("59:00", "61:00", "b2"))
    room.until("40:00")
    assert room.incidents() == [OPENED, ("10:00", "resolved", A, B)]
    open_room = Scene(policy=Policy(holds_block=False))
    open_room.book(hold, booking("59:00", "61:00", "b2"))
    assert open_room.incidents() == []
    open_room.tell(PolicyChanged(policy=Policy()))
    assert open_room.incidents() == [OPENED]


def test_an_extension_never_makes_a_conflict_but_a_longer_buffer_does() -> None:
    """The command keeps the buffer; a new rule may not."""
    room = Scene()
    room.book(booking(), booking("12:35", "14:00", "b2"))
    room.until("10:00")
    room.tell(CheckIn())
    room.tell(Extend())
    assert room.incidents() == []
    room.tell(PolicyChanged(policy=Policy(turnover_buffer=30 * MINUTE)))
    assert room.incidents() == [("10:00", "opened", A, B)]


def test_a_conflict_goes_on_when_a_booking_gets_another_name(room: Scene) -> None:
    """Under a new uid, and from the node to the calendar."""
    copy = booking(source="calendar")
    room.book(copy, source="calendar")
    other = booking("11:00", "13:00", "b9", replaces="b2")
    room.book(booking(), other)
    room.book(other)
    assert room.standing() == [copy.key, other.key]
    assert room.incidents() == [OPENED]
    room.book()
    assert room.incidents()[1:] == [("08:00", "resolved", copy.key, other.key)]


def test_a_feed_full_of_overlaps_is_bounded_and_quick() -> None:
    """Ten thousand bookings at once are one trouble."""
    days = [
        Booking(
            source=NODE,
            uid=f"b{n}",
            start=DAY + n * MINUTE,
            end=DAY + 30 * 60 * MINUTE + n * MINUTE,
        )
        for n in range(10_000)
    ]
    empty = step(
        RoomMemory(policy=Policy()),
        BookingsSeen(source=NODE, bookings=()),
        DAY - timedelta(hours=1),
    )
    began = process_time()
    full = step(
        empty.state, BookingsSeen(source=NODE, bookings=tuple(days)), DAY - timedelta(hours=1)
    )
    assert process_time() - began < 5
    assert len(full.snapshot.conflicts) == MOST_CONFLICTS
    assert full.state.incidents == MOST_CONFLICTS


spans = st.tuples(st.integers(0, 50), st.integers(1, 20))


@settings(max_examples=200)
@given(taken=st.lists(spans, max_size=12), buffer=st.integers(0, 10))
def test_the_sweep_finds_what_comparing_all_pairs_finds(
    taken: list[tuple[int, int]], buffer: int
) -> None:
    """Each pair once, the earlier one first."""
    claims = [
        Claim(str(index), DAY + start * MINUTE, DAY + (start + length) * MINUTE)
        for index, (start, length) in enumerate(sorted(taken))
    ]
    found = {(c.first, c.second, c.kind) for c in conflicts(claims, buffer * MINUTE)}
    expected = {
        (
            one.key,
            two.key,
            ConflictKind.DOUBLE_BOOKING if one.end > two.start else ConflictKind.BUFFER_OVERLAP,
        )
        for one, two in combinations(claims, 2)
        if one.end + buffer * MINUTE > two.start
    }
    assert found == expected
