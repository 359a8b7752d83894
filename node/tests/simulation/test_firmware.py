"""The node's software: an update waits for the room, proves itself, or is taken back."""

from datetime import timedelta

import pytest

from node.tests.simulation.theatre import START
from studio_node.devices.base import CommandRefusedError
from studio_node.simulation.model.computer import Computer, ComputerOptions
from studio_node.simulation.model.firmware import Firmware, Flaw, Offer
from studio_node.simulation.model.recorder import Recorder
from studio_node.simulation.model.room import Room, RoomOptions
from studio_node.simulation.vault import MemoryVault
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import ErrorCode

PART = "firmware/node"
NEW = Offer("0.2.0", "Better.")


class Site:
    """A node with one room."""

    def __init__(self, vault: MemoryVault | None = None) -> None:
        self.vault = vault or MemoryVault()
        self.room = Room(RoomOptions(), MemoryVault(), START)
        self.node = Computer(ComputerOptions(), self.vault, [self.room], START)
        found = self.node.find(Firmware)
        assert found is not None
        self.firmware = found

    @property
    def fields(self) -> Fields:
        """Return what the software says."""
        return self.node.fields(PART)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        now = self.node.now + timedelta(seconds=seconds)
        self.room.advance(now)
        self.node.advance(now)

    def install(self, **args: str | bool) -> None:
        """Ask for an installation."""
        self.node.perform(PART, "install", {**args})

    def states(self, seconds: float) -> list[str]:
        """Return the stations of some seconds."""
        seen = [str(self.fields["state"])]
        for _ in range(int(seconds * 10)):
            self.wait(0.1)
            if (state := str(self.fields["state"])) != seen[-1]:
                seen.append(state)
        return seen


def test_a_good_version_goes_through_all_stations_and_is_installed_only_then() -> None:
    site = Site()
    assert (site.fields["installed"], site.fields["available"]) == ("0.1.0", "0.1.0")
    assert site.firmware.offer(NEW)
    site.install()
    site.wait(3)
    assert site.fields["progress"] == 50.0
    assert site.states(9)[:4] == ["downloading", "verifying", "staged", "trial"]
    assert (site.fields["installed"], site.fields["available"]) == ("0.1.0", "0.2.0")
    site.wait(5)
    assert (site.fields["state"], site.fields["installed"]) == ("committed", "0.2.0")
    assert site.node.fields("host")["software"] == "0.2.0"
    again = Site(site.vault)
    assert (again.fields["state"], again.fields["installed"]) == ("committed", "0.2.0")


@pytest.mark.parametrize(
    ("flaw", "last", "offered_again"),
    [
        (Flaw.DOWNLOAD, "failed", True),
        (Flaw.SIGNATURE, "failed", False),
        (Flaw.SELF_TEST, "rolled_back", False),
        (Flaw.CRASH, "rolled_back", False),
    ],
)
def test_a_bad_version_ends_with_a_reason_and_is_not_offered_again(
    flaw: Flaw, last: str, offered_again: bool
) -> None:
    site = Site()
    site.firmware.offer(NEW)
    site.firmware.spoil(flaw)
    site.install(version="0.2.0")
    assert site.states(20)[-1] == last
    assert site.fields["installed"] == "0.1.0"
    assert site.fields["last_error"]
    assert (site.fields["available"] == "0.2.0") is offered_again
    assert site.firmware.offer(NEW) is offered_again
    assert Site(site.vault).firmware.offer(NEW) is offered_again
    assert Site(site.vault).fields["last_error"] == site.fields["last_error"]


@pytest.mark.parametrize("why", ["take", "booking"])
def test_an_update_waits_for_the_room_and_one_that_insists_is_refused(why: str) -> None:
    site = Site()
    recorder = site.room.find(Recorder)
    assert recorder is not None
    if why == "take":
        recorder.start(START)
        site.wait(1)
    else:
        soon = {"start": START + timedelta(minutes=29), "end": START + timedelta(minutes=31)}
        args: Fields = {"uid": "a", **{name: value.isoformat() for name, value in soon.items()}}
        site.room.perform("bookings", "create", args)
    site.firmware.offer(NEW)
    with pytest.raises(CommandRefusedError) as refused:
        site.install(now=True)
    assert refused.value.code is ErrorCode.BUSY
    assert site.fields["state"] == "idle"
    site.install()
    assert site.states(60)[-1] == "waiting"
    recorder.stop(site.room.now)
    if why == "booking":
        site.room.perform("bookings", "cancel", {"uid": "a"})
    assert site.states(20)[-1] == "committed"


def test_a_waiting_update_can_be_given_up_but_not_one_on_trial() -> None:
    site = Site()
    with pytest.raises(CommandRefusedError):
        site.node.perform(PART, "cancel", {})
    site.firmware.offer(NEW)
    site.install()
    site.wait(2)
    with pytest.raises(CommandRefusedError) as busy:
        site.install()
    assert busy.value.code is ErrorCode.BUSY
    site.node.perform(PART, "cancel", {})
    assert (site.fields["state"], site.fields["progress"]) == ("idle", None)
    site.install()
    site.wait(8)
    assert site.fields["state"] == "trial"
    with pytest.raises(CommandRefusedError):
        site.node.perform(PART, "cancel", {})


def test_only_the_offered_version_can_be_installed() -> None:
    site = Site()
    for version in ("", "9.9.9"):
        with pytest.raises(CommandRefusedError) as refused:
            site.install(version=version)
        assert refused.value.code is ErrorCode.NOT_FOUND
