"""What Home Assistant's own entities show, read into the words of a studio's parts."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import State
import pytest

from custom_components.micro_studio.core.studio import Value
from custom_components.micro_studio.sources.bindings import Door
from custom_components.micro_studio.sources.states import (
    read_door,
    read_interface,
    read_light,
    read_presence,
    read_recorder,
)
from custom_components.micro_studio.wire.parts import DOOR, INTERFACE, LIGHT

DIMMABLE = {"supported_color_modes": ["brightness"]}
COLOURED = {"supported_color_modes": ["hs", "color_temp"]}


def door(state: str, **attributes: object) -> dict[str, Value]:
    """Read a door with nothing but a lock."""
    return read_door(Door(lock="d"), {"d": State("lock.d", state, attributes)})


@pytest.mark.parametrize(
    ("state", "locked", "jammed", "motion"),
    [
        ("locked", True, False, "still"),
        ("unlocked", False, False, "still"),
        ("open", False, False, "still"),
        ("locking", False, False, "locking"),
        ("unlocking", True, False, "unlocking"),
        ("opening", None, False, "opening"),
        ("jammed", None, True, "still"),
        (STATE_UNKNOWN, None, None, None),
        (STATE_UNAVAILABLE, None, None, None),
        ("melted", None, None, None),
    ],
)
def test_a_lock_is_read(
    state: str, locked: bool | None, jammed: bool | None, motion: str | None
) -> None:
    values = door(state)

    assert (values["locked"], values["jammed"], values["motion"]) == (locked, jammed, motion)
    assert values["reachable"] is (state != STATE_UNAVAILABLE)


@pytest.mark.parametrize(
    ("attributes", "name", "value"),
    [
        ({"supported_features": 1}, "latch", True),
        ({"supported_features": 0}, "latch", False),
        ({}, "latch", None),
        ({"changed_by": "keypad"}, "changed_by", "keypad"),
        ({"changed_by": 3}, "changed_by", None),
        ({}, "changed_by", None),
        ({"friendly_name": "Front door"}, "label", "Front door"),
        ({}, "label", "d"),
    ],
)
def test_what_a_lock_tells_besides(attributes: dict[str, Any], name: str, value: Value) -> None:
    assert door("locked", **attributes)[name] == value


@pytest.mark.parametrize(("state", "leaf"), [("on", True), ("off", False), (STATE_UNKNOWN, None)])
def test_a_door_contact_tells_of_the_leaf(state: str, leaf: bool | None) -> None:
    seen = {"s": State("binary_sensor.s", state)}

    assert read_door(Door(lock="d", sensor="s"), seen)["open"] is leaf
    assert "open" not in read_door(Door(lock="d"), seen)


@pytest.mark.parametrize(
    ("state", "charge"),
    [
        ("80", 80),
        ("80.5", 80.5),
        ("0", 0),
        ("low", None),
        ("nan", None),
        ("inf", None),
        ("140", None),
        ("-1", None),
        (STATE_UNAVAILABLE, None),
    ],
)
def test_a_battery_is_a_share(state: str, charge: float | None) -> None:
    seen = {"b": State("sensor.b", state)}

    assert read_door(Door(lock="d", battery="b"), seen)["battery"] == charge
    assert "battery" not in read_door(Door(lock="d"), seen)


@pytest.mark.parametrize(
    ("state", "values"),
    [
        (State("switch.l", "on"), {"on": True, "supports": ()}),
        (State("switch.l", "off"), {"on": False, "supports": ()}),
        (State("light.l", "on", {"supported_color_modes": ["onoff"]}), {"on": True}),
        (
            State("light.l", "on", {**DIMMABLE, "brightness": 255}),
            {"on": True, "supports": ("brightness",), "brightness": 100},
        ),
        (
            State("light.l", "off", {**DIMMABLE, "brightness": None}),
            {"on": False, "supports": ("brightness",), "brightness": None},
        ),
        (
            State("light.l", "on", {**COLOURED, "brightness": 51, "rgb_color": (255, 0, 16)}),
            {"supports": ("brightness", "color"), "brightness": 20, "color": "#ff0010"},
        ),
        (
            State("light.l", STATE_UNAVAILABLE, COLOURED),
            {"on": None, "supports": ("brightness", "color"), "brightness": None, "color": None},
        ),
        (State("light.l", "on", {**COLOURED, "rgb_color": "red"}), {"color": None}),
        (State("light.l", STATE_UNKNOWN), {"on": None, "reachable": True}),
        (None, {"on": None, "supports": None, "label": None, "reachable": False}),
    ],
)
def test_a_lamp_is_read_and_what_it_cannot_do_is_absent(
    state: State | None, values: dict[str, Value]
) -> None:
    read = read_light("l", {} if state is None else {"l": state})

    assert {name: read[name] for name in values} == values
    supports = values.get("supports") or ()
    assert isinstance(supports, tuple)
    if "supports" in values:
        assert ("brightness" in read, "color" in read) == (
            "brightness" in supports,
            "color" in supports,
        )
    assert "tally" not in read


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State("binary_sensor.i", "on", {"device_class": "connectivity"}), "healthy"),
        (State("binary_sensor.i", "off", {"device_class": "connectivity"}), "unhealthy"),
        (State("binary_sensor.i", "on", {"device_class": "problem"}), "unhealthy"),
        (State("binary_sensor.i", "off", {"device_class": "problem"}), "healthy"),
        (State("binary_sensor.i", STATE_UNKNOWN, {"device_class": "problem"}), None),
        (State("binary_sensor.i", "on", {"device_class": "motion"}), None),
        (State("binary_sensor.i", "on"), None),
        (State("sensor.i", "healthy"), "healthy"),
        (State("sensor.i", "Partially healthy"), "partially_healthy"),
        (State("sensor.i", "unhealthy"), "unhealthy"),
        (State("sensor.i", "inactive"), "inactive"),
        (State("sensor.i", "OK"), "healthy"),
        (State("sensor.i", " warning "), "partially_healthy"),
        (State("sensor.i", "Error"), "unhealthy"),
        (State("sensor.i", "offline"), "unhealthy"),
        (State("sensor.i", "48000"), None),
        (State("sensor.i", STATE_UNAVAILABLE), None),
        (None, None),
    ],
)
def test_the_health_of_an_interface_is_read(state: State | None, status: str | None) -> None:
    assert read_interface("i", {} if state is None else {"i": state})["status"] == status


def test_only_a_connection_tells_whether_an_interface_is_there() -> None:
    linked = State("binary_sensor.i", "off", {"device_class": "connectivity"})
    broken = State("binary_sensor.i", "on", {"device_class": "problem"})

    assert read_interface("i", {"i": linked})["present"] is False
    assert "present" not in read_interface("i", {"i": broken})


@pytest.mark.parametrize(
    ("entity", "states"),
    [
        ("binary_sensor", {"on": "recording", "off": "idle", "melted": None}),
        ("switch", {"on": "recording", "off": "idle"}),
        ("input_boolean", {"on": "recording", "off": "idle", STATE_UNKNOWN: None}),
        (
            "media_player",
            {
                "recording": "recording",
                "playing": "recording",
                "on": "recording",
                "paused": "paused",
                "off": "idle",
                "idle": "idle",
                "standby": "idle",
                "buffering": None,
                STATE_UNKNOWN: None,
                STATE_UNAVAILABLE: None,
            },
        ),
    ],
)
def test_what_says_recording_is_read(entity: str, states: dict[str, str | None]) -> None:
    for state, recorder in states.items():
        values = read_recorder(("r",), {"r": State(f"{entity}.r", state)})
        assert values["state"] == recorder, state
        assert values["capturing"] is None
        assert values["reachable"] is (state != STATE_UNAVAILABLE)


@pytest.mark.parametrize(
    ("states", "recorder", "occupied"),
    [
        (["off", "off"], "idle", False),
        (["off", "on"], "recording", True),
        (["on", STATE_UNAVAILABLE], "recording", True),
        (["off", STATE_UNAVAILABLE], None, None),
        ([STATE_UNAVAILABLE, STATE_UNKNOWN], None, None),
        (["off"], None, None),  # the second was never seen
        ([], None, None),
    ],
)
def test_one_that_says_so_is_enough_and_one_that_is_silent_leaves_it_open(
    states: list[str], recorder: str | None, occupied: bool | None
) -> None:
    seen = {
        name: State(f"binary_sensor.{name}", state)
        for name, state in zip("ab", states, strict=False)
    }

    assert read_recorder(("a", "b"), seen)["state"] == recorder
    assert read_presence(("a", "b"), seen)["occupied"] is occupied
    there = any(state != STATE_UNAVAILABLE for state in states)
    assert read_presence(("a", "b"), seen)["reachable"] is there


@pytest.mark.parametrize(
    ("other", "recorder"), [("idle", "paused"), ("playing", "recording"), ("buffering", None)]
)
def test_a_pause_is_between_rest_and_recording(other: str, recorder: str | None) -> None:
    seen = {"a": State("media_player.a", "paused"), "b": State("media_player.b", other)}

    assert read_recorder(("a", "b"), seen)["state"] == recorder


def test_the_fields_are_those_of_a_nodes_parts() -> None:
    """Else no entity would show them."""
    seen = {
        "d": State("lock.d", "locked"),
        "l": State("light.l", "on", COLOURED),
        "i": State("binary_sensor.i", "on", {"device_class": "connectivity"}),
    }
    own = {"label", "reachable"}

    assert set(read_door(Door(lock="d", sensor="s", battery="b"), seen)) - own <= set(DOOR.fields)
    assert set(read_light("l", seen)) - own <= set(LIGHT.fields)
    assert set(read_interface("i", seen)) - own <= set(INTERFACE.fields)
