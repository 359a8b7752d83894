"""A case with its parameters, measured in fresh processes; the median counts."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
from statistics import median
import subprocess
import sys
from typing import Final

from .programs import ROOT, environment

_PATIENCE: Final = 600.0  # s

type Figures = dict[str, float]


class MeasurementError(Exception):
    """A case could not be measured; the text says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: a function of `cases` and its parameters as JSON, for they are a key."""

    module: str
    function: str
    parameters: str

    def __str__(self) -> str:
        values = json.loads(self.parameters)
        return " ".join([self.module, self.function, *(f"{k}={v}" for k, v in values.items())])

    def measure(self) -> Figures:
        """
        Return the figures of one process.

        Raises:
            MeasurementError: it ended without any.

        """
        command = [
            *(sys.executable, "-m", "benchmarks.case"),
            *(self.module, self.function, self.parameters),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - our own module
                command,
                cwd=ROOT,
                env=environment(),
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise MeasurementError(f"{self}: no result in {_PATIENCE:.0f} s") from None
        if done.returncode:
            last = (done.stderr.strip() or "no reason given").splitlines()[-1]
            raise MeasurementError(f"{self}: {last}")
        figures: Figures = json.loads(done.stdout.splitlines()[-1])
        return figures


def case(module: str, function: str, **parameters: object) -> Case:
    """Return a case."""
    return Case(module, function, json.dumps(parameters))


def medians(rounds: list[Figures]) -> Figures:
    """Return the median of each figure."""
    return {name: median(figures[name] for figures in rounds) for name in rounds[0]}


type Results = Mapping[Case, Figures]
