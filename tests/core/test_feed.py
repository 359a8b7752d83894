"""What is believed of a calendar: never that it is empty because it does not answer."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.feed import Failure, Feed, Verdict, accept_empty, judge
from custom_components.micro_studio.core.occurrence import Reading

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PERIOD = timedelta(minutes=5)
DOWN = Failure("TimeoutError")
NOTHING = Reading(bookings=())


def booking(number: int = 0, *, day: int = 1, status: Status = Status.CONFIRMED) -> Booking:
    """Return one booking of a day: 0 is today, and over at noon."""
    start = NOON + timedelta(days=day, hours=number - 9)
    return Booking(
        source="calendar", uid=f"b{number}", start=start, end=start + HOUR, status=status
    )


A, B, C = booking(0), booking(1), booking(2)


def play(*reads: Reading | Failure, feed: Feed | None = None) -> tuple[Feed, list[Verdict]]:
    """Read every five minutes from noon on."""
    feed, verdicts = feed or Feed(), []
    for count, each in enumerate(reads):
        feed, verdict = judge(feed, each, NOON + count * PERIOD)
        verdicts.append(verdict)
    return feed, verdicts


def good(*bookings: Booking) -> Reading:
    """Return a good read."""
    return Reading(bookings=bookings)


T, D, E, F = Verdict.TAKEN, Verdict.DOUBTED, Verdict.EMPTY, Verdict.FAILED


@pytest.mark.parametrize(
    ("reads", "verdicts", "known", "stale_after"),
    [
        ((good(A, B),), [T], (A, B), None),
        ((NOTHING,), [T], (), None),  # a studio without bookings is one
        ((NOTHING, NOTHING, good(A)), [T, T, T], (A,), None),
        ((good(A), NOTHING), [T, T], (), None),  # one alone may well be cancelled
        ((good(A, B), good(A)), [T, T], (A,), None),
        ((good(A, B), NOTHING), [T, D], (A, B), 1),
        ((good(A, B), NOTHING, NOTHING, NOTHING), [T, D, D, E], (A, B), 1),
        ((good(A, B), *([NOTHING] * 5)), [T, D, D, E, E, E], (A, B), 1),
        ((good(A, B), NOTHING, good(C), NOTHING), [T, D, T, T], (), None),
        ((good(A, B), NOTHING, NOTHING, good(A, B)), [T, D, D, T], (A, B), None),
        ((good(A, B), NOTHING, DOWN, NOTHING, NOTHING), [T, D, F, D, E], (A, B), 1),
        ((DOWN,), [F], (), 0),
        ((DOWN, DOWN, good(A)), [F, F, T], (A,), None),
        ((good(A, B), DOWN, DOWN), [T, F, F], (A, B), 1),
        ((good(A, B), DOWN, good(B, C)), [T, F, T], (B, C), None),
    ],
)
def test_what_a_feed_is_believed(
    reads: tuple[Reading | Failure, ...],
    verdicts: list[Verdict],
    known: tuple[Booking, ...],
    stale_after: int | None,
) -> None:
    feed, seen = play(*reads)
    assert seen == verdicts
    assert feed.bookings == known
    since = None if stale_after is None else NOON + stale_after * PERIOD
    assert feed.stale_since == since


def test_a_feed_that_never_answered_is_unknown_and_not_empty() -> None:
    feed, _ = play(DOWN, DOWN)
    assert feed.read_at is None


def test_a_read_that_failed_leaves_the_time_of_the_last_good_one() -> None:
    feed, _ = play(good(A), good(A), DOWN)
    assert feed.read_at == NOON + PERIOD


def test_bookings_that_are_over_or_cancelled_may_vanish_together() -> None:
    over = booking(0, day=0), booking(1, day=0), booking(2, day=0, status=Status.CONFIRMED)
    called_off = booking(3, status=Status.CANCELLED)
    assert play(good(*over, called_off, A), NOTHING)[1] == [T, T]


def test_a_person_says_that_the_calendar_is_empty() -> None:
    feed, _ = play(good(A, B), NOTHING, NOTHING, NOTHING)
    feed = accept_empty(feed, NOON + HOUR)
    assert (feed.bookings, feed.read_at, feed.stale_since) == ((), NOON + HOUR, None)
    assert feed.lacking == {A.key, B.key}
    assert play(NOTHING, NOTHING, feed=feed)[1] == [T, T]


def test_what_is_gone_is_looked_for_once_more() -> None:
    feed, _ = play(good(A, B), good(B))
    assert feed.lacking == {A.key}
    assert not feed.settled
    feed, _ = play(good(B), feed=feed)
    assert feed.lacking == frozenset()
    assert feed.settled


@pytest.mark.parametrize("read", [DOWN, NOTHING])
def test_a_feed_in_doubt_is_read_as_a_whole(read: Reading | Failure) -> None:
    feed, _ = play(good(A, B), read)
    assert not feed.settled
    assert play(good(A, B))[0].settled
    assert not Feed().settled


def test_a_restart_forgets_neither_the_bookings_nor_the_doubt() -> None:
    """The room remembers; so a calendar that came up empty is doubted from the first read on."""
    feed, verdicts = play(NOTHING, feed=Feed(bookings=(A, B)))
    assert verdicts == [D]
    assert feed.read_at is None
    feed, _ = play(good(B), feed=Feed(bookings=(A, B)))
    assert feed.lacking == {A.key}


READS = st.lists(
    st.one_of(
        st.just(DOWN),
        st.just(NOTHING),
        st.lists(st.integers(0, 5), unique=True).map(
            lambda numbers: good(*(booking(number) for number in sorted(numbers)))
        ),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(READS)
def test_many_bookings_never_vanish_unless_another_one_is_there(
    reads: list[Reading | Failure],
) -> None:
    feed = Feed()
    for count, read in enumerate(reads):
        before, now = feed, NOON + count * PERIOD
        feed, verdict = judge(before, read, now)
        if verdict is Verdict.TAKEN:
            assert isinstance(read, Reading)
            assert (feed.bookings, feed.read_at, feed.stale_since) == (read.bookings, now, None)
            assert read.bookings or len(before.bookings) < 2
        else:
            assert (feed.bookings, feed.read_at) == (before.bookings, before.read_at)
            assert feed.stale_since == (before.stale_since or now)
        assert (verdict is Verdict.EMPTY) <= (feed.empty_reads >= 3)
