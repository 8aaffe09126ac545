"""The browser of the end-to-end tests: a real Chromium that reaches this machine and no other."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, WebSocketRoute
from playwright.sync_api import sync_playwright as start_playwright

HERE = Path(__file__).resolve().parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
LOCAL_SCHEMES = frozenset({"about", "blob", "data", "file"})
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A second lock beside the route below: no other name resolves.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser's tests and run them last.

    Playwright keeps an event loop running in the main thread once it has started, in which no
    other test could use ``asyncio.run``; and what is quick should fail first.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
    items.sort(key=lambda item: HERE in item.path.parents)


def is_local(url: str) -> bool:
    """Tell whether a request for `url` stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in LOCAL_HOSTS


@dataclass
class Offline:
    """A browser context without a network: what it asked others for, what its console said."""

    context: BrowserContext
    refused: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def new_page(self) -> Page:
        """Open a page whose errors are recorded."""
        return self.context.new_page()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once; that there is none is a failure, never a skip."""
    wanted = os.environ.get("GUATU_CHROMIUM")
    path = next(filter(None, map(shutil.which, (wanted,) if wanted else NAMES)), None)
    if path is None:
        pytest.fail(
            f"No Chromium ({wanted or ', '.join(NAMES)}): run `make browser`, "
            "or name one with GUATU_CHROMIUM."
        )
    sandbox = () if os.getuid() else ("--no-sandbox",)  # Chromium's sandbox refuses root
    with start_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox])
        yield chromium
        chromium.close()


@pytest.fixture
def context_offline(browser: Browser) -> Iterator[Callable[..., Offline]]:
    """Make contexts (`browser.new_context`'s options) that refuse and record other hosts."""
    made: list[Offline] = []

    def make(**options: Any) -> Offline:
        context = browser.new_context(**{"service_workers": "block"} | options)
        offline = Offline(context)
        made.append(offline)

        def judge(route: Route) -> None:
            if is_local(route.request.url):
                route.fallback()
            else:
                offline.refused.append(route.request.url)
                route.abort("internetdisconnected")

        def judge_socket(socket: WebSocketRoute) -> None:
            offline.refused.append(socket.url)
            socket.close()

        context.route("**/*", judge)
        context.route_web_socket(lambda url: not is_local(url), judge_socket)
        context.on(
            "console",
            lambda message: (
                offline.console_errors.append(message.text) if message.type == "error" else None
            ),
        )
        context.on("weberror", lambda failure: offline.console_errors.append(str(failure.error)))
        return offline

    yield make
    for offline in made:
        offline.context.close()
