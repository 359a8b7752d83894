"""What a device reports, made fit for the wire: a bug in one device must not end the node."""

from collections.abc import Iterator
import logging
from typing import Final

import orjson

from .wire.checks import fits
from .wire.parts import PARTS, Field, Fields, Json, Kind, part_kind

_LOGGER: Final = logging.getLogger(__name__)
_PLAIN: Final = frozenset({Kind.BOOLEAN, Kind.INTEGER, Kind.NUMBER, Kind.TIME})


class Soundness:
    """Checks the fields of one part against the catalogue; every mistake is logged once."""

    def __init__(self, name: str, part: str) -> None:
        self._name = name
        self._fields = PARTS[part_kind(part)].fields
        self._reported: set[str] = set()

    def check(self, fields: Fields) -> Iterator[tuple[str, Json]]:
        """Go through the fields that the protocol has; what does not fit is null."""
        for name, value in fields.items():
            if (field := self._fields.get(name)) is None:
                self._report(name, "the protocol has no such field")
            else:
                yield name, self._sound(field, value)

    def _sound(self, field: Field, value: Json) -> Json:
        """Return a value of our own: a device may go on changing the list that it gave."""
        if value is None:
            return None
        try:
            if fits(field, value) and _in_words(field, value):
                return value if field.kind in _PLAIN else _copy(value)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
            pass  # as bad as what does not fit
        self._report(field.name, f"not a valid {field.kind}")
        return None

    def _report(self, name: str, reason: str) -> None:
        if name not in self._reported:
            self._reported.add(name)
            _LOGGER.error("%s reports a bad %s: %s", self._name, name, reason)


def plain(data: Fields) -> Fields:
    """Return an event's data, or nothing when JSON cannot hold it."""
    try:
        copy: Fields = orjson.loads(orjson.dumps(data))
    except (TypeError, ValueError):
        _LOGGER.exception("an event's data cannot be sent")
        return {}
    return copy


def _copy(value: Json) -> Json:
    copy: Json = orjson.loads(orjson.dumps(value))
    return copy


def _in_words(field: Field, value: Json) -> bool:
    """Tell whether words are in this version's vocabulary: ours must be."""
    if field.words is None:
        return True
    words = value if isinstance(value, list) else [value]
    return all(word in field.words for word in words)
