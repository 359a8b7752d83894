"""Does a JSON value fit its field? The tables of `parts` applied to what came in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from types import MappingProxyType
from typing import Final

from .errors import BadFrameError
from .parts import Action, Field, Fields, Json, Kind

_INTEGERS: Final = range(-(2**63), 2**63)  # what JSON readers agree on


def fits(field: Field, value: Json) -> bool:
    """Tell whether a value has the shape of its field; null fits every field."""
    return value is None or _SHAPES[field.kind](field, value)


def check_args(action: Action, args: Fields) -> None:
    """Refuse arguments that a command does not take; the text never quotes a value."""
    known = {field.name: field for field in action.args}
    for name, value in args.items():
        if (field := known.get(name)) is None:
            raise BadFrameError(f"{action.name} takes no {name}")
        if not fits(field, value):
            raise BadFrameError(f"{action.name}: {name} is not a valid {field.kind}")
    for field in action.args:
        if field.required and args.get(field.name) is None:
            raise BadFrameError(f"{action.name} needs {field.name}")


def _is_number(value: Json) -> bool:
    """Tell whether JSON can hold a number: not a number and infinity it cannot."""
    if type(value) is float:
        return isfinite(value)
    return type(value) is int and value in _INTEGERS


def _is_time(_: Field, value: Json) -> bool:
    if type(value) is not str:
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _are_records(field: Field, value: Json) -> bool:
    if field.record is None or type(value) is not list:
        return False
    try:
        return all(
            isinstance(item, dict) and field.record.from_dict(item) is not None for item in value
        )
    except (ValueError, LookupError, TypeError, ArithmeticError):
        return False


_SHAPES: Final[Mapping[Kind, Callable[[Field, Json], bool]]] = MappingProxyType(
    {
        Kind.BOOLEAN: lambda _, value: type(value) is bool,
        Kind.INTEGER: lambda _, value: type(value) is int and value in _INTEGERS,
        Kind.NUMBER: lambda _, value: _is_number(value),
        Kind.TEXT: lambda _, value: type(value) is str,
        Kind.TIME: _is_time,
        Kind.WORD: lambda _, value: type(value) is str,
        Kind.WORDS: lambda _, value: (
            type(value) is list and all(type(item) is str for item in value)
        ),
        Kind.RECORDS: _are_records,
    }
)
