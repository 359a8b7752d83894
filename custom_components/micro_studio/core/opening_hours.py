"""
When a studio is open: a subset of OpenStreetMap's opening_hours.

`Mo-Fr 08:00-22:00; Sa 10:00-18:00`, `Mo,We 09:00-12:00,13:00-18:00`, `Fr 20:00-02:00`,
`24/7; Su off`. A later rule replaces the hours of its days; a day that no rule names is closed. A
span belongs to the day on which it starts: a rule for Saturday does not cut what is left of
Friday's night.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby, pairwise
import re
from typing import Final, Self

from .errors import CoreError, TimeError

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_MIDNIGHT: Final = 24 * 60  # as the end of a span, in minutes
_LONGEST: Final = 500
_TIME: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
_DASH: Final = "\u2013"  # what word processors make of a hyphen
_AROUND_SIGNS: Final = re.compile(r"\s*([,-])\s*")
_CLOSED: Final = ("off", "closed")


class HoursFault(StrEnum):
    """Why a text is no opening hours."""

    TOO_LONG = "too_long"
    BAD_RULE = "bad_rule"  # not days and then hours; rules are separated by semicolons
    BAD_DAY = "bad_day"
    BAD_TIME = "bad_time"
    EMPTY_SPAN = "empty_span"  # it ends when it starts
    OVERLAP = "overlap"  # two spans of a day: one of them is a slip


class OpeningHoursError(CoreError):
    """A text is no opening hours."""

    def __init__(self, part: str, reason: HoursFault) -> None:
        """Keep the part that is wrong, so that a form can name it."""
        super().__init__(f"{part!r}: {reason}")
        self.part = part
        self.reason = reason


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes of the wall clock after midnight, [start, end); an end beyond 24:00 is tomorrow's."""

    start: int
    end: int

    def __str__(self) -> str:
        end = self.end if self.end <= _MIDNIGHT else self.end - _MIDNIGHT
        return f"{_clock(self.start)}-{_clock(end)}"


type Hours = tuple[Span, ...]

_ALL_DAY: Final[Hours] = (Span(0, _MIDNIGHT),)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The spans of each weekday, Monday first."""

    week: tuple[Hours, ...] = (_ALL_DAY,) * 7

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read opening hours; an empty text is always open.

        Raises:
            OpeningHoursError: it is none, or uses what is not read here (holidays, months, sunset).

        """
        if len(text) > _LONGEST:
            raise OpeningHoursError(f"{text[:20]}…", HoursFault.TOO_LONG)
        if not text.strip():
            return cls()
        week: list[Hours] = [()] * 7
        for rule in text.strip().removesuffix(";").split(";"):
            days, hours = _rule(rule.strip())
            for day in days:
                week[day] = hours
        return cls(week=tuple(week))

    def covers(self, start: datetime, end: datetime, zone: tzinfo) -> bool:
        """
        Tell whether the studio is open from start to end; a span of nothing is not covered.

        Raises:
            TimeError: one of them has no time zone.

        """
        if start.utcoffset() is None or end.utcoffset() is None:
            raise TimeError("opening hours")
        reached, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= reached:
            return False
        # Yesterday's night may reach into today, and a clock that is set back over midnight into
        # one day more.
        day = start.astimezone(zone).date() - 2 * _DAY
        last = end.astimezone(zone).date() + _DAY
        while day <= last:
            for opens, closes in self.spans(day, zone):
                if opens > reached:  # spans come in the order of their starts
                    return False
                reached = max(reached, closes)
                if reached >= end:
                    return True
            day += _DAY
        return False

    def spans(self, day: date, zone: tzinfo) -> tuple[tuple[datetime, datetime], ...]:
        """
        Return the spans that start on a day, in UTC.

        A span begins when the clock first shows its start and ends when it last shows its end. What
        the clock skips is not there.
        """
        found: list[tuple[datetime, datetime]] = []
        for span in self.week[day.weekday()]:
            opens, _ = _readings(day, span.start, zone)
            _, closes = _readings(day, span.end, zone)
            if opens < closes:
                found.append((opens, closes))
        return tuple(found)

    def __str__(self) -> str:
        if self == OpeningHours():
            return "24/7"
        return "; ".join(self._rules()) or "off"

    def _rules(self) -> Iterator[str]:
        """Write a rule for all days that have the same hours, in the order of the week."""
        for hours in dict.fromkeys(self.week):
            if hours:
                same = [day for day in range(7) if self.week[day] == hours]
                yield f"{_days(same)} {','.join(map(str, hours))}"


def _rule(text: str) -> tuple[list[int], Hours]:
    """Read a rule: days, hours or both."""
    words = _AROUND_SIGNS.sub(r"\1", text.replace(_DASH, "-")).split()
    if not words or len(words) > 2:  # noqa: PLR2004 - days and hours
        raise OpeningHoursError(text, HoursFault.BAD_RULE)
    if len(words) == 1:
        only_hours = words[0][0].isdigit() or words[0].casefold() in _CLOSED
        words = ["Mo-Su", *words] if only_hours else [*words, "24/7"]
    return _weekdays(words[0].removesuffix(":")), _hours(words[1])


def _weekdays(text: str) -> list[int]:
    """Read `Mo,We` or `Fr-Mo`."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start = _weekday(first, part)
        length = (_weekday(last, part) - start) % 7 if dash else 0
        found += [(start + step) % 7 for step in range(length + 1)]
    return found


def _weekday(text: str, part: str) -> int:
    if text.capitalize() not in _DAYS:
        raise OpeningHoursError(part, HoursFault.BAD_DAY)
    return _DAYS.index(text.capitalize())


def _hours(text: str) -> Hours:
    """Read `09:00-12:00,13:00-18:00`, `24/7` or `off`."""
    if text.casefold() in _CLOSED:
        return ()
    if text == "24/7":
        return _ALL_DAY
    spans = tuple(sorted(map(_span, text.split(","))))
    if any(before.end > after.start for before, after in pairwise(spans)):
        raise OpeningHoursError(text, HoursFault.OVERLAP)
    return spans


def _span(text: str) -> Span:
    first, _, last = text.partition("-")
    start, end = _minutes(first, text), _minutes(last, text)
    if start == end:
        raise OpeningHoursError(text, HoursFault.EMPTY_SPAN)
    if start == _MIDNIGHT:
        raise OpeningHoursError(text, HoursFault.BAD_TIME)
    return Span(start, end if end > start else end + _MIDNIGHT)


def _minutes(text: str, part: str) -> int:
    found = _TIME.fullmatch(text)
    minutes = 60 * int(found[1]) + int(found[2]) if found else _MIDNIGHT + 1
    if minutes > _MIDNIGHT:
        raise OpeningHoursError(part, HoursFault.BAD_TIME)
    return minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days(days: list[int]) -> str:
    """Write days in the order of the week, runs as ranges."""
    runs = groupby(enumerate(days), lambda item: item[1] - item[0])
    return ",".join(_run([day for _, day in run]) for _, run in runs)


def _run(days: list[int]) -> str:
    first, last = _DAYS[days[0]], _DAYS[days[-1]]
    return first if first == last else f"{first}-{last}"


def _readings(day: date, minutes: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """
    Return when the clock first and last shows a time, minutes after midnight of a day.

    A time that the clock skips is shown, so to say, when it jumps.
    """
    shown = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first, last = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= last:
        return first, last
    # In a gap fold means the offsets before and after the jump, which lies between both readings.
    seconds = range(int((first - last) / _SECOND))
    after = bisect_left(
        seconds,
        True,
        key=lambda step: (last + step * _SECOND).astimezone(zone).replace(tzinfo=None) >= shown,
    )
    jump = last + after * _SECOND
    return jump, jump
