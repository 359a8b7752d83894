"""What every source offers to a room, whatever stands behind it."""

from typing import Protocol

from ..core.requests import PartRequest
from .board import Board


class RequestError(Exception):
    """A request was not carried out; ``reason`` is a translation key."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the reason for people and the detail for logs; neither quotes a secret."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Source(Protocol):
    """
    Facts of one studio on a board, and a way to ask its parts for something.

    A part's name is unique among the sources of a room.
    """

    board: Board
    # Good reads in a row that must lack a booking before it counts as cancelled.
    patience: int
    # Whether it tells how the room is; a calendar tells only what is booked.
    live: bool

    async def perform(self, request: PartRequest) -> None:
        """
        Carry a request out and wait until the part reports that it did.

        Raises:
            RequestError: it was refused, or nothing confirmed it in time.

        """
