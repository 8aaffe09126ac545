"""The real browser: found on the machine, driven by Playwright, with the probe in every frame."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, ViewportSize, WebSocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PROBE = Path(__file__).resolve().parent / "probe.js"
SIZE: ViewportSize = {"width": 1440, "height": 1000}
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Return Chromium's path: the one named by `GUATU_CHROMIUM`, or one on the path."""
    named = os.environ.get("GUATU_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        message = "no Chromium found; set GUATU_CHROMIUM to its path"
        raise FileNotFoundError(message)
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """Start one headless browser for the whole run."""
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def fresh_page(browser: Browser) -> Iterator[Page]:
    """Open a page with an empty cache and the probe in each of its frames."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN")
    context.add_init_script(path=PROBE)
    try:
        yield context.new_page()
    finally:
        context.close()


class Traffic:
    """Bytes a page exchanges with its server: websocket payloads and HTTP bodies with headers."""

    def __init__(self, page: Page) -> None:
        """Start counting; call before the first navigation."""
        self.websocket_bytes = 0
        self.http_bytes = 0
        self.sent: list[bytes] = []
        self.websocket_url = ""
        page.on("websocket", self._watch)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._count_http)

    def reset(self) -> None:
        """Forget what was counted so far."""
        self.websocket_bytes = 0
        self.http_bytes = 0
        self.sent.clear()

    def _watch(self, socket: WebSocket) -> None:
        self.websocket_url = socket.url
        socket.on("framesent", self._count_sent)
        socket.on("framereceived", self._count)

    def _count_sent(self, payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            self.sent.append(payload)
        self._count(payload)

    def _count(self, payload: str | bytes) -> None:
        self.websocket_bytes += len(payload.encode() if isinstance(payload, str) else payload)

    def _count_http(self, event: dict[str, Any]) -> None:
        self.http_bytes += int(event["encodedDataLength"])
