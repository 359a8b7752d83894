"""A site without a node: its studios are made of what Home Assistant already has."""

from typing import override

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType

from .const import DOMAIN, MANUFACTURER
from .coordinator import Coordinator
from .place import Place


class SiteCoordinator(Coordinator):
    """Run a room for each studio that a person has added."""

    @override
    async def async_open(self) -> None:
        await super().async_open()
        key = self.entry.unique_id or self.entry.entry_id
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(DOMAIN, key)},
            name=self.entry.title,
            manufacturer=MANUFACTURER,
            model="Site",
            entry_type=DeviceEntryType.SERVICE,
        )
        self.place = Place(self.hass, key=key, device=device, subentry_id=None)
        self._sync()

    @override
    async def async_updated(self) -> bool:
        await super().async_updated()
        self._sync()
        return False

    @callback
    def _sync(self) -> None:
        """Open, update and close rooms as their subentries say."""
        self.open_rooms.drop_removed()
        for studio in self.open_rooms.subentries:
            if studio in self.rooms:
                self.open_rooms.update(studio)
            else:
                self._announce_room(self.open_rooms.open(studio, (), self.place, site=True))
