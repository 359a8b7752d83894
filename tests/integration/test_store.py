"""What outlives a restart."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.persist import dump
from custom_components.micro_studio.core.policy import Policy
from tests.integration.bookings import booked
from tests.integration.sight import Sight
from tests.integration.waiting import until
from tests.puppets import Theatre

MEMORY = dump(RoomMemory(policy=Policy()))


def file_of(entry: MockConfigEntry) -> str:
    """Return the name of an entry's file."""
    return f"{DOMAIN}.{entry.entry_id}"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], "store"),
        ({"last_event": 3}, "store.rooms"),
        ({"rooms": {}}, "store.last_event"),
        ({"last_event": "3", "rooms": {}}, "store.last_event"),
        ({"last_event": 3, "rooms": {"a": {**MEMORY, "agenda": None, "version": 99}}}, "version"),
        ({"last_event": 3, "rooms": {"a": {}}}, "room"),
    ],
)
async def test_a_broken_file_is_no_empty_file_and_stays_as_it_is(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    house: Theatre,
    entry: MockConfigEntry,
    intended: list[str],
    data: object,
    place: str,
) -> None:
    intended.append("cannot be read")
    stored = {"version": 1, "minor_version": 1, "key": file_of(entry), "data": data}
    hass_storage[file_of(entry)] = stored

    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()

    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "broken_store"
    assert entry.error_reason_translation_placeholders is not None
    assert place in entry.error_reason_translation_placeholders["error"]
    assert hass_storage[file_of(entry)] == stored


async def test_the_file_is_removed_with_the_entry(
    hass: HomeAssistant, hass_storage: dict[str, Any], house: Theatre, entry: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert set(hass_storage[file_of(entry)]["data"]["rooms"]) == {"a", "b"}

    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()

    assert file_of(entry) not in hass_storage


async def test_only_what_has_changed_is_written_anew(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry, sight: Sight
) -> None:
    store = loaded.runtime_data.store
    assert await store.async_save()
    before = dict(store._documents)
    house.part("a", "bookings").publish(items=[booked("x", 60)])
    await until(lambda: sight.shows(Platform.SENSOR, "next_booking") != "unknown")

    assert await store.async_save()

    assert store._documents["a"] is not before["a"]
    assert store._documents["b"] is before["b"]
