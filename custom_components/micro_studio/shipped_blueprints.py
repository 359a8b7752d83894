"""
Install the blueprints that come with the integration, and keep them current.

HACS copies only the integration's folder, and Home Assistant installs no integration's
blueprints by itself. A blueprint that the user has changed is never touched again.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import Final

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
    # The examples of Home Assistant are its own affair: it may be copying them at this moment.
    ours, due = await hass.async_add_executor_job(_compare, blueprints, written)
    known = {path: [*dict.fromkeys([*written.get(path, ()), ours[path]])] for path in ours}
    if not due and known.items() <= written.items():
        return
    # Known before it is there: after a crash our own file never looks like the user's.
    await store.async_save(written | known)
    for path, blueprint in due.items():
        await blueprints.async_add_blueprint(blueprint, path, allow_override=True)


def _compare(
    blueprints: DomainBlueprints, written: Written
) -> tuple[dict[str, str], dict[str, Blueprint]]:
    """
    Return the digests of the files that are ours, and the blueprints that are due.

    A file is ours if it is as we wrote it, or the same as what we would write; due is one
    that is absent or outdated.
    """
    ours: dict[str, str] = {}
    due: dict[str, Blueprint] = {}
    for source in sorted(SHIPPED.glob("*.yaml")):
        path = f"{DOMAIN}/{source.name}"
        target = blueprints.blueprint_folder / path
        blueprint = Blueprint(
            load_yaml_dict(source),
            path=path,
            expected_domain=_AUTOMATION,
            schema=AUTOMATION_BLUEPRINT_SCHEMA,
        )
        digest = _digest(blueprint.yaml().encode())
        there = _digest(target.read_bytes()) if target.exists() else None
        if there == digest:
            ours[path] = digest
        elif there is None or there in written.get(path, ()):
            ours[path], due[path] = digest, blueprint
    return ours, due


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
