"""What Cal.com sends becomes the booking that it means."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
import pytest

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.sources.intake import calcom
from custom_components.micro_studio.sources.intake.delivery import (
    Book,
    Cancel,
    DeliveryError,
    Ignore,
    Ignored,
)
from tests.sources.intake.bodies import SOURCE, booked, json_values, mutations, outcome, sample

UID = "bFJeNb2uX8ANpT3JL5EfXw"


def milliseconds(text: str) -> int:
    """Return a moment as Cal.com's deliveries are numbered."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def changed(name: str = "cal_com_created", /, **fields: object) -> Any:  # noqa: ANN401 - JSON
    """Return a sample with another payload."""
    body = sample(name)
    body["payload"] |= fields
    return body


def test_a_created_booking_is_read() -> None:
    delivery = calcom.read(sample("cal_com_created"), SOURCE)
    assert delivery == Book(
        studio=("studio-a", "Studio A, two hours", "Werkstrasse 1, Hall 2"),
        booking=Booking(
            source=SOURCE,
            uid=UID,
            start=datetime(2026, 11, 25, 9, tzinfo=UTC),
            end=datetime(2026, 11, 25, 11, tzinfo=UTC),
            title="Studio A, two hours",
            guest=Guest(
                name="Ada Lovelace", phone="+442079460001", email="ada@example.com", language="en"
            ),
            notes="Needs a tea kettle.\nEpisode: Number 12\nGear: Camera, Lights",
            url=f"https://app.cal.com/booking/{UID}",
            revision=milliseconds("2026-11-20T09:30:00.538Z"),
        ),
    )


def test_the_title_does_not_name_the_guest() -> None:
    assert "Ada" in sample("cal_com_created")["payload"]["title"]
    assert "Ada" not in booked(calcom.read(sample("cal_com_created"), SOURCE)).title


def test_a_request_is_a_hold_and_its_confirmation_is_newer() -> None:
    hold = booked(calcom.read(sample("cal_com_requested"), SOURCE))
    confirmed = booked(calcom.read(sample("cal_com_created"), SOURCE))
    assert (hold.status, confirmed.status) == (Status.TENTATIVE, Status.CONFIRMED)
    assert hold.key == confirmed.key
    assert hold.revision < confirmed.revision


def test_a_reschedule_is_a_new_booking_that_names_the_old_one() -> None:
    booking = booked(calcom.read(sample("cal_com_rescheduled"), SOURCE))
    assert (booking.uid, booking.replaces) == ("cp96d6UZfisqb5MqJSTMbj", UID)
    assert booking.start == datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize("name", ["cal_com_cancelled", "cal_com_rejected"])
def test_cancelled_and_rejected_are_no_booking_any_more(name: str) -> None:
    body = sample(name)
    assert calcom.read(body, SOURCE) == Cancel(
        uid=UID,
        revision=milliseconds(body["createdAt"]),
        end=datetime(2026, 11, 25, 11, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", ["cal_com_no_show", "cal_com_meeting_started", "cal_com_ping"])
def test_what_is_no_news_of_a_booking_is_ignored(name: str) -> None:
    assert calcom.read(sample(name), SOURCE) == Ignore(Ignored.NO_BOOKING)


def test_one_guest_of_several_who_cancels_leaves_the_booking_to_the_others() -> None:
    assert calcom.read(changed("cal_com_cancelled", seatsPerTimeSlot=4), SOURCE) == Ignore(
        Ignored.ONE_SEAT
    )
    moved = calcom.read(changed("cal_com_rescheduled", seatsPerTimeSlot=4), SOURCE)
    assert booked(moved).replaces == ""


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("ACCEPTED", Status.CONFIRMED),
        ("accepted", Status.CONFIRMED),
        (None, Status.CONFIRMED),
        ("PENDING", Status.TENTATIVE),
        ("AWAITING_HOST", Status.TENTATIVE),
    ],
)
def test_the_status_says_whether_it_is_a_hold(status: str | None, expected: Status) -> None:
    assert booked(calcom.read(changed(status=status), SOURCE)).status is expected


@pytest.mark.parametrize(
    ("fields", "phone"),
    [
        ({"attendees": [{"phoneNumber": "+1"}]}, "+1"),
        ({"responses": {"attendeePhoneNumber": {"value": "+2"}}}, "+2"),
        ({"responses": {"smsReminderNumber": {"value": "+3"}}}, "+3"),
        ({"responses": {"phone": {"value": "+4"}}}, "+4"),
        ({"smsReminderNumber": "+5", "responses": {}}, "+5"),
        ({"responses": {"location": {"value": {"value": "phone", "optionValue": "+6"}}}}, "+6"),
        (
            {"responses": {"location": {"value": {"value": "inPerson", "optionValue": "1 Lane"}}}},
            "",
        ),
    ],
)
def test_a_number_is_found_wherever_the_form_asked_for_it(
    fields: dict[str, object], phone: str
) -> None:
    body = changed("cal_com_created", **{"attendees": [], **fields})
    assert booked(calcom.read(body, SOURCE)).guest.phone == phone


def test_a_name_in_two_fields_is_put_together() -> None:
    name = {"value": {"firstName": "Ada", "lastName": "Lovelace"}}
    body = changed(attendees=[], responses={"name": name})
    assert booked(calcom.read(body, SOURCE)).guest.name == "Ada Lovelace"


def test_a_made_up_address_is_none() -> None:
    body = changed(attendees=[{"name": "Ada", "email": "442079460001@sms.cal.com"}])
    assert booked(calcom.read(body, SOURCE)).guest.email == ""


def test_several_attendees_are_a_party_and_one_may_not_come_alone() -> None:
    one = sample("cal_com_created")["payload"]["attendees"]
    three = changed(attendees=[*one, {"email": "b@example.com"}, {"email": "c@example.com"}])
    assert booked(calcom.read(three, SOURCE)).guest.party_size == 3
    assert booked(calcom.read(changed(), SOURCE)).guest.party_size is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ({}, "triggerEvent"),
        ({"triggerEvent": "BOOKING_CREATED"}, "createdAt"),
        ({"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-11-20T09:30:00Z"}, "payload"),
        (changed(uid=None), "payload.uid"),
        (changed(startTime="2026-11-25T09:00:00"), "payload.startTime"),
        (changed(endTime="2026-11-25T09:00:00Z"), "payload.endTime"),
        (changed(status="MAYBE"), "payload.status"),
        (changed("cal_com_cancelled", uid=None), "payload.uid"),
    ],
)
def test_a_field_without_which_there_is_no_booking_is_named(body: object, field: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        calcom.read(body, SOURCE)
    assert caught.value.field == field


@given(
    json_values
    | mutations(sample("cal_com_rescheduled"))
    | mutations(sample("cal_com_cancelled"))
    | mutations(sample("cal_com_created"))
)
def test_whatever_comes_is_understood_or_complained_about(body: object) -> None:
    assert isinstance(
        outcome(lambda: calcom.read(body, SOURCE)), Book | Cancel | Ignore | DeliveryError
    )
