"""Guests who come without a booking, and guests whom the door lets in."""

from collections.abc import AsyncGenerator
from datetime import timedelta

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.progress import Arrival
from custom_components.micro_studio.node import NodeCoordinator
from custom_components.micro_studio.room import Room
from studio_node.wire.vocabulary import EventType
from tests.integration.automations import Site
from tests.integration.bookings import booked
from tests.integration.clock import Clock
from tests.integration.sight import Sight
from tests.integration.sites import sight_of, site_of
from tests.integration.waiting import heard, until
from tests.puppets import Theatre
from tests.sources.household import Household

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def site(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[Site]:
    """Return a site with one studio that runs."""
    site = site_of(hass, a={})
    await site.load()
    yield site
    await site.unload()


@pytest.fixture
async def household(hass: HomeAssistant, clock: Clock) -> Household:
    """Bring in what a partner already has."""
    household = Household(hass)
    await household.set_up()
    return household


@pytest.fixture
async def behind_a_door(hass: HomeAssistant, household: Household) -> AsyncGenerator[Site]:
    """Return a site whose only studio has a door that lets guests in."""
    site = site_of(
        hass,
        a={
            "doors": [household.id("lock", "front")],
            "door_sensors": [household.id("binary_sensor", "contact")],
            "policy": {"door_checks_in": True},
        },
    )
    await site.load()
    yield site
    await site.unload()


def only(room: Room) -> Booking:
    """Return the only booking."""
    [booking] = room.bookings
    return booking


async def press(site: Site) -> None:
    """Press the button on the dashboard."""
    await sight_of(site).call(Platform.BUTTON, "press", "book_now")
    await site.hass.async_block_till_done()


async def test_a_press_books_from_now_on_and_checks_in(site: Site) -> None:
    sight = sight_of(site)
    assert sight.there(Platform.BUTTON, "book_now")

    await press(site)

    booking, now = only(site.room()), dt_util.utcnow()
    assert (booking.start, booking.end) == (now, now + 60 * MINUTE)
    assert booking.title == "Book now"
    assert site.room().memory.progress_of(booking).how is Arrival.STAFF
    assert sight.shows(Platform.SENSOR, "state") == "in_session"
    assert not sight.there(Platform.BUTTON, "book_now")


async def test_a_walk_up_ends_where_the_next_guest_needs_the_studio(site: Site) -> None:
    await site.book("ada", 50)

    await press(site)

    buffer = site.room().policy.buffer
    walk_up, ada = site.room().bookings
    assert walk_up.end == ada.start - buffer
    assert site.room().snapshot.conflicts == ()


async def test_there_is_no_walk_up_right_before_the_next_guest(site: Site) -> None:
    await site.book("ada", 30)

    assert not sight_of(site).there(Platform.BUTTON, "book_now")
    with pytest.raises(ServiceValidationError) as refused:
        await site.room().async_walk_up()
    assert refused.value.translation_key == "booking_no_room_to_book"


@pytest.mark.parametrize(
    ("switch", "value", "reason"),
    [
        ("maintenance", True, "booking_out_of_service"),
        ("accepting_bookings", False, "booking_not_accepting"),
    ],
)
async def test_a_studio_that_takes_nobody_takes_no_walk_up(
    site: Site, switch: str, value: bool, reason: str
) -> None:
    site.room().override_policy(switch, value)
    await site.hass.async_block_till_done()

    assert not sight_of(site).there(Platform.BUTTON, "book_now")
    with pytest.raises(ServiceValidationError) as refused:
        await site.room().async_walk_up()
    assert refused.value.translation_key == reason


async def test_a_walk_up_is_called_so_in_the_language_of_the_house(
    hass: HomeAssistant, site: Site
) -> None:
    hass.config.language = "de"

    await press(site)

    assert only(site.room()).title not in {"", "Book now"}


async def test_a_walk_up_outlives_a_restart(site: Site) -> None:
    await press(site)
    booking = only(site.room())

    await site.unload()
    await site.load()

    assert only(site.room()) == booking
    assert site.room().snapshot.state == "in_session"


async def test_a_press_at_the_door_panel_books(
    house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    await heard(
        coordinator,
        lambda: house.part("a", "door/main").emit(EventType.BUTTON_PRESSED, button="book_now"),
    )

    await until(lambda: sight.shows(Platform.SENSOR, "state") == "in_session")
    assert only(coordinator.rooms["a"]).source == "local"
    assert sight.shows(Platform.SENSOR, "state", "b") == "available"


async def test_a_press_at_the_door_panel_of_a_studio_that_is_taken_does_nothing(
    hass: HomeAssistant, house: Theatre, coordinator: NodeCoordinator, sight: Sight
) -> None:
    room = coordinator.rooms["a"]
    await heard(coordinator, lambda: house.part("a", "bookings").publish(items=[booked("ada", 20)]))
    assert [booking.uid for booking in room.bookings] == ["ada"]

    await heard(
        coordinator,
        lambda: house.part("a", "door/main").emit(EventType.BUTTON_PRESSED, button="book_now"),
    )
    await hass.async_block_till_done()

    assert [booking.uid for booking in room.bookings] == ["ada"]


@pytest.mark.parametrize("by", ["lock", "contact"])
async def test_whoever_opens_the_door_is_the_guest_who_is_expected(
    behind_a_door: Site, household: Household, by: str
) -> None:
    await behind_a_door.book("ada", 10)
    room = behind_a_door.room()
    assert room.snapshot.state == "arriving"

    if by == "lock":
        await household.move("front", "unlocked")
    else:
        await household.turn("contact", "on")

    assert room.snapshot.state == "checked_in"
    assert room.memory.progress_of(only(room)).how is Arrival.DOOR


async def test_an_open_door_lets_nobody_in_where_the_site_does_not_want_it(
    behind_a_door: Site, household: Household
) -> None:
    behind_a_door.room().override_policy("door_checks_in", value=False)
    await behind_a_door.book("ada", 10)

    await household.move("front", "unlocked")
    await household.turn("contact", "on")

    assert behind_a_door.room().snapshot.state == "arriving"


async def test_a_door_that_was_open_before_or_comes_back_open_lets_nobody_in(
    behind_a_door: Site, household: Household
) -> None:
    await household.move("front", "unlocked")
    await behind_a_door.book("ada", 10)
    room = behind_a_door.room()

    await household.turn("power", "off")
    await household.turn("power", "on")
    assert room.snapshot.state == "arriving"
    await household.move("front", "locked")
    assert room.snapshot.state == "arriving"

    await behind_a_door.unload()
    await household.move("front", "unlocked")
    await behind_a_door.load()
    assert behind_a_door.room().snapshot.state == "arriving"


async def test_an_open_door_means_nothing_while_nobody_is_expected(
    behind_a_door: Site, household: Household, clock: Clock
) -> None:
    await behind_a_door.book("ada", 60)
    await household.move("front", "unlocked")
    assert behind_a_door.room().snapshot.state == "available"

    await clock.minutes(50)

    assert behind_a_door.room().snapshot.state == "arriving"
