"""Interface and recorder: recording is not capturing, and bad news travels at once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from node.tests.simulation.theatre import START, Story
from studio_node.devices.base import CommandRefusedError
from studio_node.simulation.model.door import Door
from studio_node.simulation.model.health import Domain, worst
from studio_node.simulation.model.interface import Interface
from studio_node.simulation.model.place import Place
from studio_node.simulation.model.recorder import RATE, Recorder
from studio_node.simulation.model.room import Room, RoomOptions
from studio_node.simulation.vault import MemoryVault
from studio_node.wire.vocabulary import Health

PART = "interface/main"
GOOD, PARTLY, BAD, OFF = (
    Health.HEALTHY,
    Health.PARTIALLY_HEALTHY,
    Health.UNHEALTHY,
    Health.INACTIVE,
)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ([(0, BAD)], BAD),
        ([(0, BAD), (1, GOOD)], BAD),
        ([(0, BAD), (1, GOOD), (3.9, GOOD)], BAD),
        ([(0, BAD), (1, GOOD), (4, GOOD)], GOOD),
        ([(0, BAD), (1, GOOD), (2, BAD), (4, GOOD)], BAD),
        ([(0, BAD), (1, GOOD), (2, PARTLY), (4, GOOD)], PARTLY),
        ([(0, OFF)], OFF),
        ([(0, OFF), (1, BAD)], GOOD),
        ([(0, OFF), (1, BAD), (3.9, BAD)], GOOD),
        ([(0, OFF), (1, BAD), (4, BAD)], BAD),
    ],
)
def test_worse_is_told_at_once_and_better_after_three_seconds(
    seen: list[tuple[float, Health]], told: Health
) -> None:
    domain = Domain()
    for at, raw in seen:
        domain = domain.saw(raw, START + timedelta(seconds=at))
    assert domain.word is told


@pytest.mark.parametrize(
    ("words", "expected"),
    [((GOOD, GOOD), GOOD), ((GOOD, PARTLY), PARTLY), ((OFF, BAD), BAD), ((OFF, OFF), OFF)],
)
def test_the_status_is_the_worst_of_the_domains(
    words: tuple[Health, ...], expected: Health
) -> None:
    assert worst(*words) is expected


def interface(story: Story) -> Interface:
    found = story.room.find(Interface)
    assert found is not None
    return found


def touch(story: Story) -> None:
    story.room.settle(story.room.now)


def told(story: Story, part: str, *names: str) -> tuple[object, ...]:
    fields = story.fields(part)
    return tuple(fields[name] for name in names)


def test_an_unplugged_interface_is_unhealthy_at_once_and_healthy_three_seconds_after(
    story: Story,
) -> None:
    names = ("present", "status", "device", "clock", "essence")
    assert told(story, PART, *names) == (True, "healthy", "healthy", "healthy", "healthy")
    interface(story).plugged = False
    touch(story)
    assert told(story, PART, *names) == (False, "unhealthy", "unhealthy", "inactive", "inactive")
    assert told(story, PART, "peak", "drift", "silence") == (None, None, None)
    assert told(story, PART, "active_source") != told(story, PART, "model")
    interface(story).plugged = True
    touch(story)
    story.wait(2.9)
    assert told(story, PART, *names) == (True, "unhealthy", "unhealthy", "healthy", "healthy")
    story.wait(0.1)
    assert told(story, PART, *names) == (True, "healthy", "healthy", "healthy", "healthy")


@pytest.mark.parametrize(
    ("count", "after", "status"),
    [
        (1, 0, "partially_healthy"),
        (3, 2, "unhealthy"),
        (3, 66, "partially_healthy"),
        (3, 606, "healthy"),
    ],
)
def test_dropouts_count_for_as_long_as_they_matter(
    story: Story, count: int, after: float, status: str
) -> None:
    interface(story).xruns.burst(story.now, count, 2)
    touch(story)
    story.wait(after)
    assert told(story, PART, "clock", "status") == (status, status)
    assert told(story, PART, "xruns") == (count,)
    story.do(PART, "reset_counters")
    assert told(story, PART, "xruns", "frame_deficit") == (0, 0.0)


@pytest.mark.parametrize(
    ("recording", "after", "silence", "essence"),
    [
        (False, 1.9, False, "healthy"),
        (False, 2, True, "partially_healthy"),
        (False, 60, True, "partially_healthy"),
        (True, 2, True, "partially_healthy"),
        (True, 5, True, "unhealthy"),
    ],
)
def test_a_dead_input_is_worse_while_recording(
    story: Story, recording: bool, after: float, silence: bool, essence: str
) -> None:
    if recording:
        story.do("recorder", "start")
        story.wait(1)
    interface(story).silence(story.now, on=True)
    touch(story)
    story.wait(after)
    assert told(story, PART, "silence", "essence") == (silence, essence)
    assert told(story, PART, "peak") == (-144.0,)


@pytest.mark.parametrize(
    ("ppm", "status"), [(50, "healthy"), (-120, "partially_healthy"), (600, "unhealthy")]
)
def test_a_clock_that_is_off_is_seen_in_value_and_status(
    story: Story, ppm: float, status: str
) -> None:
    interface(story).extra_drift = ppm
    touch(story)
    assert told(story, PART, "clock", "status") == (status, status)
    assert abs(story.fields(PART)["drift"] - ppm) < 5


def test_an_overload_shows_in_load_and_level(story: Story) -> None:
    interface(story).overloaded = True
    touch(story)
    fields = story.fields(PART)
    assert fields["dsp_load"] > 90
    assert fields["peak"] == 0.0
    assert fields["status"] == "unhealthy"
    story.do(PART, "restart")
    assert told(story, PART, "present") == (False,)
    story.wait(10)
    assert told(story, PART, "present", "status") == (True, "healthy")


def test_the_driver_is_not_restarted_under_a_take(story: Story) -> None:
    story.do("recorder", "start")
    story.wait(1)
    with pytest.raises(CommandRefusedError):
        story.do(PART, "restart")


def _loudest(story: Story) -> float:
    peaks = []
    for _ in range(20):
        story.wait(1)
        peaks.append(story.fields(PART)["peak"])
    return float(max(peaks))


def test_levels_are_lively_only_while_somebody_is_there(story: Story) -> None:
    quiet = _loudest(story)
    story.do("recorder", "start")
    story.wait(1)
    loud = _loudest(story)
    assert quiet < -55
    assert -25 < loud < -3


def test_a_take_starts_grows_and_ends(story: Story) -> None:
    left = told(story, "recorder", "hours_left")
    story.do("recorder", "start")
    assert told(story, "recorder", "state", "capturing") == ("starting", False)
    story.wait(0.8)
    began = story.now
    assert told(story, "recorder", "state", "capturing") == ("recording", True)
    story.wait(60)
    assert told(story, "recorder", "bytes") == (60 * RATE,)
    assert told(story, "recorder", "take_started_at") == (began.isoformat(),)
    story.do("recorder", "stop")
    assert told(story, "recorder", "state") == ("stopping",)
    story.wait(1)
    assert told(story, "recorder", "state", "capturing", "bytes") == ("idle", False, 0)
    assert told(story, "recorder", "hours_left") < left
    assert [kind for kind, _ in story.events("recorder")] == [
        "recording_started",
        "recording_stopped",
    ]


def test_a_paused_take_does_not_grow_and_goes_on(story: Story) -> None:
    recorder = story.room.find(Recorder)
    assert recorder is not None
    story.do("recorder", "start")
    story.wait(10.8)
    recorder.pause()
    touch(story)
    story.wait(100)
    assert told(story, "recorder", "state", "capturing") == ("paused", False)
    assert told(story, "recorder", "bytes") == (10 * RATE,)
    story.do("recorder", "start")
    story.wait(10)
    assert told(story, "recorder", "bytes") == (20 * RATE,)
    assert [kind for kind, _ in story.events("recorder")] == ["recording_started"]


@pytest.mark.parametrize("fault", ["unplug", "silence"])
def test_a_take_without_sound_is_lost_after_three_seconds_and_told_once(
    story: Story, fault: str
) -> None:
    story.do("recorder", "start")
    story.wait(10.8)
    story.events("recorder")
    if fault == "unplug":
        interface(story).plugged = False
    else:
        interface(story).silence(story.now - timedelta(seconds=2), on=True)
    touch(story)
    assert told(story, "recorder", "state", "capturing") == ("recording", False)
    story.wait(2.9)
    assert story.events("recorder") == []
    story.wait(60)
    assert [kind for kind, _ in story.events("recorder")] == ["take_lost"]
    assert told(story, "recorder", "bytes") == (10 * RATE,)


def test_a_take_that_never_had_sound_is_lost_too(story: Story) -> None:
    interface(story).plugged = False
    story.do("recorder", "start")
    story.wait(5)
    assert told(story, "recorder", "state", "capturing") == ("recording", False)
    assert [kind for kind, _ in story.events("recorder")] == ["recording_started", "take_lost"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "start",
                "stop",
                "pause",
                "unplug",
                "replug",
                "silence",
                "sound",
                "xruns",
                "overload",
                "restart",
                "near",
                "far",
                "enter",
                "leave",
                "unlock",
                "light",
            ]
        ),
        st.floats(0, 20),
    ),
    max_size=30,
)


def play(room: Room, step: str) -> None:
    sound, recorder = room.find(Interface), room.find(Recorder)
    door = room.find(Door)
    assert door is not None
    assert sound is not None
    assert recorder is not None
    deeds: dict[str, Callable[[], object]] = {
        "start": lambda: recorder.start(room.now),
        "stop": lambda: recorder.stop(room.now),
        "pause": recorder.pause,
        "unplug": lambda: setattr(sound, "plugged", False),
        "replug": lambda: setattr(sound, "plugged", True),
        "silence": lambda: sound.silence(room.now, on=True),
        "sound": lambda: sound.silence(room.now, on=False),
        "xruns": lambda: sound.xruns.burst(room.now, 7, 3),
        "overload": lambda: setattr(sound, "overloaded", True),
        "restart": lambda: room.perform("interface/main", "restart", {}),
        "near": lambda: room.perform("relay/near", "select", {}),
        "far": lambda: room.perform("relay/far", "select", {}),
        "enter": lambda: room.enter(door, code=None),
        "leave": lambda: room.leave(door),
        "unlock": lambda: room.perform("door/main", "unlock", {}),
        "light": lambda: room.perform("light/sign", "set", {"tally": "recording"}),
    }
    with suppress(CommandRefusedError):
        deeds[step]()
    room.settle(room.now)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_happens_the_room_tells_no_nonsense(
    check: Callable[[Place], None], steps: list[tuple[str, float]]
) -> None:
    room = Room(RoomOptions(), MemoryVault(), START)
    for step, pause in steps:
        play(room, step)
        for share in (0.0, 0.5, 1.0):
            room.advance(room.now + timedelta(seconds=pause * share))
            check(room)
            sound, take = room.fields("interface/main"), room.fields("recorder")
            if take["capturing"]:
                assert take["state"] == "recording"
                assert sound["present"]
                assert not sound["silence"]
            if not sound["present"]:
                assert sound["status"] == "unhealthy"
            relays = [room.fields(part) for part in ("relay/near", "relay/far")]
            assert sum(relay["selected"] is True for relay in relays) == 1
