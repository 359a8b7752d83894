"""
The catalogue of parts: which fields a part has, and which commands it takes.

Everything that checks, documents or describes the protocol is derived from these tables.
A field is *absent* (not fitted), ``null`` (fitted, value unknown) or has a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .records import Booking, Credential, KitItem, Record
from .vocabulary import (
    CommandClass,
    FirmwareState,
    Health,
    LightSupport,
    Motion,
    PartKind,
    RecorderState,
    Tally,
    Word,
)

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type Fields = dict[str, Json]


class Kind(StrEnum):
    """The JSON shape of a field."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    TIME = "time"  # RFC 3339, UTC
    WORD = "word"
    WORDS = "words"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a part or one argument of a command."""

    name: str
    kind: Kind
    doc: str
    unit: str = ""
    words: type[Word] | None = None
    record: type[Record] | None = None
    required: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A command that a part takes."""

    name: str
    group: CommandClass
    doc: str
    args: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Fields and commands of one kind of part."""

    kind: PartKind
    doc: str
    fields: Mapping[str, Field]
    actions: Mapping[str, Action]


def _flag(name: str, doc: str, *, required: bool = False) -> Field:
    return Field(name, Kind.BOOLEAN, doc, required=required)


def _integer(name: str, doc: str, unit: str = "") -> Field:
    return Field(name, Kind.INTEGER, doc, unit)


def _number(name: str, doc: str, unit: str) -> Field:
    return Field(name, Kind.NUMBER, doc, unit)


def _text(name: str, doc: str, *, required: bool = False, secret: bool = False) -> Field:
    return Field(name, Kind.TEXT, doc, required=required, secret=secret)


def _time(name: str, doc: str, *, required: bool = False) -> Field:
    return Field(name, Kind.TIME, doc, required=required)


def _word(name: str, words: type[Word], doc: str, *, required: bool = False) -> Field:
    return Field(name, Kind.WORD, doc, words=words, required=required)


def _words(name: str, words: type[Word], doc: str) -> Field:
    return Field(name, Kind.WORDS, doc, words=words)


def _records(name: str, record: type[Record], doc: str) -> Field:
    return Field(name, Kind.RECORDS, doc, record=record)


def _part(
    kind: PartKind, doc: str, fields: tuple[Field, ...], actions: tuple[Action, ...] = ()
) -> Part:
    return Part(
        kind,
        doc,
        MappingProxyType({field.name: field for field in fields}),
        MappingProxyType({action.name: action for action in actions}),
    )


_WINDOW = (
    _time("not_before", "from when the code opens the door"),
    _time("not_after", "until when the code opens the door"),
)
_BOOKING = (
    _time("start", "begin of the booking", required=True),
    _time("end", "end of the booking", required=True),
)

DOOR = _part(
    PartKind.DOOR,
    "A lock with an optional keypad and door contact",
    (
        _flag("locked", "the bolt is out"),
        _flag("jammed", "the bolt is stuck"),
        _word("motion", Motion, "what the bolt is doing"),
        _flag("open", "the door leaf is open"),
        _flag("latch", "the lock can pull the latch (the open command)"),
        _number("battery", "charge of the lock's battery", "%"),
        _text("changed_by", "tag of the credential, or how the lock was last moved"),
        _integer("slots", "how many credentials the keypad holds"),
        _records("credentials", Credential, "credentials that this protocol has set"),
    ),
    (
        Action("lock", CommandClass.DOORS, "throw the bolt"),
        Action("unlock", CommandClass.DOORS, "draw the bolt"),
        Action("open", CommandClass.DOORS, "pull the latch"),
        Action(
            "set_credential",
            CommandClass.DOORS,
            "put an entry code on the keypad, or change it",
            (
                _text("tag", "the credential's name", required=True),
                _text("code", "digits", required=True, secret=True),
                *_WINDOW,
            ),
        ),
        Action(
            "clear_credential",
            CommandClass.DOORS,
            "take an entry code off the keypad",
            (_text("tag", "the credential's name", required=True),),
        ),
    ),
)
LIGHT = _part(
    PartKind.LIGHT,
    "A recording light",
    (
        _flag("on", "the lamp is lit"),
        _word("tally", Tally, "what the lamp shows"),
        _number("brightness", "brightness", "%"),
        _text("color", "colour as #rrggbb"),
        _words("supports", LightSupport, "what the lamp can do besides on and off"),
    ),
    (
        Action(
            "set",
            CommandClass.LIGHTS,
            "change what is given, leave the rest",
            (
                _flag("on", "lit or dark"),
                _word("tally", Tally, "what to show"),
                _number("brightness", "brightness", "%"),
                _text("color", "colour as #rrggbb"),
            ),
        ),
    ),
)
INTERFACE = _part(
    PartKind.INTERFACE,
    "An audio interface and the health of its signal",
    (
        _word("status", Health, "the worst of the domains"),
        _word("device", Health, "domain device: is the expected interface there"),
        _word("clock", Health, "domain clock: rate, dropouts, sync"),
        _word("essence", Health, "domain essence: what the samples look like"),
        _flag("present", "the interface is connected"),
        _integer("xruns", "dropouts since the counter was reset"),
        _number("frame_deficit", "frames that are missing against the clock", "%"),
        _number("drift", "deviation from the nominal rate", "ppm"),
        _number("dsp_load", "share of the period that processing takes", "%"),
        _number("peak", "sample peak", "dBFS"),
        _number("loudness", "short-term loudness (EBU R128)", "LUFS"),
        _flag("silence", "every sample is the same: a dead input"),
        _text("active_source", "the source that the recorder takes"),
        _text("model", "model"),
        _text("serial", "serial number"),
        _text("firmware", "firmware of the interface"),
        _text("firmware_approved", "firmware that the kit's standard asks for"),
    ),
    (
        Action("identify", CommandClass.INTERFACES, "make the interface show itself"),
        Action("restart", CommandClass.INTERFACES, "restart the interface's driver"),
        Action("reset_counters", CommandClass.INTERFACES, "set the counters to zero"),
    ),
)
RECORDER = _part(
    PartKind.RECORDER,
    "The capture software",
    (
        _word("state", RecorderState, "what the recorder says that it does"),
        _flag("capturing", "samples really arrive in the file"),
        _time("take_started_at", "begin of the running take"),
        _integer("bytes", "size of the running take", "B"),
        _number("hours_left", "recording time until the disk is full", "h"),
    ),
    (
        Action("start", CommandClass.RECORDER, "start a take"),
        Action("stop", CommandClass.RECORDER, "end the take"),
    ),
)
RELAY = _part(
    PartKind.RELAY,
    "A near-edge relay for remote guests",
    (
        _number("rtt", "round trip", "ms"),
        _number("loss", "packets lost", "%"),
        _number("jitter", "variation of the round trip", "ms"),
        _flag("selected", "this relay is in use"),
    ),
    (Action("select", CommandClass.RELAYS, "use this relay"),),
)
PRESENCE = _part(
    PartKind.PRESENCE,
    "People in the room",
    (_flag("occupied", "somebody is in the room"),),
)
HOST = _part(
    PartKind.HOST,
    "The capture computer",
    (
        _number("cpu", "load of the processor", "%"),
        _number("temperature", "temperature of the processor", "°C"),
        _number("ntp_offset", "deviation of the clock from network time", "ms"),
        _time("boot_time", "when the computer was started"),
        _text("software", "version of the running node software"),
    ),
    (Action("reboot", CommandClass.HOST, "restart the computer (off by default)"),),
)
FIRMWARE = _part(
    PartKind.FIRMWARE,
    "Software of the node that can be updated",
    (
        _text("installed", "version of the running process"),
        _text("available", "newest version that may be installed"),
        _word("state", FirmwareState, "where the installation stands"),
        _number("progress", "progress of the current step", "%"),
        _text("notes", "release notes of the available version, Markdown"),
        _text("notes_url", "address of the release notes"),
        _text("last_error", "why the last installation did not stay"),
    ),
    (
        Action(
            "install",
            CommandClass.FIRMWARE,
            "install a version; waits for the end of a take",
            (
                _text("version", "the version, or the available one"),
                _flag("now", "refuse instead of waiting"),
            ),
        ),
        Action("cancel", CommandClass.FIRMWARE, "give up a waiting installation"),
    ),
)
KIT = _part(
    PartKind.KIT,
    "What was seen of the standard kit",
    (_records("items", KitItem, "items seen in the room"),),
)
BOOKINGS = _part(
    PartKind.BOOKINGS,
    "Bookings that the node keeps",
    (_records("items", Booking, "bookings, also past ones of the last day"),),
    (
        Action(
            "create",
            CommandClass.BOOKINGS,
            "add a booking",
            (
                _text("uid", "identity; made by the caller", required=True),
                *_BOOKING,
                _text("title", "title"),
                _text("guest", "reference of the guest"),
                _text("status", "tentative or confirmed"),
            ),
        ),
        Action(
            "move",
            CommandClass.BOOKINGS,
            "change times or title of a booking",
            (
                _text("uid", "identity", required=True),
                *_BOOKING,
                _text("title", "title"),
            ),
        ),
        Action(
            "cancel",
            CommandClass.BOOKINGS,
            "cancel a booking",
            (_text("uid", "identity", required=True),),
        ),
    ),
)

PARTS: Final[Mapping[PartKind, Part]] = MappingProxyType(
    {
        part.kind: part
        for part in (
            DOOR,
            LIGHT,
            INTERFACE,
            RECORDER,
            RELAY,
            PRESENCE,
            HOST,
            FIRMWARE,
            KIT,
            BOOKINGS,
        )
    }
)


def part_kind(part: str) -> PartKind:
    """Return the kind of ``door/main``; ``unknown`` for a part of a later version."""
    return PartKind(part.partition("/")[0])
