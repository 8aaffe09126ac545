"""From a filter click to the new picture: time, traffic, processor time, and what was kept."""

from __future__ import annotations

import hashlib
import itertools
import math
import statistics
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from bench.browser import Traffic, fresh_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from bench.servers import Server
    from bench.subjects import Step, Subject

TIMEOUT_MS = 120_000
SETTLE_MS = 400
QUIET_MS = 600
WARM_UP_CLICKS = 2
FIRST_CLICKS = 12
"""Enough, in turns of districts and measures, to choose each of them once."""
IDLE_MS = 1000
IDLE_TRIES = 30
IDLE_SHARE = 0.02


@dataclass(frozen=True)
class Click:
    """One filter click and what it cost."""

    kind: str
    painted_ms: float
    websocket_bytes: int
    http_bytes: int
    is_new_picture: bool


@dataclass
class ClickRun:
    """What one page did over its filter clicks."""

    key: str
    title: str
    units: int
    first_ms: list[float] = field(default_factory=list)
    clicks: list[Click] = field(default_factory=list)
    cpu_s: float = 0.0
    memory_mb: float = 0.0
    is_view_kept: bool = True
    is_map_kept: bool = True

    def times_ms(self, kind: str = "") -> list[float]:
        """Return the times of the clicks of one kind, or of all."""
        return [click.painted_ms for click in self.clicks if kind in {"", click.kind}]

    @property
    def median_ms(self) -> float:
        """The middle time."""
        return statistics.median(self.times_ms())

    @property
    def p95_ms(self) -> float:
        """The time that 95 of 100 clicks do not exceed."""
        return percentile(self.times_ms(), 95)

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds of the server for a click."""
        return 1000 * self.cpu_s / len(self.clicks)

    def median_bytes(self, channel: str) -> float:
        """Return the middle count of bytes of a click over `websocket` or `http`."""
        counts: list[int] = [getattr(click, f"{channel}_bytes") for click in self.clicks]
        return statistics.median(counts)

    def as_record(self) -> dict[str, Any]:
        """Return plain values for the results file."""
        kinds = {
            f"median_{kind}_ms": statistics.median(self.times_ms(kind))
            for kind in ("district", "measure")
        }
        summary = {"median_ms": self.median_ms, "p95_ms": self.p95_ms, "cpu_ms": self.cpu_ms}
        return {**asdict(self), **summary, **kinds}


def percentile(samples: list[float], percent: float) -> float:
    """Return the nearest-rank percentile."""
    ranked = sorted(samples)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)]


def open_subject(page: Page, subject: Subject, server: Server) -> None:
    """Open the page and wait until its first picture is complete and quiet."""
    page.goto(server.address + subject.path)
    page.wait_for_function(
        "([reader, wanted]) => { const shown = guatuBench.read(reader);"
        " return wanted === null ? shown !== '' : shown === wanted; }",
        arg=[subject.reader, subject.first_picture()],
        timeout=TIMEOUT_MS,
    )
    page.wait_for_timeout(QUIET_MS)


def click(page: Page, subject: Subject, step: Step) -> float:
    """Do one filter click and return the milliseconds to the painted picture."""
    order = {
        "action": step.action,
        "reader": subject.reader,
        "expected": step.expected,
        "timeoutMs": TIMEOUT_MS,
    }
    return float(page.evaluate("order => guatuBench.click(order)", order))


def measure_first(browser: Browser, subject: Subject, server: Server, *, run: ClickRun) -> None:
    """Choose each filter once on a fresh server: the first reader pays for what caches hold later.

    These times stand apart; the series that follow are those of a server in use.
    """
    with fresh_page(browser) as page:
        open_subject(page, subject, server)
        for step in itertools.islice(subject.steps(page), FIRST_CLICKS):
            run.first_ms.append(click(page, subject, step))
            page.wait_for_timeout(SETTLE_MS)


def measure_clicks(
    browser: Browser, subject: Subject, server: Server, *, run: ClickRun, count: int
) -> None:
    """Open the page afresh and add `count` filter clicks, by one person alone, to `run`."""
    with fresh_page(browser) as page:
        traffic = Traffic(page)
        open_subject(page, subject, server)
        steps = subject.steps(page)
        for step in itertools.islice(steps, WARM_UP_CLICKS):
            click(page, subject, step)
            page.wait_for_timeout(SETTLE_MS)
        view = _move_the_map(page, subject)
        mark = subject.mounts(page)
        _wait_until_idle(page, server)
        shown = _photograph(page, subject)
        for step in itertools.islice(steps, count):
            traffic.reset()
            cpu_s = server.cpu_s()
            painted_ms = click(page, subject, step)
            page.wait_for_timeout(SETTLE_MS)
            run.cpu_s += server.cpu_s() - cpu_s
            before, shown = shown, _photograph(page, subject)
            run.clicks.append(
                Click(
                    kind=step.kind,
                    painted_ms=painted_ms,
                    websocket_bytes=traffic.websocket_bytes,
                    http_bytes=traffic.http_bytes,
                    is_new_picture=shown != before,
                )
            )
        run.memory_mb = server.memory_mb()
        run.is_view_kept = run.is_view_kept and _viewport(page, subject) == view
        run.is_map_kept = run.is_map_kept and subject.mounts(page) == mark


def _wait_until_idle(page: Page, server: Server) -> None:
    """Wait for the end of what the page or its server still do in the background."""
    for _ in range(IDLE_TRIES):
        before = server.cpu_s()
        page.wait_for_timeout(IDLE_MS)
        if server.cpu_s() - before <= IDLE_SHARE * IDLE_MS / 1000:
            return


def _move_the_map(page: Page, subject: Subject) -> str:
    """Zoom in one level, as a person would, so that a reset view can be seen."""
    _map(page, subject).hover()
    page.mouse.wheel(0, -120)
    page.wait_for_timeout(QUIET_MS * 2)
    page.mouse.move(0, 0)
    page.wait_for_timeout(QUIET_MS)
    return _viewport(page, subject)


def _photograph(page: Page, subject: Subject) -> str:
    """Return a digest of the map's pixels, so that a click without effect cannot count."""
    return hashlib.sha256(_map(page, subject).screenshot()).hexdigest()


def _map(page: Page, subject: Subject) -> Locator:
    frame = subject.reader.get("frame")
    place = page.frame_locator(frame).last if frame else page
    return place.locator(".leaflet-container").first


def _viewport(page: Page, subject: Subject) -> str:
    return str(page.evaluate("frame => guatuBench.viewport(frame)", subject.reader.get("frame")))
