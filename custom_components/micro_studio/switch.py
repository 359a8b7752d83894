"""Switches of a studio's policy."""

from collections.abc import Iterable
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .entity import PolicyEntity, async_setup_platform_entry
from .place import Place
from .room import Room

PARALLEL_UPDATES = 1

# The keys are fields of the policy.
SWITCHES: Final = (
    SwitchEntityDescription(
        key="accepting_bookings",
        translation_key="accepting_bookings",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    ),
    SwitchEntityDescription(
        key="maintenance", translation_key="maintenance", entity_category=EntityCategory.CONFIG
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of each studio."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[PolicySwitch]:
    if isinstance(place, Room):
        for description in SWITCHES:
            yield PolicySwitch(place, description)


class PolicySwitch(PolicyEntity[bool], SwitchEntity):
    """A field of the policy that is on or off; it works while the node is away, too."""

    @override
    def show(self, field: bool) -> None:
        """Set the state."""
        self._attr_is_on = field

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on, for this studio only."""
        self.override_policy(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off, for this studio only."""
        self.override_policy(False)
