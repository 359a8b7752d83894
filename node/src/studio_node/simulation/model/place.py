"""A studio or the node itself: parts that live through the same time."""

from dataclasses import dataclass
from datetime import datetime

from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import EventType

from .agenda import Agenda
from .part import PartModel


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened in a part, and when."""

    part: str
    type: EventType
    at: datetime
    data: Fields


class Place:
    """Moves its parts from moment to moment, so that nothing happens too late or out of order."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.agenda = Agenda()
        self.parts: dict[str, PartModel] = {}
        self._outbox: list[Happening] = []

    def fit[P: PartModel](self, part: P) -> P:
        """Put a part in its place; parts are moved in the order in which they were fitted."""
        self.parts[part.part] = part
        return part

    def find[P: PartModel](self, kind: type[P], part: str = "") -> P | None:
        """Return a part of a kind: the named one, or the first."""
        found = (item for item in self.parts.values() if isinstance(item, kind))
        return next((item for item in found if part in {"", item.part}), None)

    def tell(self, part: str, kind: EventType, data: Fields) -> None:
        """Take note of something that happened."""
        self._outbox.append(Happening(part, kind, self.now, data))

    def collect(self, part: str) -> list[Happening]:
        """Return what happened in a part, once."""
        taken = [item for item in self._outbox if item.part == part]
        self._outbox = [item for item in self._outbox if item.part != part]
        return taken

    def due(self) -> datetime | None:
        """Return when something will change by itself."""
        agendas = (self.agenda, *(part.agenda for part in self.parts.values()))
        return min((due for agenda in agendas if (due := agenda.due()) is not None), default=None)

    def advance(self, now: datetime) -> None:
        """Live up to a moment; a clock that was set back stands still until it is passed."""
        while (due := self.due()) is not None and due <= now:
            self.settle(due)
        self.settle(now)

    def settle(self, now: datetime) -> None:
        """Let all parts see what is so at one moment; also after somebody changed something."""
        self.now = max(self.now, now)
        self.agenda.run(self.now)
        for part in self.parts.values():
            part.step(self.now)

    def perform(self, part: str, action: str, args: Fields) -> None:
        """Pass a command to a part, at the moment that was reached."""
        self.parts[part].perform(self.now, action, args)
        self.settle(self.now)

    def fields(self, part: str) -> Fields:
        """Return a part's fields at the moment that was reached."""
        return self.parts[part].fields(self.now)
