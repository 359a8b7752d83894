"""What became of commands: asked twice, a command is answered twice and carried out once."""

import sqlite3
import time
from typing import Final

from .database import Database
from .wire.messages import Problem, Result
from .wire.vocabulary import ErrorCode

LIMIT: Final = 1_000
KEPT: Final = 24 * 3600.0  # s


class Results:
    """The answers to commands of the last day; arguments are never stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, token: str, command: str) -> Result | None:
        """Note that a command begins, or return the answer that it had before."""
        return await self._database.run(lambda db: _claim(db, token, command))

    async def store(self, token: str, result: Result) -> None:
        """Keep the answer to a command that was claimed."""
        code, message = (result.error.code, result.error.message) if result.error else (None, None)
        row = (result.ok, code, message, token, result.id)
        await self._database.run(
            lambda db: db.execute(
                "UPDATE results SET ok = ?, code = ?, message = ? WHERE token = ? AND id = ?", row
            )
        )


def _claim(connection: sqlite3.Connection, token: str, command: str) -> Result | None:
    now = time.time()
    connection.execute("DELETE FROM results WHERE at < ?", (now - KEPT,))
    row = connection.execute(
        "SELECT ok, code, message FROM results WHERE token = ? AND id = ?", (token, command)
    ).fetchone()
    if row is not None:
        return _result(command, *row)
    connection.execute(
        "INSERT INTO results (token, id, at) VALUES (?, ?, ?)", (token, command, now)
    )
    connection.execute(
        "DELETE FROM results WHERE rowid IN"
        " (SELECT rowid FROM results ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)",
        (LIMIT,),
    )
    return None


def _result(command: str, ok: int | None, code: str | None, message: str | None) -> Result:
    if ok is None:
        # It had begun when the node went down: whether it was carried out is not known.
        problem = Problem(code=ErrorCode.FAILED, message="the node was restarted meanwhile")
        return Result(id=command, ok=False, error=problem)
    if code is None:
        return Result(id=command, ok=bool(ok))
    return Result(id=command, ok=False, error=Problem(code=ErrorCode(code), message=message or ""))
