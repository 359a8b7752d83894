"""Where bookings come from, and on which part of a studio they are told."""

from typing import Final

from .studio import PartKind

NODE: Final = "node"  # kept by the studio's node
LOCAL: Final = "local"  # made here
CALENDAR: Final = "calendar"  # of the calendar that is bound to the studio


def agenda_of(origin: str) -> str:
    """Return the part that holds the bookings of a source."""
    return PartKind.BOOKINGS.value if origin == NODE else f"{PartKind.BOOKINGS}/{origin}"


def origin_of(agenda: str) -> str:
    """Return the source whose bookings a part holds."""
    return agenda.partition("/")[2] or NODE


def is_agenda(part: str) -> bool:
    """Tell whether a part holds bookings."""
    return part.partition("/")[0] == PartKind.BOOKINGS
