"""Thirty people filtering at once: one in a real browser, the others as light clients.

Thirty browsers would measure two cores drawing thirty maps, which no server of ours ever does:
every reader brings a machine. So one page in Chromium is timed from click to picture as before,
while the others send, at the same instant, the very messages a browser sent for the same filters.
"""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from bench.browser import Traffic, fresh_page
from bench.clicks import FIRST_CLICKS, SETTLE_MS, click, open_subject
from bench.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from bench.servers import Server
    from bench.subjects import Subject

SPREAD_MS = 1000


@dataclass
class CrowdRun:
    """Times alone and in the crowd, milliseconds.

    Painted: from a click in the browser to the picture. Answered: from a client's message to the
    end of the server's script, when all send at one instant, or within one second.
    """

    title: str
    units: int
    people: int
    painted_alone: list[float] = field(default_factory=list)
    painted_crowd: list[float] = field(default_factory=list)
    answered_alone: list[float] = field(default_factory=list)
    answered_burst: list[float] = field(default_factory=list)
    answered_spread: list[float] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """Return plain values for the results file."""
        return asdict(self)


class Clients:
    """A running process of light clients."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Take over a started process."""
        self._process = process

    def say(self, line: str) -> None:
        """Send one line."""
        if self._process.stdin is None:
            raise BrokenPipeError
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """Wait for one line."""
        if self._process.stdout is None:
            raise BrokenPipeError
        line = self._process.stdout.readline()
        if not line:
            message = "the light clients ended early"
            raise RuntimeError(message)
        return line.strip()

    def fire(self, number: int, *, spread_ms: int = 0) -> None:
        """Let every client send message `number`."""
        self.say(f"{number} {spread_ms}")

    def times(self) -> list[float]:
        """Return the times of the last round."""
        return [float(value) for value in json.loads(self.hear())]


def measure_crowd(
    browser: Browser, subject: Subject, server: Server, *, people: int, rounds: int
) -> CrowdRun:
    """Time one person alone, and the same person among `people`."""
    run = CrowdRun(subject.title, subject.units, people)
    with fresh_page(browser) as page:
        traffic = Traffic(page)
        open_subject(page, subject, server)
        hello = traffic.sent[0]
        steps = subject.steps(page)
        messages = [_overhear(page, subject, steps, traffic) for _ in range(FIRST_CLICKS)]
        order = _order(page, server, traffic, hello=hello, messages=messages)
        for step in itertools.islice(steps, rounds):
            run.painted_alone.append(click(page, subject, step))
            page.wait_for_timeout(SETTLE_MS)
        with _clients({**order, "people": 1}) as clients:
            for number in range(rounds):
                clients.fire(number)
                run.answered_alone += clients.times()
        with _clients({**order, "people": people - 1}) as clients:
            for number, step in enumerate(itertools.islice(steps, rounds)):
                clients.fire(number)
                run.painted_crowd.append(click(page, subject, step))
                run.answered_burst += clients.times()
                page.wait_for_timeout(SETTLE_MS)
            for number in range(rounds):
                clients.fire(number, spread_ms=SPREAD_MS)
                run.answered_spread += clients.times()
    return run


def _overhear(page: Page, subject: Subject, steps: Iterator[Any], traffic: Traffic) -> bytes:
    """Click once and return the last message the page sent for it."""
    traffic.reset()
    click(page, subject, next(steps))
    page.wait_for_timeout(2 * SETTLE_MS)
    return traffic.sent[-1]


def _order(
    page: Page, server: Server, traffic: Traffic, *, hello: bytes, messages: list[bytes]
) -> dict[str, Any]:
    cookies = page.context.cookies()
    return {
        "url": traffic.websocket_url,
        "origin": server.address,
        "cookie": "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies),
        "hello": base64.b64encode(hello).decode(),
        "messages": [base64.b64encode(message).decode() for message in messages],
    }


@contextmanager
def _clients(order: dict[str, Any]) -> Iterator[Clients]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.crowd_clients"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    clients = Clients(process)
    try:
        clients.say(json.dumps(order))
        clients.hear()
        yield clients
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
