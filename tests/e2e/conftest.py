"""The browser of the end-to-end tests: a real Chromium that reaches this machine and no other."""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    WebSocket,
    expect,
)
from playwright.sync_api import sync_playwright as start_playwright

from tests.e2e.board import Board
from tests.e2e.servers import Server, start_server, stop_server

HERE = Path(__file__).resolve().parent
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Streamlit finds out below which path it is served by asking one level deeper first: on a deep
# link these answers are its own, expected 404s. Chromium prints every 404, so they are let pass.
PROBES = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
# protobuf's arithmetic tries WebAssembly, which the content policy forbids, and goes on without.
FORBIDDEN_BY_DESIGN = "policy: script-src wasm-eval"
# Chromium names a breach of the content policy in the console; this catches what it would not.
REPORT_BREACHES = """
document.addEventListener('securitypolicyviolation', (breach) =>
  console.error(`policy: ${breach.effectiveDirective} ${breach.blockedURI}`));
"""
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
    # No other name or address leads anywhere.
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


PATIENCE_MS = 20_000  # for one step; two busy cores may take a while over it


LOGS: list[Path] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Print what the servers said when one of the browser's tests failed."""
    report = yield
    if report.failed and HERE in item.path.parents:
        for log in LOGS:
            text = log.read_text(encoding="utf-8", errors="replace")
            if text:
                report.sections.append((f"Log of {log.parent.name}", text[-4_000:]))
    return report


def is_local(url: str) -> bool:
    """Tell whether a request for `url` stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in LOCAL_HOSTS


@dataclass
class Offline:
    """A browser context without a network: what it asked others for, what its console said.

    Nothing is routed here: a route would switch off the browser's cache and load everything anew
    for each page. Other hosts are refused by FLAGS, and this notes that they were asked.

    Attributes
    ----------
    context
        Playwright's own.
    refused
        Addresses of other hosts that anything in it asked for.
    console_errors
        What the console called an error, breaches of the content policy among them.
    frames
        The size of each websocket message of its pages, both ways.
    """

    context: BrowserContext
    refused: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(REPORT_BREACHES)
        self.context.on("request", lambda request: self._note(request.url))
        self.context.on("page", lambda page: page.on("websocket", self._listen))
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda failure: self.console_errors.append(str(failure.error)))

    def new_page(self) -> Page:
        """Open a page."""
        return self.context.new_page()

    def forget(self) -> None:
        """Close all pages and start the notes anew."""
        for page in self.context.pages:
            page.close()
        for notes in (self.refused, self.console_errors, self.frames):
            notes.clear()

    def _note(self, url: str) -> None:
        if not is_local(url):
            self.refused.append(url)

    def _listen(self, socket: WebSocket) -> None:
        self._note(socket.url)
        for event in ("framesent", "framereceived"):
            socket.on(event, lambda body: self.frames.append(len(body)))

    def _hear(self, message: ConsoleMessage) -> None:
        at = message.location["url"]
        is_probe = "404" in message.text and PROBES.search(at)
        is_known = is_probe or message.text.strip() == FORBIDDEN_BY_DESIGN
        if message.type == "error" and not is_known:
            self.console_errors.append(f"{message.text} <{at}>")


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
    expect.set_options(timeout=PATIENCE_MS)
    with start_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox])
        yield chromium
        chromium.close()


def make_offline(browser: Browser, **options: Any) -> Offline:
    usual = {"service_workers": "block", "viewport": DESK, "locale": "zh-CN"}
    return Offline(browser.new_context(**usual | options))


@pytest.fixture
def context_offline(browser: Browser) -> Iterator[Callable[..., Offline]]:
    """Make contexts (`browser.new_context`'s options) that refuse and note other hosts."""
    made: list[Offline] = []

    def make(**options: Any) -> Offline:
        made.append(make_offline(browser, **options))
        return made[-1]

    yield make
    for offline in made:
        offline.context.close()


@pytest.fixture(scope="session")
def kept_contexts(browser: Browser) -> Iterator[dict[str, Offline]]:
    """Give contexts that tests use one after another, so that the browser's cache serves them."""
    kept: dict[str, Offline] = {}
    yield kept
    for offline in kept.values():
        offline.context.close()


def _launching(folders: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(database: Path | None, **options: Any) -> Server:
        server = start_server(database, folders.mktemp("server"), **options)
        running.append(server)
        LOGS.append(server.log)
        return server

    yield start
    for server in running:
        stop_server(server)


@pytest.fixture(scope="session")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start servers (`start_server`'s arguments) that many tests share."""
    yield from _launching(tmp_path_factory)


@pytest.fixture
def launch_fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start servers for one test."""
    yield from _launching(tmp_path_factory)


@pytest.fixture(scope="session")
def server(launch: Callable[..., Server], demo_file: Path) -> Server:
    """Give the one server that most journeys share; none of them writes."""
    return launch(demo_file)


@pytest.fixture
def visit(
    context_offline: Callable[..., Offline], kept_contexts: dict[str, Offline], browser: Browser,
    server: Server,
) -> Iterator[Callable[..., Board]]:  # fmt: skip
    """Open a page: `visit(path, role=…, at=another server, is_alone=…, **browser options)`.

    Cookies and caches are those of earlier visits with the same arguments, unless `is_alone`;
    what a tab keeps for itself is always new.
    """
    for offline in kept_contexts.values():
        offline.forget()

    def open_page(
        path: str = "/",
        *,
        role: str = "leader",
        at: Server | None = None,
        is_alone: bool = False,
        **options: Any,
    ) -> Board:
        place = at or server
        options["base_url"] = place.url
        key = f"{role} {sorted(options.items())}"
        if is_alone:
            offline = context_offline(**options)
        else:
            offline = kept_contexts.get(key) or make_offline(browser, **options)
            kept_contexts[key] = offline
        cookie = {"name": "guatu_demo_role", "value": role, "url": place.url}
        offline.context.add_cookies([cookie])
        board = Board(offline.new_page(), offline)
        board.page.goto(path)
        return board

    yield open_page
    for offline in kept_contexts.values():
        offline.forget()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of screenshots, for people to look at."""
    kept = os.environ.get("GUATU_PICTURES")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
