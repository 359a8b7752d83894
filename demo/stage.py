"""Set the stage: a fresh folder, two nodes, Home Assistant, three sites, the dashboard."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import shutil
import socket
from typing import Any, Final

from . import dashboard, devices, entities
from .automations import create_automations
from .entities import DOMAIN, Entities
from .errors import DemoError
from .home_assistant import ENTRIES, HOST, HomeAssistant
from .nodes import SiteNode
from .progress import say
from .promise import promised
from .sites import WITH_NODE, WITHOUT_NODE

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / ".demo" / "network"
_CONFIG: Final = Path(__file__).parent / "config"
_PORT: Final = 8123

# Rules for rooms in which a session takes minutes, by section of the options form.
_POLICY: Final[dict[str, Any]] = {
    "access": {
        "early_access": 1,
        "close_after": 1,
        "no_show_after": 2,
        "release_no_show": False,
        "presence_checks_in": False,
        "door_checks_in": False,
    },
    "bookings": {"hold_expiry": 1, "holds_block": True, "walk_up_length": 15},
    "buffers": {
        "setup_buffer": 1,
        "turnover_buffer": 1,
        "turnover_checklist": ["media_copied", "kit_counted", "room_tidied"],
    },
    "session": {
        "ending_warnings": ["1"],
        "overrun_grace": 1,
        "extension_step": 5,
        "max_extensions": 4,
        "end_early_rounding": 1,
        "next_guest_horizon": 5,
    },
    "light": {"light_mode": "follow_recorder"},
    "install_blueprints": True,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs."""

    home: HomeAssistant
    nodes: tuple[SiteNode, ...]
    entities: Entities


@asynccontextmanager
async def stage(folder: Path = FOLDER) -> AsyncGenerator[Stage]:
    """Run the whole demo; nothing is left running in the end."""
    async with AsyncExitStack() as stack:
        config = _prepare(folder)
        say("starting two studio nodes and Home Assistant")
        nodes = []
        for site in WITH_NODE:
            node = await SiteNode.start(site, folder, _free_port())
            stack.push_async_callback(node.process.stop)
            nodes.append(node)
        home = await stack.enter_async_context(HomeAssistant.running(config, _free_port(_PORT)))
        say("creating the user")
        await home.onboard()
        await home.ready()
        for node in nodes:
            say(f"pairing with {node.site.name}")
            await _settle(home, await _pair(home, node), node.site.name)
        say(f"setting up {WITHOUT_NODE.name} without a node")
        await _settle(home, await devices.set_up(home), WITHOUT_NODE.name)
        found = await _promised(home)
        say("building the dashboard and the automations")
        await _blueprints(home)
        await create_automations(home, found)
        await dashboard.create(home, found)
        yield Stage(home, tuple(nodes), found)


def _prepare(folder: Path) -> Path:
    """Return a fresh configuration folder with the integration in it."""
    shutil.rmtree(folder, ignore_errors=True)
    config = folder / "home_assistant"
    shutil.copytree(_CONFIG, config)
    (config / "automations.yaml").write_text("[]\n", encoding="utf-8")
    components = config / "custom_components"
    components.mkdir()
    (components / DOMAIN).symlink_to(ROOT / "custom_components" / DOMAIN)
    return config


async def _pair(home: HomeAssistant, node: SiteNode) -> str:
    """Add a node as a person does, by address and by the code that it shows; return the entry."""
    result = await home.flow(
        f"{ENTRIES}/flow",
        {"handler": DOMAIN},
        {"next_step_id": "node"},
        {"host": HOST, "port": node.port},
        {"code": await node.pairing_code()},
    )
    if result["type"] != "create_entry":
        raise DemoError(f"{node.site.name} could not be paired: {result.get('errors')}")
    return str(result["result"]["entry_id"])


async def _settle(home: HomeAssistant, entry: str, site: str) -> None:
    """Give a site the demo's policy."""
    options = await home.flow(f"{ENTRIES}/options/flow", {"handler": entry}, _POLICY)
    if options["type"] != "create_entry":
        raise DemoError(f"the policy of {site} was refused: {options.get('errors')}")


async def _blueprints(home: HomeAssistant) -> None:
    """Wait until the integration has installed its blueprints."""

    async def all_there() -> bool:
        found = await home.command("blueprint/list", domain="automation")
        return all(
            "metadata" in found.get(f"{DOMAIN}/{shipped.name}", {})
            for shipped in (ROOT / "blueprints" / "automation" / DOMAIN).glob("*.yaml")
        )

    await home.until(all_there, 30, "the blueprints were not installed in time")


async def _promised(home: HomeAssistant) -> Entities:
    """Wait until the integration has added the entities that the demo needs."""

    async def all_there() -> Entities | None:
        found = await entities.find(home)
        return None if any(_lacking(found).values()) else found

    try:
        found = await home.until(all_there, 30, "not all entities were added in time")
    except DemoError:
        lacking = _lacking(await entities.find(home))
        raise DemoError(f"entities are missing: {lacking}") from None
    if found is None:
        raise DemoError("Home Assistant has no entities of the integration")
    return found


def _lacking(found: Entities) -> dict[str, list[str]]:
    """Return what was promised of each studio and is not there."""
    return {
        studio: sorted(promised(studio).keys() - have.keys())
        for studio, have in found.studios.items()
    }


def _free_port(wished: int = 0) -> int:
    """Return a port that is free, the wished one if it is."""
    for port in dict.fromkeys((wished, 0)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError("no port is free")
