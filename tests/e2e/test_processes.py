"""A real Home Assistant and a real node: killed in the middle, and where their secrets are."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import sqlite3
from typing import Any, Final

from aiohttp import ClientSession
import pytest

from custom_components.micro_studio.client.client import Address, NodeClient, Trust
from tests.client.ears import Ears
from tests.e2e.household import Household
from tests.e2e.policies import QUICK
from tests.follower import following
from tests.node_process import HOST, NodeProcess

TYPED: Final = "493817"  # a code that somebody types where none is needed
ENTRY_CODE: Final = "807264"
WRONG_CODE: Final = "550291"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[NodeProcess]:
    """Run a node."""
    with NodeProcess.running(tmp_path) as running:
        yield running


async def give_code(node: NodeProcess, tag: str) -> None:
    """Put an entry code on the keypad, as another client does."""
    trust = Trust(node.ticket.fingerprint, node.ticket.token)
    async with ClientSession() as session:
        client = NodeClient(session, Address(HOST, node.port), trust)
        async with following(client, Ears()) as connection:
            credential: dict[str, Any] = {"tag": tag, "code": ENTRY_CODE}
            await connection.command(
                "a", "door/main", "set_credential", credential, timedelta(seconds=10)
            )


async def arrive(household: Household) -> None:
    """Play a visit until the take runs."""
    node, home = household.node, household.home
    start = datetime.now(UTC) + timedelta(seconds=2)
    await home.action(
        "calendar",
        "create_event",
        {"entity_id": await household.entity("calendar", "bookings")},
        start_date_time=start.isoformat(),
        end_date_time=(start + timedelta(minutes=30)).isoformat(),
        summary="Podcast",
    )
    (booking,) = (await node.part("a", "bookings"))["items"]
    await give_code(node, booking["uid"])
    await node.act("a", "type_code", code=WRONG_CODE)
    await node.act("a", "type_code", code=ENTRY_CODE)
    await household.reaches("lock", "door/main_lock", "unlocked")
    await node.act("a", "guest_enters", how="key")
    await household.reaches("sensor", "state", "in_session")
    await node.act("a", "record", what="start")
    await household.reaches("binary_sensor", "on_air", "on")


async def trace(household: Household) -> None:
    """Have an automation that follows the door, so that there is a trace."""
    access = await household.entity("event", "access")
    await household.home.post(
        "/api/config/automation/config/door",
        {
            "alias": "Door",
            "triggers": [{"trigger": "state", "entity_id": access}],
            "actions": [
                {
                    "action": "input_boolean.turn_on",
                    "target": {"entity_id": "input_boolean.corridor_lamp"},
                }
            ],
        },
    )


def places(folder: Path, secret: str) -> set[str]:
    """Return the files below a folder in which a secret stands."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and secret.encode() in path.read_bytes()
    }


async def test_a_killed_home_assistant_knows_where_it_was_and_keeps_no_secret(
    node: NodeProcess, tmp_path: Path
) -> None:
    """SIGKILL during a take: the same room afterwards; and at the end, secrets only where due."""
    async with Household.running(tmp_path, node, QUICK) as household:
        await trace(household)
        await arrive(household)
        ends = await household.state("sensor", "session_ends")

        await household.kill()
        await node.act("a", "type_code", code=WRONG_CODE)
        await household.start_again()

        await household.reaches("sensor", "state", "in_session")
        await household.reaches("binary_sensor", "on_air", "on")
        assert await household.state("sensor", "session_ends") == ends
        door = {"entity_id": await household.entity("lock", "door/main_lock")}
        await household.home.action("lock", "unlock", door, code=TYPED)
        await household.reaches("lock", "door/main_lock", "unlocked")
        await household.home.action("lock", "lock", door, code=TYPED)
        report = await household.home.get(f"/api/diagnostics/config_entry/{household.entry}")
        (token,) = [
            entry["data"]["token"]
            for entry in stored(household.folder, "core.config_entries")["entries"]
            if entry["entry_id"] == household.entry
        ]
        pairing = household.code
        home = household.folder
        await household.home.stop()
    node.stop()

    studio = node.state_dir
    assert (home / ".storage" / "trace.saved_traces").exists()
    assert (home / "home-assistant_v2.db").exists()
    shown = json.dumps(report)
    for secret in (token, pairing, pairing.replace("-", ""), ENTRY_CODE, WRONG_CODE, TYPED):
        assert secret not in shown
        assert secret.encode() not in node.log.read_bytes()
    # The token lives where Home Assistant keeps entries; the node knows only its hash.
    assert places(home, token) == {".storage/core.config_entries"}
    assert places(studio, token) == set()
    # A pairing code is over when it is used: nobody writes it down.
    assert places(home, pairing) == places(studio, pairing) == set()
    # The code that opens the door lives in the door: here, a private file of the simulation.
    assert places(home, ENTRY_CODE) == set()
    assert places(studio, ENTRY_CODE) == {"simulation/a.json"}
    assert (studio / "simulation" / "a.json").stat().st_mode & 0o077 == 0
    # What somebody has typed by mistake lives nowhere.
    assert places(home, WRONG_CODE) == places(studio, WRONG_CODE) == set()
    # Home Assistant's recorder keeps every action that somebody calls, for every lock of every
    # integration, unless it is told not to; what we make of the call holds no code.
    assert places(studio, TYPED) == set()
    assert places(home, TYPED) <= {"home-assistant_v2.db"}
    assert recorded(home, TYPED) <= {"call_service"}


def recorded(folder: Path, secret: str) -> set[str]:
    """Return the types of events, and the other tables, in which the recorder has a secret."""
    with closing(sqlite3.connect(folder / "home-assistant_v2.db")) as database:
        found = database.execute(
            "SELECT DISTINCT event_types.event_type FROM events"
            " JOIN event_types USING (event_type_id) JOIN event_data USING (data_id)"
            " WHERE shared_data LIKE ?",
            (f"%{secret}%",),
        )
        kinds = {str(kind) for (kind,) in found}
        for table, column in (("state_attributes", "shared_attrs"), ("states", "state")):
            query = f"SELECT count(*) FROM {table} WHERE {column} LIKE ?"  # noqa: S608 - our names
            (count,) = database.execute(query, (f"%{secret}%",)).fetchone()
            if count:
                kinds.add(table)
    return kinds


def stored(folder: Path, name: str) -> dict[str, Any]:
    """Return a document of Home Assistant's storage."""
    document = json.loads((folder / ".storage" / name).read_text(encoding="utf-8"))
    data: dict[str, Any] = document["data"]
    return data
