"""Only who knows the secret gets in, however a sender writes a signature down."""

from base64 import b64encode
import hashlib
import hmac

from hypothesis import given, strategies as st
import pytest

from custom_components.micro_studio.sources.intake.delivery import Format
from custom_components.micro_studio.sources.intake.signature import is_signed

SECRET, BODY = "s3cret", b'{"a": "\xc3\xa4"}'
DIGEST = hmac.new(SECRET.encode(), BODY, hashlib.sha256)
HEX, BASE64 = DIGEST.hexdigest(), b64encode(DIGEST.digest()).decode()


@pytest.mark.parametrize("kind", [Format.NEUTRAL, Format.CAL_COM])
@pytest.mark.parametrize(
    ("signature", "good"),
    [
        (HEX, True),
        (HEX.upper(), True),
        (f" {HEX} ", True),
        (f"sha256={HEX}", True),
        (f"SHA256={HEX}", True),
        (f"sha1={HEX}", False),
        (f"sha256=sha256={HEX}", False),
        (HEX[:-1], False),
        (f"{HEX}0", False),
        (BASE64, False),
        ("no-secret-provided", False),
        ("", False),
        ("sha256=", False),
        ("\udcff\udcfe", False),
        ("ä" * 64, False),
    ],
)
def test_a_hex_signature_is_told_from_everything_else(
    kind: Format, signature: str, good: bool
) -> None:
    assert is_signed(kind, BODY, SECRET, signature) is good


@pytest.mark.parametrize(
    ("signature", "good"),
    [
        (BASE64, True),
        (f" {BASE64}", True),
        (BASE64.swapcase(), False),
        (BASE64.rstrip("="), False),
        (HEX, False),
        (b64encode(HEX.encode()).decode(), False),
        ("", False),
    ],
)
def test_acuity_signs_in_base64(signature: str, good: bool) -> None:
    assert is_signed(Format.ACUITY, BODY, SECRET, signature) is good


@pytest.mark.parametrize("kind", list(Format))
def test_without_a_secret_nobody_has_signed(kind: Format) -> None:
    digest = hmac.new(b"", BODY, hashlib.sha256)
    for signature in (digest.hexdigest(), b64encode(digest.digest()).decode()):
        assert not is_signed(kind, BODY, "", signature)


@given(st.binary(), st.binary(), st.text(min_size=1), st.text(min_size=1))
def test_another_body_or_another_secret_needs_another_signature(
    body: bytes, other: bytes, secret: str, wrong: str
) -> None:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert is_signed(Format.NEUTRAL, body, secret, signature)
    assert is_signed(Format.NEUTRAL, other, secret, signature) is (other == body)
    # HMAC pads a key with zeros: these are the same key.
    same = secret.rstrip("\0") == wrong.rstrip("\0")
    assert is_signed(Format.NEUTRAL, body, wrong, signature) is same
