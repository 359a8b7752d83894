"""A while before a start or an end: due once for each, however the room sleeps."""

from datetime import datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.engine import step
from custom_components.micro_studio.core.errors import BookingError
from custom_components.micro_studio.core.facts import (
    Arrived,
    BookingsSeen,
    CheckIn,
    EndSession,
    Extend,
    Fact,
    Release,
    Reroute,
    Tick,
)
from custom_components.micro_studio.core.leads import Edge, Lead, Lookout, next_lead
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.progress import Arrival
from tests.core.scene import DAY, MINUTE, Scene, booking, clock
from tests.core.stories import policies, stories

HALF_AN_HOUR = Lead(edge=Edge.START, before=30 * MINUTE)
LAST_QUARTER = Lead(edge=Edge.END, before=15 * MINUTE)
AT_THE_END = Lead(edge=Edge.END, before=timedelta())


class Watch:
    """Look at a room whenever it is told something, and remember what was due."""

    def __init__(self, room: Scene, lead: Lead) -> None:
        self.room = room
        self.lead = lead
        self.lookout = Lookout.begin(lead, room.state, room.now)
        self.due: list[tuple[str, str, str]] = []
        self.late: list[bool] = []

    def look(self) -> None:
        """Look now."""
        self.lookout, dues = self.lookout.look(self.room.state, self.room.now)
        for due in dues:
            self.due.append((f"{self.room.now:%H:%M}", due.booking.key, f"{due.edge_at:%H:%M}"))
            self.late.append(due.late)

    def until(self, text: str) -> None:
        """Wake for the room and for the lead."""
        while True:
            wakes = [self.room.last.wake_at, next_lead(self.lead, self.room.state, self.room.now)]
            wake = min((at for at in wakes if at is not None), default=None)
            if wake is None or wake > clock(text):
                break
            self.room.sleep(f"{(wake - DAY) // MINUTE // 60}:{(wake - DAY) // MINUTE % 60}")
            self.look()
        self.room.sleep(text)
        self.look()

    def tell(self, fact: Fact) -> None:
        """Tell the room something and look."""
        self.room.tell(fact)
        self.look()

    def restart(self) -> None:
        """Begin again where the stored memory stands."""
        self.room.restart()
        since = self.room.state.now
        assert since is not None
        self.lookout = Lookout.begin(self.lead, self.room.state, since)


@pytest.fixture
def room() -> Scene:
    """A room with a booking from 10 to 12 and one from 14 to 15."""
    scene = Scene()
    scene.book(booking(), booking("14:00", "15:00", "b2"))
    return scene


@pytest.mark.parametrize(
    ("lead", "due"),
    [
        (HALF_AN_HOUR, [("09:30", "10:00"), ("13:30", "14:00")]),
        (LAST_QUARTER, [("11:45", "12:00"), ("14:45", "15:00")]),
        (Lead(edge=Edge.START, before=timedelta()), [("10:00", "10:00"), ("14:00", "14:00")]),
        (Lead(edge=Edge.START, before=90 * MINUTE), [("08:30", "10:00"), ("12:30", "14:00")]),
        (Lead(edge=Edge.END, before=180 * MINUTE), [("09:00", "12:00"), ("12:00", "15:00")]),
    ],
)
@pytest.mark.parametrize("restarts", [False, True])
def test_each_edge_is_due_once_and_on_time(
    room: Scene, lead: Lead, due: list[tuple[str, str]], *, restarts: bool
) -> None:
    """Also with restarts all day long."""
    watch = Watch(room, lead)
    for hour in range(9, 20):
        watch.until(f"{hour}:10")
        if restarts:
            watch.restart()
        watch.look()
    assert [(now, edge) for now, _, edge in watch.due] == due
    assert not any(watch.late)


def test_a_session_that_ends_as_it_should_is_due_at_its_end(room: Scene) -> None:
    """Although it is over in that very moment."""
    watch = Watch(room, AT_THE_END)
    watch.until("10:00")
    watch.tell(CheckIn())
    watch.until("13:00")
    assert watch.due == [("12:00", "node|b1|", "12:00")]


def test_a_session_that_ends_early_has_no_end_to_wait_for(room: Scene) -> None:
    """It was told when it ended."""
    watch = Watch(room, LAST_QUARTER)
    watch.until("10:00")
    watch.tell(CheckIn())
    watch.until("10:40")
    watch.tell(EndSession())
    watch.until("13:00")
    assert watch.due == []


def test_an_extension_has_an_end_of_its_own(room: Scene) -> None:
    """Once more, before the new end."""
    watch = Watch(room, LAST_QUARTER)
    watch.until("10:00")
    watch.tell(CheckIn())
    watch.until("11:50")
    watch.tell(Extend(steps=2))
    watch.until("13:00")
    assert [(now, edge) for now, _, edge in watch.due] == [("11:45", "12:00"), ("12:15", "12:30")]


@pytest.mark.parametrize(
    ("moment", "start", "due"),
    [
        ("09:00", "11:00", [("10:30", "11:00")]),
        ("09:40", "11:00", [("09:30", "10:00"), ("10:30", "11:00")]),
        ("09:00", "09:20", [("09:00", "09:20")]),  # learnt too late for it: at once
        ("09:40", "09:50", [("09:30", "10:00"), ("09:40", "09:50")]),
    ],
)
def test_a_start_that_moves_is_due_anew(
    room: Scene, moment: str, start: str, due: list[tuple[str, str]]
) -> None:
    """Once for each start that the booking had."""
    watch = Watch(room, HALF_AN_HOUR)
    watch.until(moment)
    watch.tell(BookingsSeen(source="node", bookings=(booking(start, "12:00", title="x"),)))
    watch.tell(BookingsSeen(source="node", bookings=(booking(start, "12:00"),)))
    watch.until("13:00")
    assert [(now, edge) for now, _, edge in watch.due] == due
    assert not any(watch.late)


@pytest.mark.parametrize(
    ("wakes", "due", "late"),
    [
        ("09:40", [("09:40", "10:00")], [False]),  # the start still lies ahead
        ("10:00", [("10:00", "10:00")], [True]),
        ("11:59", [("11:59", "10:00")], [True]),
        ("12:01", [], []),  # nobody needs to know any more
    ],
)
@pytest.mark.parametrize("restarts", [False, True])
def test_a_lead_that_was_slept_through_is_due_late_until_the_booking_is_over(
    room: Scene, wakes: str, due: list[tuple[str, str]], late: list[bool], *, restarts: bool
) -> None:
    """Home Assistant was off from nine on."""
    watch = Watch(room, HALF_AN_HOUR)
    watch.until("09:00")
    if restarts:
        watch.restart()
    room.sleep(wakes)
    watch.look()
    watch.look()
    assert [(now, edge) for now, _, edge in watch.due] == due
    assert watch.late == late


def test_a_hold_is_not_waited_for_until_it_is_confirmed() -> None:
    """Then at once, if it is near."""
    room = Scene()
    hold = booking(status=Status.TENTATIVE)
    room.book(hold)
    watch = Watch(room, HALF_AN_HOUR)
    watch.until("09:45")
    assert watch.due == []
    watch.tell(BookingsSeen(source="node", bookings=(booking(),)))
    assert watch.due == [("09:45", "node|b1|", "10:00")]


def test_a_moved_or_cancelled_booking_is_not_waited_for(room: Scene) -> None:
    """Nobody comes."""
    watch = Watch(room, HALF_AN_HOUR)
    watch.tell(Reroute(booking="b1", to="b"))
    watch.tell(BookingsSeen(source="node", bookings=(booking(),)))
    watch.until("16:00")
    assert watch.due == []


@pytest.mark.parametrize("release", [False, True])
def test_a_guest_who_is_late_after_all_does_not_begin_anew(room: Scene, *, release: bool) -> None:
    """The room was warmed up for them already."""
    watch = Watch(room, HALF_AN_HOUR)
    watch.until("10:20")
    if release:
        watch.tell(Release())
    watch.tell(Arrived(at=room.now, how=Arrival.DOOR, booking="b1"))
    assert watch.due == [("09:30", "node|b1|", "10:00")]


def test_a_booking_that_is_made_longer_after_its_end_does_not_begin_anew(room: Scene) -> None:
    """Nobody came; the source tidies up."""
    watch = Watch(room, HALF_AN_HOUR)
    watch.until("12:01")
    watch.tell(BookingsSeen(source="node", bookings=(booking("10:00", "12:30"),)))
    assert watch.due == [("09:30", "node|b1|", "10:00")]


def test_a_booking_that_another_source_takes_over_is_not_due_again(room: Scene) -> None:
    """From the node to the calendar and back, and under a new uid."""
    watch = Watch(room, HALF_AN_HOUR)
    copy = booking(source="calendar")
    watch.tell(BookingsSeen(source="calendar", bookings=(copy,)))
    watch.until("09:40")
    for bookings in ((), (booking(),), (booking(uid="b9", replaces="b1"),), ()):
        watch.tell(BookingsSeen(source="node", bookings=bookings))
        watch.restart()
    assert room.standing() == [copy.key]
    assert watch.due == [("09:30", "node|b1|", "10:00")]


LEADS = st.builds(
    Lead, edge=st.sampled_from(Edge), before=st.integers(0, 12).map(lambda step: 5 * step * MINUTE)
)


def _tell(memory: RoomMemory, fact: Fact, now: datetime) -> RoomMemory:
    try:
        return step(memory, fact, now).state
    except BookingError:
        return step(memory, Tick(), now).state


type Found = list[tuple[datetime, Booking, datetime, bool]]


@settings(max_examples=120, deadline=None)
@given(story=stories(), policy=policies(), lead=LEADS)
def test_waking_at_the_next_lead_finds_what_looking_every_minute_finds(
    story: list[tuple[datetime, Fact]], policy: Policy, lead: Lead
) -> None:
    """No lead is missed, none is found twice or late."""
    started = _tell(RoomMemory(policy=policy), Tick(), DAY)
    found: list[Found] = []
    for every_minute in (False, True):
        memory, lookout = started, Lookout.begin(lead, started, DAY)
        dues: Found = []
        now = DAY
        for then, fact in story:
            while True:
                wake = now + MINUTE if every_minute else next_lead(lead, memory, now)
                if wake is None or wake >= then:
                    break
                now = wake
                memory = _tell(memory, Tick(), now)
                lookout = _look(lookout, memory, now, dues)
            now = then
            memory = _tell(memory, fact, now)
            lookout = _look(lookout, memory, now, dues)
        found.append(dues)
    seldom, often = found
    assert [due[1:] for due in seldom] == [due[1:] for due in often]
    for (now, *_), (moment, *_) in zip(seldom, often, strict=True):
        assert abs(moment - now) <= MINUTE


def _look(lookout: Lookout, memory: RoomMemory, now: datetime, dues: Found) -> Lookout:
    after, found = lookout.look(memory, now)
    dues += [(now, due.booking, due.edge_at, due.late) for due in found]
    return after


@settings(max_examples=120, deadline=None)
@given(story=stories(), policy=policies(), lead=LEADS, data=st.data())
def test_beginning_again_from_the_stored_moment_finds_the_same(
    story: list[tuple[datetime, Fact]], policy: Policy, lead: Lead, data: st.DataObject
) -> None:
    """A restart forgets no lead and repeats none."""
    memory = _tell(RoomMemory(policy=policy), Tick(), DAY)
    steady = restarted = Lookout.begin(lead, memory, DAY)
    for now, fact in story:
        if data.draw(st.booleans()):
            assert memory.now is not None
            restarted = Lookout.begin(lead, memory, memory.now)
        memory = _tell(memory, fact, now)
        steady, due = steady.look(memory, now)
        restarted, again = restarted.look(memory, now)
        assert due == again
