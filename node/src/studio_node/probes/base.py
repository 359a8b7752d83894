"""What every probe offers to the hub."""

from typing import Protocol

from studio_node.room import Board


class Probe(Protocol):
    """One measurement that only reports."""

    part: str  # interface/main, host, …

    async def run(self, board: Board) -> None:
        """Report until cancelled; what cannot be read is null, never the last value."""
