"""What a studio is made of, and what becomes of it when that changes."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity_registry import RegistryEntryDisabler
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.micro_studio.const import DOMAIN, SUBENTRY_STUDIO
from custom_components.micro_studio.herald import EVENT_TOLD
from custom_components.micro_studio.node import NodeCoordinator
from tests.integration.automations import Site
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.sites import (
    begin_to_fix,
    calendars,
    fix,
    issues,
    quiet,
    rebind,
    sight_of,
    site_of,
    subentry_of,
)
from tests.integration.waiting import until
from tests.puppets import NODE_ID, Theatre
from tests.real import diaries
from tests.real.diaries import Diary
from tests.sources.household import Household

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def household(hass: HomeAssistant, clock: Clock) -> Household:
    """Bring in what a partner already has."""
    household = Household(hass)
    await household.set_up()
    return household


@pytest.fixture
async def site(hass: HomeAssistant, household: Household) -> AsyncGenerator[Site]:
    """Return a site with one studio that is made of the household."""
    site = site_of(
        hass,
        a={
            "doors": [household.id("lock", "front")],
            "door_sensors": [household.id("binary_sensor", "contact")],
            "batteries": [household.id("sensor", "charge")],
            "lights": [household.id("switch", "sign")],
            "recording": [household.id("binary_sensor", "take")],
            "presence": [household.id("binary_sensor", "motion")],
        },
    )
    await site.load()
    yield site
    await site.unload()


@pytest.fixture
async def diary(hass: HomeAssistant, hass_config_dir: str, tmp_path: Path) -> AsyncGenerator[Diary]:
    """Keep a calendar in Home Assistant."""
    await calendars(hass, hass_config_dir)
    async with diaries.local(hass, tmp_path) as kept:
        yield kept


def front(household: Household) -> str:
    """Return the key of the front door's lock, as a part of the studio."""
    return f"door/{household.id('lock', 'front')}_lock"


def part_devices(site: Site) -> set[str]:
    """Return the parts that have a device of their own."""
    devices = dr.async_child_entries_for_config_entry(dr.async_get(site.hass), site.entry.entry_id)
    keys = {key for device in devices for domain, key in device.identifiers if domain == DOMAIN}
    return {key.removeprefix("old-town_a_") for key in keys}


async def test_what_a_partner_has_is_a_studio(site: Site, household: Household) -> None:
    sight = sight_of(site)
    assert sight.shows(Platform.LOCK, front(household)) == "locked"
    assert sight.shows(Platform.BINARY_SENSOR, "on_air") == "off"
    assert sight.shows(Platform.BINARY_SENSOR, "occupied") == "off"

    await household.turn("motion", "on")
    assert sight.shows(Platform.BINARY_SENSOR, "occupied") == "on"
    await sight.call(Platform.LOCK, "unlock", front(household))
    assert household.state("lock", "front").state == "unlocked"
    assert sight.shows(Platform.LOCK, front(household)) == "unlocked"


async def test_the_recording_light_follows_what_records(site: Site, household: Household) -> None:
    assert household.state("switch", "sign").state == "off"

    await household.turn("take", "on")
    await quiet(site.hass)
    assert sight_of(site).shows(Platform.BINARY_SENSOR, "on_air") == "on"
    assert household.state("switch", "sign").state == "on"

    await household.turn("take", "off")
    await quiet(site.hass)
    assert household.state("switch", "sign").state == "off"


async def test_a_studio_is_made_of_something_else_while_a_guest_is_inside(
    hass: HomeAssistant, site: Site, household: Household
) -> None:
    """What stays keeps its entities, what goes takes them along; the session goes on."""
    room, sight = site.room(), sight_of(site)
    await room.async_walk_up()
    told = async_capture_events(hass, EVENT_TOLD)
    gone = sight.entity(Platform.LOCK, front(household))
    signed = f"light/{household.id('switch', 'sign')}"
    assert part_devices(site) == {front(household).removesuffix("_lock"), signed}

    await rebind(
        hass,
        site.entry,
        doors=[household.id("lock", "back")],
        lights=[household.id("switch", "sign")],
        presence=[household.id("binary_sensor", "motion")],
    )

    back = f"door/{household.id('lock', 'back')}"
    assert site.room() is room
    assert room.snapshot.state == "in_session"
    assert told == []
    assert part_devices(site) == {back, signed}
    assert sight.shows(Platform.LOCK, f"{back}_lock") == "locked"
    assert er.async_get(hass).async_get(gone) is None
    assert hass.states.get(gone) is None
    await household.move("front", "unlocked")
    assert sight.shows(Platform.LOCK, f"{back}_lock") == "locked"
    assert room.snapshot.on_air is None  # nothing records any more, as far as anybody knows


async def test_a_light_that_is_bound_during_a_take_shows_it_at_once(
    hass: HomeAssistant, site: Site, household: Household
) -> None:
    take = household.id("binary_sensor", "take")
    await rebind(hass, site.entry, recording=[take])
    await household.turn("take", "on")
    await quiet(hass)
    assert household.state("switch", "sign").state == "off"

    await rebind(hass, site.entry, recording=[take], lights=[household.id("switch", "sign")])

    assert household.state("switch", "sign").state == "on"


async def test_a_part_that_comes_back_is_there_again(
    hass: HomeAssistant, site: Site, household: Household
) -> None:
    sign = household.id("switch", "sign")
    await rebind(hass, site.entry)
    assert part_devices(site) == set()

    await rebind(hass, site.entry, lights=[sign])

    assert part_devices(site) == {f"light/{sign}"}
    [light] = [
        entry
        for entry in er.async_entries_for_config_entry(er.async_get(hass), site.entry.entry_id)
        if entry.domain == Platform.LIGHT
    ]
    state = hass.states.get(light.entity_id)
    assert state is not None
    assert state.state == "off"


async def test_a_renamed_entity_is_followed(site: Site, household: Household) -> None:
    await household.rename("lock", "front", "entrance")
    await household.move("front", "unlocked")

    assert sight_of(site).shows(Platform.LOCK, front(household)) == "unlocked"
    assert issues(site.hass) == []


async def test_a_disabled_entity_is_a_repair_until_it_is_back(
    site: Site, household: Household
) -> None:
    await household.disable("lock", "front", RegistryEntryDisabler.USER)

    [issue] = issues(site.hass)
    assert issue.translation_key == "binding_missing"
    assert issue.is_fixable
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["name"] == "Studio A"
    assert issue.translation_placeholders["entity"] == household.entry("lock", "front").entity_id
    assert not sight_of(site).there(Platform.LOCK, front(household))

    await household.disable("lock", "front", None)
    await household.reload()
    assert issues(site.hass) == []
    assert sight_of(site).shows(Platform.LOCK, front(household)) == "locked"


async def test_the_repair_can_bind_nothing_and_the_part_goes(
    hass: HomeAssistant,
    site: Site,
    household: Household,
) -> None:
    motion = household.id("binary_sensor", "motion")
    await household.remove("binary_sensor", "motion")
    [issue] = issues(hass)

    flow = await begin_to_fix(hass, issue)
    assert flow["step_id"] == "choose"
    await fix(hass, flow)

    assert issues(hass) == []
    assert motion not in str(subentry_of(site.entry).data)
    assert "presence/home" not in site.room().parts()


async def test_a_removed_studio_leaves_no_device_no_repair_and_no_booking(
    hass: HomeAssistant, site: Site, household: Household
) -> None:
    await site.book("ada", 60)
    await household.remove("lock", "front")
    assert len(issues(hass)) == 1

    hass.config_entries.async_remove_subentry(site.entry, subentry_of(site.entry).subentry_id)
    await quiet(hass)

    assert site.entry.runtime_data.rooms == {}
    assert issues(hass) == []
    assert part_devices(site) == set()
    assert site.entry.runtime_data.ledger.studios == frozenset()
    await household.move("back", "unlocked")


async def test_a_studio_is_added_while_the_others_go_on(
    hass: HomeAssistant, site: Site, household: Household
) -> None:
    room = site.room()
    await room.async_walk_up()

    hass.config_entries.async_add_subentry(
        site.entry,
        ConfigSubentry(
            data={"doors": [household.id("lock", "back")]},  # type: ignore[arg-type]
            subentry_type=SUBENTRY_STUDIO,
            title="Studio B",
            unique_id="b",
        ),
    )
    await quiet(hass)

    assert site.room() is room
    assert room.snapshot.state == "in_session"
    sight = sight_of(site)
    assert sight.shows(Platform.LOCK, f"door/{household.id('lock', 'back')}_lock", "b") == "locked"
    assert sight.shows(Platform.SENSOR, "state", "b") == "available"
    device = site.device("b")
    assert device.via_device_id == site.entry.runtime_data.place.device_id
    assert device.name == "Studio B"


async def test_a_bound_calendar_brings_bookings_and_takes_them_along(
    hass: HomeAssistant, diary: Diary
) -> None:
    calendar = er.async_get(hass).async_get(diary.entity_id)
    assert calendar is not None
    await diary.book("ada", dt_util.utcnow() + 60 * MINUTE)
    site = site_of(hass, a={"calendar": calendar.id, "patterns": []})
    await site.load()
    await quiet(hass)
    room = site.room()
    assert [(each.source, each.guest.name) for each in room.bookings] == [
        ("calendar", "Guest of ada")
    ]
    told = async_capture_events(hass, EVENT_TOLD)

    # Read in another way, the same calendar is not one that has lost everything.
    pattern = r"Name: Guest of (?P<name>\w+)"
    await rebind(hass, site.entry, calendar=calendar.id, patterns=[pattern])
    assert [each.guest.name for each in room.bookings] == ["ada"]
    assert [event.data["kind"] for event in told] == ["booking_changed"]

    await rebind(hass, site.entry)
    assert room.bookings == ()
    assert [event.data["kind"] for event in told] == ["booking_changed", "booking_cancelled"]
    await site.unload()


async def test_a_calendar_that_loses_everything_at_once_is_a_question(
    hass: HomeAssistant, diary: Diary
) -> None:
    calendar = er.async_get(hass).async_get(diary.entity_id)
    assert calendar is not None
    await diary.book("daily", dt_util.utcnow() + timedelta(hours=24), days=3)
    site = site_of(hass, a={"calendar": calendar.id})
    await site.load()
    await quiet(hass)
    assert len(site.room().bookings) == 3

    await diary.cancel("daily")
    await quiet(hass)
    for _ in range(4):
        async_fire_time_changed(hass, dt_util.utcnow() + 5 * MINUTE)
        await quiet(hass)

    assert len(site.room().bookings) == 3
    [issue] = issues(hass)
    assert issue.translation_key == "calendar_empty"
    assert issue.translation_placeholders is not None
    assert "Room" in issue.translation_placeholders["calendar"]

    flow = await begin_to_fix(hass, issue)
    assert flow["step_id"] == "confirm"
    await fix(hass, flow)

    assert site.room().bookings == ()
    assert issues(hass) == []
    await site.unload()


async def test_the_question_about_a_calendar_goes_with_its_studio(
    hass: HomeAssistant, diary: Diary
) -> None:
    calendar = er.async_get(hass).async_get(diary.entity_id)
    assert calendar is not None
    await diary.book("daily", dt_util.utcnow() + timedelta(hours=24), days=3)
    site = site_of(hass, a={"calendar": calendar.id})
    await site.load()
    await quiet(hass)
    await diary.cancel("daily")
    for _ in range(4):
        async_fire_time_changed(hass, dt_util.utcnow() + 5 * MINUTE)
        await quiet(hass)
    assert len(issues(hass)) == 1

    hass.config_entries.async_remove_subentry(site.entry, subentry_of(site.entry).subentry_id)
    await quiet(hass)

    assert issues(hass) == []
    await site.unload()


async def test_a_removed_calendar_is_a_repair_and_its_bookings_stand(
    hass: HomeAssistant, diary: Diary
) -> None:
    calendar = er.async_get(hass).async_get(diary.entity_id)
    assert calendar is not None
    await diary.book("ada", dt_util.utcnow() + 60 * MINUTE)
    site = site_of(hass, a={"calendar": calendar.id})
    await site.load()
    await quiet(hass)

    await hass.config_entries.async_remove(calendar.config_entry_id or "")
    await quiet(hass)

    [issue] = issues(hass)
    assert issue.translation_key == "binding_missing"
    assert [each.title for each in site.room().bookings] == ["ada"]
    await site.unload()


async def test_a_studio_of_a_node_gets_more_parts_and_loses_them_again(
    hass: HomeAssistant,
    clock: Clock,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
    sight: Sight,
) -> None:
    household = Household(hass)
    await household.set_up()
    sign = household.id("switch", "sign")
    room = coordinator.rooms["a"]
    own = {*room.parts()}
    bound = {"lights": [sign], "recording": [household.id("binary_sensor", "take")]}

    hass.config_entries.async_update_subentry(loaded, subentry_of(loaded), data=bound)
    await hass.async_block_till_done()

    assert coordinator.rooms["a"] is room
    assert {*room.parts()} == own | {f"light/{sign}", "recorder/home"}
    assert sight.shows(Platform.LIGHT, f"light/{sign}_light") == "off"
    assert sight.shows(Platform.BINARY_SENSOR, "on_air") == "off"
    await household.turn("take", "on")
    assert sight.shows(Platform.BINARY_SENSOR, "on_air") == "on"
    await until(lambda: household.state("switch", "sign").state == "on")
    await until(lambda: house.part("a", "light/sign").fields["tally"] == "recording")

    hass.config_entries.async_update_subentry(loaded, subentry_of(loaded), data={})
    await hass.async_block_till_done()

    assert {*room.parts()} == own
    assert sight.shows(Platform.BINARY_SENSOR, "on_air") == "off"
    identifiers = {
        key
        for device in dr.async_child_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)
        for _, key in device.identifiers
    }
    assert f"{NODE_ID}_a_light/sign" in identifiers
    assert f"{NODE_ID}_a_light/{sign}" not in identifiers
