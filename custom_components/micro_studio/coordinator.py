"""One node for the life of its entry: its connection, its rooms, what is wrong with it."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .client.client import Address, NodeClient, Trust
from .client.connection import NodeConnection
from .client.errors import ApiMismatchError, CertificateChangedError, NodeError, UnauthorizedError
from .const import (
    CONF_FINGERPRINT,
    CONF_KNOWN,
    CONF_POLICY,
    DOMAIN,
    LOGGER,
    MANUFACTURER,
    SUBENTRY_STUDIO,
)
from .core.errors import PersistError
from .core.policy import Policy
from .inbox import EventInbox
from .issues import CLOCK_OFFSET, Issues
from .place import Place
from .room import Room
from .sources.board import Board, Change
from .sources.node import NodeSource, read_event
from .store import RoomStore
from .wire.messages import Delta, Event, Hello, NodeInfo, Snapshot

_BURST: Final = 200  # entities written between two turns of the event loop
_CLOCK_TOLERANCE: Final = timedelta(seconds=60)

type StudioConfigEntry = ConfigEntry[NodeCoordinator]
type PlaceListener = Callable[[Place], None]


class NodeCoordinator:
    """Listen to one node; hand what it says to the rooms."""

    node: Place
    hello: Hello | None = None

    def __init__(self, hass: HomeAssistant, entry: StudioConfigEntry) -> None:
        self.hass = hass
        self.entry = entry
        self.rooms: dict[str, Room] = {}
        self.issues = Issues(hass, entry)
        self.store = RoomStore(hass, entry.entry_id)
        self.connection = NodeConnection(
            NodeClient(async_get_clientsession(hass), address_of(entry), trust_of(entry)), self
        )
        self._inbox = EventInbox(hass, self.store, self.connection)
        self._node_source = NodeSource(self.connection, None)
        self._studio_sources: dict[str, NodeSource] = {}
        self._reported: dict[str, str] = {}  # studios in the last snapshot, by id: their names
        self._place_listeners: dict[PlaceListener, None] = {}
        self._connection_listeners: dict[CALLBACK_TYPE, None] = {}
        self._lost = False
        self._untold: deque[Change] = deque()
        self._telling: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Tell whether the node is there."""
        return self._node_source.board.available

    @property
    def removed_studios(self) -> dict[str, str]:
        """Return the studios, id to name, that a person took away and may add again."""
        return {studio: name for studio, name in self._reported.items() if studio not in self.rooms}

    async def async_open(self) -> None:
        """
        Connect for the first time.

        Raises:
            ConfigEntryError: what was stored is broken.
            ConfigEntryAuthFailed: the token is not known any more.
            ConfigEntryNotReady: not possible now; Home Assistant tries again.

        """
        try:
            await self.store.async_load()
        except PersistError as error:
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key="broken_store",
                translation_placeholders={"name": self.entry.title, "error": str(error)},
            ) from error
        try:
            await self.connection.open()
        except UnauthorizedError as error:
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="unauthorized"
            ) from error
        except NodeError as error:
            self._report(error)
            raise ConfigEntryNotReady(
                translation_domain=DOMAIN,
                translation_key="cannot_connect",
                translation_placeholders={"name": self.entry.title, "error": str(error)},
            ) from error

    @callback
    def run(self) -> None:
        """Follow the node in the background."""
        self._following = self.entry.async_create_background_task(
            self.hass, self.connection.run(), f"{DOMAIN} {self.entry.title}"
        )

    async def async_close(self) -> None:
        """Stop everything; what is remembered is written."""
        if self._following is not None:
            self._following.cancel()  # or it would take our goodbye for a loss
        for room in self.rooms.values():
            room.close()
        self._inbox.close()
        if self._telling is not None:
            self._telling.cancel()
        await self.connection.close()
        await self.store.async_save()

    async def async_node_diagnostics(self) -> Mapping[str, object]:
        """Return what the node tells about itself, or why it does not."""
        try:
            return await self.connection.client.diagnostics()
        except NodeError as error:
            return {"error": str(error)}

    @callback
    def listen_places(self, listener: PlaceListener) -> CALLBACK_TYPE:
        """Call ``listener`` for the node and each room, now and when their fittings change."""
        self._place_listeners[listener] = None
        for place in self._places():
            listener(place)
        return lambda: self._place_listeners.pop(listener, None)

    @callback
    def listen_connection(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``listener`` when the node comes or goes."""
        self._connection_listeners[listener] = None
        return lambda: self._connection_listeners.pop(listener, None)

    @callback
    def entry_updated(self) -> bool:
        """Take over what has changed in the entry; tell whether only a reload helps."""
        client = self.connection.client
        if trust_of(self.entry) != client.trust:
            return True
        if (address := address_of(self.entry)) != client.address:
            client.address = address
            self.connection.retry_now()
        self._sync_rooms()
        for room in self.rooms.values():
            room.change_policy(self.policy_of(room.subentry))
        return False

    def policy_of(self, subentry: ConfigSubentry) -> Policy:
        """Return the site's policy with the studio's own values over it."""
        site = Policy().with_overrides(self.entry.options.get(CONF_POLICY, {}))
        return site.with_overrides(subentry.data.get(CONF_POLICY, {}))

    # What the connection says (client.connection.Listener)

    @callback
    def on_snapshot(self, hello: Hello, snapshot: Snapshot) -> None:
        """Take the whole state; the node is there (again)."""
        self.issues.clear_connection()
        if hello is not self.hello:  # a later snapshot of the same connection tells no time
            self.hello = hello
            self._check_clock(hello)
        self._register_node(hello.node)
        self._node_source.take_parts(snapshot.parts)
        self._reported = {studio: report.name for studio, report in snapshot.studios.items()}
        for studio, report in snapshot.studios.items():
            if (source := self._studio_sources.get(studio)) is None:
                source = self._studio_sources[studio] = NodeSource(self.connection, studio)
                source.board.watch_fittings(self._fittings_changed(studio))
            source.take_parts(report.parts)
        self._set_available({*snapshot.studios})
        self._add_new_studios()
        self._sync_rooms()
        if self._lost:
            LOGGER.info("%s is back", self.entry.title)
        self._lost = False

    @callback
    def on_delta(self, delta: Delta) -> None:
        """Take a change."""
        source = (
            self._node_source if delta.studio is None else self._studio_sources.get(delta.studio)
        )
        if source is not None:
            source.take_fields(delta.part, delta.set, delta.removed)

    @callback
    def on_event(self, event: Event) -> None:
        """Take something that happened, once."""
        if not self._inbox.take(event) or event.studio is None:
            return
        room, happening = self.rooms.get(event.studio), read_event(event)
        if room is not None and happening is not None:
            room.happened(happening)

    @callback
    def on_lost(self, loss: NodeError) -> None:
        """Learn that the node is gone, or still is."""
        if not self._lost:
            LOGGER.info("%s is not reachable: %s", self.entry.title, loss)
        self._lost = True
        self._report(loss)
        self._set_available(None)
        if isinstance(loss, UnauthorizedError):
            self.entry.async_start_reauth(self.hass)

    def _report(self, loss: NodeError) -> None:
        """Raise the repair that goes with a loss."""
        match loss:
            case ApiMismatchError(ours=ours, theirs=theirs):
                self.issues.api_mismatch(ours, theirs)
            case CertificateChangedError(expected=expected, seen=seen):
                self.issues.certificate_changed(expected, seen)

    def _check_clock(self, hello: Hello) -> None:
        """Raise a repair if node and Home Assistant do not agree on the time."""
        offset = abs(hello.time - dt_util.utcnow())
        if offset > _CLOCK_TOLERANCE:
            self.issues.clock_offset(offset.total_seconds())
        else:
            self.issues.clear(CLOCK_OFFSET)

    def _register_node(self, info: NodeInfo) -> None:
        """Bring the node's device up to date; rooms hang below it."""
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(DOMAIN, info.id)},
            name=info.name,
            manufacturer=MANUFACTURER,
            model="Studio node",
            sw_version=info.software,
        )
        if not hasattr(self, "node"):
            self.node = Place(
                self.hass, self._node_source, key=info.id, device=device, subentry_id=None
            )
            self._node_source.board.watch_fittings(lambda: self._announce(self.node))

    def _add_new_studios(self) -> None:
        """Make a subentry of each studio that was never here; one that was removed stays away."""
        known = set(self.entry.data.get(CONF_KNOWN, ()))
        new = {studio: name for studio, name in self._reported.items() if studio not in known}
        for studio, name in new.items():
            subentry = ConfigSubentry(
                data=MappingProxyType({}),
                subentry_type=SUBENTRY_STUDIO,
                title=name,
                unique_id=studio,
            )
            self.hass.config_entries.async_add_subentry(self.entry, subentry)
        if new:
            self.hass.config_entries.async_update_entry(
                self.entry, data={**self.entry.data, CONF_KNOWN: sorted(known | set(new))}
            )

    def _sync_rooms(self) -> None:
        """Open a room for each subentry that the node serves, close those without one."""
        subentries = {
            subentry.unique_id: subentry
            for subentry in self.entry.get_subentries_of_type(SUBENTRY_STUDIO)
            if subentry.unique_id is not None
        }
        for studio in self.rooms.keys() - subentries.keys():
            self.rooms.pop(studio).close()
        for studio in self.store.studios - subentries.keys():
            self.store.forget(studio)
        for studio, subentry in subentries.items():
            room = self.rooms.get(studio)
            if room is None and studio in self._reported:
                room = self.rooms[studio] = self._open_room(studio, subentry)
                self._announce(room)
            if room is not None:
                room.subentry = subentry
        self.issues.studios_vanished(
            {
                subentry.subentry_id: subentry.title
                for studio, subentry in subentries.items()
                if studio not in self._reported
            }
        )

    def _open_room(self, studio: str, subentry: ConfigSubentry) -> Room:
        """Register the studio's device and start its engine."""
        key = f"{self.node.key}_{studio}"
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            config_subentry_id=subentry.subentry_id,
            identifiers={(DOMAIN, key)},
            name=subentry.title,
            manufacturer=MANUFACTURER,
            model="Micro-studio",
            suggested_area=subentry.title,
            via_device_id=self.node.device_id,
        )
        return Room(
            self.hass,
            self.entry,
            self._studio_sources[studio],
            self.store,
            self.policy_of(subentry),
            key=key,
            studio=studio,
            device=device,
            subentry=subentry,
        )

    def _places(self) -> tuple[Place, ...]:
        return (self.node, *self.rooms.values())

    @callback
    def _announce(self, place: Place) -> None:
        for listener in tuple(self._place_listeners):
            listener(place)

    def _fittings_changed(self, studio: str) -> Change:
        """Return what looks for new entities of a studio that has a room."""

        def changed() -> None:
            if (room := self.rooms.get(studio)) is not None:
                self._announce(room)

        return changed

    def _set_available(self, studios: set[str] | None) -> None:
        """Say which studios are there, with the node, or that nothing is."""
        changed: list[Board] = []
        boards = {None: self._node_source.board} | {
            studio: source.board for studio, source in self._studio_sources.items()
        }
        for studio, board in boards.items():
            available = studios is not None and (studio is None or studio in studios)
            if board.available is not available:
                board.available = available
                changed.append(board)
        if not changed:
            return
        for listener in tuple(self._connection_listeners):
            listener()
        for board in changed:
            self._untold.extend(board.availability_watchers())
        if self._telling is None or self._telling.done():
            self._telling = self.hass.async_create_background_task(
                self._async_tell(), f"{DOMAIN} availability"
            )

    async def _async_tell(self) -> None:
        """Tell many entities without holding the event loop, or open dashboards fall off."""
        while self._untold:
            for _ in range(min(_BURST, len(self._untold))):
                self._untold.popleft()()
            await asyncio.sleep(0)


def address_of(entry: ConfigEntry) -> Address:
    """Return where an entry's node was seen last."""
    return Address(entry.data[CONF_HOST], entry.data[CONF_PORT])


def trust_of(entry: ConfigEntry) -> Trust:
    """Return what pairing left in an entry."""
    return Trust(bytes.fromhex(entry.data[CONF_FINGERPRINT]), entry.data[CONF_TOKEN])
