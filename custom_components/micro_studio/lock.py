"""Doors that lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.lock import LockEntity, LockEntityDescription, LockEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .core.requests import Lock, OpenDoor, Unlock
from .core.studio import Motion, PartKind
from .entity import PartEntity, PartEntityDescription, async_setup_platform_entry, parts_of
from .place import Place

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class DoorDescription(PartEntityDescription, LockEntityDescription):
    """A lock."""


DOORS: Final = (
    DoorDescription(
        key="lock",
        translation_key="door",
        part=PartKind.DOOR,
        fields=("locked", "jammed", "motion", "changed_by", "latch"),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the doors of the node and of its studios."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[Door]:
    for description, part in parts_of(place, DOORS):
        yield Door(place, description, part)


class Door(PartEntity, LockEntity):
    """A door; its state is what the lock reports, never what was asked for."""

    entity_description: DoorDescription
    _attr_name = None  # the device's name; in the description, a translated one would win

    @override
    def show(self) -> None:
        """Set the lock's state."""
        locked, motion, changed_by = (
            self.read("locked"),
            self.read("motion"),
            self.read("changed_by"),
        )
        self._attr_supported_features = LockEntityFeature(0)
        if self.read("latch") is True:
            self._attr_supported_features = LockEntityFeature.OPEN
        self._attr_is_locked = locked if isinstance(locked, bool) else None
        self._attr_is_jammed = self.read("jammed") is True
        self._attr_is_locking = motion == Motion.LOCKING
        self._attr_is_unlocking = motion == Motion.UNLOCKING
        self._attr_is_opening = motion == Motion.OPENING
        self._attr_changed_by = changed_by if isinstance(changed_by, str) else None

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Throw the bolt."""
        await self.place.async_perform(Lock(self.part))

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Draw the bolt."""
        await self.place.async_perform(Unlock(self.part))

    @override
    async def async_open(self, **kwargs: Any) -> None:
        """Pull the latch."""
        await self.place.async_perform(OpenDoor(self.part))
