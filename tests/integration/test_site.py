"""A site without a node, set up, changed and repaired as a partner does it."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.micro_studio.const import CONF_KIND, CONF_TIME_ZONE, DOMAIN, KIND_SITE
from custom_components.micro_studio.room import Room
from custom_components.micro_studio.studio_form import to_form

type Form = Any  # what a flow shows, as a browser takes it


async def made(hass: HomeAssistant) -> ConfigEntry:
    """Set a site up through the forms."""
    flow: Form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["type"] is FlowResultType.MENU
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "site"})
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"name": "Old town", "time_zone": "Europe/Lisbon"}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    entry: ConfigEntry = flow["result"]
    return entry


async def add_studio(hass: HomeAssistant, entry: ConfigEntry, **sections: object) -> Form:
    """Fill in the form of a studio."""
    form: Form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "studio"), context={"source": SOURCE_USER}
    )
    assert form["step_id"] == "details"
    blank: dict[str, object] = {str(marker): {} for marker in form["data_schema"].schema}
    form = await hass.config_entries.subentries.async_configure(
        form["flow_id"], {**blank, "room": {"name": "Studio A"}, **sections}
    )
    await hass.async_block_till_done()
    return form


def registered(hass: HomeAssistant, domain: str, name: str) -> er.RegistryEntry:
    """Return an entity that Home Assistant already has."""
    entry = MockConfigEntry(domain="test")
    entry.add_to_hass(hass)
    found = er.async_get(hass).async_get_or_create(
        domain, "test", name, suggested_object_id=name, config_entry=entry
    )
    hass.states.async_set(found.entity_id, "off", {"friendly_name": name.title()})
    return found


def room_of(entry: ConfigEntry) -> Room:
    """Return the only room."""
    [room] = entry.runtime_data.rooms.values()
    assert isinstance(room, Room)
    return room


async def test_a_studio_is_made_of_what_is_there(hass: HomeAssistant) -> None:
    lamp = registered(hass, "switch", "sign")
    entry = await made(hass)
    assert (entry.data[CONF_KIND], entry.data[CONF_TIME_ZONE]) == (KIND_SITE, "Europe/Lisbon")

    form = await add_studio(hass, entry, light_and_recording={"lights": [lamp.entity_id]})

    assert form["type"] is FlowResultType.CREATE_ENTRY
    room = room_of(entry)
    assert str(room.zone) == "Europe/Lisbon"
    assert [*room.parts()] == ["bookings/local", f"light/{lamp.id}"]
    [light] = [
        each
        for each in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if each.domain == Platform.LIGHT
    ]
    state = hass.states.get(light.entity_id)
    assert state is not None
    assert state.state == "off"
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_calendar_that_cannot_be_read_stops_nothing_but_is_told(
    hass: HomeAssistant,
) -> None:
    calendar = registered(hass, "calendar", "rooms")
    entry = await made(hass)

    form = await add_studio(hass, entry, bookings={"calendar": calendar.entity_id})

    assert (form["step_id"], form["errors"]) == ("preview", {"base": "calendar_unreadable"})
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert form["type"] is FlowResultType.CREATE_ENTRY
    assert "bookings/calendar" in room_of(entry).parts()
    await hass.config_entries.async_unload(entry.entry_id)


async def test_what_cannot_be_used_stays_in_the_form(hass: HomeAssistant) -> None:
    entry = await made(hass)

    form = await add_studio(hass, entry, equipment={"opening_hours": "Mo-Xx 8-20"})

    assert form["step_id"] == "details"
    assert form["errors"]["base"].startswith("hours_")
    assert not entry.subentries
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_studio_is_changed_in_place_and_takes_its_old_parts_along(
    hass: HomeAssistant,
) -> None:
    lamp, other = registered(hass, "switch", "sign"), registered(hass, "switch", "other")
    entry = await made(hass)
    await add_studio(hass, entry, light_and_recording={"lights": [lamp.entity_id]})
    room = room_of(entry)
    [subentry] = entry.subentries.values()

    form: Form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "studio"),
        context={"source": "reconfigure", "subentry_id": subentry.subentry_id},
    )
    shown = to_form(hass, subentry.title, subentry.data)
    shown["light_and_recording"]["lights"] = [other.entity_id]
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], shown)
    await hass.async_block_till_done()

    assert form["reason"] == "reconfigure_successful"
    assert room_of(entry) is room
    assert f"light/{other.id}" in room.parts()
    devices = dr.async_child_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    identifiers = {identifier for device in devices for _, identifier in device.identifiers}
    assert identifiers == {f"{room.key}_light/{other.id}"}

    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    assert entry.runtime_data.rooms == {}
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_removed_entity_is_a_repair_that_binds_another(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    lamp, other = registered(hass, "switch", "sign"), registered(hass, "switch", "other")
    entry = await made(hass)
    await add_studio(hass, entry, light_and_recording={"lights": [lamp.entity_id]})

    er.async_get(hass).async_remove(lamp.entity_id)
    hass.states.async_remove(lamp.entity_id)
    await hass.async_block_till_done()
    [issue] = [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN]

    client = await hass_client()
    url = "/api/repairs/issues/fix"
    flow = await (await client.post(url, json={"handler": DOMAIN, "issue_id": issue})).json()
    assert flow["step_id"] == "choose"
    assert flow["description_placeholders"]["name"] == "Studio A"
    answer = {"entity": other.entity_id}
    done = await (await client.post(f"{url}/{flow['flow_id']}", json=answer)).json()
    await hass.async_block_till_done()

    assert done["type"] == "create_entry"
    assert f"light/{other.id}" in room_of(entry).parts()
    assert not [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN]
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_site_gets_another_time_zone_in_place(hass: HomeAssistant) -> None:
    entry = await made(hass)
    await add_studio(hass, entry)
    room = room_of(entry)

    flow: Form = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "reconfigure", "entry_id": entry.entry_id}
    )
    assert flow["step_id"] == "reconfigure_site"
    await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"time_zone": "America/New_York"}
    )
    await hass.async_block_till_done()

    assert room_of(entry) is room
    assert str(room.zone) == "America/New_York"
    await hass.config_entries.async_unload(entry.entry_id)
