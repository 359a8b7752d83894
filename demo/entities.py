"""Our entities in a running Home Assistant, found by unique id and never by entity id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import DemoError
from .home_assistant import HomeAssistant
from .sites import SITES

DOMAIN = "micro_studio"


@dataclass(frozen=True, slots=True)
class Entities:
    """Entity ids by what they show: of each studio, and of each node."""

    studios: Mapping[str, Mapping[str, str]]
    nodes: tuple[Mapping[str, str], ...]

    def of(self, studio: str, what: str) -> str:
        """Return one entity of a studio."""
        try:
            return self.studios[studio][what]
        except KeyError:
            raise DemoError(f"{studio} has no entity {what!r}") from None


async def find(home: HomeAssistant) -> Entities:
    """Read the registry."""
    found: list[dict[str, Any]] = await home.command("config/entity_registry/list")
    ours = [entry for entry in found if entry["platform"] == DOMAIN]
    studios: dict[str, dict[str, str]] = {
        studio.id: {} for site in SITES for studio in site.studios
    }
    nodes: dict[str, dict[str, str]] = {}
    for entry in ours:
        if entry["disabled_by"] is not None:
            continue
        node, _, rest = entry["unique_id"].partition("_")
        studio = _studio(rest, studios)
        if studio is None:
            nodes.setdefault(node, {})[rest] = entry["entity_id"]
        else:
            studios[studio][rest.removeprefix(f"{studio}_")] = entry["entity_id"]
    return Entities(studios, tuple(nodes.values()))


def _studio(rest: str, studios: Iterable[str]) -> str | None:
    return next((studio for studio in studios if rest.startswith(f"{studio}_")), None)
