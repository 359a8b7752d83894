"""Bookings that come from outside, through Home Assistant's real HTTP server."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
import hashlib
import hmac
from http import HTTPStatus
import json
import logging
from pathlib import Path
import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio import intake
from custom_components.micro_studio.const import (
    CONF_ALIASES,
    CONF_KIND,
    CONF_POLICY,
    DOMAIN,
    KIND_SITE,
    SUBENTRY_STUDIO,
    SUBENTRY_WEBHOOK,
)
from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.room import Room
from custom_components.micro_studio.sources.intake import acuity
from custom_components.micro_studio.sources.intake.delivery import Format
from custom_components.micro_studio.sources.intake.signature import HEADERS
from custom_components.micro_studio.sources.intake.subscription import Subscription
from tests.integration.clock import Clock
from tests.sources.intake.bodies import sample

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
PRIVATE = ("Lovelace", "7946", "442079460001", "ada@example.com", "tea kettle", "shhh")
SECRETS = {kind: f"shhh-{kind}" for kind in Format}
A, B = "studio-a-id", "studio-b-id"

type Desk = TestClient[web.Request, web.Application]


def webhook_id(kind: Format) -> str:
    """Return the address of a webhook."""
    return f"hook-{kind}"


def signed(kind: Format, body: bytes, secret: str | None = None) -> dict[str, str]:
    """Return the header with which a sender signs."""
    digest = hmac.new((secret or SECRETS[kind]).encode(), body, hashlib.sha256)
    if kind is Format.ACUITY:
        return {HEADERS[kind]: b64encode(digest.digest()).decode()}
    return {HEADERS[kind]: digest.hexdigest()}


class Post:
    """Brings deliveries, and keeps all that was answered."""

    def __init__(self, client: Desk) -> None:
        self.client = client
        self.answers: list[str] = []

    async def bring(
        self, kind: Format, body: object, *, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a body, signed unless other headers are given; return status and answer."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = signed(kind, raw) if headers is None else headers
        path = f"/api/webhook/{webhook_id(kind)}"
        async with self.client.post(path, data=raw, headers=headers) as response:
            text = await response.text()
            self.answers.append(text)
            return response.status, json.loads(text) if text else None


@pytest.fixture
async def site(hass: HomeAssistant, clock: Clock) -> MockConfigEntry:
    """Return a site with two studios and a webhook for each format, not set up yet."""
    assert await async_setup_component(hass, "webhook", {})
    hass.config.country = "DE"
    studios = [
        ConfigSubentryData(
            data={CONF_ALIASES: [*aliases]},
            subentry_type=SUBENTRY_STUDIO,
            title=title,
            unique_id=key,
        )
        for key, title, aliases in ((A, "Studio A", ("studio-a", "27238")), (B, "Studio B", ("b",)))
    ]
    webhooks = [
        ConfigSubentryData(
            data=Subscription(
                webhook_id=webhook_id(kind), secret=SECRETS[kind], format=kind, user_id="1234"
            ).dump(),
            subentry_type=SUBENTRY_WEBHOOK,
            title=f"Bookings by {kind}",
            unique_id=webhook_id(kind),
        )
        for kind in Format
    ]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Old town",
        unique_id="old-town",
        data={CONF_KIND: KIND_SITE},
        subentries_data=[*studios, *webhooks],
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def post(
    hass: HomeAssistant,
    site: MockConfigEntry,
    socket_enabled: None,
    hass_client_no_auth: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
) -> AsyncGenerator[Post]:
    """Set the site up and bring deliveries; in the end nothing private has been told to anyone."""
    caplog.set_level(logging.DEBUG, logger="custom_components.micro_studio")
    assert await hass.config_entries.async_setup(site.entry_id)
    await hass.async_block_till_done()
    post = Post(await hass_client_no_auth())
    yield post
    told = [*post.answers, *(record.getMessage() for record in caplog.records if _ours(record))]
    assert [word for word in PRIVATE if any(word in text for text in told)] == []


def _ours(record: logging.LogRecord) -> bool:
    return "micro_studio" in record.name or "webhook" in record.name


def room(site: MockConfigEntry, studio: str = A) -> Room:
    """Return a room of the site."""
    found: Room = site.runtime_data.rooms[studio]
    return found


def standing(site: MockConfigEntry, studio: str = A) -> list[Booking]:
    """Return the bookings that stand in a room."""
    return list(room(site, studio).bookings)


def source(site: MockConfigEntry, kind: Format) -> str:
    """Return the source of a webhook's bookings."""
    return next(
        subentry.subentry_id
        for subentry in site.subentries.values()
        if subentry.unique_id == webhook_id(kind)
    )


def neutral(**changes: object) -> dict[str, object]:
    """Return a body in our own words."""
    return {**sample("neutral"), "replaces": None, **changes}


async def test_a_booking_comes_changes_and_is_cancelled(post: Post, site: MockConfigEntry) -> None:
    answer = {"booking": "shop-4711", "studio": A}
    assert await post.bring(Format.NEUTRAL, neutral()) == (200, {**answer, "result": "created"})
    (booking,) = standing(site)
    assert (booking.source, booking.uid) == (source(site, Format.NEUTRAL), "shop-4711")
    assert (booking.title, booking.guest.name) == ("Podcast, two hours", "Ada Lovelace")

    later = neutral(revision=8, end="2026-11-25T13:00:00+01:00")
    assert await post.bring(Format.NEUTRAL, later) == (200, {**answer, "result": "changed"})
    (booking,) = standing(site)
    assert booking.end.hour == 12

    gone = {"external_id": "shop-4711", "status": "cancelled", "revision": 9}
    assert await post.bring(Format.NEUTRAL, gone) == (200, {**answer, "result": "cancelled"})
    assert standing(site) == []


async def test_deliveries_that_come_again_or_late_change_nothing(
    hass: HomeAssistant, post: Post, site: MockConfigEntry
) -> None:
    created, cancelled = (
        neutral(),
        {"external_id": "shop-4711", "status": "cancelled", "revision": 9},
    )
    unchanged = (200, {"booking": "shop-4711", "result": "unchanged"})
    await post.bring(Format.NEUTRAL, created)
    before = standing(site)
    assert await post.bring(Format.NEUTRAL, created) == unchanged
    assert await post.bring(Format.NEUTRAL, neutral(revision=6, studio="Studio B")) == unchanged
    assert (standing(site), standing(site, B)) == (before, [])

    await post.bring(Format.NEUTRAL, cancelled)
    assert await post.bring(Format.NEUTRAL, created) == unchanged
    assert await hass.config_entries.async_reload(site.entry_id)
    await hass.async_block_till_done()
    assert await post.bring(Format.NEUTRAL, created) == unchanged
    assert standing(site) == []


async def test_without_numbers_the_last_counts_but_a_cancelled_booking_does_not_come_back(
    post: Post, site: MockConfigEntry
) -> None:
    plain = neutral(revision=None)
    for title, result in (("One", "created"), ("Two", "changed"), ("Two", "unchanged")):
        _, answer = await post.bring(Format.NEUTRAL, {**plain, "title": title})
        assert answer["result"] == result
    await post.bring(Format.NEUTRAL, {**plain, "status": "cancelled"})

    status, answer = await post.bring(Format.NEUTRAL, plain)

    assert (status, answer["error"], answer["field"]) == (409, "unnumbered", "revision")
    assert standing(site) == []


async def test_a_booking_moves_to_another_studio_and_leaves_the_first(
    post: Post, site: MockConfigEntry
) -> None:
    await post.bring(Format.NEUTRAL, neutral())
    answer = await post.bring(Format.NEUTRAL, neutral(revision=8, studio="STUDIO B"))
    assert answer == (200, {"booking": "shop-4711", "result": "changed", "studio": B})
    assert standing(site) == []
    assert [booking.uid for booking in standing(site, B)] == ["shop-4711"]


async def test_cal_com_requests_confirms_reschedules_and_cancels(
    post: Post, site: MockConfigEntry
) -> None:
    async def bring(name: str) -> str:
        status, answer = await post.bring(Format.CAL_COM, sample(f"cal_com_{name}"))
        assert status == HTTPStatus.OK
        return str(answer["result"])

    assert await bring("requested") == "created"
    assert [booking.status for booking in standing(site)] == [Status.TENTATIVE]
    assert await bring("created") == "changed"
    assert [booking.status for booking in standing(site)] == [Status.CONFIRMED]
    assert await bring("rescheduled") == "changed"
    assert [booking.uid for booking in standing(site)] == ["cp96d6UZfisqb5MqJSTMbj"]
    for ignored in ("ping", "no_show", "meeting_started"):
        assert await bring(ignored) == "ignored"
    # It is about the booking before it was moved, and late.
    assert await bring("created") == "unchanged"
    assert [booking.uid for booking in standing(site)] == ["cp96d6UZfisqb5MqJSTMbj"]

    cancelled = sample("cal_com_cancelled")
    cancelled["payload"]["uid"] = "cp96d6UZfisqb5MqJSTMbj"
    _, answer = await post.bring(Format.CAL_COM, cancelled)
    assert answer["result"] == "cancelled"
    assert standing(site) == []


async def test_a_reschedule_that_comes_after_the_next_one_still_takes_the_first_away(
    post: Post, site: MockConfigEntry
) -> None:
    again = sample("cal_com_rescheduled")
    again["createdAt"] = "2026-11-22T08:00:00Z"
    again["payload"] |= {"uid": "third", "rescheduleUid": "cp96d6UZfisqb5MqJSTMbj"}
    for body in (sample("cal_com_created"), again, sample("cal_com_rescheduled")):
        status, _ = await post.bring(Format.CAL_COM, body)
        assert status == HTTPStatus.OK
    assert [booking.uid for booking in standing(site)] == ["third"]


@pytest.fixture
async def appointment(
    monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> AsyncGenerator[dict[str, Any]]:
    """Serve an appointment as Acuity would, as a test changes it; without one, Acuity is down."""
    served: dict[str, Any] = sample("acuity")

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"].startswith("Basic ")
        return web.json_response(served) if served else web.Response(status=500)

    app = web.Application()
    app.router.add_get("/appointments/54321", answer)
    server = TestServer(app, host="127.0.0.1")
    async with server:
        monkeypatch.setattr(acuity, "API", str(server.make_url("")).rstrip("/"))
        yield served


async def test_acuity_is_asked_for_the_appointment(
    post: Post, site: MockConfigEntry, clock: Clock, appointment: dict[str, Any]
) -> None:
    form = urlencode({"action": "changed", "id": 54321, "calendarID": 27238}).encode()
    _, answer = await post.bring(Format.ACUITY, form)
    assert answer == {"booking": "54321", "studio": A, "result": "created"}
    assert [booking.guest.name for booking in standing(site)] == ["Ada Lovelace"]

    await clock.minutes(1)
    appointment["calendarID"], appointment["calendar"] = 1, "B"
    _, answer = await post.bring(Format.ACUITY, form)
    assert answer == {"booking": "54321", "studio": B, "result": "changed"}
    assert standing(site) == []

    await clock.minutes(1)
    appointment["canceled"] = True
    _, answer = await post.bring(Format.ACUITY, form)
    assert answer == {"booking": "54321", "studio": B, "result": "cancelled"}
    assert standing(site, B) == []


async def test_an_acuity_that_does_not_answer_cancels_nothing(
    post: Post, site: MockConfigEntry, clock: Clock, appointment: dict[str, Any]
) -> None:
    form = b"action=changed&id=54321"
    await post.bring(Format.ACUITY, form)
    appointment.clear()
    await clock.minutes(1)
    assert await post.bring(Format.ACUITY, form) == (503, {"error": "acuity_unavailable"})
    assert [booking.uid for booking in standing(site)] == ["54321"]


@pytest.mark.parametrize("kind", list(Format))
@pytest.mark.parametrize("secret", [None, "another"])
async def test_who_has_not_signed_is_turned_away_and_the_log_hears_of_it_once(
    post: Post,
    site: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    kind: Format,
    secret: str | None,
) -> None:
    body = json.dumps(neutral()).encode()
    headers = signed(kind, body, secret) if secret else {}
    for _ in range(3):
        answer = await post.bring(kind, body, headers=headers)
        assert answer == (401, {"error": "wrong_signature"})
    assert standing(site) == []
    lines = [text for text in caplog.messages if "wrong signature" in text]
    assert lines == [f"Bookings by {kind}: 1 deliveries had a wrong signature so far"]


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (b"", 400, {"error": "malformed", "field": "body"}),
        (b'{"external_id": "\\ud800"}', 400, {"error": "malformed", "field": "body"}),
        (b"[" * 2000, 400, {"error": "malformed", "field": "body"}),
        (b"[]", 422, {"error": "invalid", "field": "body"}),
        (neutral(start="2026-11-25 10:00"), 422, {"error": "invalid", "field": "start"}),
        (neutral(guest={"email": 1}), 422, {"error": "invalid", "field": "guest.email"}),
        (neutral(studio="Studio C"), 422, {"error": "unknown_studio", "field": "studio"}),
        (neutral(studio=None), 422, {"error": "unknown_studio", "field": "studio"}),
        (neutral(end="2028-11-25T12:00:00Z"), 422, {"error": "too_far_ahead", "field": "end"}),
        (b" " * (intake.MOST_BYTES + 1), 413, {"error": "too_large"}),
    ],
)
async def test_what_cannot_be_understood_changes_nothing_and_says_why(
    post: Post, site: MockConfigEntry, body: object, status: int, answer: dict[str, str]
) -> None:
    got, words = await post.bring(Format.NEUTRAL, body)
    assert got == status
    assert answer.items() <= words.items()
    assert (standing(site), standing(site, B)) == ([], [])


async def test_a_studio_that_takes_no_bookings_still_hears_of_those_it_has(
    hass: HomeAssistant, post: Post, site: MockConfigEntry
) -> None:
    await post.bring(Format.NEUTRAL, neutral())
    subentry = room(site).subentry
    hass.config_entries.async_update_subentry(
        site, subentry, data={**subentry.data, CONF_POLICY: {"accepting_bookings": False}}
    )
    await hass.async_block_till_done()

    refused = await post.bring(Format.NEUTRAL, neutral(external_id="another"))
    assert refused == (503, {"error": "not_accepting"})
    _, answer = await post.bring(Format.NEUTRAL, neutral(revision=8, title="Longer"))
    assert answer["result"] == "changed"
    _, answer = await post.bring(Format.NEUTRAL, neutral(revision=9, status="cancelled"))
    assert answer["result"] == "cancelled"


async def test_a_booking_that_is_over_is_no_news(post: Post, site: MockConfigEntry) -> None:
    past = neutral(start="2026-11-20T10:00:00Z", end="2026-11-20T11:00:00Z")
    _, answer = await post.bring(Format.NEUTRAL, past)
    assert answer["result"] == "unchanged"
    assert standing(site) == []


async def test_a_full_disk_lets_the_sender_come_again(
    post: Post, site: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> bool:
        return False

    ledger = "custom_components.micro_studio.sources.ledger.LedgerStore.async_keep"
    with monkeypatch.context() as full:
        full.setattr(ledger, fails)
        assert await post.bring(Format.NEUTRAL, neutral()) == (503, {"error": "not_stored"})
        assert standing(site) == []
    _, answer = await post.bring(Format.NEUTRAL, neutral())
    assert answer["result"] == "created"


async def test_a_site_that_is_not_loaded_asks_the_sender_to_come_again(
    hass: HomeAssistant, post: Post, site: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(site.entry_id)
    assert await post.bring(Format.NEUTRAL, neutral()) == (503, {"error": "not_loaded"})
    assert await hass.config_entries.async_setup(site.entry_id)
    await hass.async_block_till_done()
    _, answer = await post.bring(Format.NEUTRAL, neutral())
    assert answer["result"] == "created"


async def test_a_removed_webhook_takes_nothing_any_more(
    hass: HomeAssistant, post: Post, site: MockConfigEntry
) -> None:
    hass.config_entries.async_remove_subentry(site, source(site, Format.NEUTRAL))
    await hass.async_block_till_done()
    # Home Assistant does not tell strangers which webhooks there are.
    assert await post.bring(Format.NEUTRAL, neutral()) == (200, None)

    assert await hass.config_entries.async_unload(site.entry_id)
    hass.config_entries.async_remove_subentry(site, source(site, Format.CAL_COM))
    gone = await post.bring(Format.CAL_COM, sample("cal_com_created"))
    assert gone == (410, {"error": "removed"})


async def test_a_removed_site_leaves_no_webhook_and_no_file(
    hass: HomeAssistant, post: Post, site: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await post.bring(Format.NEUTRAL, neutral())
    assert await hass.config_entries.async_remove(site.entry_id)
    assert await post.bring(Format.NEUTRAL, neutral()) == (200, None)
    assert [name for name in hass_storage if site.entry_id in name] == []


async def test_a_broken_memory_is_not_taken_for_none(
    hass: HomeAssistant,
    site: MockConfigEntry,
    hass_storage: dict[str, Any],
    intended: list[str],
) -> None:
    key = f"{DOMAIN}.{site.entry_id}.webhooks"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {"taken": []}}
    intended.append("webhooks.taken")
    assert not await hass.config_entries.async_setup(site.entry_id)
    await hass.async_block_till_done()
    assert site.state is ConfigEntryState.SETUP_ERROR
    assert hass_storage[key]["data"] == {"taken": []}


async def test_a_new_secret_counts_at_once(
    hass: HomeAssistant, post: Post, site: MockConfigEntry
) -> None:
    subentry = site.subentries[source(site, Format.NEUTRAL)]
    hass.config_entries.async_update_subentry(
        site, subentry, data={**subentry.data, "secret": "renewed"}
    )
    body = json.dumps(neutral()).encode()
    assert await post.bring(Format.NEUTRAL, body) == (401, {"error": "wrong_signature"})
    headers = signed(Format.NEUTRAL, body, "renewed")
    _, answer = await post.bring(Format.NEUTRAL, body, headers=headers)
    assert answer["result"] == "created"


async def test_what_breaks_us_is_not_answered_as_if_all_were_well(
    post: Post, site: MockConfigEntry, monkeypatch: pytest.MonkeyPatch, intended: list[str]
) -> None:
    def breaks(*_: object) -> None:
        message = "Ada Lovelace"
        raise RuntimeError(message)

    monkeypatch.setattr("custom_components.micro_studio.sources.intake.neutral.read", breaks)
    intended.append("broke us: RuntimeError")
    assert await post.bring(Format.NEUTRAL, neutral()) == (500, None)
    assert standing(site) == []


async def test_the_documented_command_books(post: Post, site: MockConfigEntry) -> None:
    """The shell runs it as it stands on the page, but for address and secret."""
    (command,) = re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    url = str(post.client.make_url(f"/api/webhook/{webhook_id(Format.NEUTRAL)}"))
    for name, value in (("URL", url), ("SECRET", SECRETS[Format.NEUTRAL])):
        command, count = re.subn(rf"(?m)^{name}='.*'$", f"{name}='{value}'", command)
        assert count == 1

    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    answer, complaints = await shell.communicate()

    assert complaints == b""
    assert json.loads(answer) == {"booking": "shop-4711", "result": "created", "studio": A}
    (booking,) = standing(site)
    assert booking.guest.party_size == 3
