"""A real node in a process of its own: started, killed, started again with what it has stored."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import re
import subprocess
import sys
import time
from typing import Any, Final, Self

from studio_node.control import ask as ask_node
from studio_node.simulation import control as simulation

HOST: Final = "127.0.0.1"
STUDIOS: Final[Mapping[str, str]] = {"a": "Studio A", "b": "Studio B"}
_START: Final = 30.0  # s
_READY: Final = "; state in "
_LISTENS: Final = re.compile(r"listens on port (\d+)")
_CODE: Final = re.compile(r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){2}\b")


@dataclass(frozen=True, slots=True)
class Pass:
    """What a client needs that was paired beforehand."""

    id: str
    fingerprint: bytes
    token: str


class NodeProcess:
    """One simulated node; its acts go through the simulation's own socket."""

    def __init__(
        self, folder: Path, studios: Mapping[str, str] = STUDIOS, *, announce: bool = False
    ) -> None:
        self.state_dir = folder / "state"
        self.log = folder / "node.log"
        self.port = 0
        self._settings = folder / "studio-node.toml"
        self._pass = folder / "pass.json"
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        rooms = "".join(
            f'[[studios]]\nid = "{key}"\nname = "{name}"\n' for key, name in studios.items()
        )
        self._settings.write_text(
            f'[node]\nname = "City centre"\nsite = "Berlin"\nlisten = "{HOST}"\n'
            f'announce = {str(announce).lower()}\ninterfaces = ["{HOST}"]\n{rooms}',
            encoding="utf-8",
        )

    @classmethod
    @contextmanager
    def running(
        cls, folder: Path, studios: Mapping[str, str] = STUDIOS, *, announce: bool = False
    ) -> Iterator[Self]:
        """Run a node, and end it."""
        node = cls(folder, studios, announce=announce)
        try:
            node.start()
            node.wait()
            yield node
        finally:
            node.kill()

    @property
    def ticket(self) -> Pass:
        """Return the token that the node gave out at its first start."""
        content = json.loads(self._pass.read_bytes())
        return Pass(content["id"], bytes.fromhex(content["fingerprint"]), content["token"])

    def start(self) -> None:
        """Start the process; on the port that it had before."""
        command = [*_command("simulate"), "--config", str(self._settings)]
        command += ["--state-dir", str(self.state_dir), "--port", str(self.port)]
        if not self._starts:
            command += ["--issue-token", str(self._pass)]
        self._starts += 1
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def listens(self) -> bool:
        """Tell whether the last start has come so far."""
        assert self._process is not None
        text = self.log.read_text(encoding="utf-8", errors="replace")
        assert self._process.poll() is None, text
        if text.count(_READY) < self._starts or not self._pass.exists():
            return False
        self.port = int(_LISTENS.findall(text)[-1])
        return True

    def wait(self) -> None:
        """Wait until it listens, where no event loop runs."""
        end = time.monotonic() + _START
        while not self.listens():
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it without a chance to say goodbye (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it as systemd does (SIGTERM)."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(_START)
        self._process = None

    async def act(self, studio: str | None, act: str, **given: object) -> None:
        """Make something happen in a room."""
        request = {"studio": studio, "act": act, **given}
        answer = await simulation.ask(self.state_dir, request)
        assert answer.get("ok") is True, answer.get("error")

    async def part(self, studio: str | None, part: str) -> dict[str, Any]:
        """Return what a simulated part reports."""
        answer = await simulation.ask(self.state_dir, {"studio": studio, "act": "show"})
        parts = answer["parts"]
        assert isinstance(parts, dict)
        fields = parts[part]
        assert isinstance(fields, dict)
        return fields

    async def pairing_code(self) -> str:
        """Ask for a code at the command line, as the node's owner does."""
        child = await asyncio.create_subprocess_exec(
            *_command("pair", "--state-dir", str(self.state_dir)), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await child.communicate()
        found = _CODE.search(output.decode())
        assert found is not None, output
        return found.group()

    async def tokens(self) -> list[str]:
        """Return the ids of all tokens that the node knows."""
        answer = await ask_node(self.state_dir, {"do": "tokens"})
        listed = answer["tokens"]
        assert isinstance(listed, list)
        return [str(item["id"]) for item in listed if isinstance(item, dict)]

    async def revoke(self, token: str) -> None:
        """Take a token back."""
        await ask_node(self.state_dir, {"do": "revoke", "id": token})


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "studio_node", *arguments]
