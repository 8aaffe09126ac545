"""The product as a deployment runs it: production, own keys and accounts, TLS in front."""

import base64
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.e2e.proxies import NAME, Proxy, running_proxy
from tests.e2e.servers import Server, find_port, start_server, stop_server, uvicorn_command


@dataclass(frozen=True)
class Site:
    """A running production: the program, its proxy and its database."""

    server: Server
    proxy: Proxy
    database: Path

    @property
    def url(self) -> str:
        """The address that people open."""
        return self.proxy.url

    def add_account(self, name: str, role: str = "office", *more: str) -> str:
        """Make an account by the command line; give its one-time password."""
        said = self.server.run_data("user", "add", name, "--role", role, *more)
        return read_password(said)

    def log(self) -> str:
        """Give all that the program wrote."""
        return self.server.log.read_text(encoding="utf-8", errors="replace")

    def age_sessions(self, account: str, *, column: str, by: timedelta) -> None:
        """Let the sessions of an account have started, or been seen last, so much earlier."""
        assert column in {"seen_at", "started_at"}
        with sqlite3.connect(self.database, timeout=10) as connection:
            rows = connection.execute(
                f"SELECT token_hash, {column} FROM account_session"  # noqa: S608 - named above
                " WHERE account_name = ? AND ended_at IS NULL",
                (account,),
            ).fetchall()
            assert rows
            for token_hash, written in rows:
                connection.execute(
                    f"UPDATE account_session SET {column} = ? WHERE token_hash = ?",  # noqa: S608
                    (earlier(written, by), token_hash),
                )
        connection.close()


def earlier(written: str, by: timedelta) -> str:
    """Write an instant as the database writes it, so much earlier."""
    instant = datetime.fromisoformat(written)
    shifted = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - by
    text = shifted.isoformat(sep=" " if " " in written else "T", timespec="microseconds")
    return text if instant.tzinfo else text.removesuffix("+00:00")


def read_password(said: str) -> str:
    """Find the one-time password in what the command printed."""
    found = re.search(r"^\s*(?:\S+[：:]\s*)?(\S{12,})\s*$", said, re.MULTILINE)
    assert found, said
    return found.group(1)


def make_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@contextmanager
def running_site(folder: Path, **settings: str) -> Iterator[Site]:
    """Make a database with the synthetic register, then start program and proxy."""
    database, port, tls_port = folder / "guatu.db", find_port(), find_port()
    environment = {
        "GUATU_MODE": "production",
        "GUATU_PUBLIC_URL": f"https://{NAME}:{tls_port}",
        "GUATU_SECRET_KEY": make_key(),
        "GUATU_DATA_KEY": make_key(),
        **settings,
    }
    init = Server("", folder / "init.log", None, environment_with(database, environment))
    init.run_data("init", "--demo")
    server = start_server(
        database, folder, command=uvicorn_command(port), port=port, settings=environment
    )
    try:
        with running_proxy(folder, app_port=port, tls_port=tls_port) as proxy:
            yield Site(server, proxy, database)
    finally:
        stop_server(server)


def environment_with(database: Path, settings: dict[str, str]) -> dict[str, str]:
    from tests.e2e.servers import environment_for  # noqa: PLC0415

    return environment_for(database, **settings)
