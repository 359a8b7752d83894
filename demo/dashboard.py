"""A dashboard of built-in cards: one view for all rooms, one per room."""

from typing import Any, Final

from .devices import RECORDING, SOMEBODY
from .entities import Entities
from .home_assistant import HomeAssistant
from .promise import promised
from .sites import SITES, WITHOUT_NODE, Studio

PATH: Final = "micro-studios"
_ROOMS: Final = "rooms"

type Card = dict[str, Any]


async def create(home: HomeAssistant, entities: Entities) -> None:
    """Create the dashboard, or bring it up to date."""
    existing = await home.command("lovelace/dashboards/list")
    if not any(dashboard["url_path"] == PATH for dashboard in existing):
        await home.command(
            "lovelace/dashboards/create",
            url_path=PATH,
            title="Micro-studios",
            icon="mdi:microphone",
            show_in_sidebar=True,
            require_admin=False,
            mode="storage",
        )
    await home.command("lovelace/config/save", url_path=PATH, config=_config(entities))
    await home.command("frontend/set_user_data", key="core", value={"default_panel": PATH})


def _config(entities: Entities) -> dict[str, Any]:
    studios = [studio for site in SITES for studio in site.studios]
    return {
        "title": "Micro-studios",
        "views": [
            _overview(entities),
            *(_room(entities, studio) for studio in studios),
        ],
    }


def _overview(entities: Entities) -> Card:
    """All rooms at a glance, by site."""
    sections: list[Card] = []
    for site in SITES:
        for number, studio in enumerate(site.studios):
            cards: list[Card] = []
            if number == 0:
                cards.append({"type": "heading", "heading": site.name, "icon": "mdi:map-marker"})
            cards += [
                {
                    "type": "heading",
                    "heading": studio.name,
                    "heading_style": "subtitle",
                    "tap_action": {
                        "action": "navigate",
                        "navigation_path": f"/{PATH}/{studio.id}",
                    },
                },
                *_tile(entities, studio, "state", columns=12, color="deep-purple"),
                *_tile(entities, studio, "on_air", color="red"),
                *_tile(entities, studio, "occupied", color="teal"),
                *_tile(
                    entities,
                    studio,
                    "door/main_lock",
                    columns=12,
                    features=[{"type": "lock-commands"}],
                ),
                *_tile(entities, studio, "light/sign_light"),
                *_tile(entities, studio, "interface/main_status"),
                *_tile(entities, studio, "next_booking"),
                *_tile(entities, studio, "session_ends"),
            ]
            sections.append({"type": "grid", "cards": cards})
    return {
        "title": "Rooms",
        "path": _ROOMS,
        "type": "sections",
        "max_columns": 4,
        "sections": sections,
    }


def _room(entities: Entities, studio: Studio) -> Card:
    """One room: what happens now, its health over the last hour, its bookings, its log."""
    return {
        "title": studio.name,
        "path": studio.id,
        "type": "sections",
        "max_columns": 3,
        "sections": [
            {"type": "grid", "cards": _now(entities, studio)},
            {"type": "grid", "cards": _health(entities, studio)},
            {"type": "grid", "cards": _days(entities, studio)},
        ],
    }


def _now(entities: Entities, studio: Studio) -> list[Card]:
    return [
        {"type": "heading", "heading": "Now", "icon": "mdi:account-clock"},
        *_tile(entities, studio, "state", columns=12, color="deep-purple"),
        *_tile(entities, studio, "on_air", color="red"),
        *_tile(entities, studio, "recording_problem", color="red"),
        *_tile(entities, studio, "check_in", hide_state=True),
        *_tile(entities, studio, "extend_session", hide_state=True),
        *_tile(entities, studio, "end_session", hide_state=True),
        *_tile(entities, studio, "book_now", hide_state=True),
        *_tile(entities, studio, "incident"),
        *_tile(entities, studio, "maintenance"),
        {"type": "heading", "heading": "Door and light", "icon": "mdi:door"},
        *_tile(
            entities, studio, "door/main_lock", columns=12, features=[{"type": "lock-commands"}]
        ),
        *_tile(entities, studio, "door/main_contact"),
        *_tile(entities, studio, "door/main_battery"),
        *_tile(
            entities,
            studio,
            "light/sign_light",
            columns=12,
            features=[{"type": "light-brightness"}],
        ),
    ]


def _health(entities: Entities, studio: Studio) -> list[Card]:
    return [
        {"type": "heading", "heading": "Capture", "icon": "mdi:waveform"},
        *(_levers(entities) if studio in WITHOUT_NODE.studios else ()),
        *_tile(entities, studio, "interface/main_status", columns=12),
        *_tile(entities, studio, "recorder_recording_hours_left"),
        {
            "type": "history-graph",
            "title": "The last hour",
            "hours_to_show": 1,
            "entities": [
                entities.of(studio.id, what)
                for what in ("state", "on_air", "light/sign_light", "interface/main_status")
                if what in promised(studio.id)
            ],
            "grid_options": {"columns": 12, "rows": "auto"},
        },
    ]


def _levers(entities: Entities) -> list[Card]:
    """What a person moves where no node simulates the guest."""
    return [
        {"type": "tile", "entity": entities.helpers[lever], "tap_action": {"action": "toggle"}}
        for lever in (SOMEBODY, RECORDING)
    ]


def _days(entities: Entities, studio: Studio) -> list[Card]:
    return [
        {"type": "heading", "heading": "Bookings", "icon": "mdi:calendar"},
        *_tile(entities, studio, "next_booking"),
        *_tile(entities, studio, "session_ends"),
        {
            "type": "todo-list",
            "entity": entities.of(studio.id, "turnover_checklist"),
            "grid_options": {"columns": 12, "rows": "auto"},
        },
        {
            "type": "calendar",
            "initial_view": "listWeek",
            "entities": [entities.of(studio.id, "bookings")],
            "grid_options": {"columns": 12, "rows": 6},
        },
        {
            "type": "logbook",
            "title": "What happened",
            "hours_to_show": 2,
            "target": {
                "entity_id": [
                    entities.of(studio.id, what)
                    for what in ("state", "on_air", "booking", "access", "door/main_lock")
                ]
            },
            "grid_options": {"columns": 12, "rows": 6},
        },
    ]


def _tile(
    entities: Entities,
    studio: Studio,
    what: str,
    *,
    columns: int = 6,
    **options: Any,
) -> list[Card]:
    """Return a tile, or none where a studio without a node lacks what it would show."""
    if what not in promised(studio.id):
        return []
    return [
        {
            "type": "tile",
            "entity": entities.of(studio.id, what),
            "name": {"type": "entity"},
            "grid_options": {"columns": columns},
            **options,
        }
    ]
