"""When a studio is open, by the clock on its wall."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.errors import TimeError
from custom_components.micro_studio.core.opening_hours import (
    HoursFault,
    OpeningHours,
    OpeningHoursError,
)

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
WEEK = "Mo-Fr 08:00-22:00; Sa 10:00-18:00"


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """Return a moment by the studio's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", "24/7"),
        ("   ", "24/7"),
        ("24/7", "24/7"),
        ("Mo-Su", "24/7"),
        ("00:00-24:00", "24/7"),
        ("off", "off"),
        ("24/7; Mo-Su closed", "off"),
        (WEEK, WEEK),
        ("mo - fr 8:00 \u2013 22:00;Sa 10:00-18:00;", WEEK),
        ("Mo-Fr: 08:00-22:00; Sa: 10:00-18:00", WEEK),
        ("09:00-17:00", "Mo-Su 09:00-17:00"),
        ("Mo, We 13:00-18:00, 09:00-12:00", "Mo,We 09:00-12:00,13:00-18:00"),
        ("We 09:00-12:00; Mo 09:00-12:00", "Mo,We 09:00-12:00"),
        ("Fr 20:00-02:00", "Fr 20:00-02:00"),
        ("Fr 20:00-00:00", "Fr 20:00-24:00"),
        ("Sa-Mo 10:00-12:00", "Mo,Sa-Su 10:00-12:00"),
        ("Mo-Su 08:00-20:00; We off", "Mo-Tu,Th-Su 08:00-20:00"),
        ("24/7; Su off", "Mo-Sa 00:00-24:00"),
        ("Mo-Fr 08:00-18:00; Fr 08:00-14:00", "Mo-Th 08:00-18:00; Fr 08:00-14:00"),
        ("Mo off; Mo-We 08:00-18:00", "Mo-We 08:00-18:00"),
        ("Sa", "Sa 00:00-24:00"),
    ],
)
def test_the_hours_are_read_and_written_in_one_form(text: str, normal: str) -> None:
    """A later rule replaces the hours of its days; what no rule names is closed."""
    assert str(OpeningHours.parse(text)) == normal


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        ("Di 10:00-12:00", "Di", HoursFault.BAD_DAY),
        ("PH off", "PH", HoursFault.BAD_DAY),
        ("Mo-Xx 10:00-12:00", "Mo-Xx", HoursFault.BAD_DAY),
        ("Mo, 10:00-12:00", "10:00-12:00", HoursFault.BAD_DAY),
        ("Mo 10-12", "10-12", HoursFault.BAD_TIME),
        ("Mo 10:00", "10:00", HoursFault.BAD_TIME),
        ("Mo 10:00-24:30", "10:00-24:30", HoursFault.BAD_TIME),
        ("Mo 24:00-02:00", "24:00-02:00", HoursFault.BAD_TIME),
        ("Mo 10:00-12:60", "10:00-12:60", HoursFault.BAD_TIME),
        ("Mo \u0661\u0660:00-12:00", "\u0661\u0660:00-12:00", HoursFault.BAD_TIME),
        ("Mo 08:00-sunset", "08:00-sunset", HoursFault.BAD_TIME),
        ("Mo 10:00-10:00", "10:00-10:00", HoursFault.EMPTY_SPAN),
        ("Mo 08:00-12:00,11:00-14:00", "08:00-12:00,11:00-14:00", HoursFault.OVERLAP),
        (
            "Mo-Fr 08:00-12:00, Sa 10:00-18:00",
            "Mo-Fr 08:00-12:00, Sa 10:00-18:00",
            HoursFault.BAD_RULE,
        ),
        (";", "", HoursFault.BAD_RULE),
        ("Mo 10:00-12:00;;Tu 10:00-12:00", "", HoursFault.BAD_RULE),
        ("Mo " * 200, "Mo Mo Mo Mo Mo Mo Mo…", HoursFault.TOO_LONG),
    ],
)
def test_what_is_wrong_with_the_hours_is_named(text: str, part: str, reason: HoursFault) -> None:
    """So that the form can show it."""
    with pytest.raises(OpeningHoursError) as caught:
        OpeningHours.parse(text)
    assert (caught.value.part, caught.value.reason) == (part, reason)


@pytest.mark.parametrize(
    ("hours", "start", "end", "covered"),
    [
        (WEEK, "2026-11-23T08:00", "2026-11-23T22:00", True),  # a Monday
        (WEEK, "2026-11-23T07:59", "2026-11-23T09:00", False),
        (WEEK, "2026-11-23T21:00", "2026-11-23T22:01", False),
        (WEEK, "2026-11-28T08:00", "2026-11-28T11:00", False),  # Saturday opens later
        (WEEK, "2026-11-29T10:00", "2026-11-29T11:00", False),  # Sunday
        (WEEK, "2026-11-23T21:00", "2026-11-24T09:00", False),  # closed in between
        ("Fr 20:00-02:00", "2026-11-27T23:00", "2026-11-28T02:00", True),
        ("Fr 20:00-02:00", "2026-11-28T01:00", "2026-11-28T02:01", False),
        ("Fr 20:00-02:00", "2026-11-27T00:30", "2026-11-27T01:30", False),  # Thursday's night
        ("Fr 20:00-02:00; Sa off", "2026-11-28T00:30", "2026-11-28T01:30", True),
        ("Fr 20:00-02:00; Sa 02:00-04:00", "2026-11-28T01:00", "2026-11-28T03:00", True),
        ("Mo 08:00-12:00,12:00-18:00", "2026-11-23T11:00", "2026-11-23T13:00", True),
        ("Mo 08:00-12:00,13:00-18:00", "2026-11-23T11:00", "2026-11-23T14:00", False),
        ("24/7", "2026-11-23T10:00", "2026-11-30T10:00", True),
        ("24/7; Su off", "2026-11-23T10:00", "2026-11-30T10:00", False),
        ("off", "2026-11-23T10:00", "2026-11-23T11:00", False),
        (WEEK, "2026-11-23T10:00", "2026-11-23T10:00", False),  # a span of nothing
    ],
)
def test_the_studio_is_open_from_the_first_to_the_last_minute(
    hours: str, start: str, end: str, *, covered: bool
) -> None:
    """A span belongs to the day on which it starts."""
    assert OpeningHours.parse(hours).covers(at(start), at(end), BERLIN) is covered


def test_the_clock_of_the_studio_counts_and_not_that_of_the_guest() -> None:
    """Eight in Berlin is two in New York."""
    hours = OpeningHours.parse("Mo 08:00-10:00")
    new_york = ZoneInfo("America/New_York")
    start, end = at("2026-11-23T02:00", new_york), at("2026-11-23T04:00", new_york)
    assert hours.covers(start, end, BERLIN)
    assert not hours.covers(start, end, new_york)


def test_a_window_without_a_time_zone_is_refused() -> None:
    """It cannot be compared."""
    with pytest.raises(TimeError):
        OpeningHours().covers(datetime(2026, 11, 23, 8), at("2026-11-23T10:00"), BERLIN)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("hours", "day", "spans"),
    [
        # the clock goes from 03:00 back to 02:00
        ("Su 02:30-04:00", "2026-10-25", ["00:30-03:00"]),  # opens at the first half past two
        ("Su 01:00-02:30", "2026-10-25", ["23:00-01:30"]),  # closes at the second
        ("Sa 22:00-06:00", "2026-10-24", ["20:00-05:00"]),  # an hour longer
        # the clock goes from 02:00 to 03:00
        ("Su 02:30-05:00", "2026-03-29", ["01:00-03:00"]),  # opens at the jump
        ("Su 00:00-02:30", "2026-03-29", ["23:00-01:00"]),  # closes at the jump
        ("Su 02:10-02:50", "2026-03-29", []),  # never happens
        ("Sa 22:00-06:00", "2026-03-28", ["21:00-04:00"]),  # an hour shorter
        ("Su off", "2026-03-29", []),
    ],
)
def test_the_nights_in_which_the_clock_is_changed(hours: str, day: str, spans: list[str]) -> None:
    """Each span is what it is on the wall, in UTC."""
    found = OpeningHours.parse(hours).spans(date.fromisoformat(day), BERLIN)
    assert [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in found] == spans
    assert all(moment.tzinfo is UTC for span in found for moment in span)


# Changes of the clock: at night, over midnight, by half an hour, by a whole day, and none at all.
CHANGES = [
    (BERLIN, date(2026, 3, 29)),
    (BERLIN, date(2026, 10, 25)),
    (ZoneInfo("America/New_York"), date(2026, 11, 1)),
    (ZoneInfo("America/St_Johns"), date(2010, 11, 7)),
    (ZoneInfo("America/St_Johns"), date(2010, 3, 14)),
    (ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4)),
    (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5)),
    (ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4)),
    (ZoneInfo("Pacific/Apia"), date(2011, 12, 30)),
    (ZoneInfo("Asia/Kathmandu"), date(2026, 11, 25)),
]

quarters = st.integers(0, 24 * 4 - 1).map(lambda step: f"{step // 4:02}:{step % 4 * 15:02}")
days = st.sampled_from(["Mo", "Tu,Th", "Mo-Fr", "Sa-Su", "Fr-Mo", "Mo-Su"])


@st.composite
def hour_texts(draw: st.DrawFn) -> str:
    """Return what could stand behind the days of a rule."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(["off", "closed", "24/7"]))
    times = sorted(draw(st.lists(quarters, min_size=2, max_size=4, unique=True)))
    spans = [f"{start}-{end}" for start, end in zip(times[::2], times[1::2], strict=False)]
    if len(times) == 3:  # one over midnight
        spans.append(f"{times[2]}-{times[0]}")
    return ",".join(spans)


rules = st.builds("{} {}".format, days, hour_texts())
opening_hours = st.lists(rules, max_size=4).map("; ".join).map(OpeningHours.parse)


@given(hours=opening_hours)
def test_hours_that_are_written_are_read_as_the_same(hours: OpeningHours) -> None:
    """And the form does not change any more."""
    assert OpeningHours.parse(str(hours)) == hours
    assert str(OpeningHours.parse(str(hours))) == str(hours)


@given(text=st.one_of(st.text(max_size=40), st.text("MoTuFrSa 0123456789:-,;/of", max_size=40)))
def test_any_text_is_read_or_refused(text: str) -> None:
    """A form shows the error; nothing else comes out."""
    try:
        hours = OpeningHours.parse(text)
    except OpeningHoursError:
        return
    assert OpeningHours.parse(str(hours)) == hours


def open_minutes(hours: OpeningHours, around: date, zone: ZoneInfo) -> dict[datetime, bool]:
    """
    Walk through the minutes of six days and look at the clock on the wall.

    A span has begun once the clock has shown its start or a later time, and has not ended as long
    as the clock will still show an earlier time than its end.
    """
    middle = datetime.combine(around, datetime.min.time(), tzinfo=UTC)
    minutes = [middle + step * MINUTE for step in range(-3 * 24 * 60, 3 * 24 * 60)]
    wall = [moment.astimezone(zone).replace(tzinfo=None) for moment in minutes]
    walked = dict.fromkeys(minutes, False)
    for offset in range(-6, 7):
        day = around + timedelta(days=offset)
        midnight = datetime.combine(day, datetime.min.time())
        for span in hours.week[day.weekday()]:
            start, end = midnight + span.start * MINUTE, midnight + span.end * MINUTE
            begun = next((i for i, shown in enumerate(wall) if shown >= start), len(wall))
            ended = next((i for i, shown in enumerate(reversed(wall)) if shown < end), len(wall))
            for moment in minutes[begun : len(wall) - ended]:
                walked[moment] = True
    return walked


@settings(max_examples=120, deadline=None)
@given(
    hours=opening_hours,
    change=st.sampled_from(CHANGES),
    start=st.integers(-36 * 60, 36 * 60),
    length=st.integers(1, 12 * 60),
)
def test_the_studio_is_open_as_a_walk_through_all_minutes_says(
    hours: OpeningHours, change: tuple[ZoneInfo, date], start: int, length: int
) -> None:
    """Around each change of the clock."""
    zone, around = change
    walked = open_minutes(hours, around, zone)
    begin = datetime.combine(around, datetime.min.time(), tzinfo=UTC) + start * MINUTE
    end = begin + length * MINUTE
    expected = all(walked[begin + step * MINUTE] for step in range(length))
    assert hours.covers(begin, end, zone) is expected


@settings(max_examples=120, deadline=None)
@given(hours=opening_hours, change=st.sampled_from(CHANGES))
def test_the_longest_window_is_covered_and_a_minute_more_is_not(
    hours: OpeningHours, change: tuple[ZoneInfo, date]
) -> None:
    """Every opening and every closing is exact to the minute."""
    zone, around = change
    walked = open_minutes(hours, around, zone)
    edges = [later for earlier, later in pairwise(walked) if walked[earlier] != walked[later]]
    assume(edges)
    for opens, closes in pairwise(edges):
        assert hours.covers(opens, closes, zone) is walked[opens]
        assert not hours.covers(opens - MINUTE, closes, zone)
        assert not hours.covers(opens, closes + MINUTE, zone)
