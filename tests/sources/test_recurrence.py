"""A series keeps the clock on the wall, whatever its zone does to it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from custom_components.micro_studio.sources.base import RequestError
from custom_components.micro_studio.sources.recurrence import LIMIT, check, expand

NEW_YORK = "America/New_York"
FAR = datetime(2100, 1, 1, tzinfo=UTC)
WORKDAYS = "MO,TU,WE,TH,FR"


def local(text: str, zone: str) -> datetime:
    """Return a moment by the clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days(text: str) -> Iterator[str]:
    """Read `1997-09 2 5-7, 1997-10 1`."""
    for month in text.split(","):
        name, *numbers = month.split()
        for number in numbers:
            first, _, last = number.partition("-")
            for day in range(int(first), int(last or first) + 1):
                yield f"{name}-{day:02}"


# The examples of RFC 5545, Recurrence Rule, that repeat by days: first day, rule, the days.
# At nine in the morning, in New York. Those without an end are looked at for a while.
EXAMPLES = [
    ("1997-09-02", "FREQ=DAILY;COUNT=10", "1997-09 2-11"),
    (
        "1997-09-02",
        "FREQ=DAILY;UNTIL=19971224T000000Z",
        "1997-09 2-30, 1997-10 1-31, 1997-11 1-30, 1997-12 1-23",
    ),
    ("1997-09-02", "FREQ=DAILY;INTERVAL=2", "1997-09 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30"),
    ("1997-09-02", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09 2 12 22, 1997-10 2 12"),
    (
        "1998-01-01",
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "1998-01 1-31, 1999-01 1-31, 2000-01 1-31",
    ),
    (
        "1998-01-01",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
        "1998-01 1-31, 1999-01 1-31, 2000-01 1-31",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10",
        "1997-09 2 9 16 23 30, 1997-10 7 14 21 28, 1997-11 4",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997-09 2 9 16 23 30, 1997-10 7 14 21 28, 1997-11 4 11 18 25, 1997-12 2 9 16 23",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997-09 2 16 30, 1997-10 14 28, 1997-11 11 25, 1997-12 9 23, 1998-01 6 20",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "1997-09 2 4 9 11 16 18 23 25 30, 1997-10 2",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "1997-09 2 4 9 11 16 18 23 25 30, 1997-10 2",
    ),
    (
        "1997-09-01",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        (
            "1997-09 1 3 5 15 17 19 29, 1997-10 1 3 13 15 17 27 29 31, 1997-11 10 12 14 24 26 28,"
            "1997-12 8 10 12 22"
        ),
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997-09 2 4 16 18 30, 1997-10 2 14 16",
    ),
    (
        "1997-09-05",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        (
            "1997-09 5, 1997-10 3, 1997-11 7, 1997-12 5, 1998-01 2, 1998-02 6, 1998-03 6,"
            "1998-04 3, 1998-05 1, 1998-06 5"
        ),
    ),
    (
        "1997-09-05",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997-09 5, 1997-10 3, 1997-11 7, 1997-12 5",
    ),
    (
        "1997-09-07",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09 7 28, 1997-11 2 30, 1998-01 4 25, 1998-03 1 29, 1998-05 3 31",
    ),
    (
        "1997-09-22",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997-09 22, 1997-10 20, 1997-11 17, 1997-12 22, 1998-01 19, 1998-02 16",
    ),
    (
        "1997-09-28",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997-09 28, 1997-10 29, 1997-11 28, 1997-12 29, 1998-01 29, 1998-02 26",
    ),
    (
        "1997-09-02",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997-09 2 15, 1997-10 2 15, 1997-11 2 15, 1997-12 2 15, 1998-01 2 15",
    ),
    (
        "1997-09-30",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09 30, 1997-10 1 31, 1997-11 1 30, 1997-12 1 31, 1998-01 1 31, 1998-02 1",
    ),
    (
        "1997-09-10",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09 10-15, 1999-03 10-13",
    ),
    (
        "1997-09-02",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997-09 2 9 16 23 30, 1997-11 4 11 18 25, 1998-01 6 13 20 27, 1998-03 3 10 17 24 31",
    ),
    (
        "1997-06-10",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        (
            "1997-06 10, 1997-07 10, 1998-06 10, 1998-07 10, 1999-06 10, 1999-07 10, 2000-06 10,"
            "2000-07 10, 2001-06 10, 2001-07 10"
        ),
    ),
    (
        "1997-03-10",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        (
            "1997-03 10, 1999-01 10, 1999-02 10, 1999-03 10, 2001-01 10, 2001-02 10, 2001-03 10,"
            "2003-01 10, 2003-02 10, 2003-03 10"
        ),
    ),
    (
        "1997-01-01",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        (
            "1997-01 1, 1997-04 10, 1997-07 19, 2000-01 1, 2000-04 9, 2000-07 18, 2003-01 1,"
            "2003-04 10, 2003-07 19, 2006-01 1"
        ),
    ),
    ("1997-05-19", "FREQ=YEARLY;BYDAY=20MO", "1997-05 19, 1998-05 18, 1999-05 17"),
    ("1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05 12, 1998-05 11, 1999-05 17"),
    (
        "1997-03-13",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997-03 13 20 27, 1998-03 5 12 19 26, 1999-03 4 11 18 25",
    ),
    (
        "1997-06-05",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997-06 5 12 19 26, 1997-07 3 10 17 24 31, 1997-08 7 14 21 28, 1998-06 4 11 18 25",
    ),
    (  # there with an excluded start that is no Friday; here from the first Friday on
        "1998-02-13",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1998-02 13, 1998-03 13, 1998-11 13, 1999-08 13, 2000-10 13",
    ),
    (
        "1997-09-13",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        (
            "1997-09 13, 1997-10 11, 1997-11 8, 1997-12 13, 1998-01 10, 1998-02 7, 1998-03 7,"
            "1998-04 11, 1998-05 9, 1998-06 13"
        ),
    ),
    (
        "1996-11-05",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996-11 5, 2000-11 7, 2004-11 2",
    ),
    (
        "1997-09-04",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        "1997-09 4, 1997-10 7, 1997-11 6",
    ),
    (
        "1997-09-29",
        f"FREQ=MONTHLY;BYDAY={WORKDAYS};BYSETPOS=-2",
        "1997-09 29, 1997-10 30, 1997-11 27, 1997-12 30, 1998-01 29, 1998-02 26, 1998-03 30",
    ),
    (
        "1997-08-05",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "1997-08 5 10 19 24",
    ),
    (
        "1997-08-05",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "1997-08 5 17 19 31",
    ),
    (
        "2007-01-15",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "2007-01 15 30, 2007-02 15, 2007-03 15 30",
    ),
]


@pytest.mark.parametrize(("first", "rrule", "expected"), EXAMPLES)
def test_the_examples_of_the_standard_fall_on_their_days(
    first: str, rrule: str, expected: str
) -> None:
    """At nine o'clock of New York, also over the ends of summer time."""
    start = local(f"{first}T09:00", NEW_YORK)
    wanted = list(days(expected))
    ends = "COUNT" in rrule or "UNTIL" in rrule
    found = expand(start, check(rrule, start, NEW_YORK), NEW_YORK, start, FAR)
    shown = [
        moment.astimezone(ZoneInfo(NEW_YORK)) for moment in islice(found, len(wanted) + int(ends))
    ]
    assert [f"{moment:%Y-%m-%d}" for moment in shown] == wanted
    assert {f"{moment:%H:%M}" for moment in shown} == {"09:00"}


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z",
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
        "FREQ=SECONDLY",
        "FREQ=WEEKLY;BYSECOND=60",
    ],
)
def test_a_room_is_not_booked_in_series_within_a_day(rrule: str) -> None:
    """The standard's other examples: they would be hundreds of bookings by one rule."""
    with pytest.raises(RequestError, match="rule_too_often"):
        check(rrule, local("1997-09-02T09:00", NEW_YORK), NEW_YORK)


# Zone, first start by its clock, rule, and the moments.
TORTURE = [
    ("Europe/Berlin", "2026-03-22T10:00", "WEEKLY", ["03-22 09:00", "03-29 08:00", "04-05 08:00"]),
    ("Europe/Berlin", "2026-10-18T10:00", "WEEKLY", ["10-18 08:00", "10-25 09:00", "11-01 09:00"]),
    # At half past two there is nothing on this day: read with the offset from before, half past
    # three. And on the other there is the first of two.
    ("Europe/Berlin", "2026-03-28T02:30", "DAILY", ["03-28 01:30", "03-29 01:30", "03-30 00:30"]),
    ("Europe/Berlin", "2026-10-24T02:30", "DAILY", ["10-24 00:30", "10-25 00:30", "10-26 01:30"]),
    (NEW_YORK, "2026-03-07T02:30", "DAILY", ["03-07 07:30", "03-08 07:30", "03-09 06:30"]),
    (NEW_YORK, "2026-10-31T01:30", "DAILY", ["10-31 05:30", "11-01 05:30", "11-02 06:30"]),
    (
        "Australia/Lord_Howe",  # half an hour of summer time
        "2026-04-04T01:45",
        "DAILY",
        ["04-03 14:45", "04-04 14:45", "04-05 15:15"],
    ),
    (
        "Australia/Lord_Howe",
        "2026-10-03T02:15",
        "DAILY",
        ["10-02 15:45", "10-03 15:45", "10-04 15:15"],
    ),
    ("Asia/Kathmandu", "2026-03-24T10:00", "WEEKLY", ["03-24 04:15", "03-31 04:15"]),
    (
        "Africa/Casablanca",  # an hour less in Ramadan
        "2026-02-12T10:00",
        "WEEKLY;INTERVAL=3",
        ["02-12 09:00", "03-05 10:00", "03-26 09:00"],
    ),
    # The 30th of December 2011 was left out: read with the offset from before, it is the 31st.
    ("Pacific/Apia", "2011-12-29T10:00", "DAILY", ["12-29 20:00", "12-30 20:00", "12-31 20:00"]),
    ("Pacific/Apia", "2011-12-23T10:00", "WEEKLY", ["12-23 20:00", "12-30 20:00", "01-05 20:00"]),
]


@pytest.mark.parametrize(("zone", "first", "rrule", "expected"), TORTURE)
def test_a_series_stays_on_the_clock_of_its_zone(
    zone: str, first: str, rrule: str, expected: list[str]
) -> None:
    """A count counts what takes place: two in one moment are one."""
    start = local(first, zone)
    rule = check(f"FREQ={rrule};COUNT={len(expected)}", start, zone)
    assert [f"{each:%m-%d %H:%M}" for each in expand(start, rule, zone, start, FAR)] == expected


def test_a_start_in_the_second_of_two_equal_hours_stays_there() -> None:
    """Only the first day has two of them."""
    start = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    found = expand(start, "FREQ=DAILY;COUNT=2", "Europe/Berlin", start, FAR)
    assert list(found) == [start, start + timedelta(days=1)]


@pytest.mark.parametrize(
    ("until", "count"),
    [
        ("20260330", 3),  # the whole day of the zone
        ("20260330T080000Z", 3),
        ("20260330T075959Z", 2),
        ("20260330T100000", 3),  # by the clock of the zone
        ("20260330T095959", 2),
        ("20260328", 1),
    ],
)
def test_the_end_of_a_series_belongs_to_it(until: str, count: int) -> None:
    """As a day, as a moment, or by the clock on the wall."""
    start = local("2026-03-28T10:00", "Europe/Berlin")
    rule = check(f"FREQ=DAILY;UNTIL={until}", start, "Europe/Berlin")
    assert len(list(expand(start, rule, "Europe/Berlin", start, FAR))) == count


@pytest.mark.parametrize(
    ("rrule", "reason"),
    [
        ("", "rule_unreadable"),
        ("every monday", "rule_unreadable"),
        ("FREQ=SOMETIMES", "rule_unreadable"),
        ("COUNT=3", "rule_unreadable"),
        ("FREQ=DAILY;COUNT=0", "rule_unreadable"),
        ("FREQ=DAILY;COUNT=-1", "rule_unreadable"),
        ("FREQ=DAILY;COUNT=two", "rule_unreadable"),
        ("FREQ=DAILY;INTERVAL=0", "rule_unreadable"),
        ("FREQ=DAILY;UNTIL=tomorrow", "rule_unreadable"),
        ("FREQ=DAILY;UNTIL=20261301", "rule_unreadable"),
        ("FREQ=DAILY;UNTIL=", "rule_unreadable"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "rule_unreadable"),
        ("FREQ=DAILY;FREQ=WEEKLY", "rule_unreadable"),
        ("FREQ=DAILY=WEEKLY", "rule_unreadable"),
        ("FREQ=DAILY;BYEASTER=0", "rule_unreadable"),
        ("FREQ=DAILY;RSCALE=HEBREW", "rule_unreadable"),
        ("FREQ=DAILY\nEXDATE:20261124T090000Z", "rule_unreadable"),
        ("FREQ=WEEKLY;BYDAY=1MO", "rule_unreadable"),
        ("FREQ=WEEKLY;BYMONTHDAY=23", "rule_unreadable"),
        ("FREQ=MONTHLY;BYWEEKNO=48", "rule_unreadable"),
        ("FREQ=DAILY;BYYEARDAY=327", "rule_unreadable"),
        ("FREQ=YEARLY;BYWEEKNO=48;BYDAY=1MO", "rule_unreadable"),
        ("FREQ=MONTHLY;BYSETPOS=1", "rule_unreadable"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "rule_unreadable"),
        ("FREQ=WEEKLY;BYDAY=XX", "rule_unreadable"),
        ("FREQ=WEEKLY;BYDAY=TU", "rule_misses_start"),
        ("FREQ=DAILY;UNTIL=20261122", "rule_misses_start"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "rule_misses_start"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "rule_misses_start"),
    ],
)
def test_a_rule_that_would_book_other_days_is_refused(rrule: str, reason: str) -> None:
    """The library would ignore some of it, or search for its first day until the year 9999."""
    with pytest.raises(RequestError) as caught:
        check(rrule, local("2026-11-23T10:00", "Europe/Berlin"), "Europe/Berlin")
    assert caught.value.reason == reason


def test_a_rule_may_be_written_as_calendars_write_it() -> None:
    """With its name, and in any case."""
    start = local("2026-11-23T10:00", "Europe/Berlin")
    assert check(" rrule:freq=weekly;byday=mo; ", start, "Europe/Berlin") == "FREQ=WEEKLY;BYDAY=MO"


@pytest.mark.parametrize("zone", ["", "Europe/Atlantis", "../etc/passwd", "Europe"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    """It names no clock."""
    with pytest.raises(RequestError, match="unknown_zone"):
        check("FREQ=DAILY", datetime(2026, 11, 23, 9, tzinfo=UTC), zone)


def test_a_series_from_long_ago_is_seen_in_a_window_only() -> None:
    """It began years before, and goes on."""
    start = local("2016-11-21T10:00", "Europe/Berlin")
    since = local("2026-11-23T10:00", "Europe/Berlin")
    found = list(expand(start, "FREQ=WEEKLY", "Europe/Berlin", since, since + timedelta(days=14)))
    assert found == [since, since + timedelta(days=7)]


def test_more_than_anybody_can_look_at_is_refused() -> None:
    """Not cut off: what is left out would be free."""
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    window = start + timedelta(days=LIMIT)
    assert len(list(expand(start, "FREQ=DAILY", "UTC", start, window))) == LIMIT
    with pytest.raises(RequestError, match="rule_too_many"):
        list(expand(start, "FREQ=DAILY", "UTC", start, window + timedelta(days=1)))
