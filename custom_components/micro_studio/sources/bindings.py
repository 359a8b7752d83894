"""Which of Home Assistant's own entities stand for the parts of a studio, by registry id."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

DOORS: Final = "doors"
DOOR_SENSORS: Final = "door_sensors"
BATTERIES: Final = "batteries"
LIGHTS: Final = "lights"
RECORDING: Final = "recording"
PRESENCE: Final = "presence"
INTERFACES: Final = "interfaces"
CALENDAR: Final = "calendar"

# Where a studio's data names entities; the calendar alone is not a list.
ROLES: Final = (
    DOORS,
    DOOR_SENSORS,
    BATTERIES,
    LIGHTS,
    RECORDING,
    PRESENCE,
    INTERFACES,
    CALENDAR,
)

type DeviceOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A lock, and what else is known of its door; an empty text is "none"."""

    lock: str
    sensor: str = ""
    battery: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """The entities of one studio; each is a registry id, or an entity id where there is none."""

    doors: tuple[Door, ...] = ()  # in walking order
    lights: tuple[str, ...] = ()
    recording: tuple[str, ...] = ()
    presence: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    calendar: str = ""
    unpaired: tuple[str, ...] = ()  # door and battery sensors that no door is left for

    @classmethod
    def from_data(cls, data: Mapping[str, Any], device_of: DeviceOf) -> Self:
        """Read a studio's data; ``device_of`` tells what device an entity belongs to."""
        locks = _entities(data, DOORS)
        sensors, spare_sensors = _paired(locks, _entities(data, DOOR_SENSORS), device_of)
        batteries, spare_batteries = _paired(locks, _entities(data, BATTERIES), device_of)
        return cls(
            doors=tuple(
                Door(lock=lock, sensor=sensors.get(lock, ""), battery=batteries.get(lock, ""))
                for lock in locks
            ),
            lights=_entities(data, LIGHTS),
            recording=_entities(data, RECORDING),
            presence=_entities(data, PRESENCE),
            interfaces=_entities(data, INTERFACES),
            calendar=next(iter(_entities(data, CALENDAR)), ""),
            unpaired=spare_sensors + spare_batteries,
        )

    @property
    def roles(self) -> dict[str, str]:
        """Return every entity that stands for a part, with its first role; so no calendar."""
        roles: dict[str, str] = {}
        for entity, role in self._named():
            if entity:
                roles.setdefault(entity, role)
        return roles

    def _named(self) -> Iterator[tuple[str, str]]:
        for door in self.doors:
            yield from ((door.lock, DOORS), (door.sensor, DOOR_SENSORS), (door.battery, BATTERIES))
        for entities, role in (
            (self.lights, LIGHTS),
            (self.recording, RECORDING),
            (self.presence, PRESENCE),
            (self.interfaces, INTERFACES),
        ):
            yield from ((entity, role) for entity in entities)


def rebound(data: Mapping[str, Any], entity: str, instead: str | None) -> dict[str, Any]:
    """Return a studio's data with another entity in every role of this one, or with none."""
    changed = dict(data)
    for role in ROLES:
        entities = _entities(data, role)
        if entity not in entities:
            continue
        new = tuple(dict.fromkeys(instead if each == entity else each for each in entities))
        kept = [each for each in new if each is not None]
        if not kept:
            del changed[role]
        else:
            changed[role] = kept[0] if role == CALENDAR else kept
    return changed


def _entities(data: Mapping[str, Any], role: str) -> tuple[str, ...]:
    """Read what stands in a role, each once and in order."""
    value = data.get(role)
    named = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(each for each in named if isinstance(each, str) and each))


def _paired(
    locks: tuple[str, ...], sensors: tuple[str, ...], device_of: DeviceOf
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give each lock the sensor of its own device, the other locks the rest in order."""
    pairs: dict[str, str] = {}
    left = list(sensors)
    for lock in locks:
        device = device_of(lock)
        own = next((each for each in left if device and device_of(each) == device), None)
        if own is not None:
            pairs[lock] = own
            left.remove(own)
    free = [lock for lock in locks if lock not in pairs]
    pairs.update(zip(free, left, strict=False))
    return pairs, tuple(left[len(free) :])
