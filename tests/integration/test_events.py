"""An event is never lost and never counted twice."""

import asyncio
from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.event import AccessEvents
from custom_components.micro_studio.node import NodeCoordinator
from studio_node.wire.vocabulary import EventType
from tests.integration.sight import Sight
from tests.integration.waiting import PATIENCE, until
from tests.puppets import Theatre

EVENT, ACCESS = Platform.EVENT, "access"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acknowledge without gathering first."""
    monkeypatch.setattr("custom_components.micro_studio.inbox._GATHER", 0.01)
    monkeypatch.setattr("custom_components.micro_studio.inbox._RETRY", 0.02)


@pytest.fixture
def seen() -> Iterator[list[object]]:
    """Collect the tags of all access events that are shown."""
    tags: list[object] = []
    trigger = AccessEvents._trigger_event

    def note(entity: AccessEvents, kind: str, data: dict[str, object]) -> None:
        tags.append(data["tag"])
        trigger(entity, kind, data)

    with patch.object(AccessEvents, "_trigger_event", note):
        yield tags


async def waiting(house: Theatre) -> int:
    """Return how many events the node still keeps for us."""
    return (await house.running.hub._post.outbox.depth()).events


async def settled(house: Theatre) -> None:
    """Wait until the node keeps nothing for us."""
    async with asyncio.timeout(PATIENCE):
        while await waiting(house):  # noqa: ASYNC110 - another thread counts
            await asyncio.sleep(0.01)


async def test_what_happens_while_home_assistant_is_away_comes_once_and_in_order(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry, seen: list[object]
) -> None:
    door = house.part("a", "door/main")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    for tag in ("one", "two", "three"):
        door.emit(EventType.CODE_USED, tag=tag)
    await house.running.hub._post.settle()
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await hass.async_block_till_done()
    await until(lambda: len(seen) == 3)
    await settled(house)

    assert seen == ["one", "two", "three"]
    assert loaded.runtime_data.store.last_event == 3


async def test_an_event_is_not_counted_again_after_a_reconnect(
    house: Theatre, coordinator: NodeCoordinator, seen: list[object]
) -> None:
    with patch.object(coordinator.connection, "ack"):
        house.part("a", "door/main").emit(EventType.CODE_USED, tag="only once")
        await until(lambda: seen == ["only once"])
    assert await waiting(house) == 1

    await house.stop()
    await until(lambda: not coordinator.connected)
    await house.start()
    await until(lambda: coordinator.connected)
    await settled(house)

    assert seen == ["only once"]


async def test_an_event_is_acknowledged_only_after_it_was_written(
    hass: HomeAssistant,
    house: Theatre,
    coordinator: NodeCoordinator,
    sight: Sight,
    seen: list[object],
    intended: list[str],
) -> None:
    intended.append("Error writing config for micro_studio")
    failed: list[object] = []

    async def full(store: Store[dict[str, object]], data: object) -> None:
        failed.append(data)
        raise WriteError("no space left on device")

    with patch("homeassistant.helpers.storage.Store._async_write_data", full):
        house.part("a", "door/main").emit(EventType.CODE_USED, tag="kept")
        await until(lambda: len(failed) > 2)
        assert await waiting(house) == 1

    # There is room again: the same connection goes on.
    await settled(house)
    assert seen == ["kept"]
    assert coordinator.connection.counters.connects == 1


async def test_an_event_that_was_not_written_before_a_crash_comes_again(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry, sight: Sight
) -> None:
    with patch.object(loaded.runtime_data.store, "async_save", return_value=False):
        house.part("a", "door/main").emit(EventType.FORCED)
        await until(lambda: sight.shows(EVENT, ACCESS) != STATE_UNKNOWN)
        assert await hass.config_entries.async_unload(loaded.entry_id)
    assert await waiting(house) == 1

    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settled(house)


async def test_an_event_of_the_node_itself_and_one_of_a_later_version_are_acknowledged(
    house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    house.part(None, "host").emit(EventType.FORCED)
    house.part("a", "door/main").emit(EventType.UNKNOWN)
    await until(lambda: coordinator.store.last_event == 2)

    await settled(house)

    assert sight.shows(EVENT, ACCESS) == STATE_UNKNOWN
