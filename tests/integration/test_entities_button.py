"""What can be asked of a studio by a press."""

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.micro_studio.core.facts import EndSession, Extend, Release
from custom_components.micro_studio.node import NodeCoordinator
from studio_node.wire.vocabulary import ErrorCode
from tests.integration.bookings import booked
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Theatre

BUTTON, SENSOR = Platform.BUTTON, Platform.SENSOR
COMMANDS = ("check_in", "extend_session", "end_session", "release_booking")

pytestmark = pytest.mark.usefixtures("everything_enabled")


def possible(sight: Sight) -> list[str]:
    """Return which buttons are there."""
    return [key for key in COMMANDS if sight.there(BUTTON, key)]


async def test_a_button_is_there_only_while_its_command_is_possible(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    assert possible(sight) == []

    await heard(
        coordinator, lambda: house.part("a", "bookings").publish(items=[booked("x", -5, 60)])
    )
    assert possible(sight) == ["check_in"]

    await sight.call(BUTTON, "press", "check_in")
    assert sight.shows(SENSOR, "state") == "in_session"
    assert possible(sight) == ["extend_session", "end_session"]

    before = sight.shows(SENSOR, "session_ends")
    await sight.call(BUTTON, "press", "extend_session")
    assert sight.shows(SENSOR, "session_ends") > before

    await sight.call(BUTTON, "press", "end_session")
    assert sight.shows(SENSOR, "state") == "turnover"
    assert possible(sight) == []
    assert sight.shows(BUTTON, "check_in", "b") == STATE_UNAVAILABLE


async def test_the_room_of_somebody_who_did_not_come_can_be_given_free(
    clock: Clock, house: Theatre, sight: Sight
) -> None:
    house.part("a", "bookings").publish(items=[booked("x", 0, 60)])
    await until(lambda: possible(sight) == ["check_in"])

    await clock.minutes(16)
    assert possible(sight) == ["check_in", "release_booking"]

    await sight.call(BUTTON, "press", "release_booking")
    assert possible(sight) == []
    assert sight.shows(SENSOR, "state") == "available"


@pytest.mark.parametrize("command", [EndSession(), Extend(), Release(), EndSession(booking="?")])
async def test_a_command_that_is_not_possible_is_refused_with_a_reason(
    coordinator: NodeCoordinator, command: EndSession | Extend | Release
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        coordinator.rooms["a"].command(command)

    expected = "unknown_booking" if command.booking else "no_booking"
    assert refused.value.translation_key == f"booking_{expected}"
    assert "booking_" not in str(refused.value), "there is no translation"


@pytest.mark.parametrize(
    ("key", "action"),
    [("identify", "identify"), ("restart", "restart"), ("reset_counters", "reset_counters")],
)
async def test_a_press_reaches_the_interface(
    house: Theatre, sight: Sight, key: str, action: str
) -> None:
    interface = house.part("a", "interface/main")
    interface.publish(xruns=9)
    await until(lambda: sight.shows(SENSOR, "interface/main_xruns") == "9")

    await sight.call(BUTTON, "press", f"interface/main_{key}")

    assert interface.commands == [(action, {})]
    if key == "reset_counters":
        assert sight.shows(SENSOR, "interface/main_xruns") == "0"


async def test_a_press_that_the_interface_refuses_says_why(house: Theatre, sight: Sight) -> None:
    house.part("a", "interface/main").refusal = ErrorCode.BUSY

    with pytest.raises(HomeAssistantError) as refused:
        await sight.call(BUTTON, "press", "interface/main_restart")

    assert refused.value.translation_key == "request_busy"


async def test_the_buttons_of_an_interface_go_and_come_with_it(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    interface = house.part("a", "interface/main")
    assert sight.shows(BUTTON, "interface/main_identify") == STATE_UNKNOWN

    await heard(coordinator, interface.withdraw)
    assert sight.shows(BUTTON, "interface/main_identify") == STATE_UNAVAILABLE

    await heard(coordinator, lambda: interface.publish(status="healthy"))
    assert sight.shows(BUTTON, "interface/main_identify") == STATE_UNKNOWN
