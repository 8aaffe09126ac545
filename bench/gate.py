"""What the gate costs: the same page run again and again, with the gate and without it.

Both servers run in production on one database, with one session; they take their reruns in turns.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import statistics
import subprocess
import sys
from contextlib import AsyncExitStack, ExitStack
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from bench.crowd_clients import ask
from bench.servers import ROOT, ServerSpec, find_free_port, running
from bench.subjects import WORK

if TYPE_CHECKING:
    from bench.servers import Server

ROUNDS = 12
RERUNS = 25
"""Reruns of one server in a round; then it is the other's turn."""

_APPS = {"without the gate": "bench.baselines.ungated:app", "with the gate": "app:app"}
_SIGN_IN = """
from data.access import OPERATOR, Role
from data.accounts import Rights, add_account
from data.sessions import open_session
from data.shared import shared_database
db = shared_database()
add_account(db, OPERATOR, "bench", Rights(Role.LEADER))
print(open_session(db, "bench", means="password", stage="open", address="127.0.0.1"))
"""


@dataclass
class GateRun:
    """One server's reruns: milliseconds each, and processor milliseconds a rerun, by round."""

    title: str
    rerun_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """Return plain values for the results file."""
        return asdict(self)

    @property
    def median_ms(self) -> float:
        """Return the median time of a rerun."""
        return statistics.median(self.rerun_ms)

    @property
    def median_cpu_ms(self) -> float:
        """Return the median of the rounds' processor time a rerun."""
        return statistics.median(self.cpu_ms)


def measure_gate() -> list[GateRun]:
    """Let both servers run the leaders' page in turns."""
    WORK.mkdir(parents=True, exist_ok=True)
    file = WORK / "gate.db"
    for old in WORK.glob("gate.db*"):
        old.unlink()
    base = _environment(f"sqlite:///{file}")
    _python(base, "-m", "data", "init", "--demo")
    token = _python(base, "-c", _SIGN_IN).split()[-1]
    runs = [GateRun(title) for title in _APPS]
    with ExitStack() as stack:
        servers = []
        for title, app in _APPS.items():
            port = find_free_port()
            own = {"GUATU_PUBLIC_URL": f"http://127.0.0.1:{port}"}
            server = ServerSpec(_command(app, port), "/healthz", base | own)
            log = WORK / "logs" / f"gate-{app.split('.')[0]}.log"
            servers.append(stack.enter_context(running(server, log, port=port)))
            runs[len(servers) - 1].title = title
        asyncio.run(_take_turns(servers, runs, token))
    return runs


def _environment(url: str) -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "GUATU_MODE": "production",
        "GUATU_DATABASE_URL": url,
        "GUATU_SECRET_KEY": key(),
        "GUATU_DATA_KEY": key(),
        "PYTHONPATH": str(ROOT),
    }


def _command(app: str, port: int) -> tuple[str, ...]:
    return (
        sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(port),
        "--ws", "websockets-sansio", "--no-access-log", "--log-level", "warning",
    )  # fmt: skip


def _python(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


async def _take_turns(servers: list[Server], runs: list[GateRun], token: str) -> None:
    message = BackMsg()
    message.rerun_script.context_info.timezone = "Asia/Shanghai"
    rerun = message.SerializeToString()
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(_open(server, token)) for server in servers]
        for page in pages:
            for _ in range(RERUNS):
                await ask(page, rerun)
        for _ in range(ROUNDS):
            for server, page, run in zip(servers, pages, runs, strict=True):
                before = server.cpu_s()
                run.rerun_ms += [await _rest_and_ask(page, rerun) for _ in range(RERUNS)]
                run.cpu_ms.append(1000 * (server.cpu_s() - before) / RERUNS)


async def _rest_and_ask(page: ClientConnection, message: bytes) -> float:
    """Send no faster than a person's page may, so that no rerun waits for its turn."""
    await asyncio.sleep(0.06)
    return await ask(page, message)


def _open(server: Server, token: str) -> Any:  # noqa: ANN401 - the library's own
    return connect(
        server.address.replace("http", "ws", 1) + "/_stcore/stream",
        origin=Origin(server.address),
        subprotocols=[Subprotocol("streamlit"), Subprotocol("PLACEHOLDER_AUTH_TOKEN")],
        additional_headers={"Cookie": f"__Host-guatu={token}"},
        max_size=None,
    )


if __name__ == "__main__":
    for one in measure_gate():
        print(f"{one.title}: {one.median_ms:.1f} ms, CPU {one.median_cpu_ms:.1f} ms")
