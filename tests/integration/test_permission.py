"""Who may see a studio, and who may do something to it."""

from collections.abc import AsyncGenerator
from typing import Any

from homeassistant.auth.models import Group
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.micro_studio.actions import ACTIONS
from custom_components.micro_studio.const import DOMAIN
from tests.integration.automations import Site
from tests.integration.clock import Clock
from tests.integration.sites import sight_of, site_of

type Answer = dict[str, Any]

CHANGES = {
    "create_booking": {"start": "2026-11-24 10:00", "duration": "01:00"},
    "move_booking": {"booking": "ada", "start": "2026-11-24 10:00"},
    "cancel_booking": {"booking": "ada"},
    "extend_session": {},
    "check_in": {},
    "end_session": {},
    "release_booking": {},
    "book_now": {},
}


@pytest.fixture
async def site(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[Site]:
    """Return a site of two studios, each with a booking."""
    site = site_of(hass, a={}, b={})
    await site.load()
    await site.book("ada", 60)
    await site.book("bob", 60, studio="b")
    yield site
    await site.unload()


@pytest.fixture
def caretaker(hass: HomeAssistant, site: Site) -> Context:
    """Return somebody who may control the first studio and knows nothing of the other."""
    calendar = sight_of(site).entity(Platform.CALENDAR, "bookings")
    group = Group(name="Caretakers", policy={"entities": {"entity_ids": {calendar: True}}})
    return Context(user_id=MockUser(groups=[group]).add_to_hass(hass).id)


async def ask(site: Site, action: str, context: Context, **data: object) -> Answer:
    """Call an action as somebody."""
    answers = ACTIONS[action].response.value != "none"
    answer = await site.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=answers, context=context
    )
    return dict(answer or {})


def test_every_action_that_changes_something_is_tried() -> None:
    assert {*ACTIONS} == {*CHANGES, "get_bookings", "find_studio"}


@pytest.mark.parametrize("action", CHANGES)
async def test_who_may_only_look_changes_nothing(
    site: Site, hass_read_only_user: MockUser, action: str
) -> None:
    before = site.room().memory

    with pytest.raises(Unauthorized):
        await ask(
            site,
            action,
            Context(user_id=hass_read_only_user.id),
            studio="Studio A",
            **CHANGES[action],
        )

    assert site.room().memory == before


async def test_who_may_only_look_sees_bookings_but_not_who_comes(
    site: Site, hass_read_only_user: MockUser
) -> None:
    reader = Context(user_id=hass_read_only_user.id)

    seen = await ask(site, "get_bookings", reader)

    assert [each["uid"] for each in seen["bookings"]] == ["ada", "bob"]
    assert not {"guest", "notes", "url"} & seen["bookings"][0].keys()
    with pytest.raises(Unauthorized):
        await ask(site, "get_bookings", reader, guest_details=True)
    start = dt_util.utcnow().isoformat()
    found = await ask(site, "find_studio", reader, start=start, duration="00:30")
    assert len(found["studios"]) == 2


async def test_who_is_trusted_with_one_studio_has_that_one_only(
    site: Site, caretaker: Context
) -> None:
    seen = await ask(site, "get_bookings", caretaker, guest_details=True)
    assert [each["uid"] for each in seen["bookings"]] == ["ada"]
    with pytest.raises(Unauthorized):
        await ask(site, "get_bookings", caretaker, studio="Studio B")
    with pytest.raises(Unauthorized):
        await ask(
            site,
            "move_booking",
            caretaker,
            studio="Studio A",
            booking="ada",
            to_studio="Studio B",
        )
    assert [each.uid for each in site.room("b").bookings] == ["bob"]

    await ask(site, "cancel_booking", caretaker, studio="Studio A", booking="ada")
    assert site.room().bookings == ()


async def test_nobody_acts_for_a_person_whom_nobody_knows(site: Site) -> None:
    with pytest.raises(UnknownUser):
        await ask(site, "book_now", Context(user_id="gone"), studio="Studio A")
    with pytest.raises(UnknownUser):
        await ask(site, "get_bookings", Context(user_id="gone"), studio="Studio A")


async def test_automations_and_owners_may(site: Site, hass_admin_user: MockUser) -> None:
    owner = Context(user_id=hass_admin_user.id)
    await ask(site, "cancel_booking", owner, studio="Studio A", booking="ada")
    await ask(site, "cancel_booking", Context(), studio="Studio B", booking="bob")

    assert (site.room().bookings, site.room("b").bookings) == ((), ())
