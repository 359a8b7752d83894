"""How long to wait before the next attempt."""

from collections.abc import Iterator
import random
from typing import Final

FIRST: Final = 0.5  # s
LONGEST: Final = 30.0  # s


def delays() -> Iterator[float]:
    """Yield growing waits in seconds, each jittered so that rooms do not come back at once."""
    ceiling = FIRST
    while True:
        yield random.uniform(ceiling / 2, ceiling)  # noqa: S311 - spreads load, keeps no secret
        ceiling = min(ceiling * 2, LONGEST)
