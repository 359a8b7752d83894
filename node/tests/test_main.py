"""The command line, as its user meets it."""

import asyncio
from collections.abc import AsyncGenerator
import os
from pathlib import Path
import re
import signal
import sys

import pytest

from node.tests.conftest import StartNode

TOML = """
[node]
name = "Mill Street"
listen = "127.0.0.1"
port = 0
state_dir = "state"
announce = false

[[studios]]
id = "a"
name = "Studio A"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A file with settings."""
    path = tmp_path / "studio-node.toml"
    path.write_text(TOML)
    return path


async def spawn(*args: str | Path) -> asyncio.subprocess.Process:
    """Start a command."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-X",
        "dev",
        "-m",
        "studio_node",
        *args,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")},
    )


async def call(*args: str | Path) -> tuple[int | None, str, str]:
    """Run a command to its end."""
    process = await spawn(*args)
    async with asyncio.timeout(20):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def running(config: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A running node."""
    process = await spawn("run", "--config", config, "--pair")
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line = await process.stdout.readline()
    assert re.search(rb"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", line)
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_node_cleanly(
    running: asyncio.subprocess.Process, number: signal.Signals
) -> None:
    running.send_signal(number)
    async with asyncio.timeout(20):
        _, err = await running.communicate()
    assert running.returncode == 0
    assert all(" INFO " in line for line in err.decode().splitlines()), err.decode()


async def test_the_owner_pairs_and_lists_and_revokes(
    running: asyncio.subprocess.Process, config: Path
) -> None:
    code, out, _ = await call("pair", "--config", config)
    assert code == 0
    assert re.search(r"^ +[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$", out, re.MULTILINE)
    assert "No client" in (await call("tokens", "--config", config))[1]
    code, _, err = await call("tokens", "--config", config, "revoke", "nobody")
    assert (code, err.count("\n")) == (1, 1)
    state = config.parent / "state"
    assert (state / "control.sock").stat().st_mode & 0o777 == 0o600
    code, _, err = await call("run", "--config", config)
    assert code == 1
    assert "already runs" in err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["pair"], "no studio node is running"),
        (["run", "--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
    ],
)
async def test_a_mistake_is_one_sentence(
    config: Path, tmp_path: Path, args: list[str], message: str
) -> None:
    if "--config" not in args:
        args = [*args, "--config", str(config)]
    code, out, err = await call(*args)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert message in err


def write(config: Path, text: str) -> None:
    """Change the settings."""
    config.write_text(text)


async def test_tokens_can_be_revoked_while_the_node_is_down(
    start_node: StartNode, tmp_path: Path
) -> None:
    node = await start_node()
    await node.issue_token("Home Assistant")
    [token] = node.tokens
    await node.stop()
    where = ("--state-dir", tmp_path / "state")
    code, out, _ = await call("tokens", "list", *where)
    assert code == 0
    assert re.search(rf"^{token.id} .*never +Home Assistant$", out, re.MULTILINE)
    assert (await call("tokens", *where, "revoke", token.id))[0] == 0
    assert "No client" in (await call("tokens", *where))[1]


async def test_check_reports_and_fails_when_something_is_wrong(config: Path) -> None:
    code, out, _ = await call("check", "--config", config)
    assert code == 0, out
    assert [line.split()[1] for line in out.splitlines()] == [
        "settings",
        "certificate",
        "port",
        "clock",
        "network",
    ]
    server = await asyncio.start_server(lambda _r, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    write(config, TOML.replace("port = 0", f"port = {port}"))
    code, out, _ = await call("check", "--config", config)
    assert code == 1
    assert "wrong  port" in out
    server.close()
    await server.wait_closed()
    write(config, "[node]\nprot = 1")
    code, out, _ = await call("check", "--config", config)
    assert code == 1
    assert "studio-node.toml:2: node.prot is not a known setting: did you mean 'port'?" in out
