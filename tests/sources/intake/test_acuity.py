"""A notice of Acuity leads to the appointment as it stands now."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from hypothesis import given, strategies as st
import pytest

from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.sources.intake import acuity
from custom_components.micro_studio.sources.intake.delivery import (
    Book,
    Cancel,
    DeliveryError,
    Ignore,
    Ignored,
)
from tests.integration.strangers import closed_port
from tests.sources.intake.bodies import SOURCE, json_values, mutations, outcome, sample

NOTICE = acuity.Notice("54321")
ASKED_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
NUMBER = 1_795_168_800_000
ACCOUNT = acuity.Account(user="1234", key="k3y")


def read(**changes: object) -> Book | Cancel | Ignore:
    """Read the sample with other fields."""
    return acuity.read(NOTICE, {**sample("acuity"), **changes}, SOURCE, ASKED_AT)


@pytest.mark.parametrize("action", ["scheduled", "rescheduled", "canceled", "changed"])
def test_a_notice_names_an_appointment(action: str) -> None:
    form = f"action={action}&id=54321&calendarID=27238&appointmentTypeID=151862"
    assert acuity.read_notice(form.encode()) == NOTICE


def test_an_order_is_no_booking() -> None:
    assert acuity.read_notice(b"action=order.completed&id=7") == Ignore(Ignored.NO_BOOKING)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (b"", "action"),
        (b'{"action": "scheduled"}', "action"),
        (b"action=scheduled", "id"),
        (b"action=scheduled&id=1/../me", "id"),
        (b"action=scheduled&id=%D9%A1", "id"),
        (b"\xff", "body"),
        (b"&".join(b"a=1" for _ in range(30)), "body"),
    ],
)
def test_a_form_that_is_none_of_acuitys_is_complained_about(form: bytes, field: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        acuity.read_notice(form)
    assert caught.value.field == field


def test_an_appointment_is_read() -> None:
    assert read() == Book(
        studio=("27238", "Studio A", "151862", "Podcast, two hours"),
        booking=Booking(
            source=SOURCE,
            uid="54321",
            start=datetime(2026, 11, 25, 9, tzinfo=UTC),
            end=datetime(2026, 11, 25, 11, tzinfo=UTC),
            title="Podcast, two hours",
            guest=Guest(name="Ada Lovelace", phone="+442079460001", email="ada@example.com"),
            notes="Needs a tea kettle.\nEpisode: Number 12",
            url="https://acuityscheduling.com/schedule.php?owner=11145481&action=appt&id[]=1220aa9f",
            revision=NUMBER,
        ),
    )


def test_a_cancelled_appointment_is_no_booking_any_more() -> None:
    end = datetime(2026, 11, 25, 11, tzinfo=UTC)
    assert read(canceled=True) == Cancel(uid="54321", revision=NUMBER, end=end)


def test_a_no_show_does_not_free_the_studio() -> None:
    assert read(canceled=True, noShow=True) == Ignore(Ignored.NO_SHOW)


def test_an_appointment_that_is_gone_is_cancelled() -> None:
    expected = Cancel(uid="54321", revision=NUMBER)
    assert acuity.read(NOTICE, None, SOURCE, ASKED_AT) == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": 1}, "id"),
        ({"datetime": "2026-11-25T10:00:00"}, "datetime"),
        ({"datetime": None}, "datetime"),
        ({"duration": "two hours"}, "duration"),
        ({"duration": "0"}, "duration"),
        ({"duration": "99999999999"}, "duration"),
        ({"duration": True}, "duration"),
    ],
)
def test_what_makes_no_appointment_is_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        read(**changes)
    assert caught.value.field == field


def test_a_duration_may_be_a_number() -> None:
    assert read(duration=120) == read()


@given(json_values | mutations(sample("acuity")))
def test_whatever_the_api_answers_is_understood_or_complained_about(body: object) -> None:
    assert isinstance(
        outcome(lambda: acuity.read(NOTICE, body, SOURCE, ASKED_AT)),
        Book | Cancel | Ignore | DeliveryError,
    )


@given(st.binary(max_size=200))
def test_whatever_form_comes_is_understood_or_complained_about(form: bytes) -> None:
    assert isinstance(
        outcome(lambda: acuity.read_notice(form)), acuity.Notice | Ignore | DeliveryError
    )


@pytest.fixture
async def api(socket_enabled: None) -> AsyncGenerator[str]:
    """Serve one appointment to who has the key, and what can go wrong under other numbers."""

    async def appointment(request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Basic MTIzNDprM3k=":
            return web.json_response({"error": "unauthorized"}, status=HTTPStatus.UNAUTHORIZED)
        match request.match_info["id"]:
            case "54321":
                return web.json_response(sample("acuity"))
            case "1":
                return web.json_response({"error": "not_found"}, status=HTTPStatus.NOT_FOUND)
            case "2":
                return web.Response(text="<html>", content_type="application/json")
            case "3":
                return web.Response(text="busy", content_type="text/html")
            case _:
                raise web.HTTPInternalServerError

    app = web.Application()
    app.router.add_get("/api/v1/appointments/{id}", appointment)
    server = TestServer(app, host="127.0.0.1")
    async with server:
        yield str(server.make_url("/api/v1"))


async def asked(api: str, appointment: str, account: acuity.Account = ACCOUNT) -> Any:  # noqa: ANN401 - JSON
    """Ask for an appointment."""
    async with ClientSession() as session:
        notice = acuity.Notice(appointment)
        return await acuity.fetch(session, api, account, notice)


async def test_an_appointment_is_asked_for_with_the_key(api: str) -> None:
    assert await asked(api, "54321") == sample("acuity")
    assert await asked(api, "1") is None


@pytest.mark.parametrize("appointment", ["2", "3", "4"])
async def test_an_answer_that_tells_nothing_is_not_taken_for_no_appointment(
    api: str, appointment: str
) -> None:
    with pytest.raises(acuity.AcuityError):
        await asked(api, appointment)


async def test_a_wrong_key_is_an_error_that_does_not_quote_it(api: str) -> None:
    with pytest.raises(acuity.AcuityError, match="401") as caught:
        await asked(api, "54321", acuity.Account(user="1234", key="wr0ng"))
    assert "wr0ng" not in repr(caught.value)
    assert "k3y" not in repr(ACCOUNT)


@pytest.mark.usefixtures("socket_enabled")
async def test_an_api_that_is_away_is_an_error() -> None:
    with pytest.raises(acuity.AcuityError):
        await asked(f"http://127.0.0.1:{closed_port()}", "54321")
