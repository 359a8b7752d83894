"""Bookings that the node keeps."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from node.tests.simulation.theatre import START, Story
from studio_node.devices.base import CommandRefusedError
from studio_node.simulation.model.bookings import Bookings, Programme, Wish
from studio_node.simulation.model.room import RoomOptions
from studio_node.simulation.vault import MemoryVault
from studio_node.wire.vocabulary import ErrorCode

PART = "bookings"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def items(story: Story) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = story.fields(PART)["items"]
    return found


def test_each_change_counts_a_revision(story: Story) -> None:
    story.do(PART, "create", uid="a", start=at(1), end=at(2), title="One", guest="g")
    story.do(PART, "create", uid="a", start=at(1), end=at(2), title="One", guest="g")
    story.do(PART, "move", uid="a", start=at(3), end=at(4))
    story.do(PART, "cancel", uid="a")
    story.do(PART, "cancel", uid="a")
    assert items(story) == [
        {
            "uid": "a",
            "start": at(3).isoformat(),
            "end": at(4).isoformat(),
            "status": "cancelled",
            "title": "One",
            "guest": "g",
            "revision": 2,
        }
    ]


@pytest.mark.parametrize(
    ("action", "args", "error"),
    [
        ("create", {"uid": "b", "start": at(1.5), "end": at(2.5)}, ErrorCode.CONFLICT),
        ("create", {"uid": "a", "start": at(5), "end": at(6)}, ErrorCode.CONFLICT),
        ("create", {"uid": "b", "start": at(5), "end": at(5)}, ErrorCode.BAD_REQUEST),
        (
            "create",
            {"uid": "b", "start": at(5), "end": at(6), "status": "cancelled"},
            ErrorCode.BAD_REQUEST,
        ),
        ("move", {"uid": "c", "start": at(1.5), "end": at(3)}, ErrorCode.CONFLICT),
        ("move", {"uid": "x", "start": at(5), "end": at(6)}, ErrorCode.NOT_FOUND),
        ("cancel", {"uid": "x"}, ErrorCode.NOT_FOUND),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    story: Story, action: str, args: dict[str, object], error: ErrorCode
) -> None:
    story.do(PART, "create", uid="a", start=at(1), end=at(2))
    story.do(PART, "create", uid="c", start=at(3), end=at(4))
    before = items(story)
    with pytest.raises(CommandRefusedError) as refused:
        story.do(PART, action, **args)
    assert refused.value.code is error
    assert items(story) == before


def test_bookings_may_touch_and_a_cancelled_one_frees_its_time(story: Story) -> None:
    story.do(PART, "create", uid="a", start=at(1), end=at(2))
    story.do(PART, "create", uid="b", start=at(2), end=at(3))
    story.do(PART, "cancel", uid="a")
    story.do(PART, "create", uid="c", start=at(1), end=at(2))
    with pytest.raises(CommandRefusedError):
        story.do(PART, "move", uid="a", start=at(7), end=at(8))


def test_past_bookings_stay_for_a_day(story: Story) -> None:
    story.do(PART, "create", uid="a", start=at(1), end=at(2))
    story.wait(25.9 * 3600)
    assert [item["uid"] for item in items(story)] == ["a"]
    story.wait(0.2 * 3600)
    assert items(story) == []


def test_wishes_are_booked_once_and_bookings_survive_a_restart(
    new_story: Callable[..., Story],
) -> None:
    vault = MemoryVault()
    wish = Wish(timedelta(minutes=3), timedelta(minutes=5), "First", "guest-4")
    options = RoomOptions(bookings=(wish,))
    story = new_story(options, vault)
    story.do(PART, "create", uid="a", start=at(1), end=at(2))
    again = new_story(options, vault)
    assert items(again) == items(story)
    assert [(item["uid"], item["start"]) for item in items(again)] == [
        ("studio-1-1", at(0.05).isoformat()),
        ("a", at(1).isoformat()),
    ]


def test_a_programme_goes_on_all_day_and_leaves_room_for_others(
    new_story: Callable[..., Story],
) -> None:
    programme = Programme(timedelta(minutes=12), timedelta(minutes=6))
    vault = MemoryVault()
    story = new_story(RoomOptions(programme=programme), vault)
    first = items(story)
    assert len(first) == 3
    story.do(PART, "cancel", uid=first[1]["uid"])
    story.wait(3600)
    assert len(items(story)) == 8
    assert items(story)[1]["status"] == "cancelled"
    uids = [item["uid"] for item in items(story)]
    again = new_story(RoomOptions(programme=programme), vault)
    assert [item["uid"] for item in items(again)] == uids


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["create", "move", "cancel"]),
            st.sampled_from("abcd"),
            st.integers(0, 20),
            st.integers(-1, 5),
        ),
        max_size=30,
    )
)
def test_two_live_bookings_never_overlap(steps: list[tuple[str, str, int, int]]) -> None:
    bookings = Bookings(PART, lambda *_: None, MemoryVault())
    for action, uid, begin, length in steps:
        args: dict[str, Any] = {"uid": uid}
        if action != "cancel":
            args |= {"start": at(begin).isoformat(), "end": at(begin + length).isoformat()}
        try:
            bookings.perform(START, action, args)
        except CommandRefusedError:
            continue
    found: Any = bookings.fields(START)["items"]
    live = [item for item in found if item["status"] != "cancelled"]
    assert all(a["end"] <= b["start"] for a, b in pairwise(live))
