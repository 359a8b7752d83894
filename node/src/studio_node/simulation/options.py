"""How simulated studios are equipped, from the node's settings."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from studio_node.settings import PartSettings, StudioSettings
from studio_node.wire.parts import Json, part_kind
from studio_node.wire.vocabulary import LightSupport, PartKind

from .durations import parse_duration
from .model.bookings import Programme, Wish
from .model.computer import ComputerOptions
from .model.door import DoorOptions
from .model.interface import InterfaceOptions
from .model.light import ALL
from .model.recorder import DISK_HOURS
from .model.room import STANDARD, RoomOptions

_OF_STUDIO: Final = frozenset(part_kind(part) for part in STANDARD)
_OF_NODE: Final = frozenset({PartKind.HOST, PartKind.FIRMWARE, PartKind.DOOR})


def room_options(studio: StudioSettings) -> RoomOptions:
    """
    Return a studio's equipment; one without parts gets the standard.

    Raises:
        SettingsError: names the part's line and option.

    """
    options = RoomOptions(id=studio.id, name=studio.name)
    if studio.parts:
        options = replace(options, parts=tuple(part.part for part in studio.parts))
    for part in studio.parts:
        if (kind := part_kind(part.part)) not in _OF_STUDIO:
            raise part.error("", f"cannot be simulated in a studio, for it is no {kind} of a room")
        reader = _Options(part)
        options = _with_part(options, kind, reader)
        reader.end()
    return options


def computer_options(node: StudioSettings, quiet: timedelta | None = None) -> ComputerOptions:
    """Return the node's own equipment."""
    options = ComputerOptions()
    if node.parts:
        options = replace(options, parts=tuple(part.part for part in node.parts))
    for part in node.parts:
        if part_kind(part.part) not in _OF_NODE or part.part.startswith("firmware/") != (
            part.part == "firmware/node"
        ):
            raise part.error("", "cannot be simulated at the node")
        _Options(part).end()
    return options if quiet is None else replace(options, quiet=quiet)


def wish(raw: Mapping[str, Json]) -> Wish:
    """Return an initial booking: ``{starts_in = "3m", lasts = "5m"}``."""
    _only(raw, "starts_in", "lasts", "title", "guest")
    return Wish(
        parse_duration(raw.get("starts_in", "3m")),
        _positive(raw.get("lasts", "5m")),
        str(raw.get("title", "Booking")),
        str(raw.get("guest", "guest-1")),
    )


def programme(raw: Mapping[str, Json]) -> Programme:
    """Return a repeating programme: ``{every = "12m", lasts = "6m", offset = "0s"}``."""
    _only(raw, "every", "lasts", "offset", "title")
    every, lasts = _positive(raw.get("every")), _positive(raw.get("lasts"))
    if lasts > every:
        raise ValueError("lasts longer than its period")
    return Programme(
        every, lasts, parse_duration(raw.get("offset", 0)), str(raw.get("title", "Programme"))
    )


class _Options:
    """The options of one part, and which of them were read."""

    def __init__(self, part: PartSettings) -> None:
        self.part = part
        self._left = dict(part.options)

    def take[T](self, name: str, default: T, read: Callable[[Json], T]) -> T:
        """Return an option; what the reader does not like is named with its line."""
        if name not in self._left:
            return default
        try:
            return read(self._left.pop(name))
        except (ValueError, TypeError) as error:
            raise self.part.error(name, str(error)) from None

    def end(self) -> None:
        """Refuse what nobody asked for."""
        for name in self._left:
            raise self.part.error(name, "is not an option of a simulated part")


def _with_part(options: RoomOptions, kind: PartKind, reader: _Options) -> RoomOptions:
    name = reader.part.part
    match kind:
        case PartKind.DOOR:
            door = DoorOptions(
                slots=reader.take("slots", 20, _integer),
                latch=reader.take("latch", True, _flag),
                battery=reader.take("battery", 87.0, _number),
            )
            return replace(options, doors={**options.doors, name: door})
        case PartKind.LIGHT:
            supports = reader.take("supports", ALL, _supports)
            return replace(options, lights={**options.lights, name: supports})
        case PartKind.INTERFACE:
            standard = InterfaceOptions(serial=f"S{options.id}")
            hardware = InterfaceOptions(
                model=reader.take("model", standard.model, _text),
                serial=reader.take("serial", standard.serial, _text),
                firmware=reader.take("firmware", standard.firmware, _text),
                firmware_approved=reader.take(
                    "firmware_approved", standard.firmware_approved, _text
                ),
            )
            return replace(options, interface=hardware)
        case PartKind.RECORDER:
            return replace(options, disk_hours=reader.take("disk_hours", DISK_HOURS, _number))
        case PartKind.BOOKINGS:
            return replace(
                options,
                bookings=reader.take("items", (), _wishes),
                programme=reader.take("programme", None, lambda raw: programme(_table(raw))),
            )
        case _:
            return options


def _wishes(raw: Json) -> tuple[Wish, ...]:
    if not isinstance(raw, list):
        raise TypeError("must be a list of tables")
    return tuple(wish(_table(item)) for item in raw)


def _supports(raw: Json) -> frozenset[LightSupport]:
    if not isinstance(raw, list) or any(word not in ALL for word in raw):
        raise ValueError(f"must be a list of {', '.join(sorted(ALL))}")
    return frozenset(LightSupport(str(word)) for word in raw)


def _table(raw: Json) -> Mapping[str, Json]:
    if not isinstance(raw, dict):
        raise TypeError("must be a table")
    return raw


def _integer(raw: Json) -> int:
    if type(raw) is not int or raw < 1:
        raise ValueError("must be a number from 1")
    return raw


def _number(raw: Json) -> float:
    if type(raw) not in {int, float}:
        raise TypeError("must be a number")
    return float(str(raw))


def _flag(raw: Json) -> bool:
    if not isinstance(raw, bool):
        raise TypeError("must be true or false")
    return raw


def _text(raw: Json) -> str:
    if not isinstance(raw, str):
        raise TypeError("must be a text")
    return raw


def _positive(raw: object) -> timedelta:
    if not (duration := parse_duration(raw)):
        raise ValueError("must be longer than nothing")
    return duration


def _only(raw: Mapping[str, Json], *known: str) -> None:
    for key in raw:
        if key not in known:
            raise ValueError(f"knows no {key} (it knows {', '.join(known)})")
