"""Finding a node and pairing with it; everything that can go wrong on the way."""

from collections.abc import AsyncGenerator, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from probatio import to_field_list
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import CONF_FINGERPRINT, DOMAIN
from studio_node.wire.messages import SERVICE_TYPE
from tests.integration.strangers import certificate, closed_port, stranger
from tests.integration.waiting import until
from tests.puppets import HOST, NODE_ID, Theatre, theatre

type Form = Any  # what a flow shows, as a browser takes it

OTHER_ID = "fedcba9876543210"
NOWHERE = "no-such-host.invalid"
WRONG = "0000-0000-0000"


@pytest.fixture
def zeroconf(mock_async_zeroconf: object) -> None:
    """Keep Home Assistant's own zeroconf off the network."""


@pytest.fixture
def no_setup() -> Iterator[None]:
    """Look only at the flow."""
    with patch("custom_components.micro_studio.async_setup_entry", return_value=True):
        yield


@pytest.fixture
async def other(socket_enabled: None, tmp_path: Path) -> AsyncGenerator[Theatre]:
    """Run another node."""
    async with theatre(tmp_path / "other", {"a": "Elsewhere"}, OTHER_ID) as running:
        yield running


def found(port: int, **properties: str) -> ZeroconfServiceInfo:
    """Return what zeroconf tells about a node."""
    return ZeroconfServiceInfo(
        ip_address=ip_address(HOST),
        ip_addresses=[ip_address(HOST)],
        port=port,
        hostname="node.local.",
        type=SERVICE_TYPE,
        name=f"City centre.{SERVICE_TYPE}",
        properties=properties,
    )


async def begin(hass: HomeAssistant, source: str = SOURCE_USER, data: object = None) -> Form:
    """Start a flow; of what a person may choose, the node."""
    flow: Form = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": source}, data=data
    )
    if flow["type"] is not FlowResultType.MENU:
        return flow
    assert flow["menu_options"] == ["node", "site"]
    return await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "node"})


async def say(hass: HomeAssistant, flow: ConfigFlowResult, **answer: object) -> Form:
    """Fill in the form of a flow, as a browser would see it."""
    schema = flow["data_schema"]
    if schema is not None:
        assert to_field_list(schema, custom_serializer=cv.custom_serializer)
    return await hass.config_entries.flow.async_configure(flow["flow_id"], answer)


@pytest.mark.usefixtures("no_setup")
async def test_a_node_is_paired_by_its_address_and_a_code(
    hass: HomeAssistant, house: Theatre
) -> None:
    flow = await begin(hass)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "node")

    flow = await say(hass, flow, host=f" {HOST} ", port=house.port)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "pair")
    assert flow["description_placeholders"]["name"] == "City centre"

    flow = await say(hass, flow, code=house.running.open_pairing().lower())

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["title"] == "City centre"
    data = flow["result"].data
    assert (data[CONF_HOST], data[CONF_PORT]) == (HOST, house.port)
    assert data[CONF_FINGERPRINT] == house.running.fingerprint.hex()
    assert await house.running.tokens.verify(data[CONF_TOKEN]) is not None
    assert flow["result"].unique_id == NODE_ID


@pytest.mark.usefixtures("socket_enabled", "no_setup")
@pytest.mark.parametrize(
    ("answer", "tls", "error"),
    [
        (b"SSH-2.0-OpenSSH\r\n", False, "not_a_node"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", False, "not_a_node"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", True, "not_a_node"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", True, "not_a_node"),
        (
            b'HTTP/1.1 401 No\r\nContent-Length: 34\r\n\r\n{"error": {"code": "unauthorized"}}',
            True,
            "not_a_node",
        ),
        (b"", True, "connection_lost"),
    ],
)
async def test_who_answers_and_is_no_node_is_told_apart(
    hass: HomeAssistant, tmp_path: Path, answer: bytes, tls: bool, error: str
) -> None:
    async with stranger(answer, certificate(tmp_path) if tls else None) as port:
        flow = await say(hass, await begin(hass), host=HOST, port=port)

    assert flow["step_id"] == "node"
    assert flow["errors"] == {"base": error}


@pytest.mark.usefixtures("no_setup")
async def test_an_address_where_nobody_answers_can_be_corrected(
    hass: HomeAssistant, house: Theatre
) -> None:
    unknown = OSError(None, "Name or service not known")

    flow = await say(hass, await begin(hass), host=HOST, port=closed_port())
    assert flow["errors"] == {"base": "refused"}

    with patch("aiohttp.TCPConnector._resolve_host", side_effect=unknown):
        flow = await say(hass, flow, host=NOWHERE, port=house.port)
    assert flow["errors"] == {"base": "no_route"}

    flow = await say(hass, flow, host=HOST, port=house.port)
    assert flow["step_id"] == "pair"


@pytest.mark.usefixtures("no_setup")
async def test_a_node_of_another_protocol_is_told_apart_with_both_versions(
    hass: HomeAssistant, house: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio_node.app.API", "2.0")

    flow = await say(hass, await begin(hass), host=HOST, port=house.port)

    assert flow["errors"] == {"base": "api_mismatch"}
    assert flow["description_placeholders"] == {"ours": "1.0", "theirs": "2.0"}


@pytest.mark.usefixtures("no_setup")
async def test_a_code_can_be_wrong_or_not_asked_for_or_tried_too_often(
    hass: HomeAssistant, house: Theatre
) -> None:
    flow = await say(hass, await begin(hass), host=HOST, port=house.port)

    flow = await say(hass, flow, code=WRONG)
    assert flow["errors"] == {"base": "pairing_closed"}

    house.running.open_pairing()
    for _ in range(4):
        flow = await say(hass, flow, code=WRONG)
        assert flow["errors"] == {"base": "wrong_code"}
    flow = await say(hass, flow, code=WRONG)
    assert flow["errors"] == {"base": "too_many_attempts"}

    flow = await say(hass, flow, code=house.running.open_pairing())
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_setup")
async def test_a_node_that_goes_while_it_is_paired_can_come_back(
    hass: HomeAssistant, house: Theatre
) -> None:
    flow = await say(hass, await begin(hass), host=HOST, port=house.port)
    await house.stop()

    flow = await say(hass, flow, code=WRONG)
    assert flow["errors"] == {"base": "refused"}

    await house.start()
    flow = await say(hass, flow, code=house.running.open_pairing())
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_setup")
async def test_a_refusal_of_a_later_version_has_words_too(
    hass: HomeAssistant, house: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = await say(hass, await begin(hass), host=HOST, port=house.port)
    monkeypatch.setattr("studio_node.pairing._NONCE", range(1))
    house.running.open_pairing()

    flow = await say(hass, flow, code=WRONG)

    assert flow["errors"] == {"base": "pairing_refused"}


async def test_a_node_that_is_already_there_is_not_added_again(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry
) -> None:
    flow = await say(hass, await begin(hass), host=HOST, port=house.port)

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert loaded.runtime_data.connected


@pytest.mark.usefixtures("no_setup", "zeroconf")
async def test_a_node_that_announces_itself_is_confirmed_and_paired(
    hass: HomeAssistant, house: Theatre
) -> None:
    flow = await begin(hass, SOURCE_ZEROCONF, found(house.port, id=NODE_ID))
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "discovery_confirm")
    [shown] = hass.config_entries.flow.async_progress()
    assert shown["context"]["title_placeholders"] == {"name": "City centre"}
    assert flow["description_placeholders"]["site"] == "Berlin"

    flow = await say(hass, flow)
    assert flow["step_id"] == "pair"

    flow = await say(hass, flow, code=house.running.open_pairing())
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("no_setup", "zeroconf")
async def test_an_announcement_without_text_is_enough(hass: HomeAssistant, house: Theatre) -> None:
    flow = await begin(hass, SOURCE_ZEROCONF, found(house.port))

    assert flow["step_id"] == "discovery_confirm"
    [shown] = hass.config_entries.flow.async_progress()
    assert shown["context"]["unique_id"] == NODE_ID


@pytest.mark.usefixtures("zeroconf", "socket_enabled")
async def test_an_announcement_that_leads_nowhere_is_dropped(hass: HomeAssistant) -> None:
    flow = await begin(hass, SOURCE_ZEROCONF, found(closed_port(), id=NODE_ID))

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "refused")


@pytest.mark.usefixtures("zeroconf")
@pytest.mark.parametrize("properties", [{"id": NODE_ID}, {}])
async def test_a_known_node_that_announces_itself_elsewhere_is_followed(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry, properties: dict[str, str]
) -> None:
    coordinator = loaded.runtime_data
    await house.stop()
    await until(lambda: not coordinator.connected)
    house.port = 0
    await house.start()
    assert house.port != loaded.data[CONF_PORT]

    flow = await begin(hass, SOURCE_ZEROCONF, found(house.port, **properties))

    assert flow["reason"] == "already_configured"
    assert loaded.data[CONF_PORT] == house.port
    await until(lambda: coordinator.connected)
    assert loaded.runtime_data is coordinator


@pytest.mark.usefixtures("zeroconf")
async def test_a_lost_node_that_announces_itself_is_reached_without_waiting(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coordinator = loaded.runtime_data
    monkeypatch.setattr("custom_components.micro_studio.client.backoff.FIRST", 600.0)
    monkeypatch.setattr("custom_components.micro_studio.client.backoff.LONGEST", 600.0)
    # The first wait of a back-off is drawn when the one before has ended.
    await house.stop()
    await until(lambda: not coordinator.connected)
    await house.start()

    await begin(hass, SOURCE_ZEROCONF, found(house.port, id=NODE_ID))

    await until(lambda: coordinator.connected)


@pytest.mark.usefixtures("zeroconf")
async def test_a_node_that_was_away_at_the_start_is_set_up_when_it_announces_itself(
    hass: HomeAssistant, house: Theatre, entry: MockConfigEntry
) -> None:
    await house.stop()
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    house.port = 0
    await house.start()

    await begin(hass, SOURCE_ZEROCONF, found(house.port, id=NODE_ID))

    await until(lambda: entry.state is ConfigEntryState.LOADED)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_revoked_token_asks_for_a_new_code_and_heals(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry
) -> None:
    coordinator = loaded.runtime_data
    [token] = house.running.tokens
    await house.running.tokens.revoke(token.id)
    await until(lambda: not coordinator.connected)
    await until(hass.config_entries.flow.async_progress)
    [progress] = hass.config_entries.flow.async_progress()
    assert (progress["context"]["source"], progress["step_id"]) == ("reauth", "reauth_confirm")
    flow = await hass.config_entries.flow.async_configure(progress["flow_id"])

    house.running.open_pairing()
    flow = await say(hass, flow, code=WRONG)
    assert flow["errors"] == {"base": "wrong_code"}

    flow = await say(hass, flow, code=house.running.open_pairing())
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await until(lambda: loaded.state is ConfigEntryState.LOADED and loaded.runtime_data.connected)
    await hass.async_block_till_done()
    assert loaded.runtime_data is not coordinator


async def test_a_token_that_is_unknown_at_the_start_asks_for_a_new_code_and_heals(
    hass: HomeAssistant, house: Theatre, entry: MockConfigEntry, intended: list[str]
) -> None:
    intended.append("could not authenticate")
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: "forged"})
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    [progress] = hass.config_entries.flow.async_progress()
    flow = await hass.config_entries.flow.async_configure(progress["flow_id"])

    flow = await say(hass, flow, code=house.running.open_pairing())

    assert flow["reason"] == "reauth_successful"
    await until(lambda: entry.state is ConfigEntryState.LOADED)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)


async def test_pairing_again_with_another_node_is_refused(
    hass: HomeAssistant, other: Theatre, loaded: MockConfigEntry, house: Theatre
) -> None:
    flow = await loaded.start_reauth_flow(hass)
    hass.config_entries.async_update_entry(loaded, data={**loaded.data, CONF_PORT: other.port})

    flow = await say(hass, flow, code=other.running.open_pairing())

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "wrong_node")


async def test_pairing_again_says_when_nobody_answers(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry
) -> None:
    flow = await loaded.start_reauth_flow(hass)
    await house.stop()

    flow = await say(hass, flow, code=WRONG)

    assert flow["errors"] == {"base": "refused"}
    assert flow["description_placeholders"]["name"] == "City centre"


async def test_a_node_that_has_moved_is_given_its_new_address(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry
) -> None:
    coordinator = loaded.runtime_data
    await house.stop()
    await until(lambda: not coordinator.connected)
    house.port = 0
    await house.start()
    flow = await loaded.start_reconfigure_flow(hass)
    assert flow["step_id"] == "reconfigure"

    flow = await say(hass, flow, host=HOST, port=closed_port())
    assert flow["errors"] == {"base": "refused"}

    flow = await say(hass, flow, host=HOST, port=house.port)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await until(lambda: coordinator.connected)
    assert loaded.runtime_data is coordinator


async def test_another_node_does_not_take_the_place_of_one(
    hass: HomeAssistant, house: Theatre, other: Theatre, loaded: MockConfigEntry
) -> None:
    flow = await loaded.start_reconfigure_flow(hass)

    flow = await say(hass, flow, host=HOST, port=other.port)

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "wrong_node")
    assert loaded.data[CONF_PORT] == house.port


async def test_a_node_with_a_new_certificate_is_paired_again(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry
) -> None:
    before = loaded.data[CONF_FINGERPRINT]
    await house.stop()
    (house.state_dir / "certificate.pem").unlink()
    await house.start()
    flow = await loaded.start_reconfigure_flow(hass)

    flow = await say(hass, flow, host=HOST, port=house.port)
    assert flow["step_id"] == "pair"
    flow = await say(hass, flow, code=house.running.open_pairing())

    assert flow["reason"] == "reconfigure_successful"
    assert loaded.data[CONF_FINGERPRINT] == house.running.fingerprint.hex() != before
    await until(lambda: loaded.state is ConfigEntryState.LOADED and loaded.runtime_data.connected)
    await hass.async_block_till_done()


async def test_an_entry_that_is_not_loaded_is_reloaded_after_a_new_address(
    hass: HomeAssistant, house: Theatre, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PORT: closed_port()})
    assert not await hass.config_entries.async_setup(entry.entry_id)
    flow = await entry.start_reconfigure_flow(hass)

    await say(hass, flow, host=HOST, port=house.port)

    await until(lambda: entry.state is ConfigEntryState.LOADED)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_person_who_types_in_a_node_that_was_away_brings_it_back(
    hass: HomeAssistant, house: Theatre, entry: MockConfigEntry
) -> None:
    await house.stop()
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await house.start()

    flow = await say(hass, await begin(hass), host=HOST, port=house.port)

    assert flow["reason"] == "already_configured"
    await until(lambda: entry.state is ConfigEntryState.LOADED)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)
