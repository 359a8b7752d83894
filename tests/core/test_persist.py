"""A room's memory survives a restart, or says what is broken."""

from collections.abc import Callable
import json
from typing import Any

import pytest

from custom_components.micro_studio.core.errors import PersistError
from custom_components.micro_studio.core.facts import CheckIn, Extend
from custom_components.micro_studio.core.memory import RoomMemory
from custom_components.micro_studio.core.persist import dump, load
from custom_components.micro_studio.core.policy import Policy
from tests.core.scene import Scene, booking


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
        (lambda d: d["last_known"].update(occupied="yes"), "room.last_known.occupied"),
        (lambda d: d["bookings"][1].pop("start"), "room.bookings[1].start"),
        (lambda d: d["bookings"][1].update(end=d["bookings"][1]["start"]), "room.bookings[1]"),
        (lambda d: d["progress"]["node|b1|"].update(phase="?"), "room.progress[node|b1|].phase"),
        (
            lambda d: d["progress"]["node|b1|"].update(started=None),
            "room.progress[node|b1|].started",
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
