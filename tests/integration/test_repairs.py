"""How a person fixes what went wrong."""

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.node import NodeCoordinator
from custom_components.micro_studio.repairs import RemoveStudioFlow, async_create_fix_flow
from tests.integration.sight import Sight
from tests.integration.waiting import until
from tests.puppets import Theatre


def issues(hass: HomeAssistant) -> list[str]:
    """Return what stands to be repaired."""
    return [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN]


async def fix(hass: HomeAssistant, hass_client: ClientSessionGenerator, issue: str) -> str:
    """Do as a person does in the repairs dashboard; return what the form said."""
    assert await async_setup_component(hass, REPAIRS, {})
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue}
    )
    flow = await answer.json()
    assert (flow["type"], flow["step_id"]) == ("form", "confirm")
    shown = str(flow["description_placeholders"])
    answer = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert (await answer.json())["type"] == "create_entry"
    await hass.async_block_till_done()
    return shown


async def test_a_studio_that_is_gone_can_be_removed(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
    sight: Sight,
) -> None:
    await house.running.remove_studio("b")
    await until(lambda: issues(hass))
    [issue] = issues(hass)

    assert "Studio B" in await fix(hass, hass_client, issue)

    assert [subentry.title for subentry in loaded.subentries.values()] == ["Studio A"]
    assert sight.find(Platform.LOCK, "door/main_lock", "b") is None
    assert set(coordinator.rooms) == {"a"}
    assert issues(hass) == []


async def test_a_changed_certificate_is_fixed_by_pairing_again(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    house: Theatre,
    loaded: MockConfigEntry,
) -> None:
    await house.stop()
    (house.state_dir / "certificate.pem").unlink()
    await house.start()
    await until(lambda: issues(hass))
    [issue] = issues(hass)

    assert "City centre" in await fix(hass, hass_client, issue)

    [progress] = hass.config_entries.flow.async_progress()
    flow = await hass.config_entries.flow.async_configure(progress["flow_id"])
    assert flow["step_id"] == "reauth_confirm"
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"code": house.running.open_pairing()}
    )
    assert flow["reason"] == "reauth_successful"
    await until(lambda: loaded.state is ConfigEntryState.LOADED and loaded.runtime_data.connected)
    await hass.async_block_till_done()
    assert issues(hass) == []


@pytest.mark.parametrize("kind", ["studio_vanished", "certificate_changed"])
async def test_a_fix_that_comes_too_late_does_nothing(hass: HomeAssistant, kind: str) -> None:
    flow = await async_create_fix_flow(
        hass, f"{kind}_gone", {"entry_id": "gone", "subject": "gone"}
    )
    flow.hass = hass
    flow.flow_id = flow.handler = "x"

    result = await flow.async_step_confirm({})  # type: ignore[attr-defined]

    assert result["type"] == "create_entry"
    assert isinstance(await async_create_fix_flow(hass, kind, None), RemoveStudioFlow) is (
        kind == "studio_vanished"
    )
