"""Switches, numbers and selects: they change a studio's rules in place."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import CONF_POLICY
from custom_components.micro_studio.node import NodeCoordinator
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import ErrorCode
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Theatre

NUMBER, SELECT, SWITCH = Platform.NUMBER, Platform.SELECT, Platform.SWITCH
SENSOR = Platform.SENSOR

pytestmark = pytest.mark.usefixtures("everything_enabled")


def kept(entry: MockConfigEntry, studio: str = "a") -> dict[str, object]:
    """Return what the subentry of a studio holds."""
    [subentry] = [each for each in entry.subentries.values() if each.unique_id == studio]
    policy: dict[str, object] = subentry.data.get(CONF_POLICY, {})
    return dict(policy)


async def test_each_change_is_written_into_the_subentry_without_a_reload(
    loaded: MockConfigEntry, coordinator: NodeCoordinator, sight: Sight
) -> None:
    assert sight.shows(SENSOR, "state") == "available"

    await sight.call(SWITCH, "turn_on", "maintenance")
    await sight.call(SWITCH, "turn_off", "accepting_bookings")
    await sight.call(NUMBER, "set_value", "setup_buffer", value=25)
    await sight.call(NUMBER, "set_value", "turnover_buffer", value=0)
    await sight.call(NUMBER, "set_value", "early_access", value=120)
    await sight.call(SELECT, "select_option", "light_mode", option="manual")

    assert kept(loaded) == {
        "maintenance": True,
        "accepting_bookings": False,
        "setup_buffer": 25.0,
        "turnover_buffer": 0.0,
        "early_access": 120.0,
        "light_mode": "manual",
    }
    assert kept(loaded, "b") == {}
    assert sight.shows(SWITCH, "maintenance") == STATE_ON
    assert sight.shows(SWITCH, "accepting_bookings") == STATE_OFF
    assert sight.shows(NUMBER, "setup_buffer") == "25.0"
    assert sight.shows(NUMBER, "setup_buffer", "b") == "10.0"
    assert sight.shows(SELECT, "light_mode") == "manual"
    assert sight.shows(SENSOR, "state") == "out_of_service"
    assert loaded.runtime_data is coordinator
    assert coordinator.connection.counters.connects == 1

    await sight.call(SWITCH, "turn_off", "maintenance")
    assert sight.shows(SENSOR, "state") == "available"


async def test_a_number_outside_its_range_is_refused(loaded: MockConfigEntry, sight: Sight) -> None:
    with pytest.raises(ServiceValidationError):
        await sight.call(NUMBER, "set_value", "early_access", value=121)

    assert kept(loaded) == {}


async def test_rules_can_be_changed_while_the_node_is_away_or_the_studio_has_vanished(
    loaded: MockConfigEntry, coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    await heard(coordinator, lambda: house.running.hub.remove_studio("a"))
    await until(lambda: not sight.there(Platform.LOCK, "door/main_lock"))

    await sight.call(SWITCH, "turn_on", "maintenance")
    await sight.call(NUMBER, "set_value", "setup_buffer", value=30)

    assert kept(loaded) == {"maintenance": True, "setup_buffer": 30.0}
    assert sight.shows(SWITCH, "maintenance") == STATE_ON
    assert sight.shows(NUMBER, "setup_buffer") == "30.0"
    assert sight.shows(SELECT, "light_mode") == "follow_recorder"


async def test_the_relay_in_use_is_what_the_node_reports(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    near, far = house.part("a", "relay/near"), house.part("a", "relay/far")
    assert sight.shows(SELECT, "relay") == "near"
    assert sight.state(SELECT, "relay").attributes["options"] == ["near", "far"]

    def switch(_: Fields) -> Fields:
        near.publish(selected=False)
        return {"selected": True}

    far.reactions["select"] = switch

    await sight.call(SELECT, "select_option", "relay", option="far")

    assert far.commands == [("select", {})]
    assert sight.shows(SELECT, "relay") == "far"

    await heard(coordinator, lambda: far.publish(selected=None))
    assert sight.shows(SELECT, "relay") == STATE_UNKNOWN


async def test_a_relay_that_refuses_is_not_chosen(house: Theatre, sight: Sight) -> None:
    house.part("a", "relay/far").refusal = ErrorCode.NOT_SUPPORTED

    with pytest.raises(HomeAssistantError) as refused:
        await sight.call(SELECT, "select_option", "relay", option="far")

    assert refused.value.translation_key == "request_not_supported"
    assert sight.shows(SELECT, "relay") == "near"


async def test_relays_that_come_and_go_can_be_chosen_accordingly(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    board = house.running.hub.board("a", "relay/third")

    await heard(coordinator, lambda: board.publish({"rtt": 1.0, "selected": False}))
    assert sight.state(SELECT, "relay").attributes["options"] == ["near", "far", "third"]
    assert sight.find(Platform.SENSOR, "relay/third_rtt") is not None

    await heard(coordinator, lambda: house.part("a", "relay/near").publish(selected=False))
    await heard(coordinator, lambda: board.publish({"selected": True}))
    assert sight.shows(SELECT, "relay") == "third"

    for relay in ("near", "far", "third"):
        gone = house.running.hub.board("a", f"relay/{relay}")
        await heard(coordinator, gone.withdraw)
    assert sight.shows(SELECT, "relay") == STATE_UNAVAILABLE
