"""One node for the life of its entry: its connection, its studios, what is wrong with it."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .availability import Availability
from .client.client import Address, NodeClient, Trust
from .client.connection import NodeConnection
from .client.errors import (
    ApiMismatchError,
    BrokenListenerError,
    CertificateChangedError,
    NodeError,
    UnauthorizedError,
)
from .const import CONF_FINGERPRINT, DOMAIN, LOGGER, MANUFACTURER
from .coordinator import Coordinator
from .inbox import EventInbox
from .issues import CLOCK_OFFSET
from .place import Place
from .sources.node import NodeSource, read_event
from .studios import Studios
from .wire.messages import Delta, Event, Hello, NodeInfo, Snapshot

_CLOCK_TOLERANCE: Final = timedelta(seconds=60)


class NodeCoordinator(Coordinator):
    """Listen to one node; hand what it says to its studios."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        super().__init__(hass, entry)
        self.hello: Hello | None = None
        self.connection = NodeConnection(
            NodeClient(async_get_clientsession(hass), address_of(entry), trust_of(entry)), self
        )
        self.studios = Studios(hass, entry, self.connection, self.open_rooms, self.issues)
        self._source = NodeSource(self.connection, None)
        self._inbox = EventInbox(hass, self.store, self.connection)
        self._availability = Availability(hass)
        self._connection_listeners: dict[CALLBACK_TYPE, None] = {}
        self._lost = False
        self._following: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Tell whether the node is there."""
        return self._source.board.available

    @override
    async def async_open(self) -> None:
        """
        Connect for the first time.

        Raises:
            ConfigEntryError: what was stored is broken.
            ConfigEntryAuthFailed: the token is not known any more.
            ConfigEntryNotReady: not possible now; Home Assistant tries again.

        """
        await super().async_open()
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
    @override
    def run(self) -> None:
        """Follow the node in the background."""
        self._following = self.entry.async_create_background_task(
            self.hass, self.connection.run(), f"{DOMAIN} {self.entry.title}"
        )

    @override
    async def async_close(self) -> None:
        """Stop everything; what is remembered is written."""
        if self._following is not None:
            self._following.cancel()  # or it would take our goodbye for a loss
        self._inbox.close()
        self._availability.close()
        self.open_rooms.close()
        await self.connection.close()
        await super().async_close()

    async def async_node_diagnostics(self) -> Mapping[str, object]:
        """Return what the node tells about itself, or why it does not."""
        try:
            return await self.connection.client.diagnostics()
        except NodeError as error:
            return {"error": str(error)}

    @callback
    def listen_connection(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``listener`` when the node comes or goes."""
        self._connection_listeners[listener] = None
        return lambda: self._connection_listeners.pop(listener, None)

    @override
    async def async_updated(self) -> bool:
        client = self.connection.client
        if trust_of(self.entry) != client.trust:
            return True
        if (address := address_of(self.entry)) != client.address:
            client.address = address
            self.connection.retry_now()
        await super().async_updated()
        self._sync()
        return False

    # What the connection says (client.connection.Listener)

    @callback
    def on_snapshot(self, hello: Hello, snapshot: Snapshot) -> None:
        """Take the whole state; the node is there (again)."""
        self.issues.clear_connection()
        if hello is not self.hello:  # a later snapshot of the same connection tells no time
            self.hello = hello
            self._check_clock(hello)
        self._register_node(hello.node)
        self._source.take_parts(snapshot.parts)
        self.studios.take(snapshot.studios)
        self._set_available(self.studios.reported, node=True)
        self._sync()
        if self._lost:
            LOGGER.info("%s is back", self.entry.title)
        self._lost = False

    @callback
    def on_delta(self, delta: Delta) -> None:
        """Take a change."""
        studio = delta.studio
        source = self._source if studio is None else self.studios.sources.get(studio)
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
        if not self._lost and isinstance(loss, BrokenListenerError):
            LOGGER.error("%s said what broke us: %s", self.entry.title, loss, exc_info=loss)
        elif not self._lost:
            LOGGER.info("%s is not reachable: %s", self.entry.title, loss)
        self._lost = True
        self._report(loss)
        self._set_available(frozenset(), node=False)
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
        if not hasattr(self, "place"):
            self.place = Place(self.hass, key=info.id, device=device, subentry_id=None)
            self.place.attach(self._source)
            self.place.watch_fittings(lambda: self._announce(self.place))

    def _sync(self) -> None:
        """Run the rooms that there should be, and add the entities of new ones."""
        for room in self.studios.sync(self.place):
            self._announce_room(room)

    def _set_available(self, studios: frozenset[str], *, node: bool) -> None:
        """Say which studios are there, and whether the node is."""
        boards = [(self._source.board, node)]
        boards += [
            (source.board, studio in studios) for studio, source in self.studios.sources.items()
        ]
        if self._availability.switch(boards):
            for listener in tuple(self._connection_listeners):
                listener()


def address_of(entry: ConfigEntry) -> Address:
    """Return where an entry's node was seen last."""
    return Address(entry.data[CONF_HOST], entry.data[CONF_PORT])


def trust_of(entry: ConfigEntry) -> Trust:
    """Return what pairing left in an entry."""
    return Trust(bytes.fromhex(entry.data[CONF_FINGERPRINT]), entry.data[CONF_TOKEN])
