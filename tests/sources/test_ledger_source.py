"""What is booked here is on the disk before anybody sees it, and there again after a restart."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.micro_studio.core.booking import Booking, Status
from custom_components.micro_studio.core.errors import PersistError
from custom_components.micro_studio.core.guest import Guest
from custom_components.micro_studio.core.requests import (
    CancelBooking,
    CreateBooking,
    Lock,
    MoveBooking,
    PartRequest,
)
from custom_components.micro_studio.sources.base import RequestError
from custom_components.micro_studio.sources.ledger import LedgerSource, LedgerStore

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOCAL = "bookings/local"
SHOP = "bookings/shop"
FILE = "micro_studio.entry.bookings"
FULL = [f"Error writing config for {FILE}", f"Saving file failed: .*{FILE}"]


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Let Home Assistant's storage be the disk."""
    return {}


@pytest.fixture(autouse=True)
def _now(freezer: FrozenDateTimeFactory) -> None:
    """Let it be a Monday in November."""
    freezer.move_to(NOW)


@pytest.fixture
async def store(hass: HomeAssistant) -> LedgerStore:
    """Return the bookings of an entry that has none."""
    store = LedgerStore(hass, "entry")
    await store.async_load()
    return store


@pytest.fixture
async def studio(hass: HomeAssistant, store: LedgerStore) -> AsyncGenerator[LedgerSource]:
    """Return a studio of the entry."""
    source = LedgerSource(hass, store, "a")
    yield source
    source.close()


@dataclass(frozen=True, slots=True)
class Disk:
    """The file of the bookings, and a disk that can be told to refuse it."""

    path: Path

    def text(self) -> str:
        """Return what stands in the file."""
        return self.path.read_text(encoding="utf-8")

    def write(self, text: str) -> None:
        """Write it as somebody else would."""
        self.path.write_text(text, encoding="utf-8")

    def number(self) -> int:
        """Return what changes with every atomic write."""
        return self.path.stat().st_ino

    def access(self) -> int:
        """Return who may do what with the file."""
        return self.path.stat().st_mode & 0o777

    def exists(self) -> bool:
        """Tell whether there is a file."""
        return self.path.exists()

    def refuse(self) -> None:
        """Put something there that no file can replace."""
        self.path.unlink()
        self.path.mkdir()

    def accept(self) -> None:
        """Take it away."""
        self.path.rmdir()


@pytest.fixture
def disk(hass: HomeAssistant) -> Disk:
    """Return where the bookings are."""
    return Disk(Path(hass.config.path(STORAGE_DIR, FILE)))


def booking(uid: str = "b1", start: datetime = NOW + HOUR, revision: int = 0) -> Booking:
    """Return an hour for a guest."""
    return Booking(source="local", uid=uid, start=start, end=start + HOUR, revision=revision)


def create(
    booked: Booking, part: str = LOCAL, *, rrule: str = "", zone: str = "UTC"
) -> CreateBooking:
    """Ask for a booking."""
    return CreateBooking(part=part, booking=booked, rrule=rrule, zone=zone)


def items(studio: LedgerSource, part: str = LOCAL) -> list[Booking]:
    """Return what the studio shows."""
    shown = studio.board.get(part, "items")
    assert isinstance(shown, tuple)
    return [each for each in shown if isinstance(each, Booking)]


async def restarted(hass: HomeAssistant) -> LedgerSource:
    """Return the studio as it comes back."""
    store = LedgerStore(hass, "entry")
    await store.async_load()
    return LedgerSource(hass, store, "a")


async def midnight(hass: HomeAssistant, freezer: FrozenDateTimeFactory, days: int = 1) -> None:
    """Let days pass."""
    freezer.move_to((NOW + days * DAY).replace(hour=0))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


async def refused(studio: LedgerSource, request: PartRequest) -> RequestError:
    """Return why a request was refused; nothing has changed."""
    before = {part: dict(studio.board.part(part)) for part in studio.board}
    with pytest.raises(RequestError) as caught:
        await studio.perform(request)
    assert {part: dict(studio.board.part(part)) for part in studio.board} == before
    return caught.value


async def test_a_studio_without_bookings_knows_that_it_has_none(studio: LedgerSource) -> None:
    """Empty, not unknown; and from the start."""
    assert studio.board.available
    assert list(studio.board) == [LOCAL]
    assert items(studio) == []


async def test_a_booking_outlives_a_restart(
    hass: HomeAssistant, studio: LedgerSource, disk: Disk
) -> None:
    """The file is there before the request is done, and nobody else may read it."""
    booked = replace(booking(), title="Show", notes="secret", guest=Guest(name="Ada"))
    await studio.perform(create(booked))
    assert disk.access() == 0o600
    again = await restarted(hass)
    assert items(again) == items(studio) == [booked]
    again.close()


async def test_a_series_outlives_a_restart(hass: HomeAssistant, studio: LedgerSource) -> None:
    """With what was changed of it."""
    rule = "FREQ=WEEKLY;COUNT=4"
    await studio.perform(create(booking("s"), rrule=rule, zone="Europe/Berlin"))
    first, second, third, fourth = items(studio)
    await studio.perform(
        MoveBooking(
            part=LOCAL,
            uid="s",
            start=second.start + DAY,
            end=second.end + DAY,
            title="Moved",
            recurrence_id=second.recurrence_id,
        )
    )
    await studio.perform(CancelBooking(part=LOCAL, uid="s", recurrence_id=third.recurrence_id))
    await studio.perform(
        MoveBooking(
            part=LOCAL,
            uid="s",
            start=fourth.start + HOUR,
            end=fourth.end + HOUR,
            title="",
            recurrence_id=fourth.recurrence_id,
            following=True,
        )
    )
    shown = items(studio)
    assert [each.start for each in shown] == [
        first.start,
        second.start + DAY,
        third.start,
        fourth.start + HOUR,
    ]
    assert [each.status for each in shown][2] is Status.CANCELLED
    assert shown[3].uid not in {"", "s"}
    again = await restarted(hass)
    assert items(again) == shown
    again.close()


async def test_each_source_has_a_part_of_its_own(hass: HomeAssistant, studio: LedgerSource) -> None:
    """Named after it, and so are its bookings; also after a restart."""
    await studio.perform(create(booking(), SHOP))
    await studio.perform(create(booking()))
    again = await restarted(hass)
    for each in (studio, again):
        assert sorted(each.board) == [LOCAL, SHOP]
        assert [found.source for found in items(each, SHOP)] == ["shop"]
    again.close()


async def test_a_part_that_lost_its_last_booking_is_empty(
    hass: HomeAssistant, studio: LedgerSource, freezer: FrozenDateTimeFactory
) -> None:
    """It does not vanish from the room."""
    await studio.perform(create(booking(), SHOP))
    await midnight(hass, freezer, 3)
    assert items(studio, SHOP) == []


async def test_the_booking_is_on_the_disk_when_the_room_hears_of_it(
    studio: LedgerSource, disk: Disk
) -> None:
    """Whoever is shown it may rely on it."""
    written: list[bool] = []
    studio.board.watch(LOCAL, ["items"], lambda: written.append("b1" in disk.text()))
    await studio.perform(create(booking()))
    assert written == [True]


async def test_a_delivery_that_says_nothing_new_is_not_written(
    studio: LedgerSource, disk: Disk
) -> None:
    """Webhooks come twice."""
    await studio.perform(create(booking(revision=2), SHOP))
    before = disk.number()
    await studio.perform(create(booking(revision=2), SHOP))
    await studio.perform(create(booking(revision=1, start=NOW + 5 * HOUR), SHOP))
    assert disk.number() == before
    assert [each.revision for each in items(studio, SHOP)] == [2]


async def test_what_the_disk_refuses_has_not_been_booked(
    hass: HomeAssistant, studio: LedgerSource, disk: Disk, intended: list[str]
) -> None:
    """Nothing is shown; when there is room again, it works."""
    intended += FULL
    await studio.perform(create(booking()))
    kept = disk.text()
    disk.refuse()
    assert (await refused(studio, create(booking("b2")))).reason == "not_stored"
    assert (await refused(studio, CancelBooking(part=LOCAL, uid="b1"))).reason == "not_stored"
    disk.accept()
    disk.write(kept)
    await studio.perform(create(booking("b3", NOW + 3 * HOUR)))
    assert [each.uid for each in items(studio)] == ["b1", "b3"]
    again = await restarted(hass)
    assert items(again) == items(studio)
    again.close()


async def test_nothing_is_booked_while_home_assistant_stops(
    hass: HomeAssistant, studio: LedgerSource, disk: Disk
) -> None:
    """It would be written when nobody hears of a failure."""
    hass.set_state(CoreState.stopping)
    assert (await refused(studio, create(booking()))).reason == "not_stored"
    hass.set_state(CoreState.running)
    assert not disk.exists()


async def test_nothing_is_written_over_a_file_that_was_not_read(hass: HomeAssistant) -> None:
    """Whoever forgets to load it loses no booking."""
    studio = LedgerSource(hass, LedgerStore(hass, "entry"), "a")
    assert (await refused(studio, create(booking()))).reason == "not_stored"
    studio.close()


def _in_first_record(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    """Change the first booking of a file."""

    def damaged(text: str) -> str:
        document = json.loads(text)
        change(document["data"]["studios"]["a"]["records"][0])
        return json.dumps(document)

    return damaged


@pytest.mark.parametrize(
    "damaged",
    [
        lambda text: text[:-10],
        lambda _: "",
        lambda _: "{}",
        lambda _: "[]",
        lambda _: "null",
        lambda text: text.replace('"version":1', '"version":9'),
        lambda text: text.replace('"studios"', '"rooms"'),
        _in_first_record(lambda record: record["booking"].pop("start")),
        _in_first_record(lambda record: record.update(zone="Europe/Atlantis")),
        _in_first_record(lambda record: record.update(rrule="FREQ=HOURLY")),
        _in_first_record(lambda record: record.update(rrule="daily")),
    ],
)
async def test_a_broken_file_is_never_an_empty_one(
    hass: HomeAssistant,
    studio: LedgerSource,
    disk: Disk,
    damaged: Callable[[str], str],
    caplog: pytest.LogCaptureFixture,
    intended: list[str],
) -> None:
    """It stays as it is, so that a person can look at it; also when it is tried again."""
    await studio.perform(create(booking(), rrule="FREQ=DAILY", zone="Europe/Berlin"))
    broken = damaged(disk.text().replace(": ", ":"))
    disk.write(broken)
    for _ in range(2):
        with pytest.raises(PersistError):
            await LedgerStore(hass, "entry").async_load()
    assert disk.text() == broken
    if "Could not parse JSON" in caplog.text:
        intended.append(f"Could not parse JSON content: .*{FILE}")


async def test_the_window_moves_on_by_itself(
    hass: HomeAssistant, studio: LedgerSource, freezer: FrozenDateTimeFactory
) -> None:
    """From a day ago to 400 days ahead, at every midnight."""
    await studio.perform(create(booking(), rrule="FREQ=DAILY"))
    assert items(studio)[-1].end > NOW + 400 * DAY
    for days in (1, 2, 3, 10):
        await midnight(hass, freezer, days)
        now = dt_util.utcnow()
        assert now - DAY <= items(studio)[0].start < now
        assert now + 400 * DAY < items(studio)[-1].end < now + 402 * DAY


async def test_nobody_is_woken_for_nothing(
    hass: HomeAssistant, studio: LedgerSource, freezer: FrozenDateTimeFactory
) -> None:
    """A studio without bookings has no timer; one that is closed, neither."""
    assert studio._timer is None
    await studio.perform(create(booking()))
    assert studio._timer is not None
    await midnight(hass, freezer, 3)
    assert studio._timer is None
    await studio.perform(create(booking("b2", NOW + 5 * DAY)))
    studio.close()
    assert studio._timer is None
    await studio.perform(create(booking("b3", NOW + 5 * DAY)))
    assert studio._timer is None


async def test_what_is_long_over_leaves_the_file(
    hass: HomeAssistant, studio: LedgerSource, disk: Disk, freezer: FrozenDateTimeFactory
) -> None:
    """A day later, not at once."""
    await studio.perform(create(booking()))
    await midnight(hass, freezer, 1)
    assert "b1" in disk.text()
    await midnight(hass, freezer, 3)
    assert "b1" not in disk.text()


async def test_what_cannot_be_forgotten_on_the_disk_is_forgotten_another_day(
    hass: HomeAssistant,
    studio: LedgerSource,
    disk: Disk,
    freezer: FrozenDateTimeFactory,
    intended: list[str],
) -> None:
    """The room goes on."""
    intended += FULL
    await studio.perform(create(booking()))
    disk.refuse()
    await midnight(hass, freezer, 3)
    assert items(studio) == []
    disk.accept()
    await midnight(hass, freezer, 4)
    assert json.loads(disk.text())["data"]["studios"]["a"] == {"records": []}


async def test_two_at_once_are_both_booked(hass: HomeAssistant, store: LedgerStore) -> None:
    """In one studio, and in two that share the file."""
    a, b = LedgerSource(hass, store, "a"), LedgerSource(hass, store, "b")
    await asyncio.gather(
        *(a.perform(create(booking(f"a{n}"))) for n in range(5)),
        *(b.perform(create(booking(f"b{n}"))) for n in range(5)),
    )
    again = LedgerStore(hass, "entry")
    await again.async_load()
    for name, studio in (("a", a), ("b", b)):
        assert {each.uid for each in items(studio)} == {f"{name}{n}" for n in range(5)}
        assert again.recall(name) == store.recall(name)
        studio.close()


async def test_a_studio_that_is_removed_takes_its_bookings_along(
    hass: HomeAssistant, store: LedgerStore, freezer: FrozenDateTimeFactory
) -> None:
    """And nobody else's."""
    for name in ("a", "b"):
        studio = LedgerSource(hass, store, name)
        await studio.perform(create(booking()))
        studio.close()
    store.forget("a")
    freezer.tick(10)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)
    again = LedgerStore(hass, "entry")
    await again.async_load()
    assert store.studios == again.studios == {"b"}
    assert not again.recall("a").records


async def test_an_entry_that_is_removed_takes_its_file_along(
    studio: LedgerSource, store: LedgerStore, disk: Disk
) -> None:
    """It holds names."""
    await studio.perform(create(booking()))
    await store.async_remove()
    assert not disk.exists()


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (Lock("door/main"), "not_supported"),
        (create(booking(), "bookings"), "not_supported"),  # of a node
        (CancelBooking(part="door/main", uid="b1"), "not_supported"),
        (CancelBooking(part=LOCAL, uid="nobody"), "unknown_booking"),
        (CancelBooking(part=SHOP, uid="b1"), "unknown_booking"),
        (CancelBooking(part=LOCAL, uid="b1", recurrence_id="x"), "unknown_occurrence"),
        (
            MoveBooking(part=LOCAL, uid="b1", start=NOW + HOUR, end=NOW, title=""),
            "ends_before_start",
        ),
        (
            MoveBooking(
                part=LOCAL, uid="b1", start=NOW, end=NOW.replace(tzinfo=None) + HOUR, title=""
            ),
            "naive_time",
        ),
        (create(booking("s"), rrule="FREQ=HOURLY"), "rule_too_often"),
        (create(booking("s"), rrule="now and then"), "rule_unreadable"),
        (create(booking("s"), rrule="FREQ=WEEKLY;BYDAY=SU"), "rule_misses_start"),
        (create(booking("s"), rrule="FREQ=DAILY", zone="Mars/Base"), "unknown_zone"),
        (
            create(replace(booking("s", NOW - 2990 * DAY), end=NOW + 9 * DAY), rrule="FREQ=DAILY"),
            "rule_too_many",
        ),
    ],
)
async def test_what_cannot_be_done_changes_nothing(
    studio: LedgerSource, request_: PartRequest, reason: str
) -> None:
    """The reason says what to do."""
    await studio.perform(create(booking()))
    assert (await refused(studio, request_)).reason == reason


async def test_an_edit_leaves_all_other_bookings_the_same_objects(studio: LedgerSource) -> None:
    """What has not changed is compared by looking, not by reading."""
    await studio.perform(create(booking("s"), rrule="FREQ=DAILY"))
    before = {id(each) for each in items(studio)}
    await studio.perform(create(booking("b2")))
    assert len(before - {id(each) for each in items(studio)}) == 0
