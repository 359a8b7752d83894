"""What all models of parts have in common."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from studio_node.devices.base import CommandRefusedError
from studio_node.wire.parts import Fields, Json
from studio_node.wire.vocabulary import ErrorCode, EventType

from .agenda import Agenda

type Tell = Callable[[str, EventType, Fields], None]


class Vault(Protocol):
    """Where a part keeps what must outlive the program; one value per part."""

    def load(self, part: str) -> Json:
        """Return what was kept; null when nothing was."""

    def save(self, part: str, value: Json) -> None:
        """Keep a value before it is acted on."""


class PartModel:
    """One part: fields at a moment, commands, and deeds to come; no clock and no I/O."""

    def __init__(self, part: str, tell: Tell) -> None:
        self.part = part
        self.agenda = Agenda()
        self._tell = tell

    def happen(self, kind: EventType, data: Fields | None = None) -> None:
        """Report that something happened."""
        self._tell(self.part, kind, data or {})

    def step(self, now: datetime) -> None:
        """Live up to a moment; it is never later than the agenda's next deed."""
        self.agenda.run(now)

    def fields(self, now: datetime) -> Fields:
        """Return all fields as they are at this moment."""
        raise NotImplementedError

    def perform(self, now: datetime, action: str, args: Fields) -> None:  # noqa: ARG002 - the default
        """Begin what a command asks for."""
        raise CommandRefusedError(ErrorCode.NOT_SUPPORTED, f"{self.part} takes no {action}")


def text(args: Fields, name: str) -> str:
    """Return a text argument; empty when it is not given."""
    value = args.get(name)
    return value if isinstance(value, str) else ""


def moment(args: Fields, name: str) -> datetime | None:
    """Return a moment among the arguments."""
    if (value := args.get(name)) is None:
        return None
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise CommandRefusedError(ErrorCode.BAD_REQUEST, f"{name} is not a moment")
    return parsed
