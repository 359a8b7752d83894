"""Every text that the code can ask for at run time is there, in both languages."""

import ast
from collections.abc import Iterable, Iterator
import importlib
import json
from pathlib import Path
import re
from types import ModuleType
from typing import Any, Final

from homeassistant.components.light import EFFECT_OFF
from homeassistant.const import Platform
from homeassistant.helpers.entity import Entity, EntityDescription
import pytest
import yaml

from custom_components.micro_studio import (
    PLATFORMS,
    config_flow,
    event,
    issues,
    options_flow,
    studio_form,
)
from custom_components.micro_studio.core.conflicts import ConflictKind
from custom_components.micro_studio.core.effects import BookingEventKind, IncidentChange
from custom_components.micro_studio.core.errors import Reason
from custom_components.micro_studio.core.guest_fields import PatternFault
from custom_components.micro_studio.core.ledger import LedgerReason
from custom_components.micro_studio.core.opening_hours import HoursFault
from custom_components.micro_studio.core.policy import USUAL_CHECKLIST
from custom_components.micro_studio.core.progress import Arrival
from custom_components.micro_studio.core.ranking import NotFree, Point
from custom_components.micro_studio.core.studio import LightMode, Tally
from custom_components.micro_studio.entity import OWN_DEVICE
from custom_components.micro_studio.light import RecordingLight
from custom_components.micro_studio.lock import Door
from custom_components.micro_studio.sources.intake.delivery import Format
from custom_components.micro_studio.wire.vocabulary import ErrorCode

INTEGRATION: Final = Path(config_flow.__file__).parent
LANGUAGES: Final = ("en", "de")
CORE_ABORTS: Final = {"reauth_successful", "reconfigure_successful", "already_in_progress"}
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def texts(language: str) -> dict[str, str]:
    """Return all texts of a language, by path."""
    path = INTEGRATION / "translations" / f"{language}.json"
    return dict(leaves(json.loads(path.read_text(encoding="utf-8"))))


def leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every leaf."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def platform(name: Platform) -> ModuleType:
    """Return the module of a platform."""
    return importlib.import_module(f"custom_components.micro_studio.{name}")


def descriptions(module: ModuleType) -> Iterator[EntityDescription]:
    """Yield every entity description that a platform holds, alone or in a table."""
    for value in vars(module).values():
        for item in value if isinstance(value, tuple) else (value,):
            # Home Assistant makes instances of a twin class: `isinstance` does not know them.
            if not isinstance(item, type) and hasattr(item, "entity_registry_enabled_default"):
                yield item


def calls(name: str, *functions: str) -> Iterator[dict[str, ast.expr]]:
    """Yield the keyword arguments of calls in a module."""
    tree = ast.parse((INTEGRATION / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in functions:
            yield {word.arg: word.value for word in node.keywords if word.arg}


def constants(name: str, argument: str, *functions: str) -> set[str]:
    """Return the texts that are given as one argument of some functions."""
    return {
        str(value.value)
        for words in calls(name, *functions)
        if isinstance(value := words.get(argument), ast.Constant)
    }


def reasons_named(path: str) -> set[str]:
    """Return the reasons that a module of the core names."""
    tree = ast.parse((INTEGRATION / path).read_text(encoding="utf-8"))
    return {
        Reason[node.attr].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Reason"
    }


def request_reasons() -> set[str]:
    """Return all reasons of a RequestError: the node's, and those that the sources name."""
    named = {
        str(node.args[0].value)
        for path in (INTEGRATION / "sources").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "RequestError"
        and isinstance(node.args[0], ast.Constant)
    }
    assert {"unanswered", "unconfirmed", "jammed", "update_failed"} <= named
    return named | {code.value for code in ErrorCode}


def entity_texts() -> Iterator[str]:
    """Yield what entities need."""
    for name in PLATFORMS:
        for description in descriptions(platform(name)):
            base = f"entity.{name}.{description.translation_key}"
            yield f"{base}.name"
            for option in getattr(description, "options", None) or ():
                yield f"{base}.state.{option}"
            for kind in getattr(description, "event_types", None) or ():
                yield f"{base}.state_attributes.event_type.state.{kind}"
    effects = "entity.light.recording_light.state_attributes.effect.state"
    yield from (f"{effects}.{effect}" for effect in (EFFECT_OFF, *Tally))
    booking = f"entity.event.{event.BOOKING.translation_key}.state_attributes"
    yield from (f"{booking}.how.state.{arrival}" for arrival in Arrival)
    noted = reasons_named("core/edits.py") | reasons_named("core/engine.py")
    noted |= reasons_named("core/lifecycle.py")
    noted -= {Reason.WRONG_SOURCE, Reason.NOT_TIDY}  # raised or compared, never noted
    yield from (f"{booking}.reason.state.{reason}" for reason in noted)
    incident = f"entity.event.{event.INCIDENT.translation_key}.state_attributes"
    yield from (f"{incident}.kind.state.{kind}" for kind in ConflictKind)


def flow_texts() -> Iterator[str]:
    """Yield what the flows need."""
    yield "config.flow_title"
    steps = constants("config_flow", "step_id", "async_show_form", "async_show_menu")
    for step in steps:
        yield from (f"config.step.{step}.{key}" for key in ("title", "description"))
    for way in ("node", "site"):
        yield f"config.step.user.menu_options.{way}"
        yield f"config.step.user.menu_option_descriptions.{way}"
    for step, fields in {
        "node": ("host", "port"),
        "site": ("name", "time_zone"),
        "reconfigure_site": ("time_zone",),
        "reconfigure": ("host", "port"),
        "pair": ("code",),
        "reauth_confirm": ("code",),
    }.items():
        yield from _fields(f"config.step.{step}", fields)
    errors = set(config_flow._ERRORS.values())
    yield from (f"config.error.{error}" for error in errors)
    # What `_look` reports ends a discovery.
    aborts = constants("config_flow", "reason", "async_abort", "_abort_if_unique_id_mismatch")
    aborts |= errors | {"already_configured"}
    yield from (f"config.abort.{reason}" for reason in aborts - CORE_ABORTS)
    yield from (f"options.step.init.{key}" for key in ("title", "description"))
    yield from _fields("options.step.init", ("install_blueprints",))
    for section, fields in options_flow.SECTIONS.items():
        base = f"options.step.init.sections.{section}"
        yield from (f"{base}.{key}" for key in ("name", "description"))
        yield from _fields(base, fields)
    yield "options.error.invalid_policy"
    for name, words in {
        "light_mode": LightMode,
        "turnover_checklist": USUAL_CHECKLIST,
        "ranking": (*Point, *NotFree),
        "webhook_format": Format,
        "override": ("on", "off"),
        "logbook": (*BookingEventKind, *IncidentChange),
    }.items():
        yield from (f"selector.{name}.options.{word}" for word in words)
    yield from studio_texts()
    yield from webhook_texts()


def studio_texts() -> Iterator[str]:
    """Yield what the flow of a studio needs."""
    studio = "config_subentries.studio"
    yield from (f"{studio}.initiate_flow.{source}" for source in ("user", "reconfigure"))
    yield f"{studio}.entry_type"
    asked = ("details", "reconfigure")
    for step in ("user", *asked, "preview"):
        yield from (f"{studio}.step.{step}.{key}" for key in ("title", "description"))
    yield from _fields(f"{studio}.step.user", ("studio",))
    for step in asked:
        for section, fields in studio_form.SECTIONS.items():
            base = f"{studio}.step.{step}.sections.{section}"
            yield from (f"{base}.{key}" for key in ("name", "description"))
            yield from _fields(base, fields)
    errors = {"calendar_unreadable", "name_missing", "kit_item", "sensor_without_door"}
    errors |= {"invalid_policy", *(f"hours_{fault}" for fault in HoursFault)}
    errors |= {f"pattern_{fault}" for fault in PatternFault}
    yield from (f"{studio}.error.{error}" for error in errors)
    for reason in constants("studio_flow", "reason", "async_abort"):
        yield f"{studio}.abort.{reason}"


def webhook_texts() -> Iterator[str]:
    """Yield what the flow of a webhook needs."""
    webhook = "config_subentries.webhook"
    yield from (f"{webhook}.initiate_flow.{source}" for source in ("user", "reconfigure"))
    yield f"{webhook}.entry_type"
    for step, fields in {
        "user": ("name", "format"),
        "account": ("user_id", "secret"),
        "secret": (),
        "address": (),
        "reconfigure": ("name", "renew_secret", "user_id", "secret"),
    }.items():
        yield from (f"{webhook}.step.{step}.{key}" for key in ("title", "description"))
        yield from _fields(f"{webhook}.step.{step}", fields)
    for error in ("no_name", "no_user_id", "no_key", "only_local", "no_address"):
        yield f"{webhook}.error.{error}"


def automation_texts() -> Iterator[str]:
    """Yield what actions, triggers and conditions need: their names and those of their fields."""
    for kind in ("services", "triggers", "conditions"):
        content = yaml.safe_load((INTEGRATION / f"{kind}.yaml").read_text(encoding="utf-8"))
        for name, described in content.items():
            if name.startswith("."):
                continue  # an anchor that others refer to
            yield from (f"{kind}.{name}.{key}" for key in ("name", "description"))
            for field, about in ((described or {}).get("fields") or {}).items():
                if "fields" in (about or {}):
                    yield f"{kind}.{name}.sections.{field}.name"
                    yield from _described(f"{kind}.{name}", about["fields"])
                else:
                    yield from _described(f"{kind}.{name}", (field,))


def _described(base: str, fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        yield from (f"{base}.fields.{field}.{key}" for key in ("name", "description"))


def _fields(base: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"{base}.data.{name}"
        yield f"{base}.data_description.{name}"


def other_texts() -> Iterator[str]:
    """Yield what devices, errors, repairs and the system health need."""
    for kind in OWN_DEVICE:
        yield from (f"device.{kind}.name", f"device.{kind}_named.name")
    keys = {f"request_{reason}" for reason in request_reasons()}
    keys |= {f"booking_{reason}" for reason in reasons_named("core/commands.py")}
    for path in INTEGRATION.glob("*.py"):
        keys |= constants(
            path.stem,
            "translation_key",
            "HomeAssistantError",
            "ServiceValidationError",
            "ConfigEntryAuthFailed",
            "ConfigEntryError",
            "ConfigEntryNotReady",
        )
    keys |= {f"not_free_{reason}" for reason in NotFree}
    keys |= {f"booking_{reason}" for reason in reasons_named("core/booking.py")}
    for module in ("actions", "desk", "calendar", "room", "moves"):
        keys |= {f"booking_{reason}" for reason in reasons_named(f"{module}.py")}
    keys |= {f"request_{reason}" for reason in LedgerReason}
    keys |= {f"request_{reason}" for reason in (Reason.ENDS_BEFORE_START, Reason.NAIVE_TIME)}
    yield from (f"exceptions.{key}.message" for key in keys)
    choose = f"issues.{issues.BINDING_MISSING}.fix_flow.step.choose"
    yield from (f"{choose}.{key}" for key in ("title", "description"))
    yield from _fields(choose, ("entity",))
    yield f"issues.{issues.BINDING_MISSING}.title"
    fixable = {issues.CERTIFICATE_CHANGED, issues.STUDIO_VANISHED, issues.CALENDAR_EMPTY}
    for issue in {issues.API_MISMATCH, issues.CLOCK_OFFSET, *fixable}:
        yield f"issues.{issue}.title"
        if issue in fixable:
            step = f"issues.{issue}.fix_flow.step.confirm"
            yield from (f"{step}.title", f"{step}.description")
        else:
            yield f"issues.{issue}.description"
    yield from (
        f"system_health.info.{key}" for key in ("nodes", "nodes_connected", "sites", "studios")
    )


def needed() -> set[str]:
    """Return the paths of all texts that the code can ask for."""
    return {"title", *entity_texts(), *flow_texts(), *automation_texts(), *other_texts()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing(language: str) -> None:
    """Otherwise a person reads a key."""
    assert sorted(needed() - texts(language).keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_over(language: str) -> None:
    """Only names of attributes and of their values need no table in the code."""
    left = texts(language).keys() - needed()
    assert [key for key in sorted(left) if not _extra(key)] == []


def _extra(key: str) -> bool:
    """Tell a text that Home Assistant shows if it is there."""
    return bool(
        re.search(r"\.state_attributes\.\w+\.name$", key)
        or re.search(r"^entity\.binary_sensor\.on_air\.state\.(on|off)$", key)
        or re.search(r"\.late\.state\.(true|false)$", key)
        # Sentences that are put together at run time; test_assist hears them.
        or re.search(r"^selector\.assist\.options\.\w+$", key)
    )


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    """German is as complete as English."""
    english, german = texts("en"), texts("de")
    assert sorted(english) == sorted(german)
    for key, text in english.items():
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(german[key])), key


# What the code fills in; a text may leave some of it out, but ask for nothing else.
GIVEN: Final = {
    r"config\.flow_title": {"name"},
    r"config\.step\.discovery_confirm\.": {"name", "site", "host"},
    r"config\.step\.(pair|reauth_confirm)\.": {"name", "command"},
    r"config\.step\.reconfigure(_site)?\.": {"name"},
    r"config_subentries\.studio\.step\.preview\.": {"bookings"},
    r"config_subentries\.studio\.error\.hours_": {"part"},
    r"config_subentries\.studio\.error\.pattern_": {"line", "detail"},
    r"config_subentries\.studio\.error\.kit_item": {"item"},
    r"config_subentries\.studio\.error\.sensor_without_door": {"entities"},
    r"config_subentries\.webhook\.step\.(secret|address)\.": {"url", "secret", "header", "name"},
    r"selector\.ranking\.options\.": {
        "items",
        "people",
        "percent",
        "milliseconds",
        "minutes",
    },
    r"selector\.logbook\.options\.": {"starts", "ends"},
    r"selector\.assist\.options\.": {
        "day",
        "end",
        "guest",
        "month",
        "start",
        "studio",
        "studios",
        "time",
        "title",
        "when",
    },
    r"services\.\w+\.": {"docs_url"},
    r"exceptions\.unknown_studio\.": {"studio"},
    r"exceptions\.invalid_need\.": {"need"},
    r"issues\.binding_missing\.": {"name", "entity", "part"},
    r"issues\.calendar_empty\.": {"name", "calendar"},
    r"config\.(error|abort)\.api_mismatch$": {"ours", "theirs"},
    r"device\.\w+_named\.": {"name"},
    r"exceptions\.(cannot_connect|broken_store)\.": {"name", "error"},
    r"exceptions\.request_(?!offline)": {"detail"},
    r"issues\.api_mismatch\.": {"name", "ours", "theirs"},
    r"issues\.certificate_changed\.": {"name", "expected", "seen"},
    r"issues\.clock_offset\.": {"name", "seconds"},
    r"issues\.studio_vanished\.": {"name", "studio"},
}


def test_no_text_asks_for_what_nobody_fills_in() -> None:
    """A placeholder without a value is shown as it stands."""
    for key, text in texts("en").items():
        given: set[str] = set().union(
            *(names for pattern, names in GIVEN.items() if re.match(pattern, key))
        )
        assert set(PLACEHOLDER.findall(text)) <= given, key


@pytest.mark.parametrize("entity", [Door, RecordingLight])
def test_doors_and_lights_carry_the_name_of_their_device(entity: type[Entity]) -> None:
    """Said by the class, for Home Assistant prefers a text to the description's ``name=None``."""
    assert entity.__new__(entity)._attr_name is None
    for name in PLATFORMS:
        assert all(description.name is not None for description in descriptions(platform(name)))


def test_every_entity_has_a_translation_key() -> None:
    """Names are never built in the code; each key belongs to one description of its platform."""
    for name in PLATFORMS:
        keys = [description.translation_key for description in descriptions(platform(name))]
        assert keys, name
        assert all(keys), name
        assert len(set(keys)) == len(keys), name
