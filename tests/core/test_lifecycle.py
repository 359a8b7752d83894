"""Every row of the transition table, played in a room."""

from datetime import timedelta

import pytest

from custom_components.micro_studio.core.booking import Phase, Status
from custom_components.micro_studio.core.effects import BookingEventKind as Kind
from custom_components.micro_studio.core.errors import Reason
from custom_components.micro_studio.core.facts import Arrived, CheckIn, EndSession, Extend
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.progress import Arrival
from custom_components.micro_studio.core.studio import RecorderState
from tests.core.scene import Scene, booking, clock


@pytest.fixture
def room() -> Scene:
    """A room with one booking from 10 to 12, on a quiet morning."""
    scene = Scene()
    scene.book(booking())
    scene.hear(occupied=False)
    scene.effects.clear()
    return scene


def in_session(room: Scene) -> Scene:
    """Let the guest come on time."""
    room.until("10:00")
    room.tell(CheckIn())
    room.hear(occupied=True)
    room.effects.clear()
    return room


def test_the_window_opens_early_access_before_the_start(room: Scene) -> None:
    """Confirmed becomes arriving without a word."""
    room.until("09:44")
    assert room.phase_of("b1") is Phase.CONFIRMED
    room.until("09:45")
    assert room.phase() is Phase.ARRIVING
    assert room.events() == []


def test_a_guest_who_comes_early_is_checked_in_and_starts_on_time(room: Scene) -> None:
    """Arriving, checked in, in session."""
    room.until("09:50")
    room.tell(Arrived(at=room.now, how=Arrival.DOOR))
    assert room.phase() is Phase.CHECKED_IN
    room.until("10:00")
    assert room.phase() is Phase.IN_SESSION
    assert room.events() == [("09:50", "guest_arrived"), ("10:00", "started")]
    assert room.told(Kind.ARRIVED)[0].how is Arrival.DOOR


def test_a_guest_who_comes_after_the_start_is_in_session_at_once(room: Scene) -> None:
    """Arriving, in session."""
    room.until("10:05")
    room.tell(CheckIn(how=Arrival.STAFF))
    assert room.phase() is Phase.IN_SESSION
    assert room.events() == [("10:05", "guest_arrived"), ("10:05", "started")]


def test_a_take_that_starts_in_the_window_is_the_guest(room: Scene) -> None:
    """Recording started counts as an arrival."""
    room.until("09:50")
    room.hear(occupied=True, recorder=RecorderState.RECORDING, capturing=True)
    assert room.phase() is Phase.CHECKED_IN
    assert room.told(Kind.ARRIVED)[0].how is Arrival.RECORDING


def test_a_recorder_that_is_starting_first_is_the_guest_once_it_records(room: Scene) -> None:
    """Real recorders report `starting` on their way; it is no take yet."""
    room.until("09:50")
    room.hear(occupied=True, recorder=RecorderState.STARTING)
    assert room.phase() is Phase.ARRIVING
    room.hear(occupied=True, recorder=RecorderState.RECORDING, capturing=True)
    assert room.phase() is Phase.CHECKED_IN


def test_a_take_that_goes_on_after_a_pause_is_not_the_guest(room: Scene) -> None:
    """It began before the window."""
    room.until("09:40")
    room.hear(recorder=RecorderState.PAUSED)
    room.until("09:50")
    room.hear(recorder=RecorderState.RECORDING, capturing=True)
    assert room.phase() is Phase.ARRIVING


def test_a_take_that_ran_before_the_window_is_not_the_guest(room: Scene) -> None:
    """Only a take that begins says that somebody came."""
    room.until("09:40")
    room.hear(recorder=RecorderState.RECORDING)
    room.until("09:50")
    room.hear(recorder=RecorderState.RECORDING)
    assert room.phase() is Phase.ARRIVING


def test_nobody_by_start_and_fifteen_is_a_no_show(room: Scene) -> None:
    """Flagged only: the room stays theirs."""
    room.until("10:14")
    assert room.phase() is Phase.ARRIVING
    room.until("10:15")
    assert room.phase() is Phase.NO_SHOW
    assert room.events() == [("10:15", "no_show")]
    assert room.state_name == "reserved"
    room.until("12:00")
    assert room.state_name == "available"
    assert room.events() == [("10:15", "no_show")]


def test_a_no_show_is_released_only_by_policy() -> None:
    """With the policy, the room is free at once."""
    room = Scene(policy=Policy(release_no_show=True))
    room.book(booking())
    room.until("10:15")
    assert room.state_name == "available"
    assert room.phase_of("b1") is Phase.NO_SHOW


def test_somebody_in_the_room_is_not_nobody(room: Scene) -> None:
    """Presence when the no-show is due is the guest who did not check in."""
    room.until("10:05")
    room.hear(occupied=True)
    room.until("10:15")
    assert room.phase() is Phase.IN_SESSION
    assert room.events() == [("10:15", "guest_arrived"), ("10:15", "started")]
    assert room.told(Kind.ARRIVED)[0].how is Arrival.PRESENCE


def test_a_late_guest_turns_a_no_show_into_a_session(room: Scene) -> None:
    """Late arrival."""
    room.until("10:40")
    room.tell(CheckIn())
    assert room.phase() is Phase.IN_SESSION
    assert [kind for _, kind in room.events()] == ["no_show", "guest_arrived", "started"]


def test_a_guest_who_was_seen_on_time_but_reported_late_arrived_on_time(room: Scene) -> None:
    """The node was offline: the event carries the real time and is late."""
    room.until("10:40")
    room.tell(Arrived(at=clock("09:55"), how=Arrival.DOOR, booking="b1"))
    assert room.phase() is Phase.IN_SESSION
    assert room.events()[1:] == [("09:55", "guest_arrived"), ("10:00", "started")]
    assert all(event.late for event in room.told(Kind.ARRIVED))


def test_the_guest_is_warned_at_ten_and_five_minutes(room: Scene) -> None:
    """In session, ending, one event for each warning."""
    in_session(room).until("11:49")
    assert room.phase() is Phase.IN_SESSION
    room.until("11:50")
    assert room.phase() is Phase.ENDING
    room.until("11:59")
    assert room.events() == [("11:50", "ending"), ("11:55", "ending")]
    assert [e.warning for e in room.told(Kind.ENDING)] == [
        timedelta(minutes=10),
        timedelta(minutes=5),
    ]


def test_a_guest_who_comes_in_the_last_minutes_gets_the_warning_that_is_left(room: Scene) -> None:
    """Three minutes before the end there is one warning, not two."""
    room.until("11:57")
    room.effects.clear()
    room.tell(CheckIn())
    assert [kind for _, kind in room.events()] == ["guest_arrived", "started", "ending"]
    assert room.told(Kind.ENDING)[0].warning == timedelta(minutes=5)


def test_an_extension_moves_the_end_and_warns_again(room: Scene) -> None:
    """Ending becomes in session."""
    in_session(room).until("11:55")
    room.tell(Extend())
    assert room.phase() is Phase.IN_SESSION
    assert room.last.snapshot.session_ends == clock("12:15")
    room.until("12:10")
    assert [item for item in room.events() if item[1] == "extended"] == [("11:55", "extended")]
    assert [time for time, kind in room.events() if kind == "ending"] == [
        "11:50",
        "11:55",
        "12:05",
        "12:10",
    ]


def test_an_empty_room_at_the_end_completes_the_booking(room: Scene) -> None:
    """End and not occupied."""
    in_session(room).until("11:58")
    room.hear(occupied=False)
    assert room.phase() is Phase.ENDING
    room.until("12:00")
    assert room.phase_of("b1") is Phase.COMPLETED
    assert room.events()[-1] == ("12:00", "ended")
    assert room.state_name == "turnover"


def test_a_guest_who_leaves_within_the_grace_is_no_overrun(room: Scene) -> None:
    """The session is over when the room is."""
    in_session(room).until("12:04")
    assert room.phase() is Phase.ENDING
    room.hear(occupied=False)
    assert room.events()[-1] == ("12:04", "ended")


def test_a_guest_who_stays_beyond_the_grace_overruns(room: Scene) -> None:
    """Ending becomes overrun, and ends when the guest leaves."""
    in_session(room).until("12:09")
    assert room.phase() is Phase.ENDING
    room.until("12:10")
    assert room.phase() is Phase.OVERRUN
    room.until("12:31")
    room.hear(occupied=False)
    assert room.phase_of("b1") is Phase.COMPLETED
    assert room.events()[-2:] == [("12:10", "overrun"), ("12:31", "ended")]


@pytest.mark.parametrize(("start", "waits"), [("12:30", True), ("12:40", True), ("12:41", False)])
def test_an_overrun_names_whom_it_keeps_waiting(room: Scene, start: str, *, waits: bool) -> None:
    """Only a booking within the horizon of thirty minutes."""
    room.book(booking(), booking(start, "14:00", "b2"))
    in_session(room).until("12:10")
    assert (room.told(Kind.OVERRUN)[0].waiting is not None) is waits


def test_a_view_that_was_never_there_ends_the_session_at_its_end(room: Scene) -> None:
    """A room without presence sensors."""
    room = Scene()
    room.book(booking())
    room.until("10:00")
    room.tell(CheckIn())
    room.until("12:00")
    assert room.phase_of("b1") is Phase.COMPLETED


def test_a_lost_view_gets_the_grace_and_is_no_overrun(room: Scene) -> None:
    """Unknown never triggers overrun."""
    in_session(room).until("11:30")
    room.hear(occupied=None, recorder=RecorderState.UNKNOWN)
    room.until("12:09")
    assert room.phase() is Phase.ENDING
    room.until("12:10")
    assert room.phase_of("b1") is Phase.COMPLETED
    assert room.told(Kind.OVERRUN) == []


def test_an_overrun_whose_view_is_lost_lasts_until_the_next_booking(room: Scene) -> None:
    """It does not hold the room for ever."""
    room.book(booking(), booking("13:00", "14:00", "b2"))
    in_session(room).until("12:20")
    room.hear(occupied=None, recorder=RecorderState.UNKNOWN)
    room.until("12:59")
    assert room.phase() is Phase.OVERRUN
    room.until("13:00")
    assert room.phase() is Phase.ARRIVING


def test_the_next_guest_takes_over_from_an_overrun(room: Scene) -> None:
    """Two sessions never run at once."""
    room.book(booking(), booking("12:30", "14:00", "b2"))
    in_session(room).until("12:29")
    room.effects.clear()
    room.tell(CheckIn())
    assert room.phase_of("b1") is Phase.COMPLETED
    assert room.phase_of("b2") is Phase.CHECKED_IN
    assert room.events() == [("12:29", "ended"), ("12:29", "guest_arrived")]


def test_a_guest_kept_waiting_by_an_overrun_gets_the_full_time_to_come(room: Scene) -> None:
    """The no-show counts from when the room was theirs."""
    room.book(booking(), booking("12:30", "14:00", "b2"))
    in_session(room).until("12:50")
    room.hear(occupied=False)
    room.until("13:04")
    assert room.phase() is Phase.ARRIVING
    room.until("13:05")
    assert room.phase() is Phase.NO_SHOW


def test_an_end_before_the_time_gives_back_full_steps(room: Scene) -> None:
    """End early: completed now, the end truncated and rounded up."""
    in_session(room).until("10:41")
    room.tell(EndSession())
    event = room.told(Kind.ENDED)[0]
    assert (event.at, event.ends) == (clock("10:41"), clock("10:45"))
    assert event.reason is Reason.ENDED_EARLY
    assert room.state_name == "turnover"


def test_a_hold_lapses_at_its_end() -> None:
    """Tentative blocks the room, lets nobody in and ends by itself."""
    room = Scene()
    room.book(booking(status=Status.TENTATIVE))
    room.until("10:30")
    assert (room.state_name, room.phase()) == ("reserved", Phase.TENTATIVE)
    assert room.last.snapshot.check_in_refused is Reason.NO_BOOKING
    room.until("12:00")
    assert room.phase_of("b1") is Phase.CANCELLED
    assert room.told(Kind.CANCELLED)[0].reason is Reason.LAPSED


def test_a_booking_learnt_after_its_start_has_time_to_arrive() -> None:
    """Fresh installs and walk-ins are no no-shows."""
    room = Scene()
    room.until("10:30")
    room.book(booking())
    room.until("10:44")
    assert room.phase() is Phase.ARRIVING
    room.until("10:45")
    assert room.phase() is Phase.NO_SHOW


def test_a_booking_without_a_window_of_its_own_never_opens() -> None:
    """Booked twice: the room belongs to the first."""
    room = Scene()
    room.book(booking(), booking("10:30", "11:00", "b2"))
    room.until("10:00")
    room.tell(CheckIn())
    room.until("10:59")
    assert room.phase_of("b2") is Phase.CONFIRMED
    room.until("11:00")
    assert room.told(Kind.NO_SHOW)[0].reason is Reason.ROOM_IN_USE


def test_missed_steps_happen_in_order_and_are_late(room: Scene) -> None:
    """Home Assistant slept from nine to three."""
    room.until("10:00")
    room.tell(CheckIn())
    room.hear(occupied=False)
    room.effects.clear()
    room.sleep("15:00")
    assert room.events() == [("11:50", "ending"), ("11:55", "ending"), ("12:00", "ended")]
    assert all(effect.late for effect in room.effects)
    assert room.state_name == "available"


def test_a_timer_that_fires_a_second_late_is_punctual(room: Scene) -> None:
    """Late means caught up after a gap."""
    room.sleep("10:15:59")
    assert [event.late for event in room.told(Kind.NO_SHOW)] == [False]
