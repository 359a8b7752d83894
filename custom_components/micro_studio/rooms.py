"""The rooms of one entry: opened and closed with their subentries, each with its sources."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.util import dt as dt_util

from .composition import Composition
from .const import (
    CONF_AREA,
    CONF_POLICY,
    CONF_TIME_ZONE,
    DOMAIN,
    LOGGER,
    MANUFACTURER,
    SUBENTRY_STUDIO,
)
from .core.errors import PolicyError
from .core.policy import Policy
from .issues import Issues
from .network import network
from .place import Place
from .room import Room
from .sources.base import Source
from .sources.ledger import LedgerStore
from .store import RoomStore


class Rooms:
    """Keep the rooms that run in step with the entry's subentries."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        store: RoomStore,
        ledger: LedgerStore,
        issues: Issues,
    ) -> None:
        self.running: dict[str, Room] = {}
        self._hass = hass
        self._entry = entry
        self._store = store
        self._ledger = ledger
        self._issues = issues
        self._compositions: dict[str, Composition] = {}
        self._leave: dict[str, CALLBACK_TYPE] = {}
        self._zones: dict[str, tzinfo] = {}

    @property
    def subentries(self) -> Mapping[str, ConfigSubentry]:
        """Return the subentries of studios, by the id of the studio."""
        return {
            subentry.unique_id: subentry
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_STUDIO)
            if subentry.unique_id is not None
        }

    async def async_load_zones(self) -> None:
        """Read the time zones that the studios name; looking one up reads a file."""
        for data in (self._entry.data, *(each.data for each in self.subentries.values())):
            name = data.get(CONF_TIME_ZONE)
            if name and name not in self._zones:
                zone = await dt_util.async_get_time_zone(name)
                if zone is None:
                    LOGGER.warning("%s: there is no time zone %s", self._entry.title, name)
                self._zones[name] = zone or dt_util.get_default_time_zone()

    @callback
    def drop_removed(self) -> None:
        """Close the rooms whose subentry is gone, and forget what was remembered of them."""
        subentries = self.subentries
        for studio in self.running.keys() - subentries.keys():
            self._close(studio)
            self._issues.forget(self.running.pop(studio).subentry)
        for studio in self._store.studios - subentries.keys():
            self._store.forget(studio)
        for studio in self._ledger.studios - subentries.keys():
            self._ledger.forget(studio)

    @callback
    def open(self, studio: str, sources: Iterable[Source], via: Place, *, site: bool) -> Room:
        """Register the studio's device and start its engine."""
        subentry = self.subentries[studio]
        key = f"{via.key}_{studio}"
        device = dr.async_get(self._hass).async_get_or_create(
            config_entry_id=self._entry.entry_id,
            config_subentry_id=subentry.subentry_id,
            identifiers={(DOMAIN, key)},
            name=subentry.title,
            manufacturer=MANUFACTURER,
            model="Micro-studio",
            suggested_area=self._area(subentry),
            via_device_id=via.device_id,
        )
        room = self.running[studio] = Room(
            self._hass,
            self._entry,
            self._store,
            self._policy(subentry),
            key=key,
            studio=studio,
            device=device,
            subentry=subentry,
        )
        self._leave[studio] = network(self._hass).join(room)
        room.open()
        for source in sources:
            room.attach(source)
        composition = Composition(self._hass, room, self._ledger, self._issues, always_home=site)
        self._compositions[studio] = composition
        composition.sync(self._zone(subentry))
        network(self._hass).opened()
        return room

    @callback
    def update(self, studio: str) -> None:
        """Take over what has changed in the studio's subentry."""
        room, subentry = self.running[studio], self.subentries[studio]
        room.subentry = subentry
        room.change_policy(self._policy(subentry))
        self._compositions[studio].sync(self._zone(subentry))

    @callback
    def accept_empty(self, subentry_id: str) -> None:
        """Believe a studio's calendar that it is empty, because a person says so."""
        for studio, room in self.running.items():
            if room.subentry_id == subentry_id:
                self._compositions[studio].accept_empty()

    @callback
    def close(self) -> None:
        """Stop all rooms."""
        for studio in [*self._leave]:
            self._close(studio)

    def _close(self, studio: str) -> None:
        self._leave.pop(studio)()
        self._compositions.pop(studio).close()
        self.running[studio].close()

    def _area(self, subentry: ConfigSubentry) -> str:
        """Return the name of the area that was chosen, else the studio's own."""
        areas = ar.async_get(self._hass)
        chosen = areas.async_get_area(subentry.data.get(CONF_AREA, ""))
        return chosen.name if chosen is not None else subentry.title

    def _zone(self, subentry: ConfigSubentry) -> tzinfo:
        """Return the studio's time zone, else the site's, else Home Assistant's."""
        name = subentry.data.get(CONF_TIME_ZONE) or self._entry.data.get(CONF_TIME_ZONE)
        return self._zones.get(name or "", dt_util.get_default_time_zone())

    def _policy(self, subentry: ConfigSubentry) -> Policy:
        """Return the site's policy with the studio's own values over it."""
        policy = Policy()
        for whose, overrides in (
            (self._entry.title, self._entry.options.get(CONF_POLICY, {})),
            (subentry.title, subentry.data.get(CONF_POLICY, {})),
        ):
            try:
                policy = policy.with_overrides(overrides)
            except PolicyError as error:  # edited by hand, or by a later version
                LOGGER.warning("%s keeps the defaults of its policy: %s", whose, error)
        return policy
