"""Buffers and entry windows of a day."""

from itertools import pairwise

from hypothesis import given
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.facts import CheckIn, EndSession, Extend, Release
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.schedule import (
    entry_window,
    free_from,
    is_free,
    obstacle,
    slots,
)
from tests.core.scene import Scene, booking, clock
from tests.core.stories import days, policies


def windows(*bookings: Booking) -> list[str]:
    """Return the windows of some bookings, in order."""
    memory = RoomMemory(policy=Policy()).with_agenda(bookings)
    return [f"{slot.opens:%H:%M}-{slot.closes:%H:%M}" for slot in slots(memory, None)]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("13:00", ["09:45-12:10", "12:45-15:10"]),  # far apart
        ("12:30", ["09:45-12:10", "12:20-15:10"]),  # early access is cut to what the buffer leaves
        ("12:20", ["09:45-12:10", "12:20-15:10"]),  # nothing is left
        ("12:05", ["09:45-12:05", "12:05-15:10"]),  # even closing late is cut
        ("12:00", ["09:45-12:00", "12:00-15:10"]),
        ("11:00", ["09:45-12:00", "12:00-15:10"]),  # booked twice: the first has the room
    ],
)
def test_early_access_is_cut_to_what_the_buffer_leaves(second: str, expected: list[str]) -> None:
    """Two windows never overlap."""
    assert windows(booking(), booking(second, "15:00", "b2")) == expected


def test_a_booking_within_another_has_no_window() -> None:
    """And cuts nobody else's."""
    inner = booking("10:30", "11:00", "b2")
    later = booking("14:00", "15:00", "b3")
    assert windows(booking(), inner, later) == ["09:45-12:10", "12:00-12:00", "13:45-15:10"]
    memory = RoomMemory(policy=Policy()).with_agenda([booking(), inner])
    assert entry_window(memory, inner.key) is None
    assert entry_window(memory, "nobody") is None
    assert entry_window(memory, booking().key) == (clock("09:45"), clock("12:10"))


@given(agenda=days(), policy=policies())
def test_no_two_windows_ever_overlap(agenda: tuple[Booking, ...], policy: Policy) -> None:
    """Whatever is booked, however often."""
    found = slots(RoomMemory(policy=policy).with_agenda(agenda), None)
    real = [slot for slot in found if slot.opens < slot.closes]
    for before, after in pairwise(real):
        assert before.closes <= after.opens
    for slot in real:
        assert slot.closes >= slot.end
        assert slot.booking.status is not Status.TENTATIVE or policy.holds_block
        assert slot.opens >= slot.booking.start - policy.early_access


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        ("08:00", "09:40", True),
        ("08:00", "09:41", False),
        ("12:20", "13:00", True),
        ("12:19", "13:00", False),
        ("10:30", "11:00", False),
        ("09:00", "13:00", False),
    ],
)
def test_the_room_is_free_with_the_buffers_around(start: str, end: str, *, free: bool) -> None:
    """A new booking may not eat the turnover."""
    memory = RoomMemory(policy=Policy()).with_agenda([booking()])
    assert is_free(memory, clock(start), clock(end)) is free


def test_a_hold_blocks_the_room_and_a_cancelled_booking_does_not() -> None:
    """Status decides."""
    for status, free in ((Status.TENTATIVE, False), (Status.CANCELLED, True)):
        memory = RoomMemory(policy=Policy()).with_agenda([booking(status=status)])
        assert is_free(memory, clock("10:00"), clock("11:00")) is free


def test_an_early_end_and_a_release_make_room() -> None:
    """The rest of the time may be booked."""
    room = Scene()
    room.book(booking(), booking("14:00", "16:00", "b2"))
    room.until("10:00")
    room.tell(CheckIn())
    room.until("10:30")
    room.tell(EndSession())
    assert is_free(room.state, clock("10:50"), clock("12:00"))
    room.until("14:20")
    room.tell(Release())
    assert is_free(room.state, clock("14:20"), clock("16:00"))


def test_an_extension_cuts_the_next_early_access() -> None:
    """The next window opens when the buffer is over."""
    room = Scene()
    room.book(booking(), booking("12:40", "14:00", "b2"))
    room.until("10:00")
    room.tell(CheckIn())
    assert entry_window(room.state, "node|b2|") == (clock("12:25"), clock("14:10"))
    room.tell(Extend())
    assert entry_window(room.state, "node|b2|") == (clock("12:35"), clock("14:10"))


@pytest.mark.parametrize(
    ("start", "end", "but", "found"),
    [
        ("08:00", "09:40", "", None),
        ("08:00", "09:41", "", "b1"),
        ("12:10", "13:45", "", "b1"),
        ("12:20", "13:45", "", "b2"),
        ("10:30", "12:30", "node|b1|", None),  # a booking is not in its own way
        ("10:30", "13:45", "node|b1|", "b2"),
    ],
)
def test_what_is_in_the_way_is_named(start: str, end: str, but: str, found: str | None) -> None:
    """The first one, and a booking that is to be moved is left out."""
    room = Scene()
    room.book(booking(), booking("14:00", "15:00", "b2"))
    room.book(booking(source="calendar"), source="calendar")  # a twin is in nobody's way
    met = obstacle(room.state, clock(start), clock(end), but)
    assert (met and met[0].uid) == found


@pytest.mark.parametrize(
    ("now", "until"), [("08:00", "09:40"), ("10:30", "09:40"), ("12:00", "13:40"), ("15:00", None)]
)
def test_the_room_is_free_until_the_buffer_of_the_next(now: str, until: str | None) -> None:
    """A running booking's lies in the past, and for ever is for ever."""
    memory = RoomMemory(policy=Policy()).with_agenda([booking(), booking("14:00", "15:00", "b2")])
    assert free_from(memory, clock(now)) == (None if until is None else clock(until))
