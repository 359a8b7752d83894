"""Bookings as a node keeps them."""

from datetime import UTC, datetime, timedelta

from studio_node.wire.parts import Fields


def booked(
    uid: str, starts_in: float, minutes: float = 60, *, status: str = "confirmed", title: str = ""
) -> Fields:
    """Return a booking that starts so many minutes from now."""
    start = datetime.now(UTC) + timedelta(minutes=starts_in)
    return {
        "uid": uid,
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=minutes)).isoformat(),
        "status": status,
        "title": title or uid,
        "guest": f"guest of {uid}",
        "revision": 1,
    }
