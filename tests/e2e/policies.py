"""Rules for rooms in which a session takes seconds."""

from typing import Any, Final

_SECOND: Final = 1 / 60  # of the policy's minutes

QUICK: Final[dict[str, Any]] = {
    "access": {
        "early_access": 4 * _SECOND,
        "close_after": 0,
        "no_show_after": 1,
        "release_no_show": False,
        "presence_checks_in": False,
        "door_checks_in": False,
    },
    "bookings": {"hold_expiry": 0, "holds_block": True, "walk_up_length": 15},
    "buffers": {"setup_buffer": 0, "turnover_buffer": 2 * _SECOND, "turnover_checklist": []},
    "session": {
        "ending_warnings": [],
        "overrun_grace": 0,
        "extension_step": 5,
        "max_extensions": 4,
        "end_early_rounding": 1,
        "next_guest_horizon": 5,
    },
    "light": {"light_mode": "follow_recorder"},
    "install_blueprints": False,
}
