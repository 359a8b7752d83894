"""What Home Assistant, hassfest, HACS and the Marketplace read about the integration."""

import ast
from collections.abc import Iterator
import importlib.util
import json
from pathlib import Path
import re
import struct
import tomllib
from typing import Any

from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.const import Platform
from homeassistant.util.yaml import load_yaml_dict
import pytest
import yaml

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "micro_studio"
BLUEPRINTS = ROOT / "blueprints"

EXPECTED = [
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "hacs.json",
    *(
        f"custom_components/micro_studio/{name}"
        for name in (
            "manifest.json",
            "icons.json",
            "quality_scale.yaml",
            "translations/en.json",
            "translations/de.json",
        )
    ),
]

RULES = {
    "bronze": """
        action-setup appropriate-polling brands common-modules config-flow
        config-flow-test-coverage dependency-transparency docs-actions docs-conditions
        docs-high-level-description docs-installation-instructions docs-removal-instructions
        docs-triggers entity-event-setup entity-unique-id has-entity-name runtime-data
        test-before-configure test-before-setup unique-config-entry
    """,
    "silver": """
        action-exceptions config-entry-unloading docs-configuration-parameters
        docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
        parallel-updates reauthentication-flow test-coverage
    """,
    "gold": """
        devices diagnostics discovery discovery-update-info docs-data-update docs-examples
        docs-known-limitations docs-supported-devices docs-supported-functions
        docs-troubleshooting docs-use-cases dynamic-devices entity-category
        entity-device-class entity-disabled-by-default entity-translations
        exception-translations icon-translations reconfiguration-flow repair-issues
        stale-devices
    """,
    "platinum": "async-dependency inject-websession strict-typing",
}

PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")


def load(name: str) -> dict[str, Any]:
    """Return the content of a JSON or YAML file of the integration; empty while there is none."""
    path = INTEGRATION / name
    if not path.exists():
        return {}
    if path.suffix == ".yaml":
        return load_yaml_dict(str(path))
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every leaf."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@pytest.mark.parametrize("name", EXPECTED)
def test_the_file_is_there(name: str) -> None:
    """Nothing that a store asks for is missing."""
    assert (ROOT / name).is_file()


def test_the_manifest_has_its_keys_in_order() -> None:
    """Domain and name come first, the others by the alphabet."""
    manifest = load("manifest.json")
    assert list(manifest)[:2] == ["domain", "name"]
    assert list(manifest)[2:] == sorted(list(manifest)[2:])


def test_the_manifest_says_what_the_integration_is() -> None:
    """A hub that pushes, found by zeroconf, without any requirement."""
    manifest = load("manifest.json")
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["integration_type"] == "hub"
    assert manifest["iot_class"] == "local_push"
    assert manifest["config_flow"] is True
    # Home Assistant pins it itself, for its own calendars.
    assert manifest["requirements"] == ["ical>=14.3.0"]
    assert manifest["zeroconf"] == ["_micro-studio._tcp.local."]
    assert all(owner.startswith("@") for owner in manifest["codeowners"])
    assert manifest["documentation"].startswith("https://")
    assert manifest["issue_tracker"].startswith(manifest["documentation"])


def test_every_part_has_the_same_version() -> None:
    """The integration, its tooling and the node are released together."""
    version = load("manifest.json")["version"]
    for name in ("pyproject.toml", "node/pyproject.toml"):
        project = tomllib.loads((ROOT / name).read_text(encoding="utf-8"))["project"]
        assert project["license"] == "Apache-2.0", name
        assert project.get("version", version) == version, name
    node = (ROOT / "node/src/studio_node/__init__.py").read_text(encoding="utf-8")
    assert f'VERSION: Final = "{version}"' in node


def test_hacs_gets_the_zip_and_the_oldest_home_assistant() -> None:
    """An older Home Assistant refuses the installation."""
    hacs = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    assert hacs["name"] == load("manifest.json")["name"]
    assert hacs["homeassistant"] == "2026.10.0"
    assert (hacs["zip_release"], hacs["filename"]) == (True, "micro_studio.zip")


@pytest.mark.parametrize("name", ["icon", "dark_icon", "logo", "dark_logo"])
@pytest.mark.parametrize(("suffix", "height"), [("", 256), ("@2x", 512)])
def test_the_image_has_its_size(name: str, suffix: str, height: int) -> None:
    """Icons are square, logos lie, both are drawn in two sizes."""
    content = (INTEGRATION / "brand" / f"{name}{suffix}.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    size = struct.unpack(">II", content[16:24])
    assert size[1] == height
    assert size[0] == height if name.endswith("icon") else size[0] > height
    assert (ROOT / "docs" / "brand" / f"{name}.svg").is_file()


def test_both_languages_say_the_same() -> None:
    """German has every key and every placeholder of English, and no other."""
    english = dict(leaves(load("translations/en.json")))
    german = dict(leaves(load("translations/de.json")))
    assert sorted(german) == sorted(english)
    for key, text in english.items():
        assert sorted(PLACEHOLDER.findall(german[key])) == sorted(PLACEHOLDER.findall(text)), key


@pytest.mark.parametrize("language", ["en", "de"])
def test_texts_are_plain(language: str) -> None:
    """No HTML, no address, no reference, no space at an end, nothing empty."""
    for key, text in leaves(load(f"translations/{language}.json")):
        assert text, key
        assert text == text.strip(), key
        assert not re.search(r"<[a-z/]|https?://|\[%key:", text), key
    assert not (INTEGRATION / "strings.json").exists()


def attributes(node: ast.AST) -> dict[str, ast.expr | None]:
    """Return what a call names by keyword, or a class by attribute."""
    given: dict[str, ast.expr | None] = {}
    match node:
        case ast.Call(keywords=keywords):
            given = {keyword.arg: keyword.value for keyword in keywords if keyword.arg}
        case ast.ClassDef(body=body):
            for item in body:
                match item:
                    case ast.Assign(targets=[ast.Name(name)], value=value):
                        given[name.removeprefix("_attr_")] = value
                    case ast.AnnAssign(target=ast.Name(name), value=value):
                        given[name.removeprefix("_attr_")] = value
    return given


def named_by_device_class() -> set[str]:
    """Return translation keys of entities whose icon comes with their device class."""
    found: set[str] = set()
    for path in (INTEGRATION / f"{platform}.py" for platform in Platform):
        if not path.exists():
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given = attributes(node)
            for kind in ("translation_key", "key"):
                key = given.get(kind)
                if "device_class" in given and isinstance(key, ast.Constant):
                    found.add(f"{path.stem}.{key.value!s}")
    return found


def test_every_entity_has_an_icon() -> None:
    """Each translated entity has one of its own or that of its device class; none is left over."""
    icons = load("icons.json").get("entity", {})
    entities = load("translations/en.json").get("entity", {})
    with_icon = {f"{platform}.{key}" for platform in icons for key in icons[platform]}
    translated = {f"{platform}.{key}" for platform in entities for key in entities[platform]}
    assert sorted(translated - with_icon - named_by_device_class()) == []
    assert sorted(with_icon - translated) == []


def test_every_icon_exists() -> None:
    """Icons are known to the frontend, and a state's icon differs from the default."""
    icons = load("icons.json")
    frontend = importlib.util.find_spec("hass_frontend")
    assert frontend is not None
    assert frontend.submodule_search_locations is not None
    listing = Path(frontend.submodule_search_locations[0], "static", "mdi", "iconList.json")
    known = {f"mdi:{item['name']}" for item in json.loads(listing.read_text(encoding="utf-8"))}
    assert [(key, icon) for key, icon in leaves(icons) if icon not in known] == []
    for platform, entities in icons.get("entity", {}).items():
        for key, entity in entities.items():
            states = entity.get("state", {}).values()
            assert entity["default"] not in states, f"{platform}.{key}"


@pytest.mark.parametrize(
    ("description", "section", "icon"),
    [
        ("services.yaml", "services", "service"),
        ("triggers.yaml", "triggers", "trigger"),
        ("conditions.yaml", "conditions", "condition"),
    ],
)
def test_actions_triggers_and_conditions_are_complete(
    description: str, section: str, icon: str
) -> None:
    """Each has an icon, a name and a text; so has each of its fields."""
    icons = load("icons.json").get(section, {})
    texts = load("translations/en.json").get(section, {})
    described = {
        name: content or {}
        for name, content in load(description).items()
        if not name.startswith(".")
    }
    assert sorted(icons) == sorted(texts) == sorted(described)
    for name, content in described.items():
        assert icon in icons[name], name
        assert {"name", "description"} <= set(texts[name]), name
        fields: set[str] = set()
        for key, field in content.get("fields", {}).items():
            if field and "fields" in field:
                assert "name" in texts[name]["sections"][key], f"{name}.{key}"
                fields |= set(field["fields"])
            else:
                fields.add(key)
        translated = texts[name].get("fields", {})
        assert sorted(translated) == sorted(fields), name
        for key, text in translated.items():
            assert {"name", "description"} <= set(text), f"{name}.{key}"


def test_the_quality_scale_tells_every_rule() -> None:
    """Each rule is done, to do, or exempt with a reason."""
    rules = load("quality_scale.yaml").get("rules", {})
    known = {rule for names in RULES.values() for rule in names.split()}
    assert len(known) == 54
    assert sorted(rules) == sorted(known)
    for rule, value in rules.items():
        status = value if isinstance(value, str) else value["status"]
        assert status in {"done", "todo", "exempt"}, rule
        assert status != "exempt" or value["comment"], rule


def blueprints() -> list[Path]:
    """Return the shipped blueprints, relative to their folder."""
    return sorted(path.relative_to(BLUEPRINTS) for path in BLUEPRINTS.rglob("*.yaml"))


@pytest.mark.parametrize("name", blueprints(), ids=str)
def test_the_blueprint_is_valid(name: Path) -> None:
    """Home Assistant accepts it, from the address that it names, and the copy is the same."""
    data = load_yaml_dict(str(BLUEPRINTS / name))
    blueprint = Blueprint(
        data, path=str(name), expected_domain=name.parts[0], schema=BLUEPRINT_SCHEMA
    )
    assert not blueprint.validate()
    metadata = blueprint.metadata
    address = load("manifest.json")["documentation"]
    assert metadata["source_url"] == f"{address}/blob/main/blueprints/{name.as_posix()}"
    assert metadata["homeassistant"]["min_version"] >= "2026.10.0"
    assert {"name", "description", "domain"} <= set(metadata)
    copy = INTEGRATION / "blueprints" / name
    assert copy.read_bytes() == (BLUEPRINTS / name).read_bytes()


def test_no_blueprint_is_only_in_the_integration() -> None:
    """The folder in the integration is a copy and nothing else."""
    folder = INTEGRATION / "blueprints"
    copies = sorted(path.relative_to(folder) for path in folder.rglob("*.yaml"))
    assert copies == (blueprints() if folder.exists() else [])


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name
)
def test_a_pipeline_has_limits(path: Path) -> None:
    """It says what it may do, how long it may take, and which version of an action it uses."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert "write" not in workflow["permissions"].values()
    assert workflow["concurrency"]["group"]
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 40, name
        for step in job["steps"]:
            if "uses" in step:
                assert re.search(r"@(v\d+|[0-9a-f]{40}|main|master)$", step["uses"]), name
            assert "${{" not in step.get("run", ""), f"{name}: pass values by the environment"


def test_the_licence_is_apache() -> None:
    """The full text is there."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_requirement_files_hold_hashes_and_no_address() -> None:
    """Everything is pinned, nothing says where it came from."""
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        for package in re.findall(r"^[^\s#].*$", text, flags=re.MULTILINE):
            assert re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ ", package), f"{path.name}: {package}"
        assert text.count("==") <= text.count("--hash=sha256:") + text.count(" == "), path.name
    assert not (ROOT / "uv.lock").exists()
