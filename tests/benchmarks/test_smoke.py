"""Every benchmark runs and yields a number; how large it is, is nobody's business here."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from math import isfinite

import pytest

from benchmarks.broker import MissingBrokerError, mosquitto
from benchmarks.measurement import Case, Figures, case

_SMALL = {
    case("flow", "saturated", pattern="floor", count=500): "us",
    case("push", "cost", pattern="ours", entities=5, count=50): "us",
    case("push", "cost", pattern="usual", entities=5, count=50): "us",
    case("startup", "memory", pattern="ours", studios=2): "kB",
    case("vanish", "stall", studios=3): "ms",
    case("booking", "edit", studios=10, edits=10): "us",
    case("agenda", "year", studios=2, bookings=100, edits=2): "edit_ms",
}
_BROKER = case("startup", "memory", pattern="mqtt", studios=2)
_GARBAGE = case("push", "garbage", entities=5, count=200)


def _has_broker() -> bool:
    try:
        mosquitto()
    except MissingBrokerError:
        return False
    return True


@pytest.fixture(scope="module")
def results() -> Mapping[Case, Figures]:
    """Measure all side by side: nobody looks at the times."""
    with ThreadPoolExecutor(4) as pool:
        cases = (*_SMALL, _GARBAGE, *((_BROKER,) if _has_broker() else ()))
        return dict(zip(cases, pool.map(Case.measure, cases), strict=True))


@pytest.mark.parametrize("measured", _SMALL, ids=str)
def test_a_case_yields_a_finite_positive_figure(
    results: Mapping[Case, Figures], measured: Case
) -> None:
    value = results[measured][_SMALL[measured]]
    assert isfinite(value)
    assert value > 0


@pytest.mark.skipif(not _has_broker(), reason="mosquitto is not here: run scripts/counterparts")
def test_mqtt_yields_one_too(results: Mapping[Case, Figures]) -> None:
    assert results[_BROKER]["kB"] > 0


def test_a_telemetry_write_leaves_no_cycle(results: Mapping[Case, Figures]) -> None:
    assert results[_GARBAGE]["objects"] < 1  # without the shared context it is 9
