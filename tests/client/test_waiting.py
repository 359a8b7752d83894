"""Answers that are waited for, and how long the next attempt waits."""

from collections.abc import Callable
from datetime import timedelta
from itertools import islice

from hypothesis import given, strategies as st
import pytest

from custom_components.micro_studio.client.backoff import FIRST, LONGEST, delays
from custom_components.micro_studio.client.commands import PendingCommands
from custom_components.micro_studio.client.errors import CommandRefusedError, CommandUnansweredError
from custom_components.micro_studio.wire.messages import Problem, Result
from custom_components.micro_studio.wire.vocabulary import ErrorCode

LONG = timedelta(minutes=1)
REFUSED = Problem(code=ErrorCode.BUSY, message="a take is running")

type Answer = Callable[[str], Result]

ANSWERS: list[tuple[str, Answer, ErrorCode | None]] = [
    ("yes", lambda id_: Result(id=id_, ok=True), None),
    ("no", lambda id_: Result(id=id_, ok=False, error=REFUSED), ErrorCode.BUSY),
    ("no, without a reason", lambda id_: Result(id=id_, ok=False), ErrorCode.UNKNOWN),
]


@pytest.fixture
def _impatience() -> None:
    """Wait as long as a room does."""


def command(pending: PendingCommands, patience: timedelta = LONG) -> str:
    """Return the id of a new command."""
    return pending.add("a", "door/main", "lock", {}, patience).id


@pytest.mark.parametrize(("answer", "code"), [case[1:] for case in ANSWERS], ids=lambda _: "")
async def test_an_answer_ends_the_wait(answer: Answer, code: ErrorCode | None) -> None:
    """Yes returns, no raises with the reason."""
    pending = PendingCommands()
    wish = pending.add("a", "door/main", "lock", {}, LONG)
    pending.resolve(answer(wish.id))

    if code is None:
        await pending.answer(wish, LONG)
    else:
        with pytest.raises(CommandRefusedError) as refused:
            await pending.answer(wish, LONG)
        assert refused.value.code is code


async def test_an_answer_to_nobody_is_ignored() -> None:
    """Late, double and foreign answers change nothing."""
    pending = PendingCommands()
    wish = pending.add("a", "door/main", "lock", {}, LONG)
    pending.resolve(Result(id="somebody else", ok=False))
    pending.resolve(Result(id=wish.id, ok=True))
    pending.resolve(Result(id=wish.id, ok=False))
    await pending.answer(wish, LONG)
    pending.resolve(Result(id=wish.id, ok=False))


async def test_patience_ends() -> None:
    """Nobody knows then whether it was carried out."""
    pending = PendingCommands()
    wish = pending.add("a", "door/main", "lock", {}, timedelta(seconds=0.01))
    with pytest.raises(CommandUnansweredError):
        await pending.answer(wish, timedelta(seconds=0.01))


async def test_what_is_forgotten_is_not_sent_again() -> None:
    """Twice is as good as once."""
    pending = PendingCommands()
    wish = pending.add("a", "door/main", "lock", {}, LONG)
    other = pending.add("a", "door/main", "lock", {}, LONG)
    pending.forget(wish)
    pending.forget(wish)
    assert list(pending) == [other]


async def test_commands_stay_in_order() -> None:
    """What goes out again after a reconnect goes out as it was asked."""
    pending = PendingCommands()
    ids = [command(pending) for _ in range(20)]
    assert [wish.id for wish in pending] == ids
    assert len(set(ids)) == len(ids)


async def test_an_entry_code_is_not_part_of_the_representation() -> None:
    """A log that prints a command holds no code."""
    pending = PendingCommands()
    wish = pending.add("a", "door/main", "set_credential", {"code": "493817"}, LONG)
    assert "493817" not in repr(wish)


@given(st.integers(min_value=1, max_value=200))
def test_waits_grow_to_a_bound(count: int) -> None:
    """Each wait lies in the upper half of its step, and no step is longer than the last."""
    ceiling = FIRST
    for wait in islice(delays(), count):
        assert ceiling / 2 <= wait <= ceiling <= LONGEST
        ceiling = min(2 * ceiling, LONGEST)


def test_rooms_do_not_come_back_at_once() -> None:
    """A hundred clients of one switch spread over its step."""
    waits = {next(delays()) for _ in range(100)}
    assert len(waits) > 90
    assert max(waits) - min(waits) > FIRST / 4
