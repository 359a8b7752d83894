"""Scenarios: stories in TOML, checked before they are played."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
import heapq
from importlib.resources import files
from pathlib import Path
import tomllib
from typing import Final

from studio_node.errors import StudioNodeError

from .act import ActError, BadArgumentError
from .acts import find_act
from .durations import parse_duration

_OWN: Final = frozenset({"at", "every", "until", "studio", "act"})
_KEYS: Final = frozenset({"about", "repeat", "step"})


class ScenarioError(StudioNodeError):
    """A scenario that must be corrected: names file, step and key."""

    def __init__(self, source: str, reason: str, *, step: int | None = None, key: str = "") -> None:
        place = [source, *([f"step {step}"] if step else []), *([key] if key else [])]
        super().__init__(f"{': '.join(place)}: {reason}")
        self.step = step
        self.key = key


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens, once or every so often."""

    number: int
    at: timedelta
    act: str
    given: Mapping[str, object]
    studio: str | None = None  # None: the studio in which the scenario plays
    every: timedelta | None = None
    until: timedelta | None = None

    def moments(self) -> Iterator[timedelta]:
        """Return when it happens; without an end if nothing ends it."""
        moment = self.at
        while self.until is None or moment <= self.until:
            yield moment
            if self.every is None:
                return
            moment += self.every


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story; with ``repeat`` it begins again and again."""

    name: str
    about: str
    steps: tuple[Step, ...]
    repeat: timedelta | None = None

    def timeline(self) -> Iterator[tuple[timedelta, Step]]:
        """Return all that happens, in order; it may have no end."""
        if self.repeat is None:
            yield from self._round(None)
            return
        begin = timedelta(0)
        while True:
            for moment, step in self._round(self.repeat):
                yield begin + moment, step
            begin += self.repeat

    def _round(self, end: timedelta | None) -> Iterator[tuple[timedelta, Step]]:
        streams = [_stream(step, end) for step in self.steps]
        for moment, _, step in heapq.merge(*streams, key=lambda item: item[:2]):
            yield moment, step


def load_scenario(name: str) -> Scenario:
    """
    Return a scenario from a file, or a shipped one by name, with or without ``.toml``.

    Raises:
        ScenarioError: there is none, or it makes no sense.

    """
    path, plain = Path(name), name.removesuffix(".toml")
    if plain in (shipped := shipped_scenarios()) and not path.is_file():
        text = files(__package__).joinpath("scenarios", f"{plain}.toml").read_text("utf-8")
        return parse_scenario(text, plain)
    try:
        return parse_scenario(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError):
        known = ", ".join(shipped)
        raise ScenarioError(name, f"is neither a readable file nor one of {known}") from None


def shipped_scenarios() -> list[str]:
    """Return the names of the scenarios that come with the program."""
    folder = files(__package__).joinpath("scenarios")
    return sorted(
        item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")
    )


def parse_scenario(text: str, source: str) -> Scenario:
    """Return the scenario in a text."""
    try:
        raw: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(source, str(error)) from None
    for key in raw:
        if key not in _KEYS:
            raise ScenarioError(source, "is not known", key=key)
    tables = raw.get("step")
    if not isinstance(tables, list) or not tables:
        raise ScenarioError(source, "has no [[step]]")
    repeat = _duration(raw, "repeat", source, None)
    if repeat is not None and not repeat:
        raise ScenarioError(source, "must be longer than nothing", key="repeat")
    steps = tuple(_step(table, source, number) for number, table in enumerate(tables, 1))
    for step in steps:
        if repeat is not None and step.at >= repeat:
            raise ScenarioError(source, "lies behind the repeat", step=step.number, key="at")
    return Scenario(Path(source).stem, str(raw.get("about", "")), steps, repeat)


def _step(table: object, source: str, number: int) -> Step:
    if not isinstance(table, dict):
        raise ScenarioError(source, "is not a table", step=number)
    every = _duration(table, "every", source, number)
    at = _duration(table, "at", source, number)
    if at is None and every is None:
        raise ScenarioError(source, "is missing, and so is every", step=number, key="at")
    if every is not None and not every:
        raise ScenarioError(source, "must be longer than nothing", step=number, key="every")
    studio, name = table.get("studio"), table.get("act")
    if not isinstance(name, str):
        raise ScenarioError(source, "is missing", step=number, key="act")
    if not (studio is None or isinstance(studio, str)):
        raise ScenarioError(source, "must be a studio's id", step=number, key="studio")
    given = {key: value for key, value in table.items() if key not in _OWN}
    try:
        find_act(name).read(given)
    except BadArgumentError as error:
        raise ScenarioError(source, str(error), step=number, key=error.key) from None
    except ActError as error:
        raise ScenarioError(source, str(error), step=number, key="act") from None
    first = at if at is not None else every
    return Step(
        number=number,
        at=first or timedelta(0),
        act=name,
        given=given,
        studio=studio,
        every=every,
        until=_duration(table, "until", source, number),
    )


def _duration(
    table: Mapping[str, object], key: str, source: str, number: int | None
) -> timedelta | None:
    if key not in table:
        return None
    try:
        return parse_duration(table[key])
    except ValueError as error:
        raise ScenarioError(source, str(error), step=number, key=key) from None


def _stream(step: Step, end: timedelta | None) -> Iterator[tuple[timedelta, int, Step]]:
    for moment in step.moments():
        if end is not None and moment >= end:
            return
        yield moment, step.number, step
