"""The endpoints: HTTPS and the WebSocket."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
import logging
import sqlite3
import ssl
from typing import Final

from aiohttp import WSCloseCode, web
import orjson

from .connection import REVOKED, Connection, Desk
from .errors import PortTakenError, RequestRefusedError
from .pairing import Pairing
from .throttle import Throttle
from .tokens import Token, Tokens
from .wire import codec
from .wire.errors import BadFrameError
from .wire.messages import MAX_FRAME, NodeInfo, PairProof, PairStart, Problem, Refusal
from .wire.parts import Fields
from .wire.vocabulary import ErrorCode

_BODY: Final = 8 * 1024  # bytes; no request has more
_CLIENTS: Final = 64
_SHUTDOWN: Final = 2.0  # s
_REVOKED: Final = "the token was revoked"
_LOGGER: Final = logging.getLogger(__name__)

_STATUS: Final = {
    ErrorCode.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.PAIRING_CLOSED: HTTPStatus.FORBIDDEN,
    ErrorCode.WRONG_CODE: HTTPStatus.FORBIDDEN,
    ErrorCode.TOO_MANY_ATTEMPTS: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
}

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Listens, lets in who has a token, and keeps the connections."""

    def __init__(
        self,
        desk: Desk,
        tokens: Tokens,
        pairing: Pairing,
        info: Callable[[], NodeInfo],
        diagnostics: Callable[[], Awaitable[Fields]],
        on_paired: Callable[[], None],
    ) -> None:
        self.connections: set[Connection] = set()
        self.throttle = Throttle()
        self._desk = desk
        self._tokens = tokens
        self._pairing = pairing
        self._info = info
        self._diagnostics = diagnostics
        self._on_paired = on_paired
        self._closing: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        tokens.on_revoked(self._on_revoked)

    async def start(self, host: str, port: int, context: ssl.SSLContext) -> int:
        """
        Listen, and return the port.

        Raises:
            PortTakenError: somebody else listens there.

        """
        app = web.Application(client_max_size=_BODY, middlewares=[_answer_errors])
        app.router.add_get("/v1/info", self._get_info, allow_head=False)
        app.router.add_post("/v1/pair", self._post_pair)
        app.router.add_get("/v1/ws", self._get_ws, allow_head=False)
        app.router.add_get("/v1/diagnostics", self._get_diagnostics, allow_head=False)
        runner = web.AppRunner(
            app, handle_signals=False, access_log=None, shutdown_timeout=_SHUTDOWN
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, ssl_context=context).start()
        except OSError as error:
            await runner.cleanup()
            raise PortTakenError(host, port, error.strerror or str(error)) from error
        self._runner = runner
        bound: int = runner.addresses[0][1]
        return bound

    async def stop(self) -> None:
        """Say goodbye to every client and listen no more."""
        await asyncio.gather(
            *(c.close(WSCloseCode.GOING_AWAY, "the node stops") for c in self.connections),
            *self._closing,
        )
        if self._runner is not None:
            await self._runner.cleanup()

    async def _get_info(self, _: web.Request) -> web.Response:
        return _json(codec.encode_body(self._info()))

    async def _get_diagnostics(self, request: web.Request) -> web.Response:
        await self._authorise(request)
        return _json(orjson.dumps(await self._diagnostics()).decode())

    async def _post_pair(self, request: web.Request) -> web.Response:
        address = _address(request)
        if self.throttle.blocked(address):
            raise RequestRefusedError(ErrorCode.TOO_MANY_ATTEMPTS, "try again in a minute")
        try:
            body = await request.text()
            raw = codec.decode_object(body)
            if "session" not in raw:
                start = codec.decode_body(PairStart, body)
                return _json(codec.encode_body(self._pairing.start(start, address)))
            proof = codec.decode_body(PairProof, body)
            result = await self._pairing.finish(proof, address)
        except RequestRefusedError as refusal:
            self.throttle.count(address)
            _LOGGER.warning("pairing with %s refused: %s", address, refusal.message)
            raise
        _LOGGER.info("paired with a client at %s", address)
        self._on_paired()
        return _json(codec.encode_body(result))

    async def _get_ws(self, request: web.Request) -> web.StreamResponse:
        token = await self._authorise(request)
        if len(self.connections) >= _CLIENTS:
            raise RequestRefusedError(ErrorCode.BUSY, "too many clients")
        socket = web.WebSocketResponse(
            autoping=False, compress=False, timeout=1.0, max_msg_size=MAX_FRAME
        )
        await socket.prepare(request)
        connection = Connection(self._desk, token, socket)
        self.connections.add(connection)
        _LOGGER.info("%s connected from %s", token.name, _address(request))
        try:
            if self._tokens.knows(token.id):
                await connection.run(request.transport)
            else:  # revoked while we were shaking hands
                await connection.close(REVOKED, _REVOKED)
        finally:
            self.connections.discard(connection)
            _LOGGER.info("%s disconnected", token.name)
        return socket

    async def _authorise(self, request: web.Request) -> Token:
        """Return whose token a request carries; only wrong ones are counted against it."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and (token := await self._tokens.verify(secret.strip())):
            return token
        address = _address(request)
        if self.throttle.blocked(address):
            raise RequestRefusedError(ErrorCode.TOO_MANY_ATTEMPTS, "try again in a minute")
        self.throttle.count(address)
        _LOGGER.warning("%s showed no valid token", address)
        raise RequestRefusedError(ErrorCode.UNAUTHORIZED, "the token is not valid")

    def _on_revoked(self, token_id: str) -> None:
        for connection in self.connections:
            if connection.token.id == token_id:
                task = asyncio.create_task(connection.close(REVOKED, _REVOKED))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer that is no success has the same body."""
    try:
        return await handler(request)
    except RequestRefusedError as refusal:
        return _refuse(refusal.code, refusal.message)
    except BadFrameError as error:
        return _refuse(ErrorCode.BAD_REQUEST, error.reason)
    except web.HTTPException as error:
        code = (
            ErrorCode.NOT_FOUND if error.status == HTTPStatus.NOT_FOUND else ErrorCode.BAD_REQUEST
        )
        return _refuse(code, error.reason, error.status)
    except (UnicodeDecodeError, LookupError):
        return _refuse(ErrorCode.BAD_REQUEST, "not a text")
    except sqlite3.Error:
        _LOGGER.exception("%s failed", request.path)
        return _refuse(ErrorCode.FAILED, "the node cannot use its disk")


def _refuse(code: ErrorCode, message: str, status: int | None = None) -> web.Response:
    body = Refusal(error=Problem(code=code, message=message))
    return _json(codec.encode_body(body), status or _STATUS.get(code, HTTPStatus.BAD_REQUEST))


def _json(text: str, status: int = HTTPStatus.OK) -> web.Response:
    return web.Response(text=text, status=status, content_type="application/json")


def _address(request: web.Request) -> str:
    """Return who asks, for logs and for counting."""
    return request.remote or "unknown"
