"""What the demo tells the person in front of the terminal."""

import sys
import time
from typing import Final

_BEGIN: Final = time.monotonic()


def say(text: str) -> None:
    """Print a step with the seconds since the start."""
    sys.stderr.write(f"demo: {time.monotonic() - _BEGIN:5.1f} s  {text}\n")
    sys.stderr.flush()
