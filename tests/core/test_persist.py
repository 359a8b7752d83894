"""A room's memory survives a restart, or says what is broken."""

from collections.abc import Callable
from dataclasses import replace
import json
from typing import Any

import pytest

from custom_components.micro_studio.core.booking import Phase, Status
from custom_components.micro_studio.core.effects import BookingEvent
from custom_components.micro_studio.core.engine import step
from custom_components.micro_studio.core.errors import PersistError
from custom_components.micro_studio.core.facts import CheckIn, CheckOff, Extend, Reroute, Tick
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.persist import dump, load
from custom_components.micro_studio.core.policy import Policy
from tests.core.scene import Scene, booking, clock


@pytest.fixture
def document() -> dict[str, Any]:
    """What a room in the middle of a session writes."""
    room = Scene()
    room.book(booking(), booking("14:00", "15:00", "b2"))
    room.until("09:50")
    room.tell(CheckIn())
    room.hear(occupied=True)
    room.until("11:55")
    room.tell(Extend())
    room.until("12:06")
    written: dict[str, Any] = json.loads(json.dumps(dump(room.state)))
    return written


def test_a_memory_is_read_as_it_was_written(document: dict[str, Any]) -> None:
    """Nothing is lost but the live signals."""
    assert dump(load(document, Policy())) == document


def test_all_that_is_known_of_a_room_survives() -> None:
    """Guests, twins, conflicts, holds, ticks and where a booking went."""
    room = Scene(policy=Policy(turnover_checklist=("media",)))
    guest = Guest(
        reference="g7", name="Ada", phone="+49 1", email="a@b.c", party_size=2, language="de"
    )
    full = booking(
        guest=guest,
        notes="vegan",
        needs=frozenset({"camera"}),
        url="https://example.org/b1",
        moved_from="c#1",
    )
    hold = booking("40:00", "41:00", "h1", status=Status.TENTATIVE, expires=clock("09:00"))
    room.book(full, booking("11:00", "13:00", "b2"), hold)
    room.book(booking(source="calendar"), source="calendar")
    room.tell(CheckOff(item="media", done=True))
    room.book(full, hold, booking("11:30", "13:00", "b3", replaces="b2"))
    room.book(hold, full)
    room.until("09:10")
    room.tell(Reroute(booking="b1", to="d"))
    before = room.state
    document = json.loads(json.dumps(dump(before)))
    after = load(document, before.policy)
    assert dump(after) == document
    assert replace(before, signals=None) == after
    assert after.checked == {"media"}
    assert after.twins
    assert {progress.phase for progress in after.progress.values()} >= {
        Phase.REROUTED,
        Phase.CANCELLED,
    }


def test_a_document_of_the_first_version_is_still_read() -> None:
    """What was added since is as if it had never happened."""
    progress = {
        "phase": "in_session",
        "edition": 1,
        "known_at": None,
        "checked_in_at": "2026-11-23T10:00:00+00:00",
        "how": "button",
        "started": True,
        "warned": 300.0,
        "extensions": 1,
        "extended_by": 900.0,
        "ended_at": None,
        "released": False,
        "missed": 0,
        "orphaned": False,
    }
    old = {
        "version": 1,
        "now": "2026-11-23T12:06:00+00:00",
        "sources": ["node"],
        "bookings": [
            {
                "source": "node",
                "uid": "b1",
                "recurrence_id": "",
                "start": "2026-11-23T10:00:00+00:00",
                "end": "2026-11-23T12:00:00+00:00",
                "status": "confirmed",
                "title": "Show",
                "guest": "g7",
                "revision": 3,
            },
            {
                "source": "node",
                "uid": "h1",
                "recurrence_id": "",
                "start": "2026-11-24T10:00:00+00:00",
                "end": "2026-11-24T12:00:00+00:00",
                "status": "tentative",
                "title": "",
                "guest": "",
                "revision": 0,
            },
        ],
        "progress": {"node|b1|": progress},
        "last_known": {"occupied": True, "recorder": "idle", "capturing": None},
        "vacated_at": None,
        "tally": "standby",
        "tallies": 2,
    }
    room = load(old, Policy())
    first, hold = room.agenda
    assert first.guest == Guest(reference="g7")
    assert room.progress_of(first).end_of(first) == clock("12:15")
    assert [booking for booking, _ in room.holds()] == [hold]
    awake = step(room, Tick(), clock("12:07"))
    assert awake.effects == ()
    assert awake.snapshot.phase is Phase.IN_SESSION
    lapsed = step(awake.state, Tick(), hold.start).effects[-1]
    assert isinstance(lapsed, BookingEvent)
    assert lapsed.at == hold.start  # nobody knows when it was learnt: it keeps its time


def test_an_empty_room_is_a_room() -> None:
    """Empty, not broken."""
    empty = RoomMemory(policy=Policy())
    assert load(dump(empty), Policy()) == empty


def test_what_a_later_version_added_is_ignored(document: dict[str, Any]) -> None:
    """Unknown fields do no harm."""
    expected = load(document, Policy())
    document["new"] = 1
    document["bookings"][0]["new"] = 1
    document["progress"]["node|b1|"]["new"] = 1
    assert load(document, Policy()) == expected


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (lambda d: d.pop("version"), "room.version"),
        (lambda d: d.update(version=2), "room.version"),
        (lambda d: d.update(version=True), "room.version"),
        (lambda d: d.pop("bookings"), "room.bookings"),
        (lambda d: d.update(bookings=None), "room.bookings"),
        (lambda d: d.update(sources=[1]), "room.sources[0]"),
        (lambda d: d.update(progress=[]), "room.progress"),
        (lambda d: d.update(now="yesterday"), "room.now"),
        (lambda d: d.update(now="2026-11-23T10:00:00"), "room.now"),
        (lambda d: d.update(now=5), "room.now"),
        (lambda d: d.update(tally="disco"), "room.tally"),
        (lambda d: d.update(twins=[]), "room.twins"),
        (lambda d: d.update(twins={"a": 1}), "room.twins[a]"),
        (lambda d: d.update(checked="media"), "room.checked"),
        (lambda d: d.update(conflicts=[{}]), "room.conflicts[0].kind"),
        (lambda d: d.update(incidents="1"), "room.incidents"),
        (lambda d: d["last_known"].update(occupied="yes"), "room.last_known.occupied"),
        (lambda d: d["bookings"][1].pop("start"), "room.bookings[1].start"),
        (lambda d: d["bookings"][1].update(end=d["bookings"][1]["start"]), "room.bookings[1]"),
        (lambda d: d["progress"]["node|b1|"].update(phase="?"), "room.progress[node|b1|].phase"),
        (
            lambda d: d["progress"]["node|b1|"].update(started=None),
            "room.progress[node|b1|].started",
        ),
        (
            lambda d: d["progress"]["node|b1|"].update(lapsed="yes"),
            "room.progress[node|b1|].lapsed",
        ),
        (
            lambda d: d["progress"]["node|b1|"].update(life=1),
            "room.progress[node|b1|].life",
        ),
        (
            lambda d: d["progress"]["node|b1|"].update(extended_by="x"),
            "room.progress[node|b1|].extended_by",
        ),
        (
            lambda d: d["progress"]["node|b1|"].update(extended_by=1e300),
            "room.progress[node|b1|].extended_by",
        ),
    ],
)
def test_a_broken_document_names_the_place(
    document: dict[str, Any], damage: Callable[[dict[str, Any]], object], place: str
) -> None:
    """It is never read as an empty room."""
    damage(document)
    with pytest.raises(PersistError) as caught:
        load(document, Policy())
    assert caught.value.place == place


@pytest.mark.parametrize("document", [None, [], "", 0])
def test_what_is_no_document_is_broken(document: object) -> None:
    """Nothing at all is for the caller to tell from a document."""
    with pytest.raises(PersistError) as caught:
        load(document, Policy())
    assert caught.value.place == "room"
