"""How a person sets up a site, makes studios of it, and changes them."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.util import dt as dt_util
from probatio import to_field_list
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.micro_studio.const import (
    CONF_KIND,
    CONF_TIME_ZONE,
    DOMAIN,
    KIND_SITE,
    SUBENTRY_STUDIO,
)
from custom_components.micro_studio.node import NodeCoordinator
from custom_components.micro_studio.studio_form import SECTIONS
from tests.integration.automations import Site
from tests.integration.sites import calendars, quiet, site_of, subentry_of
from tests.puppets import Theatre
from tests.real import diaries
from tests.real.diaries import Diary

type Form = Any  # what a flow shows, as a browser takes it

HOUR = timedelta(hours=1)


@pytest.fixture
async def site(hass: HomeAssistant) -> AsyncGenerator[Site]:
    """Return a site without studios that runs."""
    site = site_of(hass)
    await site.load()
    yield site
    await site.unload()


@pytest.fixture
async def diary(hass: HomeAssistant, hass_config_dir: str, tmp_path: Path) -> AsyncGenerator[Diary]:
    """Keep a calendar in Home Assistant."""
    await calendars(hass, hass_config_dir)
    async with diaries.local(hass, tmp_path) as kept:
        yield kept


async def begin_site(hass: HomeAssistant) -> Form:
    """Choose a site without a node."""
    flow: Form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "user")
    assert flow["menu_options"] == ["node", "site"]
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "site"})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "site")
    return flow


async def begin(hass: HomeAssistant, entry: ConfigEntry, again: str | None = None) -> Form:
    """Start the form of a new studio, or of one that there is."""
    context: Form = {"source": SOURCE_USER}
    if again is not None:
        context = {"source": SOURCE_RECONFIGURE, "subentry_id": again}
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_STUDIO), context=context
    )


def filled(**sections: object) -> dict[str, object]:
    """Return a filled form; what is not given is empty."""
    return {name: {} for name in SECTIONS} | {"room": {"name": "Studio A"}} | sections


async def say(hass: HomeAssistant, flow: Form, **sections: object) -> Form:
    """Fill in the form of a studio, as a browser would see it."""
    to_field_list(flow["data_schema"], custom_serializer=cv.custom_serializer)
    flow = await hass.config_entries.subentries.async_configure(flow["flow_id"], sections)
    await quiet(hass)
    return flow


def suggested(flow: Form) -> dict[str, dict[str, object]]:
    """Return what a form shows before anybody has typed."""
    shown: dict[str, dict[str, object]] = {}
    for name, section in flow["data_schema"].schema.items():
        for field in section.schema.schema:
            if field.description and "suggested_value" in field.description:
                shown.setdefault(str(name), {})[str(field)] = field.description["suggested_value"]
    return shown


async def test_a_site_is_named_and_put_on_a_clock(hass: HomeAssistant) -> None:
    flow = await begin_site(hass)
    defaults = {str(field): field.default() for field in flow["data_schema"].schema}
    assert defaults == {"name": hass.config.location_name, "time_zone": hass.config.time_zone}

    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"name": " Old town ", "time_zone": "Europe/Lisbon"}
    )
    await quiet(hass)

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    entry = flow["result"]
    assert entry.title == "Old town"
    assert entry.data == {CONF_KIND: KIND_SITE, CONF_TIME_ZONE: "Europe/Lisbon"}
    assert entry.unique_id
    await hass.config_entries.async_unload(entry.entry_id)


async def test_there_can_be_several_sites_and_one_without_a_name_is_home(
    hass: HomeAssistant,
) -> None:
    entries = []
    for name in ("  ", "Harbour"):
        flow = await hass.config_entries.flow.async_configure(
            (await begin_site(hass))["flow_id"], {"name": name, "time_zone": "UTC"}
        )
        await quiet(hass)
        entries.append(flow["result"])

    assert [entry.title for entry in entries] == [hass.config.location_name, "Harbour"]
    assert len({entry.unique_id for entry in entries}) == 2
    for entry in entries:
        await hass.config_entries.async_unload(entry.entry_id)


async def test_a_studio_without_a_calendar_is_made_at_once(hass: HomeAssistant, site: Site) -> None:
    flow = await begin(hass, site.entry)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "details")

    flow = await say(hass, flow, **filled(room={"name": " Blue room "}))

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    [subentry] = site.entry.subentries.values()
    assert (subentry.title, dict(subentry.data)) == ("Blue room", {})
    assert subentry.unique_id
    [room] = site.entry.runtime_data.rooms.values()
    assert room.name == "Blue room"


async def test_the_next_bookings_are_shown_before_anything_is_kept(
    hass: HomeAssistant, site: Site, diary: Diary
) -> None:
    zone = await dt_util.async_get_time_zone("America/New_York")
    assert zone is not None
    start = dt_util.now(zone).replace(hour=15, minute=0, second=0, microsecond=0) + 24 * HOUR
    await diary.book("a|b", start)

    flow = await say(
        hass,
        await begin(hass, site.entry),
        **filled(
            room={"name": "Studio A", "time_zone": zone.key},
            bookings={"calendar": diary.entity_id, "patterns": r"Guest of (?P<name>\S+)"},
        ),
    )

    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "preview")
    assert not flow["errors"]
    assert not site.entry.subentries
    [row] = [
        line
        for line in flow["description_placeholders"]["bookings"].splitlines()
        if f"{start:%Y-%m-%d}" in line
    ]
    assert "15:00-16:00" in row  # as the studio's clock shows it
    assert r"a\|b" in row  # a title draws no table

    flow = await say(hass, flow)

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    [room] = site.entry.runtime_data.rooms.values()
    [booking] = room.bookings
    assert (booking.title, booking.guest.name) == ("a|b", "a|b")
    assert str(room.zone) == zone.key


async def test_an_empty_calendar_is_shown_as_such(
    hass: HomeAssistant, site: Site, diary: Diary
) -> None:
    flow = await say(
        hass, await begin(hass, site.entry), **filled(bookings={"calendar": diary.entity_id})
    )

    assert (flow["step_id"], flow["errors"]) == ("preview", {})
    assert flow["description_placeholders"]["bookings"] == "-"


async def test_a_calendar_that_cannot_be_read_is_told_and_can_be_kept_all_the_same(
    hass: HomeAssistant, site: Site, diary: Diary
) -> None:
    reading = "homeassistant.components.local_calendar.calendar.LocalCalendarEntity"
    with patch(f"{reading}.async_get_events", side_effect=ValueError("https://secret.example")):
        flow = await say(
            hass, await begin(hass, site.entry), **filled(bookings={"calendar": diary.entity_id})
        )
        assert (flow["step_id"], flow["errors"]) == ("preview", {"base": "calendar_unreadable"})
        assert "secret" not in str(flow["description_placeholders"])

        flow = await say(hass, flow)
        assert flow["type"] is FlowResultType.CREATE_ENTRY

    await diary.book("ada", dt_util.utcnow() + 24 * HOUR)
    async_fire_time_changed(hass, dt_util.utcnow() + HOUR)
    await quiet(hass)
    [room] = site.entry.runtime_data.rooms.values()
    assert [booking.title for booking in room.bookings] == ["ada"]


async def test_what_was_typed_stays_when_something_is_wrong(
    hass: HomeAssistant, site: Site
) -> None:
    typed = {"opening_hours": "Mo-Fr 8-22", "kit": ["camera"]}

    flow = await say(hass, await begin(hass, site.entry), **filled(equipment=typed))

    assert flow["step_id"] == "details"
    assert flow["errors"] == {"base": "hours_bad_time"}
    assert flow["description_placeholders"]["part"] == "8-22"
    assert suggested(flow)["equipment"] == typed
    flow = await say(hass, flow, **filled(equipment=typed | {"opening_hours": "Mo-Fr 08:00-22:00"}))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_a_studio_shows_what_it_is_and_is_changed_in_place(
    hass: HomeAssistant, site: Site
) -> None:
    lamp = er.async_get(hass).async_get_or_create("switch", "test", "sign")
    hass.states.async_set(lamp.entity_id, "off")
    lights = {"lights": [lamp.entity_id]}
    await say(hass, await begin(hass, site.entry), **filled(light_and_recording=lights))
    [room] = site.entry.runtime_data.rooms.values()
    room.override_policy("maintenance", value=True)
    await quiet(hass)
    er.async_get(hass).async_update_entity(lamp.entity_id, new_entity_id="switch.on_air")
    hass.states.async_set("switch.on_air", "off")

    flow = await begin(hass, site.entry, room.subentry_id)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "reconfigure")
    shown = suggested(flow)
    assert shown["room"]["name"] == "Studio A"
    assert shown["light_and_recording"] == {"lights": ["switch.on_air"]}

    shown["room"] = {"name": "Green room", "time_zone": "Asia/Tokyo"}
    flow = await say(hass, flow, **(filled() | shown))

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    [subentry] = site.entry.subentries.values()
    assert subentry.title == "Green room"
    assert subentry.data["lights"] == [lamp.id]
    assert subentry.data["policy"] == {"maintenance": True}  # a switch has set it, no form
    assert [*site.entry.runtime_data.rooms.values()] == [room]
    assert (room.name, str(room.zone)) == ("Green room", "Asia/Tokyo")


async def test_a_renamed_studio_is_found_by_its_new_name(hass: HomeAssistant, site: Site) -> None:
    await say(hass, await begin(hass, site.entry), **filled())
    [room] = site.entry.runtime_data.rooms.values()

    flow = await begin(hass, site.entry, room.subentry_id)
    await say(hass, flow, **filled(room={"name": "Green room"}))

    assert site.entry.runtime_data.room_named("green ROOM") is room
    assert site.entry.runtime_data.room_named("Studio A") is None


async def test_a_site_gets_another_clock_and_studios_with_their_own_keep_it(
    hass: HomeAssistant, site: Site
) -> None:
    await say(hass, await begin(hass, site.entry), **filled())
    own = {"name": "Studio B", "time_zone": "Asia/Tokyo"}
    await say(hass, await begin(hass, site.entry), **filled(room=own))

    flow: Form = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": site.entry.entry_id}
    )
    assert flow["step_id"] == "reconfigure_site"
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"time_zone": "Europe/Lisbon"}
    )
    await quiet(hass)

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    zones = {room.name: str(room.zone) for room in site.entry.runtime_data.rooms.values()}
    assert zones == {"Studio A": "Europe/Lisbon", "Studio B": "Asia/Tokyo"}
    assert site.entry.data[CONF_KIND] == KIND_SITE


async def test_a_studio_can_be_made_while_its_site_is_not_loaded(
    hass: HomeAssistant, site: Site
) -> None:
    await site.unload()

    flow = await say(hass, await begin(hass, site.entry), **filled())
    assert flow["type"] is FlowResultType.CREATE_ENTRY

    await site.load()
    assert [room.name for room in site.entry.runtime_data.rooms.values()] == ["Studio A"]


async def test_a_studio_of_a_node_is_given_more_and_keeps_its_name_at_the_node(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
) -> None:
    lamp = er.async_get(hass).async_get_or_create("switch", "test", "sign")
    hass.states.async_set(lamp.entity_id, "off")
    subentry = subentry_of(loaded)
    flow = await begin(hass, loaded, subentry.subentry_id)
    assert flow["step_id"] == "reconfigure"
    assert suggested(flow) == {"room": {"name": "Studio A"}}

    sections = filled(light_and_recording={"lights": [lamp.entity_id]})
    flow = await hass.config_entries.subentries.async_configure(flow["flow_id"], sections)
    await hass.async_block_till_done()

    assert flow["reason"] == "reconfigure_successful"
    room = coordinator.rooms["a"]
    assert f"light/{lamp.id}" in room.parts()
    assert "light/sign" in room.parts()
    lights = [
        entry
        for entry in er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
        if entry.domain == Platform.LIGHT and entry.config_subentry_id == subentry.subentry_id
    ]
    assert len(lights) == 2


async def test_a_node_has_no_studios_but_its_own(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    flow = await begin(hass, loaded)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "nothing_removed")

    hass.config_entries.async_remove_subentry(loaded, subentry_of(loaded).subentry_id)
    await hass.async_block_till_done()
    flow = await begin(hass, loaded)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "user")
    flow = await hass.config_entries.subentries.async_configure(flow["flow_id"], {"studio": "a"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert set(loaded.runtime_data.rooms) == {"a", "b"}
