"""A ledger is read as it was written, or says what is broken."""

from collections.abc import Callable
from dataclasses import replace
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.document import Node
from custom_components.micro_studio.core.errors import PersistError
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.core.ledger import Ledger, recurrence_id
from custom_components.micro_studio.core.ledger_document import dump_ledger, load_ledger
from custom_components.micro_studio.sources.recurrence import expand
from tests.core.scene import booking, clock
from tests.core.series import series, series_facts

SECOND = "20261130T100000Z"
TEXTS = st.text(max_size=8)


def read(document: object) -> Ledger:
    """Read a document as a file brings it."""
    return load_ledger(Node(place="ledger", value=json.loads(json.dumps(document))))


@pytest.fixture
def document() -> dict[str, Any]:
    """What a studio with a changed series and a replaced booking writes."""
    guest = Guest(reference="g", name="Ada", phone="1", email="a@b.c", party_size=2, language="de")
    ledger = Ledger().keep(replace(booking(source="local"), guest=guest))
    ledger = ledger.keep(booking(uid="show"), "FREQ=WEEKLY;COUNT=5", "Europe/Berlin")
    ledger = ledger.move("node", "show", clock("20:00"), clock("21:00"), "", SECOND, expand=expand)
    ledger = ledger.cancel("node", "show", "20261207T100000Z", expand=expand)
    ledger = ledger.keep(replace(booking(uid="new", source="local"), replaces="b1"))
    ledger = ledger.move("local", "new", clock("14:00"), clock("15:00"), "Moved", expand=expand)
    written: dict[str, Any] = json.loads(json.dumps(dump_ledger(ledger)))
    assert read(written) == ledger
    return written


def test_an_empty_ledger_is_a_ledger() -> None:
    """Empty, not broken."""
    assert read(dump_ledger(Ledger())) == Ledger()


def test_what_a_later_version_added_is_ignored(document: dict[str, Any]) -> None:
    """Unknown fields do no harm."""
    expected = read(document)
    document["new"] = 1
    document["records"][0]["new"] = 1
    assert read(document) == expected


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (lambda d: d.pop("records"), "ledger.records"),
        (lambda d: d.update(records={}), "ledger.records"),
        (lambda d: d["records"].insert(0, None), "ledger.records[0]"),
        (lambda d: d["records"][0].pop("booking"), "ledger.records[0].booking"),
        (lambda d: d["records"][0]["booking"].pop("start"), "ledger.records[0].booking.start"),
        (lambda d: d["records"][0].update(rrule=None), "ledger.records[0].rrule"),
        (lambda d: d["records"][0].pop("zone"), "ledger.records[0].zone"),
        (lambda d: d["records"][0].update(exceptions=[]), "ledger.records[0].exceptions"),
        (
            lambda d: d["records"][0]["exceptions"].update(tomorrow=None),
            "ledger.records[0].exceptions[tomorrow]",
        ),
        (
            lambda d: d["records"][0]["exceptions"][SECOND].pop("end"),
            f"ledger.records[0].exceptions[{SECOND}].end",
        ),
        (lambda d: d["records"][1].update(former=[1]), "ledger.records[1].former[0]"),
        (lambda d: d["records"][1]["told"].pop("booking"), "ledger.records[1].told.booking"),
        (lambda d: d["records"].append(d["records"][0]), "ledger.records[2].booking.uid"),
    ],
)
def test_a_broken_document_names_the_place(
    document: dict[str, Any], damage: Callable[[dict[str, Any]], object], place: str
) -> None:
    """It is never read as an empty ledger: every room would be free."""
    damage(document)
    with pytest.raises(PersistError) as caught:
        read(document)
    assert caught.value.place == place


@pytest.mark.parametrize("document", [None, [], "", 0])
def test_what_is_no_document_is_broken(document: object) -> None:
    """Nothing at all is for the caller to tell from a document."""
    with pytest.raises(PersistError) as caught:
        read(document)
    assert caught.value.place.startswith("ledger")


@given(
    made=series(),
    uid=st.text(min_size=1, max_size=8),
    title=TEXTS,
    notes=TEXTS,
    status=st.sampled_from(Status),
    revision=st.integers(0, 2**40),
    picked=st.lists(st.integers(0, 9), max_size=4),
    cut=st.integers(0, 9) | st.none(),
)
@settings(max_examples=80, deadline=None)
def test_any_ledger_is_read_as_it_was_written(
    made: tuple[Booking, str, str],
    uid: str,
    title: str,
    notes: str,
    status: Status,
    revision: int,
    picked: list[int],
    cut: int | None,
) -> None:
    """With its series, what was changed of them, and whatever people write."""
    single = replace(
        made[0],
        uid=uid,
        title=title,
        notes=notes,
        needs=frozenset({"4 microphone"}),
        status=status,
        revision=revision,
    )
    ledger = Ledger().keep(replace(single, source="shop")).keep(*made)
    rows = series_facts(Ledger().keep(*made))[:10]
    for index in picked:
        name = recurrence_id(rows[index % len(rows)][0])
        ledger = ledger.cancel("local", "s", name, expand=expand)
    if cut is not None:
        name = recurrence_id(rows[cut % len(rows)][0])
        ledger = ledger.cancel("local", "s", name, following=True, expand=expand)
    assert read(dump_ledger(ledger)) == ledger
