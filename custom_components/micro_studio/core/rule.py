"""The text of a recurrence rule (RFC 5545 RECUR), as far as the ledger rewrites it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MOMENT: Final = "%Y%m%dT%H%M%SZ"  # an instant in UTC, ISO 8601 basic

_LOCAL: Final = "%Y%m%dT%H%M%S"
_DAY: Final = "%Y%m%d"
_WEEK: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def on_the_wall(moment: datetime, zone: str) -> datetime:
    """Return what the clocks of a zone show, as a time without a zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def shown_at(wall: datetime, zone: str) -> datetime:
    """
    Return the first moment at which the clocks of a zone show this (RFC 5545, 3.3.5).

    What they skip is read with the offset from before the gap.
    """
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def ended_before(rrule: str, moment: datetime) -> str:
    """Return the rule with nothing at or after a moment."""
    parts = _parts(rrule)
    parts.pop("COUNT", None)
    parts["UNTIL"] = f"{moment - timedelta(seconds=1):{MOMENT}}"
    return _text(parts)


def continued(rrule: str, before: Iterable[datetime]) -> str:
    """Return the rule of what is left after these occurrences."""
    parts = _parts(rrule)
    if count := parts.get("COUNT"):
        parts["COUNT"] = str(int(count) - sum(1 for _ in before))
    return _text(parts)


def shifted(rrule: str, old: datetime, new: datetime, zone: str) -> str:
    """
    Return the rule that repeats everything as much later as one time on the wall is than another.

    Days of the week turn with the start; a day of the month, or a month, follows it if the rule
    names no other. For the rest there is no exact answer: it stays.
    """
    parts = _parts(rrule)
    days = (new.date() - old.date()).days
    if until := parts.get("UNTIL"):
        parts["UNTIL"] = _until(until, new - old, timedelta(days=days), zone)
    if parts["FREQ"] == "WEEKLY" and "BYDAY" in parts:
        # The start of the week turns as well: a new week holds what the old one held.
        for name in ("BYDAY", "WKST"):
            named = parts.get(name, _WEEK[0]).split(",")
            parts[name] = ",".join(_WEEK[(_WEEK.index(day) + days) % 7] for day in named)
    for name, before, after in (
        ("BYMONTHDAY", old.day, new.day),
        ("BYMONTH", old.month, new.month),
    ):
        if parts.get(name) == str(before):
            parts[name] = str(after)
    return _text(parts)


def _until(text: str, by: timedelta, days: timedelta, zone: str) -> str:
    """Move the end of a rule along: a moment, a time on the wall, or a whole day."""
    form = MOMENT if text.endswith("Z") else _LOCAL if "T" in text else _DAY
    read = datetime.strptime(text, form)  # noqa: DTZ007  the zone follows
    if form != MOMENT:
        return f"{read + (by if form == _LOCAL else days):{form}}"
    wall = on_the_wall(read.replace(tzinfo=UTC), zone)
    return f"{shown_at(wall + by, zone):{MOMENT}}"


def _parts(rrule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rrule.split(";"))


def _text(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())
