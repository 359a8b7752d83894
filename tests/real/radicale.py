"""A CalDAV server of its own on the loopback, with one calendar."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
import socket
import sys
from typing import Final, Self

from aiohttp import ClientError, ClientSession, encode_basic_auth

from tests.node_process import HOST
from tests.patience import until

USER: Final = "studio"
PASSWORD: Final = "radicale"
_START: Final = 30.0  # s
_MAKE_CALENDAR: Final = (
    '<?xml version="1.0"?><mkcalendar xmlns="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:">'
    "<D:set><D:prop><D:displayname>Room</D:displayname></D:prop></D:set></mkcalendar>"
)


class Radicale:
    """The server's process, and what a booking system writes into its calendar."""

    def __init__(self, folder: Path, session: ClientSession) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}/"
        self._folder = folder
        self._session = session
        self._process: asyncio.subprocess.Process | None = None

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path) -> AsyncGenerator[Self]:
        """Run a server with an empty calendar, and end it."""
        login = {"Authorization": encode_basic_auth(USER, PASSWORD)}
        async with ClientSession(headers=login) as session:
            server = cls(folder, session)
            try:
                await server.start()
                await server._send("MKCALENDAR", "", _MAKE_CALENDAR)
                yield server
            finally:
                await server.stop()

    async def start(self) -> None:
        """Start the server, with what it has stored."""
        (self._folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
        config = self._folder / "config"
        config.write_text(
            f"[server]\nhosts = {HOST}:{self.port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {self._folder / 'users'}\n"
            "htpasswd_encryption = plain\n"
            f"[storage]\nfilesystem_folder = {self._folder / 'data'}\n"
            "[logging]\nlevel = warning\n",
            encoding="utf-8",
        )
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "radicale", "--config", str(config)
        )
        await until(lambda: self._listens, _START)

    @property
    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    async def stop(self) -> None:
        """End the server; nobody is told."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        self._process = None

    async def put(self, uid: str, text: str) -> None:
        """Write an event, with all that belongs to its series."""
        await self._send("PUT", f"{uid}.ics", text)

    async def delete(self, uid: str) -> None:
        """Remove an event."""
        await self._send("DELETE", f"{uid}.ics", "")

    async def _send(self, method: str, name: str, body: str) -> None:
        url = f"{self.url}{USER}/room/{name}"
        headers = {"Content-Type": "text/calendar"}
        async with self._session.request(method, url, data=body, headers=headers) as answer:
            if not answer.ok:
                raise ClientError(f"{method} {name}: {answer.status} {await answer.text()}")
