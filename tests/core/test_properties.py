"""What holds on every day, however strange."""

from dataclasses import replace
from datetime import datetime, timedelta
import json

from hypothesis import given, settings, strategies as st

from custom_components.micro_studio.core.booking import PRESENT, Booking
from custom_components.micro_studio.core.effects import (
    BookingEvent,
    BookingEventKind as Kind,
    Effect,
)
from custom_components.micro_studio.core.engine import Step, step
from custom_components.micro_studio.core.errors import BookingError
from custom_components.micro_studio.core.facts import BookingsSeen, CheckIn, Fact, SignalsSeen, Tick
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.persist import dump, load
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.signals import Signals
from custom_components.micro_studio.core.snapshot import RoomState
from tests.core.scene import DAY, MINUTE
from tests.core.stories import policies, signals, stories

Story = list[tuple[datetime, Fact]]
DAYS = settings(max_examples=300, deadline=None)


class Play:
    """A room that lives through a story, and keeps what it said."""

    def __init__(self, policy: Policy) -> None:
        self.effects: list[Effect] = []
        self.last = step(RoomMemory(policy=policy), Tick(), DAY)
        self.effects += self.last.effects

    def tell(self, fact: Fact, now: datetime) -> Step | None:
        """Tell a fact; a refused command is time passing."""
        try:
            self.last = step(self.last.state, fact, now)
        except BookingError:
            self.last = step(self.last.state, Tick(), now)
        self.effects += self.last.effects
        return self.last

    def wake_until(self, now: datetime) -> None:
        """Wake whenever the engine asks for it."""
        while (wake := self.last.wake_at) is not None and wake <= now:
            self.tell(Tick(), wake)

    def said(self) -> list[Effect]:
        """Return all effects as if none had been late."""
        return [replace(effect, late=False) for effect in self.effects]


@DAYS
@given(story=stories(), policy=policies())
def test_sleeping_between_facts_loses_nothing(story: Story, policy: Policy) -> None:
    """Waking when asked and not waking at all tell the same story."""
    asleep, awake = Play(policy), Play(policy)
    for now, fact in story:
        awake.wake_until(now)
        awake.tell(fact, now)
        asleep.tell(fact, now)
        assert asleep.said() == awake.said()
        assert asleep.last.snapshot == awake.last.snapshot
        assert asleep.last.wake_at == awake.last.wake_at
    assert asleep.last.state == awake.last.state


@DAYS
@given(story=stories(), policy=policies(), data=st.data())
def test_nothing_happens_before_the_next_wake_up(
    story: Story, policy: Policy, data: st.DataObject
) -> None:
    """Looking in between finds the room as it was left."""
    play = Play(policy)
    for now, fact in story:
        play.wake_until(now)
        last = play.tell(fact, now)
        assert last is not None
        until = last.wake_at or now + timedelta(days=1)
        assert until > now
        microseconds = (until - now) // timedelta(microseconds=1) - 1
        wait = timedelta(microseconds=data.draw(st.integers(0, microseconds)))
        between = step(last.state, Tick(), now + wait)
        assert between.effects == ()
        assert between.snapshot == last.snapshot
        assert between.wake_at == last.wake_at


@DAYS
@given(story=stories(), policy=policies())
def test_looking_twice_changes_nothing(story: Story, policy: Policy) -> None:
    """A step is done when it is done."""
    play = Play(policy)
    for now, fact in story:
        play.tell(fact, now)
        again = step(play.last.state, Tick(), now)
        assert again == replace(play.last, effects=())


@DAYS
@given(story=stories(), policy=policies(), data=st.data())
def test_a_restart_forgets_nothing_and_repeats_nothing(
    story: Story, policy: Policy, data: st.DataObject
) -> None:
    """At any moment, stored and read, the room goes on as if nothing had happened."""
    play, restarted = Play(policy), Play(policy)
    heard = Signals()
    for now, fact in story:
        play.tell(fact, now)
        restarted.tell(fact, now)
        heard = fact.signals if isinstance(fact, SignalsSeen) else heard
        if data.draw(st.booleans()):
            document = json.loads(json.dumps(dump(restarted.last.state)))
            memory = load(document, restarted.last.state.policy)
            first = step(memory, Tick(), now)
            assert first.effects == ()
            assert first.snapshot.state is play.last.snapshot.state
            assert first.snapshot.phase is play.last.snapshot.phase
            restarted.last = step(first.state, SignalsSeen(signals=heard), now)
            assert restarted.last.effects == ()
            assert restarted.last.snapshot == play.last.snapshot
    assert restarted.said() == play.said()


@DAYS
@given(story=stories(), policy=policies())
def test_every_effect_has_a_key_of_its_own(story: Story, policy: Policy) -> None:
    """No effect happens twice, ever."""
    play = Play(policy)
    for now, fact in story:
        play.tell(fact, now)
    keys = [effect.key for effect in play.effects]
    assert len(keys) == len(set(keys))


@DAYS
@given(story=stories(), policy=policies())
def test_the_room_is_in_one_state_that_fits_its_booking(story: Story, policy: Policy) -> None:
    """At every wake-up."""
    play = Play(policy)
    for now, fact in story:
        play.wake_until(now)
        play.tell(fact, now)
        drawn = play.last.snapshot
        memory = play.last.state
        present = [b for b in memory.agenda if memory.progress_of(b).present]
        assert len(present) <= 1
        assert (drawn.phase in PRESENT) == bool(present)
        assert (drawn.session_ends is not None) == bool(present)
        if memory.policy.maintenance:
            assert drawn.state is RoomState.OUT_OF_SERVICE
        elif present:
            assert drawn.phase
            assert drawn.state.value == drawn.phase.value


@DAYS
@given(
    reports=st.lists(st.tuples(st.integers(1, 40), signals()), min_size=1, max_size=6),
    policy=policies(),
)
def test_what_is_unknown_never_makes_an_overrun(
    reports: list[tuple[int, Signals]], policy: Policy
) -> None:
    """Only presence that is seen at that moment does."""
    play = Play(policy)
    session = Booking(source="node", uid="b1", start=DAY, end=DAY + 60 * MINUTE)
    play.tell(BookingsSeen(source="node", bookings=(session,)), DAY)
    play.tell(CheckIn(), DAY)
    now, heard = DAY, Signals()
    for minutes, report in [*reports, (120, Signals())]:
        now += minutes * MINUTE
        known = len(play.effects)
        play.wake_until(now)
        assert _seen(heard) or not _overruns(play.effects[known:])
        heard, known = report, len(play.effects)
        play.tell(SignalsSeen(signals=report), now)
        assert _seen(heard) or not _overruns(play.effects[known:])


def _seen(heard: Signals) -> bool:
    return heard.occupied is True or heard.recorder.active


def _overruns(effects: list[Effect]) -> list[Effect]:
    return [e for e in effects if isinstance(e, BookingEvent) and e.kind is Kind.OVERRUN]


# kind -> what must have been told of the same booking before, if anything
CAUSES = {
    Kind.STARTED: {Kind.ARRIVED},
    Kind.ENDING: {Kind.STARTED},
    Kind.ENDED: {Kind.ARRIVED},
    Kind.OVERRUN: {Kind.STARTED},
    Kind.EXTENDED: {Kind.STARTED},
    Kind.CHANGED: {Kind.CREATED, Kind.NO_SHOW},
    Kind.CANCELLED: set[Kind](),
}


@DAYS
@given(story=stories(), policy=policies())
def test_no_event_comes_without_its_cause(story: Story, policy: Policy) -> None:
    """Nothing starts before somebody arrived, nothing ends that nobody came to."""
    play = Play(policy)
    for now, fact in story:
        play.tell(fact, now)
    told: dict[str, list[Kind]] = {}
    for effect in play.effects:
        if not isinstance(effect, BookingEvent) or effect.booking.source != "node":
            continue  # the first read of the calendar adopts its bookings silently
        before = told.setdefault(effect.booking.key, [])
        causes = CAUSES.get(effect.kind)
        assert not causes or causes & set(before), effect
        if effect.kind is Kind.ENDED:
            before.remove(Kind.ARRIVED)  # one arrival, one end
        if effect.kind is Kind.ARRIVED:
            assert Kind.ARRIVED not in before, "arrived twice without leaving"
        before.append(effect.kind)
