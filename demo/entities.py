"""Entities of the running demo, found by unique id and never by entity id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .errors import DemoError
from .home_assistant import HomeAssistant
from .sites import SITES

DOMAIN: Final = "micro_studio"
_HELPERS: Final = ("template", "input_boolean", "local_calendar")


@dataclass(frozen=True, slots=True)
class Entities:
    """Entity ids by what they show: of each studio, of each node, and what was there before us."""

    studios: Mapping[str, Mapping[str, str]]
    nodes: tuple[Mapping[str, str], ...]
    helpers: Mapping[str, str]

    def of(self, studio: str, what: str) -> str:
        """Return one entity of a studio."""
        try:
            return self.studios[studio][what]
        except KeyError:
            raise DemoError(f"{studio} has no entity {what!r}") from None


async def find(home: HomeAssistant) -> Entities:
    """Read the registry."""
    found: list[dict[str, Any]] = await home.command("config/entity_registry/list")
    helpers = [entry for entry in found if entry["platform"] in _HELPERS]
    rooms = await _rooms(home)
    studios: dict[str, dict[str, str]] = {
        studio.id: {} for site in SITES for studio in site.studios
    }
    nodes: dict[str, dict[str, str]] = {}
    for entry in found:
        if entry["platform"] != DOMAIN or entry["disabled_by"] is not None:
            continue
        place, _, what = entry["unique_id"].partition("_")
        if entry["config_subentry_id"] is None:
            nodes.setdefault(place, {})[what] = entry["entity_id"]
            continue
        studio, key = rooms[entry["config_subentry_id"]]
        what = _named(what.removeprefix(f"{key}_"), helpers)
        studios[studio][what] = entry["entity_id"]
    return Entities(
        studios,
        tuple(nodes.values()),
        {entry["unique_id"]: entry["entity_id"] for entry in helpers},
    )


async def _rooms(home: HomeAssistant) -> dict[str, tuple[str, str]]:
    """Return which studio each subentry is, and how its unique ids begin."""
    studios = {studio.name: studio.id for site in SITES for studio in site.studios}
    return {
        subentry["subentry_id"]: (studios[subentry["title"]], subentry["unique_id"])
        for entry in await home.command("config_entries/get", domain=DOMAIN)
        for subentry in await home.command(
            "config_entries/subentries/list", entry_id=entry["entry_id"]
        )
    }


def _named(what: str, helpers: list[dict[str, Any]]) -> str:
    """Call a part by the name of what stands for it, where it is called by its registry id."""
    for helper in helpers:
        what = what.replace(f"/{helper['id']}_", f"/{helper['unique_id']}_")
    return what
