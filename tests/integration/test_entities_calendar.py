"""Bookings as a calendar of Home Assistant."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.micro_studio.node import NodeCoordinator
from studio_node.wire.vocabulary import ErrorCode
from tests.integration.bookings import booked
from tests.integration.sight import Sight
from tests.integration.waiting import heard
from tests.puppets import Puppet, Theatre

CALENDAR = Platform.CALENDAR
KEY = "bookings"


@pytest.fixture
def book(house: Theatre) -> Puppet:
    """Return the book of studio A."""
    return house.part("a", "bookings")


async def events(hass: HomeAssistant, sight: Sight, hours: float = 24) -> list[dict[str, Any]]:
    """Return what the calendar has for the next hours."""
    answer = await hass.services.async_call(
        CALENDAR,
        "get_events",
        {
            ATTR_ENTITY_ID: sight.entity(CALENDAR, KEY),
            "start_date_time": dt_util.now(),
            "end_date_time": dt_util.now() + timedelta(hours=hours),
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: Any = answer[sight.entity(CALENDAR, KEY)]
    listed: list[dict[str, Any]] = found["events"]
    return listed


async def test_the_calendar_is_on_during_a_booking_and_tells_which(
    coordinator: NodeCoordinator, sight: Sight, book: Puppet
) -> None:
    assert sight.shows(CALENDAR, KEY) == STATE_OFF

    await heard(coordinator, lambda: book.publish(items=[booked("x", -10, title="Morning show")]))

    assert sight.shows(CALENDAR, KEY) == STATE_ON
    assert sight.state(CALENDAR, KEY).attributes["message"] == "Morning show"


async def test_the_calendar_lists_what_stands_and_hides_what_was_cancelled(
    hass: HomeAssistant, coordinator: NodeCoordinator, sight: Sight, book: Puppet
) -> None:
    await heard(
        coordinator,
        lambda: book.publish(
            items=[
                booked("firm", 60),
                booked("maybe", 180, status="tentative"),
                booked("gone", 300, status="cancelled"),
                booked("far", 3000),
                booked("strange", 400, status="of tomorrow"),
                booked("backwards", 500, -10),
            ]
        ),
    )

    assert [event["summary"] for event in await events(hass, sight)] == ["firm", "maybe"]


async def test_a_booking_is_created_and_stands_when_the_node_reports_it(
    hass: HomeAssistant, sight: Sight, book: Puppet
) -> None:
    start = dt_util.now().replace(microsecond=0) + timedelta(hours=2)

    await sight.call(
        CALENDAR,
        "create_event",
        KEY,
        summary="Interview",
        start_date_time=start,
        end_date_time=start + timedelta(hours=1),
    )

    [(action, args)] = book.commands
    assert action == "create"
    assert datetime.fromisoformat(str(args["start"])) == start
    assert args["title"] == "Interview"
    [event] = await events(hass, sight)
    assert event["summary"] == "Interview"


async def test_a_booking_is_moved_and_cancelled_by_hand(
    coordinator: NodeCoordinator,
    sight: Sight,
    book: Puppet,
    hass_ws_client: WebSocketGenerator,
    hass: HomeAssistant,
) -> None:
    await heard(coordinator, lambda: book.publish(items=[booked("x", 60, title="Old")]))
    client = await hass_ws_client(hass)
    start = dt_util.now().replace(microsecond=0) + timedelta(hours=5)

    await client.send_json_auto_id(
        {
            "type": "calendar/event/update",
            "entity_id": sight.entity(CALENDAR, KEY),
            "uid": "x",
            "event": {
                "summary": "New",
                "dtstart": start.isoformat(),
                "dtend": (start + timedelta(hours=1)).isoformat(),
            },
        }
    )
    assert (await client.receive_json())["success"]
    assert [event["summary"] for event in await events(hass, sight)] == ["New"]

    await client.send_json_auto_id(
        {"type": "calendar/event/delete", "entity_id": sight.entity(CALENDAR, KEY), "uid": "x"}
    )
    assert (await client.receive_json())["success"]
    assert await events(hass, sight) == []
    assert [action for action, _ in book.commands] == ["move", "cancel"]


async def test_an_open_calendar_hears_of_a_booking_far_ahead(
    coordinator: NodeCoordinator,
    sight: Sight,
    book: Puppet,
    hass_ws_client: WebSocketGenerator,
    hass: HomeAssistant,
) -> None:
    await heard(coordinator, lambda: book.publish(items=[booked("next", 60)]))
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {
            "type": "calendar/event/subscribe",
            "entity_id": sight.entity(CALENDAR, KEY),
            "start": dt_util.now().isoformat(),
            "end": (dt_util.now() + timedelta(days=3)).isoformat(),
        }
    )
    assert (await client.receive_json())["success"]
    assert len((await client.receive_json())["event"]["events"]) == 1

    book.publish(items=[booked("next", 60), booked("later", 2000)])

    assert len((await client.receive_json())["event"]["events"]) == 2


async def test_a_whole_day_lasts_from_midnight_to_midnight_in_the_studio(
    coordinator: NodeCoordinator, sight: Sight, book: Puppet
) -> None:
    await sight.call(
        CALENDAR,
        "create_event",
        KEY,
        summary="All day",
        start_date="2026-12-01",
        end_date="2026-12-02",
    )

    [(action, booked)] = book.commands
    start = datetime(2026, 12, 1, tzinfo=coordinator.rooms["a"].zone)
    assert action == "create"
    assert datetime.fromisoformat(str(booked["start"])) == start
    assert datetime.fromisoformat(str(booked["end"])) == start + timedelta(days=1)


async def test_a_series_is_kept_here_for_the_node_keeps_none(
    sight: Sight,
    book: Puppet,
    hass_ws_client: WebSocketGenerator,
    hass: HomeAssistant,
    coordinator: NodeCoordinator,
) -> None:
    client = await hass_ws_client(hass)
    start = dt_util.now() + timedelta(hours=2)

    await client.send_json_auto_id(
        {
            "type": "calendar/event/create",
            "entity_id": sight.entity(CALENDAR, KEY),
            "event": {
                "summary": "Weekly",
                "dtstart": start.isoformat(),
                "dtend": (start + timedelta(hours=1)).isoformat(),
                "rrule": "FREQ=WEEKLY;COUNT=3",
            },
        }
    )

    answer = await client.receive_json()
    assert answer["success"], answer
    assert book.commands == []
    kept = coordinator.rooms["a"].bookings
    assert [(each.source, each.title) for each in kept] == [("local", "Weekly")] * 3


async def test_a_clash_that_the_node_sees_is_told(sight: Sight, book: Puppet) -> None:
    book.refusal = ErrorCode.CONFLICT
    start = dt_util.now() + timedelta(hours=2)

    with pytest.raises(HomeAssistantError) as refused:
        await sight.call(
            CALENDAR,
            "create_event",
            KEY,
            summary="Clash",
            start_date_time=start,
            end_date_time=start + timedelta(hours=1),
        )

    assert refused.value.translation_key == "request_conflict"


async def test_what_the_node_does_not_keep_is_kept_here(
    coordinator: NodeCoordinator, house: Theatre, sight: Sight, book: Puppet
) -> None:
    await heard(coordinator, book.withdraw)
    await heard(coordinator, lambda: house.part("a", "presence").publish(occupied=True))
    start = dt_util.utcnow().replace(microsecond=0) + timedelta(hours=2)

    await sight.call(
        CALENDAR,
        "create_event",
        KEY,
        summary="Here",
        start_date_time=start,
        end_date_time=start + timedelta(hours=1),
    )

    assert book.commands == []
    [kept] = coordinator.rooms["a"].bookings
    assert (kept.source, kept.title, kept.start) == ("local", "Here", start)


async def test_a_studio_that_takes_no_bookings_says_so(
    coordinator: NodeCoordinator, sight: Sight, book: Puppet
) -> None:
    coordinator.rooms["a"].override_policy("accepting_bookings", value=False)
    start = dt_util.now() + timedelta(hours=2)

    with pytest.raises(ServiceValidationError) as refused:
        await sight.call(
            CALENDAR,
            "create_event",
            KEY,
            summary="Too much",
            start_date_time=start,
            end_date_time=start + timedelta(hours=1),
        )

    assert refused.value.translation_key == "booking_not_accepting"
    assert "booking_not_accepting" not in str(refused.value), "there is no translation"
    assert book.commands == []
