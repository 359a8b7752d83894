"""A delivery that is late or comes again is told from a new one, also after a restart."""

from datetime import UTC, datetime, timedelta
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.micro_studio.core.document import Node
from custom_components.micro_studio.core.errors import PersistError
from custom_components.micro_studio.sources.intake import revisions
from custom_components.micro_studio.sources.intake.revisions import Revisions, Verdict

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
END = NOW + timedelta(days=2)


def taken(revision: int, *, cancels: bool = False, end: datetime | None = END) -> Revisions:
    """Return a memory of one delivery."""
    known = Revisions()
    known.take("a", revision, end, cancels=cancels, now=NOW)
    return known


@pytest.mark.parametrize(
    ("before", "cancelled", "revision", "cancels", "verdict"),
    [
        (5, False, 6, False, Verdict.FRESH),
        (5, False, 5, False, Verdict.LATE),
        (5, False, 4, True, Verdict.LATE),
        (5, True, 4, False, Verdict.LATE),
        (5, True, 6, False, Verdict.FRESH),
        (5, False, 0, False, Verdict.UNNUMBERED),
        (5, False, 0, True, Verdict.UNNUMBERED),
        (0, False, 0, False, Verdict.FRESH),
        (0, False, 0, True, Verdict.FRESH),
        (0, True, 0, True, Verdict.LATE),
        (0, True, 0, False, Verdict.UNNUMBERED),
        (0, True, 1, False, Verdict.FRESH),
    ],
)
def test_a_delivery_is_compared_with_the_last_one_about_its_booking(
    before: int, cancelled: bool, revision: int, cancels: bool, verdict: Verdict
) -> None:
    known = taken(before, cancels=cancelled)
    assert known.judge("a", revision, cancels=cancels) is verdict
    assert known.judge("b", revision, cancels=cancels) is Verdict.FRESH


def test_a_booking_is_remembered_until_the_latest_end_that_was_ever_named() -> None:
    known = taken(1)
    known.take("a", 2, NOW + timedelta(hours=1), cancels=False, now=NOW)
    known.take("b", 1, NOW + timedelta(days=9), cancels=False, now=END - timedelta(seconds=1))
    assert known.judge("a", 1, cancels=False) is Verdict.LATE
    known.take("b", 2, NOW + timedelta(days=9), cancels=False, now=END)
    assert known.judge("a", 1, cancels=False) is Verdict.FRESH


def test_a_cancellation_without_an_end_is_remembered_for_a_year() -> None:
    known = taken(3, cancels=True, end=None)
    known.take("b", 1, NOW + timedelta(days=900), cancels=False, now=NOW + timedelta(days=365))
    assert known.judge("a", 2, cancels=False) is Verdict.LATE


def test_what_was_heard_of_least_recently_is_forgotten_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(revisions, "MOST", 2)
    known = taken(1)
    known.take("b", 1, END, cancels=False, now=NOW)
    known.take("a", 2, END, cancels=False, now=NOW)
    known.take("c", 1, END, cancels=False, now=NOW)
    assert known.judge("a", 2, cancels=False) is Verdict.LATE
    assert known.judge("b", 1, cancels=False) is Verdict.FRESH


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.booleans()), max_size=8),
    st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.booleans()),
)
def test_after_a_restart_the_same_is_known(
    past: list[tuple[str, int, bool]], next_one: tuple[str, int, bool]
) -> None:
    known, again = Revisions(), Revisions()
    for uid, revision, cancels in past:
        known.take(uid, revision, END, cancels=cancels, now=NOW)
    again.load(Node(place="webhook", value=json.loads(json.dumps(known.dump()))))
    uid, revision, cancels = next_one
    assert again.judge(uid, revision, cancels=cancels) is known.judge(
        uid, revision, cancels=cancels
    )
    assert again.dump() == known.dump()


def test_a_broken_memory_does_not_pass_for_none() -> None:
    with pytest.raises(PersistError, match=r"webhook\[a\]\.revision"):
        Revisions().load(Node(place="webhook", value={"a": {"revision": "1"}}))
