"""Our own schema says what a booking is; whatever does not fit is named."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.sources.intake import neutral
from custom_components.micro_studio.sources.intake.delivery import Book, Cancel, DeliveryError
from tests.sources.intake.bodies import SOURCE, booked, json_values, mutations, outcome, sample

LEAST: dict[str, Any] = {
    "external_id": "1",
    "start": "2026-11-25T10:00:00+01:00",
    "end": "2026-11-25T12:00:00+01:00",
}


def test_a_whole_booking_is_read() -> None:
    assert neutral.read(sample("neutral"), SOURCE) == Book(
        studio=("Studio A",),
        booking=Booking(
            source=SOURCE,
            uid="shop-4711",
            start=datetime(2026, 11, 25, 9, tzinfo=UTC),
            end=datetime(2026, 11, 25, 11, tzinfo=UTC),
            status=Status.CONFIRMED,
            title="Podcast, two hours",
            guest=Guest(
                name="Ada Lovelace",
                phone="+44 20 7946 0001",
                email="ada@example.com",
                party_size=3,
                language="en-GB",
            ),
            notes="Needs a tea kettle.",
            needs=frozenset({"4 microphone", "camera"}),
            url="https://shop.example.com/orders/4711",
            expires=datetime(2026, 11, 24, 9, tzinfo=UTC),
            replaces="shop-4700",
            revision=7,
        ),
    )


def test_an_id_and_a_span_are_enough_for_the_only_studio() -> None:
    delivery = neutral.read(LEAST, SOURCE)
    assert isinstance(delivery, Book)
    assert delivery.studio == ()
    assert delivery.booking.status is Status.CONFIRMED
    assert (delivery.uid, delivery.revision) == ("1", 0)


def test_null_and_an_empty_text_count_as_left_out() -> None:
    names = set(sample("neutral")) - set(LEAST)
    least = neutral.read(LEAST, SOURCE)
    assert neutral.read({**LEAST, **dict.fromkeys(names)}, SOURCE) == least
    assert neutral.read({**LEAST, **dict.fromkeys(names, "")}, SOURCE) == least


def test_the_language_of_the_booking_is_the_guests_unless_they_have_their_own() -> None:
    assert booked(neutral.read({**LEAST, "language": "de"}, SOURCE)).guest.language == "de"
    both = {**LEAST, "language": "de", "guest": {"name": "Ada"}}
    assert booked(neutral.read(both, SOURCE)).guest == Guest(name="Ada", language="de")


def test_a_number_is_an_id_too() -> None:
    assert booked(neutral.read({**LEAST, "external_id": 4711}, SOURCE)).uid == "4711"


def test_a_cancellation_needs_no_times() -> None:
    body = {"external_id": "1", "status": "cancelled", "revision": 3}
    assert neutral.read(body, SOURCE) == Cancel(uid="1", revision=3)


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"external_id": None}, "external_id", "a text"),
        ({"external_id": "x" * 256}, "external_id", "255"),
        ({"external_id": True}, "external_id", "a text"),
        ({"start": None}, "start", "2026-11-25T10:00:00+01:00"),
        ({"start": "2026-11-25T10:00:00"}, "start", "with its offset"),
        ({"start": "tomorrow"}, "start", "a time"),
        ({"start": 1764064800}, "start", "a time"),
        ({"end": "0001-01-01T00:00:00+14:00"}, "end", "a time"),
        ({"end": "9999-12-31T23:00:00-10:00"}, "end", "a time"),
        ({"end": LEAST["start"]}, "end", "after start"),
        ({"status": "booked"}, "status", "tentative, confirmed, cancelled"),
        ({"status": 1}, "status", "a text"),
        ({"title": ["a"]}, "title", "a text"),
        ({"guest": "Ada"}, "guest", "an object"),
        ({"guest": {"phone": 442079460001}}, "guest.phone", "a text"),
        ({"guest": {"party_size": "3"}}, "guest.party_size", "a whole number"),
        ({"guest": {"party_size": True}}, "guest.party_size", "a whole number"),
        ({"kit_needs": "camera"}, "kit_needs", "a list"),
        ({"kit_needs": ["camera", 4]}, "kit_needs[1]", "a text"),
        ({"revision": -1}, "revision", "not negative"),
        ({"revision": 2**53}, "revision", "a whole number"),
        ({"url": "javascript:alert(1)"}, "url", "https://"),
        ({"replaces": "1"}, "replaces", "another booking"),
        ({"expires": "soon"}, "expires", "a time"),
    ],
)
def test_a_field_that_does_not_fit_is_named(
    change: dict[str, object], field: str, expected: str
) -> None:
    with pytest.raises(DeliveryError) as caught:
        neutral.read({**LEAST, **change}, SOURCE)
    assert caught.value.field == field
    assert expected in caught.value.expected


def test_a_complaint_does_not_quote_what_was_sent() -> None:
    with pytest.raises(DeliveryError) as caught:
        neutral.read({**LEAST, "guest": {"name": {"secret": "Ada"}}}, SOURCE)
    assert "Ada" not in f"{caught.value} {caught.value.__cause__}"


@given(json_values | mutations(sample("neutral")))
def test_whatever_comes_is_understood_or_complained_about(body: object) -> None:
    assert isinstance(outcome(lambda: neutral.read(body, SOURCE)), Book | Cancel | DeliveryError)
