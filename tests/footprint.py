"""What a program holds on to: tasks and open files."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
import resource
from typing import Self


@dataclass(frozen=True, slots=True)
class Footprint:
    """How much is held right now."""

    tasks: int
    files: int

    @classmethod
    def now(cls) -> Self:
        """Count; sockets are open files."""
        return cls(len(asyncio.all_tasks()), len(list(Path("/dev/fd").iterdir())))

    def holds(self) -> bool:
        """Tell whether nothing has been added since."""
        now = Footprint.now()
        return now.tasks <= self.tasks and now.files <= self.files


def peak_memory() -> int:
    """Return the most memory that this process has ever used, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
