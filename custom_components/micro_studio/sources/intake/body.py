"""Fields of a body that somebody else wrote; every complaint names the field, none its value."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from .delivery import DeliveryError

TEXT: Final = "a text"
TIME: Final = "a time with its offset, such as 2026-11-25T10:00:00+01:00"
WHOLE: Final = "a whole number that is not negative"
_YEARS: Final = range(2000, 2200)  # beyond it, adding a buffer would overflow
_LARGEST: Final = 2**53  # what JSON can carry without loss
_ID: Final = 255  # signs


class Body:
    """An object of a body, with its place in it; null and an empty text count as left out."""

    __slots__ = ("_place", "_values")

    def __init__(self, value: object, place: str = "") -> None:
        if not isinstance(value, Mapping):
            raise DeliveryError(place or "body", "an object")
        self._values: Mapping[object, object] = value
        self._place = place

    def place(self, name: str) -> str:
        """Return how a complaint calls a field."""
        return f"{self._place}.{name}" if self._place else name

    def get(self, name: str) -> object:
        """Return whatever stands in a field; None if it is left out."""
        value = self._values.get(name)
        return None if value == "" else value

    def required(self, name: str, expected: str) -> object:
        """Return what stands in a field that must not be left out."""
        if (value := self.get(name)) is None:
            raise DeliveryError(self.place(name), expected)
        return value

    def child(self, name: str) -> Body | None:
        """Return an object in this one."""
        return None if (value := self.get(name)) is None else Body(value, self.place(name))

    def text(self, name: str) -> str:
        """Read a text; one that is left out is empty."""
        value = self.get(name)
        if value is not None and not isinstance(value, str):
            raise DeliveryError(self.place(name), TEXT)
        return "" if value is None else value.strip()

    def texts(self, name: str) -> Iterator[str]:
        """Read a list of texts; one that is left out is empty."""
        value = self.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise DeliveryError(self.place(name), "a list of texts")
        for index, item in enumerate(value):
            if not isinstance(item, str):
                raise DeliveryError(f"{self.place(name)}[{index}]", TEXT)
            if text := item.strip():
                yield text

    def identity(self, name: str) -> str:
        """Read an id: a text, or a number as text; one that is left out is empty."""
        text = identity_of(self.get(name))
        if text is None or len(text) > _ID:
            raise DeliveryError(self.place(name), f"a text of at most {_ID} signs, or a number")
        return text

    def required_identity(self, name: str) -> str:
        """Read an id without which nothing can be said."""
        if text := self.identity(name):
            return text
        raise DeliveryError(self.place(name), f"a text of at most {_ID} signs, or a number")

    def whole(self, name: str) -> int | None:
        """Read a number; Python counts with switches, a body does not."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST:
            return value
        raise DeliveryError(self.place(name), WHOLE)

    def time(self, name: str) -> datetime | None:
        """Read a moment; one that is left out is None."""
        if (value := self.get(name)) is None:
            return None
        if (moment := moment_of(value)) is None:
            raise DeliveryError(self.place(name), TIME)
        return moment

    def required_time(self, name: str) -> datetime:
        """Read a moment without which there is no booking."""
        if (moment := self.time(name)) is None:
            raise DeliveryError(self.place(name), TIME)
        return moment

    def span(self, start: str, end: str) -> tuple[datetime, datetime]:
        """Read from when to when."""
        span = self.required_time(start), self.required_time(end)
        if span[0] >= span[1]:
            raise DeliveryError(self.place(end), f"a time after {self.place(start)}")
        return span


def moment_of(value: object) -> datetime | None:
    """Return a moment of a sensible year; a time without its offset is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        if moment.utcoffset() is None:
            return None
        moment = moment.astimezone(UTC)
    except ValueError, OverflowError:
        return None
    return moment if moment.year in _YEARS else None


def identity_of(value: object) -> str | None:
    """Return an id as text; None if it is none, empty if it is left out."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def glance(value: object, *path: str | int) -> object:
    """Return what lies at the end of a path, None if the path leads nowhere."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def glimpse(value: object, *path: str | int) -> str:
    """Return the text at the end of a path; what is something else costs no booking."""
    found = glance(value, *path)
    return found.strip() if isinstance(found, str) else ""
