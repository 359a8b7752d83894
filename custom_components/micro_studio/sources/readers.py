"""How each field of the wire is read into a value of the core; what does not fit is unknown."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from ..core.booking import Booking, Status
from ..core.errors import BookingError
from ..core.guest import Guest
from ..core.kit import KitItem
from ..core.origin import NODE
from ..core.studio import Credential, Value
from ..wire import records
from ..wire.parts import PARTS, Field, Json, Kind
from ..wire.vocabulary import BookingStatus, PartKind

type Reader = Callable[[Json], Value]


def _boolean(value: Json) -> Value:
    return value if isinstance(value, bool) else None


def _integer(value: Json) -> Value:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: Json) -> Value:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Json) -> Value:
    return value if isinstance(value, str) else None


def _time(value: Json) -> Value:
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return None if time.tzinfo is None else time.astimezone(UTC)


def _word(field: Field) -> Reader:
    """Read a word of the field's set; one from a later version is unknown."""
    known = _known(field)
    return lambda value: value if isinstance(value, str) and value in known else None


def _words(field: Field) -> Reader:
    """Read several words; those from a later version are left out."""
    known = _known(field)

    def read(value: Json) -> Value:
        if not isinstance(value, list):
            return None
        return tuple(word for word in value if isinstance(word, str) and word in known)

    return read


def _known(field: Field) -> frozenset[str]:
    return frozenset(field.words or ()) - {"unknown"}


def _bookings(items: list[dict[str, Json]]) -> Value:
    return tuple(
        booking
        for item in items
        if (booking := _booking(records.Booking.from_dict(item))) is not None
    )


def _booking(record: records.Booking) -> Booking | None:
    """Return a booking; one that ends before it starts is none."""
    if record.status is BookingStatus.UNKNOWN:
        return None
    try:
        return Booking(
            uid=record.uid,
            source=NODE,
            start=record.start.astimezone(UTC),
            end=record.end.astimezone(UTC),
            status=Status(record.status.value),
            title=record.title,
            guest=Guest(reference=record.guest),
            revision=record.revision,
        )
    except BookingError:
        return None


def _credentials(items: list[dict[str, Json]]) -> Value:
    return tuple(
        Credential(
            slot=record.slot,
            tag=record.tag,
            not_before=record.not_before,
            not_after=record.not_after,
            verified=record.verified,
        )
        for record in map(records.Credential.from_dict, items)
    )


def _kit(items: list[dict[str, Json]]) -> Value:
    return tuple(
        KitItem(
            role=record.role,
            model=record.model,
            serial=record.serial,
            firmware=record.firmware,
            gain=record.gain,
        )
        for record in map(records.KitItem.from_dict, items)
    )


_RECORDS: Final[Mapping[type[records.Record], Callable[[list[dict[str, Json]]], Value]]] = (
    MappingProxyType(
        {
            records.Booking: _bookings,
            records.Credential: _credentials,
            records.KitItem: _kit,
        }
    )
)


def _records(field: Field) -> Reader:
    """Read a list of records; one that cannot be read makes the whole list unknown."""
    convert = _RECORDS[field.record] if field.record else _kit

    def read(value: Json) -> Value:
        if not isinstance(value, list):
            return None
        try:
            return convert([item for item in value if isinstance(item, dict)])
        except ValueError, LookupError, TypeError:
            return None

    return read


_PLAIN: Final[Mapping[Kind, Reader]] = MappingProxyType(
    {
        Kind.BOOLEAN: _boolean,
        Kind.INTEGER: _integer,
        Kind.NUMBER: _number,
        Kind.TEXT: _text,
        Kind.TIME: _time,
    }
)
_COMPOSED: Final[Mapping[Kind, Callable[[Field], Reader]]] = MappingProxyType(
    {Kind.WORD: _word, Kind.WORDS: _words, Kind.RECORDS: _records}
)

READERS: Final[Mapping[PartKind, Mapping[str, Reader]]] = MappingProxyType(
    {
        kind: MappingProxyType(
            {
                name: _PLAIN.get(field.kind) or _COMPOSED[field.kind](field)
                for name, field in part.fields.items()
            }
        )
        for kind, part in PARTS.items()
    }
)
