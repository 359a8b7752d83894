"""The integration's lines in the system health report."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import StudioConfigEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register the report."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how many nodes and studios there are, and how many answer."""
    entries: list[StudioConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    coordinators = [entry.runtime_data for entry in entries]
    return {
        "nodes": len(coordinators),
        "nodes_connected": sum(coordinator.connected for coordinator in coordinators),
        "studios": sum(len(coordinator.rooms) for coordinator in coordinators),
    }
