"""A site's rules, and what a studio may change of them."""

from dataclasses import fields
from datetime import timedelta

import pytest

from custom_components.micro_studio.core.errors import PolicyError
from custom_components.micro_studio.core.policy import (
    CHECKLIST,
    COUNTS,
    MINUTE,
    SWITCHES,
    TIMES,
    WARNINGS,
    Override,
    Policy,
)
from custom_components.micro_studio.core.studio import LightMode


def test_the_tables_name_every_field_once() -> None:
    """A form that is built from them forgets nothing."""
    named = [limits.name for limits in (*TIMES, *COUNTS, WARNINGS)]
    named += [*SWITCHES, CHECKLIST, "light_mode"]
    assert sorted(named) == sorted(field.name for field in fields(Policy))


def test_a_studio_changes_only_what_it_names() -> None:
    """Minutes, counts, switches, lists and the light."""
    policy = Policy(turnover_buffer=30 * MINUTE).with_overrides(
        {
            "early_access": 20.0,
            "max_extensions": 2,
            "maintenance": True,
            "ending_warnings": [3, 15],
            "hold_expiry": 2880,
            "holds_block": False,
            "turnover_checklist": [" media copied ", "", "pop shields", "media copied"],
            "light_mode": "manual",
        }
    )
    assert policy == Policy(
        turnover_buffer=30 * MINUTE,
        early_access=20 * MINUTE,
        max_extensions=2,
        maintenance=True,
        ending_warnings=(15 * MINUTE, 3 * MINUTE),
        hold_expiry=timedelta(days=2),
        holds_block=False,
        turnover_checklist=("media copied", "pop shields"),
        light_mode=LightMode.MANUAL,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("early_access", -1),
        ("early_access", 121),
        ("early_access", True),
        ("early_access", "15"),
        ("no_show_after", 0),
        ("max_extensions", 21),
        ("maintenance", 1),
        ("ending_warnings", [0]),
        ("ending_warnings", "10"),
        ("ending_warnings", ["10"]),
        ("hold_expiry", 20161),
        ("walk_up_length", 14),
        ("holds_block", "no"),
        ("turnover_checklist", "media copied"),
        ("turnover_checklist", [1]),
        ("light_mode", "disco"),
        ("light_mode", True),
        ("lunch_break", 30),
    ],
)
def test_a_wrong_rule_names_its_field(name: str, value: Override) -> None:
    """So that the form can show it there."""
    with pytest.raises(PolicyError) as caught:
        Policy().with_overrides({name: value})
    assert caught.value.field == name


def test_warnings_come_longest_first_and_once() -> None:
    """The engine relies on it."""
    for wrong in ((5, 10), (5, 5)):
        with pytest.raises(PolicyError):
            Policy(ending_warnings=tuple(timedelta(minutes=item) for item in wrong))


def test_between_two_bookings_the_larger_buffer_counts() -> None:
    """Not the sum."""
    assert Policy().buffer == 20 * MINUTE
    assert Policy(setup_buffer=45 * MINUTE).buffer == 45 * MINUTE
