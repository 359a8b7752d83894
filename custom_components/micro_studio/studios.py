"""The studios of one node: what it reports, which subentries there are, which rooms run."""

from types import MappingProxyType

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from .client.connection import NodeConnection
from .const import CONF_KNOWN, SUBENTRY_STUDIO
from .issues import Issues
from .place import Place
from .room import Room
from .rooms import Rooms
from .sources.node import NodeSource
from .wire.messages import Studio


class Studios:
    """Keep subentries, sources and rooms in step with what the node reports."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        connection: NodeConnection,
        rooms: Rooms,
        issues: Issues,
    ) -> None:
        self.sources: dict[str, NodeSource] = {}
        self._hass = hass
        self._entry = entry
        self._connection = connection
        self._rooms = rooms
        self._issues = issues
        self._reported: dict[str, str] = {}  # in the last snapshot, by id: their names

    @property
    def reported(self) -> frozenset[str]:
        """Return the ids of the studios that the node serves now."""
        return frozenset(self._reported)

    @property
    def removed(self) -> dict[str, str]:
        """Return the studios, id to name, that a person took away and may add again."""
        running = self._rooms.running
        return {studio: name for studio, name in self._reported.items() if studio not in running}

    def take(self, studios: dict[str, Studio]) -> None:
        """Take a whole report."""
        self._reported = {studio: report.name for studio, report in studios.items()}
        for studio, report in studios.items():
            if studio not in self.sources:
                self.sources[studio] = NodeSource(self._connection, studio)
            self.sources[studio].take_parts(report.parts)
        self._add_subentries()

    def sync(self, node: Place) -> list[Room]:
        """Run a room for each subentry that the node serves, and return the new ones."""
        rooms = self._rooms
        rooms.drop_removed()
        opened = []
        for studio in rooms.subentries:
            if studio in rooms.running:
                rooms.update(studio)
            elif studio in self._reported:
                opened.append(rooms.open(studio, (self.sources[studio],), node, site=False))
        self._issues.studios_vanished(
            {
                subentry.subentry_id: subentry.title
                for studio, subentry in rooms.subentries.items()
                if studio not in self._reported
            }
        )
        return opened

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
