"""Measure the ratios of PERFORMANCE.md: ``scripts/benchmark [--quick] [--json FILE] [names…]``."""

import argparse
import json
from pathlib import Path
import sys

from .goals import FULL, QUICK, goals
from .measurement import Case, Figures, MeasurementError, medians
from .report import document, table


def main() -> int:
    """Measure, print the table; the exit code says only whether everything could be measured."""
    args = _arguments()
    load = QUICK if args.quick else FULL
    wanted = [goal for goal in goals(load) if not args.names or goal.group in args.names]
    rounds = {
        case: min(args.rounds or load.rounds, goal.runs or load.rounds)
        for goal in wanted
        for case in goal.cases
    }
    results, failures = _measure(rounds)
    done = [goal for goal in wanted if all(case in results for case in goal.cases)]
    print(table(done, results))
    for failure in failures:
        print(f"not measured: {failure}", file=sys.stderr)
    if args.json:
        text = json.dumps(document(done, results, failures), indent=2, ensure_ascii=False)
        args.json.write_text(text + "\n", encoding="utf-8")
    return 1 if failures else 0


def _arguments() -> argparse.Namespace:
    names = list(dict.fromkeys(goal.group for goal in goals(QUICK)))
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short process for each case")
    parser.add_argument("--rounds", type=int, help="processes for each case; the median counts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only some of {', '.join(names)}")
    args = parser.parse_args()
    if unknown := set(args.names) - set(names):
        parser.error(f"{', '.join(sorted(unknown))}: known are {', '.join(names)}")
    return args


def _measure(rounds: dict[Case, int]) -> tuple[dict[Case, Figures], list[str]]:
    """Measure round by round, so that a disturbance of some minutes meets all cases alike."""
    figures: dict[Case, list[Figures]] = {case: [] for case in rounds}
    failures: dict[Case, str] = {}
    for number in range(max(rounds.values())):
        for case, wanted in rounds.items():
            if number >= wanted or case in failures:
                continue
            print(f"round {number + 1}: {case}", file=sys.stderr, flush=True)
            try:
                figures[case].append(case.measure())
            except MeasurementError as error:
                failures[case] = str(error)
    measured = {case: medians(runs) for case, runs in figures.items() if case not in failures}
    return measured, list(failures.values())


if __name__ == "__main__":
    sys.exit(main())
