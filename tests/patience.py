"""Waiting for what another task or another process brings about."""

import asyncio
from collections.abc import Callable


async def until[T](condition: Callable[[], T], seconds: float = 10.0) -> T:
    """Wait until a condition holds, and return what it gave."""
    try:
        async with asyncio.timeout(seconds):
            while not (result := condition()):  # noqa: ASYNC110 - a condition is no event
                await asyncio.sleep(0.005)
            return result
    except TimeoutError:
        raise AssertionError(f"not within {seconds:g} s: {condition!r}") from None
