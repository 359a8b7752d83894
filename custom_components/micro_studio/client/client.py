"""Requests to one node; the only place that meets aiohttp's errors."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
import errno
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from aiohttp import (
    ClientConnectionError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    Fingerprint,
    ServerFingerprintMismatch,
    WSServerHandshakeError,
)
from yarl import URL

from ..wire import codec, errors as wire_errors
from ..wire.errors import BadFrameError
from ..wire.messages import (
    DEFAULT_PORT,
    MAX_FRAME,
    NodeInfo,
    PairChallenge,
    PairProof,
    PairResult,
    PairStart,
    Refusal,
)
from ..wire.pairing import Role, matches, new_nonce, proof
from ..wire.parts import Fields
from ..wire.vocabulary import ErrorCode
from .errors import (
    ApiMismatchError,
    CertificateChangedError,
    ConnectionLostError,
    NodeError,
    NoRouteError,
    NotANodeError,
    PairingClosedError,
    PairingError,
    RefusedError,
    TooManyAttemptsError,
    UnauthorizedError,
    WrongCodeError,
)

__all__ = ["DEFAULT_PORT", "Address", "NodeClient", "NodeInfo", "Trust", "check_api"]

_TIMEOUT: Final = ClientTimeout(total=10)
_WS_TIMEOUT: Final = ClientWSTimeout(ws_close=1.0)
_REFUSALS: Final[Mapping[ErrorCode, type[NodeError]]] = MappingProxyType(
    {
        ErrorCode.UNAUTHORIZED: UnauthorizedError,
        ErrorCode.WRONG_CODE: WrongCodeError,
        ErrorCode.PAIRING_CLOSED: PairingClosedError,
        ErrorCode.TOO_MANY_ATTEMPTS: TooManyAttemptsError,
    }
)
_CHUNK: Final = 64 * 1024  # bytes
_NOBODY: Final = bytes(32)  # a fingerprint that no certificate has


@dataclass(frozen=True, slots=True)
class Address:
    """Where a node listens."""

    host: str
    port: int

    def url(self, path: str) -> URL:
        """Return the address of an endpoint."""
        return URL.build(scheme="https", host=self.host, port=self.port, path=path)


@dataclass(frozen=True, slots=True)
class Trust:
    """What pairing leaves behind: the node's certificate (SHA-256) and our token."""

    fingerprint: bytes
    token: str = field(repr=False)


class NodeClient:
    """Talk to one node at one address; with `Trust`, only to the node that was paired."""

    def __init__(
        self, session: ClientSession, address: Address, trust: Trust | None = None
    ) -> None:
        self.address = address
        self.trust = trust
        self._session = session

    async def info(self) -> NodeInfo:
        """Return who answers there; a node of another major version is refused."""
        fingerprint = self.trust.fingerprint if self.trust else await self._certificate()
        async with self._request("GET", "/v1/info", fingerprint) as response:
            info = codec.decode_body(NodeInfo, await _body(response))
        check_api(info.api)
        return info

    async def pair(self, code: str, name: str) -> Trust:
        """
        Trade a pairing code for a token; ``name`` is shown in the node's list.

        Raises:
            PairingError: the node refuses, see its kind, or could not prove that it knows the code.

        """
        fingerprint = await self._certificate()
        client_nonce = new_nonce()
        challenge = await self._pair(
            fingerprint, PairStart(client_nonce=client_nonce, name=name), PairChallenge
        )

        def prove(role: Role, token: str = "") -> str:
            return proof(
                role,
                code,
                client_nonce=client_nonce,
                node_nonce=challenge.node_nonce,
                fingerprint=fingerprint,
                token=token,
            )

        answer = await self._pair(
            fingerprint,
            PairProof(session=challenge.session, proof=prove(Role.CLIENT)),
            PairResult,
        )
        if not matches(prove(Role.NODE, answer.token), answer.proof):
            raise WrongCodeError
        return Trust(fingerprint, answer.token)

    async def diagnostics(self) -> Fields:
        """Return what the node tells about itself; it holds no secrets."""
        trust = self._trusted()
        async with self._request(
            "GET", "/v1/diagnostics", trust.fingerprint, token=trust.token
        ) as response:
            return codec.decode_object(await _body(response))

    async def connect(self) -> ClientWebSocketResponse:
        """Open the WebSocket; answering pings is the caller's affair."""
        trust = self._trusted()
        with _client_errors():
            return await self._session.ws_connect(
                self.address.url("/v1/ws"),
                headers=_authorization(trust.token),
                ssl=Fingerprint(trust.fingerprint),
                timeout=_WS_TIMEOUT,
                autoping=False,
                max_msg_size=MAX_FRAME,
            )

    def _trusted(self) -> Trust:
        if self.trust is None:
            raise UnauthorizedError
        return self.trust

    async def _certificate(self) -> bytes:
        """Return the fingerprint that the node shows: ask for an impossible one."""
        try:
            async with self._request("GET", "/v1/info", _NOBODY):
                raise NotANodeError
        except CertificateChangedError as error:
            return bytes.fromhex(error.seen)

    async def _pair[T: (PairChallenge, PairResult)](
        self, fingerprint: bytes, body: PairStart | PairProof, answer: type[T]
    ) -> T:
        async with self._request(
            "POST", "/v1/pair", fingerprint, body=codec.encode_body(body)
        ) as response:
            return codec.decode_body(answer, await _body(response))

    @asynccontextmanager
    async def _request(
        self,
        method: str,
        path: str,
        fingerprint: bytes,
        *,
        token: str | None = None,
        body: str | None = None,
    ) -> AsyncGenerator[ClientResponse]:
        """Every HTTP request goes through here."""
        headers = _authorization(token) if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        with _client_errors():
            async with self._session.request(
                method,
                self.address.url(path),
                data=body,
                headers=headers,
                ssl=Fingerprint(fingerprint),
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise _refusal(response.status, await _body(response))
                yield response


async def _body(response: ClientResponse) -> bytes:
    """Read a body of a sensible size; a stranger may send anything."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > MAX_FRAME:
            raise NotANodeError("too much")
    return bytes(body)


def check_api(theirs: str) -> None:
    """Refuse another major version of the protocol."""
    try:
        codec.check_api(theirs)
    except wire_errors.ApiMismatchError as error:
        raise ApiMismatchError(error.ours, error.theirs) from None


def _authorization(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _refusal(status: int, body: bytes) -> NodeError:
    """Return the error that an answer stands for."""
    try:
        code = codec.decode_body(Refusal, body).error.code
    except BadFrameError:
        return NotANodeError(f"status {status}")
    return _REFUSALS.get(code, PairingError)(code.value)


@contextmanager
def _client_errors() -> Iterator[None]:
    """Translate what aiohttp raises; the order is from special to general."""
    try:
        yield
    except ServerFingerprintMismatch as error:
        raise CertificateChangedError(error.expected.hex(), error.got.hex()) from error
    except WSServerHandshakeError as error:
        if error.status == HTTPStatus.UNAUTHORIZED:
            raise UnauthorizedError from None  # the chained error holds the headers
        raise NotANodeError(f"status {error.status}") from None
    except (ClientConnectorDNSError, TimeoutError) as error:
        raise NoRouteError(str(error)) from error
    except ClientConnectorSSLError as error:
        raise NotANodeError("no TLS") from error
    except ClientConnectorError as error:
        if _refused(error.os_error):
            raise RefusedError(str(error)) from error
        raise NoRouteError(str(error)) from error
    except ClientConnectionError as error:
        raise ConnectionLostError(str(error)) from error
    except (ClientError, BadFrameError, ValueError) as error:
        raise NotANodeError(type(error).__name__) from None


def _refused(error: OSError) -> bool:
    """Tell a closed port from an address where nothing is; several addresses may have failed."""
    return error.errno == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in str(error)
