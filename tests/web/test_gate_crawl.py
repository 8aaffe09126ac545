"""Every route of the application, asked by a stranger: refused, but for one explicit list."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.e2e.production import make_key
from tests.e2e.servers import ROOT, Server, find_port, start_server, stop_server, uvicorn_command
from tests.web.streamlit_client import open_client
from web.paths import CLOSED, OPEN, is_closed, is_open

LIST_ROUTES = """
import json, app
from starlette.routing import Mount
inside = app.app._build_starlette_app()
print(json.dumps([
    [route.path or "/", sorted(getattr(route, "methods", None) or []), type(route).__name__]
    for route in inside.routes
]))
"""
GATED = {
    "/leader", "/layers/{lang}/places.json", "/layers/{lang}/values.{measure}.json",
    "/tiles/{z:int}/{x:int}/{y:int}", "/export/map.html", "/export/households.csv",
    "/export/audit.csv", "/notice/{batch}.html",
    "/demo/role/{role}", "/_stcore/health", "/_stcore/host-config", "/media/{file_id:path}",
    "/_stcore/upload_file/{session_id}/{file_id}", "/_stcore/bidi-components/{path:path}", "/",
}  # fmt: skip
STREAM = "/_stcore/stream"
PAGES = ("/", "/leader", "/village", "/claims", "/households", "/accounts", "/audit", "/none",
         "/village?village=150303104238&lang=en", "/static/js/none.js", "/favicon.png",
         "/index.html", "/manifest.json", "/app/static/x", "/village/_stcore/health",
         "/village/_stcore/metrics", "/village/sign-in", "/sign-in/assets/../../leader",
         "/sign-in/other", "/assets/fonts/x/y", "/healthz/more", "/HEALTHZ", "/oidc/other",
         "/assets/session.js/x")  # fmt: skip
SAMPLE = {"{z:int}": "1", "{x:int}": "0", "{y:int}": "0", "{lang}": "zh-CN", "{measure}": "all"}
HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start production without a database: a stranger's request must not get that far."""
    folder, port = tmp_path_factory.mktemp("crawl"), find_port()
    settings = {"GUATU_MODE": "production", "GUATU_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "GUATU_SECRET_KEY": make_key(), "GUATU_DATA_KEY": make_key()}  # fmt: skip
    server = start_server(
        folder / "none.db", folder, port=port, settings=settings, ready="/healthz",
        command=uvicorn_command(port),
    )  # fmt: skip
    yield server
    stop_server(server)


@pytest.fixture(scope="module")
def routes(production: Server) -> list[tuple[str, list[str], str]]:
    """List what the application really serves, Streamlit's own routes included."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", LIST_ROUTES], cwd=ROOT, env=production.environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [tuple(entry) for entry in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def stranger(production: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=production.url, trust_env=False) as client:
        yield client


def sample(path: str) -> str:
    for name, value in SAMPLE.items():
        path = path.replace(name, value)
    return re.sub(r"\{[^}]*\}", "x", path)


@pytest.mark.row(1)
def test_every_route_is_open_closed_or_gated_by_name(routes):
    paths = {path for path, _methods, _kind in routes} - {STREAM}
    new = {path for path in paths if path not in GATED and not is_open(sample(path))
           and not is_closed(sample(path))}  # fmt: skip
    assert new == set(), "say in web/paths.py or here what these are"
    assert paths >= GATED
    assert not [path for path in GATED if is_open(sample(path)) or is_closed(sample(path))]


@pytest.mark.row(1)
def test_the_list_of_what_is_open_is_this():
    assert sorted(OPEN) == [
        "/assets/fonts/{name}", "/assets/session.js", "/enrol", "/healthz", "/new-password",
        "/oidc/callback", "/oidc/start", "/readyz", "/second-factor", "/sign-in",
        "/sign-in/assets/{name}", "/sign-out",
    ]  # fmt: skip


@pytest.mark.row(1)
def test_a_stranger_is_refused_by_every_route_and_method(routes, stranger):
    asked = 0
    for path, methods, kind in routes:
        address = sample(path)
        if kind == "WebSocketRoute" or is_open(address):
            continue
        for method in methods or ["GET", "POST"]:
            answer = stranger.request(method, address)
            wanted = 404 if is_closed(address) else 401
            assert answer.status_code == wanted, (method, path)
            if method != "HEAD":
                assert answer.json()["code"] in {"sign_in_required", "not_found"}
            asked += 1
    assert asked >= 30


@pytest.mark.row(1)
@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_who_opens_an_address_is_led_to_signing_in(stranger, path):
    answer = stranger.get(path, headers=HTML)
    address = answer.request.url.raw_path.decode()
    if is_closed(address):
        assert answer.status_code == 404
        return
    assert answer.status_code == 303
    assert httpx.URL(answer.headers["location"]).path == "/sign-in"
    assert httpx.URL(answer.headers["location"]).params["next"] == address
    assert stranger.get(path).status_code == 401


@pytest.mark.row(1)
@pytest.mark.parametrize("cookie", ["", "__Host-guatu=", "__Host-guatu", "guatu_demo_role=office"])
def test_the_websocket_is_refused_before_it_opens(production, cookie):
    with pytest.raises(InvalidStatus) as caught, open_client(production.url, cookie=cookie):
        pass
    assert caught.value.response.status_code == 403


@pytest.mark.row(1)
@pytest.mark.parametrize("path", CLOSED)
def test_what_nobody_needs_is_there_for_nobody(visit, stranger, path):
    address = path.replace("{rest}", "x")
    for method in ("GET", "POST", "OPTIONS", "DELETE"):
        assert stranger.request(method, address).status_code == 404
        assert visit("office").request(method, address).status_code == 404
        assert visit("office").request(method, address + "/").status_code == 404


@pytest.mark.row(16)
def test_a_stranger_sends_no_more_than_a_form(stranger):
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = stranger.post("/sign-in", content=b"name=" + b"x" * 70_000, headers=form)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_no_way_in_is_left_by_a_file_of_streamlits_own():
    """The static files that a stranger's browser could ask for are all behind the gate."""
    import streamlit  # noqa: PLC0415

    static = Path(streamlit.__file__).parent / "static"
    names = [
        "/" + file.relative_to(static).as_posix() for file in static.rglob("*") if file.is_file()
    ]
    assert len(names) > 100
    assert not [name for name in names if is_open(name)]
