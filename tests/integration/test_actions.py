"""What automations and people ask studios for, and what they get."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_capture_events
import voluptuous as vol

from custom_components.micro_studio.actions import ACTIONS
from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.core.booking import Phase
from custom_components.micro_studio.core.happenings import Happening, HappeningKind
from custom_components.micro_studio.herald import EVENT_TOLD
from tests.integration.automations import LOCK, PRESENCE, Site, site_of_two
from tests.integration.clock import Clock

type Answer = dict[str, Any]


@pytest.fixture
async def site(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[Site]:
    """Return a site of two studios that runs."""
    site = Site(hass, site_of_two(hass))
    await site.load()
    yield site
    await site.unload()


async def ask(site: Site, action: str, context: Context | None = None, **data: object) -> Answer:
    """Call an action and return its answer."""
    answers = ACTIONS[action].response.value != "none"
    answer = await site.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=answers, context=context
    )
    await site.hass.async_block_till_done()
    return dict(answer or {})


def at(minutes: float) -> str:
    """Return a time so many minutes from now."""
    return (dt_util.utcnow() + timedelta(minutes=minutes)).isoformat()


async def book(site: Site, starts_in: float = 60, **data: object) -> Answer:
    """Book the first studio for an hour."""
    asked = {"duration": "01:00:00", **data}
    return await ask(site, "create_booking", None, studio="Studio A", start=at(starts_in), **asked)


async def test_a_booking_is_made_found_and_cancelled(site: Site) -> None:
    made = await book(site, title="Show", guest_name="Ada", needs=["2 microphone"])

    assert (made["status"], made["state"], made["studio_name"]) == (
        "confirmed",
        "confirmed",
        "Studio A",
    )
    found = (await ask(site, "get_bookings", studio=["Studio A"]))["bookings"]
    assert [(each["uid"], each["title"], each["needs"]) for each in found] == [
        (made["uid"], "Show", ["2 microphone"])
    ]

    await ask(site, "cancel_booking", studio="Studio A", booking=made["booking"])

    assert (await ask(site, "get_bookings"))["bookings"] == []


async def test_who_comes_is_told_only_on_request(site: Site) -> None:
    await book(site, guest_name="Ada", guest_phone="+49 30 1234567", party_size=2)

    assert "Ada" not in str(await ask(site, "get_bookings"))
    [told] = (await ask(site, "get_bookings", guest_details=True))["bookings"]
    assert told["guest"]["name"] == "Ada"
    assert told["guest"]["party_size"] == 2


async def test_a_time_without_a_zone_is_the_studios_own(site: Site) -> None:
    room = site.room()

    made = await ask(
        site,
        "create_booking",
        studio=room.device_id,
        start="2026-12-01 10:00:00",
        end="2026-12-01 12:00:00",
    )

    expected = datetime(2026, 12, 1, 10, tzinfo=room.zone)
    assert datetime.fromisoformat(made["start"]) == expected


async def test_the_same_external_id_books_once(site: Site) -> None:
    first = await book(site, external_id="shop-1", title="Show")
    again = await book(site, external_id="shop-1", title="Show")
    changed = await book(site, 90, external_id="shop-1", title="Show")

    assert first["booking"] == again["booking"] == changed["booking"]
    assert len(site.room().bookings) == 1
    assert site.room().bookings[0].start.minute == 30


@pytest.mark.parametrize(
    ("starts_in", "reason"), [(90, "not_free_occupied"), (125, "not_free_buffer")]
)
async def test_a_studio_that_is_not_free_is_refused_unless_somebody_insists(
    site: Site, starts_in: float, reason: str
) -> None:
    await book(site)

    with pytest.raises(ServiceValidationError) as refused:
        await book(site, starts_in)
    assert refused.value.translation_key == reason
    assert reason not in str(refused.value), "there is no translation"
    assert len(site.room().bookings) == 1

    await book(site, starts_in, force=True)

    assert len(site.room().snapshot.conflicts) == 1
    incident = site.entity(Platform.BINARY_SENSOR, "incident")
    state = site.hass.states.get(incident)
    assert state is not None
    assert state.state == "on"


async def test_what_cannot_be_meant_is_refused_with_a_sentence(site: Site) -> None:
    with pytest.raises(ServiceValidationError, match="Studio Z"):
        await ask(site, "check_in", studio="Studio Z")
    with pytest.raises(vol.Invalid):
        await book(site, end=at(120))
    with pytest.raises(ServiceValidationError) as unknown:
        await ask(site, "cancel_booking", studio="Studio A", booking="nobody")
    assert unknown.value.translation_key == "booking_unknown_booking"
    with pytest.raises(ServiceValidationError) as backwards:
        await ask(site, "create_booking", studio="Studio A", start=at(60), end=at(30))
    assert backwards.value.translation_key == "booking_ends_before_start"
    site.room().override_policy("accepting_bookings", value=False)
    await site.hass.async_block_till_done()
    with pytest.raises(ServiceValidationError) as closed:
        await book(site)
    assert closed.value.translation_key == "booking_not_accepting"


async def test_a_person_needs_leave_to_control_the_studio(
    site: Site, hass_read_only_user: MockUser
) -> None:
    reader = Context(user_id=hass_read_only_user.id)

    with pytest.raises(Unauthorized):
        await ask(site, "book_now", reader, studio="Studio A")
    assert site.room().bookings == ()
    assert (await ask(site, "get_bookings", reader))["bookings"] == []
    with pytest.raises(Unauthorized):
        await ask(site, "get_bookings", reader, studio=["Studio A"], guest_details=True)


async def test_a_session_is_begun_made_longer_and_ended(site: Site, clock: Clock) -> None:
    await book(site, 10)
    await ask(site, "check_in", studio="Studio A")
    await clock.minutes(20)

    answer = await ask(site, "extend_session", studio="Studio A")
    assert answer["ends"] == at(65)
    await ask(site, "end_session", studio="Studio A")

    room = site.room()
    assert room.memory.progress_of(room.memory.agenda[0]).phase is Phase.COMPLETED
    with pytest.raises(ServiceValidationError):
        await ask(site, "end_session", studio="Studio A")


async def test_a_no_show_is_released(site: Site, clock: Clock) -> None:
    await book(site, 10)
    await clock.minutes(26)

    await ask(site, "release_booking", studio="Studio A")

    assert site.room().snapshot.state == "available"


async def test_somebody_walks_in_by_action_button_and_door_panel(site: Site) -> None:
    made = await ask(site, "book_now", studio="Studio A", duration="00:30:00")
    assert made["state"] == "in_session"
    assert datetime.fromisoformat(made["end"]) == dt_util.utcnow() + timedelta(minutes=30)
    with pytest.raises(ServiceValidationError) as refused:
        await ask(site, "book_now", studio="Studio A")
    assert refused.value.translation_key == "booking_room_in_use"

    other = site.room("b")
    other.happened(
        Happening(
            kind=HappeningKind.BUTTON_PRESSED, part="door", at=dt_util.utcnow(), detail="book_now"
        )
    )
    await site.hass.async_block_till_done(wait_background_tasks=True)
    assert other.snapshot.state == "in_session"
    await ask(site, "end_session", studio="Studio B")

    other.override_policy("turnover_checklist", ["sweep"])
    await site.hass.async_block_till_done()
    assert other.snapshot.state == "turnover"
    await site.hass.services.async_call(
        "todo",
        "update_item",
        {
            ATTR_ENTITY_ID: site.entity(Platform.TODO, "turnover_checklist", "b"),
            "item": "sweep",
            "status": "completed",
        },
        blocking=True,
    )
    assert other.snapshot.state == "available"

    await site.hass.services.async_call(
        "button",
        "press",
        {ATTR_ENTITY_ID: site.entity(Platform.BUTTON, "book_now", "b")},
        blocking=True,
    )
    assert other.snapshot.state == "in_session"


async def test_studios_are_ranked_with_reasons(site: Site) -> None:
    await book(site)

    found = (await ask(site, "find_studio", start=at(60), duration="01:00:00", near="Studio B"))[
        "studios"
    ]

    assert [(each["studio_name"], each["suitable"]) for each in found] == [
        ("Studio B", True),
        ("Studio A", False),
    ]
    assert {"reason": "occupied", "speaks_for": False} in found[1]["reasons"]
    with pytest.raises(ServiceValidationError, match="microphone"):
        await ask(site, "find_studio", start=at(60), duration="01:00:00", needs=["microphone" * 10])


async def test_a_booking_moves_in_time(site: Site) -> None:
    made = await book(site)

    moved = await ask(
        site, "move_booking", studio="Studio A", booking=made["booking"], start=at(120)
    )

    assert (moved["start"], moved["end"]) == (at(120), at(180))
    assert [booking.uid for booking in site.room().bookings] == [made["uid"]]


async def test_a_booking_moves_to_another_studio_with_events_on_both(site: Site) -> None:
    made = await book(site, title="Show", guest_name="Ada")
    told = async_capture_events(site.hass, EVENT_TOLD)

    moved = await ask(
        site,
        "move_booking",
        studio="Studio A",
        booking=made["booking"],
        to_studio="Studio B",
    )

    assert moved["studio_name"] == "Studio B"
    assert [(event.data["studio"], event.data["kind"]) for event in told] == [
        ("Studio B", "booking_created"),
        ("Studio A", "booking_rerouted"),
    ]
    assert site.room("a").bookings == ()
    [there] = site.room("b").bookings
    assert (there.title, there.guest.name) == ("Show", "Ada")
    [row] = site.room("a").agenda
    assert row[1].rerouted_to == site.room("b").key

    # Cancelled where it was booked: then there, too.
    await site.cancel(made["uid"])
    await site.hass.async_block_till_done(wait_background_tasks=True)
    assert site.room("b").bookings == ()


async def test_a_guest_who_is_inside_is_not_moved(site: Site) -> None:
    made = await book(site, 10)
    await ask(site, "check_in", studio="Studio A")

    with pytest.raises(HomeAssistantError) as refused:
        await ask(
            site, "move_booking", studio="Studio A", booking=made["booking"], to_studio="Studio B"
        )

    assert getattr(refused.value, "translation_key", "") == "booking_guest_inside"
    assert site.room("b").bookings == ()


async def test_whoever_opens_the_door_is_the_guest_where_the_site_wants_it(site: Site) -> None:
    await book(site, 10)
    await site.show(LOCK, "unlocked")
    assert site.room().snapshot.state == "arriving"
    await site.show(LOCK, "locked")
    site.room().override_policy("door_checks_in", value=True)
    await site.hass.async_block_till_done()

    await site.show(LOCK, "unlocked")

    assert site.room().snapshot.state == "checked_in"


async def test_presence_is_the_guest_where_the_site_wants_it(site: Site, clock: Clock) -> None:
    site.room().override_policy("presence_checks_in", value=True)
    await book(site, 10)
    await clock.minutes(11)

    await site.show(PRESENCE, "on")

    assert site.room().snapshot.state == "in_session"


async def test_a_bound_entity_that_is_gone_is_a_repair_and_can_be_bound_anew(site: Site) -> None:
    assert not [key for key in ir.async_get(site.hass).issues if key[0] == DOMAIN]
    [subentry] = [each for each in site.entry.subentries.values() if each.unique_id == "b"]

    site.hass.config_entries.async_update_subentry(
        site.entry, subentry, data={"recording": [PRESENCE], "lights": ["switch.sign"]}
    )
    site.hass.states.async_set("switch.sign", "off")
    await site.hass.async_block_till_done()
    assert "light/switch.sign" in site.room("b").parts()

    site.hass.config_entries.async_update_subentry(
        site.entry, site.entry.subentries[subentry.subentry_id], data={"recording": [PRESENCE]}
    )
    await site.hass.async_block_till_done()

    assert "light/switch.sign" not in site.room("b").parts()
    await site.show(PRESENCE, "on")
    assert site.room("b").snapshot.on_air is True
