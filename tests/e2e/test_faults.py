"""Whatever a node or the network does: the integration stays, and heals when it is over."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
import logging
from pathlib import Path

from aiohttp import web
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import Event as HassEvent, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio import node
from custom_components.micro_studio.client.connection import NodeConnection, Timing
from custom_components.micro_studio.const import CONF_FINGERPRINT, CONF_KNOWN, DOMAIN
from custom_components.micro_studio.wire import codec
from tests.e2e.entities import entity_id, value
from tests.e2e.faults import FAULTS, Fault
from tests.footprint import Footprint, peak_memory
from tests.impostor import HOST, ID, Impostor
from tests.patience import until

BATTERY = ("sensor", f"{ID}_a_door/main_battery")
ACCESS = ("event", f"{ID}_a_access")
CONNECTED = ("binary_sensor", f"{ID}_connected")
STATE = ("sensor", f"{ID}_a_state")
LIMIT = 64 * 1024  # KiB


@pytest.fixture
async def impostor(tmp_path: Path) -> AsyncGenerator[Impostor]:
    """Run a node that misbehaves when it is told to."""
    async with Impostor.acting(tmp_path) as acting:
        yield acting


@pytest.fixture
async def entry(
    hass: HomeAssistant, impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[MockConfigEntry]:
    """Set an entry up that has been paired, and does not wait long for signs of life."""
    timing = Timing(ping=0.1, dead=0.5)
    monkeypatch.setattr(node, "NodeConnection", partial(NodeConnection, timing=timing))
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Impostor",
        unique_id=ID,
        data={
            CONF_HOST: HOST,
            CONF_PORT: impostor.port,
            CONF_FINGERPRINT: impostor.fingerprint.hex(),
            CONF_TOKEN: impostor.token,
            CONF_KNOWN: [],
        },
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


async def healthy(hass: HomeAssistant, impostor: Impostor) -> None:
    """Wait until a change at the node is a change at the entity, and all is as it was."""
    await until(lambda: value(hass, *CONNECTED) == "on")
    battery = "90" if value(hass, *BATTERY) == "20" else "20"
    await impostor.change("door/main", battery=int(battery))
    await until(lambda: value(hass, *BATTERY) == battery)
    await until(lambda: value(hass, *STATE) == "available")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_a_fault_passes(
    hass: HomeAssistant,
    impostor: Impostor,
    entry: MockConfigEntry,
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing crashes, nothing is left behind, and the entities are right again."""
    await healthy(hass, impostor)
    before, memory = Footprint.now(), peak_memory()
    connection = entry.runtime_data.connection
    connects = connection.counters.connects

    await fault.happen(impostor)
    await until(lambda: fault.noticed(impostor, connection.counters.connects - connects))
    await fault.end(impostor)
    await healthy(hass, impostor)

    if fault.cuts:
        assert connection.counters.connects > connects
    else:
        assert connection.counters.connects == connects
    assert impostor.resyncs == fault.resyncs
    assert peak_memory() - memory < LIMIT
    await until(before.holds)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_refused_token_asks_for_a_new_code(
    hass: HomeAssistant, impostor: Impostor, entry: MockConfigEntry
) -> None:
    """The node forgot us: nobody knocks any more until somebody has paired again."""
    await healthy(hass, impostor)
    impostor.token = "another"
    impostor.cut()
    await until(lambda: any(entry.async_get_active_flows(hass, {"reauth"})))
    attempts = impostor.attempts
    assert value(hass, *BATTERY) == "unavailable"

    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: "another"})
    await healthy(hass, impostor)
    assert impostor.attempts == attempts + 1


async def test_events_are_counted_once_and_never_lost(
    hass: HomeAssistant, impostor: Impostor, entry: MockConfigEntry
) -> None:
    """Twice, again after a reconnect, and behind a cut: each is told exactly once."""
    told: list[str] = []

    @callback
    def tell(change: HassEvent[EventStateChangedData]) -> None:
        shown = change.data["new_state"]
        if shown is not None and shown.state not in {"unavailable", "unknown"}:
            told.append(shown.attributes["reason"])

    async_track_state_change_event(hass, entity_id(hass, *ACCESS), tell)
    first, second = impostor.next_event(reason="1"), impostor.next_event(reason="2")
    await impostor.say(first, first, second, first, second)
    await until(lambda: impostor.acknowledged >= {first.id, second.id})
    impostor.cut()
    await until(lambda: not impostor.guests)
    impostor.next_event(reason="3")
    await until(lambda: len(impostor.acknowledged) == 3)
    await healthy(hass, impostor)
    # A node that was cut off before our answer came sends everything again.
    impostor.heard.clear()
    impostor.cut()
    await until(lambda: len(impostor.acknowledged) == 3)
    last = impostor.next_event(reason="4")
    await impostor.say(last)
    await until(lambda: last.id in impostor.acknowledged)

    assert [reason for at, reason in enumerate(told) if told[:at][-1:] != [reason]] == list("1234")


async def test_a_new_boot_in_the_middle_asks_for_the_state(
    hass: HomeAssistant, impostor: Impostor, entry: MockConfigEntry
) -> None:
    """What was numbered by another boot says nothing any more."""
    await healthy(hass, impostor)
    impostor.boot_id, impostor.seq = "boot-2", 0
    await impostor.say(impostor.hello())
    await until(lambda: impostor.resyncs == 1)
    await healthy(hass, impostor)


async def test_an_offline_node_leaves_the_connection_sensor(
    hass: HomeAssistant, impostor: Impostor, entry: MockConfigEntry
) -> None:
    """It says off while everything else is unavailable."""
    await healthy(hass, impostor)
    async with impostor.absent():
        await until(lambda: value(hass, *CONNECTED) == "off")
        await until(lambda: value(hass, *BATTERY) == "unavailable")
    await until(lambda: value(hass, *CONNECTED) == "on")
    await healthy(hass, impostor)


async def test_a_redirect_carries_no_token_away(
    hass: HomeAssistant, impostor: Impostor, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """A node that sends us elsewhere is not followed."""
    await healthy(hass, impostor)
    (tmp_path / "other").mkdir()
    seen: list[web.Request] = []
    async with Impostor.acting(tmp_path / "other") as other:

        async def remember(request: web.Request) -> web.StreamResponse:
            seen.append(request)
            return web.Response(status=500)

        other.upgrade = remember

        async def away(_: web.Request) -> web.StreamResponse:
            raise web.HTTPFound(f"https://{HOST}:{other.port}/v1/ws")

        impostor.upgrade = away
        impostor.cut()
        attempts = impostor.attempts
        await until(lambda: impostor.attempts > attempts + 2)
        impostor.upgrade = None
        await healthy(hass, impostor)

    assert seen == []


async def test_every_number_of_a_flood_arrives(
    hass: HomeAssistant, impostor: Impostor, entry: MockConfigEntry
) -> None:
    """A hundred thousand changes are taken while Home Assistant goes on."""
    await healthy(hass, impostor)
    counters, before = entry.runtime_data.connection.counters, peak_memory()
    frames = counters.frames
    (guest,) = impostor.guests
    for _ in range(1_000):
        batch = [impostor.next_delta("interface/main", xruns=impostor.seq) for _ in range(100)]
        for delta in batch:
            await guest.socket.send_str(codec.encode(delta))
        await asyncio.sleep(0)  # both ends live in one event loop
    await until(lambda: counters.frames >= frames + 100_000, 60)
    await healthy(hass, impostor)

    assert (counters.gaps, counters.duplicates) == (0, 0)
    assert impostor.resyncs == 0
    assert peak_memory() - before < LIMIT
