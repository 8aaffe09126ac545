"""The optional base map: tiles through our own process, from a real server beside it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
KEY = "the-operators-secret-key"


@dataclass
class TileServer:
    """A tile service that remembers what it was asked and answers as it is told."""

    url: str
    asked: list[str] = field(default_factory=list)
    status: int = 200
    kind: str = "image/png"
    body: bytes = PNG


@pytest.fixture
def tiles() -> Iterator[TileServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            service.asked.append(self.path)
            self.send_response(service.status)
            self.send_header("Content-Type", service.kind)
            self.send_header("Content-Length", str(len(service.body)))
            self.send_header("Location", "/elsewhere")
            self.send_header("Set-Cookie", "tracker=1")
            self.end_headers()
            self.wfile.write(service.body)

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = TileServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mapped(visit, monkeypatch, tiles, fresh_bodies):
    """Open the site with that service as its base map."""
    monkeypatch.setenv("GUATU_BASEMAP", "xyz")
    monkeypatch.setenv("GUATU_BASEMAP_URL", tiles.url + "/{z}/{x}/{y}.png?tk={key}")
    monkeypatch.setenv("GUATU_BASEMAP_DATUM", "WGS84")
    monkeypatch.setenv("GUATU_BASEMAP_ATTRIBUTION", "© tile people")
    monkeypatch.setenv("GUATU_TIANDITU_KEY", KEY)
    return visit("leader")


def test_without_a_setting_there_is_no_tile(visit):
    answer = visit().get("/tiles/5/25/12")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_tile_comes_from_the_service_without_key_or_cookie(mapped, tiles):
    answer = mapped.get("/tiles/5/25/12")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"].startswith("private")
    assert "set-cookie" not in answer.headers
    assert tiles.asked == [f"/5/25/12.png?tk={KEY}"]
    assert KEY not in str(answer.headers)


def test_the_browser_learns_our_address_and_nothing_of_the_service(mapped, tiles):
    for lang in ("zh-CN", "en"):
        answer = mapped.get(f"/layers/{lang}/places.json")
        assert answer.json()["basemap"]["url"] == "/tiles/{z}/{x}/{y}"
        assert answer.json()["basemap"]["attribution"] == "© tile people"
        assert KEY not in answer.text
        assert tiles.url not in answer.text


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [("text/html", 200, b"<script>"), ("image/svg+xml", 200, b"<svg/>"),
     ("application/json", 200, b"{}"), ("image/png", 404, PNG), ("image/png", 500, PNG),
     ("image/png", 302, PNG), ("image/png", 200, b"\0" * 1_000_001), ("", 200, PNG)],
)  # fmt: skip
def test_whatever_is_no_tile_is_refused(mapped, tiles, kind, status, body):
    tiles.kind, tiles.status, tiles.body = kind, status, body
    answer = mapped.get("/tiles/5/25/12")
    assert (answer.status_code, answer.json()["code"]) == (503, "basemap_unavailable")
    assert KEY not in answer.text
    assert tiles.url not in answer.text
    assert len(tiles.asked) == 1  # a redirection is not followed


def test_a_service_that_is_gone_is_said_without_its_address(mapped, tiles, monkeypatch, visit):
    monkeypatch.setenv("GUATU_BASEMAP_URL", "http://127.0.0.1:9/{z}/{x}/{y}")
    answer = visit().get("/tiles/5/25/12")
    assert (answer.status_code, answer.json()["code"]) == (503, "basemap_unavailable")
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("tile", ["5/32/0", "5/0/32", "0/1/0", "18/0/0", "99/0/0"])
def test_a_tile_that_cannot_exist_is_not_asked_for(mapped, tiles, tile):
    assert mapped.get(f"/tiles/{tile}").status_code == 404
    assert tiles.asked == []


@pytest.mark.parametrize("tile", ["5/-1/0", "5/a/0", "5/0/0.png", "5/0"])
def test_an_address_that_is_no_tile_is_no_route(mapped, tiles, tile):
    assert mapped.get(f"/tiles/{tile}").status_code == 404
    assert tiles.asked == []
