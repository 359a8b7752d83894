"""Durations as people write them: ``12s``, ``3m``, ``1h30m``."""

from datetime import timedelta
import re
from typing import Final

_SECONDS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_PIECE: Final = re.compile(r"(\d+(?:\.\d+)?)([dhms])")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_WHOLE: Final = re.compile(rf"(?:{_PIECE.pattern})+")


def parse_duration(text: object) -> timedelta:
    """
    Return a duration; a bare number counts seconds.

    Raises:
        ValueError: it is no duration.

    """
    if isinstance(text, int | float) and not isinstance(text, bool) and text >= 0:
        return timedelta(seconds=text)
    if isinstance(text, str) and _NUMBER.fullmatch(text):
        return timedelta(seconds=float(text))
    if not isinstance(text, str) or not _WHOLE.fullmatch(text):
        raise ValueError("must be a duration such as 12s, 3m or 1h30m")
    return timedelta(seconds=sum(float(n) * _SECONDS[unit] for n, unit in _PIECE.findall(text)))
