"""Values against the catalogue."""

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given, strategies as st
import pytest

from custom_components.micro_studio.wire.checks import check_args, fits
from custom_components.micro_studio.wire.errors import BadFrameError
from custom_components.micro_studio.wire.parts import BOOKINGS, DOOR, INTERFACE, PARTS, Field, Json

SET = DOOR.actions["set_credential"]
FIELDS = [field for part in PARTS.values() for field in part.fields.values()]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        (DOOR.fields["locked"], True, True),
        (DOOR.fields["locked"], 1, False),
        (DOOR.fields["slots"], 5, True),
        (DOOR.fields["slots"], True, False),
        (DOOR.fields["slots"], 5.0, False),
        (DOOR.fields["slots"], 2**63, False),
        (DOOR.fields["battery"], 5, True),
        (DOOR.fields["battery"], 5.5, True),
        (DOOR.fields["battery"], float("inf"), False),
        (DOOR.fields["battery"], float("nan"), False),
        (DOOR.fields["motion"], "a word of a later version", True),
        (DOOR.fields["credentials"], [{"tag": "x"}], True),
        (DOOR.fields["credentials"], [{"slot": 1}], False),
        (DOOR.fields["credentials"], {"tag": "x"}, False),
        (DOOR.fields["credentials"], [{"tag": "x", "slot": float("inf")}], False),
        (INTERFACE.fields["model"], 5, False),
        (BOOKINGS.actions["create"].args[1], "2026-11-23T18:00:00Z", True),
        (BOOKINGS.actions["create"].args[1], "2026-11-23T18:00:00", False),
        (BOOKINGS.actions["create"].args[1], "soon", False),
    ],
)
def test_a_value_fits_its_field_or_not(field: Field, value: Json, *, good: bool) -> None:
    assert fits(field, value) is good


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_unknown_fits_every_field(field: Field) -> None:
    assert fits(field, None)


@given(st.sampled_from(FIELDS), VALUES)
def test_no_value_breaks_the_check(field: Field, value: Json) -> None:
    assert fits(field, value) in (True, False)


@given(st.dictionaries(st.sampled_from(["tag", "code", "not_before", "x"]), VALUES))
def test_no_arguments_break_the_check(args: dict[str, Json]) -> None:
    with suppress(BadFrameError):
        check_args(SET, args)


@pytest.mark.parametrize(
    "args",
    [
        {"tag": "x"},
        {"tag": "x", "code": None},
        {"tag": "x", "code": "739104", "why": 1},
        {"tag": "x", "code": 739104},
        {"tag": "x", "code": "739104", "not_after": "739104"},
    ],
)
def test_wrong_arguments_are_refused_without_quoting_them(args: dict[str, Json]) -> None:
    with pytest.raises(BadFrameError) as caught:
        check_args(SET, args)
    assert "739104" not in str(caught.value)


def test_right_arguments_pass() -> None:
    check_args(SET, {"tag": "x", "code": "7", "not_before": datetime.now(UTC).isoformat()})
