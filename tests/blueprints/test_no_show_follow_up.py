"""The blueprint "Follow up when a guest does not come", as it is shipped."""

from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.micro_studio.core.facts import CheckIn
from tests.integration.automations import Site

from .conftest import Automate, Pager, Wait, add_pager, settle

NAME: Final = "no_show_follow_up"
MINUTE: Final = 60
ABSENT: Final = ("Studio A", "Nobody came for the booking at 12:00.")
RELEASED: Final = ("Studio A", "The time until 13:30 was given free.")
ARRIVED: Final = ("Studio A", "The guest of the booking at 12:00 came after all.")


@pytest.fixture
async def pager(hass: HomeAssistant, site: Site) -> Pager:
    """Add the partner's phone."""
    return await add_pager(hass)


def inputs(site: Site, *studios: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    """Return the inputs of an automation that tells the pager."""
    return {
        "studios": [site.device(studio).id for studio in studios or ("a",)],
        "notify_entities": ["notify.pager"],
        **others,
    }


def free(site: Site, studio: str = "a") -> bool:
    """Tell whether the time of the booking was given free."""
    memory = site.room(studio).memory
    return any(memory.progress_of(booking).released for booking in memory.agenda)


async def test_a_guest_who_does_not_come_is_told_once(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """The booking keeps its time, and its end is no news."""
    await automate(NAME, inputs(site))
    await site.book("x", 0, 90)
    await wait(14 * MINUTE)
    assert pager.messages == []
    await wait(MINUTE)
    assert pager.messages == [ABSENT]
    await wait(200 * MINUTE)
    assert pager.messages == [ABSENT]
    assert not free(site)


async def test_a_guest_who_comes_after_all_is_told(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Then nothing is given free."""
    await automate(NAME, inputs(site, release=True))
    await site.book("x", 0, 90)
    await wait(15 * MINUTE)
    await wait(20 * MINUTE)
    site.room().command(CheckIn())
    await settle(site.hass)
    assert pager.messages == [ABSENT, ARRIVED]
    await wait(30 * MINUTE)
    assert pager.messages == [ABSENT, ARRIVED]
    assert not free(site)


async def test_a_guest_who_comes_in_time_is_no_news(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Late, but not too late."""
    await automate(NAME, inputs(site))
    await site.book("x", 0, 90)
    await wait(10 * MINUTE)
    site.room().command(CheckIn())
    await wait(60 * MINUTE)
    assert pager.messages == []


async def test_the_rest_of_the_time_is_given_free_after_a_while(
    hass: HomeAssistant, site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """And the guest may still come, if nobody else has booked."""
    told = async_mock_service(hass, "script", "freed")
    await automate(NAME, inputs(site, release=True, release_actions=[{"action": "script.freed"}]))
    await site.book("x", 0, 90)
    await wait(15 * MINUTE)
    await wait(29 * MINUTE)
    assert (free(site), len(told)) == (False, 0)
    await wait(MINUTE)
    assert (free(site), len(told)) == (True, 1)
    assert pager.messages == [ABSENT, RELEASED]
    site.room().command(CheckIn(booking="x"))
    await settle(hass)
    assert pager.messages == [ABSENT, RELEASED, ARRIVED]


async def test_at_once_is_a_time_too(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """After 0 minutes."""
    await automate(NAME, inputs(site, release=True, release_after=0))
    await site.book("x", 0, 90)
    await wait(15 * MINUTE)
    await wait(1)
    assert pager.messages == [ABSENT, RELEASED]
    assert free(site)


async def test_nothing_is_given_free_that_is_over_or_gone(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """A booking that ends before, and one that is cancelled meanwhile."""
    await automate(NAME, inputs(site, release=True, release_after=90))
    await site.book("x", 0, 90)
    await wait(15 * MINUTE)
    await wait(100 * MINUTE)
    assert pager.messages == [ABSENT]
    await site.book("y", 0, 200)
    await wait(15 * MINUTE)
    assert len(pager.messages) == 2
    await site.cancel("y")
    await wait(100 * MINUTE)
    assert len(pager.messages) == 2


async def test_a_booking_that_is_put_off_is_followed_up_anew(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """What was to be given free is another time now."""
    await automate(NAME, inputs(site, release=True))
    await site.book("x", 0, 90)
    await wait(15 * MINUTE)
    await site.move("x", 45, 60)
    await wait(31 * MINUTE)
    assert pager.messages == [ABSENT]
    await wait(29 * MINUTE)
    assert pager.messages[1:] == [("Studio A", "Nobody came for the booking at 13:00.")]
    await wait(30 * MINUTE)
    assert free(site)
    assert len(pager.messages) == 3


async def test_what_a_restart_finds_is_told_while_the_booking_lasts(
    site: Site, pager: Pager, automate: Automate, wait: Wait, freezer: FrozenDateTimeFactory
) -> None:
    """Then it is followed up as always; once it is over it is no news."""
    await automate(NAME, inputs(site, release=True))
    await site.book("x", 0, 90)
    await site.unload()
    freezer.tick(50 * MINUTE)
    await site.load()
    await settle(site.hass)
    assert pager.messages == [ABSENT]
    await wait(30 * MINUTE)
    assert pager.messages == [ABSENT, RELEASED]
    await wait(60 * MINUTE)
    await site.book("y", 0, 30)
    await site.unload()
    freezer.tick(60 * MINUTE)
    await site.load()
    await wait(1)
    assert len(pager.messages) == 2


async def test_two_studios_do_not_take_each_others_guests_for_theirs(
    site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Their bookings may even have the same id."""
    await automate(NAME, inputs(site, "a", "b", release=True))
    await site.book("x", 0, 90)
    await site.book("x", 0, 90, studio="b")
    await wait(15 * MINUTE)
    assert sorted(pager.messages) == [ABSENT, ("Studio B", ABSENT[1])]
    site.room("b").command(CheckIn())
    await settle(site.hass)
    assert pager.messages[2:] == [("Studio B", ARRIVED[1])]
    await wait(30 * MINUTE)
    assert pager.messages[3:] == [RELEASED]
    assert (free(site), free(site, "b")) == (True, False)


async def test_actions_come_after_a_message_that_fails_and_know_the_booking(
    hass: HomeAssistant, site: Site, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """The device for notifications does not exist; the words can be one's own."""
    told = async_mock_service(hass, "script", "guest")
    text = "{{ title }}|{{ message }}|{{ booking }}|{{ starts }}|{{ ends }}"
    action = {"action": "script.guest", "data": {"text": text}}
    await automate(
        NAME,
        inputs(
            site,
            notify_entities=["notify.nowhere"],
            no_show_actions=[action],
            arrival_actions=[action],
            message="Niemand da",
            arrival_message="Doch noch da",
        ),
    )
    await site.book("x", 0, 90)
    await wait(15 * MINUTE)
    site.room().command(CheckIn())
    await settle(hass)
    assert [call.data["text"] for call in told] == [
        "Studio A|Niemand da|local|x||12:00|13:30",
        "Studio A|Doch noch da|local|x||12:00|13:30",
    ]
