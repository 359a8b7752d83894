"""Purpose-specific conditions, each in an automation that runs."""

from collections.abc import AsyncGenerator

from homeassistant.components.websocket_api import automation as editor
from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.helpers.condition import async_get_all_descriptions
import pytest

from custom_components.micro_studio.condition import CONDITIONS
from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.core.facts import CheckIn
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

ANY, ALL = "any", "all"


@pytest.fixture
async def automations(hass: HomeAssistant, clock: Clock) -> Automations:
    """Return what writes automations."""
    return await Automations.begin(hass)


@pytest.fixture
async def site(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[Site]:
    """Return a site that runs; its second studio has nothing to do."""
    site = Site(hass, site_of_two(hass))
    await site.load()
    yield site
    await site.unload()


@pytest.fixture
def first(site: Site) -> Config:
    """Return the target that is the first studio."""
    return {"device_id": site.device().id}


@pytest.fixture
def both(site: Site) -> Config:
    """Return the target that is both studios."""
    return {"device_id": [site.device("a").id, site.device("b").id]}


async def true_of(automations: Automations, target: Config) -> set[str]:
    """Return the conditions that an automation passes now."""
    return {name for name in CONDITIONS if await automations.ask(name, target)}


async def test_what_is_true_of_a_studio_in_the_course_of_a_booking(
    clock: Clock, site: Site, automations: Automations, first: Config
) -> None:
    assert await true_of(automations, first) == {"is_available"}

    await site.book("x", 60, 60)
    assert await true_of(automations, first) == {"is_available"}

    await clock.minutes(41)  # less than the buffer is left
    assert await true_of(automations, first) == set()
    await clock.minutes(4)
    assert await true_of(automations, first) == {"is_booked"}

    site.room().command(CheckIn())
    assert await true_of(automations, first) == {"is_booked"}
    await clock.minutes(15)
    assert await true_of(automations, first) == {"is_booked", "is_in_session"}
    await site.show(RECORDER, "on")
    assert await true_of(automations, first) == {"is_booked", "is_in_session", "is_on_air"}
    await clock.minutes(75)  # nobody leaves
    assert await true_of(automations, first) == {"is_booked", "is_in_session", "is_on_air"}

    await site.show(RECORDER, "off")  # now they do
    assert await true_of(automations, first) == set()
    await clock.minutes(20)
    assert await true_of(automations, first) == {"is_available"}


async def test_a_studio_is_available_for_as_long_as_the_buffer_lets_a_guest_stay(
    clock: Clock, site: Site, automations: Automations, first: Config
) -> None:
    await site.book("x", 80)

    assert await automations.ask("is_available", first, for_next={"minutes": 60})
    assert await automations.ask("is_available", first, for_next="01:00:00")
    assert not await automations.ask("is_available", first, for_next={"minutes": 61})
    await clock.minutes(1)
    assert not await automations.ask("is_available", first, for_next={"minutes": 60})


@pytest.mark.parametrize(
    ("policy", "value"), [("maintenance", True), ("accepting_bookings", False)]
)
async def test_a_studio_that_takes_nobody_is_not_available(
    clock: Clock,
    site: Site,
    automations: Automations,
    first: Config,
    policy: str,
    value: bool,
) -> None:
    site.room().override_policy(policy, value)
    await site.hass.async_block_till_done()

    assert not await automations.ask("is_available", first)


async def test_a_hold_has_the_studio_only_where_holds_block(
    clock: Clock, site: Site, automations: Automations, first: Config
) -> None:
    site.room().override_policy("hold_expiry", 0)
    await site.hass.async_block_till_done()
    await site.book("x", 30, 60, hold=True)
    assert not await automations.ask("is_available", first, for_next={"minutes": 30})
    site.room().override_policy("holds_block", value=False)
    await site.hass.async_block_till_done()

    assert await automations.ask("is_available", first, for_next={"minutes": 30})
    assert not await automations.ask("is_booked", first)


async def test_an_incident_is_open_until_it_is_resolved(
    clock: Clock, site: Site, automations: Automations, first: Config
) -> None:
    await site.book("x", 60)
    await site.book("y", 90)
    assert await automations.ask("has_open_incident", first)
    await site.cancel("y")
    assert not await automations.ask("has_open_incident", first)


async def test_a_take_must_have_run_for_so_long(
    clock: Clock, site: Site, automations: Automations, first: Config
) -> None:
    five = {"minutes": 5}
    await site.show(RECORDER, "on")
    assert await automations.ask("is_on_air", first)
    assert not await automations.ask("is_on_air", first, **{"for": five})
    await clock.minutes(6)
    assert await automations.ask("is_on_air", first, **{"for": five})


@pytest.mark.parametrize("condition", ["is_booked", "is_in_session", "is_on_air"])
async def test_any_and_all_count_the_studios_that_are_meant(
    hass: HomeAssistant,
    clock: Clock,
    site: Site,
    automations: Automations,
    both: Config,
    condition: str,
) -> None:
    await site.book("x", 0)
    site.room().command(CheckIn())
    await site.show(RECORDER, "on")

    assert await automations.ask(condition, both, behavior=ANY)
    assert not await automations.ask(condition, both, behavior=ALL)
    assert await automations.ask(condition, {"device_id": site.device().id}, behavior=ALL)


@pytest.mark.parametrize("condition", sorted(CONDITIONS))
async def test_of_studios_that_nobody_knows_anything_about_nothing_is_true(
    clock: Clock, site: Site, automations: Automations, first: Config, condition: str
) -> None:
    known = condition == "is_available"
    for behavior in (ANY, ALL):
        assert await automations.ask(condition, first, behavior=behavior) is known
    await site.unload()

    assert not await automations.ask(condition, first, behavior=ANY)
    assert not await automations.ask(condition, first, behavior=ALL)

    await site.load()
    assert await automations.ask(condition, first, behavior=ANY) is known


async def test_a_studio_that_is_away_does_not_count_among_others(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations, both: Config
) -> None:
    await site.book("x", 0)
    assert not await automations.ask("is_available", both, behavior=ALL)
    # Its doors, recorder and presence are all gone, and so is what is known of it.
    for source in site.room().sources:
        source.board.available = False

    assert not site.room().available
    assert await automations.ask("is_available", both, behavior=ALL)


async def test_a_studio_is_meant_by_whatever_belongs_to_it(
    hass: HomeAssistant, clock: Clock, site: Site, automations: Automations
) -> None:
    registry = dr.async_get(hass)
    area = ar.async_get(hass).async_get_or_create("Cellar").id
    registry.async_update_device(site.device().id, area_id=area)
    children = dr.async_entries_for_parent_device(registry, site.device().id)
    assert children
    await site.book("x", 0)
    site.room().command(CheckIn())
    await site.show(RECORDER, "on")
    for target in (
        {"area_id": area},
        {"entity_id": site.entity(Platform.CALENDAR, "bookings")},
        {"device_id": children[0].id},
    ):
        assert await true_of(automations, target) == {"is_booked", "is_in_session", "is_on_air"}

    for target in (
        {"entity_id": RECORDER},
        {"device_id": site.device("b").id},
        {"area_id": "nowhere"},
    ):
        assert await true_of(automations, target) <= {"is_available"}


async def test_conditions_outlive_a_reload_of_automations_and_of_the_studio(
    clock: Clock, site: Site, automations: Automations, first: Config
) -> None:
    await site.show(PRESENCE, "on")
    await site.book("x", 0)
    assert await automations.ask("is_booked", first)
    await automations.load()
    assert await automations.ask("is_booked", first)
    await site.unload()
    await site.load()
    assert await automations.ask("is_booked", first)


@pytest.mark.parametrize("condition", sorted(CONDITIONS))
async def test_a_condition_without_a_target_is_refused(
    hass: HomeAssistant,
    clock: Clock,
    automations: Automations,
    caplog: pytest.LogCaptureFixture,
    condition: str,
) -> None:
    ask = {"trigger": "event", "event_type": "ask"}
    config = {"condition": f"{DOMAIN}.{condition}", "target": {}}
    await automations.add("aimless", ask, conditions=(config,))

    state = hass.states.get("automation.aimless")
    assert state is not None
    assert state.state == STATE_UNAVAILABLE
    assert "the target is empty: choose a studio" in caplog.text


async def test_the_editor_offers_every_condition_with_fields_that_it_takes(
    hass: HomeAssistant, clock: Clock, site: Site, first: Config
) -> None:
    ours = {f"{DOMAIN}.{condition}" for condition in CONDITIONS}
    assert ours <= await editor.async_get_conditions_for_target(hass, first, expand_group=False)
    descriptions = await async_get_all_descriptions(hass)
    for condition, cls in CONDITIONS.items():
        described = descriptions[f"{DOMAIN}.{condition}"]
        assert described is not None
        options = {name: field["default"] for name, field in described["fields"].items()}
        for name, field in described["fields"].items():
            if name != "for":  # the editor's own way to say "not at all"
                assert taken(field["selector"], options[name]) == options[name]
        config = await cls.async_validate_config(hass, {"target": first, "options": options})
        assert set(config["options"]) == set(options)
