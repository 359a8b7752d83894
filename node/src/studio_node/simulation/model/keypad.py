"""Entry codes on a door: who may come in when. The codes never leave this file's objects."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import re
from typing import Final

from studio_node.devices.base import CommandRefusedError
from studio_node.wire.parts import Json
from studio_node.wire.records import Credential
from studio_node.wire.vocabulary import ErrorCode

_CODE: Final = re.compile(r"[0-9]{4,8}")
_TRIES: Final = 5
_LOCK_OUT: Final = timedelta(minutes=1)


class Denial(StrEnum):
    """Why a keypad did not open."""

    UNKNOWN_CODE = "unknown_code"
    OUTSIDE_WINDOW = "outside_window"
    JAMMED = "jammed"
    LOCKED_OUT = "locked_out"


@dataclass(frozen=True, slots=True)
class Entry:
    """A credential with its code."""

    tag: str
    slot: int
    code: str = field(repr=False)
    not_before: datetime | None = None
    not_after: datetime | None = None

    def opens_at(self, now: datetime) -> bool:
        """Tell whether the moment lies in the window; its end does not belong to it."""
        begun = self.not_before is None or self.not_before <= now
        return begun and (self.not_after is None or now < self.not_after)

    def public(self) -> Credential:
        """Return what may be told."""
        return Credential(
            tag=self.tag,
            slot=self.slot,
            not_before=self.not_before,
            not_after=self.not_after,
            verified=True,
        )

    def stored(self) -> Json:
        """Return what is kept, code included."""
        return {**self.public().to_dict(), "code": self.code}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try that did not open; the tag when the code is a known one."""

    reason: Denial
    tag: str | None = None


class Keypad:
    """The slots of a keypad, and its patience with wrong codes."""

    def __init__(self, slots: int, entries: tuple[Entry, ...] = ()) -> None:
        self.slots = slots
        self.entries = {entry.tag: entry for entry in entries}
        self._wrong = 0
        self._locked_until: datetime | None = None

    def fit(
        self, tag: str, code: str, not_before: datetime | None, not_after: datetime | None
    ) -> Entry:
        """Return the entry that would hold a credential, or refuse; nothing changes yet."""
        if not tag.strip():
            raise CommandRefusedError(ErrorCode.BAD_REQUEST, "a credential needs a tag")
        if not _CODE.fullmatch(code):
            raise CommandRefusedError(ErrorCode.BAD_REQUEST, "a code has 4 to 8 digits")
        if not_before is not None and not_after is not None and not_after <= not_before:
            raise CommandRefusedError(ErrorCode.BAD_REQUEST, "the window ends before it begins")
        others = [entry for entry in self.entries.values() if entry.tag != tag]
        if any(entry.code == code for entry in others):
            raise CommandRefusedError(ErrorCode.CONFLICT, "another credential has this code")
        taken = {entry.slot for entry in others}
        kept = self.entries.get(tag)
        free = kept.slot if kept else next((s for s in self._slots() if s not in taken), None)
        if free is None:
            raise CommandRefusedError(ErrorCode.FAILED, "every slot is taken")
        return Entry(tag, free, code, _utc(not_before), _utc(not_after))

    def try_code(self, code: str, now: datetime) -> Entry | Refusal:
        """Return the credential that opens, or why none does."""
        if self._locked_until is not None and now < self._locked_until:
            return Refusal(Denial.LOCKED_OUT)
        entry = next((e for e in self.entries.values() if e.code == code), None)
        if entry is not None and entry.opens_at(now):
            self._wrong, self._locked_until = 0, None
            return entry
        self._wrong += 1
        if self._wrong >= _TRIES:
            self._wrong, self._locked_until = 0, now + _LOCK_OUT
        if entry is None:
            return Refusal(Denial.UNKNOWN_CODE)
        return Refusal(Denial.OUTSIDE_WINDOW, entry.tag)

    def current(self, now: datetime) -> Entry | None:
        """Return the credential of the guest whose time it is: the window that opened last."""
        valid = [entry for entry in self.entries.values() if entry.opens_at(now)]
        return max(
            valid, key=lambda e: e.not_before or datetime.min.replace(tzinfo=UTC), default=None
        )

    def _slots(self) -> range:
        return range(1, self.slots + 1)


def entries_from(stored: Json) -> tuple[Entry, ...]:
    """Return the entries that were kept."""
    entries = []
    for item in stored if isinstance(stored, list) else []:
        if isinstance(item, dict) and isinstance(code := item.get("code"), str):
            known = Credential.from_dict(item)
            entries.append(
                Entry(known.tag, known.slot or 0, code, known.not_before, known.not_after)
            )
    return tuple(entries)


def _utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)
