"""Starting, watching and stopping one web server a measurement."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
READY_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 10.0
PORT_MARK = "{port}"


@dataclass(frozen=True)
class ServerSpec:
    """How a server is started and where it says that it is ready.

    `command` and the values of `environment` may contain `{port}`.
    """

    command: tuple[str, ...]
    ready_path: str
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Server:
    """A running server: its address, its process and how long it took to be ready."""

    address: str
    process: subprocess.Popen[bytes]
    ready_s: float

    def cpu_s(self) -> float:
        """Return the processor seconds used so far by the server and its children."""
        root = psutil.Process(self.process.pid)
        times = [one.cpu_times() for one in (root, *root.children(recursive=True))]
        return sum(one.user + one.system for one in times)

    def memory_mb(self) -> float:
        """Return the resident memory of the server process, in megabytes."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6


class ServerFailed(RuntimeError):
    """The server ended or never became ready; the message holds the end of its log."""


def find_free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(spec: ServerSpec, log_path: Path, *, port: int | None = None) -> Iterator[Server]:
    """Start a server on a port, a free one by default; wait until it is ready; stop it."""
    port_text = str(port or find_free_port())
    command = [part.replace(PORT_MARK, port_text) for part in spec.command]
    environment = {
        name: value.replace(PORT_MARK, port_text) for name, value in spec.environment.items()
    }
    log_path.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            address = f"http://127.0.0.1:{port_text}"
            _wait_until_ready(process, address + spec.ready_path, log_path)
            yield Server(address, process, time.perf_counter() - started)
        finally:
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log_path: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if _answers(url):
            return
        time.sleep(0.02)
    tail = log_path.read_text(errors="replace")[-2000:]
    message = f"server not ready at {url}\n{tail}"
    raise ServerFailed(message)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address
            return bool(answer.status == HTTPStatus.OK)
    except (OSError, urllib.error.URLError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
