"""What the logbook says about a studio."""

from collections.abc import Callable
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.micro_studio import logbook
from custom_components.micro_studio.herald import EVENT_TOLD
from custom_components.micro_studio.node import NodeCoordinator
from tests.integration.bookings import booked
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.waiting import heard
from tests.puppets import Theatre


def described(hass: HomeAssistant, event: Event[Any]) -> dict[str, str]:
    """Return an event as the logbook is told to read it."""
    readers: dict[str, Callable[[Event[Any]], dict[str, str]]] = {}
    logbook.async_describe_events(hass, lambda _, kind, reader: readers.update({kind: reader}))
    return readers[str(event.event_type)](event)


async def test_the_life_of_a_booking_reads_like_sentences(
    clock: Clock, hass: HomeAssistant, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    await hass.config.async_set_time_zone("UTC")
    told = async_capture_events(hass, EVENT_TOLD)
    booking = booked("x", 20, 60, title="Ada Lovelace's show")

    await heard(coordinator, lambda: house.part("a", "bookings").publish(items=[booking]))
    await clock.minutes(36)

    lines = [described(hass, event) for event in told]
    assert {line["name"] for line in lines} == {"Studio A"}
    assert [line["message"] for line in lines] == [
        "was booked from 12:20 to 13:20",
        "waited in vain for the guest of 12:20",
    ]
    calendar = sight.entity(Platform.CALENDAR, "bookings")
    assert {line["entity_id"] for line in lines} == {calendar}
    assert "Ada" not in str([event.data for event in told]) + str(lines)


async def test_bookings_in_each_others_way_are_a_sentence_too(
    clock: Clock, hass: HomeAssistant, house: Theatre, coordinator: NodeCoordinator
) -> None:
    await hass.config.async_set_time_zone("UTC")
    told = async_capture_events(hass, EVENT_TOLD)
    items = [booked("x", 60, 60), booked("y", 90, 60)]

    await heard(coordinator, lambda: house.part("a", "bookings").publish(items=items))

    assert described(hass, told[-1])["message"] == (
        "has bookings that get into each other's way from 13:30 on"
    )
