"""
Where the programs are that this project did not write, and what happens when one is missing.

`scripts/counterparts` installs them. A test that needs one asks here: it gets the path, or is
skipped with a sentence, or fails with the same sentence where CI=true.
"""

import os
from pathlib import Path
import shutil
import subprocess
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]
UNPACKED = ROOT / ".tools" / "counterparts" / "bin"
BROWSER = ROOT / "tests" / "real" / "browser"
"""Folder of the browser scripts: `playwright-core` is found from here."""

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def mosquitto() -> Path:
    """Return the MQTT broker."""
    return _binary("MICRO_STUDIO_MOSQUITTO", ("mosquitto",))


def avahi_daemon() -> Path:
    """Return the other implementation of zeroconf."""
    return _binary("MICRO_STUDIO_AVAHI", ("avahi-daemon",))


def mount_namespace() -> tuple[str, ...]:
    """Return the command that runs another with mounts of its own; nobody else sees them."""
    command = (str(_binary("MICRO_STUDIO_UNSHARE", ("unshare",))), "--map-root-user", "--mount")
    done = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        _missing(f"unshare is not permitted here: {done.stderr.strip()}")
    return command


def chromium() -> Path:
    """Return a browser that playwright-core can drive."""
    return _binary("MICRO_STUDIO_CHROMIUM", CHROMIUM_NAMES)


def node_js() -> Path:
    """Return Node.js, once playwright-core is installed for it."""
    binary = _binary("MICRO_STUDIO_NODE_JS", ("node",))
    if not (BROWSER / "node_modules" / "playwright-core").is_dir():
        _missing("playwright-core is not installed: run scripts/counterparts.")
    return binary


def _binary(variable: str, names: tuple[str, ...]) -> Path:
    """Find one of the names: where the variable says, unpacked by us, or on the system."""
    if told := os.environ.get(variable):
        if not os.access(told, os.X_OK):
            _missing(f"{variable} names {told}, which cannot be started.")
        return Path(told)
    path = os.pathsep.join((str(UNPACKED), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    for name in names:
        if found := shutil.which(name, path=path):
            return Path(found)
    return _missing(f"{names[0]} is not here: run scripts/counterparts, or set {variable}.")


def _missing(sentence: str) -> NoReturn:
    """Skip the test on a person's machine, fail it in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
