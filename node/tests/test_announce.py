"""The node on the network's notice board."""

import asyncio
from dataclasses import replace

import pytest
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from node.tests.conftest import StartNode
from node.tests.room import until
from studio_node.announce import announced_addresses, instance_name
from studio_node.settings import LOOPBACK, Settings
from studio_node.wire.messages import SERVICE_TYPE


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Bear with python-zeroconf: its clean-up timer outlives a close now and then."""
    return True


async def look(node_name: str) -> dict[str, str | None]:
    """Return a node's TXT record as a stranger sees it."""
    zeroconf = AsyncZeroconf(interfaces=[LOOPBACK])
    try:
        info = AsyncServiceInfo(SERVICE_TYPE, f"{node_name}.{SERVICE_TYPE}")
        if not await info.async_request(zeroconf.zeroconf, 3000):
            return {}
        return {**info.decoded_properties, "port": str(info.port)}
    finally:
        await zeroconf.async_close()


async def test_a_node_can_be_found_and_shows_when_it_pairs(
    start_node: StartNode, settings: Settings
) -> None:
    node = await start_node(replace(settings, announce=True, interfaces=(LOOPBACK,)))
    assert node._announcer is not None
    await until(lambda: bool(node._announcer and node._announcer.addresses))
    name = instance_name("Mill Street", node.id)
    found: dict[str, str | None] = {}
    async with asyncio.timeout(20):
        while not found:
            found = await look(name)
    assert found == {
        "id": node.id,
        "api": "1.0",
        "name": "Mill Street",
        "site": "",
        "fp": node.fingerprint.hex()[:16],
        "pairing": "closed",
        "port": str(node.port),
    }
    node.open_pairing()
    async with asyncio.timeout(20):
        while (await look(name)).get("pairing") != "open":
            pass
    await node.stop()
    assert await look(name) == {}


async def test_the_announcement_follows_the_computers_addresses(
    start_node: StartNode, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await start_node(replace(settings, announce=True, interfaces=(LOOPBACK,)))
    announcer = node._announcer
    assert announcer is not None
    await until(lambda: announcer._zeroconf is not None)
    before = announcer._zeroconf
    monkeypatch.setattr(
        "studio_node.announce.announced_addresses", lambda _: (LOOPBACK, "127.0.0.2")
    )
    announcer.refresh()
    await until(lambda: announcer._zeroconf not in (None, before), 10)
    assert announcer.addresses == (LOOPBACK, "127.0.0.2")


@pytest.mark.parametrize("name", ["x" * 200, "ä" * 60, "a.b\nc", ""])
def test_an_instance_name_fits_in_a_label(name: str) -> None:
    made = instance_name(name, "0123456789abcdef")
    assert len(made.encode()) <= 63
    assert "." not in made
    assert made.endswith("(012345)")


def test_a_node_that_listens_at_one_address_announces_that_one() -> None:
    assert announced_addresses(Settings(listen="192.0.2.7")) == ("192.0.2.7",)
