"""The node on the network's notice board: DNS-SD over multicast DNS."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import ipaddress
import logging
import socket
from typing import Final

import ifaddr
from zeroconf import Error as ZeroconfError, InterfaceChoice, IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from .settings import Settings
from .wire.messages import SERVICE_TYPE

_LABEL: Final = 63  # bytes, RFC 6763
_VALUE: Final = 200  # bytes; a TXT entry has 255 with its key
_INTERVAL: Final = 30.0  # s
# s; caches keep what they heard less than a second ago beside what replaces it (RFC 6762, 10.2)
_FLUSH: Final = 1.2
_LOGGER: Final = logging.getLogger(__name__)

type Properties = dict[str, str]


class Announcer:
    """Keeps the announcement true: to the TXT record, and to the computer's addresses."""

    def __init__(
        self,
        settings: Settings,
        node_id: str,
        port: int,
        describe: Callable[[], Properties],
        interval: float = _INTERVAL,
    ) -> None:
        self.addresses: tuple[str, ...] = ()
        self._settings = settings
        self._node_id = node_id
        self._port = port
        self._describe = describe
        self._interval = interval
        self._changed = asyncio.Event()
        self._zeroconf: AsyncZeroconf | None = None
        self._properties: Properties = {}

    def refresh(self) -> None:
        """Look at once whether something has changed."""
        self._changed.set()

    async def run(self) -> None:
        """Announce until cancelled."""
        told = False
        try:
            while True:
                self._changed.clear()
                try:
                    if await self._update():
                        await asyncio.sleep(_FLUSH)
                    told = False
                except (OSError, ZeroconfError) as error:
                    if not told:
                        _LOGGER.warning("the node cannot be announced: %s", error)
                    told = True
                    await self._withdraw()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._interval):
                        await self._changed.wait()
        finally:
            await self._withdraw()

    async def _update(self) -> bool:
        """Announce what has changed; tell whether anything has."""
        addresses, properties = announced_addresses(self._settings), self._describe()
        if addresses != self.addresses or self._zeroconf is None:
            # Sockets belong to interfaces: with other addresses they must be made anew.
            await self._withdraw()
            self.addresses, self._properties = addresses, properties
            if addresses:
                self._zeroconf = AsyncZeroconf(
                    interfaces=list(self._settings.interfaces) or InterfaceChoice.All,
                    ip_version=_version(self._settings.listen),
                )
                # The name holds the node's id: nobody else can have it.
                await (
                    await self._zeroconf.async_register_service(
                        self._service(), cooperating_responders=True
                    )
                )
            return bool(addresses)
        if properties == self._properties:
            return False
        self._properties = properties
        await (await self._zeroconf.async_update_service(self._service()))
        return True

    async def _withdraw(self) -> None:
        zeroconf, self._zeroconf = self._zeroconf, None
        self.addresses = ()
        if zeroconf is not None:
            with suppress(OSError, ZeroconfError, TimeoutError):
                await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()

    def _service(self) -> AsyncServiceInfo:
        return AsyncServiceInfo(
            SERVICE_TYPE,
            f"{instance_name(self._settings.name, self._node_id)}.{SERVICE_TYPE}",
            port=self._port,
            properties={key: cut(value, _VALUE) for key, value in self._properties.items()},
            server=f"studio-node-{self._node_id}.local.",
            parsed_addresses=list(self.addresses),
        )


def instance_name(name: str, node_id: str) -> str:
    """Return a name that people know and no other node has."""
    suffix = f" ({node_id[:6]})"
    plain = "".join(c if c.isprintable() and c != "." else " " for c in name).strip()
    return cut(plain, _LABEL - len(suffix)) + suffix


def cut(text: str, limit: int) -> str:
    """Return as much of a text as fits in so many bytes."""
    return text.encode()[:limit].decode(errors="ignore")


def announced_addresses(settings: Settings) -> tuple[str, ...]:
    """Return the addresses under which the node can be reached."""
    listen = ipaddress.ip_address(settings.listen)
    if settings.interfaces:
        return tuple(sorted(settings.interfaces))
    if not listen.is_unspecified:
        return (str(listen),)
    found = (ip for adapter in ifaddr.get_adapters() for ip in adapter.ips)
    texts = (ip.ip if isinstance(ip.ip, str) else ip.ip[0] for ip in found)
    addresses = {
        address
        for address in map(ipaddress.ip_address, texts)
        if (address.version == 4 or listen.version == 6)  # noqa: PLR2004 - IP versions
        and not (address.is_loopback or address.is_link_local)
    }
    return tuple(sorted(map(str, addresses)))


def _version(listen: str) -> IPVersion:
    v6 = ipaddress.ip_address(listen).version == 6 and socket.has_ipv6  # noqa: PLR2004
    return IPVersion.All if v6 else IPVersion.V4Only
