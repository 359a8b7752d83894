"""The blueprint "Warm up a studio before a booking", as it is shipped."""

from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.light import ColorMode
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, ServiceCall
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.micro_studio.core.facts import CheckIn, EndSession
from custom_components.micro_studio.moves import async_move
from tests.integration.automations import Site

from .conftest import Automate, Lamp, Thermostat, Wait, add, put

NAME: Final = "warm_up_before_booking"
WARM: Final = 21.0
IDLE: Final = 17.0
MINUTE: Final = 60


@pytest.fixture
async def heater(hass: HomeAssistant) -> Thermostat:
    """Add a thermostat."""
    heater = Thermostat("Heater")
    await add(hass, "climate", heater)
    return heater


@pytest.fixture
async def lamp(hass: HomeAssistant) -> Lamp:
    """Add a lamp."""
    lamp = Lamp("Lamp", ColorMode.ONOFF)
    await add(hass, "light", lamp)
    return lamp


def inputs(site: Site, *studios: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    """Return the inputs of an automation that warms the first studio, or others."""
    return {
        "studios": [site.device(studio).id for studio in studios or ("a",)],
        "climates": ["climate.heater"],
        **others,
    }


async def come(site: Site, wait: Wait) -> None:
    """Let the guest come."""
    site.room().command(CheckIn())
    await wait(2)


async def test_a_room_is_warm_for_its_booking_and_cold_after_it(
    site: Site, heater: Thermostat, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """Exactly so long before, and until the guest has left."""
    await automate(NAME, inputs(site, lights=["light.lamp"]))
    await site.book("x", 120)
    await wait(74 * MINUTE)
    assert (heater.aim, lamp.is_on) == (IDLE, False)
    await wait(MINUTE)
    await wait(2)
    assert (heater.aim, lamp.is_on) == (WARM, True)
    await wait(40 * MINUTE)
    await come(site, wait)
    await wait(20 * MINUTE)
    assert (heater.aim, lamp.is_on) == (WARM, True)
    site.room().command(EndSession())
    await wait(2)
    assert (heater.aim, lamp.is_on) == (IDLE, False)


async def test_presets_take_the_place_of_temperatures(
    site: Site, heater: Thermostat, automate: Automate, wait: Wait
) -> None:
    """The temperature stays what the preset makes it."""
    await automate(NAME, inputs(site, warm_preset="comfort", idle_preset="eco"))
    await site.book("x", 30)
    await wait(2)
    assert (heater.preset_mode, heater.aim) == ("comfort", IDLE)
    await site.cancel("x")
    await wait(2)
    assert (heater.preset_mode, heater.aim) == ("eco", IDLE)


async def test_a_booking_that_is_gone_sets_back_only_what_was_warmed_for_it(
    site: Site, heater: Thermostat, automate: Automate, wait: Wait
) -> None:
    """Cancelled, or moved to the other studio; one that is far away changes nothing."""
    await automate(NAME, inputs(site))
    await site.book("far", 600)
    await site.book("near", 30)
    await wait(2)
    await site.cancel("far")
    await wait(2)
    assert heater.aim == WARM
    await site.cancel("near")
    await wait(2)
    assert heater.aim == IDLE

    await site.book("moves", 30)
    await wait(2)
    assert heater.aim == WARM
    booking = next(each for each in site.room().bookings if each.uid == "moves")
    await async_move(site.room(), booking, site.room("b"), booking.start, booking.end)
    await wait(2)
    assert heater.aim == IDLE


async def test_a_booking_that_is_put_off_is_warmed_for_again(
    site: Site, heater: Thermostat, automate: Automate, wait: Wait
) -> None:
    """Meanwhile the room is cold; another booking is no reason for that."""
    await automate(NAME, inputs(site))
    await site.book("x", 30)
    await wait(2)
    await site.move("x", 300)
    await wait(2)
    assert heater.aim == IDLE
    await heater.async_set_temperature(temperature=19.5)
    await site.move("x", 200)
    await wait(2)
    assert heater.aim == 19.5
    await wait(160 * MINUTE)
    await wait(2)
    assert heater.aim == WARM


async def test_a_no_show_sets_back_and_a_late_guest_warms_up_again(
    site: Site, heater: Thermostat, automate: Automate, wait: Wait
) -> None:
    """Nobody came for 15 minutes, then somebody did."""
    await automate(NAME, inputs(site))
    await site.book("x", 10)
    await wait(2)
    assert heater.aim == WARM
    await wait(25 * MINUTE)
    await wait(2)
    assert heater.aim == IDLE
    await come(site, wait)
    assert heater.aim == WARM


async def test_a_guest_who_comes_in_time_does_not_undo_what_the_staff_has_set(
    site: Site, heater: Thermostat, automate: Automate, wait: Wait
) -> None:
    """The room is neither cold nor theirs to change."""
    await automate(NAME, inputs(site))
    await site.book("x", 10)
    await wait(2)
    await heater.async_set_temperature(temperature=23)
    await come(site, wait)
    assert heater.aim == 23


async def test_nothing_is_switched_between_bookings_that_follow_each_other(
    hass: HomeAssistant, site: Site, heater: Thermostat, automate: Automate, wait: Wait
) -> None:
    """The second is not warmed for during the first, and the end of the first changes nothing."""
    actions = async_mock_service(hass, "script", "warm")
    await automate(NAME, inputs(site, warm_actions=[{"action": "script.warm"}]))
    await site.book("x", 0, 60)
    await come(site, wait)
    await site.book("y", 90, 60)
    await heater.async_set_temperature(temperature=20)
    before = len(actions)
    await wait(46 * MINUTE)
    await wait(2)
    assert site.room().snapshot.state == "in_session"
    await wait(15 * MINUTE)
    await wait(2)
    assert site.room().snapshot.state == "turnover"
    assert (heater.aim, len(actions)) == (20, before)


async def test_an_extended_session_stays_warm_until_its_new_end(
    site: Site, heater: Thermostat, automate: Automate, wait: Wait
) -> None:
    """The end is the one that was agreed last."""
    await automate(NAME, inputs(site))
    await site.book("x", 10, 60)
    await come(site, wait)
    await wait(30 * MINUTE)
    await site.hass.services.async_call(
        "button",
        "press",
        {"entity_id": site.entity(Platform.BUTTON, "extend_session")},
        blocking=True,
    )
    await wait(45 * MINUTE)
    await wait(2)
    assert heater.aim == WARM
    await wait(10 * MINUTE)
    await wait(2)
    assert heater.aim == IDLE


async def test_a_studio_that_is_out_of_service_stays_cold(
    site: Site, heater: Thermostat, automate: Automate, wait: Wait
) -> None:
    """Nobody will come."""
    await automate(NAME, inputs(site))
    site.room().override_policy("maintenance", value=True)
    await wait(1)
    await site.book("x", 30)
    await wait(2)
    assert heater.aim == IDLE


async def test_what_happened_during_a_restart_is_done_after_it(
    site: Site, heater: Thermostat, automate: Automate, wait: Wait, freezer: FrozenDateTimeFactory
) -> None:
    """The warm-up that was due, and the end of the session that was over."""
    await automate(NAME, inputs(site))
    await site.book("x", 60, 60)
    await site.unload()
    freezer.tick(30 * MINUTE)
    await site.load()
    await wait(2)
    assert heater.aim == WARM
    await site.unload()
    freezer.tick(180 * MINUTE)
    await site.load()
    await wait(2)
    assert heater.aim == IDLE


async def test_one_automation_serves_two_studios_each_in_its_own_area(
    hass: HomeAssistant, site: Site, automate: Automate, wait: Wait
) -> None:
    """What is in another area is not touched; the actions know which studio it is."""
    heaters = [Thermostat(name) for name in ("Heater", "Other heater", "Corridor")]
    await add(hass, "climate", *heaters)
    put(hass, "climate.heater", "Studio A")
    put(hass, "climate.other_heater", "Studio B")
    put(hass, "climate.corridor", "Corridor")
    told: list[ServiceCall] = async_mock_service(hass, "script", "warm")
    names = ["climate.heater", "climate.other_heater", "climate.corridor"]
    action = {"action": "script.warm", "data": {"studio": "{{ studio }}"}}
    await automate(NAME, inputs(site, "a", "b", climates=names, warm_actions=[action]))
    await site.book("x", 30, studio="b")
    await wait(2)
    assert [heater.aim for heater in heaters] == [IDLE, WARM, IDLE]
    await site.book("y", 30)
    await wait(2)
    assert [heater.aim for heater in heaters] == [WARM, WARM, IDLE]
    assert [call.data["studio"] for call in told] == ["Studio B", "Studio A"]


async def test_a_thermostat_without_power_does_not_keep_the_others_cold(
    hass: HomeAssistant, site: Site, automate: Automate, wait: Wait
) -> None:
    """It is left alone, and so is one that does not exist."""
    broken, heater = Thermostat("Broken"), Thermostat("Heater")
    await add(hass, "climate", broken, heater)
    broken.plug(powered=False)
    told = async_mock_service(hass, "script", "warm")
    names = ["climate.broken", "climate.nowhere", "climate.heater"]
    await automate(NAME, inputs(site, climates=names, warm_actions=[{"action": "script.warm"}]))
    await site.book("x", 30)
    await wait(2)
    assert (broken.aim, heater.aim) == (IDLE, WARM)
    assert len(told) == 1
