"""The diagnostics download: what helps to find a fault, and no secret."""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import CONF_FINGERPRINT
from .coordinator import StudioConfigEntry
from .core.studio import Value
from .place import Place
from .room import Room

REDACTED: Final = {
    CONF_HOST,
    CONF_TOKEN,
    CONF_FINGERPRINT,
    "serial",
    "credentials",
    "changed_by",
    "title",
    "guest",
    "unique_id",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: StudioConfigEntry
) -> dict[str, Any]:
    """Return what is known of a node and its studios."""
    coordinator = entry.runtime_data
    return async_redact_data(
        {
            "entry": {"data": dict(entry.data), "options": dict(entry.options)},
            "connection": {
                "connected": coordinator.connected,
                "counters": asdict(coordinator.connection.counters),
                "last_event": coordinator.store.last_event,
            },
            "node": await coordinator.async_node_diagnostics(),
            "board": _board(coordinator.node),
            "studios": [_room(room) for room in coordinator.rooms.values()],
        },
        REDACTED,
    )


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: StudioConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return what is known of one device: a studio, or the node."""
    coordinator = entry.runtime_data
    for room in coordinator.rooms.values():
        if room.device_id == device.id:
            return async_redact_data(_room(room), REDACTED)
    return async_redact_data({"board": _board(coordinator.node)}, REDACTED)


def _room(room: Room) -> dict[str, Any]:
    return {
        "studio": room.studio,
        "policy": asdict(room.policy),
        "snapshot": asdict(room.snapshot),
        "board": _board(room),
    }


def _board(place: Place) -> dict[str, Any]:
    board = place.board
    return {
        "available": board.available,
        "parts": {
            part: {name: _plain(value) for name, value in board.part(part).items()}
            for part in board
        },
    }


def _plain(value: Value) -> object:
    """Take records apart: what they hold is redacted by name."""
    if not isinstance(value, tuple):
        return value
    return [item if isinstance(item, str) else asdict(item) for item in value]
