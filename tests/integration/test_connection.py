"""A node that goes, comes back, moves, changes its certificate or its version."""

from dataclasses import replace
from datetime import timedelta
import logging
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.issues import API_MISMATCH, CERTIFICATE_CHANGED, CLOCK_OFFSET
from custom_components.micro_studio.node import NodeCoordinator
from studio_node.app import Node
from studio_node.wire.messages import Hello
from tests.integration.bookings import booked
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import STUDIO_PARTS, Theatre, stage

LOCK, DOOR = Platform.LOCK, "door/main_lock"
SAY_HELLO = Node._hello


def raised(hass: HomeAssistant, kind: str) -> ir.IssueEntry | None:
    """Return the issue of a kind, if it is raised."""
    issues = ir.async_get(hass).issues
    found = [issue for (domain, key), issue in issues.items() if domain == DOMAIN and kind in key]
    assert len(found) < 2
    return found[0] if found else None


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has told in the log."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.micro_studio")
        and record.levelno >= logging.INFO
    ]


async def test_an_outage_is_shown_logged_once_at_each_edge_and_heals(
    hass: HomeAssistant,
    house: Theatre,
    coordinator: NodeCoordinator,
    sight: Sight,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert sight.shows(Platform.BINARY_SENSOR, "connected", None) == STATE_ON

    await house.stop()
    await until(lambda: not sight.there(LOCK, DOOR))
    assert sight.shows(Platform.BINARY_SENSOR, "connected", None) == STATE_OFF
    assert not sight.there(Platform.SENSOR, "host_cpu", None)
    assert not sight.there(Platform.SENSOR, "state")
    assert not sight.there(Platform.CALENDAR, "bookings")
    # Some attempts fail meanwhile.
    with patch.object(coordinator, "_report", wraps=coordinator._report) as failed:
        await until(lambda: failed.call_count > 2)
    house.part("a", "door/main").fields["locked"] = False
    await house.start()
    await until(lambda: sight.there(LOCK, DOOR, "b"))

    assert sight.shows(LOCK, DOOR) == "unlocked"
    assert sight.shows(Platform.BINARY_SENSOR, "connected", None) == STATE_ON
    told = said(caplog)
    assert len([line for line in told if "City centre is not reachable" in line]) == 1
    assert told.count("City centre is back") == 1


async def test_unloading_is_no_loss(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await hass.async_block_till_done()

    assert said(caplog) == []
    assert loaded.state is ConfigEntryState.NOT_LOADED


async def test_a_node_that_is_away_at_the_start_is_awaited(
    hass: HomeAssistant, house: Theatre, entry: MockConfigEntry
) -> None:
    await house.stop()

    assert not await hass.config_entries.async_setup(entry.entry_id)

    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "cannot_connect"


async def test_a_room_remembers_its_session_over_a_restart_of_home_assistant(
    hass: HomeAssistant,
    house: Theatre,
    loaded: MockConfigEntry,
    coordinator: NodeCoordinator,
    sight: Sight,
) -> None:
    house.part("a", "bookings").publish(items=[booked("x", -5)])
    await until(lambda: sight.shows(Platform.SENSOR, "state") == "arriving")
    await sight.call(Platform.BUTTON, "press", "check_in")
    await sight.call(Platform.BUTTON, "press", "extend_session")
    ends = sight.shows(Platform.SENSOR, "session_ends")

    assert await hass.config_entries.async_unload(loaded.entry_id)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await hass.async_block_till_done()

    assert sight.shows(Platform.SENSOR, "state") == "in_session"
    assert sight.shows(Platform.SENSOR, "session_ends") == ends


async def test_another_certificate_is_a_repair_and_heals_when_the_old_one_is_back(
    hass: HomeAssistant, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    files = {name: house.state_dir / name for name in ("certificate.pem", "key.pem")}
    old = {name: path.read_bytes() for name, path in files.items()}
    await house.stop()
    files["certificate.pem"].unlink()
    await house.start()

    await until(lambda: raised(hass, CERTIFICATE_CHANGED))
    issue = raised(hass, CERTIFICATE_CHANGED)
    assert issue is not None
    assert issue.is_fixable
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["expected"] != issue.translation_placeholders["seen"]
    assert not sight.there(LOCK, DOOR)

    await house.stop()
    for name, path in files.items():
        path.write_bytes(old[name])
    await house.start()

    await until(lambda: sight.there(LOCK, DOOR))
    assert raised(hass, CERTIFICATE_CHANGED) is None


async def test_another_certificate_at_the_start_is_a_repair_too(
    hass: HomeAssistant, house: Theatre, entry: MockConfigEntry
) -> None:
    await house.stop()
    (house.state_dir / "certificate.pem").unlink()
    await house.start()

    assert not await hass.config_entries.async_setup(entry.entry_id)

    assert raised(hass, CERTIFICATE_CHANGED)
    await hass.config_entries.async_remove(entry.entry_id)
    assert raised(hass, CERTIFICATE_CHANGED) is None


async def test_a_node_of_another_protocol_is_a_repair_that_names_both_versions(
    hass: HomeAssistant,
    house: Theatre,
    coordinator: NodeCoordinator,
    sight: Sight,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as future:
        future.setattr("studio_node.app.API", "2.3")
        await house.stop()
        await house.start()
        await until(lambda: raised(hass, API_MISMATCH))
        issue = raised(hass, API_MISMATCH)
        assert issue is not None
        assert issue.translation_placeholders is not None
        assert issue.translation_placeholders["ours"] == "1.0"
        assert issue.translation_placeholders["theirs"] == "2.3"

    await until(lambda: sight.there(LOCK, DOOR))
    assert raised(hass, API_MISMATCH) is None


async def test_a_clock_that_is_wrong_is_a_repair_until_it_is_right(
    hass: HomeAssistant,
    house: Theatre,
    coordinator: NodeCoordinator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(node: Node) -> Hello:
        hello = SAY_HELLO(node)
        return replace(hello, time=hello.time - timedelta(seconds=90))

    with monkeypatch.context() as wrong:
        wrong.setattr(Node, "_hello", late)
        await house.stop()
        await house.start()
        await until(lambda: raised(hass, CLOCK_OFFSET))
        issue = raised(hass, CLOCK_OFFSET)
        assert issue is not None
        assert issue.translation_placeholders is not None
        assert 88 < int(issue.translation_placeholders["seconds"]) < 92

    await house.stop()
    await house.start()
    await until(lambda: raised(hass, CLOCK_OFFSET) is None)


async def test_a_connection_that_has_lasted_does_not_look_like_a_wrong_clock(
    clock: Clock, hass: HomeAssistant, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    await clock.minutes(3)

    await heard(
        coordinator, lambda: house.running.add_studio("c", "Studio C", [stage(STUDIO_PARTS)])
    )

    await until(lambda: sight.find(LOCK, DOOR, "c"))
    assert raised(hass, CLOCK_OFFSET) is None


async def test_a_frame_that_cannot_be_read_ends_the_connection_and_a_new_one_heals(
    house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    house.running.hub.tell(b"this is no JSON}")
    await until(lambda: coordinator.connection.counters.connects == 2)

    await until(lambda: sight.there(LOCK, DOOR))
    assert coordinator.connection.counters.bad_frames == 1
