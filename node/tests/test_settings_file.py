"""Settings: what is understood, and how a mistake is named."""

from pathlib import Path

import pytest

from studio_node.errors import SettingsError
from studio_node.settings_file import parse_settings, read_settings
from studio_node.wire.vocabulary import CommandClass

FILE = Path("studio-node.toml")
EXAMPLE = Path(__file__).parents[1] / "studio-node.example.toml"


def test_the_example_is_valid() -> None:
    settings = read_settings(EXAMPLE)
    assert [studio.id for studio in settings.studios] == ["a"]
    assert CommandClass.HOST not in settings.commands
    assert CommandClass.DOORS in settings.commands
    assert [part.part for part in settings.studios[0].parts] == [
        "door/main",
        "light/sign",
        "interface/main",
        "recorder",
    ]


def test_options_go_to_the_driver_who_can_name_a_mistake() -> None:
    text = """
[[studios]]
id = "a"
name = "A"
[studios.parts."door/main"]
driver = "simulated"
notes = '''
battery = 1
'''
pins = [
  1,
  2,
]
battery = "full"
"""
    [studio] = parse_settings(text, FILE).studios
    [part] = studio.parts
    assert part.options == {"notes": "battery = 1\n", "pins": [1, 2], "battery": "full"}
    error = part.error("battery", "must be a number")
    assert str(error) == (
        "studio-node.toml:14: studios[0].parts.door/main.battery must be a number"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[node]\nprot = 1", "studio-node.toml:2: node.prot is not a known setting: did you mean"),
        ("[nod]", "studio-node.toml:1: nod is not a known setting: did you mean 'node'?"),
        ("[node]\n\nport = 'x'", "studio-node.toml:3: node.port must be a number from 0 to 65535"),
        ("[node]\nport = true", ":2: node.port must be a number"),
        ("node = 3", ":1: node must be a table"),
        ("[node]\nannounce = 1", ":2: node.announce must be true or false"),
        ("[node]\nlisten = 'here'", ":2: node.listen must be an address"),
        ("[commands]\nhots = true", "did you mean 'host'?"),
        ("[[studios]]\nname = 'x'", ":1: studios[0].id is missing"),
        ("[[studios]]\nid='a'\nname=''", ":3: studios[0].name must be a text"),
        ("[[studios]]\nid='A b'\nname='x'", ":2: studios[0].id must be lower-case"),
        (
            "[[studios]]\nid='a'\nname='x'\n[[studios]]\nid='a'\nname='y'",
            ":5: studios[1].id 'a' is taken",
        ),
        ("[node.parts.window]\ndriver='x'", ":1: node.parts.window is no part"),
        ("[node.parts.host]", ":1: node.parts.host.driver is missing"),
        ("[node]\nname = ", "studio-node.toml:2: Invalid value"),
        ("[simulation]\nsince = 2026-01-01", ":2: simulation.since must not be a date"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, FILE)
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read"):
        read_settings(tmp_path / "none.toml")
