"""What holds on every day, however strange."""

from dataclasses import replace
from datetime import datetime, timedelta
import json

from hypothesis import given, settings, strategies as st

from custom_components.micro_studio.core.booking import PRESENT, Booking, Phase
from custom_components.micro_studio.core.effects import (
    BookingEvent,
    BookingEventKind as Kind,
    Effect,
    IncidentChange,
    IncidentEvent,
)
from custom_components.micro_studio.core.engine import Step, step
from custom_components.micro_studio.core.errors import BookingError
from custom_components.micro_studio.core.facts import (
    BookingsSeen,
    CheckIn,
    Extend,
    Fact,
    Release,
    Reroute,
    SignalsSeen,
    Tick,
)
from custom_components.micro_studio.core.guest import NOBODY
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.persist import dump, load
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.signals import Signals
from custom_components.micro_studio.core.snapshot import RoomState
from tests.core.scene import DAY, MINUTE
from tests.core.stories import SOURCES, days, policies, signals, stories

Story = list[tuple[datetime, Fact]]
DAYS = settings(max_examples=200, deadline=None)


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
    Kind.CHANGED: {Kind.CREATED},
    Kind.CANCELLED: {Kind.CREATED},
    Kind.NO_SHOW: {Kind.CREATED},
    Kind.REROUTED: {Kind.CREATED},
}
# kind -> the facts that may lead to it; all others come with time, too
DOINGS: dict[Kind, tuple[type[Fact], ...]] = {
    Kind.CREATED: (BookingsSeen,),
    Kind.CHANGED: (BookingsSeen, Release),
    Kind.EXTENDED: (Extend,),
    Kind.REROUTED: (Reroute,),
}
OTHERS = tuple(source for source in SOURCES if source != "node")


def _life(event: BookingEvent, before: RoomMemory, after: RoomMemory) -> str:
    """Return the name of a booking that stays, whichever source tells it."""
    progress = after.progress_of(event.booking)
    if progress.phase is Phase.CANCELLED:
        progress = before.progress_of(event.booking)
    return progress.life_of(event.booking)


@DAYS
@given(story=stories(), policy=policies())
def test_no_event_comes_without_its_cause(story: Story, policy: Policy) -> None:
    """Nothing starts before somebody arrived, nothing ends that nobody came to."""
    play = Play(policy)
    for source in OTHERS:
        play.tell(BookingsSeen(source=source, bookings=()), DAY)
    told: dict[str, list[Kind]] = {}
    for now, fact in story:
        before, known = play.last.state, len(play.effects)
        play.tell(fact, now)
        for effect in play.effects[known:]:
            if not isinstance(effect, BookingEvent):
                continue
            assert isinstance(fact, DOINGS.get(effect.kind, object)), effect
            said = told.setdefault(_life(effect, before, play.last.state), [])
            assert CAUSES.get(effect.kind, set(Kind)) & {*said} or effect.kind not in CAUSES, effect
            if effect.kind is Kind.ENDED:
                said.remove(Kind.ARRIVED)  # one arrival, one end
            if effect.kind is Kind.ARRIVED:
                assert Kind.ARRIVED not in said, "arrived twice without leaving"
            said.append(effect.kind)


@DAYS
@given(story=stories(), policy=policies())
def test_who_claims_the_room_was_told_by_a_source(story: Story, policy: Policy) -> None:
    """No phantom: neither of a twin nor of a booking that was replaced or dropped."""
    play = Play(policy)
    told: dict[str, set[str]] = {}
    for now, fact in story:
        play.tell(fact, now)
        if isinstance(fact, BookingsSeen):
            told[fact.source] = {item.key for item in fact.bookings}
        memory = play.last.state
        for item, progress in memory.standing():
            spared = progress.missed or progress.orphaned or progress.final
            assert spared or item.key in told[item.source], item
        for twin, leader in memory.twins.items():
            assert twin != leader
            assert leader not in memory.twins, "nobody follows a follower"
        assert len({effect.key for effect in play.effects}) == len(play.effects)


@DAYS
@given(story=stories(), policy=policies())
def test_every_conflict_is_opened_and_resolved_in_turn(story: Story, policy: Policy) -> None:
    """And those that are open are those that the room shows; both bookings of each stand."""
    play = Play(policy)
    for now, fact in story:
        play.tell(fact, now)
        told: dict[str, list[IncidentChange]] = {}
        for effect in play.effects:
            if isinstance(effect, IncidentEvent):
                told.setdefault(effect.conflict.key, []).append(effect.change)
        opened, resolved = IncidentChange.OPENED, IncidentChange.RESOLVED
        assert all(changes in ([opened], [opened, resolved]) for changes in told.values())
        shown = play.last.snapshot.conflicts
        assert {c.key for c in shown} == {key for key, said in told.items() if said == [opened]}
        memory = play.last.state
        ahead = {item.key for item, progress in memory.standing() if not progress.final}
        assert all(conflict.keys <= ahead for conflict in shown)


def _elsewhere(item: Booking) -> Booking:
    """Return a booking of a calendar that has nothing to do with the node's."""
    late = timedelta(days=2)
    return replace(
        item,
        source="calendar",
        uid=f"c{item.uid}",
        replaces=f"c{item.replaces}" if item.replaces else "",
        guest=NOBODY,
        start=item.start + late,
        end=item.end + late,
        expires=item.expires and item.expires + late,
    )


@DAYS
@given(
    story=stories(),
    policy=policies(),
    edits=st.tuples(days(), days(), days()),
    patience=st.integers(1, 2),
)
def test_edits_that_have_nothing_to_do_with_each_other_commute(
    story: Story, policy: Policy, edits: tuple[tuple[Booking, ...], ...], patience: int
) -> None:
    """Read first what you like: the same memory, and the same is told."""
    play = Play(policy)
    known, node, calendar = edits
    play.tell(BookingsSeen(source="calendar", bookings=tuple(map(_elsewhere, known))), DAY)
    now = DAY
    for now, fact in story:
        if not isinstance(fact, BookingsSeen) or fact.source == "node":
            play.tell(fact, now)
    reads = [
        BookingsSeen(source="node", bookings=node, patience=patience),
        BookingsSeen(source="calendar", bookings=tuple(map(_elsewhere, calendar))),
    ]
    ends = []
    for order in (reads, reads[::-1]):
        last, told = play.last, list[Effect]()
        for read in order:
            last = step(last.state, read, now)
            told += last.effects
        ends.append((_unnumbered(last.state), last.wake_at, {_named(effect) for effect in told}))
    assert ends[0] == ends[1]


def _unnumbered(memory: RoomMemory) -> RoomMemory:
    """Forget the numbers of incidents: they count what was told, in order."""
    return replace(memory, conflicts=tuple(replace(c, key="") for c in memory.conflicts))


def _named(effect: Effect) -> Effect:
    if not isinstance(effect, IncidentEvent):
        return effect
    return replace(effect, key="", conflict=replace(effect.conflict, key=""))
