"""Waiting for what another task brings about; nobody sleeps for a fixed time."""

import asyncio
from collections.abc import Callable
from typing import Final

from custom_components.micro_studio.node import NodeCoordinator

PATIENCE: Final = 5.0  # s


async def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for something that another task brings about."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - whatever it is, it sets no event
            await asyncio.sleep(0.005)


async def heard(coordinator: NodeCoordinator, told: Callable[[], object]) -> None:
    """Let the node tell something, and wait until it has come in."""
    before = coordinator.connection.counters.frames
    told()
    await until(lambda: coordinator.connection.counters.frames > before)
