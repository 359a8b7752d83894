"""Which studios a target means: whatever belongs to a studio stands for it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeassistant.const import CONF_TARGET, Platform
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from .const import DOMAIN

type Target = Mapping[str, Any]

_EXCLUDE: Final = "exclude"  # Home Assistant 2026.11 and newer
_ON_AIR: Final = "on_air"
_REGISTRIES: Final = (
    er.EVENT_ENTITY_REGISTRY_UPDATED,
    dr.EVENT_DEVICE_REGISTRY_UPDATED,
    ar.EVENT_AREA_REGISTRY_UPDATED,
)


def _named(target: dict[str, Any]) -> dict[str, Any]:
    """Refuse a target that nothing could ever be part of."""
    if not TargetSelection(target).has_any_target:
        raise vol.Invalid(
            "the target is empty: choose a studio by its device, entity, area, floor or label"
        )
    return target


TARGET: Final[VolDictType] = {vol.Required(CONF_TARGET): vol.All(cv.TARGET_FIELDS, _named)}


@callback
def studios(hass: HomeAssistant, target: Target) -> frozenset[str]:
    """Return the devices of the studios that are meant now; those that do not run included."""
    meant = _devices(hass, {key: ids for key, ids in target.items() if key != _EXCLUDE})
    excluded = _devices(hass, target.get(_EXCLUDE, {}), hidden_too=True)
    return frozenset(meant).difference(excluded)


@callback
def studio_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the device of the studio that an entity belongs to, if it is one of ours."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.platform != DOMAIN or entity.device_id is None:
        return None
    return _above(hass, entity.device_id)


@callback
def on_air_sensors(hass: HomeAssistant, target: Target) -> set[str]:
    """Return the entities that tell whether the studios that are meant record."""
    registry = er.async_get(hass)
    return {
        entity.entity_id
        for device_id in studios(hass, target)
        for entity in er.async_entries_for_device(registry, device_id)
        if entity.platform == DOMAIN
        and entity.domain == Platform.BINARY_SENSOR
        and entity.translation_key == _ON_AIR
    }


class Aim:
    """The studios that a target means, looked up anew only after a registry has changed."""

    def __init__(self, hass: HomeAssistant, target: Target) -> None:
        self._hass = hass
        self._target = target
        self._studios: frozenset[str] | None = None

    @property
    def studios(self) -> frozenset[str]:
        """Return the devices of the studios that are meant now."""
        if self._studios is None:
            self._studios = studios(self._hass, self._target)
        return self._studios

    @callback
    def follow(self) -> CALLBACK_TYPE:
        """Keep up with names, areas, labels and devices; return what ends it."""
        ends = [self._hass.bus.async_listen(event, self._forget) for event in _REGISTRIES]

        @callback
        def end() -> None:
            for each in ends:
                each()

        return end

    @callback
    def _forget(self, _: Event[Any]) -> None:
        self._studios = None


def _devices(hass: HomeAssistant, target: Target, *, hidden_too: bool = False) -> Iterator[str]:
    """Yield the device of the studio, or of the node, of everything that a target reaches."""
    selected = async_extract_referenced_entity_ids(
        hass,
        TargetSelection(dict(target)),
        expand_group=False,
        primary_entities_only=not hidden_too,
    )
    for entity_id in selected.referenced | selected.indirectly_referenced:
        if (device_id := studio_of(hass, entity_id)) is not None:
            yield device_id
    for device_id in selected.referenced_devices:
        yield _above(hass, device_id)


def _above(hass: HomeAssistant, device_id: str) -> str:
    """Return the device of the studio that a door or a light is part of, else the device."""
    device = dr.async_get(hass).async_get(device_id)
    return device.parent_device_id if isinstance(device, dr.ChildDeviceEntry) else device_id
