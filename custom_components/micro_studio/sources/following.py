"""Follow all parts of a kind on a board, also those that are fitted later."""

from collections.abc import Callable, Iterable
from functools import partial

from ..core.studio import PartKind
from .board import Board, Change


def follow(
    board: Board, kind: PartKind, names: Iterable[str], change: Callable[[str], None]
) -> Change:
    """Call ``change`` with each part of a kind, now and when it has changed; return the end."""
    names = tuple(names)
    followed: dict[str, Change] = {}

    def fitted() -> None:
        for part in [*board]:
            if part.partition("/")[0] == kind and part not in followed:
                followed[part] = board.watch(part, names, partial(change, part))
                change(part)

    end_fittings = board.watch_fittings(fitted)
    fitted()

    def end() -> None:
        end_fittings()
        for stop in followed.values():
            stop()

    return end
