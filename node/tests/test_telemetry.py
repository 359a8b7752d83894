"""How often values go out that change all the time."""

from studio_node.telemetry import Telemetry
from studio_node.wire.vocabulary import PartKind


def test_a_counter_goes_out_every_five_seconds_at_most() -> None:
    telemetry = Telemetry(PartKind.INTERFACE)
    assert telemetry.sift({"xruns": 1}, 0.0) == {"xruns": 1}
    assert telemetry.sift({"xruns": 2}, 1.0) == {}
    assert telemetry.sift({"xruns": 9}, 2.0) == {}
    assert telemetry.next_due() == 5.0
    assert telemetry.release(4.9) == {}
    assert telemetry.release(5.0) == {"xruns": 9}
    assert telemetry.next_due() is None


def test_a_level_goes_out_after_ten_seconds_or_a_leap() -> None:
    telemetry = Telemetry(PartKind.INTERFACE)
    telemetry.sift({"peak": -20.0}, 0.0)
    assert telemetry.sift({"peak": -21.0}, 2.0) == {}
    assert telemetry.next_due() == 10.0
    assert telemetry.sift({"peak": -30.0}, 3.0) == {"peak": -30.0}
    assert telemetry.sift({"peak": -20.0}, 3.1) == {}
    assert telemetry.next_due() == 4.0


def test_a_value_that_came_back_is_not_sent_again() -> None:
    telemetry = Telemetry(PartKind.HOST)
    telemetry.sift({"cpu": 10.0}, 0.0)
    telemetry.sift({"cpu": 11.0}, 1.0)
    assert telemetry.sift({"cpu": 10.0}, 2.0) == {}
    assert telemetry.next_due() is None


def test_becoming_known_or_unknown_never_waits() -> None:
    telemetry = Telemetry(PartKind.HOST)
    telemetry.sift({"cpu": 10.0}, 0.0)
    assert telemetry.sift({"cpu": None}, 0.1) == {"cpu": None}
    assert telemetry.sift({"cpu": 11.0}, 0.2) == {"cpu": 11.0}


def test_a_field_without_a_pace_never_waits() -> None:
    telemetry = Telemetry(PartKind.DOOR)
    for step in range(3):
        assert telemetry.sift({"slots": step}, 0.0) == {"slots": step}
