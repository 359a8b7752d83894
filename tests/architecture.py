"""
Who may import whom, as data, and the checker that reads it from the syntax trees.

Each module belongs to one layer; a layer names what it may import of its own package and from
outside. Imports under `TYPE_CHECKING`, inside functions and through `import_module("…")` count.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import subprocess
import sys

INTEGRATION = "custom_components.micro_studio"
NODE = "studio_node"
ROOT_MODULE = "__init__"
"""Stands for the package itself: its `__init__.py` puts everything together."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What belongs together: names below the package, and what these may import."""

    name: str
    modules: frozenset[str]
    own: frozenset[str]
    third_party: frozenset[str] = frozenset()
    pure: bool = False
    """No clock, no logging, no input or output, no chance."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BELOW = _names("core wire client sources const")
_GLUE = _names(
    "coordinator node site studios rooms composition availability room entrance network moves desk"
    " herald permission store actions place issues inbox intake reception shipped_blueprints"
    " telemetry"
)
_SEEN_BY_ENTITIES = _names(
    "entity room coordinator node site network herald place telemetry core const"
)
_FLOWS = _names("config_flow options_flow studio_flow studio_form webhook_flow preview repairs")
_PLATFORMS = _names(
    "lock light calendar sensor binary_sensor event update button select switch number todo"
)

LAYERS: tuple[Layer, ...] = (
    Layer("core", _names("core"), _names("core"), pure=True),
    Layer("wire", _names("wire"), _names("wire"), _names("mashumaro orjson")),
    Layer("client", _names("client"), _names("client wire"), _names("aiohttp yarl")),
    Layer("const", _names("const"), frozenset(), _names("homeassistant")),
    Layer(
        "sources",
        _names("sources"),
        _names("sources client wire core const"),
        _names("homeassistant aiohttp ical"),
    ),
    Layer("glue", _GLUE, _BELOW | _GLUE, _names("homeassistant voluptuous aiohttp")),
    Layer(
        "platforms",
        _PLATFORMS | _names("entity diagnostics system_health guest logbook"),
        _SEEN_BY_ENTITIES,
        _names("homeassistant"),
    ),
    Layer(
        "automation",
        _names("trigger condition targets variables websocket llm intent assistant"),
        _SEEN_BY_ENTITIES | _names("targets variables assistant desk permission"),
        _names("homeassistant voluptuous"),
    ),
    Layer(
        "flows",
        _FLOWS,
        _FLOWS | _names("room coordinator node network issues client sources core const"),
        _names("homeassistant voluptuous"),
    ),
    Layer(
        ROOT_MODULE,
        _names(ROOT_MODULE),
        _BELOW | _GLUE | _names("websocket guest"),
        _names("homeassistant voluptuous"),
    ),
)

NODE_THIRD_PARTY = _names("aiohttp yarl zeroconf ifaddr mashumaro orjson cryptography")
"""The node is one layer: its own modules, the wire, and these."""

IMPURE = _names(
    "asyncio concurrent fcntl glob http io logging multiprocessing os pathlib random sched select"
    " selectors shutil signal socket sqlite3 ssl subprocess tempfile threading time urllib"
)
CLOCK = frozenset({("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today")})
CLOCK |= {("date", "today")}

FOREIGN_TO_CORE_AND_WIRE = _names("homeassistant aiohttp voluptuous probatio")


@dataclass(frozen=True, slots=True)
class Violation:
    """One import, or one look at the clock, that the table does not allow."""

    file: str
    line: int
    name: str
    reason: str

    def __str__(self) -> str:
        """Return it as a compiler would."""
        return f"{self.file}:{self.line}: {self.name}: {self.reason}"


def check(root: Path) -> list[Violation]:
    """Return every violation in a tree of the project."""
    return [*_check_integration(root), *_check_node(root)]


def _check_integration(root: Path) -> Iterator[Violation]:
    package = root.joinpath(*INTEGRATION.split("."))
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        file = path.relative_to(root).as_posix()
        layer = next((layer for layer in LAYERS if parts[0] in layer.modules), None)
        if layer is None:
            reason = "it belongs to no layer: name it in tests/architecture.py"
            yield Violation(file, 1, parts[0], reason)
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for line, name in _imports(tree, (*INTEGRATION.split("."), *parts), package):
            refusal = _refusal(layer, name)
            if refusal is not None:
                yield Violation(file, line, name, refusal)
        if layer.pure:
            yield from _looks_at_the_clock(tree, file)


def _check_node(root: Path) -> Iterator[Violation]:
    package = root / "node" / "src" / NODE
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if parts[0] == "wire":
            continue  # the integration's own folder, seen through a link
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for line, name in _imports(tree, (NODE, *parts), package):
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names | NODE_THIRD_PARTY | {NODE}:
                reason = "the studio node may not import it"
                yield Violation(path.relative_to(root).as_posix(), line, name, reason)


def _refusal(layer: Layer, name: str) -> str | None:
    """Return why a layer may not import a module, if so."""
    top = name.partition(".")[0]
    if name == INTEGRATION or name.startswith(f"{INTEGRATION}."):
        own = name.removeprefix(INTEGRATION).strip(".").partition(".")[0] or ROOT_MODULE
        if own in layer.own:
            return None
        return f"the layer {layer.name} may import of the integration: {_listed(layer.own)}"
    if top in sys.stdlib_module_names:
        return "the core has no clock and does nothing" if layer.pure and top in IMPURE else None
    if top in layer.third_party:
        return None
    return f"the layer {layer.name} may import from outside: {_listed(layer.third_party)}"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _imports(tree: ast.AST, module: tuple[str, ...], package: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the absolute name of every import of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module[: len(module) - node.level] if node.level else ()
            target = ".".join((*base, *((node.module or "").split(".") if node.module else ())))
            # `from . import room` imports the module room, not a name of the package.
            for alias in node.names:
                name = f"{target}.{alias.name}"
                yield node.lineno, name if _is_module(name, package) else target
        elif isinstance(node, ast.Call) and (called := _called_import(node)):
            yield node.lineno, called


def _is_module(name: str, package: Path) -> bool:
    """Tell whether a name below the package is a module of it."""
    base = NODE if package.name == NODE else INTEGRATION
    if not name.startswith(f"{base}."):
        return False
    path = package.joinpath(*name.removeprefix(f"{base}.").split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def _called_import(node: ast.Call) -> str | None:
    """Return the module that a call imports by a literal name."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else None
    called = node.func.id if isinstance(node.func, ast.Name) else called
    if called not in {"import_module", "__import__"} or not node.args:
        return None
    first = node.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _looks_at_the_clock(tree: ast.AST, file: str) -> Iterator[Violation]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        value = node.func.value
        owner = value.id if isinstance(value, ast.Name) else getattr(value, "attr", "")
        if (owner, node.func.attr) in CLOCK:
            name = f"{owner}.{node.func.attr}"
            yield Violation(file, node.lineno, name, "the core is told what time it is")


_IMPORT_ALL = """
import importlib, pkgutil, sys, types
root, layer, foreign = sys.argv[1], sys.argv[2], set(sys.argv[3].split())
bare = types.ModuleType("bare")
bare.__path__ = [root]
sys.modules["bare"] = bare
package = importlib.import_module(f"bare.{layer}")
for module in pkgutil.walk_packages(package.__path__, f"bare.{layer}."):
    importlib.import_module(module.name)
print(*sorted({name.partition(".")[0] for name in sys.modules} & foreign))
"""


def loaded_by(root: Path, layer: str) -> list[str]:
    """
    Return what a layer must not load but does.

    A fresh interpreter imports each of its modules, without the package's own `__init__`, which
    is made for Home Assistant.
    """
    package = root.joinpath(*INTEGRATION.split("."))
    foreign = " ".join(sorted(FOREIGN_TO_CORE_AND_WIRE))
    command = [sys.executable, "-I", "-c", _IMPORT_ALL, str(package), layer, foreign]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode:
        message = f"{layer} does not import on its own:\n{answer.stderr}"
        raise ImportError(message)
    return answer.stdout.split()
