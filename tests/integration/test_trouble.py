"""Trouble of our own making stays small: a node is never silenced for ever."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import CONF_KNOWN, CONF_POLICY, SUBENTRY_STUDIO
from custom_components.micro_studio.core.policy import Policy
from custom_components.micro_studio.node import NodeCoordinator
from custom_components.micro_studio.sources.node import NodeSource
from tests.integration.waiting import until
from tests.puppets import Theatre


async def test_a_policy_that_was_broken_by_hand_leaves_the_rest_alone(
    hass: HomeAssistant, entry: MockConfigEntry, intended: list[str]
) -> None:
    intended.append("Room A keeps the defaults of its policy")
    subentry = ConfigSubentryData(
        data={CONF_POLICY: {"early_access": "soon"}},
        subentry_type=SUBENTRY_STUDIO,
        title="Room A",
        unique_id="a",
    )
    broken = MockConfigEntry(
        domain=entry.domain,
        title=entry.title,
        unique_id=entry.unique_id,
        data={**entry.data, CONF_KNOWN: ["a"]},
        subentries_data=[subentry],
    )
    await hass.config_entries.async_remove(entry.entry_id)
    broken.add_to_hass(hass)
    assert await hass.config_entries.async_setup(broken.entry_id)
    rooms = broken.runtime_data.rooms
    assert set(rooms) == {"a", "b"}
    assert rooms["a"].policy == Policy()
    await hass.config_entries.async_unload(broken.entry_id)


async def test_a_bug_at_one_snapshot_is_logged_and_healed_by_the_next(
    house: Theatre,
    coordinator: NodeCoordinator,
    intended: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    intended += ["said what broke us"]
    take, calls = NodeSource.take_parts, 0

    def clumsy(self: NodeSource, parts: Any) -> None:  # noqa: ANN401 - handed on
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError
        take(self, parts)

    monkeypatch.setattr(NodeSource, "take_parts", clumsy)
    house.running.add_studio("c", "Studio C", [])
    await until(lambda: "c" in coordinator.rooms)
    assert coordinator.connected
    assert calls > 1
