"""All studios of all entries: where automations listen, and where rooms are compared."""

from collections.abc import Callable, Iterable

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .core.effects import BookingEvent, IncidentEvent
from .core.leads import Due, Lead
from .room import Room

type Told = BookingEvent | IncidentEvent
type RoomListener = Callable[[Room, Told], None]
type DueListener = Callable[[Room, Due], None]


class Network:
    """The rooms that run, and who listens to all of them."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._rooms: dict[str, Room] = {}  # by the id of the device
        self._listeners: dict[RoomListener, None] = {}
        self._due_listeners: dict[Lead, dict[DueListener, None]] = {}
        # What rooms had to catch up with before automations listened.
        self._early: list[tuple[Room, Told]] | None = []
        self._joined: dict[CALLBACK_TYPE, None] = {}
        async_at_started(hass, self._on_started)

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Return the rooms that run."""
        return tuple(self._rooms.values())

    def room(self, device_id: str) -> Room | None:
        """Return the room of a device."""
        return self._rooms.get(device_id)

    @callback
    def join(self, room: Room) -> CALLBACK_TYPE:
        """Listen to a room; return what ends it."""
        self._rooms[room.device_id] = room
        room.listen_due(lambda lead, due: self._tell_due(room, lead, due))
        room.listen_told(lambda told: self._tell(room, told))
        for lead in self._due_listeners:
            room.look_out(lead, room.told_until)

        @callback
        def leave() -> None:
            if self._rooms.get(room.device_id) is room:
                del self._rooms[room.device_id]

        return leave

    @callback
    def watch_rooms(self, change: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``change`` when a room runs that did not before."""
        self._joined[change] = None
        return lambda: self._joined.pop(change, None)

    @callback
    def opened(self) -> None:
        """Tell that a room has caught up and reads its sources."""
        for change in tuple(self._joined):
            change()

    @callback
    def listen(self, listener: RoomListener) -> CALLBACK_TYPE:
        """Call ``listener`` for what is told in any room, also in those that open later."""
        self._listeners[listener] = None
        for room, told in self._early or ():
            listener(room, told)
        return lambda: self._listeners.pop(listener, None)

    @callback
    def listen_due(self, lead: Lead, listener: DueListener) -> CALLBACK_TYPE:
        """Call ``listener`` so long before each booking in any room."""
        listeners = self._due_listeners.setdefault(lead, {})
        listeners[listener] = None
        if len(listeners) == 1:
            now = dt_util.utcnow()
            for room in self.rooms:
                room.look_out(lead, now if self._early is None else room.told_until)

        @callback
        def end() -> None:
            listeners.pop(listener, None)
            if not listeners and self._due_listeners.get(lead) is listeners:
                del self._due_listeners[lead]
                for room in self.rooms:
                    room.look_away(lead)

        return end

    @callback
    def _tell(self, room: Room, told: Told) -> None:
        if self._early is not None:
            self._early.append((room, told))
        for listener in tuple(self._listeners):
            listener(room, told)

    @callback
    def _tell_due(self, room: Room, lead: Lead, due: Due) -> None:
        for listener in tuple(self._due_listeners.get(lead, ())):
            listener(room, due)

    @callback
    def _on_started(self, _: HomeAssistant) -> None:
        """Forget what was kept for automations: they all listen by now."""
        self._early = None


@singleton(f"{DOMAIN}_network")
@callback
def network(hass: HomeAssistant) -> Network:
    """Return the one network of this Home Assistant."""
    return Network(hass)


def named(rooms: Iterable[Room], name: str) -> Room | None:
    """Return the room that a name, an id or an alias means; None if none or several do."""
    wanted = name.strip().casefold()
    found = [room for room in rooms if wanted in room.names]
    return found[0] if len(found) == 1 else None
