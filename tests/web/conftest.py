"""The site in process: its own routes, gate and failures, without Streamlit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from data.door import ROLE_COOKIE
from tests.e2e.production import make_key
from web.routes import exception_handlers, middleware, routes

HERE = "http://127.0.0.1:8501"

Visit = Callable[..., TestClient]


def _fail(_request: Request) -> Response:
    msg = "a secret detail"
    raise ZeroDivisionError(msg)


@pytest.fixture
def visit(
    use_database: Callable[[Path], None], visited_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Visit:
    """Open the site as somebody: a role, a database, an address."""
    # Many tests save maps as the same account, in one database and on one day.
    monkeypatch.setenv("GUATU_EXPORTS_PER_DAY", "1000")

    def open_site(
        role: str = "leader", *, database: Path = visited_file, base_url: str = HERE, **options: Any
    ) -> TestClient:
        use_database(database)
        app = Starlette(
            routes=[*routes(), Route("/fail", _fail)],
            middleware=middleware(),
            exception_handlers=exception_handlers(),
        )
        cookies = {ROLE_COOKIE: role} if role else {}
        return TestClient(
            app, base_url=base_url, cookies=cookies, follow_redirects=False,
            raise_server_exceptions=False, **options,
        )  # fmt: skip

    return open_site


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what production needs before the site is opened."""
    settings = {"MODE": "production", "PUBLIC_URL": HERE, "SECRET_KEY": make_key(),
                "DATA_KEY": make_key()}  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(f"GUATU_{name}", value)
