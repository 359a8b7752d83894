"""Recording lights in Home Assistant."""

from typing import Any

from homeassistant.components.light import EFFECT_OFF, ColorMode, LightEntityFeature
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.micro_studio.core.studio import Tally
from custom_components.micro_studio.node import NodeCoordinator
from studio_node.wire.vocabulary import ErrorCode
from tests.integration.sight import Sight
from tests.integration.waiting import heard, until
from tests.puppets import Puppet, Theatre

SIGN = "light/sign_light"
LIGHT = Platform.LIGHT


@pytest.fixture
async def lamp(coordinator: NodeCoordinator, house: Theatre) -> Puppet:
    """Return the lamp of studio A, after the room has brought it up to date."""
    lamp = house.part("a", "light/sign")
    await until(lambda: lamp.commands)
    assert lamp.commands == [("set", {"tally": "idle"})]
    lamp.commands.clear()
    return lamp


async def test_a_light_offers_every_tally_as_an_effect(lamp: Puppet, sight: Sight) -> None:
    shown = sight.state(LIGHT, SIGN)

    assert shown.state == STATE_ON
    assert shown.attributes["effect_list"] == [EFFECT_OFF, *Tally]
    assert shown.attributes["effect"] == "idle"
    assert shown.attributes["color_mode"] == ColorMode.RGB
    assert shown.attributes["rgb_color"] == (255, 0, 0)
    assert shown.attributes["brightness"] == 128


@pytest.mark.parametrize(
    ("report", "attribute", "value"),
    [
        ({"tally": "recording"}, "effect", "recording"),
        ({"tally": None}, "effect", EFFECT_OFF),
        ({"brightness": 100}, "brightness", 255),
        ({"brightness": 0}, "brightness", 3),
        ({"brightness": None}, "brightness", None),
        ({"color": "#00ff7f"}, "rgb_color", (0, 255, 127)),
        ({"color": "red"}, "rgb_color", None),
        ({"color": None}, "rgb_color", None),
        ({"supports": ["brightness", "tally"]}, "color_mode", ColorMode.BRIGHTNESS),
        ({"supports": ["tally"]}, "color_mode", ColorMode.ONOFF),
        ({"supports": None}, "color_mode", ColorMode.ONOFF),
    ],
)
async def test_a_light_shows_what_the_lamp_reads_back(
    coordinator: NodeCoordinator,
    lamp: Puppet,
    sight: Sight,
    report: dict[str, object],
    attribute: str,
    value: object,
) -> None:
    await heard(coordinator, lambda: lamp.publish(**report))

    assert sight.state(LIGHT, SIGN).attributes[attribute] == value


async def test_a_dark_lamp_is_off_and_a_silent_one_unknown_and_a_missing_one_unavailable(
    coordinator: NodeCoordinator, lamp: Puppet, sight: Sight
) -> None:
    await heard(coordinator, lambda: lamp.publish(on=False))
    assert sight.shows(LIGHT, SIGN) == STATE_OFF

    await heard(coordinator, lambda: lamp.publish(on=None))
    assert sight.shows(LIGHT, SIGN) == STATE_UNKNOWN

    await heard(coordinator, lamp.withdraw)
    assert sight.shows(LIGHT, SIGN) == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    ("service", "data", "args"),
    [
        ("turn_on", {}, {"on": True}),
        ("turn_off", {}, {"on": False}),
        ("turn_on", {"effect": "fault"}, {"tally": "fault"}),
        ("turn_on", {"effect": EFFECT_OFF}, {"on": True}),
        ("turn_on", {"brightness": 255}, {"on": True, "brightness": 100.0}),
        ("turn_on", {"rgb_color": [1, 2, 255]}, {"on": True, "color": "#0102ff"}),
    ],
)
async def test_a_command_reaches_the_lamp_in_its_own_words(
    lamp: Puppet, sight: Sight, service: str, data: dict[str, Any], args: dict[str, object]
) -> None:
    await sight.call(LIGHT, service, SIGN, **data)

    assert lamp.commands == [("set", args)]
    assert sight.shows(LIGHT, SIGN) == (STATE_OFF if service == "turn_off" else STATE_ON)


async def test_a_lamp_may_round_its_brightness(lamp: Puppet, sight: Sight) -> None:
    lamp.reactions["set"] = lambda args: {**args, "brightness": 33.0}

    await sight.call(LIGHT, "turn_on", SIGN, brightness=85)

    assert sight.state(LIGHT, SIGN).attributes["brightness"] == 84


async def test_a_light_that_refuses_says_why(lamp: Puppet, sight: Sight) -> None:
    lamp.refusal = ErrorCode.SWITCHED_OFF

    with pytest.raises(HomeAssistantError) as refused:
        await sight.call(LIGHT, "turn_on", SIGN, effect="recording")

    assert refused.value.translation_key == "request_switched_off"
    assert sight.state(LIGHT, SIGN).attributes["effect"] == "idle"


async def test_a_lamp_without_tallies_has_no_effects(
    coordinator: NodeCoordinator, lamp: Puppet, sight: Sight
) -> None:
    await heard(coordinator, lambda: lamp.withdraw("tally"))

    assert sight.state(LIGHT, SIGN).attributes["supported_features"] == LightEntityFeature(0)
    assert sight.state(LIGHT, SIGN).attributes.get("effect_list") is None


async def test_the_light_follows_the_recorder(house: Theatre, lamp: Puppet, sight: Sight) -> None:
    house.part("a", "recorder").publish(state="recording", capturing=True)

    await until(lambda: sight.state(LIGHT, SIGN).attributes["effect"] == "recording")

    assert lamp.commands == [("set", {"tally": "recording"})]
    assert house.part("b", "light/sign").commands == [("set", {"tally": "idle"})]


async def test_a_lamp_without_tallies_is_lit_during_a_take(
    coordinator: NodeCoordinator, house: Theatre, lamp: Puppet, sight: Sight
) -> None:
    await heard(coordinator, lambda: lamp.withdraw("tally"))
    await sight.call(LIGHT, "turn_off", SIGN)
    lamp.commands.clear()

    house.part("a", "recorder").publish(state="recording", capturing=True)

    await until(lambda: sight.shows(LIGHT, SIGN) == STATE_ON)
    assert lamp.commands == [("set", {"on": True})]


async def test_a_lamp_that_does_not_follow_is_only_noted(
    house: Theatre, lamp: Puppet, sight: Sight, caplog: pytest.LogCaptureFixture
) -> None:
    lamp.refusal = ErrorCode.FAILED

    house.part("a", "recorder").publish(state="recording", capturing=True)

    await until(lambda: "light/sign of studio a did not follow: failed" in caplog.text)
    assert sight.state(LIGHT, SIGN).attributes["effect"] == "idle"


async def test_a_lamp_hears_after_an_outage_what_it_has_missed(
    coordinator: NodeCoordinator, house: Theatre, lamp: Puppet, sight: Sight
) -> None:
    await house.stop()
    await until(lambda: not coordinator.connected)
    house.part("a", "recorder").fields.update(state="recording", capturing=True)
    lamp.fields["tally"] = "idle"

    await house.start()

    await until(lambda: ("set", {"tally": "recording"}) in lamp.commands)
    await until(lambda: sight.state(LIGHT, SIGN).attributes.get("effect") == "recording")
