"""What all entities share: they show fields of a board, or the snapshot of a room."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, override
from weakref import WeakKeyDictionary

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .core.policy import Override
from .core.studio import LightMode, PartKind, Value
from .place import Place
from .room import Room
from .telemetry import TelemetryContext, telemetry_context

# Parts that people see as things of their own; the others belong to the studio itself.
OWN_DEVICE = frozenset({PartKind.DOOR, PartKind.LIGHT, PartKind.INTERFACE, PartKind.RELAY})

# Says that what stands behind a part cannot be asked right now; most parts have no such field.
REACHABLE: Final = "reachable"
_ABSENT: Final = object()  # a field that is not fitted, as opposed to one that is unknown


class PlaceEntity(Entity):
    """An entity of a node or a studio: pushed, named by its translation key."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _was_available = False  # as it was written last
    _telemetry: TelemetryContext | None = None

    def __init__(self, place: Place, description: EntityDescription, suffix: str) -> None:
        self.entity_description = description
        self.place = place
        self._attr_unique_id = f"{place.key}_{suffix}"
        self._attr_device_info = place.device_info

    def refresh(self) -> bool:
        """Read what is shown into the attributes; tell whether anything is different."""
        raise NotImplementedError

    @callback
    def _begin(self) -> None:
        """Read what is shown at first; Home Assistant writes it after `async_added_to_hass`."""
        self.refresh()
        self._was_available = self.available

    @callback
    def _share_context(self) -> None:
        """Write from now on as telemetry: nobody will ask who caused a value."""
        self._telemetry = telemetry_context(self.hass)

    @callback
    def _on_change(self) -> None:
        """Write the state, but only if something that it shows has changed."""
        changed, available = self.refresh(), self.available
        if available is not self._was_available or (changed and available):
            self._was_available = available
            if self._telemetry is not None:
                self.async_set_context(self._telemetry.current())
            self.async_write_ha_state()


@dataclass(frozen=True, kw_only=True)
class PartEntityDescription(EntityDescription):
    """An entity of one kind of part; it exists where the first of its fields is fitted."""

    part: PartKind
    fields: tuple[str, ...]


class PartEntity(PlaceEntity):
    """An entity that shows fields of one part."""

    entity_description: PartEntityDescription
    _shown: tuple[object, ...] | None = None

    def __init__(self, place: Place, description: PartEntityDescription, part: str) -> None:
        super().__init__(place, description, f"{part}_{description.key}")
        self.part = part
        self._board = place.board_of(part)
        if description.part in OWN_DEVICE:
            self._attr_device_info = place.part_device(part)
        self.refresh()

    @property
    @override
    def available(self) -> bool:
        """Tell whether the source, the part and what stands behind it are there."""
        board = self._board
        return (
            board.available
            and board.has(self.part, self.entity_description.fields[0])
            and board.get(self.part, REACHABLE) is not False
        )

    def read(self, name: str) -> Value:
        """Return a field of the part."""
        return self._board.get(self.part, name)

    @override
    def refresh(self) -> bool:
        """Compare the fields; `show` them if one has changed."""
        report = self._board.part(self.part)
        shown = tuple([report.get(name, _ABSENT) for name in self.entity_description.fields])
        if shown == self._shown:
            return False
        self._shown = shown
        self.show()
        return True

    def show(self) -> None:
        """Set the entity's attributes from the fields."""
        raise NotImplementedError

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the fields."""
        board = self._board
        fields = (*self.entity_description.fields, REACHABLE)
        self.async_on_remove(board.watch(self.part, fields, self._on_change))
        self.async_on_remove(board.watch_availability(self._on_change))
        self._begin()


class RoomEntity(PlaceEntity):
    """An entity that shows what the engine says about a room."""

    place: Room

    def __init__(self, room: Room, description: EntityDescription) -> None:
        super().__init__(room, description, description.key)
        self.refresh()

    @property
    @override
    def available(self) -> bool:
        """Tell whether what the engine knows is up to date."""
        return self.place.available

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the engine."""
        self.async_on_remove(self.place.watch(self._on_change))
        self.async_on_remove(self.place.watch_availability(self._on_change))
        self._begin()


class PolicyEntity[T: (bool, timedelta, LightMode)](RoomEntity):
    """An entity for the field of the room's policy that its key names."""

    _field: T | None = None

    @property
    @override
    def available(self) -> bool:
        """Tell that a policy is always known, also while the node is away."""
        return True

    @override
    def refresh(self) -> bool:
        """Compare the field; `show` it if it has changed."""
        field: T = getattr(self.place.policy, self.entity_description.key)
        if field == self._field:
            return False
        self._field = field
        self.show(field)
        return True

    def show(self, field: T) -> None:
        """Set the entity's attributes from the field."""
        raise NotImplementedError

    @callback
    def override_policy(self, value: Override) -> None:
        """Give this studio a value of its own."""
        self.place.override_policy(self.entity_description.key, value)


type Build = Callable[[Place], Iterable[PlaceEntity]]


@callback
def async_setup_platform_entry(
    entry: StudioConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback, build: Build
) -> None:
    """Add the entities that a place has now, and later those of parts that are fitted later."""
    known: WeakKeyDictionary[Place, set[str | None]] = WeakKeyDictionary()

    @callback
    def add(place: Place) -> None:
        seen = known.setdefault(place, set())
        new = [entity for entity in build(place) if entity.unique_id not in seen]
        if new:
            seen.update(entity.unique_id for entity in new)
            for entity in new:  # one whose part is taken away for good may come back later
                entity.async_on_remove(partial(seen.discard, entity.unique_id))
            async_add_entities(new, config_subentry_id=place.subentry_id)

    entry.async_on_unload(entry.runtime_data.listen_places(add))


def parts_of[T: PartEntityDescription](
    place: Place, descriptions: Iterable[T]
) -> Iterable[tuple[T, str]]:
    """Yield each description with each part of the place that has its first field."""
    for board in place.boards:
        for part in board:
            kind = part.partition("/")[0]
            for description in descriptions:
                if description.part == kind and board.has(part, description.fields[0]):
                    yield description, part
