"""Open dashboards in a process of their own: they subscribe to all entities and count."""

import asyncio
import json
import sys

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from .orders import orders
from .rooms import HOST


async def main(port: int, token: str, count: int) -> None:
    """Connect, then answer each order with how many are still connected."""
    async with ClientSession() as session:
        open_ones = [await _open(session, port, token) for _ in range(count)]
        readers = [asyncio.create_task(_read(socket)) for socket in open_ones]
        print(json.dumps({"open": count}), flush=True)
        async for _ in orders():
            print(json.dumps({"lost": sum(reader.done() for reader in readers)}), flush=True)


async def _open(session: ClientSession, port: int, token: str) -> ClientWebSocketResponse:
    """Log in and subscribe, as the frontend does."""
    socket = await session.ws_connect(f"http://{HOST}:{port}/api/websocket", max_msg_size=0)
    await socket.receive_json()
    await socket.send_json({"type": "auth", "access_token": token})
    assert (await socket.receive_json())["type"] == "auth_ok"
    features = {"coalesce_messages": 1}
    await socket.send_json({"id": 1, "type": "supported_features", "features": features})
    await socket.send_json({"id": 2, "type": "subscribe_entities"})
    await socket.receive()  # it is subscribed; what comes is read elsewhere
    return socket


async def _read(socket: ClientWebSocketResponse) -> None:
    """Read until Home Assistant closes."""
    while (await socket.receive()).type is WSMsgType.TEXT:
        pass


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
