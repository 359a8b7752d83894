"""Layers import downwards only; the core and the wire need no Home Assistant."""

from pathlib import Path
import shutil

import pytest

from tests.architecture import IMPURE, LAYERS, check, loaded_by

ROOT = Path(__file__).parents[1]
PACKAGE = "custom_components/micro_studio"


def test_every_import_is_allowed_by_the_table() -> None:
    """No module reaches for something above it."""
    assert not [str(violation) for violation in check(ROOT)]


def test_a_module_has_one_layer() -> None:
    """The table names no module twice."""
    names = [name for layer in LAYERS for name in layer.modules]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("layer", ["core", "wire"])
def test_the_layer_loads_nothing_foreign(layer: str) -> None:
    """A fresh interpreter imports it without Home Assistant, aiohttp or a schema library."""
    assert loaded_by(ROOT, layer) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of the sources to plant violations in."""
    only_python = shutil.ignore_patterns("__pycache__", "frontend", "brand", "translations")
    shutil.copytree(ROOT / PACKAGE, tmp_path / PACKAGE, ignore=only_python)
    shutil.copytree(ROOT / "node/src", tmp_path / "node/src", ignore=only_python, symlinks=True)
    return tmp_path


def plant(tree: Path, file: str, line: str) -> int:
    """Put a line at the end of a file, which need not exist, and return its number."""
    path = tree / file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    return len(f"{text}\n{line}".splitlines())


OWN = "custom_components.micro_studio"

PLANTED = [
    # what the core must never see
    ("core/studio.py", "import homeassistant.core", "homeassistant.core"),
    ("core/studio.py", "from aiohttp import web", "aiohttp"),
    ("core/studio.py", "import orjson", "orjson"),
    ("core/studio.py", "from ..wire import parts", f"{OWN}.wire.parts"),
    ("core/studio.py", "from .. import const", f"{OWN}.const"),
    ("core/studio.py", "import logging", "logging"),
    ("core/studio.py", "import time", "time"),
    ("core/studio.py", "import asyncio", "asyncio"),
    ("core/studio.py", "x = datetime.now(tz=UTC)", "datetime.now"),
    ("core/studio.py", "x = dt.datetime.utcnow()", "datetime.utcnow"),
    ("core/studio.py", "x = date.today()", "date.today"),
    # hidden imports
    ("core/studio.py", "if TYPE_CHECKING: import homeassistant", "homeassistant"),
    ("core/studio.py", "def f(): from homeassistant import core", "homeassistant"),
    ("core/studio.py", "x = import_module('homeassistant.util')", "homeassistant.util"),
    ("core/studio.py", "x = __import__('aiohttp')", "aiohttp"),
    ("core/studio.py", f"import {OWN}.client", f"{OWN}.client"),
    ("core/deep/inside.py", "from ...wire.parts import Door", f"{OWN}.wire.parts"),
    # the layers above it
    ("wire/codec.py", "import aiohttp", "aiohttp"),
    ("wire/codec.py", "from ..core import studio", f"{OWN}.core.studio"),
    ("client/client.py", "from homeassistant.core import callback", "homeassistant.core"),
    ("client/client.py", "from ..core.studio import Studio", f"{OWN}.core.studio"),
    ("client/client.py", "from .. import sources", f"{OWN}.sources"),
    ("sources/node.py", "from ..room import Room", f"{OWN}.room"),
    ("sources/node.py", "import zeroconf", "zeroconf"),
    ("const.py", "from .core import studio", f"{OWN}.core.studio"),
    ("coordinator.py", "from .sensor import SENSORS", f"{OWN}.sensor"),
    ("coordinator.py", "import zeroconf", "zeroconf"),
    ("sensor.py", "from .client.client import NodeClient", f"{OWN}.client.client"),
    ("lock.py", "from .sources import base", f"{OWN}.sources.base"),
    ("light.py", "from .wire.parts import Tally", f"{OWN}.wire.parts"),
    ("event.py", "from .store import Store", f"{OWN}.store"),
    ("event.py", "from . import MicroStudioConfigEntry", OWN),
    ("event.py", "import voluptuous as vol", "voluptuous"),
    ("trigger.py", "from .client import client", f"{OWN}.client.client"),
    ("condition.py", "import aiohttp", "aiohttp"),
    ("config_flow.py", "from .sensor import SENSORS", f"{OWN}.sensor"),
    ("repairs.py", "from .wire import codec", f"{OWN}.wire.codec"),
    ("__init__.py", "from .sensor import SENSORS", f"{OWN}.sensor"),
    ("__init__.py", "import requests", "requests"),
]


@pytest.mark.parametrize(("file", "line", "name"), PLANTED)
def test_a_planted_violation_is_found(tree: Path, file: str, line: str, name: str) -> None:
    """The report names the file, the line and what was imported."""
    path = f"{PACKAGE}/{file}"
    number = plant(tree, path, line)
    found = [violation for violation in check(tree) if violation.file == path]
    assert [item.name for item in found if item.line == number] == [name]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from homeassistant.core import HomeAssistant", "homeassistant.core"),
        ("import custom_components.micro_studio.core", f"{OWN}.core"),
        ("import requests", "requests"),
    ],
)
def test_the_node_reaches_for_nothing_else(tree: Path, line: str, name: str) -> None:
    """The studio node imports neither Home Assistant nor what it did not declare."""
    number = plant(tree, "node/src/studio_node/devices/lamp.py", line)
    found = [violation for violation in check(tree) if violation.file.endswith("/lamp.py")]
    assert [(violation.line, violation.name) for violation in found] == [(number, name)]


def test_a_module_without_a_layer_is_found(tree: Path) -> None:
    """Nothing slips in beside the table."""
    plant(tree, f"{PACKAGE}/helpers.py", "import homeassistant")
    (violation,) = [found for found in check(tree) if found.name == "helpers"]
    assert violation.file == f"{PACKAGE}/helpers.py"
    assert "no layer" in violation.reason


@pytest.mark.parametrize("module", sorted(IMPURE))
def test_what_makes_the_core_impure_is_in_the_standard_library(module: str) -> None:
    """A misspelt name in the table would forbid nothing."""
    __import__(module)


@pytest.mark.parametrize("layer", ["core", "wire"])
@pytest.mark.parametrize("foreign", ["aiohttp", "voluptuous"])
def test_a_hidden_import_is_found_by_running_it(tree: Path, layer: str, foreign: str) -> None:
    """What no syntax tree shows is seen in the interpreter."""
    name = f"{foreign[:3]}' + '{foreign[3:]}"
    plant(tree, f"{PACKAGE}/{layer}/hidden.py", f"x = __import__('{name}')")
    assert foreign in loaded_by(tree, layer)


def test_a_module_that_does_not_import_is_told(tree: Path) -> None:
    """A broken module is an answer too."""
    plant(tree, f"{PACKAGE}/core/broken.py", "import not_there_at_all")
    with pytest.raises(ImportError, match="not_there_at_all"):
        loaded_by(tree, "core")
