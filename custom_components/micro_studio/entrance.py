"""Who opens a door while a guest is expected is the guest, where the site wants it so."""

from collections.abc import Callable
from typing import Final

from .core.studio import PartKind
from .sources.board import Board, Change
from .sources.following import follow

_FIELDS: Final = ("locked", "open")


class Entrance:
    """Notice that a door is opened; what it was before is compared, nothing is guessed."""

    def __init__(self, opened: Callable[[], None]) -> None:
        self._opened = opened
        self._before: dict[tuple[Board, str], tuple[object, object]] = {}

    def follow(self, board: Board) -> Change:
        """Follow the doors of a board."""
        return follow(board, PartKind.DOOR, _FIELDS, lambda part: self._look(board, part))

    def _look(self, board: Board, part: str) -> None:
        locked, is_open = (board.get(part, name) for name in _FIELDS)
        before = self._before.get((board, part))
        self._before[board, part] = (locked, is_open)
        if before is None:
            return
        was_locked, was_open = before
        unlocked = was_locked is True and locked is False
        if unlocked or (was_open is False and is_open is True):
            self._opened()
