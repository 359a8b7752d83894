"""Micro-Studio Network: podcast rooms with locks, recording lights, capture and bookings."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_actions
from .const import CONF_INSTALL_BLUEPRINTS, CONF_KIND, DOMAIN, KIND_SITE
from .coordinator import StudioConfigEntry
from .herald import async_herald
from .intake import async_forget
from .issues import Issues
from .moves import async_follow_moves
from .node import NodeCoordinator
from .shipped_blueprints import async_install_blueprints
from .site import SiteCoordinator
from .sources.ledger import LedgerStore
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
    Platform.TODO,
    Platform.UPDATE,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what does not depend on an entry."""
    async_setup_actions(hass)
    async_follow_moves(hass)
    async_herald(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: StudioConfigEntry) -> bool:
    """Set up one node, or one site without a node."""
    kind = entry.data.get(CONF_KIND)
    coordinator = (SiteCoordinator if kind == KIND_SITE else NodeCoordinator)(hass, entry)
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
    """Unload one entry."""
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: StudioConfigEntry) -> None:
    """Leave nothing behind."""
    Issues(hass, entry).clear_all()
    await RoomStore(hass, entry.entry_id).async_remove()
    await LedgerStore(hass, entry.entry_id).async_remove()
    await async_forget(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: StudioConfigEntry, device: DeviceEntry
) -> bool:
    """Let a person remove a device that stands for nothing any more."""
    return not entry.runtime_data.serves(device)


async def _async_updated(hass: HomeAssistant, entry: StudioConfigEntry) -> None:
    """Take changes over in place; only another certificate or token needs a new connection."""
    if await entry.runtime_data.async_updated():
        hass.config_entries.async_schedule_reload(entry.entry_id)
    await _async_offer_blueprints(hass, entry)


async def _async_offer_blueprints(hass: HomeAssistant, entry: StudioConfigEntry) -> None:
    """Install the shipped blueprints where the partner has asked for it."""
    if entry.options.get(CONF_INSTALL_BLUEPRINTS, False):
        await async_install_blueprints(hass)
