"""Every row of the transition table, played in a room."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.micro_studio.core.booking import Booking, Phase, Status
from custom_components.micro_studio.core.effects import BookingEventKind as Kind
from custom_components.micro_studio.core.errors import BookingError, Reason
from custom_components.micro_studio.core.facts import (
    Arrived,
    CheckIn,
    EndSession,
    Extend,
    PolicyChanged,
)
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.progress import Arrival
from custom_components.micro_studio.core.schedule import entry_window, is_free
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


HOLD = booking("58:00", "60:00", status=Status.TENTATIVE)  # the day after tomorrow at ten


@pytest.mark.parametrize(
    ("learnt", "rest", "hold_expiry", "lapses"),
    [
        ("08:00", {}, "24:00", "34:00"),  # a day before its start
        ("08:00", {}, "48:00", "10:00"),
        ("08:00", {}, "00:00", "58:00"),
        ("34:00", {}, "24:00", "58:00"),  # learnt too late for that: it waits until its start
        ("50:00", {}, "24:00", "58:00"),
        ("59:00", {}, "24:00", "59:00"),  # nobody has to keep what began without a guest
        ("08:00", {"expires": clock("12:30")}, "24:00", "12:30"),  # its source knows better
        ("08:00", {"expires": clock("57:00")}, "24:00", "57:00"),
        ("08:00", {"expires": clock("70:00")}, "24:00", "58:00"),  # but nobody waits longer
        ("50:00", {"expires": clock("49:00")}, "24:00", "50:00"),
    ],
)
def test_a_hold_lapses_in_time_to_sell_the_room_again(
    learnt: str, rest: dict[str, object], hold_expiry: str, lapses: str
) -> None:
    """Tentative ends by itself, once, and lets nobody in."""
    room = Scene(policy=Policy(hold_expiry=clock(hold_expiry) - clock("00:00")))
    room.until(learnt)
    room.book(replace(HOLD, **rest))  # type: ignore[arg-type]
    room.until("61:00")
    (lapsed,) = room.told(Kind.CANCELLED)
    assert (lapsed.at, lapsed.reason) == (clock(lapses), Reason.LAPSED)
    assert room.phase_of("b1") is Phase.CANCELLED
    assert room.told(Kind.ARRIVED) == room.told(Kind.NO_SHOW) == []


def test_a_hold_that_lapses_at_a_naive_time_is_refused() -> None:
    """It cannot be compared."""
    with pytest.raises(BookingError, match="naive_time"):
        replace(HOLD, expires=clock("57:00").replace(tzinfo=None))


def test_a_hold_lapses_on_time_behind_a_row_of_other_bookings() -> None:
    """It lies far beyond what the room looks at otherwise."""
    room = Scene()
    row = [booking(f"{hour}:00", f"{hour}:30", f"r{hour}") for hour in range(9, 57)]
    room.book(*row, HOLD)
    room.until("33:59")
    assert room.phase_of("b1") is Phase.TENTATIVE
    room.until("34:00")
    assert room.phase_of("b1") is Phase.CANCELLED


def test_a_hold_that_is_confirmed_in_time_is_a_booking() -> None:
    """It is told, and does not lapse."""
    room = Scene()
    room.book(HOLD)
    room.until("33:00")
    room.book(replace(HOLD, status=Status.CONFIRMED))
    assert [kind for _, kind in room.events()] == ["created", "changed"]
    room.until("57:45")
    assert room.phase() is Phase.ARRIVING


@pytest.mark.parametrize(
    ("again", "back"),
    [
        (HOLD, False),
        (replace(HOLD, title="Still thinking"), False),
        (replace(HOLD, status=Status.CANCELLED), False),
        (replace(HOLD, status=Status.CONFIRMED), True),
        (replace(HOLD, end=clock("61:00")), True),
        (replace(HOLD, expires=clock("57:00")), True),
    ],
)
def test_a_lapsed_hold_comes_back_only_when_it_is_confirmed_or_changed(
    again: Booking, *, back: bool
) -> None:
    """However often its source still tells it."""
    room = Scene()
    room.book(HOLD)
    room.until("35:00")
    room.book(HOLD)
    room.restart()
    room.effects.clear()
    room.book(again)
    room.book(again)
    assert [kind for _, kind in room.events()] == (["created"] if back else [])
    assert room.standing() == ([HOLD.key] if back else [])


def test_a_new_rule_lets_a_hold_lapse_at_once() -> None:
    """And never before the rule was made."""
    room = Scene()
    room.book(HOLD)
    room.until("20:00")
    room.tell(PolicyChanged(policy=Policy(hold_expiry=timedelta(days=2))))
    assert [event.at for event in room.told(Kind.CANCELLED)] == [clock("20:00")]


def test_a_hold_blocks_the_room_only_if_the_policy_says_so() -> None:
    """Otherwise others may book over it, and it is in nobody's way."""
    hold = booking("11:00", "13:00", "h1", status=Status.TENTATIVE)
    for blocks in (True, False):
        room = Scene(policy=Policy(holds_block=blocks))
        room.book(hold)
        assert is_free(room.state, clock("10:00"), clock("12:00")) is not blocks
        assert (room.until("10:55").state.value == "available") is not blocks
        room.book(hold, booking("11:05", "12:00"))
        assert room.phase_of("b1") is (Phase.CONFIRMED if blocks else Phase.ARRIVING)
        assert bool(room.incidents()) is blocks


def test_holds_that_do_not_block_do_not_hide_who_comes_after_them() -> None:
    """Any number of them."""
    holds = [booking(uid=f"a{n}", status=Status.TENTATIVE) for n in range(5)]
    room = Scene(policy=Policy(holds_block=False))
    room.book(*holds, booking())
    room.until("09:45")
    assert room.phase_of("b1") is Phase.ARRIVING
    assert entry_window(room.state, "node|b1|") == (clock("09:45"), clock("12:10"))
    assert entry_window(room.state, "node|a0|") is None


@pytest.mark.parametrize(("seen", "begins"), [("09:50", "10:00"), ("10:05", "10:05")])
def test_presence_checks_in_from_the_start_on_if_the_policy_says_so(seen: str, begins: str) -> None:
    """Whoever waits inside before it is not checked in early."""
    room = Scene(policy=Policy(presence_checks_in=True))
    room.book(booking())
    room.hear(occupied=False)
    room.until(seen)
    room.hear(occupied=True)
    room.until("10:14")
    assert room.phase() is Phase.IN_SESSION
    assert room.events() == [("08:00", "created"), (begins, "guest_arrived"), (begins, "started")]
    assert room.told(Kind.ARRIVED)[0].how is Arrival.PRESENCE


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


def test_a_fortnight_slept_through_is_caught_up_with_in_order() -> None:
    """As if the room had been awake all the time, and no more of it is remembered."""
    fortnight = [
        booking(f"{24 * day + hour}:00", f"{24 * day + hour + 2}:00", f"d{day}h{hour}")
        for day in range(1, 15)
        for hour in (9, 12, 15, 18)
    ]
    hold = booking("340:00", "341:00", "hold", status=Status.TENTATIVE)
    asleep, awake = Scene(), Scene()
    for room in (asleep, awake):
        room.book(*fortnight, hold)
    awake.until("400:00")
    asleep.sleep("400:00")
    assert [replace(effect, late=False) for effect in asleep.effects] == awake.effects
    assert len(asleep.told(Kind.NO_SHOW)) == len(fortnight)
    assert asleep.told(Kind.CANCELLED)[0].at == clock("316:00")
    assert asleep.state == awake.state
    assert list(asleep.state.agenda) == []


def test_a_timer_that_fires_a_second_late_is_punctual(room: Scene) -> None:
    """Late means caught up after a gap."""
    room.sleep("10:15:59")
    assert [event.late for event in room.told(Kind.NO_SHOW)] == [False]
