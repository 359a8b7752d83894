"""What a simulated node is made of, from the command line and a settings file."""

import argparse
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from studio_node.drivers import SIMULATED, Fitting
from studio_node.errors import SettingsError, StateError
from studio_node.settings import Settings, StudioSettings, default_state_dir
from studio_node.settings_file import read_settings

from .clock import Clock
from .durations import parse_duration
from .model.bookings import Programme
from .options import computer_options, programme, room_options
from .scenario import Scenario, ScenarioError, load_scenario
from .world import World

_OWN: Final = ("scenarios", "programme", "quiet", "speed")
_KINDS: Final[dict[type, str]] = {str: "text", float: "number"}


@dataclass(frozen=True, slots=True)
class Setup:
    """A node's settings, and what is simulated on it."""

    settings: Settings
    stories: tuple[tuple[str, Scenario], ...] = ()
    programme: Programme | None = None
    quiet: timedelta | None = None
    speed: float = 1.0

    def world(self, clock: Clock) -> World:
        """Return the simulated world, with what it remembers from before."""
        rooms = []
        for studio in self.settings.studios:
            options = room_options(studio)
            if self.programme is not None and options.programme is None:
                options = replace(options, programme=self.programme)
            rooms.append(options)
        node = computer_options(self.settings.places[0], self.quiet)
        return World(rooms, clock, node=node, state_dir=self.settings.state_dir)


def fittings(world: World) -> list[Fitting]:
    """Return the rigs of a world as the node takes them."""
    return [Fitting(studio, rig) for studio, rig in world.rigs().items()]


def make_setup(args: argparse.Namespace) -> Setup:
    """
    Return what the command line asks for.

    Raises:
        SettingsError: something of it makes no sense.
        ScenarioError: a scenario makes no sense.

    """
    settings = read_settings(args.config) if args.config else Settings()
    _refuse_real_parts(settings)
    studios = settings.studios or _standard_studios(args.studios)
    settings = replace(
        settings,
        studios=studios,
        name=args.name or (settings.name if args.config else "Simulated node"),
        site=args.site if args.site is not None else settings.site,
        port=settings.port if args.port is None else args.port,
        listen=args.listen or settings.listen,
        announce=settings.announce and args.announce,
        state_dir=state_dir(args, settings if args.config else None),
    )
    return _with_simulation(
        Setup(settings),
        scenarios=args.scenario or _own(settings, "scenarios", list, []),
        programme=args.programme or _own(settings, "programme", str, None),
        quiet=args.quiet or _own(settings, "quiet", str, None),
        speed=args.speed or _own(settings, "speed", float, 1.0),
    )


def state_dir(args: argparse.Namespace, settings: Settings | None = None) -> Path:
    """Return where the simulation keeps its state: never where a real node does by default."""
    given: Path | None = args.state_dir
    if given is not None:
        return given
    default = default_state_dir()
    if settings is not None and settings.state_dir != default:
        return settings.state_dir
    return default.with_name(f"{default.name}-simulation")


def make_state_dir(path: Path) -> None:
    """Make the state directory, for its owner only."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"{path} cannot be made: {error}") from None


def _with_simulation(
    setup: Setup, *, scenarios: list[str], programme: str | None, quiet: str | None, speed: float
) -> Setup:
    for key in setup.settings.simulation:
        if key not in _OWN:
            reason = f"is not known to the simulation (it knows {', '.join(_OWN)})"
            raise setup.settings.origin.error(f"simulation.{key}", reason)
    return replace(
        setup,
        stories=_stories(scenarios, setup.settings.studios),
        programme=_programme(programme),
        quiet=_quiet(quiet),
        speed=speed,
    )


def _own[T, D](settings: Settings, key: str, kind: type[T], default: D) -> T | D:
    """Return what the settings' table ``simulation`` says; the command line goes before it."""
    value = settings.simulation.get(key)
    if kind is float and isinstance(value, int):
        value = float(value)
    if value is None:
        return default
    words = value if isinstance(value, list) else []
    if not isinstance(value, kind) or any(not isinstance(word, str) for word in words):
        reason = "must be a list of texts" if kind is list else f"must be a {_KINDS[kind]}"
        raise settings.origin.error(f"simulation.{key}", reason)
    return value


def _standard_studios(count: int) -> tuple[StudioSettings, ...]:
    return tuple(StudioSettings(f"studio-{n}", f"Studio {n}") for n in range(1, count + 1))


def _refuse_real_parts(settings: Settings) -> None:
    for place in settings.places:
        for part in place.parts:
            if part.driver != SIMULATED:
                reason = "is no simulated part: 'studio-node run' mixes real and simulated ones"
                raise part.error("driver", reason)


def _stories(
    wishes: list[str], studios: tuple[StudioSettings, ...]
) -> tuple[tuple[str, Scenario], ...]:
    """Return who plays what: ``studio-2=no-show``, or a name for every studio."""
    ids = [studio.id for studio in studios]
    stories: list[tuple[str, Scenario]] = []
    for wish in wishes:
        studio, equals, name = wish.partition("=")
        if equals and studio not in ids:
            raise ScenarioError(name, f"there is no studio {studio} (there are: {', '.join(ids)})")
        scenario = load_scenario(name if equals else wish)
        for step in scenario.steps:
            if step.studio not in {None, "node", *ids}:
                raise ScenarioError(
                    scenario.name, "there is no such studio", step=step.number, key="studio"
                )
        stories.extend((item, scenario) for item in ([studio] if equals else ids))
    return tuple(stories)


def _programme(text: str | None) -> Programme | None:
    """Read ``12m/6m``: every twelve minutes, for six."""
    if text is None:
        return None
    every, _, lasts = text.partition("/")
    try:
        return programme({"every": every, "lasts": lasts})
    except ValueError as error:
        raise SettingsError(f"the programme {error}, as in 12m/6m") from None


def _quiet(text: str | None) -> timedelta | None:
    try:
        return None if text is None else parse_duration(text)
    except ValueError as error:
        raise SettingsError(f"quiet {error}") from None
