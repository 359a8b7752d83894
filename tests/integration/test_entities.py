"""All entities together: what they are, how many, how they are named."""

from collections.abc import Mapping

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.micro_studio import PLATFORMS
from tests.integration.clock import Clock
from tests.puppets import Theatre

BUDGET = 22  # entities of a studio, child devices included, that are enabled by default


@pytest.mark.parametrize("studios", [{"a": "Studio A"}])
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.usefixtures("everything_enabled")
async def test_the_entities_of_a_platform_look_like_this(
    clock: Clock,
    hass: HomeAssistant,
    house: Theatre,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house.part("a", "bookings").publish(
        items=[
            {
                "uid": "b1",
                "start": "2026-11-23T11:50:00+00:00",
                "end": "2026-11-23T13:00:00+00:00",
                "status": "confirmed",
                "title": "Morning show",
                "guest": "ref-7",
                "revision": 1,
            },
            {
                "uid": "b2",
                "start": "2026-11-23T15:00:00+00:00",
                "end": "2026-11-23T16:00:00+00:00",
                "status": "confirmed",
                "title": "Interview",
                "guest": "ref-8",
                "revision": 1,
            },
        ]
    )
    monkeypatch.setattr("custom_components.micro_studio.PLATFORMS", (platform,))

    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()

    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_studio_enables_no_more_entities_than_a_partner_can_take_in(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry, studios: Mapping[str, str]
) -> None:
    entities = er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
    enabled = [entity for entity in entities if entity.disabled_by is None]

    for subentry in loaded.subentries.values():
        own = [e.unique_id for e in enabled if e.config_subentry_id == subentry.subentry_id]
        assert 10 < len(own) <= BUDGET, own


async def test_every_entity_belongs_to_a_device_of_its_own_subentry(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry, house: Theatre
) -> None:
    of_studio = {subentry.unique_id: subentry for subentry in loaded.subentries.values()}
    for entity in er.async_entries_for_config_entry(entity_registry, loaded.entry_id):
        studio = entity.unique_id.removeprefix(house.running.id)[1:2]
        expected = of_studio.get(studio)
        assert entity.config_subentry_id == (expected and expected.subentry_id), entity.unique_id
        assert entity.device_id is not None
