"""Settings from a TOML file; every mistake is named with its line."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
import ipaddress
from pathlib import Path
import re
import tomllib
from typing import Final

from .errors import SettingsError
from .settings import ALLOWED, Origin, PartSettings, Settings, StudioSettings, default_state_dir
from .toml_lines import TomlLines
from .wire.messages import DEFAULT_PORT
from .wire.parts import Fields, Json, part_kind
from .wire.vocabulary import CommandClass, PartKind

type Toml = bool | int | float | str | datetime | date | time | list[Toml] | dict[str, Toml]

_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_PORTS: Final = range(65536)


def read_settings(path: Path) -> Settings:
    """
    Return the settings in a file.

    Raises:
        SettingsError: the file is missing, no TOML, or says something that makes no sense.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot be read: {error}", source=path) from error
    return parse_settings(text, path)


def parse_settings(text: str, source: Path) -> Settings:
    """Return the settings in a text; relative paths count from its file."""
    try:
        raw: dict[str, Toml] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(str(error), text, source) from error
    root = _Table(raw, Origin(TomlLines.scan(text, source)))
    node = root.table("node")
    settings = Settings(
        name=node.text("name", "Studio node"),
        site=node.text("site", ""),
        listen=_address(node),
        port=node.integer("port", DEFAULT_PORT, _PORTS),
        state_dir=_directory(node, source),
        announce=node.flag("announce", default=True),
        interfaces=node.texts("interfaces"),
        commands=_commands(root.table("commands")),
        parts=_parts(node),
        studios=_studios(root),
        simulation=root.options("simulation"),
        origin=root.origin,
    )
    node.end()
    root.end()
    return settings


def _no_toml(message: str, text: str, source: Path) -> SettingsError:
    """Return tomllib's complaint with the line where it belongs; only 3.14 tells it apart."""
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if found is None:
        return SettingsError(message, source=source)
    line = int(found[1]) if found[1] else len(text.splitlines())
    return SettingsError(message[: found.start()], source=source, line=line)


class _Table:
    """A table of the file that knows which of its keys were read."""

    def __init__(self, raw: Mapping[str, Toml], origin: Origin) -> None:
        self.origin = origin
        self._raw = raw
        self._known: set[str] = set()

    def text(self, key: str, default: str | None = None) -> str:
        value = self._get(key, default)
        if value is None:
            raise self.origin.error(key, "is missing")
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.origin.error(key, "must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key, [])
        if not isinstance(value, list):
            raise self.origin.error(key, "must be a list of texts")
        texts = tuple(item for item in value if isinstance(item, str))
        if len(texts) != len(value):
            raise self.origin.error(key, "must be a list of texts")
        return texts

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.origin.error(key, "must be true or false")
        return value

    def integer(self, key: str, default: int, within: range) -> int:
        value = self._get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value not in within:
            raise self.origin.error(key, f"must be a number from {within[0]} to {within[-1]}")
        return value

    def table(self, key: str) -> "_Table":
        value = self._get(key, {})
        if not isinstance(value, dict):
            raise self.origin.error(key, "must be a table")
        return _Table(value, self.origin.under(key))

    def tables(self, key: str) -> list["_Table"]:
        value = self._get(key, [])
        if not isinstance(value, list):
            raise self.origin.error(key, f"must be a list of tables, [[{key}]]")
        tables = []
        for number, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.origin.error(key, f"must be a list of tables, [[{key}]]")
            tables.append(_Table(item, self.origin.under(key, number)))
        return tables

    def named(self) -> list[tuple[str, "_Table"]]:
        """Return all tables inside, whatever they are called."""
        return [(key, self.table(key)) for key in self._raw]

    def options(self, key: str) -> Fields:
        """Return a table that somebody else understands."""
        return self.table(key).rest()

    def rest(self) -> Fields:
        """Return what was not read yet."""
        keys = [key for key in self._raw if key not in self._known]
        return {key: _json(self._get(key, None), self.origin, key) for key in keys}

    def end(self) -> None:
        """Refuse what nobody asked for."""
        for key in self._raw:
            if key not in self._known:
                hint = _hint(key, self._known)
                raise self.origin.error(key, f"is not a known setting{hint}")

    def _get(self, key: str, default: Toml | None) -> Toml | None:
        self._known.add(key)
        return self._raw.get(key, default)


def _hint(key: str, known: Iterable[str]) -> str:
    close = get_close_matches(key, [str(word) for word in known], n=1)
    return f": did you mean {close[0]!r}?" if close else ""


def _json(value: Toml | None, origin: Origin, key: str) -> Json:
    """Return a value for a driver, who knows no dates."""
    if isinstance(value, dict):
        under = origin.under(key)
        return {name: _json(item, under, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_json(item, origin, key) for item in value]
    if isinstance(value, datetime | date | time):
        raise origin.error(key, "must not be a date or a time; write it in quotes")
    return value


def _address(node: _Table) -> str:
    listen = node.text("listen", "0.0.0.0")  # noqa: S104 - see settings.ANYWHERE
    try:
        return str(ipaddress.ip_address(listen))
    except ValueError:
        raise node.origin.error(
            "listen", "must be an address of this computer, such as 0.0.0.0 or 192.0.2.20"
        ) from None


def _directory(node: _Table, source: Path) -> Path:
    given = node.text("state_dir", "")
    return source.parent / Path(given).expanduser() if given else default_state_dir()


def _commands(table: _Table) -> frozenset[CommandClass]:
    allowed = frozenset(
        group
        for group in CommandClass
        if group is not CommandClass.UNKNOWN and table.flag(group, default=group in ALLOWED)
    )
    table.end()
    return allowed


def _studios(root: _Table) -> tuple[StudioSettings, ...]:
    studios: dict[str, StudioSettings] = {}
    for table in root.tables("studios"):
        key, name = table.text("id"), table.text("name")
        if not _ID.fullmatch(key):
            raise table.origin.error("id", "must be lower-case letters, digits, '-' and '_'")
        if key in studios:
            raise table.origin.error("id", f"{key!r} is taken by another studio")
        studios[key] = StudioSettings(key, name, _parts(table))
        table.end()
    return tuple(studios.values())


def _parts(place: _Table) -> tuple[PartSettings, ...]:
    parts = []
    for name, table in place.table("parts").named():
        if part_kind(name) is PartKind.UNKNOWN:
            kinds = ", ".join(kind for kind in PartKind if kind is not PartKind.UNKNOWN)
            raise table.origin.error("", f"is no part; parts begin with one of {kinds}")
        driver = table.text("driver")
        parts.append(PartSettings(name, driver, table.rest(), table.origin))
    return tuple(parts)
