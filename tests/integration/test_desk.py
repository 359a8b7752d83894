"""The booking desk: the same thing asked twice, other clocks, opening hours, what suits whom."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.actions import ACTIONS
from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.node import NodeCoordinator
from tests.integration.automations import Site
from tests.integration.clock import Clock
from tests.integration.sites import rebind, site_of
from tests.integration.waiting import until
from tests.puppets import Theatre

type Answer = dict[str, Any]

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


@pytest.fixture
async def site(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[Site]:
    """Return a site with studios in Berlin and in Tokyo, Home Assistant elsewhere."""
    site = site_of(
        hass,
        a={"time_zone": BERLIN.key, "kit": ["4 microphone", "camera"]},
        b={"time_zone": TOKYO.key, "opening_hours": "Mo-Fr 08:00-18:00", "aliases": ["Shibuya 2"]},
    )
    await site.load()
    yield site
    await site.unload()


async def ask(hass: HomeAssistant, action: str, **data: object) -> Answer:
    """Call an action and return its answer."""
    answers = ACTIONS[action].response.value != "none"
    answer = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=answers
    )
    await hass.async_block_till_done()
    return dict(answer or {})


async def book(site: Site, start: str = "2026-11-24 10:00", **data: object) -> Answer:
    """Book the studio in Berlin for an hour, by its clock."""
    asked = {"studio": "Studio A", "start": start, "duration": "01:00", **data}
    return await ask(site.hass, "create_booking", **asked)


def moment(answer: Answer, name: str = "start") -> datetime:
    """Return a time of an answer."""
    told = datetime.fromisoformat(answer[name])
    assert told.tzinfo is not None
    return told


@pytest.mark.parametrize(
    ("studio", "zone"), [("Studio A", BERLIN), ("Studio B", TOKYO), ("shibuya 2", TOKYO)]
)
async def test_a_time_without_a_zone_is_read_on_the_studios_wall_clock(
    site: Site, studio: str, zone: ZoneInfo
) -> None:
    asked = {"studio": studio, "start": "2026-11-24 10:00", "end": "2026-11-24 11:00"}
    made = await ask(site.hass, "create_booking", **asked)

    assert moment(made) == datetime(2026, 11, 24, 10, tzinfo=zone)
    span = {"start": "2026-11-24 10:30", "end": "2026-11-24 10:31"}
    found = await ask(site.hass, "get_bookings", studio=studio, **span)
    assert [each["uid"] for each in found["bookings"]] == [made["uid"]]


async def test_a_time_with_a_zone_is_what_it_says(site: Site) -> None:
    made = await book(site, "2026-11-24T10:00:00-05:00")

    assert moment(made) == datetime.fromisoformat("2026-11-24T15:00:00+00:00")


async def test_a_booking_that_moves_to_another_studio_moves_by_that_studios_clock(
    site: Site,
) -> None:
    made = await book(site)

    moved = await ask(
        site.hass,
        "move_booking",
        studio="Studio A",
        booking=made["uid"],
        to_studio="Studio B",
        start="2026-11-25 10:00",
    )

    assert moment(moved) == datetime(2026, 11, 25, 10, tzinfo=TOKYO)
    assert moment(moved, "end") - moment(moved) == timedelta(hours=1)


async def test_a_repeated_request_tells_what_is_kept_and_undoes_no_edit(site: Site) -> None:
    made = await book(site, external_id="shop-1")
    await ask(
        site.hass,
        "move_booking",
        studio="Studio A",
        booking=made["booking"],
        start="2026-11-24 14:00",
    )

    again = await book(site, external_id="shop-1")

    assert moment(again) == datetime(2026, 11, 24, 14, tzinfo=BERLIN)
    assert len(site.room().bookings) == 1


async def test_a_repeated_request_revives_nothing_and_says_so(site: Site) -> None:
    made = await book(site, external_id="shop-1")
    await ask(site.hass, "cancel_booking", studio="Studio A", booking=made["booking"])

    again = await book(site, external_id="shop-1")

    assert (again["status"], again["state"]) == ("cancelled", "cancelled")
    assert site.room().bookings == ()


async def test_a_hold_is_confirmed_by_the_same_id(site: Site) -> None:
    held = await book(site, external_id="shop-1", hold=True)
    assert (held["status"], held["state"]) == ("tentative", "tentative")

    confirmed = await book(site, external_id="shop-1")

    assert (confirmed["status"], confirmed["booking"]) == ("confirmed", held["booking"])


async def test_a_series_is_answered_by_its_first_booking_and_asked_for_twice(site: Site) -> None:
    weekly = {"external_id": "weekly", "rrule": "FREQ=WEEKLY;COUNT=3"}
    made = await book(site, **weekly)
    again = await book(site, **weekly)

    assert made == again
    assert [each.start.astimezone(BERLIN).hour for each in site.room().bookings] == [10, 10, 10]
    await ask(site.hass, "cancel_booking", studio="Studio A", booking=made["booking"])
    assert [each.start.day for each in site.room().bookings] == [1, 8]


async def test_a_rule_that_cannot_be_read_is_refused(site: Site) -> None:
    with pytest.raises(HomeAssistantError) as refused:
        await book(site, rrule="every now and then")

    assert refused.value.translation_key == "request_rule_unreadable"
    assert site.room().bookings == ()


@pytest.mark.parametrize(
    ("data", "start", "reason"),
    [
        ({"opening_hours": "Mo-Fr 08:00-18:00"}, "2026-11-24 17:30", "not_free_closed"),
        ({"policy": {"maintenance": True}}, "2026-11-24 10:00", "not_free_out_of_service"),
        ({}, "2028-11-24 10:00", "not_free_unknown"),
    ],
)
async def test_why_a_studio_cannot_be_had_is_told(
    site: Site, data: dict[str, object], start: str, reason: str
) -> None:
    await rebind(site.hass, site.entry, time_zone=BERLIN.key, **data)

    with pytest.raises(ServiceValidationError) as refused:
        await book(site, start)

    assert refused.value.translation_key == reason
    assert site.room().bookings == ()
    assert (await book(site, start, force=True))["status"] == "confirmed"


async def test_a_booking_that_is_moved_to_where_another_one_is_stays(site: Site) -> None:
    made = await book(site)
    await book(site, "2026-11-24 14:00")

    with pytest.raises(ServiceValidationError) as refused:
        await ask(
            site.hass,
            "move_booking",
            studio="Studio A",
            booking=made["uid"],
            start="2026-11-24 14:30",
        )

    assert refused.value.translation_key == "not_free_occupied"
    assert [each.start.astimezone(BERLIN).hour for each in site.room().bookings] == [10, 14]


async def test_a_booking_is_never_in_its_own_way(site: Site) -> None:
    made = await book(site)

    moved = await ask(
        site.hass, "move_booking", studio="Studio A", booking=made["uid"], start="2026-11-24 10:30"
    )

    assert moment(moved) == datetime(2026, 11, 24, 10, 30, tzinfo=BERLIN)


async def test_a_booking_of_a_node_is_moved_and_cancelled_at_the_node(
    hass: HomeAssistant, house: Theatre, loaded: MockConfigEntry, coordinator: NodeCoordinator
) -> None:
    now = dt_util.utcnow()
    kept = house.part("a", "bookings")
    room = coordinator.rooms["a"]
    booking = {"uid": "ada", "status": "confirmed", "title": "Show", "guest": "", "revision": 1}
    start = now + timedelta(hours=30)
    kept.publish(
        items=[
            {
                **booking,
                "start": start.isoformat(),
                "end": (start + timedelta(hours=1)).isoformat(),
            }
        ]
    )
    await until(lambda: room.bookings)

    later = start + timedelta(hours=2)
    await ask(hass, "move_booking", studio="Studio A", booking="ada", start=later.isoformat())
    assert [action for action, _ in kept.commands] == ["move"]
    await until(lambda: [each.start for each in room.bookings] == [later])

    await ask(hass, "cancel_booking", studio="Studio A", booking="ada")
    assert [action for action, _ in kept.commands] == ["move", "cancel"]


async def test_what_suits_is_ranked_with_reasons(site: Site) -> None:
    answer = await ask(
        site.hass,
        "find_studio",
        start="2026-11-24T12:00:00+01:00",  # eight in the evening in Tokyo
        duration="01:00",
        needs=["2 microphone"],
        near="Old town",
    )

    first, second = answer["studios"]
    assert (first["studio_name"], first["suitable"]) == ("Studio A", True)
    assert first["site"] == "Old town"
    assert first["studio"] == site.room().device_id
    assert {"reason": "free_including_buffers", "speaks_for": True} in first["reasons"]
    assert {"reason": "same_site", "speaks_for": True} in first["reasons"]
    assert (second["studio_name"], second["suitable"]) == ("Studio B", False)
    assert {"reason": "closed", "speaks_for": False} in second["reasons"]


async def test_a_place_that_nobody_knows_is_refused(site: Site) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await ask(
            site.hass, "find_studio", start="2026-11-24 12:00", duration="01:00", near="Atlantis"
        )

    assert refused.value.translation_key == "unknown_studio"
    assert "Atlantis" in str(refused.value)
