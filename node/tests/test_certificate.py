"""The node's certificate."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl

import pytest

from studio_node.certificate import load_certificate
from studio_node.errors import StateError


def test_a_certificate_is_made_once(tmp_path: Path) -> None:
    first = load_certificate(tmp_path / "state")
    second = load_certificate(tmp_path / "state")
    assert first == second
    assert len(first.fingerprint) == 32
    assert first.not_after > datetime.now(UTC) + timedelta(days=3650)
    assert isinstance(first.context(), ssl.SSLContext)


def test_only_the_owner_can_read_the_key(tmp_path: Path) -> None:
    certificate = load_certificate(tmp_path / "state")
    assert certificate.key_path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_broken_certificate_is_named(tmp_path: Path) -> None:
    load_certificate(tmp_path).path.write_text("broken")
    with pytest.raises(StateError, match="certificate"):
        load_certificate(tmp_path)
