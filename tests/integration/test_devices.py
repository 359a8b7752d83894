"""Devices: a studio's below the node, parts below the studio, nothing left over."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.node import NodeCoordinator
from tests.integration.waiting import until
from tests.puppets import Theatre


def test_parts_are_devices_below_their_studio(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: NodeCoordinator
) -> None:
    registry = dr.async_get(hass)
    room = coordinator.rooms["a"]
    door = registry.async_get_child_device_by_identifier(
        (DOMAIN, f"{room.key}_door/main"), entry.entry_id
    )
    studio = registry.async_get_device_by_identifier((DOMAIN, room.key), entry.entry_id)
    assert door is not None
    assert studio is not None
    assert door.parent_device_id == studio.id
    assert studio.via_device_id == coordinator.place.device_id
    assert studio.config_subentry_id == room.subentry_id


@pytest.mark.parametrize(("part", "removed"), [("light/sign", True), ("door/main", False)])
async def test_only_a_device_that_stands_for_nothing_can_be_removed(
    hass: HomeAssistant,
    house: Theatre,
    entry: MockConfigEntry,
    coordinator: NodeCoordinator,
    hass_ws_client: WebSocketGenerator,
    part: str,
    removed: bool,
) -> None:
    assert await async_setup_component(hass, "config", {})
    room = coordinator.rooms["a"]
    identifier = (DOMAIN, f"{room.key}_{part}")
    registry = dr.async_get(hass)
    device = registry.async_get_child_device_by_identifier(identifier, entry.entry_id)
    assert device is not None
    board = house.part("a", "light/sign").board
    assert board is not None
    board.withdraw()
    await until(lambda: "light/sign" not in room.parts())

    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "config/device_registry/remove", "device_id": device.id}
    )
    answer = await client.receive_json()

    assert answer["success"] is removed
    left = registry.async_get_child_device_by_identifier(identifier, entry.entry_id)
    assert (left is None) is removed
