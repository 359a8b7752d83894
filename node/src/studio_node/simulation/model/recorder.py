"""The capture software: it may say that it records while nothing arrives in the file."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import EventType, RecorderState

from .part import PartModel, Tell

START: Final = 0.8  # s
STOP: Final = 0.6  # s
LOST: Final = 3.0  # s of a take without sound until it counts as lost
RATE: Final = 48_000 * 3 * 2  # bytes per second: 48 kHz, 24 bit, stereo
DISK_HOURS: Final = 37.5
BUSY: Final = frozenset(RecorderState) - {RecorderState.IDLE, RecorderState.UNKNOWN}


class Recorder(PartModel):
    """A recorder that takes its sound from one interface."""

    def __init__(
        self,
        part: str,
        tell: Tell,
        delivers: Callable[[datetime], bool],
        disk_hours: float = DISK_HOURS,
    ) -> None:
        super().__init__(part, tell)
        self.state = RecorderState.IDLE
        self.disk = 0.0  # bytes that are free
        self.capturing = False
        self._delivers = delivers
        self._started_at: datetime | None = None
        self._written = 0.0
        self._counted_to: datetime | None = None
        self._missing = False  # a take runs and no sound arrives
        self.fill(disk_hours)

    @property
    def recording(self) -> bool:
        """Tell whether it says that it records."""
        return self.state is RecorderState.RECORDING

    @property
    def busy(self) -> bool:
        """Tell whether a take is under way, paused ones included."""
        return self.state in BUSY

    def step(self, now: datetime) -> None:
        """Count what arrived, then see whether more arrives."""
        super().step(now)
        self._count(now)
        self.capturing = self.recording and self._delivers(now)
        self._counted_to = now if self.recording else None
        missing = self.recording and not self.capturing
        if missing and not self._missing:
            self.agenda.after("lost", now, LOST, self._lose)
        elif not missing:
            self.agenda.drop("lost")
        self._missing = missing

    def fields(self, now: datetime) -> Fields:
        """Return the state of the take."""
        grown = self._grown(now)
        started = self._started_at
        return {
            "state": self.state.value,
            "capturing": self.capturing,
            "take_started_at": None if started is None else started.isoformat(),
            "bytes": int(self._written + grown),
            "hours_left": round(max(0.0, self.disk - grown) / RATE / 3600, 2),
        }

    def perform(self, now: datetime, action: str, args: Fields) -> None:
        """Start or stop; what is so already, stays so."""
        if action == "start":
            self.start(now)
        elif action == "stop":
            self.stop(now)
        else:
            super().perform(now, action, args)

    def start(self, now: datetime) -> None:
        """Begin a take, or go on with a paused one."""
        if self.state is RecorderState.PAUSED:
            self.state = RecorderState.RECORDING
        elif self.state is RecorderState.STOPPING:
            self.agenda.after("start", now, STOP, self._begin)
        elif self.state is RecorderState.IDLE:
            self._begin(now)

    def fill(self, hours_left: float) -> None:
        """Fill the disk, so that only so much recording time is left."""
        self.disk = hours_left * 3600 * RATE

    def pause(self) -> None:
        """Hold the take."""
        if self.recording:
            self.state = RecorderState.PAUSED

    def stop(self, now: datetime) -> None:
        """End the take."""
        self.agenda.drop("start")
        if self.state is RecorderState.STARTING:
            # Nothing was written yet.
            self.agenda.drop("state")
            self.state = RecorderState.IDLE
        elif self.state in {RecorderState.RECORDING, RecorderState.PAUSED}:
            self._count(now)
            self._counted_to = None
            self.state = RecorderState.STOPPING
            self.agenda.after("state", now, STOP, self._stopped)

    def _begin(self, now: datetime) -> None:
        self.state = RecorderState.STARTING
        self.agenda.after("state", now, START, self._started)

    def _started(self, now: datetime) -> None:
        self.state = RecorderState.RECORDING
        self._started_at, self._written = now, 0.0
        self.happen(EventType.RECORDING_STARTED, {"started_at": now.isoformat()})

    def _stopped(self, now: datetime) -> None:
        began = self._started_at or now
        self.state = RecorderState.IDLE
        self.happen(
            EventType.RECORDING_STOPPED,
            {
                "started_at": began.isoformat(),
                "seconds": round((now - began).total_seconds(), 1),
                "bytes": int(self._written),
            },
        )
        self._started_at, self._written = None, 0.0

    def _lose(self, now: datetime) -> None:
        lost_since = now - timedelta(seconds=LOST)
        self.happen(EventType.TAKE_LOST, {"since": lost_since.isoformat()})

    def _count(self, now: datetime) -> None:
        grown = self._grown(now)
        self._written += grown
        self.disk = max(0.0, self.disk - grown)
        if self._counted_to is not None:
            self._counted_to = now

    def _grown(self, now: datetime) -> float:
        if not self.capturing or self._counted_to is None:
            return 0.0
        return (now - self._counted_to).total_seconds() * RATE
