"""Setting an entry up, and down."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry


async def test_try(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    for e in er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id):
        s = hass.states.get(e.entity_id)
        print(e.entity_id, e.disabled_by, s and s.state)
