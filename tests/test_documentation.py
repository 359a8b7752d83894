"""What the documentation says is what the code does."""

from pathlib import Path
import re
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

from homeassistant.util.yaml import load_yaml_dict
import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")))


def test_the_tables_of_entities_are_current() -> None:
    """They are made from the descriptions; `scripts/entity-tables` writes them."""
    script = ROOT / "scripts" / "entity_tables.py"
    check = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert check.stderr == ""
    assert check.returncode == 0


@pytest.mark.parametrize("page", ["README.md", "docs/blueprints.md"])
def test_every_blueprint_has_a_button_that_imports_it(page: str) -> None:
    """The address is the one that the blueprint itself names."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = {
        parse_qs(urlsplit(link).query)["blueprint_url"][0]
        for link in re.findall(
            r"https://my\.home-assistant\.io/redirect/blueprint_import/[^)]+", text
        )
    }
    named = {
        load_yaml_dict(str(path))["blueprint"]["source_url"]
        for path in (ROOT / "blueprints").rglob("*.yaml")
    }
    assert found == named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A file that a page names is there."""
    for link in re.findall(
        r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")
    ):
        assert (page.parent / link).exists(), link
