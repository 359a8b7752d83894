"""Studios of a node become subentries by themselves, and only a person removes one."""

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio import async_remove_config_entry_device
from custom_components.micro_studio.const import CONF_KNOWN, DOMAIN
from custom_components.micro_studio.issues import STUDIO_VANISHED
from custom_components.micro_studio.node import NodeCoordinator
from studio_node.deltas import delta_tail
from studio_node.wire.vocabulary import EventType
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import STUDIO_PARTS, Theatre, stage

LOCK, DOOR = Platform.LOCK, "door/main_lock"


def names(entry: MockConfigEntry) -> dict[str | None, str]:
    """Return the studios of an entry: id to title."""
    return {subentry.unique_id: subentry.title for subentry in entry.subentries.values()}


def subentry_of(entry: MockConfigEntry, studio: str) -> ConfigSubentry:
    """Return the subentry of a studio."""
    [found] = [each for each in entry.subentries.values() if each.unique_id == studio]
    return found


def vanished(hass: HomeAssistant) -> list[str]:
    """Return the issues about studios that are gone."""
    issues = ir.async_get(hass).issues
    return [issue for domain, issue in issues if domain == DOMAIN and STUDIO_VANISHED in issue]


@pytest.fixture(autouse=True)
def _never_reloaded(loaded: MockConfigEntry, coordinator: NodeCoordinator) -> None:
    """Start loaded; see `untouched`."""


def untouched(entry: MockConfigEntry, coordinator: NodeCoordinator) -> bool:
    """Tell whether everything happened in place: no reload, no new connection."""
    return entry.runtime_data is coordinator and coordinator.connection.counters.connects == 1


async def test_the_studios_of_a_node_are_there_after_pairing(
    hass: HomeAssistant, loaded: MockConfigEntry, sight: Sight
) -> None:
    assert names(loaded) == {"a": "Studio A", "b": "Studio B"}
    assert loaded.data[CONF_KNOWN] == ["a", "b"]
    devices = dr.async_get(hass)
    node = devices.async_get_device_by_identifier((DOMAIN, sight.node_id), loaded.entry_id)
    studio = devices.async_get_device_by_identifier((DOMAIN, f"{sight.node_id}_a"), loaded.entry_id)
    assert node is not None
    assert studio is not None
    assert studio.via_device_id == node.id
    assert studio.name == "Studio A"


async def test_a_studio_that_is_added_while_everything_runs_appears_in_place(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
    sight: Sight,
) -> None:
    new = stage(STUDIO_PARTS)
    house.running.add_studio("c", "Studio C", [new])

    await until(lambda: sight.find(LOCK, DOOR, "c"))
    await hass.async_block_till_done()

    assert names(loaded) == {"a": "Studio A", "b": "Studio B", "c": "Studio C"}
    assert sight.shows(LOCK, DOOR, "c") == "locked"
    assert untouched(loaded, coordinator)
    await sight.call(LOCK, "unlock", DOOR, "c")
    assert new["door/main"].commands == [("unlock", {})]


async def test_what_happens_in_a_studio_that_has_just_appeared_is_not_lost(
    hass: HomeAssistant, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    new = stage(STUDIO_PARTS)
    house.running.add_studio("c", "Studio C", [new])
    await until(lambda: new["door/main"].board)

    new["door/main"].emit(EventType.FORCED)

    await until(lambda: sight.find(Platform.EVENT, "access", "c"))
    await until(
        lambda: sight.state(Platform.EVENT, "access", "c").attributes["event_type"] == "forced"
    )


async def test_a_studio_that_vanishes_becomes_unavailable_with_a_repair_and_comes_back(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
    sight: Sight,
) -> None:
    await house.running.remove_studio("b")
    await until(lambda: not sight.there(LOCK, DOOR, "b"))

    assert sight.there(LOCK, DOOR, "a")
    assert names(loaded) == {"a": "Studio A", "b": "Studio B"}
    assert len(vanished(hass)) == 1

    house.running.add_studio("b", "Studio B", [stage(STUDIO_PARTS)])
    await until(lambda: sight.there(LOCK, DOOR, "b"))

    assert vanished(hass) == []
    assert untouched(loaded, coordinator)


async def test_a_studio_that_a_person_removes_stays_away(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
    sight: Sight,
) -> None:
    hass.config_entries.async_remove_subentry(loaded, subentry_of(loaded, "b").subentry_id)
    await hass.async_block_till_done()
    assert sight.find(LOCK, DOOR, "b") is None
    assert coordinator.studios.removed == {"b": "Studio B"}
    assert coordinator.store.studios == {"a"}
    assert untouched(loaded, coordinator)

    await house.stop()
    await until(lambda: not coordinator.connected)
    await house.start()
    await until(lambda: coordinator.connected)
    assert names(loaded) == {"a": "Studio A"}

    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    assert names(loaded) == {"a": "Studio A"}

    # What it still reports concerns nobody.
    again: NodeCoordinator = loaded.runtime_data
    await heard(again, lambda: house.part("b", "door/main").publish(locked=False))
    await heard(again, lambda: house.part("b", "door/main").emit(EventType.FORCED))
    assert sight.find(LOCK, DOOR, "b") is None


async def test_a_vanished_studio_that_a_person_removes_takes_its_repair_along(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry, coordinator: NodeCoordinator
) -> None:
    await house.stop()
    await until(lambda: not coordinator.connected)
    del house.studios["b"]
    await house.start()
    await until(lambda: coordinator.connected)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    assert len(vanished(hass)) == 1

    hass.config_entries.async_remove_subentry(loaded, subentry_of(loaded, "b").subentry_id)
    await hass.async_block_till_done()

    assert vanished(hass) == []
    assert loaded.runtime_data.store.studios == {"a"}
    assert loaded.runtime_data.studios.removed == {}


async def test_a_part_that_is_fitted_later_brings_its_entities(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
    sight: Sight,
) -> None:
    garden = house.running.hub.board("a", "door/garden")
    assert sight.find(LOCK, "door/garden_lock") is None

    await heard(coordinator, lambda: garden.publish({"locked": True}))
    await hass.async_block_till_done()

    assert sight.shows(LOCK, "door/garden_lock") == "locked"
    assert sight.find(Platform.SENSOR, "door/garden_battery") is None

    await heard(coordinator, lambda: garden.publish({"battery": 50}))
    await hass.async_block_till_done()
    assert sight.shows(Platform.SENSOR, "door/garden_battery") == "50"

    await heard(coordinator, garden.withdraw)
    assert not sight.there(LOCK, "door/garden_lock")
    assert not sight.there(Platform.SENSOR, "door/garden_battery")

    await heard(coordinator, lambda: garden.publish({"locked": False, "battery": 49}))
    assert sight.shows(LOCK, "door/garden_lock") == "unlocked"
    assert untouched(loaded, coordinator)


async def test_a_part_of_the_node_that_is_fitted_later_brings_its_entities(
    hass: HomeAssistant, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    board = house.running.hub.board(None, "firmware/capture")

    await heard(coordinator, lambda: board.publish({"installed": "1.0", "available": "1.0"}))
    await hass.async_block_till_done()

    assert sight.shows(Platform.UPDATE, "firmware/capture_software", None) == "off"


async def test_a_part_of_a_later_version_is_left_alone(
    house: Theatre, coordinator: NodeCoordinator, loaded: MockConfigEntry, sight: Sight
) -> None:
    house.running.hub._parts["a"]["telescope/main"] = {"focus": 1}
    [connection] = house.running.server.connections

    await heard(coordinator, connection.on_studios)
    house.running.hub.tell(delta_tail("a", "telescope/main", {"focus": 2}))
    await heard(coordinator, lambda: house.part("a", "door/main").publish(locked=False))

    assert sight.shows(LOCK, DOOR) == "unlocked"
    assert untouched(loaded, coordinator)


async def test_a_person_may_remove_a_device_only_when_nothing_is_behind_it(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
    sight: Sight,
) -> None:
    garden = house.running.hub.board("a", "door/garden")
    await heard(coordinator, lambda: garden.publish({"locked": True}))
    await hass.async_block_till_done()
    door, garden_door, studio = (
        er.async_get(hass).async_get(sight.entity(platform, key))
        for platform, key in (
            (LOCK, DOOR),
            (LOCK, "door/garden_lock"),
            (Platform.SENSOR, "state"),
        )
    )

    async def removable(entity: er.RegistryEntry | None) -> bool:
        assert entity is not None
        device = dr.async_get(hass).async_get(str(entity.device_id))
        assert device is not None
        # Home Assistant hands child devices over, too, whatever the annotation says.
        return await async_remove_config_entry_device(hass, loaded, device)  # type: ignore[arg-type]

    assert not await removable(door)
    assert not await removable(garden_door)
    assert not await removable(studio)

    await heard(coordinator, garden.withdraw)

    assert not await removable(door)
    assert await removable(garden_door)
    assert not await removable(studio)
