"""Pairing, the node's side: a code on a screen becomes a client's token."""

from collections.abc import Callable
from dataclasses import dataclass
import secrets
import time
from typing import Final

from .errors import RequestRefusedError
from .secrecy import Secrecy
from .tokens import Tokens
from .wire.messages import PairChallenge, PairProof, PairResult, PairStart
from .wire.pairing import Role, matches, new_code, new_nonce, proof
from .wire.vocabulary import ErrorCode, PairingState

LIFETIME: Final = 300.0  # s
ATTEMPTS: Final = 5
_SESSIONS: Final = 32
_SESSIONS_PER_ADDRESS: Final = 4
_SESSION_LIFETIME: Final = 60.0  # s
_NONCE: Final = range(16, 129)  # characters
_NAME: Final = 64  # characters


@dataclass(frozen=True, slots=True)
class _Session:
    address: str
    name: str
    client_nonce: str
    node_nonce: str
    until: float


class Pairing:
    """At most one code at a time, good for one client."""

    def __init__(
        self,
        tokens: Tokens,
        fingerprint: bytes,
        secrecy: Secrecy,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._fingerprint = fingerprint
        self._secrecy = secrecy
        self._clock = clock
        self._code = ""
        self._until = 0.0
        self._attempts = 0
        self._sessions: dict[str, _Session] = {}

    @property
    def state(self) -> PairingState:
        """Return whether a code is valid right now."""
        valid = bool(self._code) and self._clock() < self._until
        return PairingState.OPEN if valid else PairingState.CLOSED

    def open(self) -> str:
        """Return a fresh code; an older one is not valid any more."""
        self.close()
        self._code = new_code()
        self._secrecy.add(self._code)
        self._until = self._clock() + LIFETIME
        self._attempts = 0
        return self._code

    def close(self) -> None:
        """Make the code and every session worthless."""
        self._secrecy.discard(self._code)
        self._code = ""
        self._sessions.clear()

    def start(self, body: PairStart, address: str) -> PairChallenge:
        """Begin a session with a client."""
        self._require_open()
        if len(body.client_nonce) not in _NONCE or not body.client_nonce.isalnum():
            raise RequestRefusedError(ErrorCode.BAD_REQUEST, "the nonce is not valid")
        self._make_room(address)
        session = secrets.token_hex(16)
        node_nonce = new_nonce()
        name = "".join(c for c in body.name if c.isprintable())[:_NAME].strip() or address
        self._sessions[session] = _Session(
            address, name, body.client_nonce, node_nonce, self._clock() + _SESSION_LIFETIME
        )
        return PairChallenge(session=session, node_nonce=node_nonce)

    async def finish(self, body: PairProof, address: str) -> PairResult:
        """Check a client's proof; one wrong proof ends its session."""
        self._require_open()
        session = self._sessions.pop(body.session, None)
        if session is None or session.until <= self._clock() or session.address != address:
            raise RequestRefusedError(ErrorCode.BAD_REQUEST, "there is no such session")
        if not matches(self._proof(Role.CLIENT, session), body.proof):
            self._attempts += 1
            if self._attempts >= ATTEMPTS:
                self.close()
                raise RequestRefusedError(
                    ErrorCode.TOO_MANY_ATTEMPTS, "the code is not valid any more"
                )
            raise RequestRefusedError(ErrorCode.WRONG_CODE, "the code is wrong")
        # Before anything is awaited: a code is good for one client.
        code = self._code
        self.close()
        token = await self._tokens.issue(session.name)
        return PairResult(proof=self._proof(Role.NODE, session, code, token), token=token)

    def _proof(self, role: Role, session: _Session, code: str = "", token: str = "") -> str:
        return proof(
            role,
            code or self._code,
            client_nonce=session.client_nonce,
            node_nonce=session.node_nonce,
            fingerprint=self._fingerprint,
            token=token,
        )

    def _require_open(self) -> None:
        if self.state is not PairingState.OPEN:
            self.close()
            raise RequestRefusedError(ErrorCode.PAIRING_CLOSED, "no code is valid right now")

    def _make_room(self, address: str) -> None:
        """Keep sessions few: an address pushes out its own, never another's."""
        now = self._clock()
        for key in [key for key, session in self._sessions.items() if session.until <= now]:
            del self._sessions[key]
        own = [key for key, session in self._sessions.items() if session.address == address]
        for key in own[: max(0, len(own) - _SESSIONS_PER_ADDRESS + 1)]:
            del self._sessions[key]
        if len(self._sessions) >= _SESSIONS:
            raise RequestRefusedError(ErrorCode.TOO_MANY_ATTEMPTS, "too many are pairing")
