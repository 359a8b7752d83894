"""A studio's data says which of Home Assistant's entities stand for its parts."""

from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.sources.bindings import ROLES, Bindings, Door, rebound

DEVICES = {
    "front": "device 1",
    "front contact": "device 1",
    "front battery": "device 1",
    "back": "device 2",
    "back contact": "device 2",
}


def bound(**data: object) -> Bindings:
    """Return the bindings of a studio."""
    return Bindings.from_data(data, DEVICES.get)


def test_a_studio_without_bindings_has_none() -> None:
    assert bound() == Bindings()
    assert bound().roles == {}


@pytest.mark.parametrize(
    ("data", "doors", "unpaired"),
    [
        ({"doors": ["b", "a"]}, (Door(lock="b"), Door(lock="a")), ()),
        (
            {"doors": ["front", "back"], "door_sensors": ["back contact", "front contact"]},
            (
                Door(lock="front", sensor="front contact"),
                Door(lock="back", sensor="back contact"),
            ),
            (),
        ),
        (
            {"doors": ["x", "back", "y"], "door_sensors": ["s", "back contact", "t"]},
            (
                Door(lock="x", sensor="s"),
                Door(lock="back", sensor="back contact"),
                Door(lock="y", sensor="t"),
            ),
            (),
        ),
        (
            {"doors": ["front"], "batteries": ["front battery"], "door_sensors": ["s"]},
            (Door(lock="front", sensor="s", battery="front battery"),),
            (),
        ),
        (
            {"doors": ["front"], "door_sensors": ["s", "front contact"], "batteries": ["b", "c"]},
            (Door(lock="front", sensor="front contact", battery="b"),),
            ("s", "c"),
        ),
        ({"door_sensors": ["s"]}, (), ("s",)),
    ],
)
def test_sensors_go_to_the_door_of_their_device_and_the_rest_in_walking_order(
    data: dict[str, Any], doors: tuple[Door, ...], unpaired: tuple[str, ...]
) -> None:
    bindings = bound(**data)

    assert bindings.doors == doors
    assert bindings.unpaired == unpaired


@pytest.mark.parametrize("calendar", ["c", ["c"]])
def test_every_entity_that_stands_for_a_part_is_named_with_its_first_role(calendar: object) -> None:
    bindings = bound(
        doors=["l"],
        door_sensors=["s"],
        batteries=["b"],
        lights=["w", "w"],
        recording=["w"],
        presence=["p"],
        interfaces=["i"],
        calendar=calendar,
    )

    assert bindings.lights == ("w",)
    assert bindings.calendar == "c"
    assert bindings.roles == {
        "l": "doors",
        "s": "door_sensors",
        "b": "batteries",
        "w": "lights",
        "p": "presence",
        "i": "interfaces",
    }


@pytest.mark.parametrize("value", [None, 3, "", [None, 3, ""], {"a": 1}])
def test_what_somebody_broke_by_hand_binds_nothing(value: object) -> None:
    assert bound(**dict.fromkeys(ROLES, value)) == Bindings()


@pytest.mark.parametrize(
    ("instead", "changed"),
    [
        ("new", {"doors": ["a", "new"], "lights": ["new"], "calendar": "c", "kit": ["camera"]}),
        ("a", {"doors": ["a"], "lights": ["a"], "calendar": "c", "kit": ["camera"]}),
        (None, {"doors": ["a"], "calendar": "c", "kit": ["camera"]}),
    ],
)
def test_an_entity_is_replaced_in_all_its_roles_or_gone_without(
    instead: str | None, changed: dict[str, Any]
) -> None:
    data = {"doors": ["a", "old"], "lights": ["old"], "calendar": "c", "kit": ["camera"]}

    assert rebound(data, "old", instead) == changed
    assert data["doors"] == ["a", "old"]


def test_a_calendar_is_replaced_too() -> None:
    assert rebound({"calendar": "old"}, "old", "new") == {"calendar": "new"}
    assert rebound({"calendar": "old"}, "old", None) == {}


names = st.lists(st.sampled_from("abcdefgh"), max_size=6, unique=True)


@settings(max_examples=150)
@given(locks=names, sensors=names, devices=st.dictionaries(st.sampled_from("abcdefgh"), names))
def test_no_sensor_is_lost_and_none_serves_two_doors(
    locks: list[str], sensors: list[str], devices: dict[str, list[str]]
) -> None:
    """Sensors are told from locks by their case."""
    data = {"doors": locks, "door_sensors": [sensor.upper() for sensor in sensors]}

    bindings = Bindings.from_data(
        data, lambda entity: "".join(devices.get(entity.lower(), [])) or None
    )

    paired = [door.sensor for door in bindings.doors if door.sensor]
    assert sorted((*paired, *bindings.unpaired)) == sorted(data["door_sensors"])
    assert [door.lock for door in bindings.doors] == locks
    assert len(bindings.unpaired) == max(0, len(sensors) - len(locks))
