"""The blueprint "Turnover checklist and the cleaner's message", as it is shipped."""

from typing import Any, Final, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.micro_studio.core.facts import CheckIn
from tests.integration.automations import Site

from .conftest import Automate, Pager, Wait, add, add_pager, put, settle

NAME: Final = "turnover_checklist"
MINUTE: Final = 60
ITEMS: Final = 5


class Board(TodoListEntity):
    """A list that somebody keeps elsewhere."""

    _attr_should_poll = False
    _attr_supported_features = (
        TodoListEntityFeature.CREATE_TODO_ITEM | TodoListEntityFeature.UPDATE_TODO_ITEM
    )

    def __init__(self, name: str, **items: TodoItemStatus) -> None:
        self._attr_name = name
        self._attr_unique_id = name
        self._attr_todo_items = [
            TodoItem(uid=f"{name} {item}", summary=item, status=status)
            for item, status in items.items()
        ]

    @override
    async def async_create_todo_item(self, item: TodoItem) -> None:
        """Add it."""
        item.uid = item.summary
        self._attr_todo_items = [*(self.todo_items or []), item]
        self.async_write_ha_state()

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Replace it."""
        self._attr_todo_items = [
            item if each.uid == item.uid else each for each in self.todo_items or []
        ]
        self.async_write_ha_state()

    @property
    def shows(self) -> dict[str | None, TodoItemStatus | None]:
        """Return what is on the list."""
        return {item.summary: item.status for item in self.todo_items or []}


@pytest.fixture
async def cleaner(hass: HomeAssistant, site: Site) -> Pager:
    """Add the cleaner's phone."""
    return await add_pager(hass, "Cleaner")


@pytest.fixture
async def partner(hass: HomeAssistant, site: Site) -> Pager:
    """Add the partner's phone."""
    return await add_pager(hass, "Partner")


def inputs(site: Site, *studios: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    """Return the inputs of an automation that tells cleaner and partner."""
    return {
        "studios": [site.device(studio).id for studio in studios or ("a",)],
        "notify_entities": ["notify.cleaner"],
        "done_notify_entities": ["notify.partner"],
        **others,
    }


def checklist(site: Site, studio: str = "a") -> str:
    """Return the studio's own list."""
    return site.entity(Platform.TODO, "turnover_checklist", studio)


async def session(site: Site, wait: Wait, studio: str = "a", *, uid: str = "x") -> None:
    """Let guests come for an hour, and go."""
    await site.book(uid, 0, 60, studio=studio)
    site.room(studio).command(CheckIn())
    await wait(60 * MINUTE)
    await wait(2)


async def tick(hass: HomeAssistant, entity_id: str, *, leave: int = 0) -> None:
    """Do what is on a list, except so many items."""
    answer: Any = await hass.services.async_call(
        "todo", "get_items", {"entity_id": entity_id}, blocking=True, return_response=True
    )
    items = [item["summary"] for item in answer[entity_id]["items"]]
    for item in items[: len(items) - leave]:
        await hass.services.async_call(
            "todo",
            "update_item",
            {"entity_id": entity_id, "item": item, "status": "completed"},
            blocking=True,
        )
    await settle(hass)


async def test_the_cleaner_learns_until_when_and_the_partner_that_it_is_done(
    hass: HomeAssistant,
    site: Site,
    cleaner: Pager,
    partner: Pager,
    automate: Automate,
    wait: Wait,
) -> None:
    """One message each, without anybody's name."""
    await automate(NAME, inputs(site))
    await site.book("next", 180)
    await session(site, wait)
    assert cleaner.messages == [
        ("Studio A", "The session is over. Please get the room ready until 15:00.")
    ]
    await tick(hass, checklist(site), leave=1)
    await wait(2)
    assert partner.messages == []
    await tick(hass, checklist(site))
    await wait(2)
    assert partner.messages == [("Studio A", "The room is ready for the booking at 15:00.")]
    await wait(120 * MINUTE)
    assert len(cleaner.messages) == 1


async def test_without_another_booking_there_is_no_hurry(
    hass: HomeAssistant,
    site: Site,
    cleaner: Pager,
    partner: Pager,
    automate: Automate,
    wait: Wait,
) -> None:
    """A booking on another day is told with its date."""
    await automate(NAME, inputs(site))
    await session(site, wait)
    await tick(hass, checklist(site))
    await wait(2)
    assert cleaner.messages == [("Studio A", "The session is over. Please get the room ready.")]
    assert partner.messages == [("Studio A", "The room is ready.")]
    await site.book("next", 24 * 60)
    await session(site, wait, uid="y")
    assert cleaner.messages[1][1].endswith("ready until 2026-11-24 13:00.")


async def test_a_reminder_comes_before_the_next_booking_wherever_it_goes(
    hass: HomeAssistant,
    site: Site,
    cleaner: Pager,
    partner: Pager,
    automate: Automate,
    wait: Wait,
) -> None:
    """One that is put off is reminded of later, one that is cancelled never."""
    await automate(NAME, inputs(site))
    await session(site, wait)
    await site.book("next", 60)
    await site.move("next", 120)
    await wait(89 * MINUTE)
    assert len(cleaner.messages) == 1
    await wait(MINUTE)
    await wait(2)
    start = site.room().bookings[-1].start
    assert cleaner.messages[1:] == [
        ("Studio A", f"The room is not ready: {ITEMS} to do until {start:%H:%M}.")
    ]
    await site.book("another", 300)
    await site.cancel("next")
    await site.cancel("another")
    await wait(300 * MINUTE)
    assert len(cleaner.messages) == 2


async def test_what_is_done_in_time_needs_no_reminder(
    hass: HomeAssistant,
    site: Site,
    cleaner: Pager,
    partner: Pager,
    automate: Automate,
    wait: Wait,
) -> None:
    """And the next session makes the list new."""
    await automate(NAME, inputs(site))
    await site.book("next", 180)
    await session(site, wait)
    await tick(hass, checklist(site))
    await wait(90 * MINUTE)
    await wait(2)
    assert len(cleaner.messages) == 1
    await wait(29 * MINUTE)
    site.room().command(CheckIn())
    await wait(62 * MINUTE)
    await wait(2)
    assert len(cleaner.messages) == 2
    state = hass.states.get(checklist(site))
    assert state is not None
    assert state.state == str(ITEMS)


async def test_an_extended_session_is_over_when_it_is_over(
    site: Site, cleaner: Pager, automate: Automate, wait: Wait
) -> None:
    """Nobody is sent into a running session, not even by a reminder."""
    await automate(NAME, inputs(site, reminder=60))
    await site.book("next", 120)
    await site.book("x", 0, 60)
    site.room().command(CheckIn())
    await settle(site.hass)
    await site.hass.services.async_call(
        "micro_studio", "extend_session", {"studio": site.device().id}, blocking=True
    )
    await wait(62 * MINUTE)
    await wait(2)
    assert cleaner.messages == []
    await wait(15 * MINUTE)
    await wait(2)
    assert len(cleaner.messages) == 1


async def test_another_list_is_made_new_and_completed(
    hass: HomeAssistant,
    site: Site,
    cleaner: Pager,
    partner: Pager,
    automate: Automate,
    wait: Wait,
) -> None:
    """What was done is to be done again, what is missing is added, the studio's own is ignored."""
    board = Board("Board", floor=TodoItemStatus.COMPLETED, plants=TodoItemStatus.NEEDS_ACTION)
    await add(hass, "todo", board)
    await automate(NAME, inputs(site, checklists=["todo.board"], items=["floor", "bins"]))
    await session(site, wait)
    assert board.shows == dict.fromkeys(["floor", "plants", "bins"], TodoItemStatus.NEEDS_ACTION)
    await tick(hass, checklist(site))
    await wait(2)
    assert partner.messages == []
    await tick(hass, "todo.board")
    await wait(2)
    assert len(partner.messages) == 1


async def test_a_no_show_leaves_nothing_to_clean(
    site: Site, cleaner: Pager, automate: Automate, wait: Wait
) -> None:
    """Nobody was there."""
    await automate(NAME, inputs(site))
    await site.book("absent", 0, 60)
    await wait(90 * MINUTE)
    await wait(2)
    assert cleaner.messages == []


async def test_nobody_is_called_while_the_next_guest_is_there(
    site: Site, cleaner: Pager, automate: Automate, wait: Wait
) -> None:
    """They come in while the others go out."""
    await automate(NAME, inputs(site))
    await site.book("x", 0, 60)
    await site.book("y", 60, 60)
    site.room().command(CheckIn())
    await wait(60 * MINUTE)
    site.room().command(CheckIn(booking="y"))
    await wait(2)
    assert site.room().snapshot.state == "in_session"
    assert cleaner.messages == []
    await wait(60 * MINUTE)
    await wait(2)
    assert len(cleaner.messages) == 1


async def test_what_ended_during_a_restart_is_told_after_it(
    hass: HomeAssistant,
    site: Site,
    cleaner: Pager,
    partner: Pager,
    automate: Automate,
    wait: Wait,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The cleaner must come, however late it is; the list still counts."""
    await automate(NAME, inputs(site))
    await site.book("x", 0, 60)
    site.room().command(CheckIn())
    await settle(hass)
    await site.unload()
    freezer.tick(90 * MINUTE)
    await site.load()
    await wait(2)
    assert len(cleaner.messages) == 1
    await site.unload()
    await site.load()
    await tick(hass, checklist(site))
    await wait(2)
    assert len(partner.messages) == 1


async def test_two_studios_have_their_own_lists(
    hass: HomeAssistant,
    site: Site,
    cleaner: Pager,
    partner: Pager,
    automate: Automate,
    wait: Wait,
) -> None:
    """What is done in one of them says nothing about the other."""
    await automate(NAME, inputs(site, "a", "b"))
    await session(site, wait, "b")
    await session(site, wait)
    assert [title for title, _ in cleaner.messages] == ["Studio B", "Studio A"]
    await tick(hass, checklist(site, "b"))
    await wait(2)
    assert [title for title, _ in partner.messages] == ["Studio B"]


async def test_other_lists_of_two_studios_are_found_by_their_areas(
    hass: HomeAssistant,
    site: Site,
    cleaner: Pager,
    partner: Pager,
    automate: Automate,
    wait: Wait,
) -> None:
    """Only that of the studio is made new."""
    boards = [Board(name, floor=TodoItemStatus.COMPLETED) for name in ("First", "Second")]
    await add(hass, "todo", *boards)
    put(hass, "todo.first", "Studio A")
    put(hass, "todo.second", "Studio B")
    await automate(NAME, inputs(site, "a", "b", checklists=["todo.first", "todo.second"]))
    await session(site, wait)
    assert [board.shows["floor"] for board in boards] == [
        TodoItemStatus.NEEDS_ACTION,
        TodoItemStatus.COMPLETED,
    ]
    await tick(hass, "todo.first")
    await wait(2)
    assert [title for title, _ in partner.messages] == ["Studio A"]


async def test_without_a_list_the_cleaner_is_called_all_the_same(
    hass: HomeAssistant, site: Site, cleaner: Pager, automate: Automate, wait: Wait
) -> None:
    """It does not exist any more; the actions know the message, too."""
    told = async_mock_service(hass, "script", "call")
    action = {"action": "script.call", "data": {"text": "{{ studio }}: {{ open }}, {{ message }}"}}
    await automate(
        NAME,
        inputs(
            site,
            checklists=["todo.nowhere"],
            items=["floor"],
            message="Bitte!",
            cleaner_actions=[action],
        ),
    )
    await session(site, wait)
    assert cleaner.messages == [("Studio A", "Bitte!")]
    assert [call.data["text"] for call in told] == ["Studio A: 0, Bitte!"]
