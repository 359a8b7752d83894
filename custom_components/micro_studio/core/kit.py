"""What stands in a studio."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KitItem:
    """One thing seen in the room; what could not be read is None."""

    role: str
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    gain: float | None = None  # dB
