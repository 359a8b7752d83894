"""One booking that two sources tell counts once."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking, Phase, Status
from custom_components.micro_studio.core.effects import BookingEventKind as Kind
from custom_components.micro_studio.core.errors import Reason
from custom_components.micro_studio.core.facts import CheckIn
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.core.twins import pair
from tests.core.scene import MINUTE, Scene, booking

ADA = Guest(name="Ada Lovelace", email="ada@example.org", phone="+49 170 1234567")
OF_NODE = booking(guest=ADA)
OF_US = booking(uid="shop-7", source="local", guest=ADA)
OF_CALENDAR = booking(uid="b1@example.org", source="calendar", guest=Guest(name="ADA LOVELACE"))
N, L, C = (item.key for item in (OF_NODE, OF_US, OF_CALENDAR))


def pairs(*bookings: Booking) -> dict[str, str]:
    """Pair bookings that are all new."""
    agenda = {item.key: item for item in bookings}
    return pair(agenda, {}, agenda)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (booking(), booking(source="calendar"), True),  # the same uid
        (booking(), booking(uid="B1@google.com", source="calendar"), True),
        (booking(), booking("13:00", "14:00", source="calendar"), True),  # slow to follow
        (booking(), booking(uid="b2", source="calendar"), False),  # the same time is not enough
        (booking(), booking(), False),
        (booking(recurrence_id="r1"), booking(recurrence_id="r2", source="calendar"), False),
        (OF_US, OF_NODE, True),  # the same guest at the same time
        (OF_US, replace(OF_NODE, end=OF_NODE.end.replace(hour=13)), False),
        (OF_US, replace(OF_NODE, guest=Guest(name="Grace")), False),
        (OF_US, replace(OF_NODE, guest=Guest(phone="0049 (170) 1234567")), False),
        (OF_US, replace(OF_NODE, guest=Guest(phone="49 170/123-4567")), True),
        (OF_US, replace(OF_NODE, guest=Guest(email="ADA@example.org")), True),
        (OF_US, replace(OF_US, uid="shop-8"), False),  # one source tells two: they are two
        (OF_US, replace(OF_NODE, status=Status.CANCELLED), False),
        (booking(status=Status.CANCELLED), booking(source="calendar"), True),
    ],
)
def test_what_two_sources_tell_is_one_booking(
    first: Booking, second: Booking, *, same: bool
) -> None:
    """By its identity, or by the guest and the time."""
    assert bool(pairs(first, second)) is same
    assert pairs(first, second) == pairs(second, first)


@pytest.mark.parametrize("order", permutations((OF_NODE, OF_US, OF_CALENDAR)))
def test_the_source_that_knows_most_leads(order: tuple[Booking, ...]) -> None:
    """Whoever tells it first; it is created once, and restarts change nothing."""
    room = Scene()
    for source in ("local", "calendar"):
        room.book(source=source)
    for item in order:
        room.book(item, source=item.source)
        room.restart()
    assert room.standing() == [N]
    assert room.state.twins == {L: N, C: N}
    assert len(room.told(Kind.CREATED)) == 1
    assert room.incidents() == []
    room.until("12:00")
    assert [event.booking.key for event in room.told(Kind.NO_SHOW)] == [N]


def test_a_twin_of_a_twin_follows_who_leads_both() -> None:
    """The calendar shares its uid with us only, and we share the guest with the node."""
    calendar = booking(uid="shop-7@example.org", source="calendar")
    assert pairs(OF_NODE, OF_US, calendar) == {L: N, calendar.key: N}
    agenda = {item.key: item for item in (OF_NODE, OF_US, calendar)}
    before = {calendar.key: L}
    assert pair(agenda, before, {N: OF_NODE}) == {L: N, calendar.key: N}


def test_of_each_source_one_booking_is_the_twin() -> None:
    """Who is in the calendar twice is there twice: that is a conflict, not a silent choice."""
    again = replace(OF_CALENDAR, uid="x")
    assert pairs(OF_NODE, OF_CALENDAR, again) == {C: N}


@pytest.fixture
def room() -> Scene:
    """A room whose booking the node and the calendar tell."""
    scene = Scene()
    scene.book(source="calendar")
    scene.book(OF_NODE)
    scene.book(OF_CALENDAR, source="calendar")
    scene.effects.clear()
    return scene


SAME = replace(OF_CALENDAR, guest=ADA)


def told_alike(room: Scene) -> None:
    """Let the calendar say exactly what the node says."""
    room.book(SAME, source="calendar")


def come(room: Scene) -> None:
    """Let the guest come a little early."""
    room.until("09:50")
    room.tell(CheckIn())
    room.hear(occupied=True)


@pytest.mark.parametrize("moment", ["08:30", "09:55", "10:30", "11:55", "12:15"])
@pytest.mark.parametrize("restarts", [False, True])
def test_when_the_leader_vanishes_its_twin_goes_on(
    room: Scene, moment: str, *, restarts: bool
) -> None:
    """Silently and with all that happened so far, also with the guest inside."""
    told_alike(room)
    if moment > "09:50":
        come(room)
    room.until(moment)
    before, known = room.last.snapshot, len(room.effects)
    if restarts:
        room.restart()
        room.hear(occupied=True)
    room.book()
    assert room.effects[known:] == []
    assert room.standing() == [C]
    after = room.last.snapshot
    assert (after.state, after.phase, after.session_ends) == (
        before.state,
        before.phase,
        before.session_ends,
    )
    if moment < "09:50":
        come(room)
    room.until("12:20")
    room.hear(occupied=False)
    assert [event.booking.key for event in room.told(Kind.ENDED)] == [C]
    assert room.told(Kind.CANCELLED) == []


@pytest.mark.parametrize("moment", ["08:00", "09:50", "10:20"])
def test_the_leader_may_come_and_go(room: Scene, moment: str) -> None:
    """One booking all along, whatever it is called."""
    told_alike(room)
    room.until(moment)
    room.effects.clear()
    phase = room.phase_of(N)
    for _ in range(3):
        room.book()
        room.book(OF_NODE)
        assert room.standing() == [N]
        assert room.phase_of(N) is phase
    assert room.effects == []
    room.book()
    room.book(source="calendar")
    assert [event.kind for event in room.told(Kind.CANCELLED)] == [Kind.CANCELLED]
    room.book(OF_NODE)
    room.book(SAME, source="calendar")
    assert len(room.told(Kind.CREATED)) == 1


def test_what_differs_when_the_twin_takes_over_is_told(room: Scene) -> None:
    """The calendar has another title."""
    room.book(replace(SAME, title="Recording"), source="calendar")
    assert room.events() == []
    room.book()
    assert [(e.booking.key, e.booking.title) for e in room.told(Kind.CHANGED)] == [(C, "Recording")]


def test_the_first_read_of_a_source_that_knows_more_is_no_news() -> None:
    """A year of bookings is not a year of events; another time is one."""
    room = Scene()
    room.book(OF_CALENDAR, booking("14:00", "15:00", "b2", source="calendar"), source="calendar")
    room.state = replace(room.state, sources=frozenset({"calendar"}))
    room.book(OF_NODE, booking("14:30", "15:00", "b2"))
    assert [event.booking.uid for event in room.told(Kind.CHANGED)] == ["b2"]
    assert room.told(Kind.CREATED) == []


@pytest.mark.parametrize("name", [N, L, C, "b1", "shop-7", "b1@example.org"])
@pytest.mark.parametrize("gone", [(), ("node",), ("local",), ("node", "local")])
def test_a_guest_is_known_by_every_name_of_the_booking(name: str, gone: tuple[str, ...]) -> None:
    """A door code that was made for one source opens for the other, also when that is gone."""
    room = Scene()
    for item in (OF_CALENDAR, OF_US, OF_NODE):
        room.book(item, source=item.source)
    for source in gone:
        room.book(source=source)
    room.restart()
    room.until("09:50")
    room.tell(CheckIn(booking=name))
    assert room.last.snapshot.phase is Phase.CHECKED_IN


def test_when_the_leader_is_cancelled_both_are_gone(room: Scene) -> None:
    """The calendar may take its time, and the node may tidy up: no phantom comes."""
    room.book(replace(OF_NODE, status=Status.CANCELLED))
    room.book(OF_CALENDAR, source="calendar")
    room.restart()
    room.book()
    room.book()
    room.book(OF_CALENDAR, source="calendar")
    assert room.standing() == []
    room.until("12:00")
    assert [event.reason for event in room.told(Kind.CANCELLED)] == [Reason.CANCELLED_BY_SOURCE]
    assert len(room.effects) == 1


def test_a_calendar_that_is_read_after_the_cancellation_brings_nobody_back() -> None:
    """It is only slow."""
    room = Scene()
    room.book(OF_NODE)
    room.book(replace(OF_NODE, status=Status.CANCELLED))
    room.book(OF_CALENDAR, source="calendar")
    assert room.standing() == []


def test_a_booking_that_one_source_cancelled_may_be_told_anew_by_a_better_one() -> None:
    """The calendar's cancelled row does not weigh on the node's booking."""
    room = Scene()
    room.book(OF_CALENDAR, source="calendar")
    room.book(replace(OF_CALENDAR, status=Status.CANCELLED), source="calendar")
    room.book(OF_NODE)
    assert room.standing() == [N]
    assert [event.booking.key for event in room.told(Kind.CREATED)] == [N]


def test_a_slow_source_does_not_bring_a_second_guest(room: Scene) -> None:
    """It keeps the old times for a while, and flickers."""
    moved = booking("15:00", "16:00", guest=ADA)
    room.book(moved)
    for bookings in ((OF_CALENDAR,), (), (OF_CALENDAR,)):
        room.book(*bookings, source="calendar", patience=2)
        assert room.standing() == [N]
    room.until("14:00")
    assert room.state_name == "available"
    room.book(replace(OF_CALENDAR, start=moved.start, end=moved.end), source="calendar")
    assert [kind for _, kind in room.events()] == ["changed"]


def test_a_twin_that_vanishes_takes_nothing_with_it(room: Scene) -> None:
    """The leader stands on its own."""
    room.book(source="calendar")
    assert room.standing() == [N]
    assert room.effects == []
    assert room.state.twins == {}
    room.book()
    assert [event.booking.key for event in room.told(Kind.CANCELLED)] == [N]


def test_a_patient_source_hands_over_only_when_it_is_sure(room: Scene) -> None:
    """Two reads in a row."""
    room.book(patience=2)
    assert room.standing() == [N]
    room.book(patience=2)
    assert room.standing() == [C]


def test_a_cancelled_twin_inherits_nothing(room: Scene) -> None:
    """When both are gone, the booking is."""
    room.book(replace(OF_CALENDAR, status=Status.CANCELLED), source="calendar")
    room.book()
    assert room.standing() == []
    assert [event.reason for event in room.told(Kind.CANCELLED)] == [Reason.VANISHED]


def test_what_is_over_is_over_for_the_twin_too(room: Scene) -> None:
    """A node that forgets a no-show leaves no second one behind."""
    room.until("10:20")
    room.book()
    assert room.phase_of(C) is Phase.NO_SHOW
    room.until("13:00")
    assert [kind for _, kind in room.events()] == ["no_show", "changed"]


def test_a_lapsed_hold_does_not_come_back_through_its_twin() -> None:
    """Whoever tells it last."""
    hold = booking("40:00", "41:00", status=Status.TENTATIVE)
    room = Scene()
    room.book(hold)
    room.until("16:00")
    assert room.phase_of(N) is Phase.CANCELLED
    copy = replace(hold, source="calendar")
    room.book(copy, source="calendar")
    room.book()
    room.book(copy, source="calendar")
    assert room.standing() == []
    room.book(replace(copy, status=Status.CONFIRMED), source="calendar")
    assert room.standing() == [C.replace("b1@example.org", "b1")]


def test_a_hold_that_lapsed_is_a_booking_where_another_source_confirmed_it() -> None:
    """As soon as the one that knew better forgets it."""
    hold = booking("40:00", "41:00", status=Status.TENTATIVE)
    confirmed = replace(hold, source="calendar", status=Status.CONFIRMED)
    room = Scene()
    room.book(hold)
    room.book(confirmed, source="calendar")
    room.until("17:00")
    assert room.standing() == []
    room.book()
    assert room.standing() == [confirmed.key]
    assert [kind for _, kind in room.events()] == ["created", "cancelled", "created"]


def test_when_one_of_three_vanishes_the_best_of_the_others_leads() -> None:
    """And the third one follows it."""
    room = Scene()
    for item in (OF_NODE, OF_US, OF_CALENDAR):
        room.book(item, source=item.source)
    room.book()
    assert room.standing() == [L]
    room.book(source="local")
    assert room.standing() == [C]
    assert room.state.twins == {}


VERSIONS = (
    None,
    *(replace(item, title=title) for item in (OF_NODE,) for title in ("", "x")),
    booking("10:30", "12:30", guest=ADA),
)


@settings(max_examples=150, deadline=None)
@given(
    reads=st.lists(
        st.tuples(
            st.sampled_from((OF_NODE, OF_US, OF_CALENDAR)),
            st.sampled_from(VERSIONS),
            st.integers(0, 9),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_one_guest_is_never_two(reads: list[tuple[Booking, Booking | None, int, bool]]) -> None:
    """Three sources of one booking that share its uid come, go, edit and restart in any order."""
    room = Scene()
    told: dict[str, bool] = {}
    for who, version, minutes, restarts in reads:
        room.until(f"{room.now + minutes * MINUTE:%H:%M}")
        uid = {"local": "B1", "calendar": "b1@example.org"}.get(who.source, "b1")
        items = () if version is None else (replace(version, source=who.source, uid=uid),)
        room.book(*items, source=who.source)
        told[who.source] = bool(items)
        assert len(room.standing()) == any(told.values())
        if restarts:
            room.restart()
    room.until("10:00")
    if any(told.values()):
        room.until("10:30")
        room.tell(CheckIn())
    room.until("13:00")
    assert len(room.told(Kind.ARRIVED)) == len(room.told(Kind.ENDED)) == any(told.values())
    lives = len(room.told(Kind.CREATED)) - len(room.told(Kind.CANCELLED))
    assert lives <= any(told.values())
