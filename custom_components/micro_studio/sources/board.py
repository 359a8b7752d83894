"""
What a studio's parts last reported, and who shows which field.

One table from (part, field) to those who show it: a change costs one look-up, and nobody who
does not show the field hears of it. A field is absent (not in the table), unknown (None) or
has a value; a board that is not available keeps its last values, but nobody may show them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ..core.studio import Value

type Change = Callable[[], None]
type Values = dict[str, Value]


class Board:
    """The parts of one studio, or of a node."""

    def __init__(self) -> None:
        self.available = False
        self._parts: dict[str, Values] = {}
        self._watchers: dict[tuple[str, str], tuple[Change, ...]] = {}
        self._availability: dict[Change, None] = {}
        self._fittings: dict[Change, None] = {}

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the parts that are fitted."""
        return iter(self._parts)

    def __contains__(self, part: object) -> bool:
        """Tell whether a part is fitted."""
        return part in self._parts

    def part(self, part: str) -> Mapping[str, Value]:
        """Return the fields of a part; nothing if it is not fitted."""
        return self._parts.get(part, {})

    def get(self, part: str, name: str) -> Value:
        """Return a field's value; None for unknown and for absent."""
        return self._parts.get(part, {}).get(name)

    def has(self, part: str, name: str) -> bool:
        """Tell whether a field is fitted."""
        return name in self._parts.get(part, {})

    def watch(self, part: str, names: Iterable[str], change: Change) -> Change:
        """Call ``change`` once whenever some of these fields have changed; return the end of it."""
        keys = [(part, name) for name in names]
        for key in keys:
            self._watchers[key] = (*self._watchers.get(key, ()), change)

        def end() -> None:
            for key in keys:
                left = tuple(each for each in self._watchers.get(key, ()) if each is not change)
                if left:
                    self._watchers[key] = left
                else:
                    self._watchers.pop(key, None)

        return end

    def watch_availability(self, change: Change) -> Change:
        """Call ``change`` when the board becomes available or unavailable."""
        self._availability[change] = None
        return lambda: self._availability.pop(change, None)

    def watch_fittings(self, change: Change) -> Change:
        """Call ``change`` when a part or a field is fitted or taken away."""
        self._fittings[change] = None
        return lambda: self._fittings.pop(change, None)

    def availability_watchers(self) -> tuple[Change, ...]:
        """Return who wants to know; a burst over many boards is spread by the caller."""
        return tuple(self._availability)

    def update(self, part: str, values: Values) -> None:
        """Set fields of a part, and tell those who show one that has changed."""
        fields = self._parts.get(part)
        if fields is None:
            fields = self._parts[part] = {}
        changed: list[str] = []
        fitted = False
        for name, value in values.items():
            if name not in fields:
                fitted = True
            elif fields[name] == value:
                continue
            fields[name] = value
            changed.append(name)
        if fitted or not fields:
            self._tell_fittings()
        if changed:
            self._tell(part, changed)

    def withdraw(self, part: str, names: Iterable[str] = ()) -> None:
        """Take fields away; with none named, the whole part."""
        fields = self._parts.get(part)
        if fields is None:
            return
        gone = [name for name in names if name in fields] if names else list(fields)
        for name in gone:
            del fields[name]
        if not names:
            del self._parts[part]
        self._tell_fittings()
        self._tell(part, gone)

    def replace(self, parts: Mapping[str, Values]) -> None:
        """Take over a whole report; only real differences are told."""
        for part in [part for part in self._parts if part not in parts]:
            self.withdraw(part)
        for part, values in parts.items():
            if gone := [name for name in self.part(part) if name not in values]:
                self.withdraw(part, gone)
            self.update(part, values)

    def _tell(self, part: str, names: list[str]) -> None:
        """Call everyone who shows one of the fields, and each of them once."""
        watchers = self._watchers
        if len(names) == 1:
            for change in watchers.get((part, names[0]), ()):
                change()
            return
        for change in dict.fromkeys(
            change for name in names for change in watchers.get((part, name), ())
        ):
            change()

    def _tell_fittings(self) -> None:
        for change in tuple(self._fittings):
            change()
