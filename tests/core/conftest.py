"""The core needs no Home Assistant."""

import pytest


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Start no Home Assistant for the sake of a rule."""


@pytest.fixture(autouse=True)
def _no_complaints() -> None:
    """Nobody is there to complain."""
