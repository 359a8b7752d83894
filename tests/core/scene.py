"""A room to play a day in: it wakes exactly when the engine asks for it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
import json

from custom_components.micro_studio.core.booking import Booking, Phase
from custom_components.micro_studio.core.effects import (
    BookingEvent,
    BookingEventKind,
    Effect,
    IncidentEvent,
    SetTally,
)
from custom_components.micro_studio.core.engine import Step, step
from custom_components.micro_studio.core.facts import BookingsSeen, Fact, SignalsSeen, Tick
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.persist import dump, load
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.signals import Signals
from custom_components.micro_studio.core.snapshot import Snapshot
from custom_components.micro_studio.core.studio import RecorderState, Tally

MINUTE = timedelta(minutes=1)
DAY = datetime(2026, 11, 23, tzinfo=UTC)
NODE = "node"


def clock(text: str) -> datetime:
    """Return a time of the day, `10:15` or `10:15:30`."""
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


def booking(
    start: str = "10:00", end: str = "12:00", uid: str = "b1", *, source: str = NODE, **rest: object
) -> Booking:
    """Return a booking of the day."""
    made = Booking(source=source, uid=uid, start=clock(start), end=clock(end))
    return replace(made, **rest)  # type: ignore[arg-type]


@dataclass(slots=True, kw_only=True)
class Scene:
    """One room, its clock and all that it ever said."""

    policy: Policy = field(default_factory=Policy)
    state: RoomMemory = field(init=False)
    now: datetime = field(default_factory=lambda: clock("08:00"))
    effects: list[Effect] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    last: Step = field(init=False)

    def __post_init__(self) -> None:
        """Begin with an empty agenda, read once."""
        self.state = RoomMemory(policy=self.policy)
        self.tell(BookingsSeen(source=NODE, bookings=()))
        self.effects.clear()

    def tell(self, fact: Fact) -> Step:
        """Tell the room a fact now."""
        self.last = step(self.state, fact, self.now)
        self.state = self.last.state
        self.effects += self.last.effects
        for effect in self.last.effects:
            assert effect.key not in self.keys, "an effect happened twice"
            self.keys.add(effect.key)
        return self.last

    def until(self, text: str) -> Snapshot:
        """Let time pass, waking when the engine asks for it and at the end."""
        moment = clock(text)
        while self.last.wake_at is not None and self.last.wake_at <= moment:
            assert self.last.wake_at > self.now, "the engine asks to be woken in the past"
            self.now = self.last.wake_at
            self.tell(Tick())
        before, self.now = self.last, moment
        after = self.tell(Tick())
        if moment != before.state.now:
            assert after.effects == (), "something happened before the wake-up"
            assert after.snapshot == before.snapshot
        return after.snapshot

    def sleep(self, text: str) -> Snapshot:
        """Let time pass without a single wake-up."""
        self.now = clock(text)
        return self.tell(Tick()).snapshot

    def book(self, *bookings: Booking, source: str = NODE, patience: int = 1) -> None:
        """Let a source report exactly these bookings."""
        self.tell(BookingsSeen(source=source, bookings=bookings, patience=patience))

    def restart(self) -> None:
        """Store all, forget it, read it back."""
        document = json.loads(json.dumps(dump(self.state)))
        self.state = load(document, self.state.policy)
        assert self.tell(Tick()).effects == ()

    def hear(
        self,
        *,
        occupied: bool | None = None,
        recorder: RecorderState = RecorderState.IDLE,
        capturing: bool | None = None,
    ) -> None:
        """Let the room report its signals."""
        signals = Signals(occupied=occupied, recorder=recorder, capturing=capturing)
        self.tell(SignalsSeen(signals=signals))

    def phase(self) -> Phase | None:
        """Return the phase of the current booking."""
        return self.last.snapshot.phase

    @property
    def state_name(self) -> str:
        """Return the room's state."""
        return self.last.snapshot.state.value

    def phase_of(self, uid: str) -> Phase:
        """Return the phase of a booking by uid or key."""
        found = [item for item in self.state.agenda if item.named(uid)]
        return self.state.progress_of(found[0]).phase

    def standing(self) -> list[str]:
        """Return the keys of the bookings that claim the room."""
        return [item.key for item, _ in self.state.standing()]

    def events(self) -> list[tuple[str, str]]:
        """Return what was told so far, as (time, kind), without the prefix."""
        told = [effect for effect in self.effects if isinstance(effect, BookingEvent)]
        return [(f"{event.at:%H:%M}", event.kind.value.removeprefix("booking_")) for event in told]

    def told(self, kind: BookingEventKind) -> list[BookingEvent]:
        """Return the events of one kind."""
        events = [effect for effect in self.effects if isinstance(effect, BookingEvent)]
        return [event for event in events if event.kind is kind]

    def incidents(self) -> list[tuple[str, str, str, str]]:
        """Return the incidents told so far, as (time, change, first, second)."""
        told = [effect for effect in self.effects if isinstance(effect, IncidentEvent)]
        return [
            (
                f"{event.at:%H:%M}",
                event.change.value.removeprefix("incident_"),
                event.conflict.first,
                event.conflict.second,
            )
            for event in told
        ]

    def tallies(self) -> list[Tally]:
        """Return the tallies asked for."""
        return [effect.tally for effect in self.effects if isinstance(effect, SetTally)]
