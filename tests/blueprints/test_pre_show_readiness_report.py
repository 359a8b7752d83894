"""The blueprint "Readiness report before a booking", as it is shipped."""

from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.micro_studio.core.facts import CheckIn, CheckOff
from tests.integration.automations import LOCK, Site

from .conftest import Automate, Pager, Wait, add_pager, put, settle

NAME: Final = "pre_show_readiness_report"
MINUTE: Final = 60
SMOKE: Final = "binary_sensor.smoke"
BATTERY: Final = "sensor.smoke_battery"
ROUTER: Final = "binary_sensor.router"


@pytest.fixture
async def pager(hass: HomeAssistant, site: Site) -> Pager:
    """Add the partner's phone, and tidy the studios."""
    for studio in ("a", "b"):
        tidy(site, studio)
    await settle(hass)
    return await add_pager(hass)


def tidy(site: Site, studio: str = "a") -> None:
    """Do what is on the checklist."""
    room = site.room(studio)
    for item in room.policy.turnover_checklist:
        room.feed(CheckOff(item=item, done=True))


def inputs(site: Site, *studios: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    """Return the inputs of an automation that tells the pager."""
    return {
        "studios": [site.device(studio).id for studio in studios or ("a",)],
        "notify_entities": ["notify.pager"],
        **others,
    }


def add_part(hass: HomeAssistant, site: Site, kind: str, state: str, **attributes: object) -> str:
    """Let the first studio have one more sensor, as one with a node has; return its id."""
    entry = er.async_get(hass).async_get_or_create(
        "sensor",
        "micro_studio",
        kind,
        config_entry=site.entry,
        device_id=site.device().id,
    )
    show(hass, entry.entity_id, state, friendly_name=kind, **attributes)
    return entry.entity_id


def show(hass: HomeAssistant, entity_id: str, state: str, **attributes: object) -> None:
    """Let an entity show something."""
    hass.states.async_set(entity_id, state, attributes)


async def report(
    site: Site, pager: Pager, wait: Wait, minutes: int = 60, studio: str = "a"
) -> list[str]:
    """Book the studio, and return the lines of the one message that comes for it."""
    before = len(pager.messages)
    await site.book(f"in {before}", 30 + before * 120, minutes, studio=studio)
    await wait(2)
    assert len(pager.messages) == before + 1
    return pager.messages[-1][1].split("\n")


async def test_one_message_says_that_all_is_well(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """So long before the booking, and not again."""
    await automate(NAME, inputs(site))
    await site.book("x", 90)
    await wait(29 * MINUTE)
    assert pager.messages == []
    await wait(MINUTE)
    await wait(2)
    assert pager.messages == [("Studio A, 13:30", "All is well.")]
    await wait(30 * MINUTE)
    await wait(2)
    assert len(pager.messages) == 1


async def test_nothing_is_told_if_only_problems_are_wanted(
    hass: HomeAssistant, site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Neither the message nor the actions."""
    told = async_mock_service(hass, "script", "report")
    action = {"action": "script.report", "data": {"problems": "{{ problems }}"}}
    await automate(NAME, inputs(site, all_well=False, actions=[action]))
    await site.book("x", 30)
    await wait(2)
    assert (pager.messages, len(told)) == ([], 0)
    show(hass, LOCK, "jammed")
    await settle(hass)
    await site.book("y", 300)
    await wait(245 * MINUTE)
    await wait(2)
    assert len(pager.messages) == 1
    assert [call.data["problems"] for call in told] == [["Door: Jammed"]]


async def test_what_is_not_well_is_told_and_nothing_else(
    hass: HomeAssistant, site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Names and states as they are shown, one per line."""
    health = {"device_class": "enum", "options": ["healthy", "unhealthy"]}
    hours = {"device_class": "duration", "unit_of_measurement": "h"}
    battery = {"device_class": "battery", "unit_of_measurement": "%"}
    interface = add_part(hass, site, "Interface", "healthy", **health)
    disk = add_part(hass, site, "Disk", "3.1", **hours)
    door = add_part(hass, site, "Battery", "20", **battery)
    await automate(NAME, inputs(site, offset=1440))
    assert await report(site, pager, wait) == ["All is well."]
    show(hass, interface, "unhealthy", friendly_name="Interface", **health)
    show(hass, disk, "2.9", friendly_name="Disk", **hours)
    show(hass, door, "19", friendly_name="Battery", **battery)
    show(hass, LOCK, "unavailable")
    site.room().override_policy("maintenance", value=True)
    site.room().feed(CheckOff(item="room_tidied", done=False))
    await wait(1)
    lines = await report(site, pager, wait)
    assert sorted(lines) == [
        "Battery: 19 %",
        "Disk: 2.9 h",
        "Door: unavailable",
        "Interface: unhealthy",
        "Studio A State: Out of service",
        "Studio A Turnover checklist: 1",
    ]


async def test_the_disk_must_last_for_the_booking_and_a_little_more(
    hass: HomeAssistant, site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """A long booking needs more of it; a disk that nobody knows is no problem by itself."""
    hours = {"device_class": "duration", "unit_of_measurement": "h"}
    disk = add_part(hass, site, "Disk", "3", **hours)
    await automate(NAME, inputs(site, offset=1440, spare_hours=2))
    assert await report(site, pager, wait, 60) == ["All is well."]
    assert await report(site, pager, wait, 61) == ["Disk: 3 h"]
    show(hass, disk, STATE_UNKNOWN, **hours)
    assert await report(site, pager, wait, 61) == ["All is well."]


async def test_bookings_in_each_others_way_are_told(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """A conflict is an incident of the studio."""
    await automate(NAME, inputs(site, offset=30))
    await site.book("x", 60)
    await site.book("y", 90)
    await wait(30 * MINUTE)
    await wait(2)
    assert pager.messages == [("Studio A, 13:00", "Studio A Incident: Problem")]


async def test_a_checklist_is_not_asked_for_while_the_guests_before_are_there(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """It is about their own turnover, which has not begun."""
    await automate(NAME, inputs(site, offset=30))
    await site.book("x", 0)
    site.room().command(CheckIn())
    site.room().feed(CheckOff(item="room_tidied", done=False))
    await site.book("y", 90)
    await wait(59 * MINUTE)
    await wait(MINUTE + 1)
    await wait(2)
    assert len(pager.messages) == 1
    await site.book("z", 200)
    await wait(112 * MINUTE)
    await wait(2)
    assert "checklist" in pager.messages[-1][1]


async def test_whatever_else_is_chosen_is_looked_at(
    hass: HomeAssistant, site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """What does not exist is unknown; what is left out is left out."""
    show(hass, SMOKE, "off", device_class="problem")
    show(hass, BATTERY, "50", device_class="battery", unit_of_measurement="%")
    show(hass, ROUTER, "on", device_class="connectivity")
    others = [SMOKE, BATTERY, ROUTER]
    show(hass, LOCK, "jammed")
    await settle(hass)
    lock = next(
        entry.entity_id
        for entry in er.async_entries_for_config_entry(er.async_get(hass), site.entry.entry_id)
        if entry.domain == Platform.LOCK
    )
    await automate(NAME, inputs(site, offset=1440, others=others, ignored=[lock]))
    assert await report(site, pager, wait) == ["All is well."]
    show(hass, SMOKE, "on", device_class="problem", friendly_name="Smoke")
    show(hass, BATTERY, "5", device_class="battery", unit_of_measurement="%", friendly_name="Cell")
    show(hass, ROUTER, "off", device_class="connectivity", friendly_name="Router")
    assert await report(site, pager, wait) == [
        "Smoke: Problem",
        "Cell: 5 %",
        "Router: Disconnected",
    ]
    show(hass, SMOKE, STATE_UNAVAILABLE, friendly_name="Smoke")
    show(hass, BATTERY, STATE_UNKNOWN, friendly_name="Cell")
    hass.states.async_remove(ROUTER)
    assert await report(site, pager, wait) == [
        "Smoke: unavailable",
        "Cell: unknown",
        f"{ROUTER}: unknown",
    ]


async def test_two_studios_report_for_themselves(
    hass: HomeAssistant, site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """The door of one says nothing about the other; other things are found by their area."""
    registry = er.async_get(hass)
    for name, area in (("First", "Studio A"), ("Second", "Studio B")):
        entry = registry.async_get_or_create(
            "binary_sensor", "test", name, suggested_object_id=name.lower()
        )
        put(hass, entry.entity_id, area)
        show(hass, entry.entity_id, "on", device_class="problem", friendly_name=name)
    show(hass, LOCK, "jammed")
    await settle(hass)
    others = ["binary_sensor.first", "binary_sensor.second"]
    await automate(NAME, inputs(site, "a", "b", offset=1440, others=others))
    assert await report(site, pager, wait) == ["Door: Jammed", "First: Problem"]
    assert await report(site, pager, wait, studio="b") == ["Second: Problem"]


async def test_a_restart_reports_late_but_never_after_the_start(
    site: Site, pager: Pager, automate: Automate, wait: Wait, freezer: FrozenDateTimeFactory
) -> None:
    """There is still time to do something, or there is not."""
    await automate(NAME, inputs(site))
    await site.book("x", 90, 60)
    await site.unload()
    freezer.tick(50 * MINUTE)
    await site.load()
    await wait(2)
    assert len(pager.messages) == 1
    await site.book("y", 300, 60)
    await site.unload()
    freezer.tick(310 * MINUTE)
    await site.load()
    await wait(2)
    assert len(pager.messages) == 1


async def test_another_end_is_no_reason_for_another_report_but_another_start_is(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """A booking that is put off is prepared for again."""
    await automate(NAME, inputs(site))
    await site.book("x", 30, 60)
    await site.move("x", 30, 120)
    await wait(2)
    assert len(pager.messages) == 1
    await site.move("x", 90)
    await wait(31 * MINUTE)
    await wait(2)
    assert len(pager.messages) == 2
