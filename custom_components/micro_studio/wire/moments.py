"""Moments on the wire: RFC 3339, always with an offset."""

from datetime import datetime
from typing import Final


def moment(text: str) -> datetime:
    """Return a moment; one without an offset says nothing and is refused."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("no offset")
    return read


def maybe_moment(text: str | None) -> datetime | None:
    """Return a moment, or None where there is none."""
    return None if text is None else moment(text)


MOMENT: Final = {"deserialize": moment}
MAYBE_MOMENT: Final = {"deserialize": maybe_moment}
