"""
Print what the Home Assistant integrations that we start need from PyPI.

    python requirements/components.py      reads the manifests of the installed Home Assistant

Home Assistant installs these when it starts; pinned here, it starts at once and offline.
"""

from importlib.util import find_spec
import json
from pathlib import Path
import sys

COMPONENTS = (
    "automation",
    "blueprint",
    "calendar",
    "config",
    "diagnostics",
    "frontend",
    "history",
    "logbook",
    "marketplace",
    "mqtt",
    "onboarding",
    "persistent_notification",
    "recorder",
    "scene",
    "script",
    "sun",
    "system_health",
    "todo",
    "zeroconf",
)


def requirements(components: tuple[str, ...]) -> set[str]:
    """Return the requirements of the integrations and of all that they depend on."""
    spec = find_spec("homeassistant")  # located only: its own requirements need not be there
    if spec is None or spec.origin is None:
        message = "Home Assistant is not installed in this Python."
        raise SystemExit(message)
    root = Path(spec.origin).parent / "components"
    seen: set[str] = set()
    found: set[str] = set()
    todo = list(components)
    while todo:
        name = todo.pop()
        path = root / name / "manifest.json"
        if name in seen or not path.exists():
            continue
        seen.add(name)
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found |= set(manifest.get("requirements", ()))
        todo += manifest.get("dependencies", ())
        todo += manifest.get("after_dependencies", ()) if name == "frontend" else ()
    return found


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in sorted(requirements(COMPONENTS)))
