"""Commands from clients: checked, carried out once, answered."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
import logging
from typing import Final

from .devices.base import CommandRefusedError, Device
from .results import Results
from .secrecy import Secrecy
from .wire.checks import check_args
from .wire.errors import BadFrameError
from .wire.messages import Command, Problem, Result
from .wire.parts import PARTS, Action, part_kind
from .wire.vocabulary import CommandClass, ErrorCode, PartKind

PATIENCE: Final = 20.0  # s for a device
_LOGGER: Final = logging.getLogger(__name__)

type Devices = Mapping[tuple[str | None, str], Device]


class Commands:
    """The gate between clients and devices; arguments go through and stay nowhere."""

    def __init__(
        self,
        devices: Devices,
        allowed: frozenset[CommandClass],
        results: Results,
        secrecy: Secrecy,
        patience: float = PATIENCE,
    ) -> None:
        self._devices = devices
        self._allowed = allowed
        self._results = results
        self._secrecy = secrecy
        self._patience = patience
        self._running: dict[tuple[str, str], asyncio.Task[Result]] = {}

    async def answer(self, token: str, command: Command) -> Result:
        """Return a command's result; a repeated one gets the result of the first."""
        key = (token, command.id)
        if (task := self._running.get(key)) is None:
            task = asyncio.create_task(self._once(token, command), name="command")
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        # A client that goes away does not stop a door half-way.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give running commands up."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _once(self, token: str, command: Command) -> Result:
        # Claimed on disk first: after a crash in between it is not carried out again.
        if (before := await self._results.claim(token, command.id)) is not None:
            return before
        try:
            await self._perform(command)
        except CommandRefusedError as refusal:
            problem = Problem(code=refusal.code, message=refusal.message)
            result = Result(id=command.id, ok=False, error=problem)
        else:
            result = Result(id=command.id, ok=True)
        await self._results.store(token, result)
        return result

    async def _perform(self, command: Command) -> None:
        device, action = self._check(command)
        secrets = [
            value
            for field in action.args
            if field.secret and isinstance(value := command.args.get(field.name), str)
        ]
        with self._secrecy.hold(secrets):
            try:
                async with asyncio.timeout(self._patience):
                    await device.perform(command.action, command.args)
            except CommandRefusedError:
                raise
            except TimeoutError:
                raise CommandRefusedError(ErrorCode.FAILED, "the device took too long") from None
            except Exception as error:
                _LOGGER.exception("%s: %s failed", command.part, command.action)
                raise CommandRefusedError(ErrorCode.FAILED, type(error).__name__) from None

    def _check(self, command: Command) -> tuple[Device, Action]:
        """Return who does it, or say why nobody does."""
        device = self._devices.get((command.studio, command.part))
        kind = part_kind(command.part)
        if device is None or kind is PartKind.UNKNOWN:
            raise CommandRefusedError(ErrorCode.NOT_FOUND, "there is no such part to command")
        action = PARTS[kind].actions.get(command.action)
        if action is None:
            raise CommandRefusedError(ErrorCode.NOT_SUPPORTED, f"a {kind} has no such command")
        if action.group not in self._allowed:
            raise CommandRefusedError(
                ErrorCode.SWITCHED_OFF, f"commands to {action.group} are switched off on the node"
            )
        try:
            check_args(action, command.args)
        except BadFrameError as error:
            raise CommandRefusedError(ErrorCode.BAD_REQUEST, error.reason) from None
        if _is_over(command.deadline):
            raise CommandRefusedError(ErrorCode.EXPIRED, "the deadline is over")
        return device, action


def _is_over(deadline: datetime | None) -> bool:
    if deadline is None:
        return False
    return deadline <= datetime.now(UTC)
