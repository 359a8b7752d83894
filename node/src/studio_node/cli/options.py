"""What all commands have in common."""

import argparse
import os
from pathlib import Path
import sys
from typing import Final

from studio_node.errors import SettingsError
from studio_node.settings import Settings
from studio_node.settings_file import read_settings

SYSTEM: Final = Path("/etc/studio-node/studio-node.toml")

# argparse has no public name for what add_subparsers() returns.
type Commands = argparse._SubParsersAction[CommandParser]  # noqa: SLF001


class CommandParser(argparse.ArgumentParser):
    """The parser of one command."""


def add_config(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    """Let a command be told where the settings are; ``again`` for a command's own actions."""
    # An action must not undo what stood before it on the command line.
    default = argparse.SUPPRESS if again else None
    parser.add_argument(
        "--config",
        type=Path,
        default=default,
        metavar="FILE",
        help="settings (else $STUDIO_NODE_CONFIG, ./studio-node.toml or /etc/studio-node/)",
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=default,
        metavar="DIR",
        help="where the node keeps its state",
    )


def load(options: argparse.Namespace) -> Settings:
    """
    Return the settings that a command works with.

    Raises:
        SettingsError: there are none, or they are wrong.

    """
    return read_settings(settings_path(options))


def settings_path(options: argparse.Namespace) -> Path:
    """Return where the settings are."""
    if options.config is not None:
        return Path(options.config)
    if given := os.environ.get("STUDIO_NODE_CONFIG"):
        return Path(given)
    for path in (Path("studio-node.toml"), SYSTEM):
        if path.exists():
            return path
    raise SettingsError(
        "there are no settings: write studio-node.toml (see studio-node.example.toml),"
        " or name a file with --config"
    )


def state_dir(options: argparse.Namespace) -> Path:
    """Return the state directory without need of settings when it is given."""
    return Path(options.state_dir) if options.state_dir is not None else load(options).state_dir


def say(text: str) -> None:
    """Write a line to the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
