"""What is so or not so with nodes and studios."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .core.snapshot import Snapshot
from .core.studio import PartKind
from .entity import (
    PartEntity,
    PartEntityDescription,
    PlaceEntity,
    RoomEntity,
    async_setup_platform_entry,
    parts_of,
)
from .node import NodeCoordinator
from .place import Place
from .room import Room

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class PartBinarySensorDescription(PartEntityDescription, BinarySensorEntityDescription):
    """A binary sensor that shows one field; ``off_when`` is the value without a problem."""

    off_when: bool = False


@dataclass(frozen=True, kw_only=True)
class RoomBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor that shows something of the room's snapshot."""

    value_fn: Callable[[Snapshot], bool | None]


PART_SENSORS: Final = (
    PartBinarySensorDescription(
        key="contact",
        translation_key="door_contact",
        part=PartKind.DOOR,
        fields=("open",),
        device_class=BinarySensorDeviceClass.DOOR,
    ),
    PartBinarySensorDescription(
        key="present",
        translation_key="interface_missing",
        part=PartKind.INTERFACE,
        fields=("present",),
        off_when=True,
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
    PartBinarySensorDescription(
        key="digital_silence",
        translation_key="interface_digital_silence",
        part=PartKind.INTERFACE,
        fields=("silence",),
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
)

ROOM_SENSORS: Final = (
    RoomBinarySensorDescription(
        key="occupied",
        translation_key="occupied",
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        value_fn=lambda snapshot: snapshot.occupied,
    ),
    RoomBinarySensorDescription(
        key="on_air",
        translation_key="on_air",
        device_class=BinarySensorDeviceClass.RUNNING,
        value_fn=lambda snapshot: snapshot.on_air,
    ),
    RoomBinarySensorDescription(
        key="recording_problem",
        translation_key="recording_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda snapshot: snapshot.recording_problem,
    ),
    RoomBinarySensorDescription(
        key="incident",
        translation_key="incident",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda snapshot: bool(snapshot.conflicts),
    ),
)

CONNECTED: Final = BinarySensorEntityDescription(
    key="connected",
    translation_key="connected",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors."""
    coordinator = entry.runtime_data
    if isinstance(coordinator, NodeCoordinator):
        async_add_entities([ConnectedSensor(coordinator)])
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[PlaceEntity]:
    for description, part in parts_of(place, PART_SENSORS):
        yield PartBinarySensor(place, description, part)
    if isinstance(place, Room):
        for room_description in ROOM_SENSORS:
            yield RoomBinarySensor(place, room_description)


class PartBinarySensor(PartEntity, BinarySensorEntity):
    """A field of a part."""

    entity_description: PartBinarySensorDescription

    @override
    def show(self) -> None:
        """Set the state."""
        description = self.entity_description
        value = self.read(description.fields[0])
        self._attr_is_on = value is not description.off_when if isinstance(value, bool) else None


class RoomBinarySensor(RoomEntity, BinarySensorEntity):
    """Something that the engine says about the room."""

    entity_description: RoomBinarySensorDescription

    @override
    def refresh(self) -> bool:
        value = self.entity_description.value_fn(self.place.snapshot)
        if value is self._attr_is_on:
            return False
        self._attr_is_on = value
        return True


class ConnectedSensor(PlaceEntity, BinarySensorEntity):
    """Whether the node is there; the one entity that is available when it is not."""

    def __init__(self, coordinator: NodeCoordinator) -> None:
        super().__init__(coordinator.place, CONNECTED, CONNECTED.key)
        self._coordinator = coordinator

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the connection."""
        self.async_on_remove(self._coordinator.listen_connection(self._on_change))
        self._begin()

    @override
    def refresh(self) -> bool:
        if self._coordinator.connected is self._attr_is_on:
            return False
        self._attr_is_on = self._coordinator.connected
        return True
