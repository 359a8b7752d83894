"""What the demo promises: which entities each studio and node has, and what must move."""

from collections.abc import Mapping
from typing import Final

from .sites import SITES

# What an entity shows: whether it may be unavailable in a healthy demo.
STUDIO: Final[Mapping[str, bool]] = {
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
    "light_mode": False,
    "relay": False,
    "recorder_recording_hours_left": False,
    "door/main_lock": False,
    "door/main_battery": False,
    "door/main_contact": False,
    "light/sign_light": False,
    "interface/main_status": False,
    "interface/main_xruns": False,
}
NODE: Final[Mapping[str, bool]] = {
    "connected": False,
    "host_cpu": False,
    "host_temperature": False,
    "firmware/node_software": False,
}
# At least one of these changes within a minute of the story.
LIVELY: Final = ("state", "on_air", "occupied", "door/main_lock", "light/sign_light", "access")
# A lamp that follows the first studio's take, and a message for each studio.
AUTOMATIONS: Final = 1 + sum(len(site.studios) for site in SITES)
