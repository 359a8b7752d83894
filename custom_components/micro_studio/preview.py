"""The next bookings of a calendar as text, for a person to judge before anything is saved."""

from datetime import tzinfo

from .core.booking import Booking
from .core.occurrence import Reading

_UNKNOWN = "-"


def preview_text(reading: Reading, zone: tzinfo) -> str:
    """Return a table in Markdown, and what was left out."""
    rows = [_row(booking, zone) for booking in reading.bookings]
    table = ["| | | | | |", "|---|---|---|---|---|", *rows] if rows else [_UNKNOWN]
    skipped = [f"- *{each.reason}*: {_plain(each.title)}" for each in reading.skipped]
    return "\n".join([*table, "", *skipped]).strip()


def _row(booking: Booking, zone: tzinfo) -> str:
    start, end = booking.start.astimezone(zone), booking.end.astimezone(zone)
    same_day = start.date() == end.date()
    cells = (
        f"{start:%a %Y-%m-%d %H:%M}-{end:%H:%M}" if same_day else f"{start:%c} - {end:%c}",
        booking.guest.name,
        booking.guest.phone,
        booking.title,
        booking.status.value,
    )
    return "| " + " | ".join(_plain(cell) or _UNKNOWN for cell in cells) + " |"


def _plain(text: str) -> str:
    """Keep a title from drawing: no table, no link, no markup."""
    return "".join(f"\\{sign}" if sign in "|[]()*_`<>#!\\" else sign for sign in text.strip())
