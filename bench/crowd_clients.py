"""Many light websocket clients in one process, which repeat what a browser was heard to say.

Started by `bench.crowd` as `python -m bench.crowd_clients`. The first line on standard input is
the order: address, headers and messages. Each further line is one round, `message spread_ms`:
every client sends that message, at once or at a moment drawn within the spread, and the times
until Streamlit says that the script has ended are printed as one JSON list.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
import time
from dataclasses import dataclass
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

GOOD_ENDINGS = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)
ROUND_TIMEOUT_S = 180.0


@dataclass(frozen=True)
class Order:
    """What every client does: where it connects, how it greets, what it may send."""

    url: str
    origin: str
    cookie: str
    hello: bytes
    messages: tuple[bytes, ...]
    people: int


def read_order(line: str) -> Order:
    """Read the first line of standard input."""
    given: dict[str, Any] = json.loads(line)
    return Order(
        url=given["url"],
        origin=given["origin"],
        cookie=given["cookie"],
        hello=base64.b64decode(given["hello"]),
        messages=tuple(map(base64.b64decode, given["messages"])),
        people=given["people"],
    )


async def join(order: Order) -> ClientConnection:
    """Connect one client and wait for its first complete page."""
    connection = await connect(
        order.url,
        origin=Origin(order.origin),
        subprotocols=[Subprotocol("streamlit"), Subprotocol("PLACEHOLDER_AUTH_TOKEN")],
        additional_headers={"Cookie": order.cookie} if order.cookie else {},
        max_size=None,
    )
    await ask(connection, order.hello)
    return connection


async def ask(connection: ClientConnection, message: bytes, delay_s: float = 0.0) -> float:
    """Send a message after a delay and return the milliseconds until its script has ended."""
    await asyncio.sleep(delay_s)
    started = time.perf_counter()
    await connection.send(message)
    async with asyncio.timeout(ROUND_TIMEOUT_S):
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await connection.recv())
            if answer.WhichOneof("type") != "script_finished":
                continue
            if answer.script_finished in GOOD_ENDINGS:
                return 1000 * (time.perf_counter() - started)


async def run() -> None:
    """Serve rounds until standard input ends."""
    order = read_order(sys.stdin.readline())
    people = [await join(order) for _ in range(order.people)]
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        number, spread_ms = map(int, line.split())
        message = order.messages[number % len(order.messages)]
        delays_s = [random.uniform(0, spread_ms / 1000) for _ in people]  # noqa: S311
        times = await asyncio.gather(
            *(ask(one, message, delay_s) for one, delay_s in zip(people, delays_s, strict=True))
        )
        print(json.dumps(times), flush=True)
    await asyncio.gather(*(one.close() for one in people))


if __name__ == "__main__":
    asyncio.run(run())
