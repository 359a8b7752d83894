"""What people ask Assist about studios, aloud and through a language model, and what it answers."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
import logging
from pathlib import Path
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import conversation
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.helpers import intent, llm
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from probatio import to_openapi
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.micro_studio.const import DOMAIN
from custom_components.micro_studio.core.booking import Booking
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.core.origin import LOCAL
from custom_components.micro_studio.desk import async_book
from custom_components.micro_studio.intent import BOOK, IS_FREE, read_span
from tests.integration.automations import Site, site_of_two

GUIDE: Final = Path(__file__).parents[2] / "docs" / "assist.md"
ZONE: Final = ZoneInfo("Europe/Berlin")
NOON: Final = datetime(2026, 12, 2, 12, tzinfo=ZONE)  # a Wednesday

_FILE: Final = re.compile(
    r"`/config/(custom_sentences/\w+/\S+\.yaml)`:\n\n```yaml\n(.*?)```", re.DOTALL
)


def copy_sentences(config: Path) -> None:
    """Do what the guide tells people to do."""
    for found in _FILE.finditer(GUIDE.read_text(encoding="utf-8")):
        path = config / found[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found[2], encoding="utf-8")


@pytest.fixture
async def site(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> AsyncGenerator[Site]:
    """Return a site of two studios in Berlin, on a Wednesday at noon, with Assist."""
    freezer.move_to(NOON)
    await hass.config.async_set_time_zone("Europe/Berlin")
    await hass.async_add_executor_job(copy_sentences, Path(hass.config.path()))
    for component in ("homeassistant", "intent", "conversation", "llm"):
        assert await async_setup_component(hass, component, {})
    site = Site(hass, site_of_two(hass))
    await site.load()
    yield site
    await site.unload()


@pytest.fixture
def owner(hass_admin_user: MockUser) -> Context:
    """Return somebody who may do everything."""
    return Context(user_id=hass_admin_user.id)


@pytest.fixture
def reader(hass_read_only_user: MockUser) -> Context:
    """Return somebody who may see everything and do nothing."""
    hass_read_only_user.mock_policy({"entities": {"all": {"read": True}}})
    return Context(user_id=hass_read_only_user.id)


async def say(site: Site, text: str, context: Context, language: str = "en") -> str:
    """Say something to Home Assistant's own agent and return what it answers."""
    result = await conversation.async_converse(
        site.hass, text, None, context, language=language, agent_id="conversation.home_assistant"
    )
    speech: str = result.response.speech["plain"]["speech"]
    return speech


async def call(
    site: Site, tool: str, context: Context | None, **arguments: object
) -> llm.ToolResult:
    """Let a language model call a tool of Assist."""
    api = await tools(site.hass, context)
    return await api.async_call_tool(llm.ToolInput(f"{DOMAIN}__{tool}", dict(arguments)))


async def tools(hass: HomeAssistant, context: Context | None) -> llm.APIInstance:
    """Return what a language model is given."""
    asked = llm.LLMContext(
        platform="test", context=context, language="en", assistant="conversation", device_id=None
    )
    return await llm.async_get_api(hass, llm.LLM_API_ASSIST, asked)


async def book(site: Site, hour: int, *, studio: str = "a", guest: str = "", day: int = 2) -> None:
    """Book a studio for an hour."""
    start = datetime(2026, 12, day, hour, tzinfo=ZONE)
    booking = Booking(
        source=LOCAL,
        uid=f"{studio}-{day}-{hour}",
        start=start,
        end=start + timedelta(hours=1),
        title="Night talk",
        guest=Guest(name=guest),
    )
    await async_book(site.room(studio), booking, force=True)
    await site.hass.async_block_till_done()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("is studio A free at three", "No, Studio A is booked today at 15:00."),
        ("Is Studio A free at 3 pm?", "No, Studio A is booked today at 15:00."),
        ("is studio B free at three", "Yes, Studio B is free today at 15:00."),
        ("is studio A free tomorrow at three", "Yes, Studio A is free tomorrow at 15:00."),
        ("is studio A free at 3:30", "No, Studio A is booked today at 15:30."),
        ("is studio B free", "Yes, Studio B is free now."),
        (
            "is studio A free on friday from ten to twelve",
            "Yes, Studio A is free on Friday from 10:00 to 12:00.",
        ),
        ("is the moon free at three", "There is no studio called the moon."),
    ],
)
async def test_a_question_in_english_ends_in_the_right_answer(
    site: Site, owner: Context, text: str, answer: str
) -> None:
    await book(site, 15)

    assert (await say(site, text, owner)).startswith(answer)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ist Studio A um drei frei", "Nein, Studio A ist heute um 15:00 gebucht."),
        ("Ist Studio A um 15 Uhr 30 frei?", "Nein, Studio A ist heute um 15:30 gebucht."),
        ("ist Studio B morgen um drei frei", "Ja, Studio B ist morgen um 15:00 frei."),
        (
            "ist Studio A am Freitag von zehn bis zwölf frei",
            "Ja, Studio A ist am Freitag von 10:00 bis 12:00 frei.",
        ),
        ("ist der Mond frei", "Es gibt kein Studio namens der Mond."),
        ("wer kommt als nächstes", "Als Nächstes in Studio A: Ada mit Night talk, heute von"),
        (
            "buche Studio B morgen von zehn bis zwölf",
            "Studio B ist morgen von 10:00 bis 12:00 für dich gebucht.",
        ),
    ],
)
async def test_a_question_in_german_ends_in_the_right_answer(
    site: Site, owner: Context, text: str, answer: str
) -> None:
    await book(site, 15, guest="Ada")

    assert (await say(site, text, owner, "de")).startswith(answer)


async def test_a_studio_that_is_not_free_is_offered_for_later(site: Site, owner: Context) -> None:
    await book(site, 15)
    await book(site, 16)
    buffer = site.room().policy.buffer

    answer = await say(site, "is studio A free from three to four", owner)

    later = datetime(2026, 12, 2, 17, tzinfo=ZONE) + buffer
    assert answer.endswith(f"It can be had today at {later:%H:%M}.")


async def test_who_asks_now_hears_until_when_the_studio_is_free(site: Site, owner: Context) -> None:
    await book(site, 15)
    until = datetime(2026, 12, 2, 15, tzinfo=ZONE) - site.room().policy.buffer

    answer = await say(site, "is studio A free", owner)

    assert answer == (
        f"Yes, Studio A is free now. The next booking leaves it free until {until:%H:%M}."
    )


async def test_a_closed_studio_is_offered_from_its_next_opening_on(
    site: Site, owner: Context
) -> None:
    entry, room = site.entry, site.room()
    site.hass.config_entries.async_update_subentry(
        entry, room.subentry, data={**room.subentry.data, "opening_hours": "Mo-Fr 09:00-18:00"}
    )
    await site.hass.async_block_till_done()

    answer = await say(site, "is studio A free at 8 pm", owner)

    assert answer == ("No, Studio A is closed today at 20:00. It can be had tomorrow at 09:00.")


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ({"opening_hours": "off"}, "No, Studio A is closed today at 15:00."),
        ({"time_zone": "Europe/Lisbon"}, "No, Studio A is booked today at 15:00."),
    ],
)
async def test_a_studio_has_hours_and_a_clock_of_its_own(
    site: Site, owner: Context, data: dict[str, str], answer: str
) -> None:
    """Three in Lisbon is four in Berlin."""
    await book(site, 16)
    room = site.room()
    site.hass.config_entries.async_update_subentry(
        site.entry, room.subentry, data={**room.subentry.data, **data}
    )
    await site.hass.async_block_till_done()
    await site.unload()
    await site.load()

    assert (await say(site, "is studio A free at three", owner)).startswith(answer)


async def test_nobody_can_tell_when_a_studio_takes_bookings_again(
    site: Site, owner: Context
) -> None:
    site.room().override_policy("accepting_bookings", value=False)
    await site.hass.async_block_till_done()

    answer = await say(site, "is studio A free at three", owner)
    booked = await say(site, "book studio A tomorrow ten to twelve", owner)

    assert answer == "No, Studio A takes no bookings at the moment."
    assert booked == "Studio A takes no bookings at the moment. Choose another studio."


async def test_a_day_without_a_time_is_asked_for_it(site: Site, owner: Context) -> None:
    slots = {"studio": {"value": "Studio A"}, "day": {"value": "tomorrow"}}

    response = await intent.async_handle(site.hass, DOMAIN, IS_FREE, slots, context=owner)

    assert response.speech["plain"]["speech"].startswith("Say the time as well")


async def test_a_booking_far_away_is_told_with_its_date(site: Site, owner: Context) -> None:
    await book(site, 15, day=20)

    answer = await say(site, "who is next in studio A", owner)
    other = await call(site, "who_is_next", owner, studio="Studio B")

    assert answer.endswith("on 20 December from 15:00 to 16:00.")
    assert other.data == {"next": None}


async def test_the_next_booking_is_the_first_of_all_studios(site: Site, owner: Context) -> None:
    assert await say(site, "who is next", owner) == "Nothing more is booked."
    await book(site, 17)
    await book(site, 15, studio="b")

    everywhere = await say(site, "who is next", owner)
    here = await say(site, "who is next in studio A", owner)

    assert everywhere == "Next in Studio B is Night talk, today from 15:00 to 16:00."
    assert here == "Next in Studio A is Night talk, today from 17:00 to 18:00."


async def test_the_guest_is_named_only_to_who_may_control_the_studio(
    site: Site, owner: Context, reader: Context, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="custom_components.micro_studio")
    await book(site, 15, guest="Ada Lovelace")

    told = {
        who: await say(site, "who is next in studio A", context)
        for who, context in (("owner", owner), ("reader", reader), ("voice", Context()))
    }

    assert "Ada Lovelace" in told["owner"]
    assert told["reader"] == told["voice"]
    assert told["voice"] == "Next in Studio A is Night talk, today from 15:00 to 16:00."
    states = [state.as_dict() for state in site.hass.states.async_all()]
    assert "Lovelace" not in str(states)
    ours = [each for each in caplog.records if DOMAIN in each.name]
    assert not [each for each in ours if "Lovelace" in each.getMessage()]


async def test_a_studio_is_booked_for_who_may_control_it(site: Site, owner: Context) -> None:
    answer = await say(site, "book studio B tomorrow ten to twelve", owner)

    assert answer == "Studio B is booked for you tomorrow from 10:00 to 12:00."
    [booking] = site.room("b").bookings
    assert booking.start == datetime(2026, 12, 3, 10, tzinfo=ZONE)
    assert booking.end == datetime(2026, 12, 3, 12, tzinfo=ZONE)

    again = await say(site, "book studio B tomorrow eleven to one", owner)

    assert again == "Studio B is booked at that time. Ask when it is free."
    assert len(site.room("b").bookings) == 1


async def test_nobody_else_books_a_studio(site: Site, reader: Context) -> None:
    start, end = "2026-12-03 10:00:00", "2026-12-03 12:00:00"
    for context in (reader, Context()):
        answer = await say(site, "book studio B tomorrow ten to twelve", context)
        result = await call(site, "book", context, studio="Studio B", start=start, end=end)

        assert answer.startswith("Only users who may control Studio B can book it.")
        assert result.error
        assert result.data == {"error": answer}
    assert site.room("b").bookings == ()


async def test_a_studio_that_somebody_may_not_see_does_not_exist_for_them(
    site: Site, hass_read_only_user: MockUser
) -> None:
    hass_read_only_user.mock_policy({})
    stranger = Context(user_id=hass_read_only_user.id)

    answer = await say(site, "is studio A free", stranger)

    assert answer == "There is no studio that you may ask about."
    assert await say(site, "who is next", stranger) == "Nothing more is booked."


async def test_a_booking_that_cannot_be_stored_is_refused_in_the_language_of_the_question(
    site: Site, owner: Context
) -> None:
    site.hass.set_state(CoreState.stopping)

    answer = await say(site, "buche Studio B morgen von zehn bis zwölf", owner, "de")
    start, end = "2026-12-03 10:00:00", "2026-12-03 12:00:00"
    result = await call(site, "book", owner, studio="Studio B", start=start, end=end)

    site.hass.set_state(CoreState.running)
    texts = [await message(site.hass, "request_not_stored", each) for each in ("de", "en")]
    assert [answer, result.data["error"]] == texts
    assert result.error
    assert site.room("b").bookings == ()


async def message(hass: HomeAssistant, key: str, language: str) -> str:
    """Return what an error says."""
    texts = await async_get_translations(hass, language, "exceptions", [DOMAIN])
    return texts[f"component.{DOMAIN}.exceptions.{key}.message"]


async def test_an_unknown_studio_is_answered_with_those_that_there_are(
    site: Site, owner: Context
) -> None:
    said = await say(site, "is studio z free at three", owner)
    result = await call(site, "is_free", owner, studio="studio z")

    assert said == ("There is no studio called studio z. These are known: Studio A, Studio B.")
    assert (result.error, result.data) == (True, {"error": said})


async def test_a_model_is_given_tools_that_say_what_they_do(
    site: Site, owner: Context, caplog: pytest.LogCaptureFixture
) -> None:
    ours = {
        tool.name: tool
        for tool in (await tools(site.hass, owner)).tools
        if tool.integration == DOMAIN
    }

    assert {name: tool.annotations.read_only for name, tool in ours.items()} == {
        "micro_studio__is_free": True,
        "micro_studio__who_is_next": True,
        "micro_studio__book": False,
    }
    for tool in ours.values():
        assert tool.title
        assert tool.description
        assert all(marker.description for marker in tool.parameters.schema)
        assert not tool.annotations.destructive
    assert not [each for each in caplog.messages if DOMAIN in each and "tool" in each]

    await site.unload()
    left = await tools(site.hass, owner)
    await site.load()

    assert not [tool for tool in left.tools if tool.integration == DOMAIN]


async def test_a_model_is_told_how_to_write_a_time(site: Site, owner: Context) -> None:
    api = await tools(site.hass, owner)
    [tool] = [each for each in api.tools if each.name == f"{DOMAIN}__book"]

    told = to_openapi(tool.parameters, custom_serializer=api.custom_serializer)

    assert told["required"] == ["studio", "start", "end"]
    assert told["properties"]["start"]["type"] == "string"
    assert "YYYY-MM-DD" in told["properties"]["start"]["description"]


async def test_a_model_asks_and_books(site: Site, owner: Context) -> None:
    await book(site, 15, guest="Ada Lovelace")
    window = {"start": "2026-12-02 15:00:00", "end": "2026-12-02 16:00:00"}

    taken = await call(site, "is_free", owner, studio="Studio A", **window)
    free = await call(site, "is_free", owner, studio="Studio B", **window)
    upcoming = await call(site, "who_is_next", owner)
    booked = await call(site, "book", owner, studio="Studio B", title="Day talk", **window)

    assert (taken.data["free"], taken.data["reason"]) == (False, "occupied")
    later = datetime(2026, 12, 2, 16, tzinfo=ZONE) + site.room().policy.buffer
    assert taken.data["next_free"] == later.isoformat()
    assert (free.data["free"], free.data["next_free"]) == (True, None)
    assert "Lovelace" not in str([taken, free, upcoming, booked])
    assert upcoming.data["next"] == {
        "studio": "Studio A",
        "title": "Night talk",
        "start": "2026-12-02T15:00:00+01:00",
        "end": "2026-12-02T16:00:00+01:00",
    }
    assert not booked.error
    assert [booking.title for booking in site.room("b").bookings] == ["Day talk"]


async def test_what_has_passed_or_runs_backwards_is_refused(site: Site, owner: Context) -> None:
    early = await call(site, "is_free", owner, studio="Studio A", start="2026-12-01 10:00:00")
    backwards = await call(
        site,
        "book",
        owner,
        studio="Studio A",
        start="2026-12-03 12:00:00",
        end="2026-12-03 10:00:00",
    )

    assert early.data["error"] == "That time has passed. Choose one that is still to come."
    sideways = {"day": "tomorrow", "hour": 25, "end_hour": 12, "studio": "Studio A"}
    with pytest.raises(intent.InvalidSlotInfo):
        await intent.async_handle(
            site.hass, DOMAIN, BOOK, {key: {"value": each} for key, each in sideways.items()}
        )
    assert backwards.data["error"] == "The end is not after the start. Say both again."
    assert site.room().bookings == ()


@pytest.mark.parametrize(
    ("slots", "start", "end"),
    [
        ({"hour": 3}, "2026-12-02T15:00", None),
        ({"hour": 3, "half": "am"}, "2026-12-03T03:00", None),
        ({"hour": 11}, "2026-12-02T23:00", None),
        ({"hour": 11, "day": "today", "half": "am"}, "2026-12-02T11:00", None),
        ({"hour": 9, "day": "wednesday", "half": "am"}, "2026-12-09T09:00", None),
        ({"hour": 13, "day": "wednesday"}, "2026-12-02T13:00", None),
        ({"hour": 12, "half": "am"}, "2026-12-03T00:00", None),
        ({"hour": 24, "day": "today"}, "2026-12-03T00:00", None),
        ({"day": "tomorrow", "hour": 10, "end_hour": 12}, "2026-12-03T10:00", "2026-12-03T12:00"),
        ({"day": "tomorrow", "hour": 10, "end_hour": 2}, "2026-12-03T10:00", "2026-12-03T14:00"),
        ({"hour": 22, "end_hour": 1}, "2026-12-02T22:00", "2026-12-03T01:00"),
        (
            {"hour": 8, "end_hour": 10, "end_minute": 30, "end_half": "pm"},
            "2026-12-02T20:00",
            "2026-12-02T22:30",
        ),
        (
            {"day": "day_after_tomorrow", "hour": 11, "end_hour": 1, "end_half": "pm"},
            "2026-12-04T11:00",
            "2026-12-04T13:00",
        ),
    ],
)
def test_a_time_is_read_as_people_mean_it(
    slots: dict[str, Any], start: str, end: str | None
) -> None:
    found_start, found_end = read_span(slots, dt_util.as_utc(NOON), ZONE)

    assert found_start.astimezone(ZONE).replace(tzinfo=None) == datetime.fromisoformat(start)
    shown = found_end and found_end.astimezone(ZONE).replace(tzinfo=None)
    assert shown == (None if end is None else datetime.fromisoformat(end))
