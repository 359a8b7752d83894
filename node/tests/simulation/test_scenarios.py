"""Scenarios: mistakes are named, and each shipped story is told as it is meant."""

import asyncio
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from node.tests.simulation.theatre import Theatre
from studio_node.simulation.scenario import (
    ScenarioError,
    load_scenario,
    parse_scenario,
    shipped_scenarios,
)
from studio_node.simulation.story import play


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("step = 1", "x.toml: has no [[step]]"),
        ("[[step]]\nact = 'unplug'", "x.toml: step 1: at: is missing, and so is every"),
        ("[[step]]\nat = '1s'", "x.toml: step 1: act: is missing"),
        ("[[step]]\nat = 'soon'\nact='unplug'", "x.toml: step 1: at: must be a duration such as"),
        (
            "[[step]]\nat='1s'\nact='unplug'\n[[step]]\nat='2s'\nact='explode'",
            "x.toml: step 2: act: there is no such act",
        ),
        ("[[step]]\nat='1s'\nact='xruns'\ncount='x'", "x.toml: step 1: count: count must be"),
        ("[[step]]\nat='1s'\nact='unplug'\nhow=1", "x.toml: step 1: how: how is not taken by"),
        ("[[step]]\nevery='0s'\nact='unplug'", "x.toml: step 1: every: must be longer"),
        ("[[step]]\nat='1s'\nact='unplug'\nstudio=2", "x.toml: step 1: studio: must be a"),
        ("repeat='1m'\n[[step]]\nat='2m'\nact='unplug'", "x.toml: step 1: at: lies behind"),
        ("[[step]\n", "x.toml: "),
        ("abuot='x'\n[[step]]\nat='1s'\nact='unplug'", "x.toml: abuot: is not known"),
    ],
)
def test_a_mistake_is_named_with_file_step_and_key(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        parse_scenario(text, "x.toml")
    assert str(error.value).startswith(message)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ScenarioError, match="neither a readable file nor one of bad-update"):
        load_scenario("nowhere.toml")


def test_a_scenario_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[[step]]\nat = '1s'\nact = 'unplug'\n", encoding="utf-8")
    assert load_scenario(str(path)).name == "mine"


@pytest.mark.parametrize("name", ["unplug-during-take", "unplug-during-take.toml"])
def test_a_shipped_scenario_is_found_with_and_without_its_ending(name: str) -> None:
    assert load_scenario(name).name == "unplug-during-take"


def test_steps_come_in_order_and_again_and_again() -> None:
    scenario = parse_scenario(
        "repeat = '1m'\n"
        "[[step]]\nat = '50s'\nact = 'replug'\n"
        "[[step]]\nevery = '25s'\nact = 'xruns'\nuntil = '55s'\n",
        "x.toml",
    )
    timeline = islice(scenario.timeline(), 5)
    assert [(moment / timedelta(seconds=1), step.act) for moment, step in timeline] == [
        (25, "xruns"),
        (50, "replug"),
        (50, "xruns"),
        (85, "xruns"),
        (110, "replug"),
    ]


STORIES = {
    "smooth-session": [
        (55, "code_used"),
        (70, "button_pressed"),
        (120, "recording_started"),
        (300, "recording_stopped"),
    ],
    "unplug-during-take": [
        (5, "code_used"),
        (30, "recording_started"),
        (63, "take_lost"),
        (75, "button_pressed"),
        (180, "recording_stopped"),
    ],
    "no-show": [(120, "denied"), (125, "denied")],
    "bad-update": [],
    "restless-demo": [
        (50, "code_used"),
        (65, "button_pressed"),
        (120, "recording_started"),
        (300, "recording_stopped"),
        (390, "denied"),
        (530, "code_used"),
        (545, "button_pressed"),
        (600, "recording_started"),
    ],
}


@pytest.mark.parametrize("name", shipped_scenarios())
async def test_each_shipped_scenario_tells_its_story(
    theatre: Theatre, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    theatre.open()
    stage = theatre.world.stage("studio-1")
    stage.perform("door/main", "set_credential", {"tag": "b1", "code": "428193"})
    theatre.tasks.append(story := _begin(theatre, name))
    await theatre.clock.advance(660)
    told = [(int(at), kind) for at, kind, _ in theatre.events()]
    assert told == STORIES[name]
    assert not story.done() or story.exception() is None
    assert [
        record
        for record in caplog.records
        if record.levelname == "WARNING" and record.name != "asyncio"
    ] == []
    assert theatre.board("door/main", "studio-2").events == []


def _begin(theatre: Theatre, name: str) -> asyncio.Task[None]:
    return asyncio.create_task(play(load_scenario(name), theatre.world, "studio-1"))


async def test_the_stumble_is_seen_in_every_part(theatre: Theatre) -> None:
    theatre.open()
    theatre.tasks.append(_begin(theatre, "unplug-during-take"))
    await theatre.clock.advance(59)
    assert theatre.board("recorder").fields["capturing"] is True
    await theatre.clock.advance(2)
    take, sound = theatre.board("recorder").fields, theatre.board("interface/main").fields
    assert (take["state"], take["capturing"]) == ("recording", False)
    assert (sound["present"], sound["status"]) == (False, "unhealthy")
    await theatre.clock.advance(30)
    assert sound["status"] == "unhealthy"
    assert take["capturing"] is True
    await theatre.clock.advance(3)
    assert sound["status"] == "healthy"


async def test_the_bad_version_is_taken_back_and_the_good_one_stays(theatre: Theatre) -> None:
    theatre.open()
    theatre.tasks.append(_begin(theatre, "bad-update"))
    await theatre.clock.advance(120)
    firmware = theatre.board("firmware/node", None)
    states = [fields["state"] for _, fields in firmware.history if "state" in fields]
    way = ["downloading", "verifying", "staged", "trial"]
    assert states == ["idle", *way, "rolled_back", *way, "committed"]
    installed = [fields["installed"] for _, fields in firmware.history if "installed" in fields]
    assert installed == ["0.1.0", "0.2.1"]


async def test_something_happens_every_minute_of_the_demo(theatre: Theatre) -> None:
    scenario = load_scenario("restless-demo")
    steps = islice(scenario.timeline(), 60)
    minutes = {moment // timedelta(minutes=1) for moment, _ in steps}
    assert minutes >= set(range(16))
