"""Entities found by what they show, never by their ids."""

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from custom_components.micro_studio.const import DOMAIN


def entity_id(hass: HomeAssistant, platform: str, unique_id: str) -> str:
    """Return the id of an entity that must exist."""
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert found is not None, unique_id
    return found


def state(hass: HomeAssistant, platform: str, unique_id: str) -> State:
    """Return the state of an entity that must be there."""
    found = hass.states.get(entity_id(hass, platform, unique_id))
    assert found is not None, unique_id
    return found


def value(hass: HomeAssistant, platform: str, unique_id: str) -> str:
    """Return what an entity shows; nothing before it is there."""
    known = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    shown = hass.states.get(known) if known else None
    return shown.state if shown else ""
