"""
Change OWNER/NAME of the project's address on GitHub in every file of a tree.

    python scripts/repository.py ROOT OWNER/NAME

The present one is read from the manifest. Standard library only: it needs no environment.
"""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import sys

MANIFEST = Path("custom_components/micro_studio/manifest.json")
NAME = re.compile(
    r"(?P<owner>[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38})/(?P<name>[A-Za-z0-9._-]{1,100})"
)
ADDRESS = re.compile(r"https://github\.com/([^/]+/[^/]+?)/?")
FOREIGN = {".git", ".tools", ".demo", "dist", "node_modules", "__pycache__"}
"""Folders that hold nothing of ours; caches and environments begin with a dot as well."""


def present(root: Path) -> str:
    """Return OWNER/NAME as the manifest has it."""
    documentation = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["documentation"]
    if not (match := ADDRESS.fullmatch(documentation)):
        message = f"set-repository: {MANIFEST} has no address on GitHub: {documentation}"
        raise SystemExit(message)
    return match.group(1)


def files(folder: Path) -> Iterator[Path]:
    """Yield the project's own files, without following links."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            continue
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name not in {".github", ".ci"}
            if not hidden and path.name not in FOREIGN:
                yield from files(path)
        else:
            yield path


def replace(text: str, old: str, new: str) -> str:
    """Return the text with the repository renamed, its owner's handle and its Pages as well."""
    old_owner, old_name = old.split("/")
    new_owner, new_name = new.split("/")
    # In an import button the address is a parameter, with its slash escaped.
    for slash in ("/", "%2F", "%2f"):
        whole = re.escape(f"{old_owner}{slash}{old_name}")
        text = re.sub(
            rf"(?:(?<![\w.-])|(?<=%2F)|(?<=%2f)){whole}(?![\w-])",
            f"{new_owner}{slash}{new_name}",
            text,
        )
    # My Home Assistant takes owner and name apart.
    text = re.sub(
        rf"owner={re.escape(old_owner)}&(amp;)?repository={re.escape(old_name)}(?![\w-])",
        rf"owner={new_owner}&\1repository={new_name}",
        text,
    )
    text = re.sub(
        rf"{re.escape(old_owner.lower())}\.github\.io/{re.escape(old_name)}(?![\w-])",
        f"{new_owner.lower()}.github.io/{new_name}",
        text,
    )
    return re.sub(rf'"@{re.escape(old_owner)}"', f'"@{new_owner}"', text)


def rename(root: Path, new: str) -> list[Path]:
    """Change every file that names the repository and return these files."""
    old = present(root)
    changed = []
    for path in files(root):
        try:
            with path.open(encoding="utf-8", newline="") as stream:
                text = stream.read()
        except UnicodeDecodeError:
            continue  # an image
        renamed = replace(text, old, new)
        if renamed != text:
            with path.open("w", encoding="utf-8", newline="") as stream:
                stream.write(renamed)
            changed.append(path.relative_to(root))
    return changed


def main() -> int:
    """Rename the tree that the command line names."""
    expected = 2
    if len(sys.argv) != expected + 1 or not NAME.fullmatch(sys.argv[2]):
        sys.stderr.write(
            "set-repository: give the repository as OWNER/NAME, as it is written on GitHub,"
            " for example: scripts/set-repository some-owner/some-name\n"
        )
        return 2
    new = sys.argv[2]
    if new.partition("/")[2] in {".", ".."} or new.endswith(".git"):
        sys.stderr.write("set-repository: GitHub allows no such name for a repository.\n")
        return 2
    root = Path(sys.argv[1]).resolve()
    changed = rename(root, new)
    sys.stdout.writelines(f"{path}\n" for path in changed)
    sys.stdout.write(f"set-repository: {len(changed)} files now name {new}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
