"""A door lets in whom it should, and nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from node.tests.simulation.theatre import START, Story
from studio_node.devices.base import CommandRefusedError
from studio_node.simulation.model.door import Door, DoorOptions
from studio_node.simulation.model.keypad import Entry, Keypad, Refusal
from studio_node.simulation.model.room import RoomOptions
from studio_node.simulation.vault import MemoryVault
from studio_node.wire.vocabulary import ErrorCode

DOOR = "door/main"


def minutes(count: float) -> datetime:
    return START + timedelta(minutes=count)


def fields(story: Story) -> dict[str, Any]:
    return story.fields(DOOR)


def door(story: Story) -> Door:
    found = story.room.find(Door)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("action", "after", "expected"),
    [
        ("unlock", 0.0, {"motion": "unlocking", "locked": True}),
        ("unlock", 0.5, {"motion": "unlocking", "locked": True}),
        ("unlock", 0.6, {"motion": "still", "locked": False, "changed_by": "remote"}),
        ("unlock", 60.0, {"motion": "still", "locked": False}),
        ("open", 0.5, {"motion": "opening", "locked": True}),
        ("open", 1.0, {"motion": "still", "locked": False}),
        ("open", 6.0, {"motion": "locking", "locked": False}),
        ("open", 6.6, {"motion": "still", "locked": True, "changed_by": "auto"}),
    ],
)
def test_the_bolt_takes_its_time(
    story: Story, action: str, after: float, expected: dict[str, object]
) -> None:
    story.do(DOOR, action)
    story.wait(after)
    assert {name: fields(story)[name] for name in expected} == expected
    assert story.events() == [("remote_unlock", {})]


def test_a_code_unlocks_for_five_seconds_and_says_whose_it_was(story: Story) -> None:
    story.do(DOOR, "set_credential", tag="b1", code="428193")
    assert door(story).type_code(story.now, "428193")
    story.wait(0.6)
    assert (fields(story)["locked"], fields(story)["changed_by"]) == (False, "b1")
    story.wait(4.9)
    assert not fields(story)["locked"]
    story.wait(0.8)
    assert (fields(story)["locked"], fields(story)["changed_by"]) == (True, "auto")
    assert story.events() == [("code_used", {"tag": "b1"})]


@pytest.mark.parametrize(
    ("at", "reason"), [(-1, "outside_window"), (0, None), (29.99, None), (30, "outside_window")]
)
def test_the_window_is_kept_by_the_door_itself(story: Story, at: float, reason: str | None) -> None:
    story.do(
        DOOR,
        "set_credential",
        tag="b1",
        code="428193",
        not_before=minutes(10),
        not_after=minutes(40),
    )
    story.wait((10 + at) * 60)
    assert door(story).type_code(story.now, "428193") is (reason is None)
    expected = (
        ("code_used", {"tag": "b1"})
        if reason is None
        else ("denied", {"reason": reason, "credential": "b1"})
    )
    assert story.events() == [expected]


def test_five_wrong_tries_lock_the_keypad_for_a_minute(story: Story) -> None:
    story.do(DOOR, "set_credential", tag="b1", code="428193")
    for _ in range(5):
        door(story).type_code(story.now, "0000")
        story.wait(1)
    assert not door(story).type_code(story.now, "428193")
    reasons = [data["reason"] for _, data in story.events()]
    assert reasons == ["unknown_code"] * 5 + ["locked_out"]
    story.wait(60)
    assert door(story).type_code(story.now, "428193")


def test_a_jammed_door_denies_and_says_so(story: Story) -> None:
    story.do(DOOR, "set_credential", tag="b1", code="428193")
    story.do(DOOR, "unlock")
    story.wait(1)
    door(story).stuck = True
    story.do(DOOR, "lock")
    story.wait(0.6)
    assert (fields(story)["jammed"], fields(story)["locked"]) == (True, False)
    story.events()
    assert not door(story).type_code(story.now, "428193")
    assert story.events() == [("denied", {"reason": "jammed", "credential": "b1"})]
    door(story).free()
    story.do(DOOR, "lock")
    story.wait(1)
    assert (fields(story)["jammed"], fields(story)["locked"]) == (False, True)


def test_a_door_that_is_broken_open_and_one_that_stays_open_are_told(story: Story) -> None:
    door(story).force(story.now)
    story.wait(29)
    assert story.events() == [("forced", {})]
    story.wait(1)
    assert story.events() == [("held_open", {"seconds": 30.0})]
    with pytest.raises(CommandRefusedError):
        story.do(DOOR, "lock")


def test_a_door_locks_itself_only_after_it_was_closed(story: Story) -> None:
    door(story).turn_knob(story.now)
    story.wait(1)
    assert door(story).open_leaf(story.now)
    story.wait(20)
    assert (fields(story)["open"], fields(story)["locked"]) == (True, False)
    door(story).close_leaf(story.now)
    story.wait(2)
    assert (fields(story)["open"], fields(story)["locked"]) == (False, True)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"tag": "b2", "code": "428193"}, ErrorCode.CONFLICT),
        ({"tag": "b2", "code": "12"}, ErrorCode.BAD_REQUEST),
        ({"tag": "b2", "code": "٤٢٨١"}, ErrorCode.BAD_REQUEST),
        ({"tag": " ", "code": "5555"}, ErrorCode.BAD_REQUEST),
        (
            {"tag": "b2", "code": "5555", "not_before": minutes(5), "not_after": minutes(5)},
            ErrorCode.BAD_REQUEST,
        ),
        ({"tag": "b3", "code": "5555"}, ErrorCode.FAILED),
    ],
)
def test_a_credential_that_cannot_be_is_refused(
    new_story: Callable[..., Story], args: dict[str, object], error: ErrorCode
) -> None:
    story = new_story(RoomOptions(doors={DOOR: DoorOptions(slots=2)}))
    story.do(DOOR, "set_credential", tag="b1", code="428193")
    if error is ErrorCode.FAILED:
        story.do(DOOR, "set_credential", tag="b2", code="4444")
    before = fields(story)["credentials"]
    with pytest.raises(CommandRefusedError) as refused:
        story.do(DOOR, "set_credential", **args)
    assert refused.value.code is error
    assert str(args["code"]) not in refused.value.message
    assert fields(story)["credentials"] == before


def test_a_lock_without_a_latch_says_so(new_story: Callable[..., Story]) -> None:
    story = new_story(RoomOptions(doors={DOOR: DoorOptions(latch=False)}))
    with pytest.raises(CommandRefusedError) as refused:
        story.do(DOOR, "open")
    assert refused.value.code is ErrorCode.NOT_SUPPORTED


def test_codes_survive_a_restart_and_a_changed_code_keeps_its_slot(
    new_story: Callable[..., Story],
) -> None:
    vault = MemoryVault()
    story = new_story(vault=vault)
    story.do(DOOR, "set_credential", tag="b1", code="428193", not_after=minutes(9))
    story.do(DOOR, "set_credential", tag="b2", code="4444")
    story.do(DOOR, "set_credential", tag="b1", code="917350", not_after=minutes(9))
    again = new_story(vault=vault)
    assert fields(again)["credentials"] == fields(story)["credentials"]
    assert [item["slot"] for item in fields(again)["credentials"]] == [1, 2]
    assert not door(again).type_code(again.now, "428193")
    assert door(again).type_code(again.now, "917350")
    again.do(DOOR, "clear_credential", tag="b1")
    assert not door(new_story(vault=vault)).type_code(again.now, "917350")


def test_a_code_is_shown_nowhere(story: Story) -> None:
    story.do(DOOR, "set_credential", tag="b1", code="428193")
    door(story).type_code(story.now, "428193")
    door(story).type_code(story.now, "739201")
    seen = repr((fields(story), story.events(), door(story).keypad.entries))
    assert "428193" not in seen
    assert "739201" not in seen


CODES = st.sampled_from(["1111", "2222", "3333", "4444"])
MOMENTS = st.one_of(st.none(), st.integers(0, 120).map(minutes))


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["set", "clear", "type"]),
            st.sampled_from(["a", "b", "c", "d"]),
            CODES,
            MOMENTS,
            MOMENTS,
            st.integers(0, 30),
        ),
        max_size=40,
    )
)
def test_no_code_ever_opens_outside_its_window(steps: list[Any]) -> None:
    keypad, now = Keypad(slots=3), START
    wanted: dict[str, tuple[str, datetime | None, datetime | None]] = {}
    for action, tag, code, not_before, not_after, pause in steps:
        now += timedelta(minutes=pause)
        if action == "set":
            try:
                keypad.entries[tag] = keypad.fit(tag, code, not_before, not_after)
            except CommandRefusedError:
                continue
            wanted[tag] = (code, not_before, not_after)
        elif action == "clear":
            keypad.entries.pop(tag, None)
            wanted.pop(tag, None)
        else:
            found = keypad.try_code(code, now)
            right = [
                name
                for name, (theirs, begin, end) in wanted.items()
                if theirs == code and (begin is None or begin <= now) and (end is None or now < end)
            ]
            assert isinstance(found, Refusal) or [found.tag] == right
        entries = keypad.entries.values()
        assert len({entry.code for entry in entries}) == len(entries)
        assert len({entry.slot for entry in entries}) == len(entries) <= keypad.slots


def test_the_current_guest_is_the_one_whose_window_opened_last() -> None:
    keypad = Keypad(
        3,
        (
            Entry("staff", 1, "1111"),
            Entry("early", 2, "2222", minutes(0), minutes(60)),
            Entry("late", 3, "3333", minutes(50), minutes(90)),
        ),
    )
    seen = [entry.tag for at in (-1, 10, 55, 70, 95) if (entry := keypad.current(minutes(at)))]
    assert seen == ["staff", "early", "late", "late", "staff"]
