"""What can be copied from the documentation, a running Home Assistant takes as it is."""

from collections.abc import Callable, Iterator
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.components.automation.config import ValidationStatus, async_validate_config_item
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import async_validate_actions_config
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
import voluptuous as vol

from custom_components.micro_studio.condition import CONDITIONS
from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.trigger import TRIGGERS

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final = ("triggers.md", "actions.md", "bookings.md")
AUTOMATION: Final = {"triggers", "conditions", "actions"}

_BLOCK: Final = re.compile(r"^( *)```ya?ml\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_PLACEHOLDER: Final = re.compile(r"your_\w+|[a-z_]+\.your_\w+")


def blocks() -> Iterator[tuple[str, str]]:
    """Yield where each block of YAML stands, and what it is."""
    for page in PAGES:
        path = DOCS / page
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for found in _BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 2
            indent = len(found[1])
            lines = [each[indent:] for each in found[2].splitlines()]
            yield f"{page}:{line}", "\n".join(lines)


BLOCKS: Final = dict(blocks())


def calls(tree: object) -> Iterator[dict[str, Any]]:
    """Yield every call of an action, however deep."""
    if isinstance(tree, list):
        for item in tree:
            yield from calls(item)
    elif isinstance(tree, dict):
        if isinstance(tree.get("action"), str):
            yield tree
        for item in tree.values():
            yield from calls(item)


def targets(tree: object) -> Iterator[str]:
    """Yield everything that is aimed at."""
    if isinstance(tree, list):
        for item in tree:
            yield from targets(item)
    elif isinstance(tree, dict):
        for key, item in tree.items():
            if key in cv.TARGET_FIELDS and not isinstance(item, dict):
                yield from item if isinstance(item, list) else [item]
            else:
                yield from targets(item)


def complaints(schema: Callable[[dict[str, Any]], object], data: dict[str, Any]) -> list[str]:
    """Return what an action does not take; what a template makes is known only later."""
    try:
        schema(data)
    except vol.MultipleInvalid as invalid:
        return [
            str(error)
            for error in invalid.errors
            if "{{" not in str(data.get(str(error.path[0]) if error.path else ""))
        ]
    except vol.Invalid as invalid:
        return [str(invalid)]
    return []


@pytest.fixture
async def home(hass: HomeAssistant) -> HomeAssistant:
    """Return a Home Assistant with automations and the integration's actions."""
    for domain in ("homeassistant", "automation", "script", DOMAIN):
        assert await async_setup_component(hass, domain, {})
    return hass


async def check_call(hass: HomeAssistant, call: dict[str, Any]) -> None:
    """Check that an action exists and takes its data."""
    domain, _, name = call["action"].partition(".")
    assert await async_setup_component(hass, domain, {})
    service = hass.services.async_services_for_domain(domain).get(name)
    assert service is not None, f"there is no action {call['action']}"
    if "response_variable" in call:
        assert service.supports_response is not SupportsResponse.NONE
    if service.schema is not None:
        assert complaints(service.schema, {**call.get("target", {}), **call.get("data", {})}) == []


@pytest.mark.parametrize("where", sorted(BLOCKS))
async def test_an_example_can_be_copied(home: HomeAssistant, where: str) -> None:
    example = parse_yaml(BLOCKS[where])
    for call in calls(example):
        await check_call(home, call)
    if isinstance(example, dict) and AUTOMATION & example.keys():
        config = {"triggers": [], "actions": [], **example}
        validated = await async_validate_config_item(home, "example", config)
        assert validated is not None
        assert validated.validation_error is None
        assert validated.validation_status is ValidationStatus.OK
    else:
        actions = example if isinstance(example, list) else [example]
        assert await async_validate_actions_config(home, cv.SCRIPT_SCHEMA(actions))


@pytest.mark.parametrize("where", sorted(BLOCKS))
def test_an_example_aims_at_nothing_that_looks_real(where: str) -> None:
    real = [each for each in targets(parse_yaml(BLOCKS[where])) if "{{" not in each]
    assert [each for each in real if not _PLACEHOLDER.fullmatch(each)] == []


def test_every_trigger_and_condition_has_an_example() -> None:
    written = "\n".join(block for where, block in BLOCKS.items() if where.startswith("triggers.md"))
    for trigger in TRIGGERS:
        assert f"trigger: {DOMAIN}.{trigger}\n" in written
    for condition in CONDITIONS:
        assert f"condition: {DOMAIN}.{condition}\n" in written
