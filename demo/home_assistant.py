"""A real Home Assistant: started, onboarded, spoken to over REST and WebSocket."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
import json
from pathlib import Path
import sys
from typing import Any, Final, Self

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType

from .errors import DemoError
from .process import Process

HOST: Final = "127.0.0.1"
ENTRIES: Final = "/api/config/config_entries"
USER: Final = "demo"
PASSWORD: Final = "demo"  # noqa: S105 - printed on the screen, reachable from this machine only
_START: Final = 180.0  # s
_ANSWER: Final = 60.0  # s

# Only the user is created over the API: the other steps would add integrations that call out.
_ONBOARDING: Final = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics", "integration"]},
}


def _http(port: int) -> dict[str, Any]:
    """Return the stored settings of the server; in YAML they would only be on trial."""
    return {
        "version": 2,
        "minor_version": 2,
        "key": "http",
        "data": {
            "stable": {
                "server_host": [HOST],
                "server_port": port,
                "cors_allowed_origins": [],
                "login_attempts_threshold": -1,
                "ip_ban_enabled": True,
                "ssl_profile": "modern",
                "use_x_frame_options": True,
                "created_at": "2026-01-01T00:00:00+00:00",
                "error": None,
                "error_message": None,
            },
            "pending": None,
            "yaml_migration_done": True,
        },
    }


class HomeAssistant:
    """One instance with its configuration folder."""

    token: str

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self._port = port
        self.url = f"http://{HOST}:{port}"
        self.process: Process | None = None
        self._session: ClientSession | None = None
        self._socket: ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Callable[[Any], None]] = {}
        self._number = 0

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path, port: int) -> AsyncGenerator[Self]:
        """Start Home Assistant and wait until its API answers; stop it in the end."""
        self = cls(folder, port)
        try:
            await self.start()
            yield self
        finally:
            await self.stop()

    async def start(self) -> None:
        """Start the process."""
        storage = self.folder / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        (storage / "http").write_text(json.dumps(_http(self._port)), encoding="utf-8")
        if not (onboarding := storage / "onboarding").exists():
            onboarding.write_text(json.dumps(_ONBOARDING), encoding="utf-8")
        self.process = await Process.start(
            "Home Assistant",
            [sys.executable, "-m", "homeassistant", "-c", str(self.folder), "--skip-pip"],
            self.folder / "output.log",
        )
        self._session = ClientSession()
        await self.until(self._answers, _START, "Home Assistant did not answer in time")

    async def stop(self) -> None:
        """End the process and all connections to it."""
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()
        if self._session is not None:
            await self._session.close()
        if self.process is not None:
            await self.process.stop()

    async def onboard(self) -> None:
        """Create the user and log in."""
        answer = await self.post(
            "/api/onboarding/users",
            {
                "client_id": f"{self.url}/",
                "name": "Demo",
                "username": USER,
                "password": PASSWORD,
                "language": "en",
            },
            login=False,
        )
        await self._log_in(answer["auth_code"])

    async def _log_in(self, code: str) -> None:
        """Trade an authorisation code for a token, and open the WebSocket."""
        async with self.session.post(
            f"{self.url}/auth/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": f"{self.url}/",
            },
        ) as response:
            self.token = (await response.json())["access_token"]
        await self._connect()

    @property
    def session(self) -> ClientSession:
        """Return the session; only a started instance has one."""
        if self._session is None:
            raise DemoError("Home Assistant is not running")
        return self._session

    async def get(self, path: str) -> Any:
        """Return the answer to a GET request."""
        return await self._request("GET", path)

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, login: bool = True
    ) -> Any:
        """Return the answer to a POST request."""
        return await self._request("POST", path, body or {}, login=login)

    async def command(self, kind: str, **data: Any) -> Any:
        """Return the answer to a WebSocket command."""
        if self._socket is None:
            raise DemoError("not connected")
        self._number += 1
        future = asyncio.get_running_loop().create_future()
        self._pending[self._number] = future
        await self._socket.send_json({"id": self._number, "type": kind, **data})
        async with asyncio.timeout(_ANSWER):
            answer = await future
        if not answer.get("success", True):
            raise DemoError(f"{kind}: {answer['error']}")
        return answer.get("result")

    async def subscribe(self, listener: Callable[[Any], None], kind: str, **data: Any) -> None:
        """Call ``listener`` for each event of a subscription."""
        self._listeners[self._number + 1] = listener
        await self.command(kind, **data)

    async def action(self, domain: str, service: str, target: Any, **data: Any) -> None:
        """Perform an action and wait until it is done."""
        await self.command(
            "call_service", domain=domain, service=service, target=target, service_data=data
        )

    async def flow(self, start: str, first: Mapping[str, Any], *answers: Mapping[str, Any]) -> Any:
        """Walk through a flow: ``start`` is the endpoint, each answer fills one form."""
        step = await self.post(start, first)
        for answer in answers:
            step = await self.post(f"{start}/{step['flow_id']}", answer)
        return step

    async def until[T](
        self, condition: Callable[[], Awaitable[T]], seconds: float, otherwise: str
    ) -> T:
        """Wait for something; the process must stay alive meanwhile."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            if self.process is not None:
                self.process.check()
            if result := await condition():
                return result
            await asyncio.sleep(0.1)
        raise DemoError(f"{otherwise} ({seconds:.0f} s).")

    async def ready(self) -> None:
        """Wait until everything is set up."""

        async def running() -> bool:
            return bool((await self.command("get_config"))["state"] == "RUNNING")

        await self.until(running, _START, "Home Assistant did not finish its start in time")

    async def _answers(self) -> bool:
        try:
            async with self.session.get(f"{self.url}/api/onboarding") as response:
                return response.status in {200, 404}
        except ClientError:
            return False

    async def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        login: bool = True,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if login else {}
        async with self.session.request(
            method, f"{self.url}{path}", json=body, headers=headers
        ) as response:
            text = await response.text()
            if not response.ok:
                raise DemoError(f"{path} answered {response.status}: {text[:500]}")
            return json.loads(text) if text else None

    async def _connect(self) -> None:
        """Open the WebSocket."""
        socket = await self.session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0)
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": self.token})
        if (await socket.receive_json())["type"] != "auth_ok":
            raise DemoError("Home Assistant refuses the token that it has just given")
        self._socket = socket
        self._reader = asyncio.create_task(self._read(socket))

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        """Hand answers and events to whom they belong."""
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            answer = json.loads(message.data)
            if answer["type"] == "event":
                if listener := self._listeners.get(answer["id"]):
                    listener(answer["event"])
            elif future := self._pending.pop(answer["id"], None):
                future.set_result(answer)
