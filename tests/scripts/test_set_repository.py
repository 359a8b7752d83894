"""One command gives the project its public address."""

import json
from pathlib import Path
import shutil
import subprocess

import pytest

ROOT = Path(__file__).parents[2]
MANIFEST = "custom_components/micro_studio/manifest.json"
ADDRESS = json.loads((ROOT / MANIFEST).read_text(encoding="utf-8"))["documentation"]
# Read, not written here: the script renames this file as well.
OLD = ADDRESS.removeprefix("https://github.com/")
OWNER, NAME = OLD.split("/")

BLUEPRINT = "blueprints/automation/micro_studio/light.yaml"
IMPORT = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="
HACS = "https://my.home-assistant.io/redirect/hacs_repository/?"
README = f"""
[![Import]({IMPORT}https%3A%2F%2Fgithub.com%2F{OWNER}%2F{NAME}%2Fblob%2Fmain%2F{BLUEPRINT})]
{HACS}owner={OWNER}&repository={NAME}
See <https://github.com/{OLD}.git>, https://{OWNER.lower()}.github.io/{NAME} and {OLD}.
The folder {NAME} and {OLD}-docs stay.
"""
RENAMED = f"""
[![Import]({IMPORT}https%3A%2F%2Fgithub.com%2FRooms-4-You%2Fhome.rooms%2Fblob%2Fmain%2F{BLUEPRINT})]
{HACS}owner=Rooms-4-You&repository=home.rooms
See <https://github.com/Rooms-4-You/home.rooms.git>, https://rooms-4-you.github.io/home.rooms and \
Rooms-4-You/home.rooms.
The folder {NAME} and {OLD}-docs stay.
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a small copy of the project with the script."""
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/set-repository", "scripts/repository.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in (MANIFEST, "SECURITY.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "x.yml").write_bytes(f"repo: {OLD}\r\n".encode())
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "foreign.txt").write_text(OLD)
    (tmp_path / "icon.png").write_bytes(b"\x89PNG\xff" + OLD.encode())
    (tmp_path / "link").symlink_to("README.md")
    return tmp_path


def call(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the copy."""
    command = ["bash", str(tree / "scripts/set-repository"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def test_every_place_is_renamed(tree: Path) -> None:
    """Addresses, import buttons, HACS links, Pages and the owner's handle follow."""
    answer = call(tree, "Rooms-4-You/home.rooms")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.endswith("4 files now name Rooms-4-You/home.rooms.\n")
    manifest = json.loads((tree / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["documentation"] == "https://github.com/Rooms-4-You/home.rooms"
    assert manifest["issue_tracker"] == "https://github.com/Rooms-4-You/home.rooms/issues"
    assert manifest["codeowners"] == ["@Rooms-4-You"]
    assert "Rooms-4-You/home.rooms" in (tree / "SECURITY.md").read_text(encoding="utf-8")
    assert (tree / ".github/workflows/x.yml").read_bytes() == b"repo: Rooms-4-You/home.rooms\r\n"


def test_the_readme_follows_in_every_form(tree: Path) -> None:
    """What only looks alike stays."""
    call(tree, "Rooms-4-You/home.rooms")
    text = (tree / "README.md").read_text(encoding="utf-8")
    assert text == RENAMED


def test_it_goes_back_to_where_it_was(tree: Path) -> None:
    """A second call renames from what the first one left."""
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    call(tree, "someone/else")
    assert call(tree, OLD).returncode == 0
    assert {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()} == before


def test_foreign_files_stay(tree: Path) -> None:
    """Environments and images are not touched."""
    call(tree, "someone/else")
    assert (tree / ".venv/foreign.txt").read_text() == OLD
    assert OLD.encode() in (tree / "icon.png").read_bytes()


@pytest.mark.parametrize(
    "word",
    [
        "",
        "only-a-name",
        "a/b/c",
        "/name",
        "owner/",
        "-owner/name",
        "owner-/name",
        "own--er/name",
        "own er/name",
        "owner/na me",
        "owner/..",
        "owner/name.git",
        "https://github.com/owner/name",
        "owner/name\n",
        "o" * 40 + "/name",
    ],
)
def test_a_malformed_name_changes_nothing(tree: Path, word: str) -> None:
    """It is refused with a sentence."""
    before = (tree / MANIFEST).read_bytes()
    answer = call(tree, word)
    assert answer.returncode == 2
    assert answer.stderr.startswith("set-repository: ")
    assert (tree / MANIFEST).read_bytes() == before


def test_no_name_or_two_are_refused(tree: Path) -> None:
    """It says how it is called."""
    assert call(tree).returncode == 2
    assert call(tree, "a/b", "c/d").returncode == 2
