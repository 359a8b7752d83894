"""The site's policy, and what a person does with a single studio."""

from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv
from probatio import to_field_list
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import (
    CONF_INSTALL_BLUEPRINTS,
    CONF_POLICY,
    SUBENTRY_STUDIO,
)
from custom_components.micro_studio.core.policy import MINUTE, USUAL_CHECKLIST, Policy
from custom_components.micro_studio.core.studio import LightMode
from custom_components.micro_studio.options_flow import SECTIONS
from custom_components.micro_studio.studio_form import to_form
from tests.integration.sight import Sight
from tests.puppets import Theatre

type Form = Any  # what a flow shows, as a browser takes it


def fields(flow: Form) -> list[Form]:
    """Return the fields of a form."""
    listed: Form = to_field_list(flow["data_schema"], custom_serializer=cv.custom_serializer)
    return [*listed]


def suggested(flow: Form) -> dict[str, Any]:
    """Return what a form shows before anything is typed."""
    shown: dict[str, Any] = {}
    for field in fields(flow):
        if field.get("type") == "expandable":
            shown[field["name"]] = {
                inner["name"]: inner["description"]["suggested_value"] for inner in field["schema"]
            }
        else:
            shown[field["name"]] = field["description"]["suggested_value"]
    return shown


async def test_the_form_shows_every_rule_with_its_default(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    flow: Any = await hass.config_entries.options.async_init(loaded.entry_id)

    shown = suggested(flow)
    assert set(shown) == {*SECTIONS, CONF_INSTALL_BLUEPRINTS}
    assert shown["access"] == {
        "early_access": 15,
        "close_after": 10,
        "no_show_after": 15,
        "release_no_show": False,
        "presence_checks_in": False,
        "door_checks_in": False,
    }
    assert shown["bookings"] == {
        "hold_expiry": 24 * 60,
        "holds_block": True,
        "walk_up_length": 60,
    }
    assert shown["buffers"] == {
        "setup_buffer": 10,
        "turnover_buffer": 20,
        "turnover_checklist": [*USUAL_CHECKLIST],
    }
    assert shown["session"]["ending_warnings"] == ["10", "5"]
    assert shown["session"]["max_extensions"] == 4
    assert shown["light"] == {"light_mode": "follow_recorder"}
    assert shown[CONF_INSTALL_BLUEPRINTS] is False


@pytest.mark.usefixtures("everything_enabled")
async def test_rules_of_the_site_apply_at_once_and_a_studio_may_differ(
    hass: HomeAssistant, loaded: MockConfigEntry, sight: Sight
) -> None:
    coordinator = loaded.runtime_data
    coordinator.rooms["b"].override_policy("setup_buffer", 3)
    await hass.async_block_till_done()
    flow: Any = await hass.config_entries.options.async_init(loaded.entry_id)
    answer = suggested(flow)
    answer["buffers"] = {
        "setup_buffer": 45,
        "turnover_buffer": 0,
        "turnover_checklist": ["kit_counted", "Water the plant"],
    }
    answer["access"]["release_no_show"] = True
    answer["session"] |= {"ending_warnings": ["7", "2.5", "30"], "max_extensions": 0}
    answer["light"] = {"light_mode": "follow_booking"}

    flow = await hass.config_entries.options.async_configure(flow["flow_id"], answer)
    await hass.async_block_till_done()

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    policy: Policy = coordinator.rooms["a"].policy
    assert policy.setup_buffer == 45 * MINUTE
    assert policy.turnover_buffer == 0 * MINUTE
    assert policy.release_no_show is True
    assert policy.turnover_checklist == ("kit_counted", "Water the plant")
    assert policy.ending_warnings == (30 * MINUTE, 7 * MINUTE, 2.5 * MINUTE)
    assert policy.max_extensions == 0
    assert policy.light_mode is LightMode.FOLLOW_BOOKING
    assert coordinator.rooms["b"].policy.setup_buffer == 3 * MINUTE
    assert sight.shows(Platform.SELECT, "light_mode", "b") == "follow_booking"
    assert loaded.runtime_data is coordinator

    again: Any = await hass.config_entries.options.async_init(loaded.entry_id)
    assert suggested(again)["buffers"] == answer["buffers"]
    assert suggested(again)["session"]["ending_warnings"] == ["30", "7", "2.5"]


@pytest.mark.parametrize("warnings", [["500"], ["soon"], ["-5"], ["10", "nan"]])
async def test_a_rule_that_cannot_be_kept_is_refused_and_what_was_typed_stays(
    hass: HomeAssistant, loaded: MockConfigEntry, warnings: list[str]
) -> None:
    flow: Any = await hass.config_entries.options.async_init(loaded.entry_id)
    answer = suggested(flow)
    answer["session"]["ending_warnings"] = warnings
    answer["buffers"]["setup_buffer"] = 33

    flow = await hass.config_entries.options.async_configure(flow["flow_id"], answer)

    assert flow["errors"] == {"base": "invalid_policy"}
    assert suggested(flow)["buffers"]["setup_buffer"] == 33
    assert CONF_POLICY not in loaded.options


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> Form:
    """Start to add a studio by hand."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_STUDIO), context={"source": SOURCE_USER}
    )


async def test_a_removed_studio_can_be_added_again(
    hass: HomeAssistant, loaded: MockConfigEntry, sight: Sight
) -> None:
    [gone] = [each for each in loaded.subentries.values() if each.unique_id == "b"]
    hass.config_entries.async_remove_subentry(loaded, gone.subentry_id)
    await hass.async_block_till_done()
    flow = await begin(hass, loaded)
    [field] = fields(flow)
    assert field["selector"]["select"]["options"] == [{"value": "b", "label": "Studio B"}]

    flow = await hass.config_entries.subentries.async_configure(flow["flow_id"], {"studio": "b"})
    await hass.async_block_till_done()

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert sight.shows(Platform.LOCK, "door/main_lock", "b") == "locked"
    assert (await begin(hass, loaded))["reason"] == "nothing_removed"


async def test_without_a_connection_nothing_can_be_added(
    hass: HomeAssistant, entry: MockConfigEntry, house: Theatre
) -> None:
    flow = await begin(hass, entry)

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_a_studio_can_be_given_another_name_in_place(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    coordinator = loaded.runtime_data
    [studio] = [each for each in loaded.subentries.values() if each.unique_id == "a"]
    flow: Any = await loaded.start_subentry_reconfigure_flow(hass, studio.subentry_id)
    shown = to_form(hass, studio.title, studio.data)
    assert shown["room"]["name"] == "Studio A"
    shown["room"]["name"] = "The blue room"

    flow = await hass.config_entries.subentries.async_configure(flow["flow_id"], shown)
    await hass.async_block_till_done()

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert loaded.subentries[studio.subentry_id].title == "The blue room"
    assert loaded.runtime_data is coordinator


async def test_a_subentry_without_identity_is_left_alone(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    hass.config_entries.async_add_subentry(
        loaded,
        ConfigSubentry(
            data=MappingProxyType({}),
            subentry_type=SUBENTRY_STUDIO,
            title="By hand",
            unique_id=None,
        ),
    )
    await hass.async_block_till_done()

    assert set(loaded.runtime_data.rooms) == {"a", "b"}
