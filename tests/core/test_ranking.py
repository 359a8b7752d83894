"""Which room suits best, and why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.policy import MINUTE
from custom_components.micro_studio.core.ranking import (
    PROS,
    Candidate,
    KitError,
    NotFree,
    Point,
    Ranked,
    Wish,
    missing,
    parse_kit,
    rank,
)
from tests.core.scene import clock

WISH = Wish(start=clock("10:00"), end=clock("12:00"))


def room(key: str = "a", /, **known: object) -> Candidate:
    """Return a good room on the north site."""
    known = {"readiness": 100, "relay_latency": 10.0} | known
    return Candidate(key=key, name=f"Studio {key}", site=str(known.pop("site", "north")), **known)  # type: ignore[arg-type]


def wish(**changed: object) -> Wish:
    """Return a wish for two hours."""
    return replace(WISH, **changed)  # type: ignore[arg-type]


def keys(ranked: tuple[Ranked, ...]) -> list[str]:
    """Return who comes first."""
    return [item.candidate.key for item in ranked]


def codes(ranked: Ranked) -> list[str]:
    """Return the reasons for a place."""
    return [remark.code.value for remark in ranked.reasons]


@pytest.mark.parametrize(
    ("items", "kit"),
    [
        (["4 microphone"], {"microphone": 4}),
        (["4x Microphones"], {"microphone": 4}),
        (["4 x microphone", "2 \u00d7 MICROPHONE", "1\u00d7microphone"], {"microphone": 7}),
        (["camera", " Camera "], {"camera": 2}),
        (["USB   Audio interface"], {"usb audio interface": 1}),
        (["2 xlr cables"], {"xlr cable": 2}),
        (["2i2 interface"], {"2i2 interface": 1}),
        (["double bass", "2 gas"], {"double bass": 1, "gas": 2}),
        (["3 Kameras", "Kopfhörer"], {"kamera": 3, "kopfhörer": 1}),
        (["", "  "], {}),
    ],
)
def test_the_kit_is_counted_however_it_is_written(items: list[str], kit: dict[str, int]) -> None:
    """Case, spaces and a plural make no difference."""
    assert parse_kit(items) == kit


@pytest.mark.parametrize("item", ["0 microphone", "4", "???", "x" * 61])
def test_what_is_no_item_is_named(item: str) -> None:
    """So that the form can show it."""
    with pytest.raises(KitError) as caught:
        parse_kit(["camera", f" {item} "])
    assert caught.value.item == item


@pytest.mark.parametrize(
    ("needs", "lacking"),
    [
        (["2 microphone"], {}),
        (["4x Microphones", "camera"], {}),
        (["5 microphone", "2 cameras", "piano"], {"camera": 1, "microphone": 1, "piano": 1}),
        (["3 microphone", "3 microphones"], {"microphone": 2}),
        (["0 piano", ""], {}),
        (["???"], {"???": 1}),
    ],
)
def test_what_the_room_lacks_is_counted(needs: list[str], lacking: dict[str, int]) -> None:
    """In the order of the alphabet."""
    found = missing(needs, parse_kit(["4 microphone", "camera"]))
    assert list(found.items()) == list(lacking.items())


@given(needs=st.lists(st.text(max_size=20), max_size=5))
def test_a_guest_may_need_anything(needs: list[str]) -> None:
    """A room that has exactly what is needed lacks nothing, whatever it is."""
    assert not missing(needs, missing(needs, {}))


@pytest.mark.parametrize(
    ("changed", "known", "code", "values"),
    [
        ({}, {}, "free_including_buffers", {}),
        ({}, {"readiness": 95}, "ready", {"percent": 95}),
        ({}, {"readiness": 60}, "readiness_low", {"percent": 60}),
        ({}, {"readiness": None}, "readiness_unknown", {}),
        ({}, {"relay_latency": 12.4}, "relay_near", {"milliseconds": 12}),
        ({}, {"relay_latency": 80.0}, "relay_far", {"milliseconds": 80}),
        ({}, {"relay_latency": None}, "relay_unknown", {}),
        ({}, {"relay_latency": float("nan")}, "relay_unknown", {}),
        ({"max_relay_latency": 80.0}, {"relay_latency": 80.0}, "relay_far", {"milliseconds": 80}),
        ({"needs": frozenset({"camera"})}, {"kit": {"camera": 1}}, "kit_complete", {}),
        ({"needs": frozenset({"camera"})}, {}, "kit_unknown", {}),
        ({"party_size": 2}, {"capacity": 4}, "capacity_enough", {"people": 4}),
        ({"party_size": 2}, {}, "capacity_unknown", {}),
        ({"near": "north"}, {}, "same_site", {}),
        ({"near": "south"}, {}, "travel_unknown", {}),
        ({"near": "south"}, {"travel": 12.5 * MINUTE}, "travel", {"minutes": 13}),
        ({}, {"travel": 12 * MINUTE}, "travel", {"minutes": 12}),
    ],
)
def test_a_room_that_would_do_says_what_is_good_or_bad(
    changed: Mapping[str, object], known: Mapping[str, object], code: str, values: object
) -> None:
    """And what nobody knows."""
    (found,) = rank(wish(**changed), [room(**known)])
    assert found.suitable
    (remark,) = [remark for remark in found.reasons if remark.code.value == code]
    assert remark.values == values
    assert remark.speaks_for is (remark.code in PROS)


@pytest.mark.parametrize(
    ("changed", "known", "code", "values"),
    [
        *(({}, {"not_free": reason}, reason.value, {}) for reason in NotFree),
        (
            {"needs": frozenset({"3 microphone", "camera"})},
            {"kit": {"microphone": 1}},
            "kit_missing",
            {"items": "1 camera, 2 microphone"},
        ),
        ({"needs": frozenset({"camera"})}, {"kit": {}}, "kit_missing", {"items": "1 camera"}),
        ({"party_size": 5}, {"capacity": 4}, "capacity_too_small", {"people": 4}),
        (
            {"max_relay_latency": 79.0},
            {"relay_latency": 80.0},
            "relay_too_far",
            {"milliseconds": 80},
        ),
    ],
)
def test_a_room_that_will_not_do_says_why(
    changed: Mapping[str, object], known: Mapping[str, object], code: str, values: object
) -> None:
    """And is behind the worst one that would do."""
    poor = room("z", readiness=0, relay_latency=None, site="south", travel=timedelta(hours=30))
    poor = replace(poor, kit={"microphone": 3, "camera": 1}, capacity=5)
    poor = replace(poor, relay_latency=79.0) if "max_relay_latency" in changed else poor
    best, last = rank(wish(**changed), [room(**known), poor])
    assert (best.candidate.key, best.suitable, last.suitable) == ("z", True, False)
    (remark,) = [remark for remark in last.reasons if remark.code.value == code]
    assert (remark.values, remark.speaks_for) == (values, False)


def test_the_reasons_of_a_good_room_read_in_order() -> None:
    """Time, things, people, state, network, way."""
    asked = wish(needs=frozenset({"camera"}), party_size=2, near="north")
    (found,) = rank(asked, [room(kit={"camera": 1}, capacity=2)])
    assert codes(found) == [
        "free_including_buffers",
        "kit_complete",
        "capacity_enough",
        "ready",
        "relay_near",
        "same_site",
    ]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"readiness": 99}),
        ({}, {"readiness": None}),
        ({"readiness": None}, {"readiness": 60}),
        ({}, {"relay_latency": 11.0}),
        ({}, {"relay_latency": None}),
        ({"site": "south", "travel": 29 * MINUTE}, {"site": "south"}),
        ({}, {"site": "south", "travel": MINUTE}),
        # a short walk is better than a room that is in a bad state
        ({"site": "south", "travel": 15 * MINUTE}, {"readiness": 60}),
        ({"not_free": NotFree.BUFFER}, {"not_free": NotFree.BUFFER, "readiness": 50}),
    ],
)
def test_the_better_room_comes_first(
    better: Mapping[str, object], worse: Mapping[str, object]
) -> None:
    """Whatever it is called."""
    asked = wish(near="north")
    assert keys(rank(asked, [room("a", **worse), room("b", **better)])) == ["b", "a"]


def test_near_a_studio_is_near_its_site() -> None:
    """The guest stands in front of it."""
    rooms = [room("a"), room("b", site="south"), room("c", site="south")]
    assert keys(rank(wish(near="c"), rooms)) == ["b", "c", "a"]


# Small numbers, so that rooms are often alike.
candidates = st.builds(
    Candidate,
    key=st.text("abcdef", min_size=1, max_size=3),
    name=st.just("Studio"),
    site=st.sampled_from(["north", "south"]),
    not_free=st.none() | st.sampled_from(NotFree),
    kit=st.none() | st.dictionaries(st.sampled_from(["camera", "microphone"]), st.integers(1, 4)),
    readiness=st.none() | st.integers(0, 100),
    relay_latency=st.none() | st.sampled_from([float("nan"), 5.0, 40.0, 51.0, 200.0]),
    travel=st.none() | st.integers(0, 90).map(lambda minutes: minutes * MINUTE),
    capacity=st.none() | st.integers(1, 6),
)
rooms_of_a_network = st.lists(candidates, max_size=6, unique_by=lambda item: item.key)
wishes = st.builds(
    Wish,
    start=st.just(WISH.start),
    end=st.just(WISH.end),
    needs=st.frozensets(st.sampled_from(["camera", "2 microphone", "piano"])),
    party_size=st.none() | st.integers(1, 6),
    near=st.sampled_from(["", "north", "a"]),
    max_relay_latency=st.none() | st.just(50.0),
)


@settings(max_examples=200)
@given(asked=wishes, rooms=rooms_of_a_network, chance=st.randoms())
def test_the_order_in_which_rooms_are_told_makes_no_difference(
    asked: Wish, rooms: list[Candidate], chance: st.DataObject
) -> None:
    """Every room has its place, and no unsuitable one is before a suitable one."""
    ranked = rank(asked, rooms)
    shuffled = list(rooms)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert keys(rank(asked, shuffled)) == keys(ranked)
    assert sorted(keys(ranked)) == sorted(item.key for item in rooms)
    suited = [item.suitable for item in ranked]
    assert suited == sorted(suited, reverse=True)
    assert all(item.suitable is (item.cost < 1000) for item in ranked)


def improved(candidate: Candidate) -> Candidate:
    """Return a room that is better in all that is known of it."""
    return replace(
        candidate,
        not_free=None,
        kit=None if candidate.kit is None else {"camera": 9, "microphone": 9, "piano": 9},
        readiness=None if candidate.readiness is None else candidate.readiness + 1,
        relay_latency=None if candidate.relay_latency is None else candidate.relay_latency / 2,
        travel=None if candidate.travel is None else candidate.travel / 2,
        capacity=None if candidate.capacity is None else candidate.capacity + 1,
    )


@settings(max_examples=200)
@given(asked=wishes, worse=candidates, name=st.sampled_from(["", "zz"]))
def test_a_room_that_is_better_in_every_respect_is_never_behind(
    asked: Wish, worse: Candidate, name: str
) -> None:
    """Whichever comes first in the alphabet, unless they are alike to the wish."""
    better = replace(improved(worse), key=f"{name}!")
    first, last = sorted(rank(asked, [worse, better]), key=lambda item: item.candidate is worse)
    assert first.cost <= last.cost
    assert first.suitable or not last.suitable
    if worse.readiness is not None or not worse.free:
        assert keys(rank(asked, [worse, better]))[0] == better.key


@settings(max_examples=200)
@given(asked=wishes, rooms=rooms_of_a_network)
def test_every_reason_has_the_values_of_its_sentence(asked: Wish, rooms: list[Candidate]) -> None:
    """A sentence never shows a placeholder."""
    wanted = {
        Point.KIT_MISSING: {"items"},
        Point.READY: {"percent"},
        Point.READINESS_LOW: {"percent"},
        Point.RELAY_NEAR: {"milliseconds"},
        Point.RELAY_FAR: {"milliseconds"},
        Point.RELAY_TOO_FAR: {"milliseconds"},
        Point.TRAVEL: {"minutes"},
        Point.CAPACITY_ENOUGH: {"people"},
        Point.CAPACITY_TOO_SMALL: {"people"},
    }
    for item in rank(asked, rooms):
        for remark in item.reasons:
            named = {} if isinstance(remark.code, NotFree) else wanted.get(remark.code, set())
            assert set(remark.values) == set(named)
