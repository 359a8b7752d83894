"""What no file may hold is found, with its line."""

from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[2]


def check(tmp_path: Path, name: str, content: str) -> list[str]:
    """Return what the script says about a repository with one file."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)  # noqa: S603, S607
    command = [sys.executable, str(ROOT / "scripts/hygiene.py"), str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert bool(answer.returncode) == bool(answer.stdout)
    return answer.stdout.splitlines()


DOT = "."
REGISTRY = f"packages{DOT}pypi{DOT}org"  # in pieces, for this file is looked at, too


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("notes.md", "fine\nsee /home/somebody/studio\n", "notes.md:2: the path /home/somebody"),
        ("run.sh", "cd /root/studio\n", "run.sh:1: the path /root/studio"),
        ("a.txt", f"--index-url https://{REGISTRY}/simple\n", f"a.txt:1: the registry {REGISTRY}"),
        ("a.py", 'HOST = "192.168.1.20"\n', "a.py:1: 192.168.1.20 is neither"),
        ("a.py", 'HOST = "8.8.8.8:53"\n', "a.py:1: 8.8.8.8 is neither"),
        ("package-lock.json", '{"resolved": "x"}\n', "package-lock.json:1: a lock file"),
        ("uv.lock", "", "uv.lock:1: such a lock file"),
        ("a.json", '{"a": 1,}\n', "a.json:1: does not parse"),
        ("a.yaml", "a: 1\nb: [\n", "a.yaml:3: does not parse"),
        ("a.toml", "a = \n", "a.toml:1: does not parse"),
    ],
)
def test_it_is_found(tmp_path: Path, name: str, content: str, where: str) -> None:
    """The line begins with the file and its line."""
    (finding,) = check(tmp_path, name, content)
    assert finding.startswith(where)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", 'HOSTS = ("127.0.0.1", "192.0.2.7", "198.51.100.1", "203.0.113.9", "0.0.0.0")\n'),
        ("a.md", "version 1.2.3.4.5, 300.1.1.1, ~/studio, $HOME/x, /workshop and /rooms/home/x\n"),
        ("requirements/a.txt", "winrt==10.0.28000.2705\n"),
        ("a.yaml", "trigger: !input trigger\nlist: !include a.yaml\nboth: !x [1, {a: 2}]\n"),
    ],
)
def test_it_may_stay(tmp_path: Path, name: str, content: str) -> None:
    """Loopback, documentation addresses and Home Assistant's YAML are fine."""
    assert check(tmp_path, name, content) == []
