"""An audio interface: its signal, its health by BCP-008, and what can go wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from studio_node.devices.base import CommandRefusedError
from studio_node.wire.parts import Fields
from studio_node.wire.vocabulary import ErrorCode, Health

from .health import Domain, graded, worst
from .noise import around, wander
from .part import PartModel, Tell
from .xruns import Xruns

RESTART: Final = 1.5  # s without a driver
SILENT_AFTER: Final = timedelta(seconds=2)
DEAD_AFTER: Final = timedelta(seconds=5)  # of silence while recording
FALLBACK: Final = "Built-in Audio Analog Stereo"  # what the sound server takes instead
FULL_SCALE: Final = 0.0  # dBFS
NO_SIGNAL: Final = -144.0  # dBFS, the floor of 24 bits
NO_LOUDNESS: Final = -70.0  # LUFS, the absolute gate of EBU R128


@dataclass(frozen=True, slots=True)
class InterfaceOptions:
    """Which interface the kit has."""

    model: str = "Scarlett 18i20 4th Gen"
    serial: str = "S1"
    firmware: str = "2.0.2417"
    firmware_approved: str = "2.0.2417"


@dataclass(frozen=True, slots=True)
class Use:
    """What the room does with the interface right now."""

    recording: bool = False
    occupied: bool = False


class Interface(PartModel):
    """A USB interface with microphones on it."""

    def __init__(
        self,
        part: str,
        tell: Tell,
        use: Callable[[], Use],
        options: InterfaceOptions | None = None,
        seed: str = "",
    ) -> None:
        super().__init__(part, tell)
        self.options = options or InterfaceOptions()
        self.xruns = Xruns()
        self.plugged = True
        self.extra_drift = 0.0
        self.overloaded = False
        self._use = use
        self._seed = f"{seed}/{part}"
        self._restarting = False
        self._silent_since: datetime | None = None
        self._device = self._clock = self._essence = Domain()

    @property
    def present(self) -> bool:
        """Tell whether the interface is there."""
        return self.plugged and not self._restarting

    def silent(self, now: datetime) -> bool:
        """Tell whether every sample has been the same for long enough to say so."""
        return self._silent_since is not None and now - self._silent_since >= SILENT_AFTER

    def delivers(self, now: datetime) -> bool:
        """Tell whether the recorder gets sound from here."""
        return self.present and not self.silent(now)

    def silence(self, now: datetime, *, on: bool) -> None:
        """Kill or revive the input."""
        self._silent_since = now if on else None

    def step(self, now: datetime) -> None:
        """Look at the domains; they change with time alone."""
        super().step(now)
        self.xruns.prune(now)
        self._device = self._device.saw(self._raw_device(), now)
        self._clock = self._clock.saw(self._raw_clock(now), now)
        self._essence = self._essence.saw(self._raw_essence(now), now)
        moments = (
            *(domain.due() for domain in (self._device, self._clock, self._essence)),
            self.xruns.due(now),
            *self._silence_marks(),
        )
        coming = [moment for moment in moments if moment is not None and moment > now]
        if coming:
            self.agenda.set("look", min(coming), lambda _: None)
        else:
            self.agenda.drop("look")

    def fields(self, now: datetime) -> Fields:
        """Return identity, health and signal; without the interface its signal is unknown."""
        present, options = self.present, self.options
        return {
            "status": worst(self._device.word, self._clock.word, self._essence.word).value,
            "device": self._device.word.value,
            "clock": self._clock.word.value,
            "essence": self._essence.word.value,
            "present": present,
            "xruns": self.xruns.count(now),
            "frame_deficit": round(self.xruns.deficit(now), 3) if present else None,
            "drift": self._drift(now) if present else None,
            "dsp_load": self._load(now) if present else None,
            "peak": self._peak(now) if present else None,
            "loudness": self._loudness(now) if present else None,
            "silence": self.silent(now) if present else None,
            "active_source": options.model if present else FALLBACK,
            "model": options.model,
            "serial": options.serial,
            "firmware": options.firmware,
            "firmware_approved": options.firmware_approved,
        }

    def perform(self, now: datetime, action: str, args: Fields) -> None:
        """Identify, restart the driver, or reset the counters."""
        if action == "reset_counters":
            self.xruns.reset(now)
        elif not self.plugged and action in {"identify", "restart"}:
            raise CommandRefusedError(ErrorCode.FAILED, "the interface is not there")
        elif action == "restart":
            if self._use().recording:
                raise CommandRefusedError(ErrorCode.BUSY, "a take is running")
            self._restarting, self.overloaded = True, False
            self.agenda.after("restarted", now, RESTART, self._restarted)
        elif action != "identify":  # its lamps blink, which nobody sees here
            super().perform(now, action, args)

    def _restarted(self, now: datetime) -> None:
        _ = now
        self._restarting = False

    def _silence_marks(self) -> tuple[datetime, ...]:
        since = self._silent_since
        return () if since is None else (since + SILENT_AFTER, since + DEAD_AFTER)

    def _raw_device(self) -> Health:
        return Health.HEALTHY if self.present else Health.UNHEALTHY

    def _raw_clock(self, now: datetime) -> Health:
        if not self.present:
            return Health.INACTIVE
        return worst(
            self.xruns.health(now),
            graded(self.xruns.deficit(now), 0.01, 0.1),
            graded(self.extra_drift, 95, 495),  # the rest of the limit is left to wandering
            Health.UNHEALTHY if self.overloaded else Health.HEALTHY,
        )

    def _raw_essence(self, now: datetime) -> Health:
        if not self.present:
            return Health.INACTIVE
        if self._silent_since is not None and self.silent(now):
            dead = self._use().recording and now - self._silent_since >= DEAD_AFTER
            return Health.UNHEALTHY if dead else Health.PARTIALLY_HEALTHY
        return Health.UNHEALTHY if self.overloaded else Health.HEALTHY

    def _drift(self, now: datetime) -> float:
        return round(around(f"{self._seed}/drift", now, 2.5, 1.5, 60) + self.extra_drift, 2)

    def _load(self, now: datetime) -> float:
        if self.overloaded:
            return round(around(f"{self._seed}/load", now, 96, 2, 8), 1)
        middle = 32.0 if self._use().recording else 18.0
        return round(around(f"{self._seed}/load", now, middle, 6, 8), 1)

    def _peak(self, now: datetime) -> float:
        if self._silent_since is not None:
            return NO_SIGNAL
        if self.overloaded:
            return FULL_SCALE
        if not self._speaking(now):
            return round(around(f"{self._seed}/floor", now, -61, 2, 5), 1)
        return round(around(f"{self._seed}/peak", now, -14, 7, 1.5), 1)

    def _loudness(self, now: datetime) -> float:
        if self._silent_since is not None:
            return NO_LOUDNESS
        if self.overloaded:
            return round(around(f"{self._seed}/loud", now, -5, 1, 6), 1)
        middle, spread = (-19.0, 3.0) if self._lively() else (-66.0, 2.0)
        return round(around(f"{self._seed}/loud", now, middle, spread, 6), 1)

    def _lively(self) -> bool:
        use = self._use()
        return use.recording or use.occupied

    def _speaking(self, now: datetime) -> bool:
        return self._lively() and wander(f"{self._seed}/speech", now, 4) > -0.4  # noqa: PLR2004 - pauses
