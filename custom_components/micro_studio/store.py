"""What outlives a restart: how far each room is, and which events have been counted."""

from typing import Any, Final

from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .core.document import Node
from .core.memory import RoomMemory
from .core.persist import dump, load
from .core.policy import Policy
from .sources.candid_store import CandidStore

VERSION: Final = 1
SAVE_DELAY: Final = 5.0  # s


class RoomStore:
    """The memory of an entry's rooms, in one private file."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self.last_event = 0
        self._rooms: dict[str, RoomMemory] = {}
        self._documents: dict[str, dict[str, Any]] = {}
        self._readable = False
        self._store: CandidStore[dict[str, Any]] = CandidStore(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )

    @property
    def studios(self) -> frozenset[str]:
        """Return the studios of which something is remembered."""
        return frozenset(self._rooms) | frozenset(self._documents)

    async def async_load(self) -> None:
        """
        Read the file.

        Raises:
            PersistError: it is broken; it does not pass for an empty one, and stays as it is.

        """
        if (data := await self._store.async_load()) is not None:
            stored = Node(place="store", value=data)
            for _, room in stored.child("rooms").children():
                load(room.value, Policy())
            self.last_event = stored.integer("last_event")
            self._documents = dict(data["rooms"])
        self._readable = True

    def recall(self, studio: str, policy: Policy) -> RoomMemory:
        """Return what is remembered of a room."""
        if (document := self._documents.get(studio)) is None:
            return RoomMemory(policy=policy)
        return load(document, policy)

    def remember(self, studio: str, memory: RoomMemory) -> None:
        """Keep a room's memory; it is written soon."""
        self._rooms[studio] = memory
        self._store.async_delay_save(self._data, SAVE_DELAY)

    def forget(self, studio: str) -> None:
        """Drop the memory of a room that was removed."""
        self._rooms.pop(studio, None)
        self._documents.pop(studio, None)
        self._store.async_delay_save(self._data, SAVE_DELAY)

    async def async_save(self) -> bool:
        """Write now, for something in the outside world depends on it; tell whether it worked."""
        if self._readable:
            await self._store.async_save(self._data())
        return self._readable and not self._store.failed

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _data(self) -> dict[str, Any]:
        """Return the document; only rooms that have changed are written anew."""
        for studio, memory in self._rooms.items():
            self._documents[studio] = dump(memory)
        self._rooms.clear()
        return {"last_event": self.last_event, "rooms": self._documents}
