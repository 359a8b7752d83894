"""
Install the blueprints that come with the integration, and keep them current.

HACS copies only the integration's folder, and Home Assistant installs no integration's
blueprints by itself. A blueprint that the user has changed is never touched again.
"""

import hashlib
from pathlib import Path
from typing import Any, Final

from homeassistant.components.automation import helpers as automation
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.yaml import load_yaml_dict

from .const import DOMAIN

SHIPPED: Final = Path(__file__).parent / "blueprints" / "automation" / DOMAIN
_VERSION: Final = 1
_AUTOMATION: Final = "automation"


async def async_install_blueprints(hass: HomeAssistant) -> None:
    """Add or update every shipped blueprint that the user has not made their own."""
    if _AUTOMATION not in hass.config.components:
        return
    store: Store[dict[str, str]] = Store(hass, _VERSION, f"{DOMAIN}.blueprints")
    installed = await store.async_load() or {}
    blueprints = automation.async_get_blueprints(hass)
    await blueprints.async_populate()
    due = await hass.async_add_executor_job(_due, blueprints, installed)
    for path, data in due.items():
        await blueprints.async_add_blueprint(
            Blueprint(
                data, path=path, expected_domain=_AUTOMATION, schema=AUTOMATION_BLUEPRINT_SCHEMA
            ),
            path,
            allow_override=True,
        )
    if due:
        written = await hass.async_add_executor_job(_digests, blueprints, tuple(due))
        await store.async_save(installed | written)


def _due(blueprints: DomainBlueprints, installed: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return what is missing or outdated: the file is absent, or still as we wrote it."""
    due = {}
    for source in sorted(SHIPPED.glob("*.yaml")):
        path = f"{DOMAIN}/{source.name}"
        target = blueprints.blueprint_folder / path
        shipped = load_yaml_dict(source)
        if target.exists() and (
            load_yaml_dict(target) == shipped or _digest(target) != installed.get(path)
        ):
            continue
        due[path] = shipped
    return due


def _digests(blueprints: DomainBlueprints, paths: tuple[str, ...]) -> dict[str, str]:
    return {path: _digest(blueprints.blueprint_folder / path) for path in paths}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
