"""What happens to bookings and at doors, in Home Assistant."""

from typing import Any

from homeassistant.const import STATE_UNKNOWN, Platform
import pytest

from custom_components.micro_studio.node import NodeCoordinator
from studio_node.wire.vocabulary import EventType
from tests.integration.bookings import booked
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Puppet, Theatre

EVENT = Platform.EVENT


@pytest.fixture
def door(house: Theatre) -> Puppet:
    """Return the door of studio A."""
    return house.part("a", "door/main")


@pytest.mark.parametrize(
    ("kind", "data", "attribute", "value"),
    [
        (EventType.CODE_USED, {"tag": "booking-7"}, "tag", "booking-7"),
        (EventType.DENIED, {"reason": "wrong_code"}, "reason", "wrong_code"),
        (EventType.REMOTE_UNLOCK, {}, "tag", ""),
        (EventType.FORCED, {}, "tag", ""),
        (EventType.HELD_OPEN, {}, "tag", ""),
    ],
)
async def test_what_happens_at_a_door_is_an_event(
    coordinator: NodeCoordinator,
    sight: Sight,
    door: Puppet,
    kind: EventType,
    data: dict[str, Any],
    attribute: str,
    value: str,
) -> None:
    assert sight.shows(EVENT, "access") == STATE_UNKNOWN

    await heard(coordinator, lambda: door.emit(kind, **data))

    shown = sight.state(EVENT, "access").attributes
    assert shown["event_type"] == kind
    assert shown["door"] == "main"
    assert shown[attribute] == value
    assert sight.shows(EVENT, "access", "b") == STATE_UNKNOWN


async def test_what_is_no_access_is_not_shown_as_one(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    recorder = house.part("a", "recorder")

    await heard(coordinator, lambda: recorder.emit(EventType.TAKE_LOST))

    assert sight.shows(EVENT, "access") == STATE_UNKNOWN


async def test_a_booking_tells_its_life_without_personal_data(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight
) -> None:
    book = house.part("a", "bookings")

    await heard(coordinator, lambda: book.publish(items=[booked("x", 60, title="Ada's show")]))

    shown = sight.state(EVENT, "booking").attributes
    assert shown["event_type"] == "booking_created"
    assert shown["booking"] == "x"
    assert shown["source"] == "node"
    assert "reason" not in shown
    assert "Ada" not in str(shown)
    assert "guest of" not in str(shown)

    await heard(coordinator, lambda: book.publish(items=[]))

    shown = sight.state(EVENT, "booking").attributes
    assert shown["event_type"] == "booking_cancelled"
    assert shown["reason"] == "vanished"


async def test_a_guest_who_uses_the_code_has_arrived_by_the_door(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight, door: Puppet
) -> None:
    book = house.part("a", "bookings")
    await heard(coordinator, lambda: book.publish(items=[booked("x", 5)]))
    seen: list[Any] = []
    coordinator.rooms["a"].listen_bookings(lambda event: seen.append((event.kind, event.how)))

    await heard(coordinator, lambda: door.emit(EventType.CODE_USED, tag="x"))

    assert ("guest_arrived", "door") in seen
    assert sight.shows(Platform.SENSOR, "state") == "checked_in"


async def test_a_guest_can_check_in_with_a_button_in_the_room(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight, door: Puppet
) -> None:
    book = house.part("a", "bookings")

    # Nobody is expected: the press is of no use, but no error either.
    await heard(coordinator, lambda: door.emit(EventType.BUTTON_PRESSED, button="check_in"))
    assert sight.shows(Platform.SENSOR, "state") == "available"

    await heard(coordinator, lambda: book.publish(items=[booked("x", 5)]))
    await heard(coordinator, lambda: door.emit(EventType.BUTTON_PRESSED, button="lamp"))
    assert sight.shows(Platform.SENSOR, "state") == "arriving"

    await heard(coordinator, lambda: door.emit(EventType.BUTTON_PRESSED, button="check_in"))
    await until(lambda: sight.shows(Platform.SENSOR, "state") == "checked_in")
