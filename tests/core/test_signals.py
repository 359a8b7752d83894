"""What the signals prove, and what the recording light makes of them."""

import pytest

from custom_components.micro_studio.core.booking import Phase
from custom_components.micro_studio.core.facts import CheckIn, PolicyChanged, SignalsSeen
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.core.signals import NOTHING_KNOWN, Sight, Signals, sight
from custom_components.micro_studio.core.studio import LightMode, RecorderState as R, Tally
from custom_components.micro_studio.core.tally import wanted_tally
from tests.core.scene import Scene, booking

PEOPLE = Signals(occupied=True, recorder=R.IDLE)
TAKE = Signals(recorder=R.RECORDING, capturing=True)


@pytest.mark.parametrize(
    ("signals", "last", "seen"),
    [
        (Signals(occupied=True), NOTHING_KNOWN, Sight.PRESENT),
        (TAKE, NOTHING_KNOWN, Sight.PRESENT),
        (Signals(occupied=False, recorder=R.PAUSED), NOTHING_KNOWN, Sight.PRESENT),
        (Signals(occupied=False, recorder=R.IDLE), PEOPLE, Sight.ABSENT),
        (Signals(occupied=False), NOTHING_KNOWN, Sight.ABSENT),
        (Signals(occupied=False), TAKE, Sight.LOST),
        (Signals(), PEOPLE, Sight.LOST),
        (Signals(), TAKE, Sight.LOST),
        (Signals(), NOTHING_KNOWN, Sight.UNKNOWN),
        (Signals(recorder=R.IDLE), NOTHING_KNOWN, Sight.UNKNOWN),
        (Signals(), Signals(occupied=False, recorder=R.IDLE), Sight.UNKNOWN),
    ],
)
def test_only_what_is_seen_is_proof(signals: Signals, last: Signals, seen: Sight) -> None:
    """Unknown is neither presence nor absence."""
    assert sight(signals, last) is seen


@pytest.mark.parametrize(
    ("signals", "on_air", "problem"),
    [
        (Signals(), None, None),
        (Signals(recorder=R.IDLE), False, False),
        (Signals(recorder=R.STARTING), False, False),
        (Signals(recorder=R.RECORDING), True, None),
        (Signals(recorder=R.RECORDING, capturing=True), True, False),
        (Signals(recorder=R.RECORDING, capturing=False), True, True),
        (Signals(recorder=R.PAUSED, capturing=False), False, False),
        (Signals(recorder=R.STOPPING), True, False),
    ],
)
def test_on_air_and_its_problem(
    signals: Signals, *, on_air: bool | None, problem: bool | None
) -> None:
    """A recorder that records nothing is a problem, one that is silent is unknown."""
    assert (signals.recording, signals.recording_problem) == (on_air, problem)


@pytest.mark.parametrize(
    ("mode", "recorder", "phase", "tally"),
    [
        (LightMode.FOLLOW_RECORDER, R.STARTING, None, Tally.STARTING),
        (LightMode.FOLLOW_RECORDER, R.RECORDING, None, Tally.RECORDING),
        (LightMode.FOLLOW_RECORDER, R.PAUSED, Phase.IN_SESSION, Tally.PAUSED),
        (LightMode.FOLLOW_RECORDER, R.STOPPING, Phase.IN_SESSION, Tally.RECORDING),
        (LightMode.FOLLOW_RECORDER, R.IDLE, Phase.CHECKED_IN, Tally.STANDBY),
        (LightMode.FOLLOW_RECORDER, R.IDLE, Phase.OVERRUN, Tally.STANDBY),
        (LightMode.FOLLOW_RECORDER, R.IDLE, Phase.ARRIVING, Tally.IDLE),
        (LightMode.FOLLOW_RECORDER, R.UNKNOWN, None, Tally.IDLE),
        (LightMode.FOLLOW_BOOKING, R.RECORDING, None, Tally.IDLE),
        (LightMode.FOLLOW_BOOKING, R.IDLE, Phase.CHECKED_IN, Tally.STANDBY),
        (LightMode.FOLLOW_BOOKING, R.IDLE, Phase.IN_SESSION, Tally.RECORDING),
        (LightMode.FOLLOW_BOOKING, R.IDLE, Phase.ENDING, Tally.RECORDING),
        (LightMode.MANUAL, R.RECORDING, Phase.IN_SESSION, None),
    ],
)
def test_the_light_follows_its_mode(
    mode: LightMode, recorder: R, phase: Phase | None, tally: Tally | None
) -> None:
    """The whole table."""
    assert wanted_tally(mode, Signals(recorder=recorder), phase) is tally


@pytest.mark.parametrize("mode", [LightMode.FOLLOW_RECORDER, LightMode.FOLLOW_BOOKING])
def test_a_take_that_captures_nothing_is_a_fault(mode: LightMode) -> None:
    """Whatever else the light follows."""
    signals = Signals(recorder=R.RECORDING, capturing=False)
    assert wanted_tally(mode, signals, None) is Tally.FAULT


def test_a_recorder_that_goes_silent_keeps_its_light() -> None:
    """A light that goes off says that the take is over."""
    room = Scene()
    room.hear(recorder=R.RECORDING, capturing=True)
    room.tell(SignalsSeen(signals=Signals()))
    assert room.tallies() == [Tally.RECORDING]
    assert room.last.snapshot.on_air is None
    room.hear(recorder=R.IDLE)
    assert room.tallies() == [Tally.RECORDING, Tally.IDLE]


def test_a_tally_is_asked_for_only_when_it_changes() -> None:
    """The light bus is not a metronome."""
    room = Scene()
    for _ in range(3):
        room.hear(recorder=R.RECORDING, capturing=True)
    assert room.tallies() == [Tally.RECORDING]


def test_a_light_left_alone_is_set_again_when_it_follows_again() -> None:
    """What a person did to it meanwhile is not known."""
    room = Scene()
    room.tell(PolicyChanged(policy=Policy(light_mode=LightMode.MANUAL)))
    assert room.last.snapshot.tally is None
    room.tell(PolicyChanged(policy=Policy()))
    assert room.tallies() == [Tally.IDLE]


def test_a_guest_lights_standby() -> None:
    """From check-in to the end."""
    room = Scene()
    room.book(booking())
    room.until("09:50")
    room.tell(CheckIn())
    room.until("13:00")
    assert room.tallies() == [Tally.STANDBY, Tally.IDLE]
