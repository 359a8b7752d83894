"""Bookings that are made here: what is said of them late, again, or in another order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.errors import BookingError
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.core.ledger import (
    Ledger,
    LedgerError,
    Record,
    occurrences,
    recurrence_id,
)
from custom_components.micro_studio.sources.recurrence import expand
from tests.core.scene import booking, clock
from tests.core.series import FIRST, LAST, Facts, facts, series, series_facts, shown

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
BERLIN = "Europe/Berlin"

# Mondays at ten in Berlin: nine in UTC until the end of March, then eight.
MONDAYS = "FREQ=WEEKLY;BYDAY=MO"
SHOW = Booking(
    source="local",
    uid="show",
    title="Show",
    start=datetime(2026, 3, 16, 9, tzinfo=UTC),
    end=datetime(2026, 3, 16, 11, tzinfo=UTC),
)
SECOND = "20260323T090000Z"
THIRD = "20260330T080000Z"


def local(start: str = "10:00", end: str = "12:00", uid: str = "b1", **rest: object) -> Booking:
    """Return a booking of the day that is made here."""
    return booking(start, end, uid, source="local", **rest)


def weekly(rrule: str = f"{MONDAYS};COUNT=5") -> Ledger:
    """Return a ledger with the show."""
    return Ledger().keep(SHOW, rrule, BERLIN)


def agenda(ledger: Ledger) -> list[str]:
    """Return what is booked, with what it is called where that is not the show."""
    return [
        f"{start:%d.%m. %H:%M}"
        + ("" if title == "Show" else f" {title}")
        + (" off" if status == Status.CANCELLED else "")
        for start, _, status, title in series_facts(ledger)
    ]


def test_what_is_said_twice_is_one_booking() -> None:
    """The second time, there is nothing to write."""
    once = Ledger().keep(local())
    assert once.keep(local()) is once


def test_a_later_version_replaces_the_one_before() -> None:
    """Known by source and uid."""
    ledger = Ledger().keep(local()).keep(local("11:00", "13:00")).keep(local(uid="b2"))
    assert [item.booking.start for item in ledger.records.values()] == [
        clock("11:00"),
        clock("10:00"),
    ]


def test_what_arrives_late_changes_nothing() -> None:
    """An older revision has been overtaken; after a cancellation, too."""
    new = Ledger().keep(local("11:00", "13:00", revision=3))
    assert new.keep(local(revision=2)) is new
    gone = new.cancel("local", "b1", expand=expand)
    assert gone.keep(local(revision=2)) is gone
    off = Ledger().keep(local(revision=2, status=Status.CANCELLED))
    assert off.keep(local(revision=1)) is off


def test_what_a_source_says_again_does_not_undo_an_edit_made_here() -> None:
    """A webhook is delivered twice; in between, somebody moved the booking in the calendar."""
    told = Ledger().keep(local())
    moved = told.move("local", "b1", clock("14:00"), clock("15:00"), "Moved", expand=expand)
    gone = moved.cancel("local", "b1", expand=expand)
    assert moved.keep(local()) is moved
    assert gone.keep(local()) is gone
    assert gone.keep(local("16:00", "17:00")).records[("local", "b1")].booking.status == "confirmed"


def test_the_same_uid_of_another_source_is_another_booking() -> None:
    """Uids are unique within their source only."""
    ledger = Ledger().keep(local()).keep(booking(source="shop"))
    assert ledger.sources == {"local", "shop"}
    assert len(ledger.cancel("shop", "b1", expand=expand).records) == 2


@pytest.mark.parametrize("order", permutations(range(3)))
def test_a_chain_of_replacements_leaves_the_last_one_in_whatever_order(
    order: tuple[int, ...],
) -> None:
    """The guest has rescheduled twice, each time under a new uid."""
    chain = (
        local(uid="a"),
        replace(local("12:00", "13:00", uid="b"), replaces="a"),
        replace(local("14:00", "15:00", uid="c"), replaces="b"),
    )
    ledger = Ledger()
    for index in order:
        ledger = ledger.keep(chain[index])
    assert list(ledger.records.values()) == [Record(chain[2], former=frozenset("ab"))]
    assert all(ledger.keep(late) is ledger for late in chain)


def test_cancelling_what_was_replaced_does_not_touch_its_successor() -> None:
    """Booking systems say both, in either order."""
    ledger = Ledger().keep(local(uid="a")).keep(replace(local(uid="b"), replaces="a"))
    assert ledger.cancel("local", "a", expand=expand) is ledger


def test_a_booking_may_come_back_to_its_first_uid() -> None:
    """It replaces its own replacement."""
    there = Ledger().keep(local(uid="a")).keep(replace(local(uid="b"), replaces="a"))
    back = there.keep(replace(local(uid="a"), replaces="b"))
    assert [uid for _, uid in back.records] == ["a"]


def test_only_a_booking_of_the_same_source_is_replaced() -> None:
    """Another source may use the same uid."""
    ledger = Ledger().keep(booking(uid="a", source="shop"))
    assert len(ledger.keep(replace(local(uid="b"), replaces="a")).records) == 2


def test_a_booking_is_moved_and_keeps_the_rest() -> None:
    """Its guest comes at another time."""
    guest = Guest(name="Ada")
    ledger = Ledger().keep(replace(local(), guest=guest))
    moved = ledger.move("local", "b1", clock("14:00"), clock("15:00"), "Live", expand=expand)
    kept = moved.records[("local", "b1")].booking
    assert (kept.start, kept.title, kept.guest) == (clock("14:00"), "Live", guest)
    with pytest.raises(BookingError, match="ends_before_start"):
        ledger.move("local", "b1", clock("14:00"), clock("13:00"), "", expand=expand)


def test_a_cancelled_booking_stays_so_that_the_room_learns_it() -> None:
    """It is told as cancelled; to cancel it again says nothing new."""
    gone = Ledger().keep(local()).cancel("local", "b1", expand=expand)
    assert [status for _, _, status, _ in series_facts(gone)] == ["cancelled"]
    assert gone.cancel("local", "b1", expand=expand) is gone


@pytest.mark.parametrize(
    ("uid", "recurrence", "reason"),
    [
        ("nobody", "", "unknown_booking"),
        ("gone", "", "unknown_booking"),
        ("b1", SECOND, "unknown_occurrence"),  # no series
        ("show", "20260324T090000Z", "unknown_occurrence"),  # a Tuesday
        ("show", "20260323T093000Z", "unknown_occurrence"),
        ("show", "20260427T080000Z", "unknown_occurrence"),  # after its end
        ("show", "next week", "unknown_occurrence"),
        ("show", THIRD, "unknown_occurrence"),  # left out
    ],
)
@pytest.mark.parametrize("following", [False, True])
def test_what_is_not_there_cannot_be_moved(
    uid: str, recurrence: str, reason: str, *, following: bool
) -> None:
    """Nobody finds out later that the wrong one was meant."""
    ledger = weekly().keep(local()).keep(local(uid="gone"))
    ledger = ledger.cancel("local", "gone", expand=expand)
    ledger = ledger.cancel("local", "show", THIRD, expand=expand)
    with pytest.raises(LedgerError) as caught:
        ledger.move(
            "local",
            uid,
            clock("14:00"),
            clock("15:00"),
            "",
            recurrence,
            following=following,
            new_uid="new",
            expand=expand,
        )
    assert (caught.value.booking, caught.value.reason) == (uid, reason)


@pytest.mark.parametrize(
    ("uid", "recurrence", "reason"),
    [
        ("nobody", "", "unknown_booking"),
        ("b1", SECOND, "unknown_occurrence"),
        ("show", "20260324T090000Z", "unknown_occurrence"),
    ],
)
def test_what_is_not_there_cannot_be_cancelled(uid: str, recurrence: str, reason: str) -> None:
    """It would be taken for done."""
    with pytest.raises(LedgerError, match=reason):
        weekly().keep(local()).cancel("local", uid, recurrence, expand=expand)


def test_an_occurrence_is_no_booking_of_its_own() -> None:
    """Under one uid, one would overwrite the other."""
    with pytest.raises(LedgerError, match="unknown_occurrence"):
        Ledger().keep(local(recurrence_id=SECOND))


def test_a_series_stands_at_ten_o_clock_all_year() -> None:
    """In Berlin, and lasts two hours each time."""
    ledger = weekly()
    assert agenda(ledger) == [
        "16.03. 09:00",
        "23.03. 09:00",
        "30.03. 08:00",
        "06.04. 08:00",
        "13.04. 08:00",
    ]
    found = occurrences(ledger.records[("local", "show")], FIRST, LAST, expand)
    assert found[2].recurrence_id == THIRD
    assert {each.end - each.start for each in found} == {2 * HOUR}


def test_a_window_shows_also_what_began_before_it() -> None:
    """A session that goes on is not over for want of a start."""
    record = weekly().records[("local", "show")]
    begun = SHOW.start + WEEK
    assert len(occurrences(record, begun + HOUR, begun + 2 * HOUR, expand)) == 1
    assert occurrences(record, begun + 2 * HOUR, begun + 3 * HOUR, expand) == ()
    assert occurrences(record, begun - HOUR, begun, expand) == ()


def test_one_occurrence_is_moved_out_of_the_row() -> None:
    """It keeps its name, and can be moved again."""
    once = weekly().move(
        "local", "show", clock("20:00"), clock("21:00"), "Special", SECOND, expand=expand
    )
    assert agenda(once)[1:] == [
        "30.03. 08:00",
        "06.04. 08:00",
        "13.04. 08:00",
        "23.11. 20:00 Special",
    ]
    again = once.move(
        "local", "show", SHOW.start + WEEK, SHOW.end + WEEK, "Show", SECOND, expand=expand
    )
    assert agenda(again) == agenda(weekly())
    moved = occurrences(once.records[("local", "show")], clock("00:00"), LAST, expand)
    assert [each.recurrence_id for each in moved] == [SECOND]


def test_one_occurrence_is_cancelled_and_the_room_learns_it() -> None:
    """It does not just vanish."""
    gone = weekly().cancel("local", "show", SECOND, expand=expand)
    assert agenda(gone)[:3] == ["16.03. 09:00", "23.03. 09:00 off", "30.03. 08:00"]
    assert gone.cancel("local", "show", SECOND, expand=expand) is gone


def test_all_from_an_occurrence_on_move_by_the_clock_on_the_wall() -> None:
    """From Monday ten to Tuesday eleven, also after the clocks have changed."""
    ledger = weekly().move(
        "local",
        "show",
        SHOW.start + WEEK + DAY + HOUR,
        SHOW.end + WEEK + DAY + HOUR,
        "Late show",
        SECOND,
        following=True,
        new_uid="late",
        expand=expand,
    )
    assert agenda(ledger) == [
        "16.03. 09:00",
        "24.03. 10:00 Late show",
        "31.03. 09:00 Late show",
        "07.04. 09:00 Late show",
        "14.04. 09:00 Late show",
    ]
    assert ledger.records[("local", "late")].rrule == "FREQ=WEEKLY;BYDAY=TU;COUNT=4;WKST=TU"
    assert ledger.keep(SHOW, f"{MONDAYS};COUNT=5", BERLIN) is ledger


def test_all_from_the_first_on_is_the_whole_series() -> None:
    """It keeps its uid: nothing is left that would need it."""
    ledger = weekly().move(
        "local",
        "show",
        SHOW.start + HOUR,
        SHOW.end + HOUR,
        "Show",
        recurrence_id(SHOW.start),
        following=True,
        new_uid="new",
        expand=expand,
    )
    assert [uid for _, uid in ledger.records] == ["show"]
    assert agenda(ledger)[0] == "16.03. 10:00"


def test_what_was_put_elsewhere_by_hand_stays_there_when_the_series_moves() -> None:
    """And what was left out is left out."""
    ledger = weekly().cancel("local", "show", SECOND, expand=expand)
    ledger = ledger.move(
        "local", "show", clock("20:00"), clock("21:00"), "Show", THIRD, expand=expand
    )
    ledger = ledger.move(
        "local", "show", SHOW.start + HOUR, SHOW.end + HOUR, "Morning", expand=expand
    )
    assert agenda(ledger) == [
        "16.03. 10:00 Morning",
        "23.03. 10:00 Morning off",
        "06.04. 09:00 Morning",
        "13.04. 09:00 Morning",
        "23.11. 20:00 Morning",
    ]


@pytest.mark.parametrize(
    ("rrule", "days", "follows"),
    [
        ("FREQ=DAILY;COUNT=9", 1, True),
        ("FREQ=WEEKLY;COUNT=9", 1, True),
        ("FREQ=MONTHLY;BYMONTHDAY=16;COUNT=9", 4, True),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=16;COUNT=3", 30, True),
        ("FREQ=MONTHLY;BYDAY=3MO;COUNT=9", 7, False),
        ("FREQ=MONTHLY;BYMONTHDAY=1,16;COUNT=9", 1, False),
    ],
)
def test_a_rule_that_cannot_follow_is_not_guessed_at(
    rrule: str, days: int, *, follows: bool
) -> None:
    """Is the third Monday, a week later, the fourth or the last? A person says."""
    ledger, by = weekly(rrule), timedelta(days=days)
    if follows:
        moved = ledger.move("local", "show", SHOW.start + by, SHOW.end + by, "", expand=expand)
        assert len(series_facts(moved)) == len(series_facts(ledger))
    else:
        with pytest.raises(LedgerError, match="rule_misses_start"):
            ledger.move("local", "show", SHOW.start + by, SHOW.end + by, "", expand=expand)


def test_all_from_an_occurrence_on_are_cancelled() -> None:
    """The series ends before it."""
    ledger = weekly().cancel("local", "show", THIRD, following=True, expand=expand)
    assert agenda(ledger) == ["16.03. 09:00", "23.03. 09:00"]
    all_gone = weekly().cancel(
        "local", "show", recurrence_id(SHOW.start), following=True, expand=expand
    )
    assert {status for _, _, status, _ in series_facts(all_gone)} == {"cancelled"}


def test_a_new_version_of_a_series_keeps_its_exceptions_while_it_repeats_as_before() -> None:
    """Otherwise nobody knows which occurrences they mean."""
    ledger = weekly().cancel("local", "show", SECOND, expand=expand)
    renamed = ledger.keep(replace(SHOW, title="New"), f"{MONDAYS};COUNT=5", BERLIN)
    assert agenda(renamed)[1] == "23.03. 09:00 New off"
    longer = ledger.keep(SHOW, f"{MONDAYS};COUNT=6", BERLIN)
    assert agenda(longer)[1] == "23.03. 09:00"


def test_a_cancelled_series_takes_its_moved_occurrences_along() -> None:
    """They are of it."""
    ledger = weekly().move(
        "local", "show", clock("20:00"), clock("21:00"), "Show", SECOND, expand=expand
    )
    gone = ledger.cancel("local", "show", expand=expand)
    assert {status for _, _, status, _ in series_facts(gone)} == {"cancelled"}


def test_what_has_been_over_for_a_day_is_forgotten() -> None:
    """Not before, for late reports; and a series not before its last occurrence."""
    ledger = Ledger().keep(local(uid="gone")).keep(local(uid="off"))
    ledger = ledger.cancel("local", "off", expand=expand)
    ledger = ledger.keep(SHOW, "FREQ=YEARLY;INTERVAL=4", BERLIN)
    assert ledger.pruned(clock("12:00") + DAY - HOUR, expand) is ledger
    assert [uid for _, uid in ledger.pruned(clock("12:00") + DAY, expand).records] == ["show"]


def test_a_series_is_forgotten_a_day_after_its_last_occurrence() -> None:
    """Wherever that was moved to."""
    last = datetime(2026, 4, 13, 10, tzinfo=UTC)
    assert weekly().pruned(last + DAY - HOUR, expand).records
    assert not weekly().pruned(last + DAY, expand).records
    moved = weekly().move(
        "local", "show", last + WEEK, last + WEEK + HOUR, "Show", SECOND, expand=expand
    )
    assert moved.pruned(last + DAY, expand) is moved
    assert not moved.pruned(last + WEEK + DAY + HOUR, expand).records


def test_a_cancelled_series_without_an_end_is_forgotten() -> None:
    """It has nothing to wait for."""
    gone = weekly(MONDAYS).cancel("local", "show", expand=expand)
    assert gone.pruned(SHOW.end + HOUR, expand) is gone
    assert not gone.pruned(SHOW.end + DAY, expand).records


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str]:
    """Return what somebody does, and to which booking."""
    return draw(st.sampled_from(("keep", "move", "cancel"))), draw(st.sampled_from("abc"))


def apply(ledger: Ledger, edit: tuple[str, str]) -> Ledger:
    """Carry it out; what is refused changes nothing."""
    kind, uid = edit
    try:
        if kind == "keep":
            return ledger.keep(local("08:00", "09:00", uid, title=uid))
        if kind == "move":
            return ledger.move("local", uid, clock("14:00"), clock("15:00"), "Moved", expand=expand)
        return ledger.cancel("local", uid, expand=expand)
    except LedgerError:
        return ledger


@given(before=st.lists(edits(), max_size=6), one=edits(), other=edits())
def test_edits_of_different_bookings_commute(
    before: list[tuple[str, str]], one: tuple[str, str], other: tuple[str, str]
) -> None:
    """Two people do not disturb each other."""
    ledger = Ledger()
    for edit in before:
        ledger = apply(ledger, edit)
    if one[1] != other[1]:
        assert apply(apply(ledger, one), other) == apply(apply(ledger, other), one)


@given(
    versions=st.permutations(
        [local("08:00", "09:00", "a", revision=n, title=str(n)) for n in range(5)]
    ),
    again=st.lists(st.integers(0, 4), max_size=5),
)
def test_deliveries_in_any_order_and_number_end_in_the_newest(
    versions: list[Booking], again: list[int]
) -> None:
    """Late and repeated ones change nothing."""
    ledger = Ledger()
    for version in (*versions, *(versions[index] for index in again)):
        ledger = ledger.keep(version)
    assert [record.booking.revision for record in ledger.records.values()] == [4]


@given(made=series())
@settings(max_examples=60, deadline=None)
def test_a_series_that_is_said_twice_is_one(made: tuple[Booking, str, str]) -> None:
    """As a booking is."""
    once = Ledger().keep(*made)
    assert once.keep(*made) is once


def excepted(ledger: Ledger, rows: list[Facts], picked: list[int]) -> Ledger:
    """Leave out some occurrences and move others to the evening of the day after."""
    for index in picked:
        start, end, _, _ = rows[index % len(rows)]
        name = recurrence_id(start)
        if index % 2:
            ledger = ledger.cancel("local", "s", name, expand=expand)
        elif ledger.records[("local", "s")].exceptions.get(name, "") is not None:
            ledger = ledger.move("local", "s", start + DAY, end + DAY, "Moved", name, expand=expand)
    return ledger


@given(made=series(), cut=st.integers(0, 50), picked=st.lists(st.integers(0, 50), max_size=4))
@settings(max_examples=120, deadline=None)
def test_splitting_a_series_keeps_exactly_the_same_occurrences(
    made: tuple[Booking, str, str], cut: int, picked: list[int]
) -> None:
    """Somebody renames all from one on, and gives the name back."""
    ledger = Ledger().keep(*made)
    rows = series_facts(ledger)[:50]
    start, end, _, _ = rows[cut % len(rows)]
    picked = [index for index in picked if index % len(rows) != cut % len(rows)]
    ledger = excepted(ledger, rows, picked)
    split = ledger.move(
        "local",
        "s",
        start,
        end,
        "Show",
        recurrence_id(start),
        following=True,
        new_uid="t",
        expand=expand,
    )
    assert series_facts(split) == series_facts(ledger)
    if start > made[0].start:
        old, new = (split.records[("local", uid)] for uid in "st")
        assert {each.uid for each in occurrences(new, FIRST, LAST, expand)} == {"t"}
        ended = split.cancel("local", "s", expand=expand).records[("local", "s")]
        assert len(facts(ended)) == len(facts(old))


@given(made=series(), days=st.integers(-9, 9), hours=st.integers(-3, 3))
@settings(max_examples=120, deadline=None)
def test_a_series_that_moves_moves_as_a_whole(
    made: tuple[Booking, str, str], days: int, hours: int
) -> None:
    """Each occurrence by the same time on the wall, none more and none less."""
    first, rrule, zone = made
    if "MONTHLY" in rrule:
        return  # the 31st of a month has no day after it in every month
    ledger = Ledger().keep(*made)
    by = timedelta(days=days, hours=hours)
    start = (shown(first.start, zone) + by).replace(tzinfo=ZoneInfo(zone))
    moved = ledger.move(
        "local", "s", start, start + (first.end - first.start), "Show", expand=expand
    )
    before, after = (
        [shown(each[0], zone) for each in series_facts(state)] for state in (ledger, moved)
    )
    assert after[:30] == [wall + by for wall in before[:30]]
    if "COUNT" in rrule or "UNTIL" in rrule:
        assert len(after) == len(before)
