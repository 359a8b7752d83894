"""What guests, partners and buttons may do, and what they are told when they may not."""

from collections.abc import Callable

import pytest

from custom_components.micro_studio.core.booking import Phase
from custom_components.micro_studio.core.effects import BookingEventKind as Kind
from custom_components.micro_studio.core.errors import BookingError, Reason, TimeError
from custom_components.micro_studio.core.facts import (
    Arrived,
    CheckIn,
    Command,
    EndSession,
    Extend,
    PolicyChanged,
    Release,
    Tick,
)
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.progress import Arrival
from tests.core.scene import MINUTE, Scene, booking, clock


@pytest.fixture
def room() -> Scene:
    """A room with a booking from 10 to 12 and one from 14 to 15."""
    scene = Scene()
    scene.book(booking(), booking("14:00", "15:00", "b2"))
    scene.effects.clear()
    return scene


def quiet(room: Scene) -> None:
    """An hour before anything."""
    room.until("09:00")


def arriving(room: Scene) -> None:
    """The window is open."""
    room.until("09:50")


def inside(room: Scene) -> None:
    """The guest is in session."""
    room.until("10:00")
    room.tell(CheckIn())


def missing(room: Scene) -> None:
    """Nobody came."""
    room.until("10:30")


def over(room: Scene) -> None:
    """The session was ended early."""
    inside(room)
    room.tell(EndSession())


@pytest.mark.parametrize(
    ("scene", "command", "reason"),
    [
        (quiet, CheckIn(), Reason.NO_BOOKING),
        (quiet, CheckIn(booking="b1"), Reason.NOT_OPEN_YET),
        (quiet, CheckIn(booking="b9"), Reason.UNKNOWN_BOOKING),
        (quiet, Extend(), Reason.NO_BOOKING),
        (quiet, EndSession(booking="b1"), Reason.NOBODY_CHECKED_IN),
        (quiet, Release(), Reason.NO_BOOKING),
        (arriving, Extend(), Reason.NOBODY_CHECKED_IN),
        (arriving, EndSession(), Reason.NOBODY_CHECKED_IN),
        (arriving, Release(), Reason.NO_NO_SHOW),
        (arriving, CheckIn(booking="node|b2|"), Reason.NOT_OPEN_YET),
        (inside, CheckIn(), Reason.NO_BOOKING),
        (inside, CheckIn(booking="b1"), Reason.ALREADY_CHECKED_IN),
        (inside, Extend(steps=5), Reason.NO_MORE_EXTENSIONS),
        (inside, Extend(steps=0), Reason.NOT_POSSIBLE),
        (inside, Release(), Reason.NO_NO_SHOW),
        (missing, EndSession(), Reason.NOBODY_CHECKED_IN),
        (missing, Extend(), Reason.NOBODY_CHECKED_IN),
        (over, EndSession(), Reason.NO_BOOKING),
        (over, EndSession(booking="b1"), Reason.ALREADY_OVER),
        (over, CheckIn(booking="b1"), Reason.ALREADY_OVER),
        (over, Extend(booking="b1"), Reason.ALREADY_OVER),
    ],
)
def test_a_command_that_is_not_possible_says_why(
    room: Scene, scene: Callable[[Scene], None], command: Command, reason: Reason
) -> None:
    """And changes nothing."""
    scene(room)
    before = room.state
    with pytest.raises(BookingError) as caught:
        room.tell(command)
    assert caught.value.reason is reason
    assert room.state == before


def test_a_session_may_last_until_the_buffer_of_the_next(room: Scene) -> None:
    """Twenty minutes before the next start."""
    room.book(booking(), booking("12:50", "14:00", "b2"))
    inside(room)
    room.tell(Extend(steps=2))
    assert room.last.snapshot.session_ends == clock("12:30")
    with pytest.raises(BookingError, match="no_room_to_extend"):
        room.tell(Extend())
    assert room.last.snapshot.extend_refused is Reason.NO_ROOM_TO_EXTEND


def test_a_session_that_began_within_the_last_buffer_may_be_extended(room: Scene) -> None:
    """Only what comes after matters."""
    room.book(booking("08:30", "09:55", "b0"), booking("10:00", "10:10"))
    inside(room)
    room.tell(Extend())
    assert room.last.snapshot.session_ends == clock("10:25")


def test_an_overrun_is_not_extended(room: Scene) -> None:
    """The time is over; that needs a person."""
    inside(room)
    room.hear(occupied=True)
    room.until("12:15")
    with pytest.raises(BookingError, match="not_possible"):
        room.tell(Extend())


def test_a_double_booking_is_not_let_in_while_the_first_has_time(room: Scene) -> None:
    """The room is in use."""
    inside(room)
    room.book(booking(), booking("11:00", "13:00", "b3"))
    with pytest.raises(BookingError, match="not_open_yet"):
        room.tell(CheckIn(booking="b3"))


def test_a_released_room_is_free(room: Scene) -> None:
    """And the partner is told."""
    missing(room)
    assert room.last.snapshot.can_release
    room.tell(Release())
    assert room.state_name == "available"
    assert room.told(Kind.CHANGED)[0].reason is Reason.RELEASED


def test_a_released_guest_comes_back_while_the_room_is_free(room: Scene) -> None:
    """By the code, which names the booking."""
    missing(room)
    room.tell(Release())
    room.tell(Arrived(at=room.now, how=Arrival.DOOR, booking="b1"))
    assert room.phase_of("b1") is Phase.IN_SESSION


def test_a_released_guest_finds_the_room_taken(room: Scene) -> None:
    """Another booking claims it now."""
    missing(room)
    room.tell(Release())
    room.book(booking(), booking("10:30", "12:00", "b3"))
    with pytest.raises(BookingError):
        room.tell(CheckIn(booking="b1"))
    before = room.state
    room.tell(Arrived(at=room.now, how=Arrival.DOOR, booking="b1"))
    assert room.state == before


@pytest.mark.parametrize(
    "sighting",
    [
        Arrived(at=clock("09:00"), how=Arrival.DOOR),
        Arrived(at=clock("09:44"), how=Arrival.DOOR, booking="b1"),
        Arrived(at=clock("09:50"), how=Arrival.DOOR, booking="b9"),
        Arrived(at=clock("09:50"), how=Arrival.DOOR, booking="b2"),
    ],
)
def test_a_sighting_that_fits_nobody_is_no_error(room: Scene, sighting: Arrived) -> None:
    """It may be a cleaner, or an old report."""
    arriving(room)
    before = room.state
    assert room.tell(sighting).effects == ()
    assert room.state == before


def test_a_naive_moment_is_refused(room: Scene) -> None:
    """Everything in the core is real time."""
    room.now = room.now.replace(tzinfo=None)
    with pytest.raises(TimeError):
        room.tell(Tick())


def test_a_clock_that_jumps_back_undoes_nothing(room: Scene) -> None:
    """Time zones, NTP and tired hands."""
    inside(room)
    room.effects.clear()
    room.sleep("08:00")
    assert room.phase() is Phase.IN_SESSION
    assert room.effects == []


def test_a_shorter_rule_takes_effect_at_once(room: Scene) -> None:
    """And never before it was made."""
    room.tell(PolicyChanged(policy=Policy(no_show_after=60 * MINUTE)))
    room.until("10:30")
    assert room.phase() is Phase.ARRIVING
    room.tell(PolicyChanged(policy=Policy()))
    assert room.events() == [("10:30", "no_show")]
