"""Avahi and this project understand each other's announcements."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
import re

from homeassistant.components.zeroconf.discovery import ZeroconfDiscovery
from homeassistant.config_entries import SOURCE_ZEROCONF, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import pytest
import pytest_socket

from custom_components.micro_studio.const import CONF_FINGERPRINT, DOMAIN
from custom_components.micro_studio.wire.messages import SERVICE_TYPE
from tests.discovery import browsing
from tests.node_process import HOST, NodeProcess
from tests.patience import until
from tests.real.avahi import Avahi

KIND = SERVICE_TYPE.removesuffix(".local.")
TYPE = SERVICE_TYPE.removesuffix(".")  # as avahi writes it
QUIET = 3.0  # s; then a node has said all that it says unasked
TEXT = re.compile(r'"([^"=]+)=([^"]*)"')


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let tests use the loopback, and avahi's socket."""
    pytest_socket.socket_allow_hosts([HOST], allow_unix_socket=True)


@pytest.fixture
def avahi() -> Iterator[Avahi]:
    """Make an avahi that has not started."""
    with Avahi.made() as made:
        yield made


@pytest.fixture
async def browser(hass: HomeAssistant) -> AsyncGenerator[ZeroconfDiscovery]:
    """Run Home Assistant's own browser on the loopback, for our type alone."""
    async with browsing(hass) as discovery:
        yield discovery


def truth(node: NodeProcess, pairing: str) -> dict[str, str]:
    """Return the TXT record that a node should have."""
    return {
        "id": node.ticket.id,
        "api": "1.0",
        "name": "City centre",
        "site": "Berlin",
        "fp": node.ticket.fingerprint.hex()[:16],
        "pairing": pairing,
    }


async def test_avahi_hears_a_node_come_change_and_go(avahi: Avahi, tmp_path: Path) -> None:
    """Every record of the announcement is in avahi's cache, once, and leaves it with the node."""
    avahi.start()
    with NodeProcess.running(tmp_path, announce=True) as node:
        name = f"City centre ({node.ticket.id[:6]}).{TYPE}"
        host = f"studio-node-{node.ticket.id}.local"

        def texts() -> list[dict[str, str]]:
            return [
                dict(TEXT.findall(data))
                for owner, kind, data in avahi.heard()
                if (owner, kind) == (name, "TXT")
            ]

        await until(lambda: texts() == [truth(node, "closed")], 20)
        heard = avahi.heard()
        assert (TYPE, "PTR", name) in heard
        assert [data for owner, kind, data in heard if (owner, kind) == (name, "SRV")] == [
            f"0 0 {node.port} {host}"
        ]
        assert [data for owner, kind, data in heard if (owner, kind) == (host, "A")] == [HOST]

        # At once: caches keep what is younger than a second (RFC 6762, 10.2), so the node waits.
        await node.pairing_code()
        await until(lambda: texts() == [truth(node, "open")], 20)

        node.stop()
        await until(
            lambda: not any(name in {owner, data} for owner, _, data in avahi.heard()),
            20,
        )


async def test_a_node_answers_when_avahi_asks(avahi: Avahi, tmp_path: Path) -> None:
    """Avahi comes late, has heard nothing, asks for the node's host name, and gets its address."""
    with NodeProcess.running(tmp_path, announce=True) as node:
        host = f"studio-node-{node.ticket.id}.local"
        await asyncio.sleep(QUIET)
        avahi.start()
        assert host not in {owner for owner, _, _ in avahi.heard()}
        _, _, _, found, address = avahi.resolve(host).split()
        assert (found, address) == (host, HOST)


async def test_home_assistant_pairs_with_a_node_that_avahi_announces(
    hass: HomeAssistant, browser: ZeroconfDiscovery, avahi: Avahi, tmp_path: Path
) -> None:
    """A static service file is all that Home Assistant learns of a silent node."""
    with NodeProcess.running(tmp_path, announce=False) as node:
        texts = truth(node, "open")
        avahi.publish("Café & Söhne (1. Stock)", KIND, node.port, texts)
        avahi.start()

        manager = hass.config_entries.flow

        def ours() -> str | None:
            for flow in manager.async_progress_by_handler(DOMAIN):
                if flow["context"].get("unique_id") == node.ticket.id:
                    return flow["flow_id"] if flow.get("step_id") else None
            return None

        flow_id = await until(ours, 30)
        assert flow_id is not None
        flow = manager.async_get(flow_id)
        assert flow["context"]["source"] == SOURCE_ZEROCONF
        assert flow["step_id"] == "discovery_confirm"
        told = manager._progress[flow_id].init_data
        assert isinstance(told, ZeroconfServiceInfo)
        assert told.host == HOST
        assert told.port == node.port
        assert told.hostname == f"{avahi.host}.local."
        assert told.name == f"Café & Söhne (1. Stock).{SERVICE_TYPE}"
        assert told.properties == texts

        assert (await manager.async_configure(flow_id, {}))["step_id"] == "pair"
        code = await node.pairing_code()
        done = await manager.async_configure(flow_id, {"code": code})
        assert done["type"] is FlowResultType.CREATE_ENTRY
        entry = done["result"]
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED
        assert entry.unique_id == node.ticket.id
        assert entry.data[CONF_FINGERPRINT].startswith(texts["fp"])
        await hass.config_entries.async_unload(entry.entry_id)
