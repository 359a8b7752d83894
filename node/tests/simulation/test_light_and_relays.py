"""Recording light and relays: what was told is what shows, a moment later."""

from collections.abc import Callable

import pytest

from node.tests.simulation.theatre import Story
from studio_node.devices.base import CommandRefusedError
from studio_node.simulation.model.light import Lamp, Light, shown
from studio_node.simulation.model.relay import Relay
from studio_node.simulation.model.room import RoomOptions
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import ErrorCode, LightSupport, Tally

SIGN = "light/sign"
RED = "#e43f5a"


@pytest.mark.parametrize(
    ("given", "lamp"),
    [
        ({"on": True}, Lamp(on=True)),
        ({"tally": "recording"}, Lamp(on=True, tally=Tally.RECORDING, color=RED)),
        ({"tally": "idle"}, Lamp()),
        ({"tally": "paused", "on": False}, Lamp(tally=Tally.PAUSED, color="#ffbf00")),
        ({"color": "#00FF00"}, Lamp(color="#00ff00")),
        ({"brightness": 12.345}, Lamp(brightness=12.3)),
        ({}, Lamp()),
    ],
)
def test_what_is_not_given_stays_or_follows_the_tally(given: Fields, lamp: Lamp) -> None:
    assert shown(Lamp(), given) == lamp


def test_the_lamp_reads_back_after_a_tenth_of_a_second(story: Story) -> None:
    story.do(SIGN, "set", tally="recording")
    story.wait(0.09)
    assert not story.fields(SIGN)["on"]
    story.wait(0.01)
    fields = story.fields(SIGN)
    assert (fields["on"], fields["tally"], fields["color"]) == (True, "recording", RED)


def test_a_stuck_lamp_takes_the_command_and_stays_as_it_is(story: Story) -> None:
    light = story.room.find(Light)
    assert light is not None
    light.stuck = True
    story.do(SIGN, "set", on=True)
    story.wait(10)
    assert not story.fields(SIGN)["on"]


@pytest.mark.parametrize(
    ("supports", "args", "error"),
    [
        (set(), {"color": RED}, ErrorCode.NOT_SUPPORTED),
        (set(), {"tally": "recording"}, ErrorCode.NOT_SUPPORTED),
        ({LightSupport.COLOR}, {"color": "red"}, ErrorCode.BAD_REQUEST),
        ({LightSupport.BRIGHTNESS}, {"brightness": 101}, ErrorCode.BAD_REQUEST),
        ({LightSupport.TALLY}, {"tally": "disco"}, ErrorCode.NOT_SUPPORTED),
    ],
)
def test_a_lamp_refuses_what_it_cannot_show(
    new_story: Callable[..., Story],
    supports: set[LightSupport],
    args: dict[str, object],
    error: ErrorCode,
) -> None:
    story = new_story(RoomOptions(lights={SIGN: frozenset(supports)}))
    with pytest.raises(CommandRefusedError) as refused:
        story.do(SIGN, "set", **args)
    assert refused.value.code is error
    assert set(story.fields(SIGN)) == {"on", "supports", *(word.value for word in supports)}


def test_selecting_a_relay_lets_go_of_the_other(story: Story) -> None:
    assert story.fields("relay/near")["selected"]
    story.do("relay/far", "select")
    assert not story.fields("relay/near")["selected"]
    assert story.fields("relay/far")["selected"]


def test_a_worse_way_is_seen(story: Story) -> None:
    relay = story.room.find(Relay, "relay/near")
    assert relay is not None
    good = story.fields("relay/near")
    relay.worse = True
    bad = story.fields("relay/near")
    assert bad["rtt"] > good["rtt"] + 150
    assert bad["loss"] > 4
    assert bad["jitter"] > good["jitter"] + 20
