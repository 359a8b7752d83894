"""A socket through which tests and people make things happen in a running simulation."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
from typing import Final

import orjson

from studio_node.errors import StateError
from studio_node.wire.parts import Fields

from .act import ActError
from .acts import perform_act
from .world import NODE, World

SOCKET: Final = "simulation.sock"
_TIMEOUT: Final = 10.0  # s
_OWN: Final = frozenset({"studio", "act"})


class Control:
    """Takes acts as JSON lines and answers each with ``ok`` or a sentence."""

    def __init__(self, world: World, state_dir: Path) -> None:
        self._world = world
        self._path = state_dir / SOCKET
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """
        Listen.

        Raises:
            StateError: no socket can be made there.

        """
        # Binding creates the file with the umask's rights: it must never be open to others.
        umask = os.umask(0o177)
        try:
            self._path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._serve, self._path)
        except OSError as error:
            raise StateError(f"{self._path} cannot be made: {error}") from error
        finally:
            os.umask(umask)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server.close_clients()
            await self._server.wait_closed()
            self._server = None
            self._path.unlink(missing_ok=True)

    def answer(self, line: bytes) -> Fields:
        """Do what a line asks for; an answer never quotes an argument."""
        try:
            request = orjson.loads(line)
        except orjson.JSONDecodeError:
            return _refusal("a request is one line of JSON")
        if not isinstance(request, dict) or not isinstance(name := request.get("act"), str):
            return _refusal("a request is an object with an act")
        studio = request.get("studio")
        if not (studio is None or isinstance(studio, str)):
            return _refusal("studio is an id, or null for the node")
        try:
            if name == "show":
                return {"ok": True, "parts": self._show(studio)}
            given = {key: value for key, value in request.items() if key not in _OWN}
            perform_act(self._world, studio, name, given)
        except ActError as error:
            return _refusal(str(error))
        return {"ok": True}

    def _show(self, studio: str | None) -> Fields:
        try:
            stage = self._world.stage(None if studio == NODE else studio)
        except KeyError:
            raise ActError("there is no such studio") from None
        stage.catch_up()
        return {part: stage.place.fields(part) for part in stage.place.parts}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(orjson.dumps(self.answer(line)) + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            pass  # whoever asked went away, or sent no line
        finally:
            writer.close()


async def ask(state_dir: Path, request: Mapping[str, object]) -> Fields:
    """
    Return a running simulation's answer.

    Raises:
        StateError: none runs with this state.

    """
    path = state_dir / SOCKET
    try:
        async with asyncio.timeout(_TIMEOUT):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(orjson.dumps(request) + b"\n")
            answer = orjson.loads(await reader.readline())
    except (OSError, TimeoutError, orjson.JSONDecodeError):
        raise StateError(f"no simulation runs with state in {state_dir}") from None
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return answer if isinstance(answer, dict) else {}


def _refusal(sentence: str) -> Fields:
    return {"ok": False, "error": sentence}
