"""The studios of one node: what it reports, which subentries there are, which rooms run."""

from types import MappingProxyType

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .client.connection import NodeConnection
from .const import CONF_KNOWN, CONF_POLICY, DOMAIN, LOGGER, MANUFACTURER, SUBENTRY_STUDIO
from .core.errors import PolicyError
from .core.policy import Policy
from .issues import Issues
from .place import Place
from .room import Room
from .sources.node import NodeSource
from .store import RoomStore
from .wire.messages import Studio


class Studios:
    """Keep subentries, sources and rooms in step with what the node reports."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        connection: NodeConnection,
        store: RoomStore,
        issues: Issues,
    ) -> None:
        self.rooms: dict[str, Room] = {}
        self.sources: dict[str, NodeSource] = {}
        self._hass = hass
        self._entry = entry
        self._connection = connection
        self._store = store
        self._issues = issues
        self._reported: dict[str, str] = {}  # in the last snapshot, by id: their names

    @property
    def reported(self) -> frozenset[str]:
        """Return the ids of the studios that the node serves now."""
        return frozenset(self._reported)

    @property
    def removed(self) -> dict[str, str]:
        """Return the studios, id to name, that a person took away and may add again."""
        return {studio: name for studio, name in self._reported.items() if studio not in self.rooms}

    def take(self, studios: dict[str, Studio]) -> list[str]:
        """Take a whole report; return the ids of those that were never reported before."""
        self._reported = {studio: report.name for studio, report in studios.items()}
        new = [studio for studio in studios if studio not in self.sources]
        for studio in new:
            self.sources[studio] = NodeSource(self._connection, studio)
        for studio, report in studios.items():
            self.sources[studio].take_parts(report.parts)
        self._add_subentries()
        return new

    def sync(self, node: Place) -> list[Room]:
        """Run a room for each subentry that the node serves, and return the new ones."""
        subentries = {
            subentry.unique_id: subentry
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_STUDIO)
            if subentry.unique_id is not None
        }
        for studio in self.rooms.keys() - subentries.keys():
            self.rooms.pop(studio).close()
        for studio in self._store.studios - subentries.keys():
            self._store.forget(studio)
        opened = []
        for studio, subentry in subentries.items():
            if (room := self.rooms.get(studio)) is not None:
                room.subentry = subentry
                room.change_policy(self._policy(subentry))
            elif studio in self._reported:
                opened.append(self._open(studio, subentry, node))
        self._issues.studios_vanished(
            {
                subentry.subentry_id: subentry.title
                for studio, subentry in subentries.items()
                if studio not in self._reported
            }
        )
        return opened

    def close(self) -> None:
        """Stop all rooms."""
        for room in self.rooms.values():
            room.close()

    def _add_subentries(self) -> None:
        """Make a subentry of each studio that was never here; one that was removed stays away."""
        known = set(self._entry.data.get(CONF_KNOWN, ()))
        new = {studio: name for studio, name in self._reported.items() if studio not in known}
        for studio, name in new.items():
            subentry = ConfigSubentry(
                data=MappingProxyType({}),
                subentry_type=SUBENTRY_STUDIO,
                title=name,
                unique_id=studio,
            )
            self._hass.config_entries.async_add_subentry(self._entry, subentry)
        if new:
            self._hass.config_entries.async_update_entry(
                self._entry, data={**self._entry.data, CONF_KNOWN: sorted(known | set(new))}
            )

    def _open(self, studio: str, subentry: ConfigSubentry, node: Place) -> Room:
        """Register the studio's device and start its engine."""
        key = f"{node.key}_{studio}"
        device = dr.async_get(self._hass).async_get_or_create(
            config_entry_id=self._entry.entry_id,
            config_subentry_id=subentry.subentry_id,
            identifiers={(DOMAIN, key)},
            name=subentry.title,
            manufacturer=MANUFACTURER,
            model="Micro-studio",
            suggested_area=subentry.title,
            via_device_id=node.device_id,
        )
        room = self.rooms[studio] = Room(
            self._hass,
            self._entry,
            self.sources[studio],
            self._store,
            self._policy(subentry),
            key=key,
            studio=studio,
            device=device,
            subentry=subentry,
        )
        return room

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
