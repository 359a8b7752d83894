"""Installing the shipped blueprints: only when asked, never over somebody's work."""
# ruff: noqa: ASYNC240 - files of a test are small

from pathlib import Path
from unittest.mock import patch

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.micro_studio import shipped_blueprints
from custom_components.micro_studio.shipped_blueprints import SHIPPED, async_install_blueprints

FIRST = """\
blueprint:
  name: Bell
  domain: automation
  source_url: https://example.org/bell.yaml
  input:
    bell: {}
triggers:
  - trigger: event
    event_type: ring
actions:
  - event: heard
    event_data:
      bell: !input bell
      version: 1
"""
SECOND = FIRST.replace("version: 1", "version: 2")


@pytest.fixture
def installed(hass_config_dir: str) -> Path:
    """Return the folder that blueprints are installed to."""
    return Path(hass_config_dir, "blueprints", "automation", "micro_studio")


@pytest.fixture
async def automations(hass: HomeAssistant) -> None:
    """Set up automations without any."""
    assert await async_setup_component(hass, "automation", {})
    await hass.async_block_till_done()


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ship one small blueprint instead of the real ones; return its file."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    monkeypatch.setattr(shipped_blueprints, "SHIPPED", folder)
    path = folder / "bell.yaml"
    path.write_text(FIRST)
    return path


async def test_what_is_shipped_is_installed(
    hass: HomeAssistant, automations: None, installed: Path
) -> None:
    """All of it, and nothing is written the second time."""
    await async_install_blueprints(hass)
    names = sorted(path.name for path in installed.iterdir())
    assert names == sorted(path.name for path in SHIPPED.glob("*.yaml"))
    assert names
    before = {path: path.stat().st_mtime_ns for path in installed.iterdir()}
    with patch(
        "homeassistant.components.blueprint.models.DomainBlueprints.async_add_blueprint"
    ) as add:
        await async_install_blueprints(hass)
    add.assert_not_called()
    assert before == {path: path.stat().st_mtime_ns for path in installed.iterdir()}


async def test_nothing_happens_without_automations(
    hass: HomeAssistant, installed: Path, shipped: Path
) -> None:
    """A Home Assistant without automations has no use for them."""
    await async_install_blueprints(hass)
    assert not installed.exists()


async def test_home_assistant_may_add_its_examples_at_the_same_moment(
    hass: HomeAssistant, installed: Path, shipped: Path
) -> None:
    """On a fresh machine both make the same folder; neither fails."""
    assert await async_setup_component(hass, "automation", {})
    await async_install_blueprints(hass)
    await hass.async_block_till_done()
    assert (installed / "bell.yaml").exists()


async def test_one_that_somebody_has_deleted_comes_back(
    hass: HomeAssistant, automations: None, installed: Path, shipped: Path
) -> None:
    """Whoever does not want it switches the option off."""
    await async_install_blueprints(hass)
    (installed / "bell.yaml").unlink()
    await async_install_blueprints(hass)
    assert (installed / "bell.yaml").exists()


async def test_a_new_version_replaces_the_one_that_we_wrote(
    hass: HomeAssistant, automations: None, installed: Path, shipped: Path
) -> None:
    """Twice in a row."""
    await async_install_blueprints(hass)
    for version in (2, 3):
        shipped.write_text(FIRST.replace("version: 1", f"version: {version}"))
        await async_install_blueprints(hass)
        assert f"version: {version}" in (installed / "bell.yaml").read_text()


@pytest.mark.parametrize("change", [SECOND + "mode: queued\n", "no: [yaml", "just text", ""])
async def test_a_file_that_somebody_has_changed_is_never_touched(
    hass: HomeAssistant, automations: None, installed: Path, shipped: Path, change: str
) -> None:
    """Not even a broken one, and it breaks nothing here."""
    await async_install_blueprints(hass)
    (installed / "bell.yaml").write_text(change)
    shipped.write_text(SECOND)
    await async_install_blueprints(hass)
    assert (installed / "bell.yaml").read_text() == change


async def test_a_file_that_was_there_before_us_is_never_touched(
    hass: HomeAssistant, automations: None, installed: Path, shipped: Path
) -> None:
    """Somebody made a blueprint of the same name."""
    installed.mkdir(parents=True)
    (installed / "bell.yaml").write_text(SECOND)
    await async_install_blueprints(hass)
    assert (installed / "bell.yaml").read_text() == SECOND


async def test_one_that_was_imported_by_hand_is_kept_current_from_now_on(
    hass: HomeAssistant, automations: None, installed: Path, shipped: Path
) -> None:
    """It is the same as ours, so nobody has changed it."""
    imported = Blueprint(
        load_yaml_dict(shipped), expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA
    )
    await async_get_blueprints(hass).async_add_blueprint(imported, "micro_studio/bell.yaml")
    before = (installed / "bell.yaml").read_text()
    await async_install_blueprints(hass)
    assert (installed / "bell.yaml").read_text() == before
    shipped.write_text(SECOND)
    await async_install_blueprints(hass)
    assert "version: 2" in (installed / "bell.yaml").read_text()


async def test_automations_go_on_with_the_new_version(
    hass: HomeAssistant, installed: Path, shipped: Path
) -> None:
    """One that is made of the blueprint does what the new version says, without a restart."""
    imported = Blueprint(
        load_yaml_dict(shipped), expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA
    )
    installed.mkdir(parents=True)
    (installed / "bell.yaml").write_text(imported.yaml())
    config = {"use_blueprint": {"path": "micro_studio/bell.yaml", "input": {"bell": "door"}}}
    with patch(
        "homeassistant.config.async_hass_config_yaml",
        return_value={"automation": [{"id": "bell", "alias": "Bell", **config}]},
    ):
        assert await async_setup_component(
            hass, "automation", {"automation": [{"id": "bell", "alias": "Bell", **config}]}
        )
        heard = async_capture_events(hass, "heard")
        for version, text in ((1, FIRST), (2, SECOND)):
            shipped.write_text(text)
            await async_install_blueprints(hass)
            await hass.async_block_till_done()
            hass.bus.async_fire("ring")
            await hass.async_block_till_done()
            assert heard[-1].data == {"bell": "door", "version": version}
    assert len(heard) == 2
