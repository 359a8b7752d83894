"""Automations of the demo, made from the shipped blueprints as a partner makes them."""

from typing import Any, Final

from .entities import DOMAIN, Entities
from .home_assistant import HomeAssistant
from .sites import WITH_NODE

_CONFIG: Final = "/api/config/automation/config"


async def create_automations(home: HomeAssistant, entities: Entities) -> None:
    """Let a lamp follow the first studio's take, and tell about every degraded interface."""
    first = WITH_NODE[0].studios[0]
    await _create(
        home,
        "corridor_lamp",
        f"Corridor lamp follows {first.name}",
        "recording_light_follows_take.yaml",
        on_air=entities.of(first.id, "on_air"),
        recording_problem=entities.of(first.id, "recording_problem"),
        recording_light=entities.of(first.id, "light/sign_light"),
        lamps=[entities.helpers["corridor_lamp"]],
    )
    for studio in (studio for site in WITH_NODE for studio in site.studios):
        await _create(
            home,
            f"degraded_{studio.id}",
            f"Tell when the interface of {studio.name} degrades",
            "interface_degraded.yaml",
            studio_state=entities.of(studio.id, "state"),
            interface_status=entities.of(studio.id, "interface/main_status"),
            hold_down=2,
            degraded_actions=[_notification(studio.id, studio.name, "{{ message }}")],
            healthy_actions=[
                _notification(studio.id, studio.name, "The interface is healthy again.")
            ],
        )


async def _create(
    home: HomeAssistant,
    key: str,
    alias: str,
    blueprint: str,
    **inputs: Any,
) -> None:
    await home.post(
        f"{_CONFIG}/{key}",
        {
            "alias": alias,
            "use_blueprint": {"path": f"{DOMAIN}/{blueprint}", "input": inputs},
        },
    )


def _notification(key: str, title: str, message: str) -> dict[str, Any]:
    """Return an action that shows a message in the sidebar."""
    return {
        "action": "persistent_notification.create",
        "data": {"notification_id": f"demo_{key}", "title": title, "message": message},
    }
