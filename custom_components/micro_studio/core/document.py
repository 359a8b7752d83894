"""A stored document, read with a complaint that names the place."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from .errors import PersistError

_MISSING: Final = object()


class Node:
    """One value of the document with its place, so that every complaint can name it."""

    __slots__ = ("place", "value")

    def __init__(self, *, place: str, value: object) -> None:
        self.place = place
        self.value = value

    def child(self, name: str) -> "Node":
        """Return a member; a missing one is broken, not empty."""
        place = f"{self.place}.{name}"
        value = self._mapping().get(name, _MISSING)
        if value is _MISSING:
            raise PersistError(place, "is missing")
        return Node(place=place, value=value)

    def has(self, name: str) -> bool:
        """Tell whether there is such a member."""
        return name in self._mapping()

    def children(self) -> Iterator[tuple[str, "Node"]]:
        """Return all members of a mapping whose keys are data."""
        for key, value in self._mapping().items():
            yield str(key), Node(place=f"{self.place}[{key}]", value=value)

    def items(self, name: str) -> Iterator["Node"]:
        """Return the items of a list."""
        node = self.child(name)
        if not isinstance(node.value, list):
            raise PersistError(node.place, "is no list")
        for index, value in enumerate(node.value):
            yield Node(place=f"{node.place}[{index}]", value=value)

    def items_or_none(self, name: str) -> Iterator["Node"]:
        """Return the items of a list that is left out when it is empty."""
        return self.items(name) if self.has(name) else iter(())

    def _mapping(self) -> Mapping[object, object]:
        if not isinstance(self.value, Mapping):
            raise PersistError(self.place, "is no object")
        return self.value

    def text(self) -> str:
        """Read this value as text."""
        if not isinstance(self.value, str):
            raise PersistError(self.place, "is no text")
        return self.value

    def string(self, name: str) -> str:
        """Read text."""
        return self.child(name).text()

    def string_or_empty(self, name: str) -> str:
        """Read text that is left out when it is empty."""
        return self.string(name) if self.has(name) else ""

    def integer(self, name: str) -> int:
        """Read a whole number; Python counts with switches, a document does not."""
        node = self.child(name)
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            raise PersistError(node.place, "is no whole number")
        return node.value

    def switch(self, name: str) -> bool:
        """Read a switch."""
        value = self.flag(name)
        if value is None:
            raise PersistError(f"{self.place}.{name}", "is neither on nor off")
        return value

    def flag(self, name: str) -> bool | None:
        """Read a switch that may be unknown."""
        node = self.child(name)
        if node.value is not None and not isinstance(node.value, bool):
            raise PersistError(node.place, "is neither on nor off")
        return node.value

    def word[Word: StrEnum](self, name: str, words: type[Word]) -> Word:
        """Read one of several words."""
        node = self.child(name)
        try:
            return words(node.text())
        except ValueError as error:
            raise PersistError(node.place, f"is no {words.__name__}") from error

    def maybe_word[Word: StrEnum](self, name: str, words: type[Word]) -> Word | None:
        """Read one of several words, or nothing."""
        return None if self._nothing(name) else self.word(name, words)

    def time(self, name: str) -> datetime:
        """Read a moment."""
        node = self.child(name)
        try:
            moment = datetime.fromisoformat(node.text())
            if moment.utcoffset() is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise PersistError(node.place, "is no time") from error
        raise PersistError(node.place, "has no time zone")

    def maybe_time(self, name: str) -> datetime | None:
        """Read a moment, or nothing."""
        return None if self._nothing(name) else self.time(name)

    def span(self, name: str) -> timedelta:
        """Read seconds."""
        node = self.child(name)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise PersistError(node.place, "is no number of seconds")
        try:
            return timedelta(seconds=node.value)
        except (OverflowError, ValueError) as error:
            raise PersistError(node.place, "is no number of seconds") from error

    def maybe_span(self, name: str) -> timedelta | None:
        """Read seconds, or nothing."""
        return None if self._nothing(name) else self.span(name)

    def _nothing(self, name: str) -> bool:
        return self.child(name).value is None
