"""The integration's lines in the system health report."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.micro_studio.const import DOMAIN
from tests.integration.waiting import until
from tests.puppets import Theatre


async def test_nodes_and_studios_are_counted(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()

    assert await get_system_health_info(hass, DOMAIN) == {
        "nodes": 1,
        "nodes_connected": 1,
        "sites": 0,
        "studios": 2,
    }

    await house.stop()
    await until(lambda: not loaded.runtime_data.connected)
    assert (await get_system_health_info(hass, DOMAIN))["nodes_connected"] == 0
