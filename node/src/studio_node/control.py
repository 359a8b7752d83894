"""The owner's way in: a socket in the state directory that only the owner can open."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import fcntl
import os
from pathlib import Path
from typing import Final

import orjson

from .errors import AlreadyRunningError, NotRunningError, StateError, StudioNodeError
from .wire.parts import Fields, Json

_SOCKET: Final = "control.sock"
_LOCK: Final = "running.lock"
_TIMEOUT: Final = 10.0  # s

type Answer = Callable[[Fields], Awaitable[Fields]]


class Control:
    """Answers one JSON line per request; nobody else may run a node on the same state."""

    def __init__(self, state_dir: Path, answer: Answer) -> None:
        self._state_dir = state_dir
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._lock: int | None = None

    def take(self) -> None:
        """
        Take the state directory.

        Raises:
            AlreadyRunningError: another node has it.

        """
        lock = os.open(self._state_dir / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise AlreadyRunningError(self._state_dir) from None
        self._lock = lock

    async def start(self) -> None:
        """
        Answer from now on.

        Raises:
            StateError: no socket can be made in the state directory.

        """
        path = self._state_dir / _SOCKET
        # Binding creates the file with the umask's rights: it must never be open to others.
        umask = os.umask(0o177)
        try:
            path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._serve, path)
        except OSError as error:
            raise StateError(f"{path} cannot be made: {error}") from error
        finally:
            os.umask(umask)

    async def stop(self) -> None:
        """Give the state directory back."""
        if self._server is not None:
            self._server.close()
            self._server.close_clients()
            await self._server.wait_closed()
            self._server = None
            (self._state_dir / _SOCKET).unlink(missing_ok=True)
        self._release_lock()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT):
                line = await reader.readline()
                writer.write(orjson.dumps(await self._reply(line)) + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass  # the owner's terminal went away
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _reply(self, line: bytes) -> Fields:
        try:
            request: Json = orjson.loads(line)
        except orjson.JSONDecodeError:
            request = None
        if not isinstance(request, dict):
            return {"error": "not a JSON object"}
        try:
            return await self._answer(request)
        except StudioNodeError as error:
            return {"error": str(error)}

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


async def ask(state_dir: Path, request: Fields) -> Fields:
    """
    Ask the running node.

    Raises:
        NotRunningError: there is none.
        StudioNodeError: it refuses.

    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            reader, writer = await asyncio.open_unix_connection(state_dir / _SOCKET)
            try:
                writer.write(orjson.dumps(request) + b"\n")
                line = await reader.readline()
            finally:
                writer.close()
        answer: Json = orjson.loads(line)
    except (OSError, TimeoutError, ValueError) as error:
        raise NotRunningError(state_dir) from error
    if not isinstance(answer, dict) or "error" in answer:
        raise StudioNodeError(str(answer["error"] if isinstance(answer, dict) else answer))
    return answer
