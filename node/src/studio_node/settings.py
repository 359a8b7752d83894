"""The settings of a node, checked; `settings_file` reads them from TOML."""

from dataclasses import dataclass, field, replace
import os
from pathlib import Path
from typing import Final, Self

from .errors import SettingsError
from .toml_lines import TomlLines
from .wire.messages import DEFAULT_PORT
from .wire.parts import Fields
from .wire.vocabulary import CommandClass

ANYWHERE: Final = "0.0.0.0"  # noqa: S104 - a node is there to be reached from the network
LOOPBACK: Final = "127.0.0.1"
ALLOWED: Final = frozenset(CommandClass) - {CommandClass.HOST, CommandClass.UNKNOWN}


def default_state_dir() -> Path:
    """Return where systemd, or else the user's home, keeps state."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.partition(":")[0])
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "studio-node"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the settings' file something stands, for messages about it."""

    lines: TomlLines = field(default_factory=TomlLines)
    path: tuple[str | int, ...] = ()

    def error(self, key: str, reason: str) -> SettingsError:
        """Return the error that names file, line and key."""
        path = (*self.path, key) if key else self.path
        return SettingsError(
            reason, source=self.lines.source, line=self.lines.line(path), key=dotted(path)
        )

    def under(self, *keys: str | int) -> Self:
        """Return the place of something inside."""
        return replace(self, path=(*self.path, *keys))


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a key's path as its owner reads it: ``studios[0].name``."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


@dataclass(frozen=True, slots=True)
class PartSettings:
    """One part: who drives it, and what the driver is told."""

    part: str
    driver: str
    options: Fields = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin, compare=False, repr=False)

    def error(self, option: str, reason: str) -> SettingsError:
        """Return the error of an option, for the driver that does not like it."""
        return self.origin.error(option, reason)


@dataclass(frozen=True, slots=True)
class StudioSettings:
    """One studio and its parts; without an id, the node itself."""

    id: str
    name: str
    parts: tuple[PartSettings, ...] = ()

    def only(self, driver: str) -> Self:
        """Return the studio with the parts of one driver."""
        return replace(self, parts=tuple(part for part in self.parts if part.driver == driver))


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a node is told when it starts."""

    name: str = "Studio node"
    site: str = ""
    listen: str = ANYWHERE
    port: int = DEFAULT_PORT
    state_dir: Path = field(default_factory=default_state_dir)
    announce: bool = True
    interfaces: tuple[str, ...] = ()  # addresses that are announced; none: all
    commands: frozenset[CommandClass] = ALLOWED
    parts: tuple[PartSettings, ...] = ()  # of the node itself
    studios: tuple[StudioSettings, ...] = ()
    simulation: Fields = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin, compare=False, repr=False)

    @property
    def places(self) -> tuple[StudioSettings, ...]:
        """Return the node itself and its studios."""
        return StudioSettings("", self.name, self.parts), *self.studios
