"""Choices: whom the recording light follows, which relay is used."""

from collections.abc import Iterable
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .core.requests import SelectRelay
from .core.studio import LightMode, PartKind
from .entity import PlaceEntity, PolicyEntity, async_setup_platform_entry
from .place import Place
from .room import Room

PARALLEL_UPDATES = 1

LIGHT_MODE: Final = SelectEntityDescription(
    key="light_mode",
    translation_key="recording_light_mode",
    options=[mode.value for mode in LightMode],
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
)
RELAY: Final = SelectEntityDescription(
    key="relay", translation_key="relay", entity_registry_enabled_default=False
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the choices of each studio."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[PlaceEntity]:
    if isinstance(place, Room):
        yield LightModeSelect(place, LIGHT_MODE)
        if _relays(place):
            yield RelaySelect(place)


def _relays(place: Place) -> list[str]:
    return [part for part in place.parts() if part.partition("/")[0] == PartKind.RELAY]


class LightModeSelect(PolicyEntity[LightMode], SelectEntity):
    """Whom the recording light follows."""

    @override
    def show(self, field: LightMode) -> None:
        """Set the choice."""
        self._attr_current_option = field.value

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose, for this studio only."""
        self.override_policy(option)


class RelaySelect(PlaceEntity, SelectEntity):
    """Which relay is used; the choice is what the node reports."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, RELAY, RELAY.key)
        self._followed: list[CALLBACK_TYPE] = []
        self.refresh()

    @property
    @override
    def available(self) -> bool:
        """Tell whether the node is there, and a relay to choose."""
        return self.place.available and bool(self._attr_options)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow all relays, also those that are fitted later."""
        self.async_on_remove(self._follow_none)
        self.async_on_remove(self.place.watch_fittings(self._on_fittings))
        self.async_on_remove(self.place.watch_availability(self._on_change))
        self._follow()
        self._begin()

    @override
    def refresh(self) -> bool:
        relays = _relays(self.place)
        options = [_name(part) for part in relays]
        chosen = [part for part in relays if self._selected(part)]
        option = _name(chosen[0]) if chosen else None
        if (options, option) == (getattr(self, "_attr_options", None), self._attr_current_option):
            return False
        self._attr_options, self._attr_current_option = options, option
        return True

    @callback
    def _on_fittings(self) -> None:
        self._follow_none()
        self._follow()
        self._on_change()

    def _follow(self) -> None:
        self._followed = [
            self.place.board_of(part).watch(part, ("selected",), self._on_change)
            for part in _relays(self.place)
        ]

    def _selected(self, part: str) -> bool:
        return self.place.board_of(part).get(part, "selected") is True

    def _follow_none(self) -> None:
        for end in self._followed:
            end()
        self._followed = []

    @override
    async def async_select_option(self, option: str) -> None:
        """Use a relay."""
        part = next(part for part in _relays(self.place) if _name(part) == option)
        await self.place.async_perform(SelectRelay(part))


def _name(part: str) -> str:
    return part.partition("/")[2]
