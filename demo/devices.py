"""The site without a node: a studio of what Home Assistant has, set up as a person does it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from . import entities
from .entities import DOMAIN
from .errors import DemoError
from .home_assistant import ENTRIES, HomeAssistant
from .sites import WITHOUT_NODE

# What a person switches where no node simulates the guest, by unique id.
SOMEBODY: Final = "treptow_somebody"
RECORDING: Final = "treptow_recording"
_CALENDAR: Final = "Treptow diary"
_ZONE: Final = "Europe/Berlin"
_FIRST: Final = timedelta(seconds=45)  # until the first booking starts
_SECOND: Final = timedelta(hours=3)
_GUEST: Final = """\
Name: Guest Dora
Phone: +49 30 5550 104
E-mail: dora@example.com
Guests: 2
"""


async def set_up(home: HomeAssistant) -> str:
    """Add the calendar with its bookings, the site, and its studio; return the site's entry."""
    calendar = await _calendar(home)
    await _bookings(home, calendar)
    result = await home.flow(
        f"{ENTRIES}/flow",
        {"handler": DOMAIN},
        {"next_step_id": "site"},
        {"name": WITHOUT_NODE.name, "time_zone": _ZONE},
    )
    entry = str(_created(result, WITHOUT_NODE.name)["result"]["entry_id"])
    helpers = (await entities.find(home)).helpers
    for studio in WITHOUT_NODE.studios:
        result = await home.flow(
            f"{ENTRIES}/subentries/flow",
            {"handler": [entry, "studio"]},
            {
                "room": {"name": studio.name},
                "doors": {"doors": [helpers["main"]]},
                "light_and_recording": {
                    "lights": [helpers["sign"]],
                    "recording": [helpers[RECORDING]],
                    "presence": [helpers["presence"]],
                },
                "bookings": {"calendar": calendar},
                "equipment": {"kit": ["2 microphone", "headphones"]},
                "policy": {},
            },
            {},  # the preview of the bookings is as it should be
        )
        _created(result, studio.name)
    return entry


async def _calendar(home: HomeAssistant) -> str:
    """Add a calendar and return its entity."""
    result = await home.flow(
        f"{ENTRIES}/flow",
        {"handler": "local_calendar"},
        {"calendar_name": _CALENDAR, "import": "create_empty"},
    )
    entry = _created(result, _CALENDAR)["result"]["entry_id"]
    registry: list[dict[str, Any]] = await home.command("config/entity_registry/list")
    return next(str(each["entity_id"]) for each in registry if each["config_entry_id"] == entry)


async def _bookings(home: HomeAssistant, calendar: str) -> None:
    """Book the room for somebody who is about to come, and for somebody later."""
    now = datetime.now(UTC).replace(microsecond=0)
    for start, title, description in (
        (now + _FIRST, "River Talk", _GUEST),
        (now + _SECOND, "Late Tide", ""),
    ):
        await home.action(
            "calendar",
            "create_event",
            {"entity_id": calendar},
            summary=title,
            description=description,
            start_date_time=start.isoformat(),
            end_date_time=(start + timedelta(hours=1)).isoformat(),
        )


def _created(result: dict[str, Any], what: str) -> dict[str, Any]:
    """Return how a flow ended; raise where it still asks for something."""
    if result["type"] != "create_entry":
        raise DemoError(f"{what} could not be added: {result}")
    return result
