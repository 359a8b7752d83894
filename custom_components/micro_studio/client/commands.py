"""Commands that wait for the node's answer, also across a reconnect."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
import secrets

from ..wire.messages import Command, Result
from ..wire.parts import Fields
from ..wire.vocabulary import ErrorCode
from .errors import CommandRefusedError, CommandUnansweredError


class PendingCommands:
    """Match answers to commands by id."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Command, asyncio.Future[None]]] = {}

    def __iter__(self) -> Iterator[Command]:
        """Iterate over what nobody has answered yet."""
        return iter([command for command, _ in self._waiting.values()])

    def add(
        self, studio: str | None, part: str, action: str, args: Fields, patience: timedelta
    ) -> Command:
        """Return a new command with an id that was never used before."""
        command = Command(
            id=secrets.token_hex(8),
            studio=studio,
            part=part,
            action=action,
            args=args,
            deadline=datetime.now(UTC) + patience,
        )
        self._waiting[command.id] = command, asyncio.get_running_loop().create_future()
        return command

    async def answer(self, command: Command, patience: timedelta) -> None:
        """
        Wait until the node accepts a command.

        Raises:
            CommandRefusedError: the node says no.
            CommandUnansweredError: no answer came in time.

        """
        _, future = self._waiting[command.id]
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await future
        except TimeoutError as error:
            raise CommandUnansweredError from error

    def forget(self, command: Command) -> None:
        """Do not send a command again: nobody waits for its answer any more."""
        self._waiting.pop(command.id, None)

    def resolve(self, result: Result) -> None:
        """Hand an answer to whom it belongs; a late one belongs to nobody."""
        _, future = self._waiting.get(result.id, (None, None))
        if future is None or future.done():
            return
        if result.ok:
            future.set_result(None)
        elif result.error is None:
            future.set_exception(CommandRefusedError(ErrorCode.UNKNOWN, ""))
        else:
            future.set_exception(CommandRefusedError(result.error.code, result.error.message))

    def give_up(self) -> None:
        """Tell all that wait that no answer will come."""
        for _, future in self._waiting.values():
            if not future.done():
                future.set_exception(CommandUnansweredError())
