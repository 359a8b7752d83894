"""The two sites of the demo; their rooms stand in `nodes/`, their stories in `stories/`."""

from dataclasses import dataclass
from pathlib import Path
import tomllib
from typing import Final

_STORIES: Final = Path(__file__).parent / "stories"
_NODES: Final = Path(__file__).parent / "nodes"


@dataclass(frozen=True, slots=True)
class Studio:
    """One simulated room and the story that it plays."""

    id: str
    name: str

    @property
    def story(self) -> Path:
        """Return the scenario that the room plays."""
        return _STORIES / f"{self.id}.toml"


@dataclass(frozen=True, slots=True)
class Site:
    """One node with its rooms."""

    id: str
    name: str
    settings: Path
    studios: tuple[Studio, ...]


def _site(id_: str) -> Site:
    path = _NODES / f"{id_}.toml"
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    return Site(
        id_,
        settings["node"]["name"],
        path,
        tuple(Studio(studio["id"], studio["name"]) for studio in settings["studios"]),
    )


SITES: Final = (_site("city"), _site("suburb"))


def site_of(studio: str) -> Site | None:
    """Return the site that a studio belongs to."""
    return next((site for site in SITES if any(room.id == studio for room in site.studios)), None)
