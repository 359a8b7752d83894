"""A program that the demo started, and that the demo ends."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
import os
from pathlib import Path
import signal
import sys
from typing import Final, Self

from .errors import DemoError

_PATIENCE: Final = 30.0  # s until a program that does not end is killed
_TAIL: Final = 15  # lines of a log that are worth showing


class Process:
    """One child process in a group of its own, its output in a log file."""

    def __init__(self, name: str, log: Path, child: asyncio.subprocess.Process) -> None:
        self.name = name
        self._log = log
        self._child = child

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Start a program with the tools of this environment on its path."""
        log.parent.mkdir(parents=True, exist_ok=True)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "PATH": path, **(environment or {})},
                start_new_session=True,
            )
        return cls(name, log, child)

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._child.pid

    def check(self) -> None:
        """Raise if the program has ended by itself."""
        if (code := self._child.returncode) is not None:
            raise DemoError(
                f"{self.name} ended with code {code}. The end of {self._log}:\n{self.tail()}"
            )

    def tail(self) -> str:
        """Return the last lines of its log."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_TAIL:])

    async def wait(self) -> int:
        """Wait until the program ends."""
        return await self._child.wait()

    async def stop(self) -> None:
        """End the program and all that it has started."""
        if self._child.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self._child.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._child.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            await self._child.wait()
