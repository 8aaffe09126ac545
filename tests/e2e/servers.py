"""Servers for the browser: the product in a process of its own, on a database of its own."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
LOOK_S = 0.1


@dataclass(frozen=True)
class Server:
    """A running server: its address, its log, and the settings that it runs with."""

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"
    environment: dict[str, str]

    def run_data(self, *arguments: str) -> str:
        """Run `python -m data …` on this server's database; give what it prints."""
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "data", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def environment_for(database: Path | None, **settings: str) -> dict[str, str]:
    """Give the environment without any setting of whoever runs the tests, and with these."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GUATU_", "STREAMLIT_"))}
    kept |= {"PYTHONUTF8": "1"} | settings
    return kept if database is None else kept | {"GUATU_DATABASE_URL": f"sqlite:///{database}"}


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def uvicorn_command(port: int, app: str = "app:app", folder: Path = ROOT) -> list[str]:
    """Give the command of `make run`, on another port."""
    return [
        *(sys.executable, "-m", "uvicorn", app, "--app-dir", str(folder)),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--ws", "websockets-sansio", "--no-access-log", "--log-level", "warning"),
    ]


def streamlit_command(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "streamlit", "run", "app.py"),
        *("--server.port", str(port), "--server.headless", "true"),
    ]


def start_server(
    database: Path | None,
    folder: Path,
    *,
    command: list[str] | None = None,
    port: int | None = None,
    ready: str = "/readyz",
    settings: dict[str, str] | None = None,
) -> Server:
    """Start a server and wait until its address `ready` answers; its log goes into `folder`."""
    port = port or find_port()
    log = folder / "server.log"
    environment = environment_for(database, **(settings or {}))
    with log.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command or uvicorn_command(port),
            cwd=ROOT,
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", log, process, environment)
    for _ in range(int(START_S / LOOK_S)):
        if answers(server.url + ready):
            return server
        try:
            process.wait(LOOK_S)
        except subprocess.TimeoutExpired:
            continue
        break
    stop_server(server)
    pytest.fail(f"The server did not get ready:\n{log.read_text(encoding='utf-8')}")


def is_listening(port: int, process: "subprocess.Popen[bytes]", patience_s: float) -> bool:
    """Wait until somebody listens on a port of this machine, or the process has ended."""
    for _ in range(int(patience_s / LOOK_S)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        if process.poll() is not None:
            return False
        time.sleep(LOOK_S)
    return False


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=5).is_success
    except httpx.HTTPError:
        return False


def stop_server(server: Server) -> None:
    server.process.terminate()
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
