"""Software of nodes and interfaces in Home Assistant."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.micro_studio.node import NodeCoordinator
from studio_node.wire.vocabulary import ErrorCode
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Puppet, Theatre

UPDATE = Platform.UPDATE
SOFTWARE, FIRMWARE = "firmware/node_software", "interface/main_firmware"


@pytest.fixture
def node(house: Theatre) -> Puppet:
    """Return the software of the node."""
    return house.part(None, "firmware/node")


async def test_an_update_shows_both_versions_and_its_notes(
    hass: HomeAssistant, sight: Sight, hass_ws_client: WebSocketGenerator
) -> None:
    shown = sight.state(UPDATE, SOFTWARE, None)
    assert shown.state == STATE_ON
    assert shown.attributes["installed_version"] == "0.1.0"
    assert shown.attributes["latest_version"] == "0.2.0"
    assert shown.attributes["in_progress"] is False

    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "update/release_notes", "entity_id": sight.entity(UPDATE, SOFTWARE, None)}
    )
    assert (await client.receive_json())["result"] == "* better"


@pytest.mark.parametrize(
    ("state", "progress", "running", "percentage"),
    [
        ("downloading", 40.0, True, 40.0),
        ("verifying", 100.0, True, 100.0),
        ("waiting", None, True, None),
        ("trial", None, True, None),
        ("committed", None, False, None),
        ("rolled_back", None, False, None),
        (None, None, False, None),
    ],
)
async def test_an_installation_shows_how_far_it_is(
    coordinator: NodeCoordinator,
    sight: Sight,
    node: Puppet,
    state: str | None,
    progress: float | None,
    running: bool,
    percentage: float | None,
) -> None:
    await heard(coordinator, lambda: node.publish(state=state, progress=progress))

    shown = sight.state(UPDATE, SOFTWARE, None).attributes
    assert shown["in_progress"] is running
    assert shown["update_percentage"] == percentage


async def test_an_installation_ends_when_the_new_version_says_that_it_runs(
    hass: HomeAssistant, sight: Sight, node: Puppet
) -> None:
    node.reactions["install"] = lambda _: {"state": "downloading", "progress": 5.0}
    installing = hass.async_create_task(sight.call(UPDATE, "install", SOFTWARE, None))
    await until(lambda: sight.state(UPDATE, SOFTWARE, None).attributes["in_progress"])
    node.publish(state="trial", progress=None)
    await until(lambda: sight.state(UPDATE, SOFTWARE, None).attributes["update_percentage"] is None)
    assert not installing.done()
    assert sight.state(UPDATE, SOFTWARE, None).attributes["installed_version"] == "0.1.0"

    node.publish(state="committed", installed="0.2.0")

    await installing
    assert sight.shows(UPDATE, SOFTWARE, None) == STATE_OFF
    assert node.commands == [("install", {})]


async def test_a_certain_version_can_be_asked_for(sight: Sight, node: Puppet) -> None:
    await sight.call(UPDATE, "install", SOFTWARE, None, version="0.1.5")

    assert node.commands == [("install", {"version": "0.1.5"})]
    assert sight.state(UPDATE, SOFTWARE, None).attributes["installed_version"] == "0.1.5"
    assert sight.shows(UPDATE, SOFTWARE, None) == STATE_ON


@pytest.mark.parametrize("state", ["rolled_back", "failed"])
async def test_a_rollback_is_an_error_that_says_what_went_wrong(
    sight: Sight, node: Puppet, state: str
) -> None:
    node.reactions["install"] = lambda _: {"state": state, "last_error": "the self-test failed"}

    with pytest.raises(HomeAssistantError, match="the self-test failed") as failed:
        await sight.call(UPDATE, "install", SOFTWARE, None)

    assert failed.value.translation_key == "request_update_failed"
    assert sight.state(UPDATE, SOFTWARE, None).attributes["installed_version"] == "0.1.0"


async def test_an_earlier_rollback_does_not_fail_the_next_attempt(
    hass: HomeAssistant, coordinator: NodeCoordinator, sight: Sight, node: Puppet
) -> None:
    await heard(coordinator, lambda: node.publish(state="failed", last_error="no network"))
    node.reactions.clear()
    installing = hass.async_create_task(sight.call(UPDATE, "install", SOFTWARE, None))
    await until(lambda: node.commands)
    node.publish(state="downloading", last_error=None)

    node.publish(state="committed", installed="0.2.0")

    await installing


async def test_an_installation_that_waits_for_the_end_of_a_take_is_under_way(
    sight: Sight, node: Puppet
) -> None:
    node.reactions["install"] = lambda _: {"state": "waiting"}

    await sight.call(UPDATE, "install", SOFTWARE, None)

    assert sight.state(UPDATE, SOFTWARE, None).attributes["in_progress"] is True


async def test_a_refused_installation_says_why(sight: Sight, node: Puppet) -> None:
    node.refusal = ErrorCode.BUSY

    with pytest.raises(HomeAssistantError) as refused:
        await sight.call(UPDATE, "install", SOFTWARE, None)

    assert refused.value.translation_key == "request_busy"


async def test_without_an_offer_the_installed_version_is_the_newest(
    coordinator: NodeCoordinator, sight: Sight, node: Puppet
) -> None:
    await heard(coordinator, lambda: node.publish(available=None))
    assert sight.shows(UPDATE, SOFTWARE, None) == STATE_OFF

    await heard(coordinator, lambda: node.publish(installed=None))
    assert sight.shows(UPDATE, SOFTWARE, None) == STATE_UNKNOWN


@pytest.mark.usefixtures("everything_enabled")
async def test_the_firmware_of_an_interface_is_held_against_the_approved_one(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    shown = sight.state(UPDATE, FIRMWARE)
    assert shown.state == STATE_ON
    assert (shown.attributes["installed_version"], shown.attributes["latest_version"]) == (
        "1.2.0",
        "1.3.0",
    )

    await heard(coordinator, lambda: house.part("a", "interface/main").publish(firmware="1.3.0"))

    assert sight.shows(UPDATE, FIRMWARE) == STATE_OFF
