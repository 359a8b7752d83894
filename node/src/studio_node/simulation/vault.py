"""What a simulated place keeps over a restart; entry codes among it, hence mode 0600."""

from pathlib import Path
from typing import Final

import orjson

from studio_node.errors import StateError
from studio_node.wire.parts import Fields, Json

FOLDER: Final = "simulation"


class MemoryVault:
    """Keeps nothing longer than the program runs."""

    def __init__(self) -> None:
        self.kept: Fields = {}

    def load(self, part: str) -> Json:
        """Return what was kept."""
        return self.kept.get(part)

    def save(self, part: str, value: Json) -> None:
        """Keep a value."""
        self.kept[part] = value


class FileVault(MemoryVault):
    """Keeps one place's values in one file."""

    def __init__(self, state_dir: Path, place: str) -> None:
        super().__init__()
        folder = state_dir / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{place}.json"
        try:
            kept = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            kept = {}
        except (OSError, orjson.JSONDecodeError):
            # The text may hold codes: it is not quoted.
            raise StateError(f"{self._path} cannot be read: move it away to start afresh") from None
        if not isinstance(kept, dict):
            raise StateError(f"{self._path} is not a simulation's state: move it away")
        self.kept = kept

    def save(self, part: str, value: Json) -> None:
        """Keep a value; after a crash the file holds the old or the new state, never half."""
        kept = {**self.kept, part: value}
        write_private(self._path, orjson.dumps(kept))
        self.kept = kept


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, in one step."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_bytes(content)
    fresh.replace(path)
