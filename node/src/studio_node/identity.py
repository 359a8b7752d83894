"""Who the node is: an id that is drawn once and kept."""

import secrets
import sqlite3

from .database import Database


async def load_id(database: Database) -> str:
    """Return the node's id; the first time, draw it."""

    def load(connection: sqlite3.Connection) -> str:
        connection.execute(
            "INSERT OR IGNORE INTO facts VALUES ('node_id', ?)", (secrets.token_hex(8),)
        )
        row: tuple[str] = connection.execute(
            "SELECT value FROM facts WHERE name = 'node_id'"
        ).fetchone()
        return row[0]

    return await database.run(load)
