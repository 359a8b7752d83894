"""One measured case in this process: ``python -m benchmarks.case MODULE FUNCTION JSON``."""

import asyncio
from importlib import import_module
import json
import sys

from .broker import MissingBrokerError


def main(module: str, function: str, parameters: str) -> None:
    """Measure, and print the figures as one line; what is missing is said in a sentence."""
    measure = getattr(import_module(f".cases.{module}", __package__), function)
    try:
        figures = asyncio.run(measure(**json.loads(parameters)))
    except MissingBrokerError as error:
        sys.exit(str(error))
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
