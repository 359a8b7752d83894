"""The rooms of the fake nodes: a studio's own entities, and one telemetry sensor for each relay."""

from typing import Final

from custom_components.micro_studio.wire.messages import Parts

HOST: Final = "127.0.0.1"
FIELD: Final = "rtt"  # the telemetry that is published; it has a unit and a state class
TELEMETRY: Final = 6  # relays of a studio: with its 14 own entities it has 20 enabled ones
ENTITIES: Final = 20
STUDIOS: Final = 100


def studio_id(node: str, number: int) -> str:
    """Return the id of a node's studio."""
    return f"{node}-{number}"


def telemetry(relays: int) -> list[str]:
    """Return the parts that send telemetry."""
    return [f"relay/r{number}" for number in range(relays)]


def parts(relays: int) -> Parts:
    """Return the parts of one studio."""
    fitted: Parts = {part: {FIELD: 10.0} for part in telemetry(relays)}
    return fitted | {"presence": {"occupied": False}, "bookings": {"items": []}}
