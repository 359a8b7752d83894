"""
Find what no tracked file may hold, and files that do not parse.

    python scripts/hygiene.py [ROOT]

Prints `file:line: sentence` for each finding and ends with 1 when there is one. Looked for: paths
of somebody's machine, hosts of package registries, network addresses other than loopback,
link-local and the ranges kept for documentation, addresses in lock files, and JSON, YAML or TOML
that does not parse.
"""

from collections.abc import Iterator
import ipaddress
import json
from pathlib import Path
import re
import subprocess
import sys
import tomllib

import yaml

SELF = Path("scripts/hygiene.py")
TEST = Path("tests/scripts/test_hygiene.py")

MACHINE_PATH = re.compile(r"(?<![\w.~}/-])/(?:home|Users|root|work)/[\w.-]+")
REGISTRY = re.compile(r"\b(?:[\w-]+\.)*(?:pypi|pythonhosted|npmjs|yarnpkg|debian)\.(?:org|com)\b")
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]|\.\d)")
LOCK_ADDRESS = re.compile(r'"resolved"\s*:|https?://')

ALLOWED_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/32",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "255.255.255.255/32",
    )
)
FULL_OF_ADDRESSES = {"uv.lock", "poetry.lock", "yarn.lock"}
GENERATED = ("requirements/", "custom_components/micro_studio/frontend/")
"""Where four numbers with dots are versions or minified code, not addresses."""


class _YamlLoader(yaml.SafeLoader):
    """Reads Home Assistant's own tags, such as `!input`, as plain values."""


def _any_tag(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> object:
    """Return the value behind a tag, whatever the tag means."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return str(node.value)


_YamlLoader.add_multi_constructor("!", _any_tag)


def tracked(root: Path) -> list[Path]:
    """Return the files that git tracks or would add, relative to the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return [Path(name) for name in sorted(set(listing.split("\0"))) if name]


def findings(root: Path, files: list[Path]) -> Iterator[str]:
    """Yield a line for each finding."""
    for name in files:
        path = root / name
        if name.name in FULL_OF_ADDRESSES:
            yield f"{name}:1: such a lock file holds addresses; scripts/requirements pins instead"
        if path.is_symlink() or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # an image
        yield from _unparsable(name, text)
        if name not in {SELF, TEST}:
            yield from _unwanted(name, text)


def _unparsable(name: Path, text: str) -> Iterator[str]:
    """Yield why a file of data cannot be read."""
    try:
        match name.suffix:
            case ".json":
                json.loads(text)
            case ".yaml" | ".yml":
                for _ in yaml.load_all(text, Loader=_YamlLoader):
                    pass
            case ".toml":
                tomllib.loads(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        yield f"{name}:{line}: does not parse: {error.problem}"
    except (ValueError, yaml.YAMLError) as error:
        yield f"{name}:{getattr(error, 'lineno', 1)}: does not parse: {error}"


def _unwanted(name: Path, text: str) -> Iterator[str]:
    """Yield what a file may not hold."""
    generated = name.as_posix().startswith(GENERATED)
    locked = name.name == "package-lock.json"
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{name}:{number}"
        if found := MACHINE_PATH.search(line):
            yield f"{where}: the path {found.group()} exists on one machine only"
        if found := REGISTRY.search(line):
            yield f"{where}: the registry {found.group()} is named"
        if locked and LOCK_ADDRESS.search(line):
            yield f"{where}: a lock file holds an address"
        if generated:
            continue
        for match in IPV4.finditer(line):
            if not _allowed(match.group()):
                yield f"{where}: {match.group()} is neither loopback nor a documentation address"


def _allowed(text: str) -> bool:
    """Tell whether four numbers may stand in a file: no address, or one that reaches nobody."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return True
    return any(address in network for network in ALLOWED_NETWORKS)


def main() -> int:
    """Check a tree."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    found = list(findings(root, tracked(root)))
    sys.stdout.writelines(f"{line}\n" for line in found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
