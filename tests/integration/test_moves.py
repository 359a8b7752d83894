"""A booking that goes to another studio, whatever comes in between."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.facts import CheckIn
from custom_components.micro_studio.core.origin import LOCAL, agenda_of
from custom_components.micro_studio.core.requests import CancelBooking, CreateBooking
from custom_components.micro_studio.herald import EVENT_TOLD
from custom_components.micro_studio.moves import async_move, reference
from custom_components.micro_studio.room import Room
from tests.integration.automations import Site
from tests.integration.clock import Clock
from tests.integration.sites import quiet, site_of


@pytest.fixture
async def site(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[Site]:
    """Return a site of three studios that runs."""
    site = site_of(hass, a={}, b={}, c={})
    await site.load()
    yield site
    await site.unload()


async def move(room: Room, uid: str, to: Room) -> Booking:
    """Move a booking to another studio, at the same time."""
    booking = booked(room, uid)
    return await async_move(room, booking, to, booking.start, booking.end)


def booked(room: Room, uid: str) -> Booking:
    """Return a booking that stands."""
    return next(booking for booking in room.bookings if booking.uid == uid)


def uids(room: Room) -> list[str]:
    """Return what stands."""
    return [booking.uid for booking in room.bookings]


async def half_moved(site: Site, uid: str) -> Booking:
    """Do what a move does up to the moment at which Home Assistant dies."""
    booking = booked(site.room("a"), uid)
    moved = replace(
        booking, source=LOCAL, uid="there", moved_from=reference(site.room("a"), booking)
    )
    await site.room("b").async_perform(CreateBooking(part=agenda_of(LOCAL), booking=moved))
    return moved


async def restart(site: Site) -> None:
    """Stop everything and start it again."""
    await site.unload()
    await site.load()
    await quiet(site.hass)


async def test_both_studios_remember_the_move_over_a_restart(site: Site) -> None:
    await site.book("ada", 60)
    moved = await move(site.room("a"), "ada", site.room("b"))

    await restart(site)

    assert (uids(site.room("a")), uids(site.room("b"))) == ([], [moved.uid])
    assert [progress.rerouted_to for _, progress in site.room("a").agenda] == [site.room("b").key]
    [there] = site.room("b").bookings
    assert there.moved_from == moved.moved_from


async def test_a_move_that_was_interrupted_is_finished_at_the_next_start(site: Site) -> None:
    await site.book("ada", 60)
    await half_moved(site, "ada")
    assert (uids(site.room("a")), uids(site.room("b"))) == (["ada"], ["there"])
    told = async_capture_events(site.hass, EVENT_TOLD)

    await restart(site)

    assert (uids(site.room("a")), uids(site.room("b"))) == ([], ["there"])
    assert [(event.data["studio"], event.data["kind"]) for event in told] == [
        ("Studio A", "booking_rerouted")
    ]


async def test_where_the_guest_has_come_to_the_first_studio_the_move_is_void(site: Site) -> None:
    await site.book("ada", 10)
    await half_moved(site, "ada")
    site.room("a").command(CheckIn(booking="ada"))

    await restart(site)

    assert (uids(site.room("a")), uids(site.room("b"))) == (["ada"], [])
    assert site.room("a").snapshot.state == "checked_in"


async def test_a_booking_that_was_cancelled_before_the_move_was_finished_is_cancelled_in_both(
    site: Site,
) -> None:
    await site.book("ada", 60)
    await half_moved(site, "ada")
    await site.cancel("ada")

    await restart(site)

    assert (uids(site.room("a")), uids(site.room("b"))) == ([], [])


async def test_a_guest_who_comes_during_the_move_keeps_the_first_studio(site: Site) -> None:
    await site.book("ada", 10)
    first, other = site.room("a"), site.room("b")
    end = other.watch(lambda: first.command(CheckIn(booking="ada")) if other.bookings else None)

    try:
        with pytest.raises(HomeAssistantError) as refused:
            await move(first, "ada", other)
    finally:
        end()

    assert refused.value.translation_key == "booking_guest_inside"
    assert (uids(first), uids(other)) == (["ada"], [])
    assert first.snapshot.state == "checked_in"


async def test_a_guest_who_is_inside_is_refused_before_anything_is_booked(site: Site) -> None:
    await site.book("ada", 10)
    site.room("a").command(CheckIn())
    told = async_capture_events(site.hass, EVENT_TOLD)

    with pytest.raises(HomeAssistantError) as refused:
        await move(site.room("a"), "ada", site.room("b"))

    assert refused.value.translation_key == "booking_guest_inside"
    assert told == []


async def test_a_cancellation_follows_a_booking_through_every_studio(site: Site) -> None:
    await site.book("ada", 60)
    moved = await move(site.room("a"), "ada", site.room("b"))
    again = await move(site.room("b"), moved.uid, site.room("c"))
    assert uids(site.room("c")) == [again.uid]

    await site.cancel("ada")
    await quiet(site.hass)

    assert [uids(site.room(studio)) for studio in "abc"] == [[], [], []]
    # Nothing points to where the booking was any more, either.
    assert [[*site.room(studio).agenda] for studio in "abc"] == [[], [], []]


async def test_a_booking_comes_back_and_its_cancellation_still_counts(site: Site) -> None:
    await site.book("ada", 60)
    moved = await move(site.room("a"), "ada", site.room("b"))
    back = await move(site.room("b"), moved.uid, site.room("a"))
    assert (uids(site.room("a")), uids(site.room("b"))) == ([back.uid], [])

    await site.cancel("ada")
    await quiet(site.hass)

    assert (uids(site.room("a")), uids(site.room("b"))) == ([], [])


async def test_what_is_cancelled_in_the_other_studio_is_cancelled_there_alone(site: Site) -> None:
    await site.book("ada", 60)
    moved = await move(site.room("a"), "ada", site.room("b"))

    await site.room("b").async_perform(CancelBooking(part=agenda_of(LOCAL), uid=moved.uid))
    await quiet(site.hass)

    assert (uids(site.room("a")), uids(site.room("b"))) == ([], [])
    assert [progress.rerouted_to for _, progress in site.room("a").agenda] == [site.room("b").key]


async def test_a_booking_moves_to_another_site_and_its_cancellation_waits_for_that_site(
    hass: HomeAssistant, site: Site
) -> None:
    """The other site may be down when it is cancelled."""
    other = site_of(hass, title="Harbour", a={})
    await other.load()
    await site.book("ada", 24 * 60)
    moved = await move(site.room("a"), "ada", other.room("a"))
    assert uids(other.room("a")) == [moved.uid]
    await other.unload()

    await site.cancel("ada")
    await quiet(hass)
    await other.load()
    await quiet(hass)

    assert uids(other.room("a")) == []
    await other.unload()


async def test_the_same_times_may_not_fit_so_others_can_be_chosen(site: Site) -> None:
    await site.book("ada", 60)
    booking = booked(site.room("a"), "ada")
    later = booking.start + timedelta(hours=3)

    moved = await async_move(
        site.room("a"), booking, site.room("b"), later, later + timedelta(hours=2)
    )

    [there] = site.room("b").bookings
    assert (there.start, there.end, there.title) == (moved.start, moved.end, booking.title)
    assert (there.start - booking.start, there.length) == (timedelta(hours=3), timedelta(hours=2))
