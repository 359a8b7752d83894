"""
The sites of the demo.

The rooms of those with a node stand in `nodes/`, their stories in `stories/`; the third site is
made of the devices in `config/configuration.yaml`.
"""

from dataclasses import dataclass
from pathlib import Path
import tomllib
from typing import Final

_STORIES: Final = Path(__file__).parent / "stories"
_NODES: Final = Path(__file__).parent / "nodes"


@dataclass(frozen=True, slots=True)
class Studio:
    """One room."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Site:
    """Some rooms under one roof."""

    id: str
    name: str
    studios: tuple[Studio, ...]


@dataclass(frozen=True, slots=True)
class NodeSite(Site):
    """A site with a node, which simulates its rooms."""

    settings: Path

    @staticmethod
    def story(studio: Studio) -> Path:
        """Return the scenario that a room plays."""
        return _STORIES / f"{studio.id}.toml"


def _site(id_: str) -> NodeSite:
    path = _NODES / f"{id_}.toml"
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    return NodeSite(
        id_,
        settings["node"]["name"],
        tuple(Studio(studio["id"], studio["name"]) for studio in settings["studios"]),
        path,
    )


WITH_NODE: Final = (_site("city"), _site("suburb"))
WITHOUT_NODE: Final = Site("riverside", "Riverside", (Studio("studio-4", "Studio Treptow"),))
SITES: Final = (*WITH_NODE, WITHOUT_NODE)


def site_of(studio: str) -> NodeSite | None:
    """Return the site whose node simulates a studio."""
    return next(
        (site for site in WITH_NODE if any(room.id == studio for room in site.studios)), None
    )
