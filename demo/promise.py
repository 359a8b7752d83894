"""What the demo promises: which entities each studio and node has, and what must move."""

from collections.abc import Mapping
from typing import Final

from .sites import WITH_NODE, WITHOUT_NODE

# What an entity of every studio shows: whether it may be unavailable in a healthy demo.
_STUDIO: Final[Mapping[str, bool]] = {
    "state": False,
    "next_booking": False,
    "session_ends": False,
    "occupied": False,
    "on_air": False,
    "recording_problem": False,
    "bookings": False,
    "booking": False,
    "access": False,
    "check_in": True,
    "extend_session": True,
    "end_session": True,
    "maintenance": False,
    "book_now": True,
    "incident": False,
    "turnover_checklist": False,
    "door/main_lock": False,
    "light/sign_light": False,
}
# What a studio with a node has besides.
_AT_A_NODE: Final[Mapping[str, bool]] = {
    "recorder_recording_hours_left": False,
    "door/main_battery": False,
    "door/main_contact": False,
    "interface/main_status": False,
}
NODE: Final[Mapping[str, bool]] = {
    "connected": False,
    "host_cpu": False,
    "host_temperature": False,
    "firmware/node_software": False,
}
# At least one of these changes within a minute of the story.
LIVELY: Final = ("state", "on_air", "occupied", "door/main_lock", "light/sign_light", "access")
# A lamp that follows the first studio's take, and a message for each interface.
AUTOMATIONS: Final = 1 + sum(len(site.studios) for site in WITH_NODE)
# The state of a room whose guest may come in.
EXPECTING: Final = "arriving"


def promised(studio: str) -> Mapping[str, bool]:
    """Return which entities a studio has, and whether each may be unavailable."""
    without = any(room.id == studio for room in WITHOUT_NODE.studios)
    return _STUDIO if without else {**_STUDIO, **_AT_A_NODE}
