"""Purpose-specific triggers, each in an automation that runs."""

from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
import json
from typing import Final

from homeassistant.components.websocket_api import automation as editor
from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.helpers.trigger import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import pytest

from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.core.facts import CheckIn, EndSession, Extend
from custom_components.micro_studio.moves import async_move
from custom_components.micro_studio.network import network
from custom_components.micro_studio.trigger import TRIGGERS
from tests.integration.automations import (
    PRESENCE,
    RECORDER,
    Automations,
    Config,
    Site,
    site_of_two,
    taken,
)
from tests.integration.clock import Clock

type Aimed = Callable[[HomeAssistant, Site], Config]

NO_TARGETS: Final[tuple[Config | None, ...]] = (
    {},
    {"device_id": []},
    {"area_id": [], "label_id": []},
    None,
)


@pytest.fixture
async def automations(hass: HomeAssistant, clock: Clock) -> Automations:
    """Return what writes automations."""
    return await Automations.begin(hass)


@pytest.fixture
async def unloaded(
    hass: HomeAssistant, clock: Clock, automations: Automations
) -> AsyncGenerator[Site]:
    """Return a site that was here before and is not loaded now."""
    site = Site(hass, site_of_two(hass))
    await site.load()
    await site.unload()
    yield site
    await site.unload()


@pytest.fixture
async def site(unloaded: Site) -> Site:
    """Return a site that runs."""
    await unloaded.load()
    return unloaded


def on(trigger: str, target: Config | None, **options: object) -> Config:
    """Return the configuration of a trigger."""
    config: Config = {"trigger": f"{DOMAIN}.{trigger}"}
    if target is not None:
        config["target"] = target
    if options:
        config["options"] = options
    return config


def device(site: Site, studio: str = "a") -> Config:
    """Return the target that is a studio's device."""
    return {"device_id": site.device(studio).id}


async def follow_everything(automations: Automations, site: Site) -> None:
    """Run an automation for each trigger of the first studio."""
    for trigger in TRIGGERS:
        automations.write(trigger, on(trigger, device(site)))
    await automations.load()


async def test_a_booking_is_followed_from_its_making_to_its_end(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await follow_everything(automations, site)
    heard: list[list[str]] = []

    def so_far() -> list[str]:
        heard.append(automations.names[sum(map(len, heard)) :])
        return heard[-1]

    await site.book("x", 30, 30)
    assert so_far() == ["booking_created"]
    await site.move("x", 30, 60)
    assert so_far() == ["booking_changed"]
    await clock.minutes(15)
    assert so_far() == ["booking_starting"]
    site.room().command(CheckIn())
    await site.hass.async_block_till_done()
    assert so_far() == ["guest_arrived"]
    await clock.minutes(15)
    assert so_far() == ["booking_started"]
    site.room().command(Extend())
    await site.hass.async_block_till_done()
    assert so_far() == ["booking_extended"]
    await clock.minutes(65)
    assert so_far() == ["booking_ending"]
    await site.show(PRESENCE, "on")
    await clock.minutes(20)
    assert so_far() == ["overrun"]
    site.room().command(EndSession())
    await site.hass.async_block_till_done()
    assert so_far() == ["booking_ended"]


async def test_a_trigger_says_which_booking_when_and_nothing_about_the_guest(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await follow_everything(automations, site)
    await site.book("x", 15, 60)
    site.room().command(CheckIn())
    await site.hass.async_block_till_done()

    common = {
        "device_id": site.device().id,
        "studio": "Studio A",
        "booking": "local|x|",
        "uid": "x",
        "starts": "2026-11-23T12:15:00+00:00",
        "ends": "2026-11-23T13:15:00+00:00",
        "due": "2026-11-23T12:00:00+00:00",
        "late": False,
    }
    base = {"id": "0", "idx": "0", "alias": None}
    assert automations.last("booking_starting") == {
        **base,
        **common,
        "platform": "micro_studio.booking_starting",
        "description": "booking starting in Studio A",
    }
    assert automations.last("guest_arrived") == {
        **base,
        **common,
        "how": "button",
        "platform": "micro_studio.guest_arrived",
        "description": "guest arrived in Studio A",
    }
    assert "secret" not in json.dumps(automations.heard)


async def test_no_show_cancellation_and_move_are_told_with_their_reason(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await follow_everything(automations, site)
    await site.book("absent", 0, 30)
    await clock.minutes(15)
    assert automations.last("no_show")["uid"] == "absent"

    await site.book("off", 120)
    await site.cancel("off")
    assert automations.last("booking_cancelled")["uid"] == "off"
    assert automations.last("booking_cancelled")["reason"]

    await site.book("away", 300)
    room = site.room()
    booking = next(each for each in room.bookings if each.uid == "away")
    await async_move(room, booking, site.room("b"), booking.start, booking.end)
    await site.hass.async_block_till_done()
    said = automations.last("booking_rerouted")
    assert (said["uid"], said["to"]) == ("away", site.room("b").key)


async def test_a_double_booking_is_an_incident_until_one_of_them_goes(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await follow_everything(automations, site)
    await site.book("x", 60)
    await site.book("y", 90)
    opened = automations.last("incident_opened")
    assert opened["kind"] == "double_booking"
    assert opened["bookings"] == ["local|x|", "local|y|"]
    assert opened["starts"] == "2026-11-23T13:30:00+00:00"
    assert "incident_resolved" not in automations.names

    await site.cancel("y")
    resolved = automations.last("incident_resolved")
    assert resolved["incident"] == opened["incident"]


def _area(hass: HomeAssistant, site: Site) -> str:
    area = ar.async_get(hass).async_get_or_create("Cellar").id
    dr.async_get(hass).async_update_device(site.device().id, area_id=area)
    return area


def _label(hass: HomeAssistant) -> str:
    return lr.async_get(hass).async_create("Loud").label_id


def by_area(hass: HomeAssistant, site: Site) -> Config:
    return {"area_id": _area(hass, site)}


def by_floor(hass: HomeAssistant, site: Site) -> Config:
    floor = fr.async_get(hass).async_create("Below").floor_id
    ar.async_get(hass).async_update(_area(hass, site), floor_id=floor)
    return {"floor_id": [floor]}


def by_label_of_the_device(hass: HomeAssistant, site: Site) -> Config:
    label = _label(hass)
    dr.async_get(hass).async_update_device(site.device().id, labels={label})
    return {"label_id": label}


def by_label_of_the_area(hass: HomeAssistant, site: Site) -> Config:
    label = _label(hass)
    ar.async_get(hass).async_update(_area(hass, site), labels={label})
    return {"label_id": label}


def by_label_of_an_entity(hass: HomeAssistant, site: Site) -> Config:
    label = _label(hass)
    entity_id = site.entity(Platform.SENSOR, "state")
    er.async_get(hass).async_update_entity(entity_id, labels={label})
    return {"label_id": label}


def by_its_door(hass: HomeAssistant, site: Site) -> Config:
    registry = dr.async_get(hass)
    (door,) = [
        child
        for child in dr.async_entries_for_parent_device(registry, site.device().id)
        if any("door" in key for _, key in child.identifiers)
    ]
    return {"device_id": door.id}


def by_its_calendar(hass: HomeAssistant, site: Site) -> Config:
    return {"entity_id": site.entity(Platform.CALENDAR, "bookings")}


def by_any_entity(hass: HomeAssistant, site: Site) -> Config:
    return {"entity_id": [site.entity(Platform.SENSOR, "state"), "light.of_somebody_else"]}


def by_device(hass: HomeAssistant, site: Site) -> Config:
    return device(site)


AIMED: Final = (
    by_device,
    by_its_door,
    by_its_calendar,
    by_any_entity,
    by_area,
    by_floor,
    by_label_of_the_device,
    by_label_of_the_area,
    by_label_of_an_entity,
)


@pytest.mark.parametrize("aimed", AIMED, ids=lambda aimed: aimed.__name__)
async def test_a_studio_is_meant_by_whatever_belongs_to_it(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations, aimed: Aimed
) -> None:
    target = aimed(hass, site)
    for trigger in ("booking_created", "booking_starting", "recording_started"):
        automations.write(trigger, on(trigger, target))
    await automations.load()

    await site.book("x", 10, studio="b")
    assert automations.names == []

    await site.book("x", 10)
    await site.show(RECORDER, "on")
    assert automations.names == ["booking_created", "booking_starting", "recording_started"]
    assert automations.last("recording_started")["device_id"] == site.device().id


async def test_what_belongs_to_somebody_else_means_no_studio(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations
) -> None:
    registry = dr.async_get(hass)
    lamp = registry.async_get_or_create(
        config_entry_id=site.entry.entry_id, identifiers={("lamps", "1")}
    )
    node = registry.async_get_device_by_identifier((DOMAIN, "old-town"), site.entry.entry_id)
    assert node is not None
    area = ar.async_get(hass).async_get_or_create("Kitchen").id
    await async_setup_component(hass, "trace", {})
    for name, target in (
        ("device", {"device_id": lamp.id}),
        ("site", {"device_id": node.id}),
        ("entity", {"entity_id": RECORDER}),
        ("gone", {"device_id": "0123", "entity_id": "sensor.gone"}),
        ("empty area", {"area_id": area}),
    ):
        automations.write(name, on("booking_created", target), on("recording_started", target))
    await automations.load()

    await site.book("x", 30)
    await site.show(RECORDER, "on")

    assert automations.names == []


async def test_a_trace_says_when_a_target_means_no_studio_at_all(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations
) -> None:
    assert await async_setup_component(hass, "trace", {})
    automations.write("nowhere", on("booking_created", {"entity_id": RECORDER}))
    automations.write("elsewhere", on("booking_created", device(site, "b")))
    await automations.load()
    await site.book("x", 30)

    traces = hass.data["trace"]
    (trace,) = traces["automation.nowhere"].not_triggered.values()
    told = json.dumps(trace.as_extended_dict(), default=str)
    assert "no_studio_targeted" in told
    assert "secret" not in told
    assert "automation.elsewhere" not in traces


@pytest.mark.parametrize("target", NO_TARGETS, ids=str)
@pytest.mark.parametrize("trigger", ["booking_created", "booking_starting", "recording_started"])
async def test_a_trigger_without_a_target_is_refused(
    hass: HomeAssistant,
    clock: Clock,
    automations: Automations,
    caplog: pytest.LogCaptureFixture,
    trigger: str,
    target: Config | None,
) -> None:
    await automations.add("aimless", on(trigger, target))

    state = hass.states.get("automation.aimless")
    assert state is not None
    assert state.state == STATE_UNAVAILABLE
    wanted = "required key" if target is None else "the target is empty: choose a studio"
    assert wanted in caplog.text


async def test_an_automation_that_is_there_before_the_studio_misses_nothing(
    clock: Clock, unloaded: Site, automations: Automations
) -> None:
    site = unloaded
    await follow_everything(automations, site)
    await site.load()

    await site.show(RECORDER, "on")
    await site.book("x", 60)
    await clock.minutes(45)

    assert automations.names == ["recording_started", "booking_created", "booking_starting"]


async def test_an_automation_goes_on_after_the_studio_was_reloaded(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await follow_everything(automations, site)
    await site.book("x", 40)
    await site.book("y", 400)
    await site.show(RECORDER, "on")
    await site.unload()
    await site.load()
    assert automations.names == ["booking_created", "booking_created", "recording_started"]

    await clock.minutes(25)
    assert automations.names[3:] == ["booking_starting"]
    await site.unload()
    await site.load()
    assert automations.names[4:] == []

    await site.cancel("y")
    await site.show(RECORDER, "off")
    assert automations.names[4:] == ["booking_cancelled", "recording_stopped"]


async def test_what_was_due_while_the_studio_was_not_loaded_is_told_when_it_is(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await follow_everything(automations, site)
    await site.book("x", 40, 60)
    await site.unload()
    await clock.minutes(50)
    await site.load()

    assert automations.names == ["booking_created", "booking_starting"]
    said = automations.last("booking_starting")
    assert (said["late"], said["due"]) == (True, "2026-11-23T12:25:00+00:00")


async def test_reloading_automations_tells_nothing_twice_and_loses_nothing(
    clock: Clock, site: Site, automations: Automations
) -> None:
    automations.write("starting", on("booking_starting", device(site)))
    automations.write("created", on("booking_created", device(site)))
    await automations.load()
    await site.book("near", 10, 30)
    await site.book("far", 80, 30)
    assert sorted(automations.names) == ["created", "created", "starting"]
    automations.heard.clear()

    # Both are written anew: Home Assistant takes them down and sets them up again.
    automations.write("starting", on("booking_starting", device(site)), on("no_show", device(site)))
    automations.write("created", on("booking_created", device(site)), on("overrun", device(site)))
    await automations.load()
    assert automations.heard == []

    await clock.minutes(64)
    assert [(name, said["uid"]) for name, said in automations.heard] == [("starting", "near")]
    assert automations.last("starting")["platform"] == "micro_studio.no_show"
    await clock.minutes(1)
    assert automations.heard[-1][1]["uid"] == "far"
    assert automations.heard[-1][1]["platform"] == "micro_studio.booking_starting"
    assert len(automations.heard) == 2


async def test_an_offset_is_exact_and_counts_once_for_each_start(
    clock: Clock, site: Site, automations: Automations
) -> None:
    for minutes in (5, 30):
        offset = {"minutes": minutes}
        automations.write(str(minutes), on("booking_starting", device(site), offset=offset))
    automations.write("text", on("booking_starting", device(site), offset="00:30:00"))
    await automations.load()
    await site.book("x", 40, 60)

    await clock.minutes(9.9)
    assert automations.names == []
    await clock.minutes(0.1)
    assert sorted(automations.names) == ["30", "text"]
    await clock.minutes(24.9)
    assert len(automations.names) == 2
    await clock.minutes(0.1)
    assert automations.names[2:] == ["5"]

    # Another start is another occasion; the same again is none.
    await site.move("x", 60, 60)
    await site.move("x", 60, 90)
    await clock.minutes(30)
    assert sorted(automations.names[3:]) == ["30", "text"]
    await clock.minutes(25)
    assert automations.names[5:] == ["5"]
    await clock.minutes(30)
    assert automations.names[6:] == []


async def test_a_booking_that_is_made_inside_the_offset_is_told_at_once(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await automations.add("soon", on("booking_starting", device(site)))
    await site.book("x", 3)

    said = automations.last("soon")
    assert (said["uid"], said["late"], said["due"]) == ("x", False, "2026-11-23T11:48:00+00:00")
    await clock.minutes(10)
    assert automations.names == ["soon"]


async def test_a_hold_is_told_when_it_is_agreed_and_not_before(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await automations.add("soon", on("booking_starting", device(site), offset={"days": 3}))
    await site.book("x", 60 * 48, hold=True)
    assert automations.names == []

    await site.book("x", 60 * 48)
    assert automations.names == ["soon"]


async def test_the_end_is_followed_when_it_moves(
    clock: Clock, site: Site, automations: Automations
) -> None:
    await automations.add("bell", on("booking_ending", device(site)))
    await site.book("x", 0, 60)
    site.room().command(CheckIn())
    await clock.minutes(45)
    site.room().command(Extend())
    await clock.minutes(19)
    assert automations.names == []
    await clock.minutes(1)
    assert automations.last("bell")["ends"] == "2026-11-23T13:15:00+00:00"

    # One more extension is one more end.
    site.room().command(Extend())
    await clock.minutes(15)
    assert automations.names == ["bell", "bell"]
    assert automations.last("bell")["ends"] == "2026-11-23T13:30:00+00:00"


async def test_what_a_restart_has_missed_is_told_late_and_once(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations
) -> None:
    await site.book("x", 60, 120)
    await site.book("y", 400)
    await site.unload()
    del hass.data[f"{DOMAIN}_network"]  # it lives as long as Home Assistant
    network.cache_clear()  # type: ignore[attr-defined]
    clock.freezer.tick(timedelta(minutes=90))
    hass.set_state(CoreState.not_running)
    automations.write("soon", on("booking_starting", device(site)))
    automations.write("absent", on("no_show", device(site)))
    automations.write("next", on("booking_starting", device(site), offset={"hours": 12}))
    await automations.load()
    await site.load()
    assert automations.names == []

    await hass.async_start()
    await hass.async_block_till_done()

    said = sorted((name, said["uid"], said["late"]) for name, said in automations.heard)
    assert said == [("absent", "x", True), ("soon", "x", True)]
    await clock.minutes(1)
    await automations.load()
    await clock.minutes(1)
    assert len(automations.heard) == 2


async def test_a_studio_that_moves_to_an_area_is_meant_from_then_on(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations
) -> None:
    area = ar.async_get(hass).async_get_or_create("Attic").id
    await automations.add("attic", on("booking_created", {"area_id": area}))
    await site.book("before", 60)
    registry = dr.async_get(hass)
    registry.async_update_device(site.device("b").id, area_id=area, name_by_user="Upstairs")
    calendar = site.entity(Platform.CALENDAR, "bookings", "b")
    er.async_get(hass).async_update_entity(calendar, new_entity_id="calendar.renamed")
    await hass.async_block_till_done()

    await site.book("after", 60, studio="b")

    assert [said["uid"] for _, said in automations.heard] == ["after"]


@pytest.mark.skipif(
    "exclude" not in cv.TARGET_FIELDS, reason="a target cannot exclude anything before 2026.11"
)
async def test_what_a_target_excludes_means_the_whole_studio(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations
) -> None:
    target = {
        "device_id": [site.device("a").id, site.device("b").id],
        "exclude": {"entity_id": site.entity(Platform.CALENDAR, "bookings")},
    }
    await automations.add("rest", on("booking_created", target))
    await site.book("x", 60)
    await site.book("y", 60, studio="b")

    assert [said["uid"] for _, said in automations.heard] == ["y"]


async def test_a_take_starts_and_stops_and_what_comes_back_has_done_neither(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations
) -> None:
    automations.write("on", on("recording_started", device(site)))
    automations.write("off", on("recording_stopped", device(site)))
    automations.write("long", on("recording_started", device(site), **{"for": {"minutes": 5}}))
    await automations.load()

    await site.show(RECORDER, "on")
    said = automations.last("on")
    assert said["studio"] == "Studio A"
    assert said["entity_id"] == site.entity(Platform.BINARY_SENSOR, "on_air")
    await clock.minutes(6)
    assert automations.names == ["on", "long"]

    await site.unload()
    await site.load()
    await site.show(RECORDER, STATE_UNAVAILABLE)
    await site.show(RECORDER, "on")
    assert automations.names == ["on", "long"]

    await site.show(RECORDER, "off")
    assert automations.names == ["on", "long", "off"]


async def test_the_editor_offers_every_trigger_for_a_studio_and_none_for_a_lamp(
    hass: HomeAssistant, clock: Clock, site: Site
) -> None:
    ours = {f"{DOMAIN}.{trigger}" for trigger in TRIGGERS}
    offered = await editor.async_get_triggers_for_target(hass, device(site), expand_group=False)
    assert ours <= offered
    offered = await editor.async_get_triggers_for_target(
        hass, {"entity_id": RECORDER}, expand_group=False
    )
    assert not ours & offered


async def test_every_field_of_the_editor_starts_with_what_the_trigger_takes(
    hass: HomeAssistant, clock: Clock, site: Site
) -> None:
    descriptions = await async_get_all_descriptions(hass)
    for trigger, cls in TRIGGERS.items():
        described = descriptions[f"{DOMAIN}.{trigger}"]
        assert described is not None
        options = {name: field["default"] for name, field in described.get("fields", {}).items()}
        for name, field in described.get("fields", {}).items():
            if name != "for":  # the editor's own way to say "not at all"
                assert taken(field["selector"], options[name]) == options[name]
        config = await cls.async_validate_config(hass, {"target": device(site), "options": options})
        without = await cls.async_validate_config(hass, {"target": device(site)})
        assert {"for": timedelta(), **without["options"]} == {
            "for": timedelta(),
            **config["options"],
        }


async def test_nobody_listens_any_more_when_the_automations_are_gone(
    clock: Clock, site: Site, automations: Automations
) -> None:
    def listening() -> tuple[int, int]:
        return len(network(site.hass)._listeners), len(network(site.hass)._due_listeners)

    before = listening()
    await follow_everything(automations, site)
    told, due = before
    assert listening() == (told + 12, due + 2)

    automations.configs.clear()
    await automations.load()

    assert listening() == before
    await site.book("x", 10)
    assert automations.heard == []
