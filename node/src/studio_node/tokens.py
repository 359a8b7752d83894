"""Who may talk to the node: one token per client, kept only as a hash."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import hashlib
import secrets
import sqlite3
from typing import Self

from .database import Database
from .wire.parts import Fields


@dataclass(frozen=True, slots=True)
class Token:
    """A client's right to talk; ``used`` is coarse: the hour."""

    id: str
    name: str
    created: datetime
    used: datetime | None = None

    def describe(self) -> Fields:
        """Return what its owner may see."""
        return {
            "id": self.id,
            "name": self.name,
            "created": self.created.isoformat(),
            "used": self.used.isoformat() if self.used else None,
        }


class Tokens:
    """All tokens, in memory by their hash; the database follows."""

    def __init__(self, database: Database, known: dict[str, Token]) -> None:
        self._database = database
        self._by_hash = known
        self._revoked: list[Callable[[str], None]] = []

    @classmethod
    async def load(cls, database: Database) -> Self:
        """Read what was stored."""
        return cls(database, await database.run(_read))

    def __iter__(self) -> Iterator[Token]:
        """Go through the tokens, oldest first."""
        return iter(sorted(self._by_hash.values(), key=lambda token: token.created))

    def on_revoked(self, listener: Callable[[str], None]) -> None:
        """Tell the listener the id of every token that is revoked."""
        self._revoked.append(listener)

    async def issue(self, name: str) -> str:
        """Make a token and return it; nobody can read it again."""
        secret = secrets.token_urlsafe(32)
        token = Token(secrets.token_hex(4), name, _now())
        row = (token.id, _hash(secret), token.name, token.created.isoformat())
        await self._database.run(
            lambda db: db.execute(
                "INSERT INTO tokens (id, hash, name, created) VALUES (?, ?, ?, ?)", row
            )
        )
        self._by_hash[_hash(secret)] = token
        return secret

    async def verify(self, secret: str) -> Token | None:
        """Return whose token it is."""
        # The lookup compares hashes: its timing tells nothing about a token.
        key = _hash(secret)
        if (token := self._by_hash.get(key)) is None:
            return None
        hour = _now().replace(minute=0, second=0)
        if token.used != hour:
            self._by_hash[key] = token = replace(token, used=hour)
            await self._database.run(
                lambda db: db.execute(
                    "UPDATE tokens SET used = ? WHERE id = ?", (hour.isoformat(), token.id)
                )
            )
        return token if key in self._by_hash else None

    def knows(self, token_id: str) -> bool:
        """Tell whether a token is still good."""
        return any(token.id == token_id for token in self._by_hash.values())

    async def revoke(self, token_id: str) -> bool:
        """Take a token back at once; tell whether there was one."""
        found = [key for key, token in self._by_hash.items() if token.id == token_id]
        for key in found:
            del self._by_hash[key]
        await self._database.run(lambda db: delete(db, token_id))
        if found:
            for listener in self._revoked:
                listener(token_id)
        return bool(found)


def delete(connection: sqlite3.Connection, token_id: str) -> bool:
    """Forget a token and all that waits for it; tell whether there was one."""
    gone = connection.execute("DELETE FROM tokens WHERE id = ?", (token_id,)).rowcount
    connection.execute("DELETE FROM deliveries WHERE token = ?", (token_id,))
    connection.execute("DELETE FROM events WHERE seq NOT IN (SELECT seq FROM deliveries)")
    connection.execute("DELETE FROM results WHERE token = ?", (token_id,))
    return gone > 0


def _read(connection: sqlite3.Connection) -> dict[str, Token]:
    rows = connection.execute("SELECT hash, id, name, created, used FROM tokens").fetchall()
    return {
        key: Token(
            token_id,
            name,
            datetime.fromisoformat(created),
            used and datetime.fromisoformat(used),
        )
        for key, token_id, name, created, used in rows
    }


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
