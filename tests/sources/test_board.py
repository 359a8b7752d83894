"""The board tells exactly those who show something that has changed."""

from hypothesis import given, strategies as st

from custom_components.micro_studio.sources.board import Board

PARTS, NAMES = ("door/main", "light/sign"), ("locked", "open", "battery")
reports = st.dictionaries(
    st.sampled_from(PARTS),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([True, False, None, 1.5])),
)


def counted(board: Board, part: str, *names: str) -> list[str]:
    """Return a list that grows with every call."""
    calls: list[str] = []
    board.watch(part, names, lambda: calls.append("changed"))
    return calls


def test_a_watcher_of_several_fields_hears_once_of_a_change_of_several() -> None:
    board = Board()
    calls = counted(board, "door/main", "locked", "open")

    board.update("door/main", {"locked": True, "open": False, "battery": 3})
    assert calls == ["changed"]

    board.update("door/main", {"battery": 4})
    board.update("door/main", {"locked": True, "open": False})
    board.update("light/sign", {"locked": False})
    assert calls == ["changed"]

    board.update("door/main", {"open": True})
    assert calls == ["changed"] * 2


def test_unknown_and_absent_are_different() -> None:
    board = Board()
    board.update("door/main", {"locked": None})

    assert board.has("door/main", "locked")
    assert not board.has("door/main", "open")
    assert board.get("door/main", "locked") is board.get("door/main", "open") is None
    assert dict(board.part("nothing")) == {}
    assert list(board) == ["door/main"]


def test_who_has_left_hears_nothing_any_more() -> None:
    board = Board()
    left, stays = [], counted(board, "door/main", "locked")
    end = board.watch("door/main", ("locked", "open"), lambda: left.append(1))
    ends = [board.watch_availability(end), board.watch_fittings(lambda: left.append(2))]
    assert board.availability_watchers() == (end,)

    end()
    for each in ends:
        each()
    board.update("door/main", {"locked": True, "open": True})

    assert left == []
    assert stays == ["changed"]
    assert board.availability_watchers() == ()


def test_fittings_are_told_when_a_field_or_a_part_comes_or_goes_and_only_then() -> None:
    board = Board()
    told: list[int] = []
    board.watch_fittings(lambda: told.append(1))

    board.update("door/main", {"locked": True})
    board.update("door/main", {"locked": False})
    assert len(told) == 1
    board.update("door/main", {"open": True})
    assert len(told) == 2
    board.withdraw("door/main", ["open"])
    assert len(told) == 3
    board.withdraw("door/main")
    assert len(told) == 4
    board.withdraw("door/main")
    assert len(told) == 4


@given(before=reports, after=reports)
def test_a_whole_report_ends_in_its_own_state_and_tells_exactly_the_differences(
    before: dict[str, dict[str, object]], after: dict[str, dict[str, object]]
) -> None:
    board = Board()
    board.replace(before)  # type: ignore[arg-type]
    calls = {(part, name): counted(board, part, name) for part in PARTS for name in NAMES}

    board.replace(after)  # type: ignore[arg-type]

    assert {part: dict(board.part(part)) for part in board} == after
    absent = object()
    for (part, name), heard in calls.items():
        old = before.get(part, {}).get(name, absent)
        new = after.get(part, {}).get(name, absent)
        assert len(heard) == (0 if old == new else 1), (part, name)

    for heard in calls.values():
        heard.clear()
    board.replace(after)  # type: ignore[arg-type]
    assert not any(calls.values())
