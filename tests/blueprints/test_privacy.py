"""What the shipped blueprints about bookings never tell, and never leave behind."""

import json
from typing import Any, Final

from homeassistant.components.light import ColorMode
from homeassistant.components.trace.const import DATA_TRACE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_dumps
import pytest

from custom_components.micro_studio.core.facts import CheckIn
from tests.integration.automations import Site

from .conftest import Automate, Lamp, Thermostat, Wait, add, add_pager

MINUTE: Final = 60
INPUTS: Final[dict[str, dict[str, Any]]] = {
    "warm_up_before_booking": {"climates": ["climate.heater"]},
    "session_ending_cue": {"lamps": ["light.lamp"]},
    "turnover_checklist": {"notify_entities": ["notify.pager"]},
    "no_show_follow_up": {"notify_entities": ["notify.pager"], "release": True},
    "pre_show_readiness_report": {"notify_entities": ["notify.pager"]},
}


@pytest.mark.parametrize("name", INPUTS)
async def test_what_a_booking_is_called_is_in_no_message_and_no_trace(
    hass: HomeAssistant, site: Site, automate: Automate, wait: Wait, name: str
) -> None:
    """One booking that nobody came for, and one that was a session."""
    pager = await add_pager(hass)
    await add(hass, "climate", Thermostat("Heater"))
    await add(hass, "light", Lamp("Lamp", ColorMode.BRIGHTNESS))
    await automate(name, {"studios": [site.device().id], **INPUTS[name]})
    await site.book("x", 30, 60)
    await site.book("y", 105, 60)
    for minutes in (45, 30, 30):
        await wait(minutes * MINUTE)
        await wait(2)
    site.room().command(CheckIn())
    for minutes in (55, 10):
        await wait(minutes * MINUTE)
        await wait(30)

    traces = [
        trace.as_extended_dict()
        for buckets in hass.data[DATA_TRACE].values()
        for trace in buckets.all_traces()
    ]
    assert any(trace["state"] == "stopped" and not trace.get("error") for trace in traces)
    told = json_dumps(traces) + json.dumps(pager.messages)
    assert site.device().id in told
    assert "secret" not in told
