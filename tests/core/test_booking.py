"""A booking is a span of real time with an identity."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.errors import BookingError, Reason
from tests.core.scene import booking, clock

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_booking_over_the_end_of_summer_time_lasts_what_it_lasts() -> None:
    """From half past one to half past three there are three hours in that night."""
    night = Booking(
        source="node",
        uid="b1",
        start=datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN),
        end=datetime(2026, 10, 25, 3, 30, tzinfo=BERLIN),
    )
    assert night.end - night.start == timedelta(hours=3)
    assert night.start.utcoffset() == timedelta(0)


def test_the_same_moment_in_another_zone_is_the_same_booking() -> None:
    """Zones are the edge's business."""
    here = booking()
    there = Booking(
        source=here.source,
        uid=here.uid,
        start=here.start.astimezone(BERLIN),
        end=here.end.astimezone(BERLIN),
    )
    assert here == there


def test_a_naive_time_is_refused() -> None:
    """It cannot be compared."""
    with pytest.raises(BookingError) as caught:
        Booking(
            source="node", uid="b1", start=clock("10:00").replace(tzinfo=None), end=clock("11:00")
        )
    assert (caught.value.booking, caught.value.reason) == ("b1", Reason.NAIVE_TIME)


@pytest.mark.parametrize("end", ["10:00", "09:00"])
def test_a_booking_ends_after_it_starts(end: str) -> None:
    """A span of nothing is no span."""
    with pytest.raises(BookingError, match="ends_before_start"):
        booking("10:00", end)


def test_a_booking_without_an_id_is_refused() -> None:
    """It could not be found again."""
    with pytest.raises(BookingError, match="no_identity"):
        booking(uid="")


def test_no_id_of_a_source_can_pass_for_another() -> None:
    """The separator within an id is escaped."""
    keys = {
        booking(source="a|b", uid="c").key,
        booking(source="a", uid="b|c").key,
        booking(source="a", uid="b", recurrence_id="c").key,
        booking(source="a%7Cb", uid="c").key,
    }
    assert len(keys) == 4
