"""What all tests of the integration share."""

import custom_components  # noqa: F401  # isort: skip  claims the name before the test package's own folder

from collections.abc import Iterator
import logging
import re

import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from studio_node.certificate import load_certificate


@pytest.fixture(scope="session", autouse=True)
def _real_clock(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Make a certificate first: cryptography keeps the clock's class that it meets first."""
    load_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration."""


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Never write into the test package's own folder."""
    return hass_tmp_config_dir


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare with Home Assistant's own kind of snapshot."""
    # Home Assistant 2026.11 added a field to the registry that says nothing about us.
    return snapshot.use_extension(HomeAssistantSnapshotExtension).with_defaults(
        exclude=props("compat_name")
    )


@pytest.fixture
def intended() -> list[str]:
    """Return the complaints that a test wants to see, as patterns; each must really come."""
    return []


@pytest.fixture(autouse=True)
def _no_complaints(caplog: pytest.LogCaptureFixture, intended: list[str]) -> Iterator[None]:
    """Fail a test in which Home Assistant complains about the integration."""
    yield
    complaints = [
        record.getMessage()
        for phase in ("setup", "call", "teardown")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING
        and record.name != "asyncio"  # its debug mode finds slow machines
        and (
            "micro_studio" in record.name
            or "micro_studio" in record.getMessage()
            or "deprecat" in record.getMessage()
        )
        and "has not been tested by Home Assistant" not in record.getMessage()
    ]
    unseen = [
        pattern
        for pattern in intended
        if not any(re.search(pattern, complaint) for complaint in complaints)
    ]
    assert unseen == []
    assert [
        complaint
        for complaint in complaints
        if not any(re.search(pattern, complaint) for pattern in intended)
    ] == []
