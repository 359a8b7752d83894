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
from .node import NodeCoordinator
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
    # of webhooks
    "secret",
    "user_id",
    "webhook_id",
    # of bookings
    "notes",
    "url",
    "replaces",
    "moved_from",
    "uid",
    "key",
    "recurrence_id",
    "first",
    "second",
    # of what people have typed in
    "aliases",
    "patterns",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: StudioConfigEntry
) -> dict[str, Any]:
    """Return what is known of a node or a site, and of its studios."""
    coordinator = entry.runtime_data
    known = {
        "entry": {
            "data": dict(entry.data),
            "options": dict(entry.options),
            "subentries": [
                {"type": each.subentry_type, "data": dict(each.data)}
                for each in entry.subentries.values()
            ],
        },
        "boards": _boards(coordinator.place),
        "studios": [_room(room) for room in coordinator.rooms.values()],
    }
    if isinstance(coordinator, NodeCoordinator):
        known["connection"] = {
            "connected": coordinator.connected,
            "counters": asdict(coordinator.connection.counters),
            "last_event": coordinator.store.last_event,
        }
        known["node"] = await coordinator.async_node_diagnostics()
    return async_redact_data(known, REDACTED)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: StudioConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return what is known of one device: a studio, or the entry's own."""
    coordinator = entry.runtime_data
    for room in coordinator.rooms.values():
        if room.device_id == device.id:
            return async_redact_data(_room(room), REDACTED)
    return async_redact_data({"boards": _boards(coordinator.place)}, REDACTED)


def _room(room: Room) -> dict[str, Any]:
    return {
        "studio": room.studio,
        "policy": asdict(room.policy),
        "snapshot": _listed(asdict(room.snapshot)),
        "boards": _boards(room),
    }


def _boards(place: Place) -> list[dict[str, Any]]:
    return [
        {
            "available": board.available,
            "parts": {
                part: {name: _plain(value) for name, value in board.part(part).items()}
                for part in board
            },
        }
        for board in place.boards
    ]


def _plain(value: Value) -> object:
    """Take records apart: what they hold is redacted by name."""
    if not isinstance(value, tuple):
        return value
    return [item if isinstance(item, str) else _listed(asdict(item)) for item in value]


def _listed(value: Any) -> Any:  # noqa: ANN401  a document
    """Write sets as lists, all the way down."""
    if isinstance(value, dict):
        return {name: _listed(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_listed(each) for each in value]
    return value
