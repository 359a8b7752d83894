"""The node's own software: an update that is committed only after it has proven itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from studio_node.devices.base import CommandRefusedError
from studio_node.wire.parts import Fields, Json
from studio_node.wire.vocabulary import ErrorCode, FirmwareState as State

from .part import PartModel, Tell, Vault, text

DOWNLOAD: Final = 6.0  # s
VERIFY: Final = 1.0  # s
STAGE: Final = 0.5  # s
TRIAL: Final = 5.0  # s; a real one takes two minutes
_LOOK: Final = 5.0  # s between looks whether the room is free
_STEPS: Final = 20  # of the progress
_BEGUN: Final = {State.DOWNLOADING, State.VERIFYING, State.STAGED, State.WAITING}


class Flaw(StrEnum):
    """What is wrong with an offered version."""

    NONE = "none"
    DOWNLOAD = "download"
    SIGNATURE = "signature"
    SELF_TEST = "self_test"
    CRASH = "crash"


_ERRORS: Final = {
    Flaw.DOWNLOAD: "the download broke off",
    Flaw.SIGNATURE: "the signature does not fit the pinned key",
    Flaw.SELF_TEST: "the self-test failed: the audio interface was not found within 120 s",
    Flaw.CRASH: "the new version crashed three times",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A version that may be installed."""

    version: str
    notes: str = ""
    notes_url: str = ""


class Firmware(PartModel):
    """Takes an offered version through its stations, when the room is free."""

    def __init__(
        self, tell: Tell, vault: Vault, installed: str, occupied: Callable[[datetime], bool]
    ) -> None:
        super().__init__("firmware/node", tell)
        self._vault = vault
        self._occupied = occupied
        stored = vault.load(self.part)
        kept = stored if isinstance(stored, dict) else {}
        self.installed = str(kept.get("installed") or installed)
        self.state = State(str(kept.get("state") or State.IDLE.value))
        self._error = str(kept.get("error") or "")
        bad = kept.get("rejected")
        self._rejected = {str(item) for item in bad} if isinstance(bad, list) else set()
        self._offer: Offer | None = None
        self._flaw = Flaw.NONE
        self._steps = 0

    def fields(self, now: datetime) -> Fields:
        """Return what runs, what could, and where the installation stands."""
        _ = now
        offer = self._offer
        return {
            "installed": self.installed,
            "available": self.installed if offer is None else offer.version,
            "state": self.state.value,
            "progress": self._progress(),
            "notes": "" if offer is None else offer.notes,
            "notes_url": "" if offer is None else offer.notes_url,
            "last_error": self._error,
        }

    def offer(self, offer: Offer) -> bool:
        """Take note of a new version; one that was bad before is not offered again."""
        if offer.version in self._rejected or offer.version == self.installed or self._running():
            return False
        self._offer = offer
        return True

    def spoil(self, flaw: Flaw) -> None:
        """Make the next installation fail."""
        self._flaw = flaw

    def perform(self, now: datetime, action: str, args: Fields) -> None:
        """Install or cancel."""
        if action == "install":
            self._install(now, text(args, "version"), at_once=args.get("now") is True)
        elif action == "cancel":
            self._cancel()
        else:
            super().perform(now, action, args)

    def _install(self, now: datetime, version: str, *, at_once: bool) -> None:
        if self._running():
            raise CommandRefusedError(ErrorCode.BUSY, "an installation is under way")
        if self._offer is None or version not in {"", self._offer.version}:
            raise CommandRefusedError(ErrorCode.NOT_FOUND, "this version is not on offer")
        if at_once and self._occupied(now):
            raise CommandRefusedError(ErrorCode.BUSY, "a take runs or a booking starts soon")
        self._error = ""
        self._steps = 0
        self.state = State.DOWNLOADING
        self.agenda.after("next", now, DOWNLOAD / _STEPS, self._download)

    def _cancel(self) -> None:
        if self.state is State.TRIAL:
            raise CommandRefusedError(ErrorCode.BUSY, "the new version is already on trial")
        if self.state not in _BEGUN:
            raise CommandRefusedError(ErrorCode.CONFLICT, "no installation is under way")
        self.agenda.drop("next")
        self.state = State.IDLE

    def _download(self, now: datetime) -> None:
        self._steps += 1
        if self._flaw is Flaw.DOWNLOAD and self._steps > _STEPS // 2:
            self._end(State.FAILED, reject=False)
        elif self._steps < _STEPS:
            self.agenda.after("next", now, DOWNLOAD / _STEPS, self._download)
        else:
            self.state = State.VERIFYING
            self.agenda.after("next", now, VERIFY, self._verify)

    def _verify(self, now: datetime) -> None:
        if self._flaw is Flaw.SIGNATURE:
            self._end(State.FAILED, reject=True)
        else:
            self.state = State.STAGED
            self.agenda.after("next", now, STAGE, self._gate)

    def _gate(self, now: datetime) -> None:
        if self._occupied(now):
            self.state = State.WAITING
            self.agenda.after("next", now, _LOOK, self._gate)
        else:
            self.state = State.TRIAL
            self.agenda.after("next", now, TRIAL, self._judge)

    def _judge(self, now: datetime) -> None:
        _ = now
        if self._flaw is not Flaw.NONE:
            self._end(State.ROLLED_BACK, reject=True)
        elif self._offer is not None:
            self.installed = self._offer.version
            self._end(State.COMMITTED, reject=False)

    def _end(self, state: State, *, reject: bool) -> None:
        """Close an installation; how it ended is still known after a restart."""
        self.state = state
        self._error = _ERRORS.get(self._flaw, "")
        self._flaw = Flaw.NONE
        if reject and self._offer is not None:
            self._rejected.add(self._offer.version)
        if reject or state is State.COMMITTED:
            self._offer = None
        kept: Json = {
            "installed": self.installed,
            "state": state.value,
            "error": self._error,
            "rejected": [*sorted(self._rejected)],
        }
        self._vault.save(self.part, kept)

    def _running(self) -> bool:
        return self.state in _BEGUN or self.state is State.TRIAL

    def _progress(self) -> float | None:
        if self.state is State.DOWNLOADING:
            return 100.0 * self._steps / _STEPS
        return 100.0 if self._running() else None
