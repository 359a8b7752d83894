"""People in the room."""

from datetime import datetime

from studio_node.wire.parts import Fields

from .part import PartModel, Tell


class Presence(PartModel):
    """Counts who came in and who left."""

    def __init__(self, part: str, tell: Tell) -> None:
        super().__init__(part, tell)
        self.people = 0

    def fields(self, now: datetime) -> Fields:
        """Return whether somebody is there."""
        _ = now
        return {"occupied": self.people > 0}
