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
from web.gate import Gate, content_policy

PATHS = ("/healthz", "/readyz", "/layers/zh-CN/places.json", "/layers/zh-CN/values.none.json",
         "/tiles/1/0/0", "/assets/fonts/none.woff2", "/demo/role/office", "/demo/role/root",
         "/no/such/path", "/fail")  # fmt: skip
FOREIGN_HOSTS = ("evil.example", "evil.example:8501", "192.168.1.5:8501", "127.0.0.1.nip.io",
                 "localhost.evil.example:8501", "0.0.0.0:8501", "[fe80::1]:8501")  # fmt: skip
LOCAL_HOSTS = ("127.0.0.1:8501", "localhost", "localhost:8501", "[::1]:8501")


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


def behind_gate(settings, server="127.0.0.1"):
    app = Starlette(
        routes=[Route("/", lambda _: PlainTextResponse("open")), WebSocketRoute("/stream", echo)]
    )
    return TestClient(Gate(app, settings), base_url=f"http://{server}:8501")


def stream(server="127.0.0.1"):
    return f"ws://{server}:8501/stream"


def policy_of(answer):
    parts = answer.headers["content-security-policy"].split("; ")
    return {part.split(" ")[0]: part.split(" ")[1:] for part in parts}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_policy_and_its_companions(visit, path):
    answer = visit().get(path)
    policy = policy_of(answer)
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'self'"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"


def test_a_refusal_has_the_policy_too(visit):
    answer = visit().get("/healthz", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert policy_of(answer)["default-src"] == ["'self'"]


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
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 403
    assert "GUATU_DEMO_PUBLIC_CONFIRM" in answer.text
    assert "open" not in answer.text.split("\n")[0]
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client.websocket_connect(stream(), headers={"host": host}),
    ):
        pass
    assert caught.value.code == 1008


@pytest.mark.parametrize("host", LOCAL_HOSTS)
def test_this_machine_is_let_in(host):
    client = behind_gate(Settings())
    assert client.get("/", headers={"host": host}).text == "open"
    with client.websocket_connect(stream(), headers={"host": host}) as socket:
        assert socket.receive_text() == "open"


@pytest.mark.parametrize("server", ["192.168.1.5", "10.1.2.3"])
def test_a_server_that_listens_elsewhere_refuses_whatever_name_it_is_given(server):
    client = behind_gate(Settings(), server)
    for host in (f"{server}:8501", "127.0.0.1:8501", "localhost"):
        assert client.get("/", headers={"host": host}).status_code == 403
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(stream(server), headers={"host": host}),
        ):
            pass


def test_a_demonstration_goes_out_when_told_twice_and_not_when_told_once():
    once = Settings(demo_public=True)
    twice = Settings(demo_public=True, demo_public_confirm="synthetic-data-only")
    assert behind_gate(once, "192.168.1.5").get("/").status_code == 403
    assert behind_gate(twice, "192.168.1.5").get("/").text == "open"
    assert behind_gate(twice).get("/", headers={"host": "guatu.example"}).text == "open"


def test_production_is_not_held_to_this_machine():
    assert behind_gate(Settings(mode="production"), "192.168.1.5").get("/").text == "open"


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
