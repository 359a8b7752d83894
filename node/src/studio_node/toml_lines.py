"""On which line of a TOML file a key stands; tomllib does not tell."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Final, Self

type KeyPath = tuple[str | int, ...]

_KEY: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_PATH: Final = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_LIST: Final = re.compile(rf"\s*\[\[\s*({_PATH})\s*\]\]")
_TABLE: Final = re.compile(rf"\s*\[\s*({_PATH})\s*\]")
_ASSIGNMENT: Final = re.compile(rf"\s*({_PATH})\s*=(.*)")
_STRINGS: Final = re.compile(r"""\"\"\"|\'\'\'|"(?:[^"\\]|\\.)*"|'[^']*'|#.*""")


@dataclass(frozen=True, slots=True)
class TomlLines:
    """The lines of the keys of one file; a key inside a value counts as the value's line."""

    source: Path | None = None
    _lines: dict[KeyPath, int] = field(default_factory=dict)

    @classmethod
    def scan(cls, text: str, source: Path | None) -> Self:
        """Read a text that is known to be valid TOML."""
        scan = _Scan()
        for number, line in enumerate(text.splitlines(), 1):
            scan.take(number, line)
        return cls(source, scan.lines)

    def line(self, path: KeyPath) -> int | None:
        """Return the line of a key, or of the nearest thing around it."""
        for end in range(len(path), 0, -1):
            if (number := self._lines.get(path[:end])) is not None:
                return number
        return None


class _Scan:
    """Walk through the lines and remember in which table we are."""

    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._table: KeyPath = ()
        self._counts: Counter[KeyPath] = Counter()
        self._depth = 0  # of brackets that a value has left open
        self._quote = ""  # of a string over several lines

    def take(self, number: int, line: str) -> None:
        """Note what begins on this line."""
        if self._quote or self._depth:
            self._skip(line)
        elif found := _LIST.match(line):
            base = self._resolve(_split(found[1]))
            self._table = (*base, self._counts[base])
            self._counts[base] += 1
            self.lines[self._table] = number
            self.lines.setdefault(base, number)
        elif found := _TABLE.match(line):
            self._table = self._resolve(_split(found[1]))
            self.lines.setdefault(self._table, number)
        elif found := _ASSIGNMENT.match(line):
            path = (*self._table, *_split(found[1]))
            self.lines.setdefault(path, number)
            self._skip(found[2])

    def _resolve(self, keys: list[str]) -> KeyPath:
        """Return a header's path; a list in it stands for its latest item."""
        path: KeyPath = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            if path in self._counts and position < len(keys) - 1:
                path = (*path, self._counts[path] - 1)
        return path

    def _skip(self, rest: str) -> None:
        """Pass over a value; it may go on in the next lines."""
        if self._quote:
            _, ended, rest = rest.partition(self._quote)
            if not ended:
                return
            self._quote = ""
        plain = _STRINGS.sub(lambda found: found[0] if len(found[0]) == len('"""') else "", rest)
        for quote in ('"""', "'''"):
            before, begun, after = plain.partition(quote)
            if begun:
                self._depth += _balance(before)
                self._quote = quote
                self._skip(after)
                return
        self._depth += _balance(plain)


def _balance(text: str) -> int:
    return sum(text.count(mark) for mark in "[{") - sum(text.count(mark) for mark in "]}")


def _split(path: str) -> list[str]:
    """Return the keys of a dotted path without their quotes."""
    return [key.strip("\"'") for key in re.findall(_KEY, path)]
