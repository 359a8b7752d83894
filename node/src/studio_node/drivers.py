"""Drivers: what turns the settings of a studio's parts into devices and probes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from .devices.base import Device
from .errors import SettingsError
from .probes.base import Probe
from .settings import Settings, StudioSettings

SIMULATED: Final = "simulated"


class Rig(Protocol):
    """The devices and probes that one driver made for one studio."""

    @property
    def devices(self) -> Sequence[Device]:
        """Parts that take commands."""

    @property
    def probes(self) -> Sequence[Probe]:
        """Parts that only report."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """A rig in its place: a studio, or None for the node itself."""

    studio: str | None
    rig: Rig


type Factory = Callable[[StudioSettings], Rig]

_DRIVERS: Final[dict[str, Factory]] = {}


def register(driver: str, factory: Factory) -> None:
    """Make a driver known under the name that settings use."""
    _DRIVERS[driver] = factory


def fittings(settings: Settings) -> list[Fitting]:
    """Return the rigs that the settings ask for; a factory sees only its own parts."""
    if any(part.driver == SIMULATED for place in settings.places for part in place.parts):
        # Real rooms never load the simulation.
        from . import simulation  # noqa: F401, PLC0415
    made = []
    for place in settings.places:
        for driver in dict.fromkeys(part.driver for part in place.parts):
            if (factory := _DRIVERS.get(driver)) is None:
                known = ", ".join(sorted(_DRIVERS)) or "none"
                raise SettingsError(f"no driver {driver!r} is known (known: {known})")
            made.append(Fitting(place.id or None, factory(place.only(driver))))
    return made
