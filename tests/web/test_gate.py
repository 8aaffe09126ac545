"""The gate: a demonstration stays on this machine, and every answer has its headers."""

import base64
import hashlib
import logging
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from data.settings import Settings
from web.gate import Gate
from web.policy import content_policy

FOREIGN_HOSTS = ("evil.example", "evil.example:8501", "192.168.1.5:8501", "127.0.0.1.nip.io",
                 "localhost.evil.example:8501", "0.0.0.0:8501", "[fe80::1]:8501")  # fmt: skip
LOCAL_HOSTS = ("127.0.0.1:8501", "localhost", "localhost:8501", "[::1]:8501")


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


def behind_gate(settings, server="127.0.0.1"):
    app = Starlette(
        routes=[
            Route("/", lambda _: PlainTextResponse("open")),
            WebSocketRoute("/_stcore/stream", echo),
        ]
    )
    return TestClient(Gate(app, settings), base_url=f"http://{server}:8501")


def stream(server="127.0.0.1"):
    return f"ws://{server}:8501/_stcore/stream"


def policy_of(answer):
    parts = answer.headers["content-security-policy"].split("; ")
    return {part.split(" ")[0]: part.split(" ")[1:] for part in parts}


COMMON = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
DOCUMENT = {"cross-origin-opener-policy": "same-origin"}
DATA = {"default-src": ["'none'"], "frame-ancestors": ["'none'"]}
PAGE = {
    "default-src": ["'self'"], "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"], "font-src": ["'self'", "data:"],
    "connect-src": ["'self'"], "worker-src": ["'self'", "blob:"], "frame-src": ["'none'"],
    "form-action": ["'self'"], "frame-ancestors": ["'none'"], "object-src": ["'none'"],
    "base-uri": ["'self'"],
}  # fmt: skip
SIGN_IN = {
    "default-src": ["'none'"], "script-src": ["'self'"], "style-src": ["'self'"],
    "img-src": ["'self'", "data:"], "font-src": ["'self'"], "form-action": ["'self'"],
    "frame-ancestors": ["'none'"], "base-uri": ["'none'"],
}  # fmt: skip
SNAPSHOT = {
    "/healthz": (DATA, {}),
    "/readyz": (DATA, {}),
    "/layers/zh-CN/places.json": (DATA, {}),
    "/layers/zh-CN/values.none.json": (DATA, {}),
    "/tiles/1/0/0": (DATA, {}),
    "/media/none.png": (DATA, {}),
    "/_stcore/health": (DATA, {}),
    "/sign-in": (SIGN_IN, DOCUMENT),
    "/oidc/start": (SIGN_IN, DOCUMENT),
    "/assets/fonts/none.woff2": (PAGE, DOCUMENT),
    "/assets/session.js": (PAGE, DOCUMENT),
    "/demo/role/office": (PAGE, DOCUMENT),
    "/no/such/path": (PAGE, DOCUMENT),
    "/fail": (DATA, {}),
    "/export/map.html": ({"sandbox": ["allow-scripts"]}, {}),
}


@pytest.mark.row(12)
@pytest.mark.parametrize("path", SNAPSHOT)
def test_headers_by_what_an_answer_is(visit, path):
    answer = visit().get(path)
    policy = policy_of(answer)
    wanted, more = SNAPSHOT[path]
    if wanted is PAGE:
        assert policy.pop("script-src")[0] == "'self'"
    assert policy == wanted
    for name, value in (COMMON | more).items():
        assert answer.headers[name] == value, name
    for name in set(DOCUMENT) - set(more):
        assert name not in answer.headers
    assert ("permissions-policy" in answer.headers) == bool(more)
    assert "strict-transport-security" not in answer.headers
    if answer.status_code >= 400 or wanted is SIGN_IN or wanted.get("sandbox"):
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.row(12)
def test_a_page_may_use_no_sensor_and_only_write_to_the_clipboard(visit):
    policy = visit().get("/no/such/path").headers["permissions-policy"]
    allowed = [part for part in policy.split(", ") if not part.endswith("=()")]
    assert allowed == ["clipboard-write=(self)", "fullscreen=(self)"]


@pytest.mark.row(12)
def test_transport_security_is_told_over_a_secure_connection_alone(visit):
    assert "strict-transport-security" not in visit().get("/healthz").headers
    secure = visit(base_url="https://127.0.0.1:8501").get("/healthz")
    assert secure.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.row(9)
def test_a_cookie_of_anybody_is_kept_off_unprotected_connections():
    def answer(_request):
        answer = PlainTextResponse("cookies")
        answer.set_cookie("plain", "1", samesite="strict")
        answer.set_cookie("kept", "1", secure=True)
        return answer

    app = Gate(Starlette(routes=[Route("/", answer)]), Settings())
    for scheme, is_secure in (("http", False), ("https", True)):
        plain, kept = (
            TestClient(app, base_url=f"{scheme}://127.0.0.1:8501")
            .get("/")
            .headers.get_list("set-cookie")
        )
        assert plain.endswith("; Secure") == is_secure
        assert kept.count("Secure") == 1


def test_a_refusal_has_the_policy_too(visit):
    answer = visit().get("/healthz", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert policy_of(answer) == DATA


def test_scripts_run_from_here_or_by_the_hash_of_the_installed_page():
    class Scripts(HTMLParser):
        found: list[str] = []  # noqa: RUF012 - of one page
        inside = False

        def handle_starttag(self, tag, attrs):
            self.inside = tag == "script" and "src" not in dict(attrs)

        def handle_endtag(self, tag):
            self.inside = self.inside and tag != "script"

        def handle_data(self, data):
            if self.inside:
                self.found.append(data)

    page = Path(streamlit.__file__).parent / "static" / "index.html"
    parser = Scripts()
    parser.feed(page.read_text(encoding="utf-8"))
    assert parser.found
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in parser.found
    }
    scripts = re.search(r"script-src ([^;]*)", content_policy()).group(1).split()
    assert set(scripts) == {"'self'", *hashes}
    assert "unsafe-eval" not in content_policy()
    assert "unsafe-inline" not in " ".join(scripts)
    assert "http" not in content_policy()


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_name_is_refused_on_http_and_websocket(host):
    client = behind_gate(Settings())
    answer = client.get("/", headers={"host": host, "accept": "text/html"})
    assert answer.status_code == 403
    assert "GUATU_DEMO_PUBLIC_CONFIRM" in answer.text
    assert "open" not in answer.text.split("\n")[0]
    assert client.get("/", headers={"host": host}).json()["code"] == "demo_not_public"
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client.websocket_connect(stream(), headers={"host": host, "origin": f"http://{host}"}),
    ):
        pass
    assert caught.value.code == 1008


@pytest.mark.parametrize("host", LOCAL_HOSTS)
def test_this_machine_is_let_in(host):
    client = behind_gate(Settings())
    assert client.get("/", headers={"host": host}).text == "open"
    greeting = {"host": host, "origin": f"http://{host}"}
    with client.websocket_connect(stream(), headers=greeting) as socket:
        assert socket.receive_text() == "open"


@pytest.mark.parametrize("server", ["192.168.1.5", "10.1.2.3"])
def test_a_server_that_listens_elsewhere_refuses_whatever_name_it_is_given(server):
    client = behind_gate(Settings(), server)
    for host in (f"{server}:8501", "127.0.0.1:8501", "localhost"):
        assert client.get("/", headers={"host": host}).status_code == 403
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(
                stream(server), headers={"host": host, "origin": f"http://{host}"}
            ),
        ):
            pass


def test_a_demonstration_goes_out_when_told_twice_and_not_when_told_once():
    once = Settings(demo_public=True)
    twice = Settings(demo_public=True, demo_public_confirm="synthetic-data-only")
    assert behind_gate(once, "192.168.1.5").get("/").status_code == 403
    assert behind_gate(twice, "192.168.1.5").get("/").text == "open"
    assert behind_gate(twice).get("/", headers={"host": "guatu.example"}).text == "open"


@pytest.mark.row(11)
def test_production_answers_the_proxy_on_this_machine_alone(production):
    settings = Settings(mode="production", public_url="https://guatu.example")
    asked = {"host": "guatu.example", "accept": "text/html"}
    for server, status in (("127.0.0.1", 303), ("[::1]", 303), ("192.168.1.5", 403)):
        client = behind_gate(settings, server)
        assert client.get("/", headers=asked, follow_redirects=False).status_code == status


def test_an_unexpected_failure_is_a_number_and_nothing_else(visit, caplog):
    with caplog.at_level(logging.ERROR, logger="guatu.web"):
        answer = visit().get("/fail")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "unexpected"
    assert "secret" not in answer.text
    assert "ZeroDivisionError" not in answer.text
    number = re.search(r"[0-9a-f]{8}", problem["title_en"]).group()
    assert number in problem["title"]
    assert number in caplog.text


def test_a_route_that_does_not_exist_tells_nothing(visit):
    assert visit().get("/no/such/path").status_code == 404
    assert visit().post("/healthz").status_code == 405
