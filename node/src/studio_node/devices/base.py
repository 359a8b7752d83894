"""What every device offers to the hub."""

from typing import Protocol

from studio_node.room import Board
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import ErrorCode


class CommandRefusedError(Exception):
    """The device does not do what was asked; the reason goes back to the client."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        """Keep the code for programs and the text for logs; neither quotes an argument."""
        super().__init__(message)
        self.code = code
        self.message = message


class Device(Protocol):
    """One part of a studio that reports and takes commands."""

    part: str  # door/main, light/sign, …

    async def run(self, board: Board) -> None:
        """Report until cancelled; a first full report comes at once."""

    async def perform(self, action: str, args: Fields) -> None:
        """
        Start what a checked command asks for; the pushed state confirms it.

        Raises:
            CommandRefusedError: it is not possible now.

        """
