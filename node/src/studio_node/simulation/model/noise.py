"""Wandering values: functions of time and a seed, without a state to carry along."""

from datetime import datetime
from hashlib import blake2b
from math import cos, floor, pi
from typing import Final

_SPAN: Final = 2**32 - 1


def wander(name: str, now: datetime, period: float) -> float:
    """Return a smooth value between -1 and 1 that changes direction about every period."""
    seconds = now.timestamp() / period
    tick = floor(seconds)
    share = (1 - cos((seconds - tick) * pi)) / 2
    return _point(name, tick) * (1 - share) + _point(name, tick + 1) * share


def around(name: str, now: datetime, middle: float, spread: float, period: float = 20.0) -> float:
    """Return a value that stays within ``middle ± spread``."""
    slow = wander(name, now, period)
    quick = wander(f"{name}/quick", now, period / 5)
    return middle + spread * (0.7 * slow + 0.3 * quick)


def _point(name: str, tick: int) -> float:
    digest = blake2b(f"{name}/{tick}".encode(), digest_size=4).digest()
    return 2 * int.from_bytes(digest) / _SPAN - 1
