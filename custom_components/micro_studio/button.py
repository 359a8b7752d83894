"""What a person can ask a studio for by a press."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonDeviceClass, ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StudioConfigEntry
from .core.facts import CheckIn, Command, EndSession, Extend, Release
from .core.progress import Arrival
from .core.requests import IdentifyInterface, PartRequest, ResetCounters, RestartInterface
from .core.snapshot import Snapshot
from .core.studio import PartKind
from .entity import (
    PartEntity,
    PartEntityDescription,
    PlaceEntity,
    RoomEntity,
    async_setup_platform_entry,
    parts_of,
)
from .place import Place
from .room import Room

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class RoomButtonDescription(ButtonEntityDescription):
    """A command to the room; the button is there while the command is possible."""

    command: Command
    possible_fn: Callable[[Snapshot], bool]


@dataclass(frozen=True, kw_only=True)
class PartButtonDescription(PartEntityDescription, ButtonEntityDescription):
    """A request to a part."""

    request_fn: Callable[[str], PartRequest]


BOOK_NOW: Final = ButtonEntityDescription(key="book_now", translation_key="book_now")
ROOM_BUTTONS: Final = (
    RoomButtonDescription(
        key="check_in",
        translation_key="check_in",
        command=CheckIn(how=Arrival.STAFF),
        possible_fn=lambda snapshot: snapshot.can_check_in,
    ),
    RoomButtonDescription(
        key="extend_session",
        translation_key="extend_session",
        command=Extend(),
        possible_fn=lambda snapshot: snapshot.can_extend,
    ),
    RoomButtonDescription(
        key="end_session",
        translation_key="end_session",
        command=EndSession(),
        possible_fn=lambda snapshot: snapshot.can_end,
    ),
    RoomButtonDescription(
        key="release_booking",
        translation_key="release_booking",
        entity_registry_enabled_default=False,
        command=Release(),
        possible_fn=lambda snapshot: snapshot.can_release,
    ),
)


def _interface_button(
    key: str,
    request_fn: Callable[[str], PartRequest],
    device_class: ButtonDeviceClass | None = None,
) -> PartButtonDescription:
    return PartButtonDescription(
        key=key,
        translation_key=key,
        part=PartKind.INTERFACE,
        fields=("status",),
        device_class=device_class,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        request_fn=request_fn,
    )


PART_BUTTONS: Final = (
    _interface_button("identify", IdentifyInterface, ButtonDeviceClass.IDENTIFY),
    _interface_button("restart", RestartInterface, ButtonDeviceClass.RESTART),
    _interface_button("reset_counters", ResetCounters),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StudioConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons."""
    async_setup_platform_entry(entry, async_add_entities, _build)


def _build(place: Place) -> Iterable[PlaceEntity]:
    for description, part in parts_of(place, PART_BUTTONS):
        yield PartButton(place, description, part)
    if isinstance(place, Room):
        for room_description in ROOM_BUTTONS:
            yield RoomButton(place, room_description)
        yield BookNowButton(place, BOOK_NOW)


class RoomButton(RoomEntity, ButtonEntity):
    """A command to the room."""

    entity_description: RoomButtonDescription
    _possible: bool | None = None

    @property
    @override
    def available(self) -> bool:
        """Tell whether the command is possible now."""
        return super().available and bool(self._possible)

    @override
    def refresh(self) -> bool:
        possible = self.entity_description.possible_fn(self.place.snapshot)
        if possible is self._possible:
            return False
        self._possible = possible
        return True

    @override
    async def async_press(self) -> None:
        """Give the command."""
        self.place.command(self.entity_description.command)


class BookNowButton(RoomEntity, ButtonEntity):
    """Book the studio from now on, for whoever walks in."""

    _possible: bool | None = None

    @property
    @override
    def available(self) -> bool:
        """Tell whether the studio is free long enough."""
        return super().available and bool(self._possible)

    @override
    def refresh(self) -> bool:
        possible = self.place.snapshot.can_walk_up
        if possible is self._possible:
            return False
        self._possible = possible
        return True

    @override
    async def async_press(self) -> None:
        """Book."""
        await self.place.async_walk_up()


class PartButton(PartEntity, ButtonEntity):
    """A request to a part; there is nothing to show but whether it is there."""

    entity_description: PartButtonDescription

    @override
    def refresh(self) -> bool:
        return False

    @override
    async def async_press(self) -> None:
        """Ask the part."""
        await self.place.async_perform(self.entity_description.request_fn(self.part))
