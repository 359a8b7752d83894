"""The node's own certificate: made once, pinned by every client."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import hashlib
import os
from pathlib import Path
import ssl
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .errors import StateError

_CERTIFICATE: Final = "certificate.pem"
_KEY: Final = "key.pem"
_VALIDITY: Final = timedelta(days=365 * 40)
# A room's computer may start with its clock at the epoch of its battery.
_SLACK: Final = timedelta(days=365 * 10)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where the certificate is, and the SHA-256 that clients pin."""

    path: Path
    key_path: Path
    fingerprint: bytes
    not_after: datetime

    def context(self) -> ssl.SSLContext:
        """Return the server's half of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.path, self.key_path)
        return context


def load_certificate(state_dir: Path) -> Certificate:
    """
    Return the certificate of a state directory; the first time, make it.

    Raises:
        StateError: the directory or what is in it cannot be used.

    """
    path, key_path = state_dir / _CERTIFICATE, state_dir / _KEY
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The certificate is written last: without it the pair was never complete.
        if not path.exists():
            _make(path, key_path)
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        key_path.chmod(0o600)
        der = certificate.public_bytes(serialization.Encoding.DER)
    except (OSError, ValueError) as error:
        raise StateError(f"the certificate in {state_dir} cannot be used: {error}") from error
    return Certificate(
        path, key_path, hashlib.sha256(der).digest(), certificate.not_valid_after_utc
    )


def _make(path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "studio-node")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + _VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(
        key_path,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    _write(path, certificate.public_bytes(serialization.Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; it is there whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
