"""Programs beside the measured process: their work is not on its account."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
import json
import os
from pathlib import Path
import sys
from typing import Any, Final

from .orders import Order

ROOT: Final = Path(__file__).parents[1]


class Program:
    """A module of the benchmarks that runs by itself; ``told`` is its first line."""

    def __init__(self, process: Process, told: Mapping[str, Any]) -> None:
        self.told = told
        self._process = process

    async def order(self, count: int, rate: float = 0.0) -> None:
        """Ask for messages, and do not wait for them."""
        assert self._process.stdin is not None
        self._process.stdin.write(Order(count, rate).text().encode())
        await self._process.stdin.drain()

    async def line(self) -> Mapping[str, Any]:
        """Return the next thing it tells."""
        return await _line(self._process)

    def kill(self) -> None:
        """End it in the middle of everything."""
        with suppress(ProcessLookupError):
            self._process.kill()


@asynccontextmanager
async def program(module: str, *arguments: object) -> AsyncGenerator[Program]:
    """Run a module of the benchmarks until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)),
        stdin=PIPE,
        stdout=PIPE,
        cwd=ROOT,
        env=environment(),
    )
    running = Program(process, await _line(process))
    try:
        yield running
    finally:
        running.kill()
        await process.wait()


def environment() -> dict[str, str]:
    """Return the environment in which the repository's packages are found."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "node" / "src")))}


async def _line(process: Process) -> Mapping[str, Any]:
    assert process.stdout is not None
    if not (line := await process.stdout.readline()):
        raise RuntimeError("a program of the benchmarks has ended before its time")
    told: Mapping[str, Any] = json.loads(line)
    return told
