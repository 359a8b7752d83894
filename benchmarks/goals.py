"""The goals of PERFORMANCE.md: which ratio, of which cases, and how large it may be."""

from dataclasses import dataclass
import math

from .measurement import Case, Results, case

_HIGH = 5_000  # messages per second
_YEAR = 8_760  # bookings, one an hour
_STUDIOS = 200  # with a year each
_COLLECTED = 60_000  # messages; a full garbage collection comes every 40,000 writes or so


@dataclass(frozen=True, slots=True)
class Load:
    """How much is measured."""

    rounds: int  # fresh processes
    messages: int
    seconds: int
    pushes: int
    studios: int  # of the set-up cases
    crowd: int  # studios that vanish, and among which a booking is edited
    few: int
    idle_studios: int
    idle_seconds: int


FULL = Load(
    rounds=3,
    messages=100_000,
    seconds=6,
    pushes=2_000,
    studios=100,
    crowd=1_000,
    few=10,
    idle_studios=20,
    idle_seconds=60,
)
QUICK = Load(
    rounds=1,
    messages=60_000,
    seconds=3,
    pushes=1_000,
    studios=100,
    crowd=500,
    few=10,
    idle_studios=20,
    idle_seconds=15,
)


@dataclass(frozen=True, slots=True)
class Side:
    """One figure of one case, as it stands above or below the line."""

    case: Case
    figure: str
    label: str
    unit: str

    def value(self, results: Results) -> float:
        """Return what was measured."""
        return results[self.case][self.figure]


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio, or without a base a figure by itself; small is good."""

    group: str  # what the command line calls it
    title: str
    limit: float
    ours: Side
    base: Side | None = None
    runs: int | None = None  # processes, where one takes long

    @property
    def cases(self) -> tuple[Case, ...]:
        """Return what must be measured."""
        return (self.ours.case,) if self.base is None else (self.ours.case, self.base.case)

    def ratio(self, results: Results) -> float:
        """Return the ratio."""
        ours = self.ours.value(results)
        return ours if self.base is None else ours / self.base.value(results)


def goals(load: Load) -> tuple[Goal, ...]:
    """Return all goals at a load."""
    return (
        *_saturated(load),
        *_steady(load),
        *_push(load),
        *_startup(load),
        *_vanish(load),
        *_idle(load),
        *_booking(load),
        *_agenda(load),
    )


def _saturated(load: Load) -> tuple[Goal, ...]:
    def side(pattern: str, label: str) -> Side:
        measured = case("flow", "saturated", pattern=pattern, count=load.messages)
        return Side(measured, "us", label, "µs")

    ours = side("ours", "ours")
    return (
        Goal("saturated", "saturated: loop CPU per message ÷ F", 1.5, ours, side("floor", "F")),
        Goal(
            "saturated", "saturated: loop CPU per message ÷ mqtt", 0.2, ours, side("mqtt", "mqtt")
        ),
    )


def _steady(load: Load) -> tuple[Goal, ...]:
    def side(pattern: str, rate: int, figure: str, unit: str, *, recorder: bool = False) -> Side:
        measured = case(
            "flow",
            "steady",
            pattern=pattern,
            count=max(rate * load.seconds, _COLLECTED if rate == _HIGH else 0),
            rate=rate,
            recorder=recorder,
        )
        return Side(measured, figure, pattern, unit)

    def late(title: str, limit: float, rate: int, *, recorder: bool = False) -> Goal:
        return Goal(
            "steady",
            title,
            limit,
            side("ours", rate, "p99", "ms", recorder=recorder),
            side("mqtt", rate, "p99", "ms", recorder=recorder),
        )

    return (
        Goal(
            "steady",
            "1,000/s: loop CPU ÷ mqtt",
            0.5,
            side("ours", 1_000, "us", "µs"),
            side("mqtt", 1_000, "us", "µs"),
        ),
        late("1,000/s: p99 ÷ mqtt, recorder off", 0.5, 1_000),
        late("1,000/s: p99 ÷ mqtt, recorder on", 0.25, 1_000, recorder=True),
        late("5,000/s: p99 ÷ mqtt", 0.01, _HIGH),
    )


def _push(load: Load) -> tuple[Goal, ...]:
    def side(pattern: str, entities: int) -> Side:
        measured = case("push", "cost", pattern=pattern, entities=entities, count=load.pushes)
        return Side(measured, "us", f"{entities} entities", "µs")

    lost = case("push", "garbage", entities=20, count=load.pushes)
    return (
        Goal("push", "push: 100 ÷ 5 entities a device", 2.0, side("ours", 100), side("ours", 5)),
        Goal(
            "push",
            "the same of the usual pattern (no goal)",
            math.inf,
            side("usual", 100),
            side("usual", 5),
        ),
        Goal("push", "cyclic objects per telemetry write", 0.05, Side(lost, "objects", "ours", "")),
    )


def _startup(load: Load) -> tuple[Goal, ...]:
    def side(function: str, pattern: str, figure: str) -> Side:
        measured = case("startup", function, pattern=pattern, studios=load.studios)
        return Side(measured, figure, pattern, figure)

    return (
        Goal(
            "startup",
            "set-up: loop CPU per entity ÷ mqtt",
            0.2,
            side("cpu", "ours", "ms"),
            side("cpu", "mqtt", "ms"),
        ),
        Goal(
            "startup",
            "set-up: memory per entity ÷ mqtt",
            0.5,
            side("memory", "ours", "kB"),
            side("memory", "mqtt", "kB"),
        ),
    )


def _vanish(load: Load) -> tuple[Goal, ...]:
    measured = case("vanish", "stall", studios=load.crowd)
    return (
        Goal(
            "vanish", "longest stall when all vanish, ms", 25.0, Side(measured, "ms", "CPU", "ms")
        ),
        Goal("vanish", "dashboards lost then", 0.0, Side(measured, "lost", "lost", "")),
    )


def _idle(load: Load) -> tuple[Goal, ...]:
    measured = case("idle", "recorded", studios=load.idle_studios, seconds=load.idle_seconds)
    return (
        Goal(
            "idle",
            "recorded changes/s of 1,000 idle studios",
            100.0,
            Side(measured, "per_s", "extrapolated", "/s"),
            runs=1,
        ),
        Goal(
            "idle",
            "the recorder's share of a core then",
            0.05,
            Side(measured, "core", "extrapolated", ""),
            runs=1,
        ),
    )


def _booking(load: Load) -> tuple[Goal, ...]:
    def side(studios: int) -> Side:
        measured = case("booking", "edit", studios=studios, edits=load.pushes // 4)
        return Side(measured, "us", f"{studios:,} studios", "µs")

    return (
        Goal(
            "booking",
            f"booking edit: {load.crowd:,} ÷ {load.few} studios",
            1.1,
            side(load.crowd),
            side(load.few),
        ),
    )


def _agenda(load: Load) -> tuple[Goal, ...]:
    """Compare per studio: what many cost each more than few do is what does not scale."""

    def side(studios: int, figure: str, unit: str) -> Side:
        measured = case("agenda", "year", studios=studios, bookings=_YEAR, edits=40)
        return Side(measured, figure, f"{studios:,} studios", unit)

    return tuple(
        Goal(
            "agenda",
            f"a year of hourly bookings, {what}: {_STUDIOS} ÷ {load.few} studios",
            1.2,
            side(_STUDIOS, figure, unit),
            side(load.few, figure, unit),
        )
        for what, figure, unit in (
            ("set-up per studio", "setup_ms", "ms"),
            ("one edit", "edit_ms", "ms"),
            ("one minute per studio", "minute_us", "µs"),
        )
    )
