"""A door: bolt, leaf and keypad."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from studio_node.devices.base import CommandRefusedError
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import ErrorCode, EventType, Motion

from .keypad import Denial, Entry, Keypad, Refusal, entries_from
from .part import PartModel, Tell, Vault, moment, text

BOLT: Final = 0.6  # s that the bolt travels
LATCH: Final = 1.0  # s that the latch is pulled
RELOCK: Final = 5.0  # s that a code keeps the door unlocked
HELD: Final = 30.0  # s until an open door is one that is held open
_DRAIN: Final = 0.02  # % of the battery per travel
REMOTE: Final = "remote"
MANUAL: Final = "manual"
AUTO: Final = "auto"


@dataclass(frozen=True, slots=True)
class DoorOptions:
    """How a door is fitted."""

    slots: int = 20
    latch: bool = True
    battery: float = 87.0


class Door(PartModel):
    """A motor lock with a keypad and a door contact."""

    def __init__(
        self, part: str, tell: Tell, vault: Vault, options: DoorOptions | None = None
    ) -> None:
        super().__init__(part, tell)
        self._options = options or DoorOptions()
        self._vault = vault
        self.keypad = Keypad(self._options.slots, entries_from(vault.load(part)))
        self.locked = True
        self.jammed = False
        self.stuck = False  # the bolt does not move, whoever asks
        self.open = False
        self.battery = self._options.battery
        self._motion = Motion.STILL
        self._changed_by = MANUAL
        self._relock_on_close = False

    def fields(self, now: datetime) -> Fields:
        """Return all fields; never a code."""
        _ = now
        entries = sorted(self.keypad.entries.values(), key=lambda entry: entry.slot)
        return {
            "locked": self.locked,
            "jammed": self.jammed,
            "motion": self._motion.value,
            "open": self.open,
            "latch": self._options.latch,
            "battery": round(self.battery, 1),
            "changed_by": self._changed_by,
            "slots": self.keypad.slots,
            "credentials": [entry.public().to_dict() for entry in entries],
        }

    def perform(self, now: datetime, action: str, args: Fields) -> None:
        """Move the bolt or change a credential."""
        match action:
            case "lock":
                if self.open:
                    raise CommandRefusedError(ErrorCode.FAILED, "the door is open")
                self.agenda.drop("relock")
                self._travel(now, Motion.LOCKING, REMOTE)
            case "unlock":
                self.agenda.drop("relock")
                self.happen(EventType.REMOTE_UNLOCK)
                self._travel(now, Motion.UNLOCKING, REMOTE)
            case "open":
                self._pull_latch(now)
            case "set_credential":
                self._set_credential(args)
            case "clear_credential":
                self._keep([e for e in self.keypad.entries.values() if e.tag != text(args, "tag")])
            case _:
                super().perform(now, action, args)

    def type_code(self, now: datetime, code: str) -> bool:
        """Tell whether a code that somebody types lets them in."""
        found = self.keypad.try_code(code, now)
        if isinstance(found, Entry) and self.jammed:
            found = Refusal(Denial.JAMMED, found.tag)
        if isinstance(found, Refusal):
            data: Fields = {"reason": found.reason.value}
            if found.tag is not None:
                data["credential"] = found.tag
            self.happen(EventType.DENIED, data)
            return False
        self.happen(EventType.CODE_USED, {"tag": found.tag})
        self._travel(now, Motion.UNLOCKING, found.tag)
        self.agenda.after("relock", now, BOLT + RELOCK, self._relock)
        return True

    def turn_knob(self, now: datetime) -> None:
        """Unlock from the inside, or with a key."""
        self._travel(now, Motion.UNLOCKING, MANUAL)
        self.agenda.after("relock", now, BOLT + RELOCK, self._relock)

    def open_leaf(self, now: datetime) -> bool:
        """Open the door leaf, if the bolt lets go; tell whether it did."""
        if self.locked:
            return False
        self._leaf(now)
        return True

    def force(self, now: datetime) -> None:
        """Break the door open against its bolt."""
        if not self.open:
            self._leaf(now)
            if self.locked:
                self.happen(EventType.FORCED)

    def hold(self, now: datetime) -> None:
        """Open the door from the inside, and keep it open."""
        self.locked = self.jammed = False
        self._relock_on_close = True
        self.agenda.drop("relock")
        self.agenda.drop("bolt")
        self._motion = Motion.STILL
        self._changed_by = MANUAL
        if not self.open:
            self._leaf(now)

    def close_leaf(self, now: datetime) -> None:
        """Close the door leaf."""
        self.open = False
        self.agenda.drop("held")
        if self._relock_on_close:
            self._relock_on_close = False
            self.agenda.after("relock", now, 1.0, self._relock)

    def free(self) -> None:
        """Make a jammed bolt move again."""
        self.stuck = self.jammed = False

    def _leaf(self, now: datetime) -> None:
        self.open = True
        self.agenda.after("held", now, HELD, self._held_open)

    def _held_open(self, now: datetime) -> None:
        _ = now
        self.happen(EventType.HELD_OPEN, {"seconds": HELD})

    def _travel(self, now: datetime, motion: Motion, by: str) -> None:
        self._motion = motion
        self.agenda.after("bolt", now, BOLT, lambda _: self._arrive(motion, by))

    def _arrive(self, motion: Motion, by: str) -> None:
        self._motion = Motion.STILL
        self.battery = max(0.0, self.battery - _DRAIN)
        self.jammed = self.stuck
        if not self.stuck:
            self.locked = motion is Motion.LOCKING
            self._changed_by = by

    def _relock(self, now: datetime) -> None:
        if self.open:
            self._relock_on_close = True
        else:
            self._travel(now, Motion.LOCKING, AUTO)

    def _pull_latch(self, now: datetime) -> None:
        if not self._options.latch:
            raise CommandRefusedError(ErrorCode.NOT_SUPPORTED, "the lock has no latch")
        self.happen(EventType.REMOTE_UNLOCK)
        self._motion = Motion.OPENING
        self.agenda.after("bolt", now, LATCH, lambda _: self._arrive(Motion.OPENING, REMOTE))
        self.agenda.after("relock", now, LATCH + RELOCK, self._relock)

    def _set_credential(self, args: Fields) -> None:
        entry = self.keypad.fit(
            text(args, "tag"),
            text(args, "code"),
            moment(args, "not_before"),
            moment(args, "not_after"),
        )
        self._keep([*(e for e in self.keypad.entries.values() if e.tag != entry.tag), entry])

    def _keep(self, entries: list[Entry]) -> None:
        """Store first: a credential that the door confirms must survive a crash."""
        self._vault.save(self.part, [entry.stored() for entry in entries])
        self.keypad.entries = {entry.tag: entry for entry in entries}
