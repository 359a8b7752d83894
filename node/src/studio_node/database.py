"""One SQLite file in one thread of its own; the event loop never waits for a disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import sqlite3
from typing import Final, Self

from .errors import StateError

FILE: Final = "node.sqlite3"
_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  created TEXT NOT NULL, used TEXT
) WITHOUT ROWID;
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, frame TEXT NOT NULL);
CREATE TABLE deliveries (
  token TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (token, seq)
) WITHOUT ROWID;
CREATE INDEX deliveries_of_event ON deliveries (seq);
CREATE TABLE results (
  token TEXT NOT NULL, id TEXT NOT NULL, at REAL NOT NULL, ok INTEGER, code TEXT, message TEXT,
  PRIMARY KEY (token, id)
);
CREATE INDEX results_by_age ON results (at);
"""  # noqa: E501 - SQL


class Database:
    """Run functions on the connection, one after the other, each in a transaction."""

    def __init__(self, connection: sqlite3.Connection, worker: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._worker = worker

    @classmethod
    async def open(cls, state_dir: Path) -> Self:
        """
        Open the file, or make it.

        Raises:
            StateError: it cannot be used.

        """
        worker = ThreadPoolExecutor(1, thread_name_prefix="studio-node-database")
        loop = asyncio.get_running_loop()
        try:
            return cls(await loop.run_in_executor(worker, _connect, state_dir / FILE), worker)
        except (sqlite3.Error, OSError) as error:
            worker.shutdown()
            raise StateError(f"{state_dir / FILE} cannot be used: {error}") from error

    async def run[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something in a transaction and return what came out."""
        return await asyncio.wrap_future(self._worker.submit(self._transact, work))

    async def close(self) -> None:
        """Finish what is under way and close the file."""
        await asyncio.wrap_future(self._worker.submit(self._connection.close))
        self._worker.shutdown()

    def _transact[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            return work(self._connection)


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    # An event that was sent must survive a power cut, or its number would be given twice.
    connection.execute("PRAGMA synchronous = FULL")
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        connection.close()
        raise sqlite3.DatabaseError("it was written by a newer version of studio-node")
    if version == 0:
        connection.executescript(
            f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;"
        )
    return connection
