"""A node is found, paired, and lives through a visit; also when something dies in the middle."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from homeassistant.components.zeroconf.discovery import ZeroconfDiscovery
from homeassistant.config_entries import SOURCE_ZEROCONF, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.micro_studio.const import DOMAIN
from tests.discovery import browsing
from tests.e2e.entities import value
from tests.e2e.policies import QUICK
from tests.e2e.story import STUDIO, Visit
from tests.node_process import NodeProcess
from tests.patience import until

TOLD = ["booking_created", "guest_arrived", "booking_started", "booking_ended"]

type Interruption = Callable[[], Awaitable[None]]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[NodeProcess]:
    """Run a node that announces itself on the loopback."""
    with NodeProcess.running(tmp_path, announce=True) as running:
        yield running


@pytest.fixture
async def browser(hass: HomeAssistant) -> AsyncGenerator[ZeroconfDiscovery]:
    """Run Home Assistant's own browser on the loopback, for our type alone."""
    async with browsing(hass) as discovery:
        yield discovery


@pytest.fixture
async def entry(
    hass: HomeAssistant, node: NodeProcess, browser: ZeroconfDiscovery
) -> AsyncGenerator[ConfigEntry]:
    """Find the node, pair with it as a person does, and make its policy a fast one."""
    flows = hass.config_entries.flow
    (found,) = await until(lambda: flows.async_progress_by_handler(DOMAIN), 30)
    assert found["context"]["source"] == SOURCE_ZEROCONF
    await until(lambda: flows.async_get(found["flow_id"]).get("step_id") == "discovery_confirm")
    assert flows.async_get(found["flow_id"])["context"]["title_placeholders"] == {
        "name": "City centre"
    }
    asked = await flows.async_configure(found["flow_id"], {})
    assert asked["step_id"] == "pair"
    wrong = await flows.async_configure(found["flow_id"], {"code": "0000-0000-0000"})
    assert wrong["errors"] == {"base": "pairing_closed"}
    done = await flows.async_configure(found["flow_id"], {"code": await node.pairing_code()})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    entry: ConfigEntry = done["result"]
    await hass.async_block_till_done()
    assert {each.unique_id for each in entry.subentries.values()} == {"a", "b"}

    options = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(options["flow_id"], QUICK)
    await hass.async_block_till_done()
    yield entry
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)


async def nothing() -> None:
    """Let the visit go on."""


async def visit(
    hass: HomeAssistant, node: NodeProcess, interrupt: Interruption, lasts: float = 11
) -> Visit:
    """Play a whole visit; interrupt it while the take runs."""
    guest = Visit(hass, node)
    assert guest.room == "available"
    guest.listen()

    await guest.book(starts_in=6, lasts=lasts)
    await until(lambda: guest.shows("sensor", "next_booking") not in {"", "unknown"})
    code = await guest.give_code()
    await guest.reaches("arriving")

    await node.act(STUDIO, "type_code", code="0000")
    await node.act(STUDIO, "type_code", code=code)
    await until(lambda: guest.shows("lock", "door/main_lock") == "unlocked")
    await guest.reaches("checked_in")
    await node.act(STUDIO, "guest_enters", how="key")
    await until(lambda: guest.shows("binary_sensor", "occupied") == "on")
    await guest.reaches("in_session")

    await node.act(STUDIO, "record", what="start")
    await until(lambda: guest.shows("binary_sensor", "on_air") == "on")
    await until(lambda: guest.tally() == "recording")
    await interrupt()
    assert guest.room == "in_session"

    await node.act(STUDIO, "record", what="stop")
    await until(lambda: guest.shows("binary_sensor", "on_air") == "off")
    await until(lambda: guest.tally() in {"idle", "standby"})
    await node.act(STUDIO, "guest_leaves")
    await guest.reaches("turnover", 30)
    await guest.reaches("available")
    guest.stop()
    return guest


async def test_a_visit_from_the_first_sight_of_the_node(
    hass: HomeAssistant, node: NodeProcess, entry: ConfigEntry
) -> None:
    """Found, paired, booked, arrived, door, take, light, end, turnover, free."""
    guest = await visit(hass, node, nothing)

    assert guest.bookings == TOLD
    assert guest.access == ["denied", "code_used"]
    assert value(hass, "sensor", f"{node.ticket.id}_b_state") == "available"


async def test_the_node_dies_in_the_middle(
    hass: HomeAssistant, node: NodeProcess, entry: ConfigEntry
) -> None:
    """Killed during the take: all comes back, and nothing is told twice."""
    key = f"{node.ticket.id}_{STUDIO}"

    async def kill() -> None:
        node.kill()
        await until(lambda: value(hass, "sensor", f"{key}_state") == "unavailable")
        assert value(hass, "lock", f"{key}_door/main_lock") == "unavailable"
        assert value(hass, "binary_sensor", f"{node.ticket.id}_connected") == "off"
        node.start()
        await until(node.listens, 30)
        await until(lambda: value(hass, "sensor", f"{key}_state") == "in_session")
        # A simulated take ends with its program; the guest starts another.
        await node.act(STUDIO, "guest_enters", how="key")
        await node.act(STUDIO, "record", what="start")
        await until(lambda: value(hass, "binary_sensor", f"{key}_on_air") == "on")

    guest = await visit(hass, node, kill, lasts=22)

    assert guest.bookings == TOLD
    assert guest.access == ["denied", "code_used"]


async def test_home_assistant_comes_back_in_the_middle(
    hass: HomeAssistant, node: NodeProcess, entry: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """The entry is gone while the door is used; what happened meanwhile is told once."""
    key = f"{node.ticket.id}_{STUDIO}"

    async def leave() -> None:
        assert await hass.config_entries.async_unload(entry.entry_id)
        await node.act(STUDIO, "type_code", code="1111")
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(lambda: value(hass, "sensor", f"{key}_state") == "in_session")
        await until(lambda: value(hass, "binary_sensor", f"{key}_on_air") == "on")

    guest = await visit(hass, node, leave)

    assert guest.bookings == TOLD
    assert guest.access == ["denied", "code_used", "denied"]
