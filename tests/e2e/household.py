"""A real Home Assistant process, paired with a real node process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import shutil
import signal
import socket
from typing import Any, Final, Self

from custom_components.micro_studio.const import DOMAIN
from demo.home_assistant import HomeAssistant
from tests.node_process import HOST, NodeProcess

ROOT: Final = Path(__file__).parents[2]
_ENTRIES: Final = "/api/config/config_entries"


class Household:
    """What a partner has at home, and at the studio."""

    entry: str
    code: str  # that the node was paired with

    def __init__(self, home: HomeAssistant, node: NodeProcess) -> None:
        self.home = home
        self.node = node

    @classmethod
    @asynccontextmanager
    async def running(
        cls, folder: Path, node: NodeProcess, policy: dict[str, Any], extra: str = ""
    ) -> AsyncGenerator[Self]:
        """Start Home Assistant in a fresh folder and pair it."""
        config = folder / "home_assistant"
        shutil.copytree(ROOT / "demo" / "config", config)
        with (config / "configuration.yaml").open("a", encoding="utf-8") as file:
            file.write(extra)
        (config / "automations.yaml").write_text("[]\n", encoding="utf-8")
        (config / "custom_components").mkdir()
        own = ROOT / "custom_components" / DOMAIN
        (config / "custom_components" / DOMAIN).symlink_to(own)
        async with HomeAssistant.running(config, _free_port()) as home:
            await home.onboard()
            await home.ready()
            self = cls(home, node)
            await self._pair(policy)
            yield self

    @property
    def folder(self) -> Path:
        """Return the configuration folder."""
        return self.home.folder

    async def _pair(self, policy: dict[str, Any]) -> None:
        self.code = await self.node.pairing_code()
        result = await self.home.flow(
            f"{_ENTRIES}/flow",
            {"handler": DOMAIN},
            {"next_step_id": "node"},
            {"host": HOST, "port": self.node.port},
            {"code": self.code},
        )
        assert result["type"] == "create_entry", result
        self.entry = result["result"]["entry_id"]
        options = await self.home.flow(f"{_ENTRIES}/options/flow", {"handler": self.entry}, policy)
        assert options["type"] == "create_entry", options

    async def kill(self) -> None:
        """End Home Assistant without a chance to say goodbye."""
        process = self.home.process
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await self.home.stop()

    async def start_again(self) -> None:
        """Start Home Assistant with what it has stored."""
        self.home = await self._restarted()

    async def _restarted(self) -> HomeAssistant:
        token = self.home.token
        await self.home.start()
        self.home.token = token
        await self.home._connect()
        await self.home.ready()
        return self.home

    async def entity(self, platform: str, what: str) -> str:
        """Return the id of an entity of studio ``a``."""
        unique_id = f"{self.node.ticket.id}_a_{what}"

        async def known() -> str | None:
            for entry in await self.home.command("config/entity_registry/list"):
                domain = entry["entity_id"].partition(".")[0]
                if (domain, entry["unique_id"]) == (platform, unique_id):
                    return str(entry["entity_id"])
            return None

        return str(await self.home.until(known, 20, f"no {what}"))

    async def state(self, platform: str, what: str) -> str:
        """Return what an entity shows now."""
        entity = await self.entity(platform, what)
        return str((await self.home.get(f"/api/states/{entity}"))["state"])

    async def reaches(self, platform: str, what: str, *states: str, seconds: float = 30) -> None:
        """Wait until an entity shows one of these."""
        entity = await self.entity(platform, what)

        async def there() -> bool:
            return (await self.home.get(f"/api/states/{entity}"))["state"] in states

        await self.home.until(there, seconds, f"{what} is not {states}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
