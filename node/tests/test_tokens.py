"""Tokens on disk."""

from pathlib import Path

from node.tests.conftest import StartNode
from studio_node.app import Node
from studio_node.database import FILE, Database
from studio_node.tokens import Tokens


def stored(directory: Path) -> bytes:
    """Return all that the database has written."""
    return b"".join(file.read_bytes() for file in directory.glob(f"{FILE}*"))


async def test_a_token_is_stored_only_as_a_hash_and_survives(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    secret = await (await Tokens.load(database)).issue("Home Assistant")
    await database.close()
    assert len(secret) == 43
    assert secret.encode() not in stored(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    database = await Database.open(tmp_path)
    tokens = await Tokens.load(database)
    token = await tokens.verify(secret)
    assert token is not None
    assert token.name == "Home Assistant"
    assert token.used is not None
    assert (token.used.minute, token.used.second) == (0, 0)
    assert await tokens.verify(secret + "x") is None
    await database.close()


async def test_the_nodes_id_and_certificate_survive_a_restart(start_node: StartNode) -> None:
    first: Node = await start_node()
    known = (first.id, first.fingerprint)
    boot = first.hub.boot_id
    await first.stop()
    second = await start_node()
    assert (second.id, second.fingerprint) == known
    assert second.hub.boot_id != boot
