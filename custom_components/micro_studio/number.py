"""Minutes of a studio's policy."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .core.policy import MINUTE, TIMES, Limits
from .entity import PolicyEntity, async_setup_platform_entry
from .place import Place
from .room import Room

PARALLEL_UPDATES = 1

_SHOWN: Final = frozenset({"setup_buffer", "turnover_buffer", "early_access"})


def _minutes(limits: Limits) -> NumberEntityDescription:
    """Describe a time of the policy; the key is the policy's field."""
    return NumberEntityDescription(
        key=limits.name,
        translation_key=limits.name,
        device_class=NumberDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        native_min_value=limits.least,
        native_max_value=limits.most,
        native_step=1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
    )


NUMBERS: Final = tuple(_minutes(limits) for limits in TIMES if limits.name in _SHOWN)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers of each studio."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[PolicyMinutes]:
    if isinstance(place, Room):
        for description in NUMBERS:
            yield PolicyMinutes(place, description)


class PolicyMinutes(PolicyEntity[timedelta], NumberEntity):
    """A time of the policy; it can be changed while the node is away, too."""

    @override
    def show(self, field: timedelta) -> None:
        """Set the minutes."""
        self._attr_native_value = field / MINUTE

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the time, for this studio only."""
        self.override_policy(value)
