"""The studio node: one room's doors, lights, capture and health on the network."""

from typing import Final

VERSION: Final = "0.1.0"
