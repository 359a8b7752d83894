"""What must be done after a session, as a list to tick."""

from collections.abc import Iterable, Mapping
from typing import Final, override

from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .coordinator import StudioConfigEntry
from .core.facts import CheckOff
from .entity import RoomEntity, async_setup_platform_entry
from .place import Place
from .room import Room

PARALLEL_UPDATES = 1

CHECKLIST: Final = EntityDescription(key="turnover_checklist", translation_key="turnover_checklist")
_TEXTS: Final = f"component.{DOMAIN}.selector.turnover_checklist.options"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the checklist of each studio, its own items in Home Assistant's language."""
    texts = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])

    def build(place: Place) -> Iterable[TurnoverChecklist]:
        if isinstance(place, Room):
            yield TurnoverChecklist(place, texts)

    async_setup_platform_entry(entry, async_add_entities, build)


class TurnoverChecklist(RoomEntity, TodoListEntity):
    """The items come from the policy; the turnover is over when all are ticked."""

    _attr_supported_features = TodoListEntityFeature.UPDATE_TODO_ITEM
    _attr_todo_items: list[TodoItem] | None = None

    def __init__(self, room: Room, texts: Mapping[str, str]) -> None:
        self._texts = texts
        super().__init__(room, CHECKLIST)

    @override
    def refresh(self) -> bool:
        items = [self._item(item) for item in self.place.policy.turnover_checklist]
        if items == self._attr_todo_items:
            return False
        self._attr_todo_items = items
        return True

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Tick an item, or take the tick back."""
        if item.uid is not None:
            done = item.status == TodoItemStatus.COMPLETED
            self.place.feed(CheckOff(item=item.uid, done=done))

    def _item(self, item: str) -> TodoItem:
        done = item in self.place.snapshot.checked
        return TodoItem(
            uid=item,
            summary=self._texts.get(f"{_TEXTS}.{item}", item),
            status=TodoItemStatus.COMPLETED if done else TodoItemStatus.NEEDS_ACTION,
        )
