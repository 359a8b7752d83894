"""The table, and the same as JSON."""

from collections.abc import Sequence
import math
from typing import Any

from .goals import Goal, Side
from .measurement import Results

type Row = tuple[str, str, str, str, str]

_HEAD: Row = ("ratio", "measured", "goal", "", "figures")


def table(goals: Sequence[Goal], results: Results) -> str:
    """Return a line for each goal that was measured."""
    rows = [_HEAD, *(_row(goal, results) for goal in goals)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def document(goals: Sequence[Goal], results: Results, failures: Sequence[str]) -> dict[str, Any]:
    """Return what a program wants to read: the ratios, and every figure behind them."""
    return {
        "ratios": [
            {
                "group": goal.group,
                "title": goal.title,
                "ratio": goal.ratio(results),
                "goal": None if math.isinf(goal.limit) else goal.limit,
                "met": goal.ratio(results) <= goal.limit,
            }
            for goal in goals
        ],
        "cases": {str(case): figures for case, figures in results.items()},
        "failures": list(failures),
    }


def _row(goal: Goal, results: Results) -> Row:
    ratio = goal.ratio(results)
    sides = [side for side in (goal.ours, goal.base) if side is not None]
    return (
        goal.title,
        _number(ratio),
        "" if math.isinf(goal.limit) else f"≤ {goal.limit:g}",
        "" if math.isinf(goal.limit) else "met" if ratio <= goal.limit else "NOT met",
        " ÷ ".join(_side(side, results) for side in sides) if goal.base else "",
    )


def _side(side: Side, results: Results) -> str:
    return f"{_number(side.value(results))} {side.unit} ({side.label})"


def _number(value: float) -> str:
    """Return three digits that count; the rest is noise."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004
