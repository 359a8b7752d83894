"""
Pairing: both ends prove that they know the code and see the same certificate.

A code has 12 characters of Crockford's base 32, 60 bits. Each proof is an HMAC-SHA256, keyed
with the code, over a label, both nonces and the SHA-256 of the certificate. Someone in the
middle shows another certificate, so neither proof fits, and 60 bits cannot be searched in the
five minutes and five attempts that a code lives.
"""

from enum import StrEnum
import hashlib
import hmac
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12
_LABEL: Final = "micro-studio-pair-1"
_LOOKALIKES: Final = str.maketrans("ILOU", "110V")


class Role(StrEnum):
    """Whose proof it is; the two differ, or one could be sent back as the other."""

    CLIENT = "client"
    NODE = "node"


def new_code() -> str:
    """Return a fresh code as it is shown, ``ABCD-EFGH-JKMN``."""
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(plain[i : i + 4] for i in range(0, LENGTH, 4))


def new_nonce() -> str:
    """Return 128 random bits in hex."""
    return secrets.token_hex(16)


def normalise(code: str) -> str:
    """Return a typed code without separators, look-alikes and case."""
    return "".join(c for c in code.upper() if c.isalnum()).translate(_LOOKALIKES)


def proof(
    role: Role,
    code: str,
    *,
    client_nonce: str,
    node_nonce: str,
    fingerprint: bytes,
    token: str = "",
) -> str:
    """Return a proof in hex; the node's one also covers the token that it hands out."""
    parts = (_LABEL, role, client_nonce, node_nonce, fingerprint.hex(), token)
    message = "\0".join(parts)
    return hmac.new(normalise(code).encode(), message.encode(), hashlib.sha256).hexdigest()


def matches(expected: str, given: str) -> bool:
    """Compare two proofs in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode())
