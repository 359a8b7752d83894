"""
Let the test package, made for Home Assistant 2026.10, run on 2026.11 as well.

An early plugin (`-p tests.plugins.newest`): it changes nothing on 2026.10 and nothing where Home
Assistant is not installed, as in the node's own environment.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# What the test package takes from `homeassistant.components.logger`, and where 2026.11 keeps it.
MOVED = ("DOMAIN", "SERVICE_SET_LEVEL", "_clear_logger_overwrites")
PLACES = ("helpers", "const", "services")


def restore_moved_names(package: ModuleType) -> None:
    """Give the package the names that moved into its modules."""
    missing = [name for name in MOVED if not hasattr(package, name)]
    if not missing:
        return
    for place in PLACES:
        if find_spec(f"{package.__name__}.{place}") is None:
            continue
        module = import_module(f"{package.__name__}.{place}")
        for name in missing:
            if not hasattr(package, name) and hasattr(module, name):
                setattr(package, name, getattr(module, name))


if find_spec("homeassistant") is not None:
    # Before any other plugin: it puts its own httpx in the place of the one that respx imports.
    import_module("homeassistant")
    restore_moved_names(import_module("homeassistant.components.logger"))
