"""The socket and the command line."""

import argparse
import asyncio
from datetime import timedelta
import json
import os
from pathlib import Path
import stat
from typing import Any

import pytest

from studio_node.errors import StateError, StudioNodeError
from studio_node.settings import StudioSettings
from studio_node.simulation import cli
from studio_node.simulation.clock import WallClock
from studio_node.simulation.control import SOCKET, Control, ask
from studio_node.simulation.driver import make_rig
from studio_node.simulation.model.room import STANDARD, RoomOptions
from studio_node.simulation.setup import make_setup
from studio_node.simulation.vault import FileVault
from studio_node.simulation.world import World


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return parser.parse_args(words)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_codes_and_bookings_are_kept_in_a_private_file(tmp_path: Path) -> None:
    world = World([RoomOptions()], WallClock(), state_dir=tmp_path)
    code = {"tag": "b1", "code": "428193"}
    world.stage("studio-1").perform("door/main", "set_credential", {**code})
    path = tmp_path / "simulation" / "studio-1.json"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    again = World([RoomOptions()], WallClock(), state_dir=tmp_path)
    assert (
        again.stage("studio-1").place.fields("door/main")["credentials"]
        == world.stage("studio-1").place.fields("door/main")["credentials"]
    )


@pytest.mark.parametrize("text", ["{", "[]", '{"door/main": "428193'])
def test_a_damaged_file_is_named_and_not_quoted(tmp_path: Path, text: str) -> None:
    (tmp_path / "simulation").mkdir()
    (tmp_path / "simulation" / "studio-1.json").write_text(text, encoding="utf-8")
    with pytest.raises(StateError) as error:
        FileVault(tmp_path, "studio-1")
    assert "studio-1.json" in str(error.value)
    assert "428193" not in str(error.value)


@pytest.mark.usefixtures("sockets")
async def test_the_socket_is_private_and_answers_in_sentences(tmp_path: Path) -> None:
    control = Control(World([RoomOptions()], WallClock()), tmp_path)
    await control.start()
    try:
        assert mode(tmp_path / SOCKET) == 0o600
        assert await ask(tmp_path, {"studio": "studio-1", "act": "unplug"}) == {"ok": True}
        assert await ask(tmp_path, {"studio": "studio-1", "act": "type_code", "code": "77777"}) == {
            "ok": True
        }
        shown: Any = await ask(tmp_path, {"studio": "studio-1", "act": "show"})
        assert shown["parts"]["interface/main"]["present"] is False
        assert await ask(tmp_path, {"studio": "x", "act": "show"}) == {
            "ok": False,
            "error": "there is no such studio",
        }
    finally:
        await control.stop()
    assert not (tmp_path / SOCKET).exists()
    with pytest.raises(StateError, match="no simulation runs"):
        await ask(tmp_path, {"act": "unplug"})


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'{"act": 1}', b'{"studio": 1, "act": "unplug"}', b'{"act": "x"}']
)
async def test_nonsense_on_the_socket_is_refused(tmp_path: Path, line: bytes) -> None:
    answer = Control(World([RoomOptions()], WallClock()), tmp_path).answer(line)
    assert answer["ok"] is False
    assert str(answer["error"])


def test_the_command_line_makes_the_studios_and_their_stories(tmp_path: Path) -> None:
    setup = make_setup(
        arguments(
            *("--studios", "3", "--scenario", "studio-2=no-show", "--scenario", "smooth-session"),
            *("--state-dir", str(tmp_path), "--port", "0", "--name", "Lab", "--site", "Here"),
            *("--programme", "12m/6m", "--quiet", "5m", "--no-announce"),
        )
    )
    assert [studio.id for studio in setup.settings.studios] == ["studio-1", "studio-2", "studio-3"]
    assert (setup.settings.name, setup.settings.site, setup.settings.announce) == (
        "Lab",
        "Here",
        False,
    )
    assert [(studio, story.name) for studio, story in setup.stories] == [
        ("studio-2", "no-show"),
        ("studio-1", "smooth-session"),
        ("studio-2", "smooth-session"),
        ("studio-3", "smooth-session"),
    ]
    items: Any = setup.world(WallClock()).stage("studio-3").place.fields("bookings")["items"]
    assert len(items) == 3


CONFIG = """
[node]
name = "Lab"
state_dir = "state"
[[studios]]
id = "blue"
name = "Blue"
[studios.parts."door/main"]
driver = "simulated"
slots = 4
[studios.parts.bookings]
driver = "simulated"
items = [{starts_in = "3m", lasts = "5m", title = "First"}]
[[studios]]
id = "red"
name = "Red"
[simulation]
scenarios = ["red=no-show"]
quiet = "5m"
speed = 2
"""


def test_a_settings_file_equips_the_studios(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(CONFIG, encoding="utf-8")
    setup = make_setup(arguments("--config", str(path)))
    assert setup.settings.state_dir == tmp_path / "state"
    assert [(studio, story.name) for studio, story in setup.stories] == [("red", "no-show")]
    assert (setup.quiet, setup.speed) == (timedelta(minutes=5), 2.0)
    world = setup.world(WallClock())
    blue = world.stage("blue").place
    assert set(blue.parts) == {"door/main", "bookings"}
    assert blue.fields("door/main")["slots"] == 4
    items: Any = blue.fields("bookings")["items"]
    assert [item["title"] for item in items] == ["First"]
    assert set(world.stage("red").place.parts) == set(STANDARD)


@pytest.mark.parametrize(
    ("change", "words", "message"),
    [
        (("slots = 4", "slots = 0"), (), "lab.toml:10: studios[0].parts.door/main.slots must be"),
        (("slots = 4", "slats = 4"), (), "slats is not an option of a simulated part"),
        (('"3m"', '"soon"'), (), "items must be a duration"),
        (('"simulated"', '"zwave"'), (), "driver is no simulated part"),
        (("quiet =", "quite ="), (), "simulation.quite is not known"),
        (("speed = 2", "speed = 'x'"), (), "simulation.speed must be a number"),
        (('["red=no-show"]', "[1]"), (), "simulation.scenarios must be a list of texts"),
        (("", ""), ("--scenario", "green=no-show"), "there is no studio green"),
        (("", ""), ("--scenario", "explosion"), "is neither a readable file nor one of"),
        (("", ""), ("--programme", "6m"), "the programme"),
        (("", ""), ("--quiet", "soon"), "quiet must be a duration"),
    ],
)
def test_a_mistake_of_the_owner_is_named(
    tmp_path: Path, change: tuple[str, str], words: tuple[str, ...], message: str
) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(CONFIG.replace(*change, 1) if change[0] else CONFIG, encoding="utf-8")
    with pytest.raises(StudioNodeError) as error:
        make_setup(arguments("--config", str(path), *words)).world(WallClock())
    assert message in str(error.value)


def test_the_driver_makes_the_standard_room() -> None:
    rig = make_rig(StudioSettings("blue", "Blue"))
    assert {item.part for item in (*rig.devices, *rig.probes)} == set(STANDARD)
    node = make_rig(StudioSettings("", "Lab"))
    assert {item.part for item in (*node.devices, *node.probes)} == {"host", "firmware/node"}


@pytest.mark.usefixtures("sockets")
async def test_a_simulated_node_runs_and_takes_acts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The handler would stay for all other tests.
    monkeypatch.setattr(cli, "log_to_stderr", lambda *_, **__: None)
    state, token = tmp_path / "state", tmp_path / "token.json"
    running = asyncio.create_task(
        cli.run(
            arguments(
                *("--state-dir", str(state), "--port", "0", "--listen", "127.0.0.1"),
                *("--no-announce", "--pair", "--issue-token", str(token), "--studios", "1"),
            )
        )
    )
    async with asyncio.timeout(20):
        while "pairing code" not in (said := capsys.readouterr().out):
            assert not running.done()
            await asyncio.sleep(0.05)
    assert said
    paired = json.loads(token.read_text(encoding="utf-8"))
    assert mode(token) == 0o600
    assert set(paired) == {"id", "port", "fingerprint", "token"}
    at = ("--state-dir", str(state))
    assert await cli.run(arguments("act", "studio-1", "silence", "on", *at)) == 0
    assert await cli.run(arguments("act", "node", "drop_connections", *at)) == 0
    assert await cli.run(arguments("act", "studio-9", "silence", *at)) == 1
    assert "there is no such studio" in capsys.readouterr().err
    assert await cli.run(arguments("show", "studio-1", *at)) == 0
    assert json.loads(capsys.readouterr().out)["presence"] == {"occupied": False}
    os.kill(os.getpid(), 15)
    assert await running == 0


async def test_the_acts_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert await cli.run(arguments("acts")) == 0
    assert "xruns [interface/…] count=integer seconds=duration" in capsys.readouterr().out
