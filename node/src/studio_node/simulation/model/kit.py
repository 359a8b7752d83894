"""The standard kit, as it is seen in the room."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from studio_node.wire.parts import Fields
from studio_node.wire.records import KitItem

from .part import PartModel, Tell


class Kit(PartModel):
    """Items that are there, that were taken away, or that were turned up."""

    def __init__(
        self,
        part: str,
        tell: Tell,
        items: tuple[KitItem, ...],
        present: Callable[[str], bool],
    ) -> None:
        super().__init__(part, tell)
        self.items = {item.role: item for item in items}
        self.missing: set[str] = set()
        self._present = present

    def fields(self, now: datetime) -> Fields:
        """Return what is seen now."""
        _ = now
        return {
            "items": [
                item.to_dict()
                for item in self.items.values()
                if item.role not in self.missing and self._present(item.role)
            ]
        }

    def turn(self, role: str, gain: float) -> None:
        """Turn the gain of an input."""
        self.items[role] = replace(self.items[role], gain=gain)


def standard_kit(model: str, serial: str, firmware: str) -> tuple[KitItem, ...]:
    """Return the kit of a two-seat studio around its interface."""
    return (
        KitItem(role="interface", model=model, serial=serial, firmware=firmware),
        KitItem(role="microphone_1", model="SM7dB", serial=f"{serial}-A1", gain=18.0),
        KitItem(role="microphone_2", model="SM7dB", serial=f"{serial}-A2", gain=18.0),
        KitItem(role="headphones_1", model="DT 770 Pro"),
        KitItem(role="headphones_2", model="DT 770 Pro"),
        KitItem(role="camera", model="ZV-E10", serial=f"{serial}-C1", firmware="2.01"),
    )
