"""The blueprint "Show on a light that the session is about to end", as it is shipped."""

from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.light import ColorMode
from homeassistant.core import HomeAssistant
import pytest

from custom_components.micro_studio.core.facts import CheckIn, EndSession, Extend
from tests.integration.automations import RECORDER, Site

from .conftest import Automate, Lamp, Wait, add, put, settle

NAME: Final = "session_ending_cue"
WARM: Final = 2700
AMBER: Final = (255, 140, 0)
MINUTE: Final = 60

type Look = tuple[bool | None, ColorMode | str | None, int | None]

FORMER: Final[Look] = (True, ColorMode.COLOR_TEMP, 200)
CUE: Final[Look] = (True, ColorMode.RGB, 204)
DIMMED: Final[Look] = (True, ColorMode.COLOR_TEMP, 51)


async def lit(hass: HomeAssistant, *names: str) -> list[Lamp]:
    """Add lamps that are lit in warm white."""
    lamps = [Lamp(name, ColorMode.COLOR_TEMP, ColorMode.RGB) for name in names]
    await add(hass, "light", *lamps)
    for lamp in lamps:
        await lamp.async_turn_on(color_temp_kelvin=WARM, brightness=200)
        lamp.calls.clear()
    await settle(hass)
    return lamps


@pytest.fixture
async def lamp(hass: HomeAssistant, site: Site) -> Lamp:
    """Add a lamp that is lit."""
    return (await lit(hass, "Lamp"))[0]


def look(lamp: Lamp) -> Look:
    """Return what a lamp looks like."""
    return (lamp.is_on, lamp.color_mode, lamp.brightness)


def inputs(site: Site, *studios: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    """Return the inputs of an automation for the first studio, or others."""
    return {
        "studios": [site.device(studio).id for studio in studios or ("a",)],
        "lamps": ["light.lamp"],
        **others,
    }


async def begin(site: Site, minutes: int = 60) -> None:
    """Let a session begin."""
    await site.book("x", 0, minutes)
    site.room().command(CheckIn())
    await settle(site.hass)


async def test_a_lamp_flashes_shines_and_looks_as_before(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """Three flashes of a second, fifteen seconds of amber, then nothing has changed."""
    await automate(NAME, inputs(site))
    await begin(site)
    await wait(54 * MINUTE)
    assert lamp.calls == []
    await wait(MINUTE)
    for _ in range(3):
        assert (look(lamp), lamp.rgb_color) == (CUE, AMBER)
        await wait(1)
        assert look(lamp) == FORMER
        await wait(1)
    assert look(lamp) == CUE
    await wait(14)
    assert look(lamp) == CUE
    await wait(1)
    assert look(lamp) == FORMER
    assert lamp.color_temp_kelvin == WARM
    assert site.hass.states.async_entity_ids("scene") == []
    before = len(lamp.calls)
    await wait(10 * MINUTE)
    assert len(lamp.calls) == before


async def test_a_lamp_that_was_dark_is_dark_again(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """Without flashes it is only lit for a while."""
    await lamp.async_turn_off()
    await automate(NAME, inputs(site, flashes=0, hold=30))
    await begin(site)
    await wait(55 * MINUTE)
    assert look(lamp) == CUE
    await wait(30)
    assert not lamp.is_on


@pytest.mark.parametrize("state", ["on", "unavailable"])
async def test_nothing_flashes_while_a_take_is_recorded_or_nobody_knows(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait, state: str
) -> None:
    """The lamp is dimmed, and bright again."""
    await automate(NAME, inputs(site))
    await begin(site)
    await site.show(RECORDER, state)
    await wait(55 * MINUTE)
    assert look(lamp) == DIMMED
    await wait(7)
    assert look(lamp) == DIMMED
    await wait(8)
    assert look(lamp) == FORMER
    assert [call["brightness"] for call in lamp.calls] == [51, 200]


async def test_a_dark_lamp_stays_dark_while_a_take_is_recorded(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """What is not bright cannot be dimmed."""
    await lamp.async_turn_off()
    await automate(NAME, inputs(site))
    await begin(site)
    await site.show(RECORDER, "on")
    await wait(55 * MINUTE)
    await wait(20)
    assert lamp.calls == []


@pytest.mark.parametrize(("choice", "calls"), [("nothing", False), ("same", True)])
async def test_what_happens_during_a_take_can_be_chosen(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait, choice: str, *, calls: bool
) -> None:
    """No cue at all, or the same as always."""
    await automate(NAME, inputs(site, on_air=choice))
    await begin(site)
    await site.show(RECORDER, "on")
    await wait(55 * MINUTE)
    assert (look(lamp) == CUE) is calls
    for _ in range(6):
        await wait(1)
    await wait(15)
    assert look(lamp) == FORMER
    assert bool(lamp.calls) is calls


async def test_a_take_that_begins_stops_the_flashing(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """The lamp gets its look back at once and keeps it."""
    await automate(NAME, inputs(site, flashes=10))
    await begin(site)
    await wait(55 * MINUTE)
    assert look(lamp) == CUE
    await site.show(RECORDER, "on")
    await wait(1)
    await wait(1)
    assert look(lamp) == FORMER
    before = len(lamp.calls)
    await wait(60)
    assert len(lamp.calls) == before


async def test_an_extension_ends_the_cue_and_there_is_another_before_the_new_end(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """The guest has read it."""
    await automate(NAME, inputs(site, flashes=0, hold=300))
    await begin(site)
    await wait(55 * MINUTE)
    assert look(lamp) == CUE
    site.room().command(Extend())
    await settle(site.hass)
    assert look(lamp) == FORMER
    await wait(14 * MINUTE)
    assert look(lamp) == FORMER
    await wait(MINUTE)
    assert look(lamp) == CUE


async def test_an_extension_within_the_offset_is_cued_at_once(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """The new end is near from the beginning."""
    await automate(NAME, inputs(site, offset=30, flashes=0, hold=10))
    await begin(site)
    await wait(30 * MINUTE)
    assert look(lamp) == CUE
    await wait(20 * MINUTE)
    assert look(lamp) == FORMER
    site.room().command(Extend())
    await settle(site.hass)
    assert look(lamp) == CUE


async def test_a_session_that_is_over_needs_no_cue(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """Neither when the guest has left early nor when nobody came; a cue ends with the session."""
    await automate(NAME, inputs(site, flashes=0, hold=300))
    await site.book("absent", 0, 60)
    await wait(55 * MINUTE)
    await wait(3)
    assert lamp.calls == []
    await site.cancel("absent")
    await begin(site)
    await wait(55 * MINUTE)
    assert look(lamp) == CUE
    site.room().command(EndSession())
    await settle(site.hass)
    assert look(lamp) == FORMER


async def test_what_was_missed_is_not_shown_after_the_end(
    site: Site, lamp: Lamp, automate: Automate, wait: Wait, freezer: FrozenDateTimeFactory
) -> None:
    """But a restart shortly before the end is no reason to be silent."""
    await automate(NAME, inputs(site, flashes=0))
    await begin(site)
    await site.unload()
    freezer.tick(57 * MINUTE)
    await site.load()
    assert look(lamp) == CUE
    await wait(15)
    lamp.calls.clear()
    site.room().command(EndSession())
    await wait(5 * MINUTE)
    await site.book("y", 0, 60)
    site.room().command(CheckIn(booking="y"))
    await site.unload()
    freezer.tick(90 * MINUTE)
    await site.load()
    await wait(3)
    assert lamp.calls == []


async def test_a_shutdown_in_the_middle_of_a_cue_gives_the_look_back(
    hass: HomeAssistant, site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """Nobody would know it afterwards."""
    await automate(NAME, inputs(site, flashes=0, hold=300))
    await begin(site)
    await wait(55 * MINUTE)
    assert look(lamp) == CUE
    for job in hass._shutdown_jobs:
        hass.async_run_hass_job(job.job, *job.args)
    await settle(hass)
    assert look(lamp) == FORMER


async def test_each_of_two_studios_has_its_own_cue(
    hass: HomeAssistant, site: Site, automate: Automate, wait: Wait
) -> None:
    """The lamps are found by their area; cues of two studios do not disturb each other."""
    mine, other, elsewhere = await lit(hass, "Lamp", "Other", "Corridor")
    put(hass, "light.lamp", "Studio A")
    put(hass, "light.other", "Studio B")
    put(hass, "light.corridor", "Corridor")
    lamps = ["light.lamp", "light.other", "light.corridor"]
    await automate(NAME, inputs(site, "a", "b", lamps=lamps, flashes=0, hold=60))
    await begin(site)
    await site.book("y", 0.5, 60, studio="b")
    await wait(40)
    site.room("b").command(CheckIn())
    await wait(55 * MINUTE - 40)
    assert [look(lamp) for lamp in (mine, other)] == [CUE, FORMER]
    await wait(31)
    assert [look(lamp) for lamp in (mine, other)] == [CUE, CUE]
    await wait(30)
    assert [look(lamp) for lamp in (mine, other)] == [FORMER, CUE]
    await wait(31)
    assert [look(lamp) for lamp in (mine, other)] == [FORMER, FORMER]
    assert elsewhere.calls == []


async def test_a_lamp_without_power_does_not_keep_the_others_dark(
    hass: HomeAssistant, site: Site, lamp: Lamp, automate: Automate, wait: Wait
) -> None:
    """It takes no part; without any lamp there is no cue."""
    broken = (await lit(hass, "Broken"))[0]
    broken.plug(powered=False)
    await automate(NAME, inputs(site, lamps=["light.broken", "light.lamp"], flashes=1))
    await begin(site)
    await wait(55 * MINUTE)
    await wait(1)
    assert look(lamp) == FORMER
    await wait(1)
    assert look(lamp) == CUE
    await wait(15)
    assert look(lamp) == FORMER
    assert broken.calls == []
