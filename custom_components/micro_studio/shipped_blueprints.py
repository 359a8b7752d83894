"""
Install the blueprints that come with the integration, and keep them current.

HACS copies only the integration's folder, and Home Assistant installs no integration's
blueprints by itself. A blueprint that the user has changed is never touched again.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import Any, Final

from homeassistant.components.automation import helpers as automation
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.yaml import load_yaml_dict

from .const import DOMAIN

SHIPPED: Final = Path(__file__).parent / "blueprints" / "automation" / DOMAIN
_VERSION: Final = 1
_AUTOMATION: Final = "automation"
_LOCK: Final = HassKey[asyncio.Lock](f"{DOMAIN}.blueprints")

# Path of a blueprint: digests of all that we ever wrote there.
type Written = dict[str, list[str]]


async def async_install_blueprints(hass: HomeAssistant) -> None:
    """Add or update every shipped blueprint that the user has not made their own."""
    if _AUTOMATION not in hass.config.components:
        return
    # Several entries may ask at once.
    async with hass.data.setdefault(_LOCK, asyncio.Lock()):
        await _async_install(hass)


async def _async_install(hass: HomeAssistant) -> None:
    store: Store[Written] = Store(hass, _VERSION, f"{DOMAIN}.blueprints")
    written = await store.async_load() or {}
    blueprints = automation.async_get_blueprints(hass)
    await blueprints.async_populate()
    due = await hass.async_add_executor_job(_due, blueprints, written)
    if not due:
        return
    for path, blueprint in due.items():
        digest = _digest(blueprint.yaml().encode())
        written[path] = [*dict.fromkeys([*written.get(path, ()), digest])]
    # Known before it is there: after a crash our own file never looks like the user's.
    await store.async_save(written)
    for path, blueprint in due.items():
        await blueprints.async_add_blueprint(blueprint, path, allow_override=True)


def _due(blueprints: DomainBlueprints, written: Written) -> dict[str, Blueprint]:
    """Return what is missing or outdated: the file is absent, or still as we wrote it."""
    due = {}
    for source in sorted(SHIPPED.glob("*.yaml")):
        path = f"{DOMAIN}/{source.name}"
        target = blueprints.blueprint_folder / path
        shipped = load_yaml_dict(source)
        if target.exists() and not _outdated(target, shipped, written.get(path, [])):
            continue
        due[path] = Blueprint(
            shipped, path=path, expected_domain=_AUTOMATION, schema=AUTOMATION_BLUEPRINT_SCHEMA
        )
    return due


def _outdated(target: Path, shipped: dict[str, Any], written: list[str]) -> bool:
    """Tell whether a file is ours and not the current one."""
    content = target.read_bytes()
    return load_yaml_dict(target) != shipped and _digest(content) in written


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
