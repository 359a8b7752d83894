"""What must be done after a session, as a list to tick."""

from collections.abc import AsyncGenerator

from homeassistant.components.todo import DATA_COMPONENT, TodoItem, TodoItemStatus
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest

from custom_components.micro_studio.core.facts import EndSession
from tests.integration.automations import Site
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.sites import rebind, sight_of, site_of

KEY = "turnover_checklist"
OPEN, DONE = TodoItemStatus.NEEDS_ACTION, TodoItemStatus.COMPLETED


@pytest.fixture
async def site(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[Site]:
    """Return a studio in which a session has just ended."""
    site = site_of(hass, a={"policy": {KEY: ["kit_counted", "Water the plant"]}})
    await site.load()
    await site.room().async_walk_up()
    await clock.minutes(30)
    site.room().command(EndSession())
    await hass.async_block_till_done()
    yield site
    await site.unload()


def items(sight: Sight) -> list[TodoItem]:
    """Return the list as a dashboard shows it."""
    entity = sight.hass.data[DATA_COMPONENT].get_entity(sight.entity(Platform.TODO, KEY))
    assert entity is not None
    return entity.todo_items or []


async def tick(site: Site, item: str, status: TodoItemStatus = DONE) -> None:
    """Tick an item, by its text or its id."""
    await sight_of(site).call(Platform.TODO, "update_item", KEY, item=item, status=status.value)
    await site.hass.async_block_till_done()


async def test_usual_items_have_words_and_own_ones_are_as_they_were_written(site: Site) -> None:
    listed = [(item.uid, item.summary, item.status) for item in items(sight_of(site))]

    assert [(uid, status) for uid, _, status in listed] == [
        ("kit_counted", OPEN),
        ("Water the plant", OPEN),
    ]
    assert listed[0][1] not in {"", "kit_counted"}
    assert listed[1][1] == "Water the plant"
    assert sight_of(site).shows(Platform.TODO, KEY) == "2"


async def test_the_last_tick_ends_the_turnover(site: Site) -> None:
    sight = sight_of(site)
    assert sight.shows(Platform.SENSOR, "state") == "turnover"
    assert not sight.there(Platform.BUTTON, "book_now")

    await tick(site, "kit_counted")
    assert sight.shows(Platform.SENSOR, "state") == "turnover"
    assert sight.shows(Platform.TODO, KEY) == "1"
    await tick(site, "Water the plant")

    assert sight.shows(Platform.SENSOR, "state") == "available"
    assert sight.there(Platform.BUTTON, "book_now")


async def test_a_tick_can_be_taken_back(site: Site) -> None:
    await tick(site, "kit_counted")
    await tick(site, "kit_counted", OPEN)
    await tick(site, "Water the plant")

    assert [item.status for item in items(sight_of(site))] == [OPEN, DONE]
    assert sight_of(site).shows(Platform.SENSOR, "state") == "turnover"


async def test_ticks_outlive_a_restart(site: Site) -> None:
    await tick(site, "kit_counted")

    await site.unload()
    await site.load()

    assert [item.status for item in items(sight_of(site))] == [DONE, OPEN]


async def test_the_turnover_also_ends_by_the_clock(site: Site, clock: Clock) -> None:
    await clock.minutes(site.room().policy.turnover_buffer.total_seconds() / 60 + 1)

    assert sight_of(site).shows(Platform.SENSOR, "state") == "available"


async def test_the_next_session_begins_with_an_empty_list(site: Site, clock: Clock) -> None:
    await tick(site, "kit_counted")
    await tick(site, "Water the plant")
    await site.room().async_walk_up()
    await clock.minutes(10)
    site.room().command(EndSession())
    await site.hass.async_block_till_done()

    assert [item.status for item in items(sight_of(site))] == [OPEN, OPEN]
    assert sight_of(site).shows(Platform.SENSOR, "state") == "turnover"


async def test_the_list_follows_the_policy_in_place(hass: HomeAssistant, site: Site) -> None:
    await tick(site, "kit_counted")

    await rebind(hass, site.entry, policy={KEY: ["kit_counted"]})

    assert [(item.uid, item.status) for item in items(sight_of(site))] == [("kit_counted", DONE)]
    assert sight_of(site).shows(Platform.SENSOR, "state") == "available"
