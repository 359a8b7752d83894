"""Micro-Studio Network: podcast rooms with locks, recording lights, capture and bookings."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry

from .const import CONF_INSTALL_BLUEPRINTS, DOMAIN
from .coordinator import NodeCoordinator, StudioConfigEntry
from .issues import Issues
from .shipped_blueprints import async_install_blueprints
from .store import RoomStore

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.LIGHT,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.UPDATE,
)


async def async_setup_entry(hass: HomeAssistant, entry: StudioConfigEntry) -> bool:
    """Set up one node."""
    coordinator = NodeCoordinator(hass, entry)
    try:
        await coordinator.async_open()
    except BaseException:
        await coordinator.async_close()
        raise
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_async_updated))
    coordinator.run()
    await _async_offer_blueprints(hass, entry)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: StudioConfigEntry) -> bool:
    """Unload one node."""
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: StudioConfigEntry) -> None:
    """Leave nothing behind."""
    Issues(hass, entry).clear_all()
    await RoomStore(hass, entry.entry_id).async_remove()


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: StudioConfigEntry, device: DeviceEntry
) -> bool:
    """Let a person remove a device that stands for nothing any more."""
    return not entry.runtime_data.serves(device)


async def _async_updated(hass: HomeAssistant, entry: StudioConfigEntry) -> None:
    """Take changes over in place; only another certificate or token needs a new connection."""
    if entry.runtime_data.entry_updated():
        hass.config_entries.async_schedule_reload(entry.entry_id)
    await _async_offer_blueprints(hass, entry)


async def _async_offer_blueprints(hass: HomeAssistant, entry: StudioConfigEntry) -> None:
    """Install the shipped blueprints where the partner has asked for it."""
    if entry.options.get(CONF_INSTALL_BLUEPRINTS, False):
        await async_install_blueprints(hass)
