"""The studio nodes of the demo: one real process per site, with simulated rooms."""

import asyncio
from pathlib import Path
import re
import sys
from typing import Final

from .errors import DemoError
from .home_assistant import HOST
from .process import Process
from .sites import NodeSite

_START: Final = 30.0  # s
_CODE: Final = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}")


def command(*arguments: str) -> list[str]:
    """Return the command line of a studio node."""
    return [sys.executable, "-m", "studio_node", *arguments]


class SiteNode:
    """One site's node."""

    def __init__(self, site: NodeSite, folder: Path, port: int, process: Process) -> None:
        self.site = site
        self.port = port
        self.process = process
        self._folder = folder

    @classmethod
    async def start(cls, site: NodeSite, folder: Path, port: int) -> SiteNode:
        """Start the node and wait until it listens."""
        arguments = [
            "simulate",
            *("--config", str(site.settings)),
            *("--port", str(port)),
            *("--state-dir", str(state_dir(folder, site))),
        ]
        for studio in site.studios:
            arguments += ["--scenario", f"{studio.id}={site.story(studio)}"]
        process = await Process.start(
            f"the node of {site.name}", command(*arguments), folder / f"{site.id}.log"
        )
        self = cls(site, folder, port, process)
        await self._listening()
        return self

    async def pairing_code(self) -> str:
        """Ask the running node for a pairing code, as its owner would."""
        child = await asyncio.create_subprocess_exec(
            *command("pair", "--state-dir", str(state_dir(self._folder, self.site))),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await child.communicate()
        if (code := _CODE.search(output.decode())) is None:
            raise DemoError(f"the node of {self.site.name} gives no pairing code")
        return code.group()

    async def _listening(self) -> None:
        """Wait until the port is open."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _START
        while loop.time() < end:
            self.process.check()
            try:
                _, writer = await asyncio.open_connection(HOST, self.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise DemoError(f"{self.process.name} did not start in {_START:.0f} s")


def state_dir(folder: Path, site: NodeSite) -> Path:
    """Return where a site's node keeps its state."""
    return folder / site.id
