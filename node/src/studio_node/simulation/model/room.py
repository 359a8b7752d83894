"""A studio: which parts it has, how they depend on each other, and people going in and out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from studio_node.wire.parts import part_kind
from studio_node.wire.vocabulary import EventType, LightSupport, PartKind

from .bookings import Bookings, Programme, Wish
from .door import BOLT, Door, DoorOptions
from .interface import Interface, InterfaceOptions, Use
from .kit import Kit, standard_kit
from .light import ALL, Light
from .part import PartModel, Vault
from .place import Place
from .presence import Presence
from .recorder import DISK_HOURS, Recorder
from .relay import Choice, Relay

STANDARD: Final = (
    "interface/main",
    "recorder",
    "door/main",
    "light/sign",
    "relay/near",
    "relay/far",
    "presence",
    "kit",
    "bookings",
)
_PASSAGE: Final = 3.0  # s that a person takes through a door
_DISTANCES: Final = (8.0, 34.0, 61.0)  # ms to the first, second, third relay


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomOptions:
    """How a studio is equipped."""

    id: str = "studio-1"
    name: str = "Studio 1"
    seed: str = ""
    parts: tuple[str, ...] = STANDARD
    doors: Mapping[str, DoorOptions] = field(default_factory=dict)  # by part; else the standard
    lights: Mapping[str, frozenset[LightSupport]] = field(default_factory=dict)
    interface: InterfaceOptions | None = None
    disk_hours: float = DISK_HOURS
    bookings: tuple[Wish, ...] = ()
    programme: Programme | None = None


class Room(Place):
    """A studio around one model of what goes on in it."""

    def __init__(self, options: RoomOptions, vault: Vault, now: datetime) -> None:
        super().__init__(now)
        self.options = options
        self._vault = vault
        self._seed = options.seed or options.id
        self._choice: Choice | None = None
        # What depends on another part is moved after it.
        order = [PartKind.INTERFACE, PartKind.RECORDER]
        ranked = sorted(
            options.parts,
            key=lambda part: (
                order.index(kind) if (kind := part_kind(part)) in order else len(order)
            ),
        )
        for part in ranked:
            self.fit(self._make(part))
        self._book_wishes(now)
        self.settle(now)

    @property
    def busy(self) -> bool:
        """Tell whether a take is under way."""
        recorder = self.find(Recorder)
        return recorder is not None and recorder.busy

    def use(self) -> Use:
        """Return what the room does with its interface."""
        recorder, presence = self.find(Recorder), self.find(Presence)
        return Use(
            recording=recorder is not None and recorder.recording,
            occupied=presence is not None and presence.people > 0,
        )

    def enter(self, door: Door, *, code: str | None) -> None:
        """Let somebody come in, with a code or by a key; who is denied stays outside."""
        if code is None:
            door.turn_knob(self.now)
        elif not door.type_code(self.now, code):
            return
        self.agenda.add(self.now, BOLT + 0.4, lambda now: self._pass(door, now, 1))

    def leave(self, door: Door) -> None:
        """Let somebody go out."""
        door.turn_knob(self.now)
        self.agenda.add(self.now, BOLT + 0.4, lambda now: self._pass(door, now, -1))

    def press(self, button: str) -> None:
        """Press a button of the panel at the door."""
        part = next(
            (part for part in self.parts if part.startswith("door/")), next(iter(self.parts))
        )
        self.tell(part, EventType.BUTTON_PRESSED, {"button": button})

    def _pass(self, door: Door, now: datetime, people: int) -> None:
        was_open = door.open
        if not was_open and not door.open_leaf(now):
            return  # the bolt is stuck
        presence = self.find(Presence)
        if presence is not None:
            self.agenda.add(now, 1.5, lambda _: _count(presence, people))
        if not was_open:
            self.agenda.add(now, _PASSAGE, door.close_leaf)

    def _delivers(self, now: datetime) -> bool:
        interface = self.find(Interface)
        return interface is not None and interface.delivers(now)

    def _sees(self, role: str) -> bool:
        interface = self.find(Interface)
        return role != "interface" or interface is None or interface.present

    def _make(self, part: str) -> PartModel:
        options, vault = self.options, self._vault
        match part_kind(part):
            case PartKind.INTERFACE:
                return Interface(part, self.tell, self.use, self._hardware(), self._seed)
            case PartKind.RECORDER:
                return Recorder(part, self.tell, self._delivers, options.disk_hours)
            case PartKind.DOOR:
                return Door(part, self.tell, vault, options.doors.get(part))
            case PartKind.LIGHT:
                return Light(part, self.tell, options.lights.get(part, ALL))
            case PartKind.RELAY:
                return self._relay(part)
            case PartKind.PRESENCE:
                return Presence(part, self.tell)
            case PartKind.KIT:
                hardware = self._hardware()
                items = standard_kit(hardware.model, hardware.serial, hardware.firmware)
                return Kit(part, self.tell, items, self._sees)
            case PartKind.BOOKINGS:
                return Bookings(part, self.tell, vault, options.programme)
            case kind:
                raise ValueError(f"a studio has no {kind}")

    def _hardware(self) -> InterfaceOptions:
        return self.options.interface or InterfaceOptions(serial=f"S{self._seed}")

    def _relay(self, part: str) -> Relay:
        # The first one is in use until somebody selects another.
        self._choice = self._choice or Choice(part)
        number = sum(isinstance(item, Relay) for item in self.parts.values())
        distance = _DISTANCES[number % len(_DISTANCES)]
        return Relay(part, self.tell, self._choice, distance, self._seed)

    def _book_wishes(self, now: datetime) -> None:
        bookings = self.find(Bookings)
        if bookings is not None and bookings.fresh:
            for number, wish in enumerate(self.options.bookings, 1):
                bookings.book(now, wish, f"{self.options.id}-{number}")


def _count(presence: Presence, people: int) -> None:
    presence.people = max(0, presence.people + people)
