"""
The publisher of the `mqtt` cases, in a process of its own: a topic for each sensor.

It announces the first device, and with its first order, which asks for no messages, all others.
"""

import asyncio
from itertools import cycle
import json
import sys

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from .broker import announcements, topic
from .orders import now, orders, pace
from .rooms import HOST

_AHEAD = 1024  # messages on their way out


async def main(port: int, devices: int, entities: int) -> None:
    """Run until standard input ends."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    client.connect(HOST, port)
    client.loop_start()
    topics = cycle(
        [topic(device, entity) for entity in range(entities) for device in range(devices)]
    )
    _announce(client, range(1), entities)
    print(json.dumps({}), flush=True)
    async for order in orders():
        if not order.count:
            _announce(client, range(1, devices), entities)
        elif order.rate:
            await pace(order, lambda: client.publish(next(topics), str(now())))
        else:
            for number in range(order.count):
                message = client.publish(next(topics), str(now()))
                if not number % _AHEAD:
                    message.wait_for_publish()
    client.loop_stop()


def _announce(client: Client, devices: range, entities: int) -> None:
    for where, what in announcements(devices, entities):
        client.publish(where, what, retain=True).wait_for_publish()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
