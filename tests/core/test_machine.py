"""A room with a life of its own: edits, signals, people, time and restarts in any order."""

from datetime import timedelta
from itertools import pairwise
import json

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from custom_components.micro_studio.core.booking import FINAL, PRESENT, Phase
from custom_components.micro_studio.core.effects import BookingEvent, IncidentEvent, SetTally
from custom_components.micro_studio.core.engine import step
from custom_components.micro_studio.core.errors import BookingError
from custom_components.micro_studio.core.facts import (
    BookingsSeen,
    CheckIn,
    EndSession,
    Extend,
    Fact,
    PolicyChanged,
    Release,
    SignalsSeen,
    Tick,
)
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.persist import dump, load
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.schedule import slots
from custom_components.micro_studio.core.signals import Signals
from custom_components.micro_studio.core.studio import Tally
from tests.core.scene import DAY, MINUTE
from tests.core.stories import commands, policies, reads, signals, waits


class RoomMachine(RuleBasedStateMachine):
    """Let anything happen at any time."""

    def __init__(self) -> None:
        """Begin at midnight with an empty room."""
        super().__init__()
        self.now = DAY
        self.signals = Signals()
        self.keys: set[str] = set()
        self.tally: Tally | None = None
        self.last = step(RoomMemory(policy=Policy()), Tick(), DAY)
        self._perform()

    def _tell(self, fact: Fact) -> None:
        before = self.last.state
        self.last = step(before, fact, self.now)
        self._perform()
        self._compare(before, fact)

    def _perform(self) -> None:
        for effect in self.last.effects:
            assert effect.key not in self.keys
            self.keys.add(effect.key)
            assert effect.at <= self.now
            if isinstance(effect, SetTally):
                assert effect.tally is not self.tally
                self.tally = effect.tally
            else:
                assert isinstance(effect, BookingEvent | IncidentEvent)

    def _compare(self, before: RoomMemory, fact: Fact) -> None:
        """Final phases move only by an edit, or when a no-show comes after all."""
        if isinstance(fact, BookingsSeen):
            return
        for booking in before.agenda:
            was = before.progress_of(booking).phase
            phase = self.last.state.progress_of(booking).phase
            if was in FINAL - {Phase.NO_SHOW} and booking in self.last.state.agenda:
                assert phase is was
            if was in PRESENT:
                assert phase in PRESENT or phase is Phase.COMPLETED

    @rule(wait=waits)
    def sleep(self, wait: timedelta) -> None:
        """Let time pass without a wake-up."""
        self.now += wait
        self._tell(Tick())

    @rule()
    def wake(self) -> None:
        """Wake when the engine asks for it, a moment late as timers are."""
        if self.last.wake_at is not None:
            self.now = self.last.wake_at + timedelta(milliseconds=3)
            self._tell(Tick())

    @rule(read=reads())
    def read(self, read: BookingsSeen) -> None:
        """Read a source."""
        self._tell(read)

    @rule(heard=signals())
    def hear(self, heard: Signals) -> None:
        """Hear from the room."""
        self.signals = heard
        self._tell(SignalsSeen(signals=heard))

    @rule(command=commands())
    def act(self, command: Fact) -> None:
        """Let somebody press something."""
        try:
            self._tell(command)
        except BookingError:
            self._tell(Tick())

    @rule(policy=policies())
    def rewrite(self, policy: Policy) -> None:
        """Change the rules; a light that is left alone is nobody's."""
        self._tell(PolicyChanged(policy=policy))
        if self.last.snapshot.tally is None:
            self.tally = None

    @rule()
    def restart(self) -> None:
        """Store, forget, read, hear again."""
        shown = self.last.snapshot
        document = json.loads(json.dumps(dump(self.last.state)))
        self.last = step(load(document, self.last.state.policy), Tick(), self.now)
        assert self.last.effects == ()
        self._tell(SignalsSeen(signals=self.signals))
        assert self.last.effects == ()
        assert self.last.snapshot == shown

    @invariant()
    def the_future_is_ahead(self) -> None:
        """A wake-up in the past would never be heard."""
        assert self.last.wake_at is None or self.last.wake_at > self.now

    @invariant()
    def windows_never_overlap(self) -> None:
        """Extensions, early ends and double bookings included."""
        found = slots(self.last.state, None)
        real = [slot for slot in found if slot.opens < slot.closes]
        for before, after in pairwise(real):
            assert before.closes <= after.opens

    @invariant()
    def one_guest_at_a_time(self) -> None:
        """Two sessions never run at once."""
        memory = self.last.state
        assert sum(memory.progress_of(item).present for item in memory.agenda) <= 1

    @invariant()
    def buttons_keep_their_word(self) -> None:
        """What a button offers works, what it refuses does not."""
        for command, offered in self._buttons():
            try:
                step(self.last.state, command, self.now)
            except BookingError:
                assert not offered, command
            else:
                assert offered, command

    def _buttons(self) -> list[tuple[Fact, bool]]:
        drawn = self.last.snapshot
        return [
            (CheckIn(), drawn.can_check_in),
            (Extend(), drawn.can_extend),
            (EndSession(), drawn.can_end),
            (Release(), drawn.can_release),
        ]

    @invariant()
    def a_minute_hand_moves_on(self) -> None:
        """The next minute is at most a minute away in the countdown."""
        mark = self.last.snapshot.next_minute(self.now)
        left = self.last.snapshot.minutes_left(self.now)
        if left and left <= 15:
            assert mark is not None
            assert self.now < mark <= self.now + MINUTE


TestRoom = RoomMachine.TestCase
TestRoom.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
