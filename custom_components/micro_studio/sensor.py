"""What can be read of nodes and studios."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTemperature, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .coordinator import StudioConfigEntry
from .core.snapshot import RoomState, Snapshot
from .core.studio import Health, PartKind, Value
from .entity import (
    PartEntity,
    PartEntityDescription,
    PlaceEntity,
    RoomEntity,
    async_setup_platform_entry,
    parts_of,
)
from .place import Place
from .room import Room

PARALLEL_UPDATES = 0

_DBFS: Final = "dBFS"
_LUFS: Final = "LUFS"
_PPM: Final = "ppm"
_HEALTH: Final = [health.value for health in Health if health is not Health.UNKNOWN]


def _plain(value: Value) -> StateType | datetime:
    """Show a value as it is; a list cannot be shown."""
    return None if isinstance(value, tuple) else value


def _count(value: Value) -> StateType | datetime:
    """Show how many there are."""
    return len(value) if isinstance(value, tuple) else None


@dataclass(frozen=True, kw_only=True)
class PartSensorDescription(PartEntityDescription, SensorEntityDescription):
    """A sensor that shows one field."""

    value_fn: Callable[[Value], StateType | datetime] = _plain


@dataclass(frozen=True, kw_only=True)
class RoomSensorDescription(SensorEntityDescription):
    """A sensor that shows something of the room's snapshot."""

    value_fn: Callable[[Snapshot], StateType | datetime]


def _health(field: str, *, enabled: bool = False) -> PartSensorDescription:
    """Describe one domain of the interface's health (AMWA BCP-008)."""
    return PartSensorDescription(
        key=field,
        translation_key=f"interface_{field}",
        part=PartKind.INTERFACE,
        fields=(field,),
        device_class=SensorDeviceClass.ENUM,
        options=_HEALTH,
        entity_category=None if enabled else EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=enabled,
    )


def _measured(
    part: PartKind,
    field: str,
    unit: str,
    *,
    device_class: SensorDeviceClass | None = None,
    precision: int = 0,
    enabled: bool = False,
) -> PartSensorDescription:
    """Describe a measured number of a part, for diagnosis."""
    return PartSensorDescription(
        key=field,
        translation_key=f"{part}_{field}",
        part=part,
        fields=(field,),
        native_unit_of_measurement=unit,
        device_class=device_class,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=precision,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=enabled,
    )


PART_SENSORS: Final = (
    _measured(
        PartKind.DOOR, "battery", PERCENTAGE, device_class=SensorDeviceClass.BATTERY, enabled=True
    ),
    PartSensorDescription(
        key="codes",
        translation_key="door_codes",
        part=PartKind.DOOR,
        fields=("credentials",),
        value_fn=_count,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
    _health("status", enabled=True),
    _health("device"),
    _health("clock"),
    _health("essence"),
    PartSensorDescription(
        key="xruns",
        translation_key="interface_xruns",
        part=PartKind.INTERFACE,
        fields=("xruns",),
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
    PartSensorDescription(
        key="stale_since",
        translation_key="bookings_stale_since",
        part=PartKind.BOOKINGS,
        fields=("stale_since",),
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    _measured(PartKind.INTERFACE, "frame_deficit", PERCENTAGE, precision=3),
    _measured(PartKind.INTERFACE, "drift", _PPM, precision=1),
    _measured(PartKind.INTERFACE, "dsp_load", PERCENTAGE),
    _measured(PartKind.INTERFACE, "peak", _DBFS, precision=1),
    _measured(PartKind.INTERFACE, "loudness", _LUFS, precision=1),
    PartSensorDescription(
        key="active_source",
        translation_key="interface_active_source",
        part=PartKind.INTERFACE,
        fields=("active_source",),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
    PartSensorDescription(
        key="recording_hours_left",
        translation_key="recording_hours_left",
        part=PartKind.RECORDER,
        fields=("hours_left",),
        native_unit_of_measurement=UnitOfTime.HOURS,
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
    ),
    _measured(
        PartKind.RELAY, "rtt", UnitOfTime.MILLISECONDS, device_class=SensorDeviceClass.DURATION
    ),
    _measured(PartKind.RELAY, "loss", PERCENTAGE, precision=1),
    _measured(
        PartKind.RELAY,
        "jitter",
        UnitOfTime.MILLISECONDS,
        device_class=SensorDeviceClass.DURATION,
        precision=1,
    ),
    _measured(PartKind.HOST, "cpu", PERCENTAGE, enabled=True),
    _measured(
        PartKind.HOST,
        "temperature",
        UnitOfTemperature.CELSIUS,
        device_class=SensorDeviceClass.TEMPERATURE,
        enabled=True,
    ),
    _measured(
        PartKind.HOST,
        "ntp_offset",
        UnitOfTime.MILLISECONDS,
        device_class=SensorDeviceClass.DURATION,
        precision=1,
    ),
    PartSensorDescription(
        key="boot_time",
        translation_key="host_boot_time",
        part=PartKind.HOST,
        fields=("boot_time",),
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
)

ROOM_SENSORS: Final = (
    RoomSensorDescription(
        key="state",
        translation_key="state",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in RoomState],
        value_fn=lambda snapshot: snapshot.state.value,
    ),
    RoomSensorDescription(
        key="next_booking",
        translation_key="next_booking",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda snapshot: snapshot.next.start if snapshot.next else None,
    ),
    RoomSensorDescription(
        key="session_ends",
        translation_key="session_ends",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda snapshot: snapshot.session_ends,
    ),
)

SESSION_REMAINING: Final = SensorEntityDescription(
    key="session_remaining",
    translation_key="session_remaining",
    device_class=SensorDeviceClass.DURATION,
    native_unit_of_measurement=UnitOfTime.MINUTES,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[PlaceEntity]:
    for description, part in parts_of(place, PART_SENSORS):
        yield PartSensor(place, description, part)
    if isinstance(place, Room):
        for room_description in ROOM_SENSORS:
            yield RoomSensor(place, room_description)
        yield SessionRemainingSensor(place, SESSION_REMAINING)


class PartSensor(PartEntity, SensorEntity):
    """A field of a part."""

    entity_description: PartSensorDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the field."""
        description = self.entity_description
        # The logbook leaves these out; elsewhere it would take one value for the other's cause.
        if description.native_unit_of_measurement or description.state_class:
            self._share_context()
        await super().async_added_to_hass()

    @override
    def show(self) -> None:
        """Set the value."""
        description = self.entity_description
        self._attr_native_value = description.value_fn(self.read(description.fields[0]))


class RoomSensor(RoomEntity, SensorEntity):
    """Something that the engine says about the room."""

    entity_description: RoomSensorDescription

    @override
    def refresh(self) -> bool:
        value = self.entity_description.value_fn(self.place.snapshot)
        if value == self._attr_native_value:
            return False
        self._attr_native_value = value
        return True


class SessionRemainingSensor(RoomEntity, SensorEntity):
    """Minutes until the session ends; counted down by the minute only near the end."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.place.watch_minutes(self._on_change))

    @override
    def refresh(self) -> bool:
        value = self.place.snapshot.minutes_left(dt_util.utcnow())
        if value == self._attr_native_value:
            return False
        self._attr_native_value = value
        return True
