"""The rooms of the fake nodes: each relay brings one telemetry sensor and one button."""

from typing import Final

from custom_components.micro_studio.wire.messages import Parts

HOST: Final = "127.0.0.1"
FIELD: Final = "rtt"  # the telemetry that is published: milliseconds, so the recorder takes it


def studio_id(node: str, number: int) -> str:
    """Return the id of a node's studio."""
    return f"{node}-{number}"


def parts(relays: int) -> Parts:
    """Return the parts of one studio."""
    return {f"relay/r{number}": {FIELD: 10.0} for number in range(relays)} | {
        "presence": {"occupied": False},
        "bookings": {"items": []},
    }
