"""An entity is written if and only if a value that it shows has changed."""

from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.micro_studio.node import NodeCoordinator
from studio_node.deltas import delta_tail
from studio_node.wire.vocabulary import EventType
from tests.integration.bookings import booked
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Theatre

pytestmark = pytest.mark.usefixtures("everything_enabled")


@pytest.fixture
async def writes(coordinator: NodeCoordinator, house: Theatre) -> Iterator[Counter[str]]:  # type: ignore[misc]
    """Count how often each entity is written, from when the lights have settled."""
    counted: Counter[str] = Counter()
    write = Entity.async_write_ha_state

    def counting(entity: Entity) -> None:
        counted[entity.entity_id] += 1
        write(entity)

    with patch.object(Entity, "async_write_ha_state", counting):
        yield counted


SENSOR, BINARY = Platform.SENSOR, Platform.BINARY_SENSOR


@pytest.mark.parametrize(
    ("studio", "part", "report", "written"),
    [
        ("a", "interface/main", {"xruns": 3}, [(SENSOR, "interface/main_xruns")]),
        ("a", "door/main", {"battery": 12}, [(SENSOR, "door/main_battery")]),
        ("a", "door/main", {"locked": False}, [(Platform.LOCK, "door/main_lock")]),
        ("a", "door/main", {"open": True}, [(BINARY, "door/main_contact")]),
        ("a", "light/sign", {"brightness": 9}, [(Platform.LIGHT, "light/sign_light")]),
        ("a", "presence", {"occupied": True}, [(BINARY, "occupied")]),
        (None, "host", {"cpu": 50.0}, [(SENSOR, "cpu")]),
        (
            "a",
            "door/main",
            {"jammed": True, "motion": "locking", "changed_by": "x"},
            [(Platform.LOCK, "door/main_lock")],
        ),
        (
            "a",
            "interface/main",
            {"peak": -1.0, "loudness": -9.0},
            [(SENSOR, "interface/main_peak"), (SENSOR, "interface/main_loudness")],
        ),
    ],
)
async def test_a_change_writes_once_each_entity_that_shows_it_and_no_other(
    coordinator: NodeCoordinator,
    house: Theatre,
    sight: Sight,
    writes: Counter[str],
    studio: str | None,
    part: str,
    report: dict[str, object],
    written: list[tuple[Platform, str]],
) -> None:
    await heard(coordinator, lambda: house.part(studio, part).publish(**report))

    expected = {
        sight.entity(platform, key if studio or "/" in key else f"{part}_{key}", studio)
        for platform, key in written
    }
    assert writes == dict.fromkeys(expected, 1)


async def test_what_nobody_shows_writes_nothing(
    coordinator: NodeCoordinator, house: Theatre, writes: Counter[str]
) -> None:
    await heard(coordinator, lambda: house.part("a", "recorder").publish(bytes=4711))
    await heard(coordinator, lambda: house.part("a", "kit").publish(items=[]))
    await heard(coordinator, lambda: house.part("a", "door/main").publish(slots=40))

    assert writes == {}


async def test_the_same_value_again_writes_nothing(
    coordinator: NodeCoordinator, house: Theatre, writes: Counter[str]
) -> None:
    # The node itself keeps back what has not changed: let it stutter.
    hub = house.running.hub
    for tail in (
        delta_tail("a", "door/main", {"locked": True, "battery": 80}),
        delta_tail("a", "presence", {"occupied": False}),
        delta_tail(None, "host", {"cpu": 10.0}),
    ):
        await heard(coordinator, lambda tail=tail: hub.tell(tail))  # type: ignore[misc]

    assert coordinator.connected
    assert writes == {}


async def test_a_snapshot_without_news_writes_nothing(
    coordinator: NodeCoordinator, house: Theatre, writes: Counter[str]
) -> None:
    [connection] = house.running.server.connections

    await heard(coordinator, connection.on_studios)

    assert writes == {}


async def test_a_snapshot_writes_only_what_is_new_in_it(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight, writes: Counter[str]
) -> None:
    [connection] = house.running.server.connections
    house.running.hub._parts["a"]["interface/main"]["drift"] = 77.0

    await heard(coordinator, connection.on_studios)

    assert writes == {sight.entity(SENSOR, "interface/main_drift"): 1}


async def test_a_booking_writes_only_what_shows_it(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight, writes: Counter[str]
) -> None:
    await heard(coordinator, lambda: house.part("a", "bookings").publish(items=[booked("x", 500)]))

    assert writes == {
        sight.entity(Platform.CALENDAR, "bookings"): 1,
        sight.entity(Platform.EVENT, "booking"): 1,
        sight.entity(SENSOR, "next_booking"): 1,
    }


async def test_an_event_writes_its_entity_once(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight, writes: Counter[str]
) -> None:
    await heard(coordinator, lambda: house.part("a", "door/main").emit(EventType.FORCED))

    assert writes == {sight.entity(Platform.EVENT, "access"): 1}


async def test_an_outage_writes_each_entity_once_and_only_those_that_it_concerns(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight, writes: Counter[str]
) -> None:
    await house.stop()
    await until(lambda: not sight.there(Platform.LOCK, "door/main_lock", "b"))
    await until(lambda: not coordinator._availability._untold)

    assert set(writes.values()) == {1}
    # A rule can be changed at any time, and a command that was impossible stays so.
    for platform, key in (
        (Platform.SWITCH, "maintenance"),
        (Platform.NUMBER, "setup_buffer"),
        (Platform.SELECT, "light_mode"),
        (Platform.BUTTON, "check_in"),
    ):
        assert sight.entity(platform, key) not in writes

    before = dict(writes)
    await house.start()
    await until(lambda: sight.there(Platform.LOCK, "door/main_lock", "b"))
    await until(lambda: not coordinator._availability._untold)
    assert dict(writes) == dict.fromkeys(before, 2)
