"""What outlives a restart: how far each room is, and which events have been counted."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .core.memory import RoomMemory
from .core.persist import dump, load
from .core.policy import Policy

VERSION: Final = 1
SAVE_DELAY: Final = 5.0  # s


class RoomStore:
    """The memory of an entry's rooms, in one private file."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self.last_event = 0
        self._rooms: dict[str, RoomMemory] = {}
        self._documents: dict[str, dict[str, Any]] = {}
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )

    async def async_load(self) -> None:
        """Read the file; a broken one raises instead of passing for an empty one."""
        if (data := await self._store.async_load()) is not None:
            self.last_event = int(data["last_event"])
            self._documents = dict(data["rooms"])

    def recall(self, studio: str, policy: Policy) -> RoomMemory:
        """
        Return what is remembered of a room.

        Raises:
            PersistError: the stored document is broken.

        """
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

    async def async_save(self) -> None:
        """Write now: something in the outside world depends on it."""
        await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _data(self) -> dict[str, Any]:
        """Return the document; only rooms that have changed are written anew."""
        for studio, memory in self._rooms.items():
            self._documents[studio] = dump(memory)
        self._rooms.clear()
        return {"last_event": self.last_event, "rooms": self._documents}
