"""The one state of a room, and what entities read."""

import pytest

from custom_components.micro_studio.core.engine import step
from custom_components.micro_studio.core.facts import CheckIn, CheckOff, PolicyChanged, Tick
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.studio import RecorderState
from tests.core.scene import MINUTE, Scene, booking, clock


@pytest.fixture
def room() -> Scene:
    """A room with a booking from 10 to 12 and one from 14 to 15."""
    scene = Scene()
    scene.book(booking(), booking("14:00", "15:00", "b2"))
    scene.hear(occupied=False)
    return scene


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("09:44", "available"),
        ("09:45", "arriving"),
        ("10:15", "reserved"),
        ("11:59", "reserved"),
        ("12:00", "available"),
        ("13:44", "available"),
        ("13:45", "arriving"),
    ],
)
def test_a_day_without_guests(room: Scene, moment: str, state: str) -> None:
    """A no-show keeps the room until its end, and leaves nothing to clean."""
    assert room.until(moment).state.value == state


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("09:50", "checked_in"),
        ("10:00", "in_session"),
        ("11:50", "ending"),
        ("12:00", "turnover"),
        ("12:19", "turnover"),
        ("12:20", "available"),
    ],
)
def test_a_session(room: Scene, moment: str, state: str) -> None:
    """From check-in to the end of the turnover."""
    room.until("09:50")
    room.tell(CheckIn())
    assert room.until(moment).state.value == state


def test_the_setup_before_a_booking_is_reserved() -> None:
    """When it is longer than the early access."""
    room = Scene(policy=Policy(setup_buffer=30 * MINUTE))
    room.book(booking())
    assert room.until("09:29").state.value == "available"
    assert room.until("09:30").state.value == "reserved"
    assert room.until("09:45").state.value == "arriving"


def test_maintenance_is_out_of_service_whatever_is_booked(room: Scene) -> None:
    """Bookings go on beneath."""
    room.until("09:50")
    room.tell(PolicyChanged(policy=Policy(maintenance=True)))
    assert room.state_name == "out_of_service"
    room.tell(PolicyChanged(policy=Policy()))
    assert room.state_name == "arriving"


def test_the_next_guest_outranks_the_cleaning(room: Scene) -> None:
    """Turnover is cut by the next window."""
    room.book(booking(), booking("12:05", "13:00", "b2"))
    room.until("10:00")
    room.tell(CheckIn())
    assert room.until("12:04").state.value == "turnover"
    assert room.until("12:05").state.value == "arriving"


def test_current_and_next(room: Scene) -> None:
    """Current is who has the room, next is who comes then."""
    drawn = room.until("09:00")
    assert (drawn.current, drawn.next_booking) == (None, clock("10:00"))
    drawn = room.until("10:05")
    assert drawn.current
    assert (drawn.current.uid, drawn.next_booking) == ("b1", clock("14:00"))
    assert room.until("15:00").next_booking is None


def test_what_may_be_pressed(room: Scene) -> None:
    """Buttons are available only when they do something."""
    drawn = room.until("09:00")
    pressable = (drawn.can_check_in, drawn.can_extend, drawn.can_end, drawn.can_release)
    assert pressable == (False, False, False, False)
    assert room.until("09:50").can_check_in
    drawn = room.until("10:30")
    assert (drawn.can_check_in, drawn.can_release) == (True, True)
    room.tell(CheckIn())
    drawn = room.last.snapshot
    assert (drawn.can_check_in, drawn.can_extend, drawn.can_end) == (False, True, True)


def test_the_minutes_left_count_begun_ones(room: Scene) -> None:
    """Only while somebody is checked in."""
    drawn = room.until("10:00")
    assert drawn.minutes_left(clock("10:00")) is None
    room.tell(CheckIn())
    drawn = room.last.snapshot
    assert drawn.minutes_left(clock("11:58:30")) == 2
    assert drawn.minutes_left(clock("12:00")) == 0
    assert drawn.minutes_left(clock("12:30")) == 0


def test_minutes_are_wake_ups_only_for_who_wants_them(room: Scene) -> None:
    """The last quarter of an hour, by the minute."""
    room.until("10:00")
    room.tell(CheckIn())
    marked = [
        step(room.state, Tick(), clock(now), minute_marks=True).wake_at
        for now in ("11:00", "11:45", "11:46:10")
    ]
    assert marked == [clock("11:45"), clock("11:46"), clock("11:47")]
    assert room.last.wake_at == clock("11:50")


def test_a_checked_in_guest_occupies_the_room(room: Scene) -> None:
    """Even when the motion sensor sleeps."""
    room.until("10:00")
    assert room.last.snapshot.occupied is False
    room.tell(CheckIn())
    assert room.last.snapshot.occupied is True


def test_a_take_is_on_air(room: Scene) -> None:
    """And a take without frames is a problem."""
    room.hear(recorder=RecorderState.RECORDING, capturing=False)
    drawn = room.last.snapshot
    assert (drawn.on_air, drawn.recording_problem, drawn.occupied) == (True, True, True)


LIST = ("media copied", "pop shields")


@pytest.fixture
def untidy() -> Scene:
    """A room that the guest has just left, with a list of what must be done."""
    scene = Scene(policy=Policy(turnover_checklist=LIST))
    scene.book(booking())
    scene.until("10:00")
    scene.tell(CheckIn())
    scene.until("12:00")
    return scene


def tick(room: Scene, item: str, *, done: bool = True) -> str:
    """Tick an item; return the room's state."""
    room.tell(CheckOff(item=item, done=done))
    return room.state_name


def test_the_turnover_ends_with_its_list(untidy: Scene) -> None:
    """And goes on when a tick is taken back."""
    assert tick(untidy, LIST[0]) == "turnover"
    assert untidy.last.snapshot.checked == {LIST[0]}
    untidy.restart()
    assert tick(untidy, LIST[1]) == "available"
    assert untidy.last.snapshot.can_walk_up
    assert tick(untidy, LIST[0], done=False) == "turnover"
    assert untidy.last.wake_at == clock("12:20")


def test_the_turnover_ends_with_its_time_whatever_is_ticked(untidy: Scene) -> None:
    """Nobody forgets a room for ever."""
    assert untidy.until("12:19").state.value == "turnover"
    assert untidy.until("12:20").state.value == "available"


def test_an_item_that_is_not_on_the_list_is_not_ticked(untidy: Scene) -> None:
    """It may have been taken off it meanwhile."""
    tick(untidy, "windows")
    assert untidy.last.snapshot.checked == frozenset()


def test_the_next_session_begins_with_nothing_ticked(untidy: Scene) -> None:
    """The ticks go when it ends."""
    for item in LIST:
        tick(untidy, item)
    untidy.book(booking(), booking("14:00", "15:00", "b2"))
    untidy.until("14:00")
    untidy.tell(CheckIn())
    assert untidy.last.snapshot.checked == {*LIST}
    untidy.until("15:00")
    assert untidy.last.snapshot.checked == frozenset()
    assert untidy.state_name == "turnover"


def test_the_snapshot_names_the_conflicts_that_stand(room: Scene) -> None:
    """Until one of the two gives way."""
    room.book(booking(), booking("11:00", "13:00", "b2"))
    (conflict,) = room.last.snapshot.conflicts
    assert (conflict.first, conflict.second) == ("node|b1|", "node|b2|")
    room.book(booking())
    assert room.last.snapshot.conflicts == ()
