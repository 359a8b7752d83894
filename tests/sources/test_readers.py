"""What comes over the wire is read strictly: what does not fit its field is unknown."""

from datetime import UTC, datetime

from hypothesis import given, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.studio import Credential
from custom_components.micro_studio.sources.node import read_fields
from custom_components.micro_studio.sources.readers import READERS
from custom_components.micro_studio.wire.parts import PARTS, Json, Kind
from custom_components.micro_studio.wire.vocabulary import PartKind

FIELDS = [(kind, name) for kind, part in PARTS.items() for name in part.fields]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
BOOKING = {"uid": "x", "start": "2026-11-23T12:00:00+01:00", "end": "2026-11-23T13:00:00+01:00"}


@pytest.mark.parametrize(
    ("part", "name", "value", "read"),
    [
        ("door/main", "locked", True, True),
        ("door/main", "locked", 1, None),
        ("door/main", "locked", "yes", None),
        ("door/main", "slots", 20, 20),
        ("door/main", "slots", True, None),
        ("door/main", "slots", 2.5, None),
        ("door/main", "battery", 80, 80),
        ("door/main", "battery", 80.5, 80.5),
        ("door/main", "battery", False, None),
        ("door/main", "changed_by", "tag", "tag"),
        ("door/main", "changed_by", 3, None),
        ("door/main", "motion", "opening", "opening"),
        ("door/main", "motion", "unknown", None),
        ("door/main", "motion", "flying", None),
        ("light/sign", "supports", ["color", "smell", 3, "unknown"], ("color",)),
        ("light/sign", "supports", "color", None),
        ("host", "boot_time", "2026-11-01T08:00:00+02:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("host", "boot_time", "2026-11-01T08:00:00", None),
        ("host", "boot_time", "yesterday", None),
        ("host", "boot_time", 5, None),
        ("door/main", "credentials", [{"tag": "x", "slot": 2}], (Credential(tag="x", slot=2),)),
        ("door/main", "credentials", [{"slot": 2}], None),
        ("door/main", "credentials", "none", None),
        ("bookings", "items", [], ()),
        ("bookings", "items", [{**BOOKING, "status": "of tomorrow"}], ()),
        ("bookings", "items", [{**BOOKING, "end": BOOKING["start"]}], ()),
        ("bookings", "items", [{**BOOKING, "start": "noon"}], None),
        ("bookings", "items", None, None),
    ],
)
def test_a_value_is_read_as_its_field_wants_it(
    part: str, name: str, value: Json, read: object
) -> None:
    assert read_fields(part, {name: value}) == {name: read}


def test_a_booking_is_read_in_utc_and_knows_its_source() -> None:
    items = read_fields("bookings", {"items": [{**BOOKING, "title": "T", "revision": 4}]})["items"]

    assert isinstance(items, tuple)
    [booking] = items
    assert isinstance(booking, Booking)
    assert booking.source == "node"
    assert booking.start == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert (booking.title, booking.revision) == ("T", 4)


def test_fields_and_parts_of_a_later_version_are_left_out() -> None:
    assert read_fields("door/main", {"colour": "red", "open": True}) == {"open": True}
    assert read_fields("telescope", {"focus": 1}) == {}


@given(field=st.sampled_from(FIELDS), value=json_values)
def test_nothing_that_comes_over_the_wire_breaks_a_reader(
    field: tuple[PartKind, str], value: Json
) -> None:
    kind, name = field
    shape = PARTS[kind].fields[name].kind
    read = READERS[kind][name](value)

    if read is not None:
        expected: dict[Kind, type | tuple[type, ...]] = {
            Kind.BOOLEAN: bool,
            Kind.INTEGER: int,
            Kind.NUMBER: (int, float),
            Kind.TEXT: str,
            Kind.WORD: str,
            Kind.TIME: datetime,
            Kind.WORDS: tuple,
            Kind.RECORDS: tuple,
        }
        assert isinstance(read, expected[shape])
