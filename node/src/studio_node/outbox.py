"""Events on their way: stored before they are sent, kept until a client has them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import sqlite3
from typing import Final

from .database import Database
from .wire import codec
from .wire.messages import Event

LIMIT: Final = 10_000  # events
BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """An event as it will be sent."""

    seq: int
    frame: str


@dataclass(frozen=True, slots=True)
class Depth:
    """How much is waiting, and how much was dropped ever."""

    events: int
    dropped: int


class Outbox:
    """The events that somebody has not acknowledged yet, for every token apart."""

    def __init__(self, database: Database, limit: int = LIMIT) -> None:
        self._database = database
        self._limit = limit

    async def add(self, event: Event) -> int:
        """Store an event for all who are known now and return its number; its own is ignored."""
        return await self._database.run(lambda db: _add(db, event, self._limit))

    async def waiting(self, token: str, after: int, count: int = BATCH) -> list[Letter]:
        """Return the next events that a token has not acknowledged, in order."""
        rows = await self._database.run(
            lambda db: db.execute(
                "SELECT seq, frame FROM deliveries JOIN events USING (seq)"
                " WHERE token = ? AND seq > ? ORDER BY seq LIMIT ?",
                (token, after, count),
            ).fetchall()
        )
        return [Letter(*row) for row in rows]

    async def acknowledge(self, token: str, ids: Sequence[str]) -> None:
        """Forget events that a token's client has stored."""
        await self._database.run(lambda db: _acknowledge(db, token, ids))

    async def depth(self) -> Depth:
        """Return how full the outbox is."""

        def count(connection: sqlite3.Connection) -> Depth:
            (events,) = connection.execute("SELECT count(*) FROM events").fetchone()
            dropped = connection.execute(
                "SELECT value FROM facts WHERE name = 'events_dropped'"
            ).fetchone()
            return Depth(events, dropped[0] if dropped else 0)

        return await self._database.run(count)


def _add(connection: sqlite3.Connection, event: Event, limit: int) -> int:
    cursor = connection.execute("INSERT INTO events (id, frame) VALUES (?, '')", (event.id,))
    seq = cursor.lastrowid or 0
    waiting = connection.execute(
        "INSERT INTO deliveries (token, seq) SELECT id, ? FROM tokens", (seq,)
    ).rowcount
    if waiting:
        numbered = replace(event, seq=seq)
        connection.execute(
            "UPDATE events SET frame = ? WHERE seq = ?", (codec.encode(numbered), seq)
        )
        _drop(connection, limit)
    else:
        # The number is used up all the same: AUTOINCREMENT never gives it again.
        connection.execute("DELETE FROM events WHERE seq = ?", (seq,))
    return seq


def _drop(connection: sqlite3.Connection, limit: int) -> None:
    """Keep the newest events."""
    oldest = connection.execute(
        "SELECT seq FROM events ORDER BY seq DESC LIMIT 1 OFFSET ?", (limit,)
    ).fetchone()
    if oldest is None:
        return
    connection.execute("DELETE FROM deliveries WHERE seq <= ?", oldest)
    dropped = connection.execute("DELETE FROM events WHERE seq <= ?", oldest).rowcount
    connection.execute(
        "INSERT INTO facts VALUES ('events_dropped', ?)"
        " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        (dropped,),
    )


def _acknowledge(connection: sqlite3.Connection, token: str, ids: Sequence[str]) -> None:
    for event_id in ids:
        row = connection.execute("SELECT seq FROM events WHERE id = ?", (event_id,)).fetchone()
        if row is None:
            continue
        connection.execute("DELETE FROM deliveries WHERE token = ? AND seq = ?", (token, *row))
        connection.execute(
            "DELETE FROM events WHERE seq = ?"
            " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.seq = events.seq)",
            row,
        )
