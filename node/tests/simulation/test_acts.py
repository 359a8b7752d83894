"""The table of acts: whatever it names can happen, and mistakes are named."""

from collections.abc import Callable

import pytest

from node.tests.simulation.theatre import Theatre
from studio_node.simulation.act import ActError, Need, Sort
from studio_node.simulation.acts import ACTS, find_act, perform_act
from studio_node.simulation.model.place import Place

_EXAMPLES = {"role": "camera", "version": "0.2.0", "code": "428193", "how": "key"}


def example(name: str) -> dict[str, object]:
    """Return arguments for those that an act needs."""
    return {
        arg.name: _EXAMPLES.get(arg.name, 7 if arg.sort is not Sort.TEXT else "x")
        for arg in ACTS[name].args
        if isinstance(arg.default, Need)
    }


class FakeServer:
    """Remembers what was done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def drop_connections(self) -> None:
        """Note it."""
        self.done.append("dropped")

    def suspend(self, seconds: float) -> None:
        """Note it."""
        self.done.append(f"asleep for {seconds:g} s")


@pytest.mark.parametrize("name", ACTS)
async def test_every_act_happens_and_leaves_a_sound_room(
    theatre: Theatre, check: Callable[[Place], None], name: str
) -> None:
    theatre.world.server = FakeServer()
    if name == "install_update":
        perform_act(theatre.world, None, "offer_update", {"version": "0.2.0"})
    if name == "cancel":
        perform_act(theatre.world, "studio-1", "book", {})
    theatre.open()
    perform_act(theatre.world, "studio-1", name, example(name))
    await theatre.clock.advance(60)
    check(theatre.world.stage("studio-1").place)
    check(theatre.world.stage(None).place)


@pytest.mark.parametrize(
    ("studio", "act", "given", "sentence"),
    [
        ("studio-1", "unplugg", {}, "there is no such act: did you mean unplug?"),
        ("studio-9", "unplug", {}, "there is no such studio (there are: studio-1, studio-2)"),
        ("studio-1", "unplug", {"part": "interface/x"}, "there is no interface/x here"),
        ("studio-1", "unplug", {"part": "door/main"}, "part must be one of interface/…"),
        (None, "unplug", {}, "there is no interface here"),
        (None, "press", {}, "this happens in a studio: name one"),
        (
            "studio-1",
            "xruns",
            {"times": 3},
            "times is not taken by xruns (it takes part, count, seconds)",
        ),
        ("studio-1", "xruns", {"count": "many"}, "count must be a whole number"),
        ("studio-1", "xruns", {"count": 0}, "count must be from 1 to 10000"),
        ("studio-1", "xruns", {"seconds": "soon"}, "seconds must be a duration such as"),
        ("studio-1", "battery", {}, "level is needed by battery"),
        ("studio-1", "silence", {"state": "maybe"}, "state must be one of on, off"),
        ("studio-1", "take_away", {"role": "piano"}, "the kit has no such role"),
        ("studio-1", "cancel", {}, "there is no booking to cancel"),
        ("studio-1", "cancel", {"uid": "x"}, "no such booking"),
        ("node", "install_update", {}, "this version is not on offer"),
        ("node", "suspend", {}, "no server runs around this simulation"),
    ],
)
async def test_what_cannot_happen_is_said_in_a_sentence(
    theatre: Theatre, studio: str | None, act: str, given: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ActError) as error:
        perform_act(theatre.world, studio, act, given)
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "words", "given"),
    [
        ("unplug", ["interface/main"], {"part": "interface/main"}),
        ("xruns", ["interface/main", "count=25"], {"part": "interface/main", "count": "25"}),
        ("record", ["stop"], {"what": "stop"}),
        ("silence", ["off"], {"state": "off"}),
        ("gain", ["microphone_1", "24"], {"role": "microphone_1", "db": "24"}),
    ],
)
def test_people_need_not_type_the_names_of_arguments(
    name: str, words: list[str], given: dict[str, str]
) -> None:
    assert find_act(name).words(words) == given


def test_a_word_too_many_is_refused() -> None:
    with pytest.raises(ActError, match="unplug takes fewer words"):
        find_act("unplug").words(["hard"])


async def test_the_guest_types_the_code_of_the_hour(theatre: Theatre) -> None:
    theatre.open()
    stage = theatre.world.stage("studio-1")
    stage.perform("door/main", "set_credential", {"tag": "b1", "code": "428193"})
    perform_act(theatre.world, "studio-1", "guest_enters", {})
    await theatre.clock.advance(10)
    door = theatre.board("door/main")
    assert [(kind, data) for _, kind, data in door.events] == [("code_used", {"tag": "b1"})]
    assert [fields["open"] for _, fields in door.history if "open" in fields] == [
        False,
        True,
        False,
    ]
    assert theatre.board("presence").fields["occupied"] is True
    perform_act(theatre.world, "studio-1", "guest_leaves", {})
    await theatre.clock.advance(10)
    assert theatre.board("presence").fields["occupied"] is False
    assert door.fields["changed_by"] == "auto"
    assert "428193" not in repr((door.history, door.events))


async def test_who_is_denied_stays_outside(theatre: Theatre) -> None:
    theatre.open()
    perform_act(theatre.world, "studio-1", "jam", {})
    perform_act(theatre.world, "studio-1", "guest_enters", {"how": "key"})
    await theatre.clock.advance(10)
    assert theatre.board("door/main").fields["jammed"] is True
    assert theatre.board("door/main").fields["open"] is False
    assert theatre.board("presence").fields["occupied"] is False


async def test_acts_reach_the_server(theatre: Theatre) -> None:
    theatre.world.server = server = FakeServer()
    perform_act(theatre.world, "node", "drop_connections", {})
    perform_act(theatre.world, None, "suspend", {"seconds": "1m"})
    assert server.done == ["dropped", "asleep for 60 s"]
