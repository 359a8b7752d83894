"""Series for the ledger's tests, made to fit their first booking."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.ledger import Ledger, Record, occurrences
from custom_components.micro_studio.sources.recurrence import expand

FIRST = datetime(2025, 12, 1, tzinfo=UTC)
LAST = datetime(2031, 1, 1, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

type Facts = tuple[datetime, datetime, str, str]


def facts(*records: Record) -> list[Facts]:
    """Return what takes place, whatever it is called by."""
    return sorted(
        (each.start, each.end, each.status.value, each.title)
        for record in records
        for each in occurrences(record, FIRST, LAST, expand)
    )


def series_facts(ledger: Ledger) -> list[Facts]:
    """Return what takes place in all of a ledger."""
    return facts(*ledger.records.values())


def shown(moment: datetime, zone: str) -> datetime:
    """Return what the clock on the wall shows."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@st.composite
def series(draw: st.DrawFn) -> tuple[Booking, str, str]:
    """
    Make a booking, a rule that it is the first of, and their zone.

    By day: what becomes of a start that the clock skips is a matter of its own.
    """
    zone = draw(st.sampled_from(ZONES))
    wall = datetime(2026, 1, 5, draw(st.integers(6, 20)), draw(st.sampled_from((0, 15, 30))))  # noqa: DTZ001
    wall += timedelta(days=draw(st.integers(0, 364)))
    start = wall.replace(tzinfo=ZoneInfo(zone))
    length = timedelta(minutes=draw(st.integers(15, 300)))
    booking = Booking(source="local", uid="s", title="Show", start=start, end=start + length)
    rule = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY")))
    parts = [f"FREQ={rule}", f"INTERVAL={draw(st.integers(1, 3))}"]
    if rule == "WEEKLY" and draw(st.booleans()):
        others = draw(st.sets(st.sampled_from(WEEK)))
        parts.append("BYDAY=" + ",".join(sorted({WEEK[wall.weekday()]} | others)))
        parts.append("WKST=" + draw(st.sampled_from(("MO", "SU"))))
    if rule == "MONTHLY":
        parts.append(f"BYMONTHDAY={wall.day}")
    match draw(st.sampled_from(("count", "moment", "day", "endless"))):
        case "count":
            parts.append(f"COUNT={draw(st.integers(2, 60))}")
        case "moment":
            end = start.astimezone(UTC) + timedelta(hours=draw(st.integers(0, 5000)))
            parts.append(f"UNTIL={end:%Y%m%dT%H%M%SZ}")
        case "day":
            parts.append(f"UNTIL={wall + timedelta(days=draw(st.integers(0, 200))):%Y%m%d}")
    return booking, ";".join(parts), zone
