"""What all entries share: their rooms, what is remembered of them, who looks at their places."""

from collections.abc import Callable, Iterable

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers.device_registry import DeviceEntry

from .const import DOMAIN
from .core.errors import PersistError
from .intake import Intake
from .issues import Issues
from .network import named
from .place import Place
from .room import Room
from .rooms import Rooms
from .sources.ledger import LedgerStore
from .store import RoomStore

type StudioConfigEntry = ConfigEntry[Coordinator]
type PlaceListener = Callable[[Place], None]


class Coordinator:
    """One entry for its life: a node, or a site without one."""

    place: Place  # the entry's own device; its studios hang below it

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self.hass = hass
        self.entry = entry
        self.issues = Issues(hass, entry)
        self.store = RoomStore(hass, entry.entry_id)
        self.ledger = LedgerStore(hass, entry.entry_id)
        self.open_rooms = Rooms(hass, entry, self.store, self.ledger, self.issues)
        self._intake = Intake(hass, entry)
        self._place_listeners: dict[PlaceListener, None] = {}

    @property
    def rooms(self) -> dict[str, Room]:
        """Return the rooms that run, by the id of the studio."""
        return self.open_rooms.running

    def room_named(self, name: str) -> Room | None:
        """Return the room that a name, an id or an alias means; without one, the only room."""
        rooms = tuple(self.rooms.values())
        if not name.strip():
            return rooms[0] if len(rooms) == 1 else None
        return named(rooms, name)

    async def async_open(self) -> None:
        """
        Begin, as far as it can be told now whether it is possible.

        Raises:
            ConfigEntryError: what was stored is broken.

        """
        try:
            await self.store.async_load()
            await self.ledger.async_load()
            await self._intake.async_open()
        except PersistError as error:
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key="broken_store",
                translation_placeholders={"name": self.entry.title, "error": str(error)},
            ) from error
        await self.open_rooms.async_load_zones()

    @callback
    def run(self) -> None:
        """Go on in the background: the platforms are there."""

    async def async_close(self) -> None:
        """Stop everything; what is remembered is written."""
        self.open_rooms.close()
        await self._intake.async_close()
        await self.store.async_save()

    async def async_updated(self) -> bool:
        """Take over what has changed in the entry; tell whether only a reload helps."""
        await self.open_rooms.async_load_zones()
        self._intake.sync()
        return False

    def serves(self, device: DeviceEntry) -> bool:
        """Tell whether a device stands for something that there is now."""
        return any(place.identifiers & device.identifiers for place in self._places())

    @callback
    def listen_places(self, listener: PlaceListener) -> CALLBACK_TYPE:
        """Call ``listener`` for each place, now and when its fittings change."""
        self._place_listeners[listener] = None
        for place in self._places():
            listener(place)
        return lambda: self._place_listeners.pop(listener, None)

    def _places(self) -> Iterable[Place]:
        return (self.place, *self.rooms.values())

    @callback
    def _announce(self, place: Place) -> None:
        for listener in tuple(self._place_listeners):
            listener(place)

    @callback
    def _announce_room(self, room: Room) -> None:
        """Announce a new room, and again whenever something is fitted in it."""
        room.watch_fittings(lambda: self._announce(room))
        self._announce(room)
