"""What a measured case asks of the program that publishes: so many messages, at such a pace."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict, dataclass
import json
import sys
import time


@dataclass(frozen=True, slots=True)
class Order:
    """``rate`` is in messages per second; 0 means as fast as the reader reads."""

    count: int
    rate: float = 0.0

    def text(self) -> str:
        """Return the order as one line."""
        return json.dumps(asdict(self)) + "\n"


def now() -> float:
    """Return this moment, to the microsecond; Linux has one such clock for all processes."""
    return round(time.monotonic(), 6)


async def orders() -> AsyncGenerator[Order]:
    """Yield what standard input asks for, until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        yield Order(**json.loads(line))


async def pace(order: Order, send: Callable[[], object]) -> None:
    """Call ``send`` at an even pace; what the event loop oversleeps is made up for."""
    begin = time.monotonic()
    for number in range(order.count):
        while (wait := begin + number / order.rate - time.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(wait)
        send()
