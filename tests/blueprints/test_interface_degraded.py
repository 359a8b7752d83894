"""The blueprint "Tell someone when an interface degrades during a session", as it is shipped."""

from typing import Any, Final

from homeassistant.core import CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from .conftest import Automate, Pager, Wait, add_pager

STATE: Final = "sensor.studio_state"
HEALTH: Final = "sensor.interface_health"
NAME: Final = "interface_degraded"
NAMES: Final = {STATE: "Studio A State", HEALTH: "Studio A Audio interface Health"}
DEGRADED: Final = (
    "Studio A State",
    "Studio A Audio interface Health: unhealthy. Please look after it, a session is under way.",
)
HEALTHY: Final = ("Studio A State", "Studio A Audio interface Health: healthy again.")


@pytest.fixture
async def pager(hass: HomeAssistant) -> Pager:
    """Add a notification device, and a studio in session with a healthy interface."""
    pager = await add_pager(hass)
    say(hass, STATE, "in_session")
    say(hass, HEALTH, "healthy")
    return pager


def say(hass: HomeAssistant, entity: str, state: str) -> None:
    """Let the studio report something."""
    hass.states.async_set(entity, state, {"friendly_name": NAMES[entity]})


def inputs(**others: Any) -> dict[str, Any]:  # noqa: ANN401 - inputs are of any kind
    """Return the inputs of an automation that tells the pager."""
    return {
        "studio_state": STATE,
        "interface_status": HEALTH,
        "notify_entities": ["notify.pager"],
        **others,
    }


@pytest.mark.parametrize("state", ["checked_in", "in_session", "ending", "overrun"])
async def test_one_message_when_it_degrades_and_one_when_it_is_healthy_again(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait, state: str
) -> None:
    """The first after the hold-down time, the second after the recovery time."""
    say(hass, STATE, state)
    await automate(NAME, inputs())
    say(hass, HEALTH, "unhealthy")
    await wait(9)
    assert pager.messages == []
    await wait(2)
    assert pager.messages == [DEGRADED]
    say(hass, HEALTH, "healthy")
    await wait(59)
    assert pager.messages == [DEGRADED]
    await wait(2)
    assert pager.messages == [DEGRADED, HEALTHY]


@pytest.mark.parametrize(
    "state", ["available", "reserved", "arriving", "turnover", "out_of_service", "unavailable"]
)
async def test_no_message_outside_of_a_session(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait, state: str
) -> None:
    """Nobody is disturbed for an interface that nobody uses."""
    say(hass, STATE, state)
    await automate(NAME, inputs())
    say(hass, HEALTH, "unhealthy")
    await wait(3600)
    say(hass, HEALTH, "healthy")
    await wait(3600)
    assert pager.messages == []


async def test_a_session_that_begins_with_a_degraded_interface_is_told(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """It is just as bad as an interface that degrades later."""
    say(hass, STATE, "arriving")
    say(hass, HEALTH, "unhealthy")
    await automate(NAME, inputs())
    await wait(60)
    assert pager.messages == []
    say(hass, STATE, "in_session")
    await wait(11)
    assert pager.messages == [DEGRADED]


async def test_a_flapping_interface_is_one_episode(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Back and forth, worse and better: one message, until it has been healthy for a while."""
    await automate(NAME, inputs())
    for _ in range(4):
        say(hass, HEALTH, "unhealthy")
        await wait(20)
        say(hass, HEALTH, "partially_healthy")
        await wait(20)
        say(hass, HEALTH, "healthy")
        await wait(20)
    assert pager.messages == [DEGRADED]
    await wait(61)
    assert pager.messages == [DEGRADED, HEALTHY]
    say(hass, HEALTH, "unhealthy")
    await wait(11)
    assert pager.messages == [DEGRADED, HEALTHY, DEGRADED]


async def test_short_glitches_are_not_told(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Each is over before the hold-down time."""
    await automate(NAME, inputs(hold_down=30))
    for _ in range(5):
        say(hass, HEALTH, "unhealthy")
        await wait(20)
        say(hass, HEALTH, "healthy")
        await wait(20)
    assert pager.messages == []


async def test_getting_worse_does_not_start_the_hold_down_anew(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Degraded is degraded; the message names what it is in the end."""
    await automate(NAME, inputs())
    say(hass, HEALTH, "partially_healthy")
    await wait(6)
    say(hass, HEALTH, "unhealthy")
    await wait(6)
    assert pager.messages == [DEGRADED]


async def test_only_what_is_bad_enough_is_told(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """From "unhealthy" on, "partially healthy" is not told; it does not end the episode either."""
    await automate(NAME, inputs(minimum_severity="unhealthy"))
    say(hass, HEALTH, "partially_healthy")
    await wait(60)
    assert pager.messages == []
    say(hass, HEALTH, "unhealthy")
    await wait(11)
    say(hass, HEALTH, "partially_healthy")
    await wait(3600)
    assert pager.messages == [DEGRADED]
    say(hass, HEALTH, "healthy")
    await wait(61)
    assert pager.messages == [DEGRADED, HEALTHY]


async def test_what_a_restart_finds_is_not_told(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Unavailable, then unhealthy: nobody knows since when."""
    await automate(NAME, inputs())
    for first, second in ((STATE, HEALTH), (HEALTH, STATE)):
        for entity in (STATE, HEALTH):
            say(hass, entity, "unavailable")
        await wait(60)
        say(hass, first, "in_session" if first == STATE else "unhealthy")
        say(hass, second, "in_session" if second == STATE else "unhealthy")
        await wait(60)
    assert pager.messages == []
    say(hass, HEALTH, "healthy")
    await wait(60)
    say(hass, HEALTH, "unhealthy")
    await wait(11)
    assert pager.messages == [DEGRADED]


async def test_an_interface_that_is_bad_when_home_assistant_starts_is_not_told(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """The entities are there before the automation listens, or come after it."""
    hass.set_state(CoreState.not_running)
    say(hass, HEALTH, "unhealthy")
    await automate(NAME, inputs())
    await hass.async_start()
    await wait(60)
    assert pager.messages == []
    hass.states.async_remove(HEALTH)
    await wait(60)
    say(hass, HEALTH, "unhealthy")
    await wait(60)
    assert pager.messages == []


async def test_an_interface_that_vanishes_for_a_while_stays_one_episode(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Not reachable is not healthy."""
    await automate(NAME, inputs())
    say(hass, HEALTH, "unhealthy")
    await wait(11)
    say(hass, HEALTH, "unavailable")
    await wait(3600)
    say(hass, HEALTH, "unhealthy")
    await wait(60)
    assert pager.messages == [DEGRADED]
    say(hass, HEALTH, "healthy")
    await wait(30)
    say(hass, HEALTH, "unavailable")
    await wait(60)
    assert pager.messages == [DEGRADED]
    say(hass, HEALTH, "healthy")
    await wait(61)
    assert pager.messages == [DEGRADED, HEALTHY]


async def test_the_end_of_the_session_does_not_swallow_the_all_clear(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Whoever was told wants to know that it is over."""
    await automate(NAME, inputs())
    say(hass, HEALTH, "unhealthy")
    await wait(11)
    say(hass, STATE, "turnover")
    await wait(600)
    say(hass, HEALTH, "healthy")
    await wait(61)
    assert pager.messages == [DEGRADED, HEALTHY]


async def test_the_all_clear_can_be_left_out(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """Then the next episode is told all the same."""
    await automate(NAME, inputs(all_clear=False))
    for _ in range(2):
        say(hass, HEALTH, "unhealthy")
        await wait(11)
        say(hass, HEALTH, "healthy")
        await wait(61)
    assert pager.messages == [DEGRADED, DEGRADED]


async def test_any_other_action_can_tell_it_too(
    hass: HomeAssistant, pager: Pager, automate: Automate, wait: Wait
) -> None:
    """The actions know title, message and severity; the words can be one's own."""
    told = async_mock_service(hass, "notify", "mobile_app_phone")
    cleared = async_mock_service(hass, "script", "all_clear")
    await automate(
        NAME,
        inputs(
            notify_entities=[],
            title="Achtung",
            message="{{ interface }} ist {{ severity }}",
            degraded_actions=[
                {
                    "action": "notify.mobile_app_phone",
                    "data": {"title": "{{ title }}", "message": "{{ message }}!"},
                }
            ],
            healthy_actions=[
                {"action": "script.all_clear", "data": {"text": "{{ message }}"}},
            ],
        ),
    )
    say(hass, HEALTH, "partially_healthy")
    await wait(11)
    assert [call.data for call in told] == [
        {"title": "Achtung", "message": f"{HEALTH} ist partially_healthy!"}
    ]
    say(hass, HEALTH, "healthy")
    await wait(61)
    assert [call.data["text"] for call in cleared] == [HEALTHY[1]]
    assert pager.messages == []


async def test_a_notification_device_that_fails_does_not_stop_the_rest(
    hass: HomeAssistant, automate: Automate, wait: Wait
) -> None:
    """The other actions run, and the episode ends as usual."""
    say(hass, STATE, "in_session")
    say(hass, HEALTH, "healthy")
    failing = async_mock_service(
        hass, "notify", "send_message", raise_exception=RuntimeError("no network")
    )
    others = async_mock_service(hass, "notify", "mobile_app_phone")
    await automate(
        NAME, inputs(degraded_actions=[{"action": "notify.mobile_app_phone", "data": {}}])
    )
    say(hass, HEALTH, "unhealthy")
    await wait(11)
    assert (len(failing), len(others)) == (1, 1)
