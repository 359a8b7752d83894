"""What the source does to a booking, and what the room makes of it."""

from dataclasses import replace

import pytest

from custom_components.micro_studio.core.booking import Booking, Phase, Status
from custom_components.micro_studio.core.effects import BookingEventKind as Kind
from custom_components.micro_studio.core.engine import step
from custom_components.micro_studio.core.errors import BookingError, Reason
from custom_components.micro_studio.core.facts import (
    BookingsSeen,
    CheckIn,
    CheckOff,
    EndSession,
    Extend,
)
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.policy import Policy
from tests.core.scene import NODE, Scene, booking, clock


@pytest.fixture
def room() -> Scene:
    """A room whose node was read before and has one booking."""
    scene = Scene()
    scene.book(booking())
    return scene


def inside(room: Scene) -> Scene:
    """Let the guest be in session."""
    room.until("10:00")
    room.tell(CheckIn())
    room.hear(occupied=True)
    room.effects.clear()
    return room


def test_a_new_booking_is_told(room: Scene) -> None:
    """Once, however often it is read."""
    room.book(booking())
    assert room.events() == [("08:00", "created")]


def test_the_first_read_of_a_source_is_no_news() -> None:
    """A year of bookings is not a year of events."""
    first = step(
        RoomMemory(policy=Scene().policy),
        BookingsSeen(source=NODE, bookings=(booking(), booking("14:00", "15:00", "b2"))),
        clock("08:00"),
    )
    assert [effect.key for effect in first.effects] == ["tally/1"]


def test_what_was_over_before_we_heard_of_it_never_happened(room: Scene) -> None:
    """No event for the past."""
    room.until("09:00")
    room.book(booking(), booking("07:00", "08:30", "old"))
    assert [item.uid for item in room.state.agenda] == ["b1"]


@pytest.mark.parametrize(
    "edited",
    [
        booking("10:30", "12:00"),
        booking("10:00", "12:30"),
        booking(title="Another title"),
        booking(status=Status.TENTATIVE),
    ],
)
def test_an_edited_booking_is_told_once(room: Scene, edited: Booking) -> None:
    """Times, title, status."""
    room.book(edited)
    room.book(edited)
    assert [kind for _, kind in room.events()] == ["created", "changed"]


def test_a_new_revision_with_the_same_facts_is_no_news(room: Scene) -> None:
    """Sources bump revisions for reasons of their own."""
    room.book(booking(revision=7))
    assert [kind for _, kind in room.events()] == ["created"]


def test_a_confirmed_hold_opens_its_window(room: Scene) -> None:
    """Tentative becomes confirmed."""
    room.book(booking(status=Status.TENTATIVE))
    room.until("09:50")
    room.book(booking())
    assert room.phase() is Phase.ARRIVING


def test_a_vanished_booking_is_cancelled_at_once_by_an_authoritative_source(room: Scene) -> None:
    """The node keeps its own bookings."""
    room.book()
    assert room.events()[-1] == ("08:00", "cancelled")
    assert room.told(Kind.CANCELLED)[0].reason is Reason.VANISHED
    room.book()
    assert len(room.told(Kind.CANCELLED)) == 1


def test_a_patient_source_must_miss_a_booking_twice_in_a_row(room: Scene) -> None:
    """One bad read cancels nothing."""
    for bookings in ((), (booking(),), ()):
        room.book(*bookings, patience=2)
    assert room.told(Kind.CANCELLED) == []
    room.book(patience=2)
    assert len(room.told(Kind.CANCELLED)) == 1


def test_another_source_is_not_touched(room: Scene) -> None:
    """A read replaces its own source only."""
    other = booking("14:00", "15:00", "c1", source="calendar")
    room.tell(BookingsSeen(source="calendar", bookings=(other,)))
    room.book()
    assert room.phase_of("c1") is Phase.CONFIRMED


def test_a_booking_of_another_source_is_refused(room: Scene) -> None:
    """A source speaks for itself."""
    with pytest.raises(BookingError, match="wrong_source"):
        room.book(booking(source="calendar"))


def test_a_cancelled_booking_that_comes_back_is_new(room: Scene) -> None:
    """Its second life has effects of its own."""
    room.book()
    room.book(booking())
    assert [kind for _, kind in room.events()] == ["created", "cancelled", "created"]
    room.until("09:45")
    assert room.phase() is Phase.ARRIVING


def test_a_status_of_cancelled_cancels(room: Scene) -> None:
    """The same as vanishing, said aloud."""
    room.until("09:50")
    room.book(booking(status=Status.CANCELLED))
    assert room.told(Kind.CANCELLED)[0].reason is Reason.CANCELLED_BY_SOURCE
    assert room.state_name == "available"


@pytest.mark.parametrize("gone", [(), (booking(status=Status.CANCELLED),)])
def test_a_guest_who_is_inside_is_never_cancelled(room: Scene, gone: tuple[Booking, ...]) -> None:
    """The session runs to its end; the partner is told once."""
    inside(room).until("10:30")
    room.book(*gone)
    room.book(*gone)
    assert room.phase() is Phase.IN_SESSION
    assert [event.reason for event in room.told(Kind.CHANGED)] == [Reason.GONE_WHILE_PRESENT]
    room.hear(occupied=False)
    room.until("12:00")
    assert room.phase_of("b1") is Phase.COMPLETED
    assert room.told(Kind.CANCELLED) == []


def test_a_booking_that_moves_away_waits_again(room: Scene) -> None:
    """Arriving becomes confirmed."""
    room.until("09:50")
    room.book(booking("15:00", "16:00"))
    assert room.state_name == "available"
    room.until("14:45")
    assert room.phase() is Phase.ARRIVING


def test_a_session_that_moves_to_another_time_is_over_here(room: Scene) -> None:
    """It has ended, and begins anew then."""
    inside(room).until("10:30")
    room.book(booking("15:00", "16:00"))
    assert room.told(Kind.ENDED)[0].reason is Reason.MOVED
    assert room.state_name == "turnover"
    room.until("15:00")
    room.tell(CheckIn())
    assert [kind for _, kind in room.events()][-2:] == ["guest_arrived", "started"]


def test_a_new_end_from_the_source_replaces_our_extensions(room: Scene) -> None:
    """The node moved the end itself: it does not count twice."""
    inside(room).until("11:55")
    room.tell(Extend())
    room.book(booking("10:00", "12:15"))
    assert room.last.snapshot.session_ends == clock("12:15")
    assert room.phase() is Phase.IN_SESSION


def test_a_source_may_give_a_session_more_time(room: Scene) -> None:
    """Ending becomes in session, nobody starts twice."""
    inside(room).until("11:55")
    room.book(booking("10:00", "13:00"))
    assert room.phase() is Phase.IN_SESSION
    room.until("12:50")
    assert room.phase() is Phase.ENDING
    assert room.told(Kind.STARTED) == []


def test_a_title_changes_nothing_else(room: Scene) -> None:
    """Warnings are not repeated."""
    inside(room).until("11:51")
    room.book(booking(title="Take two"))
    assert room.phase() is Phase.ENDING
    assert len(room.told(Kind.ENDING)) == 1


def test_what_is_over_stays_over(room: Scene) -> None:
    """A node that writes the early end back revives nothing."""
    inside(room).until("10:41")
    room.tell(EndSession())
    room.book(booking("10:00", "10:45"))
    room.book(booking("10:00", "11:30"))
    assert room.phase_of("b1") is Phase.COMPLETED
    assert [kind for _, kind in room.events()] == ["ended"]


def test_a_no_show_that_is_moved_to_later_is_awaited_again(room: Scene) -> None:
    """The guest called."""
    room.until("10:20")
    room.book(booking("14:00", "15:00"))
    room.until("13:50")
    assert room.phase() is Phase.ARRIVING


def test_a_booking_moved_into_the_past_is_no_no_show(room: Scene) -> None:
    """No event without its cause."""
    room.until("09:00")
    room.book(booking("08:00", "08:30"))
    room.until("10:30")
    assert [kind for _, kind in room.events()] == ["created", "changed"]


def test_what_is_long_over_is_forgotten(room: Scene) -> None:
    """The memory stays as small as a day."""
    room.until("12:00")
    room.until("35:59")
    assert len(room.state.agenda) == 1
    room.until("36:00")
    assert list(room.state.agenda) == []
    assert room.state.progress == {}


def test_recurrences_of_one_uid_are_bookings_of_their_own(room: Scene) -> None:
    """Identity is source, uid and recurrence."""
    second = booking("14:00", "15:00", recurrence_id="20261123T140000Z")
    room.book(booking(), second)
    assert [item.key for item in room.state.agenda] == [
        "node|b1|",
        f"node|b1|{second.recurrence_id}",
    ]


def test_every_edit_has_a_key_of_its_own(room: Scene) -> None:
    """Even two within one instant."""
    room.book(booking("10:05", "12:00"))
    room.book(replace(booking("10:05", "12:00"), title="x"))
    keys = [effect.key for effect in room.effects]
    assert len(keys) == len(set(keys))


NEW = booking("14:00", "15:00", "b2", replaces="b1")


@pytest.mark.parametrize("still_listed", [(), (booking(),), (booking(status=Status.CANCELLED),)])
def test_a_booking_under_a_new_uid_goes_on(room: Scene, still_listed: tuple[Booking, ...]) -> None:
    """It is changed once, never cancelled and created, also while the old one is still listed."""
    for _ in range(2):
        room.book(NEW, *still_listed)
        room.restart()
    assert [kind for _, kind in room.events()] == ["created", "changed"]
    (changed,) = room.told(Kind.CHANGED)
    assert (changed.booking.uid, changed.reason) == ("b2", Reason.RESCHEDULED)
    assert room.standing() == [NEW.key]
    room.until("13:45")
    assert room.phase_of("b2") is Phase.ARRIVING
    assert room.told(Kind.NO_SHOW) == []


@pytest.mark.parametrize(
    ("moment", "new", "phase", "told"),
    [
        ("09:50", booking(uid="b2"), Phase.ARRIVING, []),  # only the uid is new
        ("10:20", booking(uid="b2"), Phase.NO_SHOW, []),
        ("10:20", booking("10:00", "12:30", "b2"), Phase.NO_SHOW, [Reason.RESCHEDULED]),
        ("10:20", booking("14:00", "15:00", "b2"), Phase.CONFIRMED, [Reason.RESCHEDULED]),
        ("09:00", booking(uid="b2", title="x"), Phase.CONFIRMED, [Reason.RESCHEDULED]),
    ],
)
def test_how_far_it_came_goes_on_with_it(
    room: Scene, moment: str, new: Booking, phase: Phase, told: list[Reason]
) -> None:
    """As with an edit that keeps the uid."""
    room.until(moment)
    room.book(replace(new, replaces="b1"))
    assert room.phase_of("b2") is phase
    assert [event.reason for event in room.told(Kind.CHANGED)] == told
    assert len(room.told(Kind.CREATED)) == 1


def test_a_session_that_is_rescheduled_while_it_runs_goes_on(room: Scene) -> None:
    """The guest stays inside, and has the new end."""
    inside(room).until("11:55")
    room.book(booking("10:00", "13:00", "b2", replaces="b1"))
    assert room.phase_of("b2") is Phase.IN_SESSION
    assert room.last.snapshot.session_ends == clock("13:00")
    room.hear(occupied=False)
    room.until("13:00")
    assert [kind for _, kind in room.events()] == ["ending", "ending", "changed"] + [
        "ending"
    ] * 2 + ["ended"]


def test_a_session_that_is_rescheduled_away_is_over_here(room: Scene) -> None:
    """And awaited anew."""
    inside(room).until("10:30")
    room.book(NEW)
    assert room.events() == [("10:30", "ended"), ("10:30", "changed")]
    assert room.phase_of("b2") is Phase.CONFIRMED


@pytest.mark.parametrize("replaces", ["b9", "b2"])
def test_what_replaces_nothing_that_is_known_is_new(room: Scene, replaces: str) -> None:
    """A webhook that was lost; one that names itself."""
    room.book(booking(), booking("14:00", "15:00", "b2", replaces=replaces))
    assert [kind for _, kind in room.events()] == ["created", "created"]


def test_a_row_of_replacements_is_one_booking(room: Scene) -> None:
    """Moved twice between two reads."""
    again = booking("16:00", "17:00", "b3", replaces="b2")
    room.book(booking(), NEW, again)
    assert room.standing() == [again.key]
    room.book(NEW, again)
    assert room.standing() == [again.key]


def test_what_replaces_a_cancelled_booking_is_new(room: Scene) -> None:
    """The cancellation was told already."""
    room.book()
    room.book(NEW)
    assert [kind for _, kind in room.events()] == ["created", "cancelled", "created"]


def test_the_twin_of_a_replaced_booking_follows_the_new_one(room: Scene) -> None:
    """A calendar that is slow shows the old time for a while."""
    copy = booking(source="calendar")
    room.book(copy, source="calendar")
    room.book(NEW)
    assert room.standing() == [NEW.key]
    assert room.state.twins == {copy.key: NEW.key}
    room.book(source="calendar")
    assert room.standing() == [NEW.key]


def test_a_twin_may_be_replaced_too(room: Scene) -> None:
    """The booking system knows of the move before the node does."""
    ours = booking(source="local")
    room.book(ours, source="local")
    moved = booking("14:00", "15:00", "b7", source="local", replaces="b1")
    room.book(moved, ours, source="local")
    assert room.standing() == ["node|b1|"]
    assert room.state.twins == {moved.key: "node|b1|"}
    assert len(room.told(Kind.CREATED)) == 1


def test_a_checklist_begins_anew_with_a_session_that_moved_away() -> None:
    """Its ticks were for the one before."""
    room = Scene(policy=Policy(turnover_checklist=("media",)))
    room.book(booking())
    inside(room)
    room.tell(CheckOff(item="media", done=True))
    room.book(booking("15:00", "16:00"))
    assert room.state_name == "turnover"
    assert room.last.snapshot.checked == frozenset()
