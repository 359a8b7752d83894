"""
``scripts/screenshots``: the pictures of the README, taken of the running demo.

The browser is the system's; `scripts/counterparts` installs it and what drives it.
"""

import asyncio
import json
import os
from pathlib import Path
import shutil
import sys
from typing import Any, Final

from .dashboard import PATH
from .errors import DemoError
from .home_assistant import PASSWORD, USER, HomeAssistant
from .nodes import command, state_dir
from .progress import say
from .sites import WITH_NODE
from .stage import FOLDER, ROOT, stage

_FOLDER: Final = ROOT / "docs" / "images"
_BROWSER: Final = ROOT / "tests" / "real" / "browser" / "pictures.mjs"
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TAKE: Final = 180.0  # s until the story has a take


async def _main() -> None:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    first = WITH_NODE[0].studios[0]
    async with stage() as running:
        await _until_on_air(running.home, running.entities.of(first.id, "on_air"))
        await _act(first.id, "xruns", "interface/main", "count=25")
        say("taking pictures")
        await _photograph(
            running.home, _pictures(first.id, first.name, await _device(running.home))
        )


def _pictures(studio: str, name: str, device: str) -> list[dict[str, Any]]:
    return [
        {"path": f"/{PATH}/rooms", "name": "rooms", "wait": name, "width": 1400, "height": 620},
        {"path": f"/{PATH}/{studio}", "name": "studio", "wait": "What happened", "height": 960},
        {
            "path": f"/{PATH}/{studio}",
            "name": "studio-phone",
            "wait": "Door",
            "width": 412,
            "height": 915,
            "dark": True,
            "scale": 2,
        },
        {"path": f"/config/devices/device/{device}", "name": "device", "wait": name},
        {"path": "/calendar", "name": "calendar", "wait": "Morning Show", "height": 760},
    ]


async def _until_on_air(home: HomeAssistant, entity: str) -> None:
    """Wait until the story is worth a picture."""
    say("waiting for a take")

    async def on_air() -> bool:
        return bool((await home.get(f"/api/states/{entity}"))["state"] == "on")

    await home.until(on_air, _TAKE, "no take was started")


async def _device(home: HomeAssistant) -> str:
    """Return the first studio's device."""
    registry: list[dict[str, Any]] = await home.command("config/device_registry/list")
    name = WITH_NODE[0].studios[0].name
    return next(str(device["id"]) for device in registry if device["name"] == name)


async def _act(studio: str, *words: str) -> None:
    folder = str(state_dir(FOLDER, WITH_NODE[0]))
    child = await asyncio.create_subprocess_exec(
        *command("simulate", "act", studio, *words, "--state-dir", folder)
    )
    await child.wait()


async def _photograph(home: HomeAssistant, pictures: list[dict[str, Any]]) -> None:
    """Let the browser do it."""
    own = ROOT / ".tools" / "counterparts" / "bin"
    path = os.pathsep.join((str(own), os.environ["PATH"]))
    browser = next((found for name in _NAMES if (found := shutil.which(name, path=path))), None)
    if browser is None:
        raise DemoError("There is no chromium here. Run scripts/counterparts.")
    plan = {
        "browser": browser,
        "url": home.url,
        "user": USER,
        "password": PASSWORD,
        "folder": str(_FOLDER),
        "pictures": pictures,
    }
    child = await asyncio.create_subprocess_exec(
        "node",
        str(_BROWSER),
        stdin=asyncio.subprocess.PIPE,
    )
    await child.communicate(json.dumps(plan).encode())
    if child.returncode != 0:
        raise DemoError("The browser failed; see above.")


def main() -> int:
    """Take all pictures and return the exit code."""
    try:
        asyncio.run(_main())
    except DemoError as error:
        sys.stderr.write(f"screenshots: {error}\n")
        return 1
    say(f"the pictures are in {_FOLDER.relative_to(Path.cwd())}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
