"""What guests, partners and buttons may do, and what they are told when they may not."""

from collections.abc import Callable

import pytest

from custom_components.micro_studio.core.booking import Booking, Phase, Status
from custom_components.micro_studio.core.commands import walk_up_end
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
    Reroute,
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


def moved(room: Scene) -> None:
    """The booking stands in another studio."""
    arriving(room)
    room.tell(Reroute(booking="b1", to="b"))


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
        (quiet, Reroute(booking="b9", to="b"), Reason.UNKNOWN_BOOKING),
        (inside, Reroute(booking="b1", to="b"), Reason.GUEST_INSIDE),
        (over, Reroute(booking="b1", to="b"), Reason.ALREADY_OVER),
        (moved, Reroute(booking="b1", to="c"), Reason.NOT_POSSIBLE),
        (moved, CheckIn(booking="b1"), Reason.NOT_POSSIBLE),
        (moved, Extend(booking="b1"), Reason.NOT_POSSIBLE),
        (moved, EndSession(booking="b1"), Reason.NOT_POSSIBLE),
        (moved, Release(booking="b1"), Reason.NOT_POSSIBLE),
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


@pytest.mark.parametrize(
    ("moment", "uid"), [("08:00", "b1"), ("09:50", "b1"), ("10:30", "b1"), ("08:00", "far")]
)
def test_a_booking_may_be_moved_until_the_guest_is_inside(
    room: Scene, moment: str, uid: str
) -> None:
    """The window may be open and the no-show told; and it may be far ahead."""
    row = [booking(f"{hour}:00", f"{hour}:30", f"r{hour}") for hour in range(15, 40)]
    room.book(booking(), booking("14:00", "15:00", "b2"), *row, booking("90:00", "91:00", "far"))
    room.until(moment)
    room.tell(Reroute(booking=uid, to="b"))
    (told,) = room.told(Kind.REROUTED)
    assert (told.booking.uid, told.to) == (uid, "b")
    assert room.phase_of(uid) is Phase.REROUTED
    assert f"node|{uid}|" not in room.standing()
    room.until("12:00")
    assert all(event.booking.uid != uid for event in room.told(Kind.STARTED))


def test_a_booking_that_was_moved_leaves_the_room_free(room: Scene) -> None:
    """The next may have it."""
    moved(room)
    assert room.state_name == "available"
    room.book(booking(), booking("10:00", "12:00", "b3"), booking("14:00", "15:00", "b2"))
    assert room.phase_of("b3") is Phase.ARRIVING
    assert room.incidents() == []


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ([], [("cancelled", Reason.VANISHED)]),
        ([booking(status=Status.CANCELLED)], [("cancelled", Reason.CANCELLED_BY_SOURCE)]),
        ([booking("11:00", "13:00")], [("changed", Reason.IN_ANOTHER_STUDIO)]),
        ([booking("10:00", "13:00")], [("changed", Reason.IN_ANOTHER_STUDIO)]),
        ([booking(title="x")], [("changed", Reason.IN_ANOTHER_STUDIO)]),
        (
            [booking("11:00", "13:00", "b9", replaces="b1")],
            [("changed", Reason.IN_ANOTHER_STUDIO)],
        ),
        ([booking(revision=4)], []),
    ],
)
@pytest.mark.parametrize("moment", ["09:55", "10:30"])
def test_what_its_source_does_to_a_moved_booking_is_told_and_brings_nobody_here(
    room: Scene, moment: str, now: list[Booking], told: list[tuple[str, Reason]]
) -> None:
    """Also after its start; whoever looks after the other studio follows."""
    moved(room)
    room.until(moment)
    room.effects.clear()
    for _ in range(2):
        room.book(*now, booking("14:00", "15:00", "b2"))
        room.restart()
    kinds = [kind for _, kind in room.events()]
    reasons = [event.reason for event in (*room.told(Kind.CANCELLED), *room.told(Kind.CHANGED))]
    assert [*zip(kinds, reasons, strict=True)] == told
    assert room.standing() == ["node|b2|"]
    for item in room.state.agenda:
        if item.uid == "b1":
            progress = room.state.progress_of(item)
            assert progress.rerouted_to == "b" or progress.phase is Phase.CANCELLED


def free(room: Scene) -> None:
    """The morning is free."""
    room.book(booking("14:00", "15:00", "b2"))


def tidying(room: Scene) -> None:
    """The guest has left, the turnover runs."""
    inside(room)
    room.tell(EndSession())


@pytest.mark.parametrize(
    ("scene", "rules", "moment", "reason"),
    [
        (free, Policy(), "08:00", None),
        (free, Policy(maintenance=True), "08:00", Reason.OUT_OF_SERVICE),
        (free, Policy(accepting_bookings=False), "08:00", Reason.NOT_ACCEPTING),
        (free, Policy(), "13:24", None),
        (free, Policy(), "13:25", Reason.NO_ROOM_TO_BOOK),  # a quarter of an hour must fit
        (free, Policy(), "14:30", Reason.NO_ROOM_TO_BOOK),  # a no-show keeps its time
        (free, Policy(), "15:00", None),
        (inside, Policy(), "10:30", Reason.ROOM_IN_USE),
        (tidying, Policy(), "10:10", Reason.NOT_TIDY),
        (tidying, Policy(), "10:20", None),
    ],
)
def test_whoever_is_here_may_book_the_room_now(
    room: Scene, scene: Callable[[Scene], None], rules: Policy, moment: str, reason: Reason | None
) -> None:
    """Or is told why not."""
    scene(room)
    room.tell(PolicyChanged(policy=rules))
    room.until(moment)
    assert room.last.snapshot.walk_up_refused is reason
    assert room.last.snapshot.can_walk_up is (reason is None)


@pytest.mark.parametrize(
    ("moment", "length", "until"),
    [
        ("08:00", None, "09:00"),
        ("13:00", None, "13:40"),
        ("08:00", 30, "08:30"),
        ("15:00", None, "16:00"),
    ],
)
def test_a_walk_up_ends_before_the_buffer_of_the_next(
    room: Scene, moment: str, length: int | None, until: str
) -> None:
    """Or when its time is over."""
    free(room)
    room.until(moment)
    wanted = None if length is None else length * MINUTE
    assert walk_up_end(room.state, room.now, wanted) == clock(until)


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        ("10:49", Reason.NOT_TIDY),
        ("10:50", Reason.NO_ROOM_TO_BOOK),
        ("11:00", Reason.NO_ROOM_TO_BOOK),
    ],
)
def test_the_next_booking_comes_too_near_while_the_room_is_being_tidied(
    room: Scene, moment: str, reason: Reason
) -> None:
    """The room wakes up to say so."""
    room.tell(PolicyChanged(policy=Policy(turnover_buffer=60 * MINUTE)))
    room.book(booking(), booking("12:05", "13:00", "b2"))
    tidying(room)
    assert room.until(moment).walk_up_refused is reason


def test_a_released_guest_who_is_refused_stays_released(room: Scene) -> None:
    """A report of yesterday's door changes nothing."""
    missing(room)
    room.tell(Release())
    before = room.state
    room.tell(Arrived(at=clock("09:00"), how=Arrival.DOOR, booking="b1"))
    assert room.state == before
