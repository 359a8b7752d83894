"""
Print what the Home Assistant integrations that we start need from PyPI.

    python requirements/components.py      reads the manifests of the installed Home Assistant

Home Assistant installs these when it starts; pinned here, it starts at once and offline.
"""

import ast
from importlib.util import find_spec
import json
from pathlib import Path
import sys

COMPONENTS = {
    "automation",
    "blueprint",
    "caldav",
    "calendar",
    "config",
    "conversation",
    "diagnostics",
    "frontend",
    "history",
    "intent",
    "llm",
    "local_calendar",
    "logbook",
    "marketplace",
    "mqtt",
    "onboarding",
    "persistent_notification",
    "recorder",
    "remote_calendar",
    "scene",
    "script",
    "sun",
    "system_health",
    "todo",
    "webhook",
    "zeroconf",
}


def installed() -> Path:
    """Return the folder of Home Assistant; it is located only and need not be importable."""
    spec = find_spec("homeassistant")
    if spec is None or spec.origin is None:
        message = "Home Assistant is not installed in this Python."
        raise SystemExit(message)
    return Path(spec.origin).parent


def always_started(root: Path) -> set[str]:
    """Return what Home Assistant starts unasked: its default integrations and every platform."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((root / "bootstrap.py").read_text(encoding="utf-8"))):
        match node:
            case ast.Assign(targets=[ast.Name("DEFAULT_INTEGRATIONS")], value=ast.Set(elements)):
                found |= _texts(elements)
    platforms = ast.parse((root / "generated" / "entity_platforms.py").read_text(encoding="utf-8"))
    for node in ast.walk(platforms):
        if isinstance(node, ast.Assign):
            found |= _texts([node.value])
    if not {"automation", "sensor"} <= found:
        message = "Home Assistant tells the integrations that it always starts in another way now."
        raise SystemExit(message)
    return found


def _texts(elements: list[ast.expr]) -> set[str]:
    constants = (element.value for element in elements if isinstance(element, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def requirements(root: Path, components: set[str]) -> set[str]:
    """Return the requirements of the integrations and of all that they depend on."""
    seen: set[str] = set()
    found: set[str] = set()
    todo = list(components)
    while todo:
        name = todo.pop()
        path = root / "components" / name / "manifest.json"
        if name in seen or not path.exists():
            continue
        seen.add(name)
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found |= set(manifest.get("requirements", ()))
        todo += manifest.get("dependencies", ())
        todo += manifest.get("after_dependencies", ()) if name == "frontend" else ()
    return found


if __name__ == "__main__":
    home_assistant = installed()
    needed = requirements(home_assistant, COMPONENTS | always_started(home_assistant))
    sys.stdout.writelines(f"{line}\n" for line in sorted(needed))
