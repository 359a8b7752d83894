"""
Recurrence rules (RFC 5545, RECUR) over the wall clock of a zone, with the library `ical`.

The library counts days on the wall; zones, COUNT and UNTIL are ours, for it compares times without
a zone with moments, and knows no clock that skips an hour. It also ignores what it does not know
and searches until the year 9999 for a rule that never comes true. So a rule is looked at first:

- It repeats by days or longer. More than one booking of a room a day is more than one series, and
  so no rule can explode.
- What RFC 5545 does not define or does not allow is refused; ignored, it would book other days.
- The first booking is one of those that the rule makes: RFC 5545 leaves open what else it means.

A start that the clock skips is read with the offset from before the gap, one that it shows twice
is the first of the two (RFC 5545, 3.3.5). Two that fall into one moment, as in a zone that skips
a day, are one.
"""

from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import dropwhile, groupby, islice, takewhile
from typing import Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ical.types.recur import Frequency, Recur

from ..core.rule import on_the_wall, shown_at
from .base import RequestError

LIMIT: Final = 2_000  # occurrences in one window

_BY: Final = frozenset({"BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})
_WITHIN_A_DAY: Final = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_KNOWN: Final = _BY | _WITHIN_A_DAY | {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYSETPOS", "WKST"}
_FORBIDDEN: Final = {
    Frequency.DAILY: frozenset({"BYYEARDAY", "BYWEEKNO"}),
    Frequency.WEEKLY: frozenset({"BYYEARDAY", "BYWEEKNO", "BYMONTHDAY"}),
    Frequency.MONTHLY: frozenset({"BYYEARDAY", "BYWEEKNO"}),
    Frequency.YEARLY: frozenset[str](),
}
_ENDLESS: Final = 1_000_000  # a COUNT that nobody lives to see
_SAME_CALENDAR: Final = 400  # years, after which the calendar repeats to the day of the week


def expand(
    start: datetime, rrule: str, zone: str, since: datetime, until: datetime
) -> Iterator[datetime]:
    """
    Yield the starts of a series from a moment on, before another; in order, each once.

    Raises:
        RequestError: there are too many of them.

    """
    coming = dropwhile(lambda moment: moment < since, _moments(start, rrule, zone))
    for count, moment in enumerate(takewhile(lambda moment: moment < until, coming)):
        if count == LIMIT:
            raise RequestError("rule_too_many", str(LIMIT))
        yield moment


def check(rrule: str, start: datetime, zone: str) -> str:
    """
    Return a rule as it may be kept.

    Raises:
        RequestError: it cannot be read, repeats within a day, or does not make its own start.

    """
    in_zone(zone)
    text = rrule.strip().upper().removeprefix("RRULE:").rstrip(";")
    rule = read(text)
    wall = on_the_wall(start, zone).replace(microsecond=0)
    # In the calendar's last round the library's search for a rule without any day soon ends.
    late = wall.replace(year=wall.year + (MAXYEAR - wall.year) // _SAME_CALENDAR * _SAME_CALENDAR)
    if next(_walls(rule, late), None) != late or start > _end(rule, zone):
        raise RequestError("rule_misses_start", text)
    return text


def in_zone(zone: str) -> ZoneInfo:
    """
    Return a zone; its file may have to be read, so not in the event loop.

    Raises:
        RequestError: there is none of that name.

    """
    try:
        return ZoneInfo(zone)
    except ZoneInfoNotFoundError, ValueError, OSError:
        raise RequestError("unknown_zone", zone) from None


@lru_cache(maxsize=1024)
def read(rrule: str) -> Recur:
    """
    Read a rule.

    Raises:
        RequestError: it cannot be read, or repeats within a day.

    """
    parts = [part.partition("=") for part in rrule.split(";")]
    names = [name for name, _, _ in parts]
    for name, _, value in parts:
        if name not in _KNOWN or not value or names.count(name) > 1:
            raise RequestError("rule_unreadable", rrule)
    try:
        rule = Recur.from_rrule(rrule)
    except ValueError, TypeError, AttributeError:  # the library's own complaint trips over itself
        raise RequestError("rule_unreadable", rrule) from None
    if rule.freq not in _FORBIDDEN or _WITHIN_A_DAY.intersection(names):
        raise RequestError("rule_too_often", rrule)
    if _contradicts(rule, frozenset(names)):
        raise RequestError("rule_unreadable", rrule)
    return rule


def _contradicts(rule: Recur, names: frozenset[str]) -> bool:
    """Tell whether a rule has parts that RFC 5545 does not allow together."""
    numbered = any(day.occurrence is not None for day in rule.by_weekday)
    by_month_or_year = rule.freq in {Frequency.MONTHLY, Frequency.YEARLY}
    return (
        bool(_FORBIDDEN[rule.freq] & names)
        or {"COUNT", "UNTIL"} <= names
        or ("BYSETPOS" in names and not _BY & names)
        or (numbered and (not by_month_or_year or "BYWEEKNO" in names))
    )


def _moments(start: datetime, rrule: str, zone: str) -> Iterator[datetime]:
    """Yield all starts of a series."""
    rule = read(rrule)
    first, end = on_the_wall(start, zone), _end(rule, zone)
    # A start in the second of two equal hours stays there.
    moments = (
        start if wall == first else shown_at(wall, zone)
        for wall in takewhile(lambda wall: wall.year < MAXYEAR, _walls(rule, first))
    )
    counted = islice(
        (moment for moment, _ in groupby(moments)), min(rule.count or _ENDLESS, _ENDLESS)
    )
    return takewhile(lambda moment: moment <= end, counted)


def _walls(rule: Recur, first: datetime) -> Iterator[datetime]:
    """Yield what the clock on the wall shows at each occurrence, without an end."""
    endless = rule.model_copy(update={"count": None, "until": None})
    return cast("Iterator[datetime]", iter(endless.as_rrule(first)))


def _end(rule: Recur, zone: str) -> datetime:
    """Return the last moment of a rule; a date means the whole day of the zone."""
    match rule.until:
        case None:
            return datetime.max.replace(tzinfo=UTC)
        case datetime(tzinfo=None) as wall:
            return shown_at(wall, zone)
        case datetime() as moment:
            return moment.astimezone(UTC)
        case day:
            midnight = datetime.combine(day, time.min) + timedelta(days=1)
            return shown_at(midnight, zone) - timedelta(microseconds=1)
