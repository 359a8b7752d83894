"""What a device or a probe sees of its node: one place to report to."""

from typing import Protocol

from .wire.parts import Fields
from .wire.vocabulary import EventType


class Board(Protocol):
    """Where one part's facts go; the hub sends on what has changed."""

    def publish(self, fields: Fields) -> None:
        """Set fields of the part; null says unknown. Fields that are not named stay."""

    def withdraw(self, *names: str) -> None:
        """Take fields away, or with no name the whole part: it is not fitted any more."""

    def emit(self, kind: EventType, data: Fields | None = None) -> None:
        """Tell that something happened; it is stored before it is sent."""
