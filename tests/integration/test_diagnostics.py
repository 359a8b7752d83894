"""What a person sends along with a report of a fault: much, and no secret."""

import json
from typing import Any

from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.micro_studio.const import CONF_FINGERPRINT, DOMAIN
from tests.integration.bookings import booked
from tests.integration.clock import Clock
from tests.integration.waiting import heard, until
from tests.puppets import Theatre

SECRETS = ("Ada's show", "guest of", "M7-1", "Q4-0001", "booking-7", "864209")


@pytest.fixture(autouse=True)
async def _full_house(
    clock: Clock, hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry
) -> None:
    """Let everything that must not get out be there."""
    assert await async_setup_component(hass, "diagnostics", {})
    for part, report in (
        ("bookings", {"items": [booked("x", 60, title="Ada's show")]}),
        ("door/main", {"changed_by": "booking-7", "credentials": [{"tag": "booking-7"}]}),
    ):
        await heard(loaded.runtime_data, lambda p=part, r=report: house.part("a", p).publish(**r))  # type: ignore[misc]


def assert_discreet(report: object, entry: MockConfigEntry, house: Theatre) -> None:
    """Look for everything that is nobody's business."""
    text = json.dumps(report)
    for secret in (*SECRETS, entry.data[CONF_TOKEN], entry.data[CONF_FINGERPRINT]):
        assert secret not in text
    assert "repr" not in text, "something was written as Python shows it"


async def test_the_report_of_a_node_is_complete_and_discreet(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    house: Theatre,
    loaded: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    report: Any = await get_diagnostics_for_config_entry(hass, hass_client, loaded)

    assert_discreet(report, loaded, house)
    # The node's part is the node's affair, and counts what comes by chance.
    assert report["node"]
    assert report["connection"]["counters"]["connects"] == 1
    assert report == snapshot(exclude=props("node", "counters", "port"))


async def test_the_report_of_a_device_is_about_that_device(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    house: Theatre,
    loaded: MockConfigEntry,
) -> None:
    devices = dr.async_get(hass)
    for identifier, studio in ((f"{house.running.id}_a", "a"), (house.running.id, None)):
        device = devices.async_get_device_by_identifier((DOMAIN, identifier), loaded.entry_id)
        assert device is not None
        report: Any = await get_diagnostics_for_device(hass, hass_client, loaded, device)
        assert report.get("studio") == studio
        assert report["boards"][0]["available"] is True
        assert_discreet(report, loaded, house)


async def test_a_node_that_is_away_has_a_report_too(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    house: Theatre,
    loaded: MockConfigEntry,
) -> None:
    await house.stop()
    await until(lambda: not loaded.runtime_data.connected)

    report: Any = await get_diagnostics_for_config_entry(hass, hass_client, loaded)

    assert report["connection"]["connected"] is False
    assert report["node"]["error"]
