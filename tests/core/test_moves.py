"""
A booking goes to another studio, and the power may fail between any two steps.

The model moves as the integration does: book B, then give A free; what was interrupted is finished
when both rooms run again, or taken back where the guest has come to A meanwhile.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import json

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
import pytest

from custom_components.micro_studio.core.booking import Booking, Phase, Status
from custom_components.micro_studio.core.effects import BookingEvent, BookingEventKind as Kind
from custom_components.micro_studio.core.engine import step
from custom_components.micro_studio.core.errors import BookingError, Reason
from custom_components.micro_studio.core.facts import (
    BookingsSeen,
    CheckIn,
    EndSession,
    Fact,
    Reroute,
    Tick,
)
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.persist import dump, load
from custom_components.micro_studio.core.policy import Policy
from tests.core.scene import MINUTE, booking, clock

ORIGINAL = booking()
KEY = ORIGINAL.key
ORIGIN = f"a#{KEY}"


def _empty() -> RoomMemory:
    return RoomMemory(policy=Policy(), sources=frozenset({"node", "local"}))


@dataclass(slots=True)
class House:
    """Two studios, what is booked in B by us, and what of all that is on the disk."""

    now: datetime = field(default_factory=lambda: clock("08:00"))
    a: RoomMemory = field(default_factory=_empty)
    b: RoomMemory = field(default_factory=_empty)
    ledger: tuple[Booking, ...] = ()  # written before anybody is told
    told: list[BookingEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let the node of A tell its booking."""
        self.tell("a", BookingsSeen(source="node", bookings=(ORIGINAL,)))
        self.tell("b", Tick())

    def tell(self, name: str, fact: Fact) -> None:
        """Tell one of the rooms a fact; what it remembers is stored."""
        taken = step(getattr(self, name), fact, self.now)
        setattr(self, name, taken.state)
        self.told += [effect for effect in taken.effects if isinstance(effect, BookingEvent)]

    def book(self) -> None:
        """Write the booking for B down; nobody in B has heard of it yet."""
        moved = replace(ORIGINAL, source="local", uid="moved", moved_from=ORIGIN)
        self.ledger = (moved,)

    def read(self) -> None:
        """Let B read what is booked there."""
        self.tell("b", BookingsSeen(source="local", bookings=self.ledger))

    def give_free(self) -> None:
        """Give A free, or take the booking in B back."""
        try:
            self.tell("a", Reroute(booking=KEY, to="b"))
        except BookingError:
            self.take_back()

    def take_back(self) -> None:
        """Cancel what was booked in B."""
        self.ledger = ()
        self.read()

    def restart(self) -> None:
        """Lose all but what is on the disk, and run again."""
        for name in ("a", "b"):
            memory: RoomMemory = getattr(self, name)
            document = json.loads(json.dumps(dump(memory)))
            setattr(self, name, load(document, memory.policy))
            self.tell(name, Tick())
        self.read()

    def repair(self) -> None:
        """Finish what is half done."""
        for item, _ in self.b.standing():
            if item.moved_from != ORIGIN:
                continue
            progress = self.a.progress_of(ORIGINAL)
            if progress.gone:
                continue
            if progress.present or progress.phase is Phase.COMPLETED:
                self.take_back()
            else:
                self.give_free()

    def standing(self) -> list[str]:
        """Return the rooms in which the booking stands."""
        return [name for name in ("a", "b") if any(getattr(self, name).standing())]

    def inside(self) -> list[str]:
        """Return the rooms in which the guest is."""
        found: list[RoomMemory] = [self.a, self.b]
        return [
            name
            for name, memory in zip("ab", found, strict=True)
            if any(progress.present for _, progress in memory.standing())
        ]


STEPS = (House.book, House.read, House.give_free)


@pytest.mark.parametrize("moment", ["08:00", "09:50", "10:05", "10:30"])
@pytest.mark.parametrize("done", range(len(STEPS) + 1))
@pytest.mark.parametrize("comes_to", ["", "a", "b"])
def test_a_move_that_was_interrupted_is_finished_or_taken_back(
    moment: str, done: int, comes_to: str
) -> None:
    """After any of its steps, wherever the guest goes meanwhile."""
    house = House()
    house.now = clock(moment)
    for name in ("a", "b"):
        house.tell(name, Tick())
    for move in STEPS[:done]:
        move(house)
    house.restart()
    if comes_to:
        _come(house, comes_to)
    came = house.inside()
    house.repair()
    house.restart()
    house.repair()
    assert house.inside() == came
    if came == ["a"] or not done:
        assert house.standing() == ["a"]
        assert house.ledger == ()
    else:
        assert house.standing() == ["b"]
        assert house.a.progress_of(ORIGINAL).rerouted_to == "b"


def _come(house: House, name: str) -> bool:
    """Let the guest try a room; they may not be expected there."""
    try:
        house.tell(name, CheckIn())
    except BookingError:
        return False
    return True


def test_a_move_is_told_in_both_rooms() -> None:
    """Created here because it was moved, rerouted there."""
    house = House()
    house.told.clear()
    for move in STEPS:
        move(house)
    house.restart()
    house.repair()
    assert [(event.kind, event.reason, event.to) for event in house.told] == [
        (Kind.CREATED, Reason.REROUTED, ""),
        (Kind.REROUTED, None, "b"),
    ]


class Move(RuleBasedStateMachine):
    """Move, crash, repair and come in any order."""

    def __init__(self) -> None:
        """Begin two hours before the booking."""
        super().__init__()
        self.house = House()
        self.steps = 0  # of the move, done so far
        self.come = False

    @rule(minutes=st.integers(0, 40))
    def sleep(self, minutes: int) -> None:
        """Let time pass, until before the end."""
        self.house.now = min(self.house.now + minutes * MINUTE, clock("11:40"))
        for name in ("a", "b"):
            self.house.tell(name, Tick())

    @precondition(lambda self: self.steps < len(STEPS))
    @rule()
    def go_on(self) -> None:
        """Take the next step of the move; it is not begun with a guest inside."""
        if self.steps == 0 and self.house.inside():
            return
        STEPS[self.steps](self.house)
        self.steps += 1

    @rule()
    def crash(self) -> None:
        """Lose the move that runs; both rooms come back, and find what is half done."""
        self.house.restart()
        self.house.repair()
        self.steps = 0 if not self.house.ledger and not self._moved() else len(STEPS)

    @rule()
    def read_again(self) -> None:
        """Let A's node tell its booking again; it never hears of the move."""
        self.house.tell("a", BookingsSeen(source="node", bookings=(ORIGINAL,)))

    @precondition(lambda self: not self.come)
    @rule(name=st.sampled_from("ab"))
    def arrive(self, name: str) -> None:
        """Let the guest come, once: nobody is in two places."""
        self.come = _come(self.house, name)

    @precondition(lambda self: self.come)
    @rule()
    def leave(self) -> None:
        """Let the guest go for good."""
        for name in self.house.inside():
            self.house.tell(name, EndSession())

    def _moved(self) -> bool:
        return self.house.a.progress_of(ORIGINAL).phase is Phase.REROUTED

    @invariant()
    def the_guest_is_in_one_room_at_most(self) -> None:
        """Present in two rooms is nobody."""
        assert len(self.house.inside()) <= 1

    @invariant()
    def the_guest_always_has_a_room(self) -> None:
        """At every step one of them stands, or its session is over."""
        assert self.house.standing()


TestMove = Move.TestCase
TestMove.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def test_a_cancelled_original_leaves_the_moved_booking_to_be_cancelled() -> None:
    """Who looks after the other studio learns where it went."""
    house = House()
    for move in STEPS:
        move(house)
    house.told.clear()
    cancelled = replace(ORIGINAL, status=Status.CANCELLED)
    house.tell("a", BookingsSeen(source="node", bookings=(cancelled,)))
    assert [event.kind for event in house.told] == [Kind.CANCELLED]
    assert house.a.progress_of(ORIGINAL).rerouted_to == "b"
    house.now += timedelta(hours=1)
    house.take_back()
    assert house.standing() == []
