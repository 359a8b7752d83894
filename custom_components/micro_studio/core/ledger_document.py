"""A studio's ledger as plain JSON values, and back; what is empty is left out."""

from types import MappingProxyType
from typing import Any

from .booking import Booking
from .booking_document import dump_booking, load_booking
from .document import Node
from .errors import PersistError
from .ledger import Key, Ledger, Record, moment_of


def dump_ledger(ledger: Ledger) -> dict[str, Any]:
    """Write a ledger."""
    return {"records": [_dump_record(record) for record in ledger.records.values()]}


def load_ledger(node: Node) -> Ledger:
    """
    Read a ledger.

    Raises:
        PersistError: it is broken; the error names the place.

    """
    records: dict[Key, Record] = {}
    for item in node.items("records"):
        record = _load_record(item)
        if record.key in records:
            raise PersistError(f"{item.place}.booking.uid", "is there twice")
        records[record.key] = record
    return Ledger(MappingProxyType(records))


def _dump_record(record: Record) -> dict[str, Any]:
    document: dict[str, Any] = {
        "booking": dump_booking(record.booking),
        "rrule": record.rrule,
        "zone": record.zone if record.rrule else "",
        "exceptions": {
            name: None if changed is None else dump_booking(changed)
            for name, changed in record.exceptions.items()
        },
        "former": sorted(record.former),
        "told": record.told and _dump_record(record.told),
    }
    return {name: value for name, value in document.items() if value}


def _load_record(node: Node) -> Record:
    record = Record(
        load_booking(node.child("booking")),
        former=frozenset(item.text() for item in node.items_or_none("former")),
        told=_load_record(node.child("told")) if node.has("told") else None,
    )
    if not node.has("rrule"):
        return record
    return Record(
        record.booking,
        node.string("rrule"),
        node.string("zone"),
        MappingProxyType(_load_exceptions(node)),
        record.former,
        record.told,
    )


def _load_exceptions(node: Node) -> dict[str, Booking | None]:
    if not node.has("exceptions"):
        return {}
    return {name: _load_exception(name, each) for name, each in node.child("exceptions").children()}


def _load_exception(name: str, node: Node) -> Booking | None:
    try:
        moment_of(name)
    except ValueError as error:
        raise PersistError(node.place, "is named by no moment") from error
    return None if node.value is None else load_booking(node)
