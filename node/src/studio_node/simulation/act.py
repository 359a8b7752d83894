"""What an act is: a thing that may happen in a simulated room, with its arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final

from studio_node.wire.parts import part_kind
from studio_node.wire.vocabulary import PartKind

from .durations import parse_duration
from .model.part import PartModel
from .model.place import Place
from .model.room import Room
from .stage import Stage
from .world import NODE, World

type Value = str | int | float
PART: Final = "part"


class ActError(Exception):
    """An act that cannot happen; the text is one sentence for whoever asked."""


class BadArgumentError(ActError):
    """An argument that does not fit; ``key`` names it, its value is not quoted."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key} {reason}")
        self.key = key


class Sort(StrEnum):
    """What an argument looks like."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    DURATION = "duration"


class Need(Enum):
    """Marks an argument that has no default."""

    GIVEN = "given"


_ARTICLES: Final = {Sort.INTEGER: "a whole number", Sort.NUMBER: "a number"}


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument; a default of None means that the act finds a value itself."""

    name: str
    sort: Sort
    default: Value | Need | None = Need.GIVEN
    words: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 1e9

    def read(self, raw: object) -> Value:
        """Return a value as the act wants it; durations in seconds."""
        match self.sort:
            case Sort.TEXT:
                return self._word(raw)
            case Sort.DURATION:
                try:
                    number = parse_duration(raw).total_seconds()
                except ValueError as error:
                    raise BadArgumentError(self.name, str(error)) from None
            case _:
                number = self._number(raw)
        if not self.least <= number <= self.most:
            limits = f"must be from {self.least:g} to {self.most:g}"
            raise BadArgumentError(self.name, limits)
        return int(number) if self.sort is Sort.INTEGER else number

    def _word(self, raw: object) -> str:
        # TOML and people write on and off as booleans and codes as numbers.
        text = ("on" if raw else "off") if isinstance(raw, bool) else str(raw)
        if self.words and text not in self.words:
            raise BadArgumentError(self.name, f"must be one of {', '.join(self.words)}")
        return text

    def _number(self, raw: object) -> float:
        kind = int if self.sort is Sort.INTEGER else float
        try:
            if isinstance(raw, str):
                return kind(raw)
        except ValueError:
            raw = None
        if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != kind(raw):
            raise BadArgumentError(self.name, f"must be {_ARTICLES[self.sort]}")
        return raw


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an act takes place, and its arguments."""

    world: World
    stage: Stage
    part: str
    values: Mapping[str, Value | None] = field(repr=False)  # a code may be among them

    @property
    def place(self) -> Place:
        """Return the place, at this moment."""
        return self.stage.place

    @property
    def room(self) -> Room:
        """Return the place when it is a studio."""
        if not isinstance(self.place, Room):
            raise ActError("this happens in a studio: name one")
        return self.place

    def model[P: PartModel](self, kind: type[P]) -> P:
        """Return the part that the act is about."""
        if (found := self.place.find(kind, self.part)) is None:
            raise ActError(f"there is no {self.part or kind.__name__.lower()} here")
        return found

    def number(self, name: str) -> float:
        """Return a number or a duration in seconds."""
        value = self.values[name]
        return float(value) if isinstance(value, int | float) else 0.0

    def text(self, name: str) -> str:
        """Return a text; empty when the act is to find it itself."""
        value = self.values[name]
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Act:
    """A thing that may happen."""

    name: str
    doc: str
    run: Callable[[Scene], None]
    kind: PartKind | None = None  # of the part that it is about
    args: tuple[Arg, ...] = ()
    of_node: bool = False  # it happens to the node, whichever studio is named

    def read(self, given: Mapping[str, object]) -> tuple[str, dict[str, Value | None]]:
        """
        Return part and arguments, checked.

        Raises:
            BadArgumentError: names the key that does not fit.

        """
        known = {arg.name for arg in self.args}
        for key in given:
            if key not in known and not (key == PART and self.kind is not None):
                takes = ", ".join(([PART] if self.kind else []) + sorted(known)) or "nothing"
                raise BadArgumentError(key, f"is not taken by {self.name} (it takes {takes})")
        values: dict[str, Value | None] = {}
        for arg in self.args:
            if arg.name in given:
                values[arg.name] = arg.read(given[arg.name])
            elif isinstance(arg.default, Need):
                raise BadArgumentError(arg.name, f"is needed by {self.name}")
            else:
                values[arg.name] = arg.default
        return self._part(given.get(PART, "")), values

    def _part(self, raw: object) -> str:
        part = str(raw)
        if part and self.kind is not None and part_kind(part) is not self.kind:
            raise BadArgumentError(PART, f"must be one of {self.kind}/…")
        return part

    def words(self, words: list[str]) -> dict[str, str]:
        """Return arguments that a person typed: ``interface/main count=25``, or just ``on``."""
        given: dict[str, str] = {}
        for word in words:
            name, equals, value = word.partition("=")
            if equals:
                given[name] = value
            elif self.kind is not None and part_kind(word) is self.kind:
                given[PART] = word
            else:
                free = next((arg.name for arg in self.args if arg.name not in given), None)
                if free is None:
                    raise ActError(f"{self.name} takes fewer words")
                given[free] = word
        return given


def place_of(world: World, act: Act, studio: str | None) -> Stage:
    """Return where an act takes place."""
    if act.of_node or studio is None or (studio == NODE and NODE not in world.studios):
        return world.node
    try:
        return world.stage(studio)
    except KeyError:
        known = ", ".join(world.studios) or "none"
        raise ActError(f"there is no such studio (there are: {known})") from None
