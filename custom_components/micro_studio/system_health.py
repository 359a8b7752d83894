"""The integration's lines in the system health report."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import StudioConfigEntry
from .node import NodeCoordinator


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register the report."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how many nodes, sites and studios there are, and how many answer."""
    entries: list[StudioConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    coordinators = [entry.runtime_data for entry in entries]
    nodes = [each for each in coordinators if isinstance(each, NodeCoordinator)]
    return {
        "nodes": len(nodes),
        "nodes_connected": sum(node.connected for node in nodes),
        "sites": len(coordinators) - len(nodes),
        "studios": sum(len(coordinator.rooms) for coordinator in coordinators),
    }
