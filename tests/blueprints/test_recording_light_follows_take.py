"""The blueprint "Recording light follows the take", as it is shipped."""

from typing import Any, Final

from homeassistant.components.light import ColorMode
from homeassistant.core import CoreState, HomeAssistant
import pytest

from .conftest import Automate, Lamp, Plug, Wait, add

ON_AIR: Final = "binary_sensor.studio_on_air"
PROBLEM: Final = "binary_sensor.studio_recording_problem"
TALLY: Final = "light.studio_sign"
CORRIDOR: Final = "light.corridor"
NAME: Final = "recording_light_follows_take"

RED: Final = (255, 0, 0)
AMBER: Final = (255, 140, 0)
WARM: Final = (255, 200, 120)


@pytest.fixture
async def corridor(hass: HomeAssistant) -> Lamp:
    """Add a coloured lamp that shines warm, and the studio's sensors."""
    lamp = Lamp("Corridor", ColorMode.RGB)
    lamp._attr_is_on, lamp._attr_brightness, lamp._attr_rgb_color = True, 80, WARM
    await add(hass, "light", lamp)
    hass.states.async_set(ON_AIR, "off")
    hass.states.async_set(PROBLEM, "off")
    hass.states.async_set(TALLY, "on", {"effect": "idle"})
    return lamp


async def say(
    hass: HomeAssistant, entity: str, state: str, attributes: dict[str, Any] | None = None
) -> None:
    """Let the studio report something."""
    hass.states.async_set(entity, state, attributes)
    await hass.async_block_till_done()


def look(lamp: Lamp) -> tuple[bool | None, tuple[int, int, int] | None, int | None]:
    """Return what a lamp looks like."""
    return lamp.is_on, lamp.rgb_color, lamp.brightness


async def test_the_lamp_is_red_during_a_take_and_gets_its_look_back(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """Red at 70 % while the studio is on air, warm as before afterwards."""
    await automate(NAME, {"on_air": ON_AIR, "lamps": [CORRIDOR]})
    assert corridor.calls == []
    await say(hass, ON_AIR, "on")
    assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, "off")
    assert look(corridor) == (True, RED, 178)
    await wait(3)
    assert look(corridor) == (True, WARM, 80)
    assert hass.states.async_entity_ids("scene") == []


async def test_the_former_look_is_taken_anew_for_every_take(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """A lamp that was switched off between two takes is dark after the second."""
    await automate(NAME, {"on_air": ON_AIR, "lamps": [CORRIDOR]})
    for _ in range(2):
        await say(hass, ON_AIR, "on")
        await say(hass, ON_AIR, "off")
        await wait(3)
        assert look(corridor) == (True, WARM, 80)
    await corridor.async_turn_off()
    await say(hass, ON_AIR, "on")
    assert corridor.is_on
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert not corridor.is_on


async def test_a_short_break_leaves_the_lamp_red(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """Off air for less than the time to settle changes nothing, and nothing is forgotten."""
    await automate(NAME, {"on_air": ON_AIR, "lamps": [CORRIDOR]})
    await say(hass, ON_AIR, "on")
    for _ in range(5):
        await say(hass, ON_AIR, "off")
        await wait(1)
        await say(hass, ON_AIR, "on")
        await wait(1)
        assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert look(corridor) == (True, WARM, 80)


@pytest.mark.parametrize("lost", ["unavailable", "unknown"])
async def test_the_lamp_stays_red_while_the_studio_is_not_reachable(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait, lost: str
) -> None:
    """Nobody knows whether the take is over, so the lamp does not say that it is."""
    await automate(NAME, {"on_air": ON_AIR, "recording_problem": PROBLEM, "lamps": [CORRIDOR]})
    await say(hass, ON_AIR, "on")
    await say(hass, ON_AIR, lost)
    await say(hass, PROBLEM, lost)
    await wait(3600)
    assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, "on")
    assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, lost)
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert look(corridor) == (True, WARM, 80)


async def test_a_studio_that_comes_and_goes_at_rest_does_not_touch_the_lamp(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """Off, unavailable, off: nothing has happened."""
    await automate(
        NAME,
        {
            "on_air": ON_AIR,
            "recording_problem": PROBLEM,
            "recording_light": TALLY,
            "lamps": [CORRIDOR],
        },
    )
    for state in ("unavailable", "off", "unknown", "off"):
        await say(hass, ON_AIR, state)
        await say(hass, PROBLEM, state)
        await wait(5)
    await say(hass, TALLY, "unavailable")
    await say(hass, TALLY, "on", {"effect": "standby"})
    assert corridor.calls == []
    assert look(corridor) == (True, WARM, 80)


async def test_a_paused_take_is_amber(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """Starting and paused are amber, resumed is red, idle gives the look back at once."""
    await automate(NAME, {"on_air": ON_AIR, "recording_light": TALLY, "lamps": [CORRIDOR]})
    await say(hass, TALLY, "on", {"effect": "starting"})
    assert look(corridor) == (True, AMBER, 102)
    await say(hass, ON_AIR, "on")
    await say(hass, TALLY, "on", {"effect": "recording"})
    assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, "off")
    await say(hass, TALLY, "on", {"effect": "paused"})
    assert look(corridor) == (True, AMBER, 102)
    await wait(60)
    assert look(corridor) == (True, AMBER, 102)
    await say(hass, ON_AIR, "on")
    assert look(corridor) == (True, RED, 178)
    await say(hass, TALLY, "on", {"effect": "paused"})
    await say(hass, ON_AIR, "off")
    await say(hass, TALLY, "on", {"effect": "idle"})
    assert look(corridor) == (True, WARM, 80)


async def test_a_fault_during_a_take_is_shown_in_its_own_look(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """Red and bright by default, never dark; a fault at rest is not shown."""
    await automate(
        NAME,
        {
            "on_air": ON_AIR,
            "recording_problem": PROBLEM,
            "lamps": [CORRIDOR],
            "fault_color": [255, 0, 60],
        },
    )
    await say(hass, PROBLEM, "on")
    assert corridor.calls == []
    await say(hass, PROBLEM, "off")
    await say(hass, ON_AIR, "on")
    await say(hass, PROBLEM, "on")
    assert look(corridor) == (True, (255, 0, 60), 255)
    await say(hass, PROBLEM, "off")
    assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert look(corridor) == (True, WARM, 80)


async def test_lamps_without_colour_and_plugs_are_simply_lit(
    hass: HomeAssistant, automate: Automate, wait: Wait
) -> None:
    """A bulb, a dimmable one, a white one and a plug follow as well as they can."""
    bulb = Lamp("Bulb", ColorMode.ONOFF)
    dimmable = Lamp("Dimmable", ColorMode.BRIGHTNESS)
    white = Lamp("White", ColorMode.COLOR_TEMP)
    sign = Plug()
    dimmable._attr_is_on, dimmable._attr_brightness = True, 25
    await add(hass, "light", bulb, dimmable, white)
    await add(hass, "switch", sign)
    hass.states.async_set(ON_AIR, "off")
    lamps = ["light.bulb", "light.dimmable", "light.white", "switch.sign"]
    await automate(NAME, {"on_air": ON_AIR, "lamps": lamps})
    await say(hass, ON_AIR, "on")
    assert bulb.calls == [{}]
    assert dimmable.calls == [{"brightness": 178}]
    assert (bulb.is_on, dimmable.is_on, white.is_on, sign.is_on) == (True,) * 4
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert (bulb.is_on, white.is_on, sign.is_on) == (False,) * 3
    assert (dimmable.is_on, dimmable.brightness) == (True, 25)


async def test_a_single_plug_is_enough(hass: HomeAssistant, automate: Automate, wait: Wait) -> None:
    """Without any lamp no lamp is called."""
    sign = Plug()
    await add(hass, "switch", sign)
    hass.states.async_set(ON_AIR, "off")
    await automate(NAME, {"on_air": ON_AIR, "lamps": "switch.sign"})
    await say(hass, ON_AIR, "on")
    assert sign.is_on
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert not sign.is_on


async def test_a_lamp_that_was_without_power_learns_what_it_has_missed(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """It turns red when it is back; what it looked like before is not known, so it goes dark."""
    await automate(NAME, {"on_air": ON_AIR, "lamps": [CORRIDOR]})
    corridor.plug(powered=False)
    await say(hass, ON_AIR, "on")
    assert corridor.calls == []
    corridor.plug(powered=True)
    await hass.async_block_till_done()
    assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, "unavailable")
    corridor.plug(powered=False)
    await corridor.async_turn_off()
    corridor.plug(powered=True)
    await hass.async_block_till_done()
    assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert not corridor.is_on


async def test_a_lamp_that_gets_power_at_rest_is_left_alone(
    hass: HomeAssistant, corridor: Lamp, automate: Automate
) -> None:
    """No take, no interest."""
    await automate(NAME, {"on_air": ON_AIR, "lamps": [CORRIDOR]})
    corridor.plug(powered=False)
    corridor.plug(powered=True)
    await hass.async_block_till_done()
    assert corridor.calls == []


async def test_a_lamp_that_is_red_from_before_a_restart_does_not_stay_red(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """The red of the take is never taken for the lamp's own look."""
    await corridor.async_turn_on(rgb_color=RED, brightness=178)
    hass.states.async_set(ON_AIR, "unavailable")
    hass.states.async_set(TALLY, "unavailable")
    await automate(
        NAME,
        {
            "on_air": ON_AIR,
            "recording_problem": PROBLEM,
            "recording_light": TALLY,
            "lamps": [CORRIDOR],
        },
    )
    hass.states.async_set(ON_AIR, "on")
    hass.states.async_set(TALLY, "on", {"effect": "recording"})
    hass.states.async_set(PROBLEM, "on")
    await hass.async_block_till_done()
    assert look(corridor) == (True, RED, 255)
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert not corridor.is_on


async def test_a_start_in_the_middle_of_a_take_lights_the_lamp(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """Home Assistant comes up when the studio has been on air for long."""
    hass.set_state(CoreState.not_running)
    hass.states.async_set(ON_AIR, "on")
    await automate(NAME, {"on_air": ON_AIR, "lamps": [CORRIDOR]})
    await hass.async_start()
    await hass.async_block_till_done()
    assert look(corridor) == (True, RED, 178)
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert not corridor.is_on


async def test_an_automation_that_is_switched_on_late_does_not_touch_the_lamp(
    hass: HomeAssistant, corridor: Lamp, automate: Automate, wait: Wait
) -> None:
    """It did not light the lamp, so it has nothing to give back."""
    hass.states.async_set(ON_AIR, "on")
    await automate(NAME, {"on_air": ON_AIR, "lamps": [CORRIDOR]})
    await say(hass, ON_AIR, "off")
    await wait(3)
    assert corridor.calls == []
