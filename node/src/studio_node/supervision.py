"""Devices and probes at work: one that fails is reported as unknown and started again."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import Final

from .hub import PartBoard
from .room import Board

_LOGGER: Final = logging.getLogger(__name__)
_STEADY: Final = 60.0  # s without a failure make it new
_FIRST: Final = 1.0  # s
_LONGEST: Final = 60.0  # s


async def supervise(
    name: str, run: Callable[[Board], Awaitable[None]], board: PartBoard, first: float = _FIRST
) -> None:
    """Keep a device or a probe running until cancelled."""
    loop = asyncio.get_running_loop()
    wait, told = first, ""
    try:
        while True:
            since = loop.time()
            try:
                await run(board)
                reason = "it stopped by itself"
                failure: Exception | None = None
            except Exception as error:  # noqa: BLE001 - any bug of a device ends here
                reason, failure = type(error).__name__, error
            if loop.time() - since > _STEADY:
                wait, told = first, ""
            # The same failure again and again fills no log.
            level = logging.DEBUG if reason == told else logging.ERROR
            _LOGGER.log(level, "%s failed (%s), starting it again", name, reason, exc_info=failure)
            told = reason
            board.blank()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST)
    finally:
        board.close()
