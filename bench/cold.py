"""The first paint after a cold start: the product's map against an empty Streamlit page."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.browser import fresh_page
from bench.servers import ROOT, ServerSpec, running
from bench.subjects import WORK, streamlit_command

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TIMEOUT_MS = 60_000


@dataclass(frozen=True)
class ColdPage:
    """A page whose first content is waited for: an element, and an attribute once it is drawn."""

    title: str
    server: ServerSpec
    path: str
    selector: str
    attribute: str = ""


@dataclass
class ColdRun:
    """Seconds from process start to ready, and milliseconds from navigation to content."""

    title: str
    ready_s: list[float] = field(default_factory=list)
    painted_ms: list[float] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """Return plain values for the results file."""
        return {
            "title": self.title,
            "ready_s": statistics.median(self.ready_s),
            "painted_ms": statistics.median(self.painted_ms),
            "total_ms": statistics.median(
                1000 * ready_s + painted_ms
                for ready_s, painted_ms in zip(self.ready_s, self.painted_ms, strict=True)
            ),
        }


def empty_page() -> ColdPage:
    """Return the empty Streamlit page."""
    command = (sys.executable, *streamlit_command("empty"))
    server = ServerSpec(command, "/_stcore/health", {"PYTHONPATH": str(ROOT)})
    return ColdPage("empty Streamlit page", server, "/", "[data-testid=stText]")


def measure_cold(browser: Browser, pages: list[ColdPage], *, rounds: int) -> list[ColdRun]:
    """Start each server anew, round after round, and time its first visitor."""
    runs = [ColdRun(page.title) for page in pages]
    for _ in range(rounds):
        for page, run in zip(pages, runs, strict=True):
            _visit(browser, page, run)
    return runs


def _visit(browser: Browser, cold: ColdPage, run: ColdRun) -> None:
    with running(cold.server, WORK / "logs" / "cold.log") as server, fresh_page(browser) as page:
        page.goto(server.address + cold.path, wait_until="commit")
        painted_ms = page.evaluate(
            "([selector, attribute, ms]) => guatuBench.firstPaint(selector, attribute, ms)",
            [cold.selector, cold.attribute, TIMEOUT_MS],
        )
        run.ready_s.append(server.ready_s)
        run.painted_ms.append(float(painted_ms))
