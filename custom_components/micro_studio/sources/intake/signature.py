"""Who has sent a body: HMAC-SHA256 over exactly the bytes that came, compared in constant time."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
import hmac
from types import MappingProxyType
from typing import Final

from .delivery import Format

OUR_HEADER: Final = "X-Micro-Studio-Signature-256"
HEADERS: Final[Mapping[Format, str]] = MappingProxyType(
    {
        Format.NEUTRAL: OUR_HEADER,
        Format.CAL_COM: "X-Cal-Signature-256",
        Format.ACUITY: "X-Acuity-Signature",
    }
)
_PREFIX: Final = "sha256="


def is_signed(kind: Format, body: bytes, secret: str, signature: str) -> bool:
    """Tell whether who knows the secret has signed this body; without a secret, nobody has."""
    if not secret:
        return False
    digest = hmac.digest(secret.encode(), body, sha256)
    given = signature.strip()
    if kind is Format.ACUITY:
        expected = b64encode(digest)
    else:
        expected = digest.hex().encode()
        given = given.lower().removeprefix(_PREFIX)
    return hmac.compare_digest(expected, given.encode(errors="replace"))
