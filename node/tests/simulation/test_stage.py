"""The parts as the hub runs them: they report at once, what changes, when it changes."""

from datetime import timedelta

import pytest

from node.tests.simulation.theatre import Theatre
from studio_node.devices.base import CommandRefusedError
from studio_node.simulation.acts import perform_act
from studio_node.simulation.clock import ManualClock, WallClock, sleep_until
from studio_node.simulation.durations import parse_duration
from studio_node.wire.parts import PARTS, part_kind


async def test_a_first_full_report_comes_at_once(theatre: Theatre) -> None:
    theatre.open()
    await theatre.clock.advance(0)
    for (_, part), board in theatre.boards.items():
        assert set(board.fields) == set(PARTS[part_kind(part)].fields), part


async def test_parts_with_commands_are_devices_and_the_others_probes(theatre: Theatre) -> None:
    rig = theatre.world.rigs()["studio-1"]
    assert {item.part for item in rig.probes} == {"presence", "kit"}
    assert {item.part for item in rig.devices} == {
        "door/main",
        "light/sign",
        "interface/main",
        "recorder",
        "relay/near",
        "relay/far",
        "bookings",
    }


async def test_each_change_is_told_when_it_happens_and_only_once(theatre: Theatre) -> None:
    theatre.open()
    await theatre.clock.advance(1)
    door = next(d for d in theatre.world.rigs()["studio-1"].devices if d.part == "door/main")
    await door.perform("unlock", {})
    await theatre.clock.advance(30)
    board = theatre.board("door/main")
    assert [at for at, _ in board.history] == [0.0, 1.0, 1.6]
    assert [list(fields) for _, fields in board.history[1:]] == [
        ["motion"],
        ["locked", "motion", "battery", "changed_by"],
    ] or board.history[2][1]["locked"] is False
    assert [kind for _, kind, _ in board.events] == ["remote_unlock"]
    assert theatre.board("door/main", "studio-2").history[1:] == []


async def test_what_one_part_does_wakes_the_others(theatre: Theatre) -> None:
    theatre.open()
    perform_act(theatre.world, "studio-1", "record", {})
    await theatre.clock.advance(10)
    perform_act(theatre.world, "studio-1", "unplug", {})
    await theatre.clock.advance(0)
    assert theatre.board("interface/main").fields["present"] is False
    assert theatre.board("recorder").fields["capturing"] is False
    assert len(theatre.board("kit").fields["items"]) == 5
    await theatre.clock.advance(4)
    assert theatre.board("recorder").events[-1][:2] == (13.0, "take_lost")


async def test_selecting_a_relay_is_told_by_both(theatre: Theatre) -> None:
    theatre.open()
    perform_act(theatre.world, "studio-1", "select_relay", {"part": "relay/far"})
    await theatre.clock.advance(0)
    selected = [theatre.board(f"relay/{key}").fields["selected"] for key in ("near", "far")]
    assert selected == [False, True]


async def test_a_part_that_is_started_again_reports_everything_again(theatre: Theatre) -> None:
    theatre.open()
    await theatre.clock.advance(5)
    for task in theatre.tasks:
        task.cancel()
    theatre.open()
    await theatre.clock.advance(0)
    assert theatre.board("door/main").fields["locked"] is True


async def test_the_host_takes_no_command(theatre: Theatre) -> None:
    host = next(d for d in theatre.world.rigs()[None].devices if d.part == "host")
    with pytest.raises(CommandRefusedError):
        await host.perform("reboot", {})


async def test_a_missed_hour_is_lived_through_in_order(theatre: Theatre) -> None:
    """A suspended computer wakes up: all that was due has happened, once."""
    room = theatre.world.stage("studio-1").place
    perform_act(theatre.world, "studio-1", "guest_enters", {"how": "key"})
    room.advance(theatre.clock.now() + timedelta(hours=1))
    assert room.fields("presence") == {"occupied": True}
    assert room.fields("door/main")["locked"] is True
    assert room.fields("door/main")["open"] is False


async def test_a_faster_clock_tells_a_faster_story() -> None:
    clock = WallClock(speed=100)
    begin = clock.now()
    await sleep_until(clock, begin + timedelta(seconds=5))
    assert timedelta(seconds=5) <= clock.now() - begin < timedelta(seconds=60)


async def test_a_manual_clock_stops_at_every_alarm(clock: ManualClock) -> None:
    begin, seen = clock.now(), []
    for seconds in (3, 1, 2):
        clock.call_at(
            begin + timedelta(seconds=seconds), lambda: seen.append((clock.now() - begin).seconds)
        )
    clock.call_at(begin + timedelta(seconds=1), lambda: seen.append(99)).cancel()
    await clock.advance(2.5)
    assert seen == [1, 2]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12s", 12), ("1h30m", 5400), ("0.5s", 0.5), (3, 3), ("4", 4), ("1d", 86400), (0, 0)],
)
def test_durations_are_written_as_people_do(text: object, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "-3s", "3 m", True, -1, None, "5x", "m"])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be a duration"):
        parse_duration(text)
