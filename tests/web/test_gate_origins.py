"""Whose request it is: the site's own name and origin, and no header's word about a user."""

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from data.settings import Settings
from web.gate import Gate
from web.identity_headers import names_somebody
from web.limits import Allowance, Buckets, retry_after
from web.origins import parse_origin

PRODUCTION = Settings(mode="production", public_url="https://guatu.example")
EVIL = (
    "http://evil.example", "null", "", "http://127.0.0.1:9999", "https://127.0.0.1:8501",
    "http://localhost:8501", "http://127.0.0.1:8501.evil.example", "http://127.0.0.1",
    "http://user@127.0.0.1:8501", "file://", "chrome-extension://abcdef", "http://[::1]:8501",
)  # fmt: skip
IDENTITY = (
    "X-Forwarded-User", "X-Remote-User", "Remote-User", "REMOTE_USER", "X-Streamlit-User",
    "X-Auth-Request-Email", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Token-User",
    "X-WEBAUTH-USER", "X-Authenticated-User", "X-User-Id", "X-Role", "X-Guatu-Role", "From",
    "X-MS-Client-Principal-Name", "X-Goog-Authenticated-User-Email", "Cf-Access-Jwt-Assertion",
    "X-Amzn-Oidc-Identity", "X-SSL-Client-S-DN", "SSL_CLIENT_VERIFY", "X-Client-Cert",
    "Tailscale-User-Login", "X-Authentik-Username", "X-Vouch-User",
    "X-Forwarded-Preferred-Username",
)  # fmt: skip
NEEDED = (
    "Host", "Origin", "User-Agent", "Accept", "Accept-Language", "Cookie", "Content-Type",
    "Sec-WebSocket-Protocol", "Sec-Fetch-Site", "Sec-CH-UA", "X-Xsrftoken", "If-None-Match",
    "X-Forwarded-For", "X-Forwarded-Proto", "Upgrade-Insecure-Requests",
)  # fmt: skip


async def tell_headers(socket):
    await socket.accept()
    await socket.send_json(dict(socket.headers))
    await socket.close()


def site(settings=None, server="http://127.0.0.1:8501"):
    app = Starlette(
        routes=[
            Route("/", lambda request: JSONResponse(dict(request.headers))),
            Route("/write", lambda _: PlainTextResponse("written"), methods=["POST", "PUT"]),
            Route("/healthz", lambda _: PlainTextResponse("alive")),
            WebSocketRoute("/_stcore/stream", tell_headers),
            WebSocketRoute("/other", tell_headers),
        ]
    )
    return TestClient(Gate(app, settings or Settings()), base_url=server)


def greet(client, path="/_stcore/stream", **headers):
    with client.websocket_connect(f"ws://127.0.0.1:8501{path}", headers=headers) as socket:
        return socket.receive_json()


@pytest.mark.row(10)
@pytest.mark.parametrize("origin", EVIL)
def test_a_websocket_of_another_origin_is_refused_before_it_opens(origin):
    with pytest.raises(WebSocketDisconnect) as caught:
        greet(site(), origin=origin)
    assert caught.value.code == 1008


@pytest.mark.row(10)
def test_a_websocket_without_an_origin_is_refused():
    with pytest.raises(WebSocketDisconnect):
        greet(site())
    assert greet(site(), origin="http://127.0.0.1:8501")["origin"] == "http://127.0.0.1:8501"


def test_no_other_websocket_is_served():
    with pytest.raises(WebSocketDisconnect):
        greet(site(), "/other", origin="http://127.0.0.1:8501")


@pytest.mark.row(10)
@pytest.mark.parametrize("origin", [origin for origin in EVIL if origin])
def test_another_site_writes_nothing(origin):
    answer = site().post("/write", headers={"origin": origin})
    assert answer.status_code == 403
    assert answer.json()["code"] == "foreign_origin"


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"origin": "http://127.0.0.1:8501"}, 200), ({}, 200), ({"sec-fetch-site": "none"}, 200),
     ({"sec-fetch-site": "same-origin"}, 200), ({"sec-fetch-site": "cross-site"}, 403),
     ({"sec-fetch-site": "same-site"}, 403)],
)  # fmt: skip
def test_our_own_pages_write(headers, status):
    assert site().put("/write", headers=headers).status_code == status


@pytest.mark.row(10)
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:8501", "guatu.example:8443", "guatu.example.evil.example",
             "guatu.example@evil.example", "guatu.example/x", "guatu.example:x"],
)  # fmt: skip
def test_production_answers_to_its_own_name_alone(host):
    answer = site(PRODUCTION).get("/", headers={"host": host})
    assert answer.status_code == 421
    assert answer.json()["code"] == "foreign_host"


@pytest.mark.parametrize("host", ["guatu.example", "guatu.example:443", "GUATU.example."])
def test_its_own_name_in_every_spelling(host):
    assert site(PRODUCTION).get("/", headers={"host": host}).status_code == 401


def test_health_is_told_to_a_watchdog_on_this_machine():
    assert site(PRODUCTION).get("/healthz", headers={"host": "127.0.0.1:8501"}).text == "alive"
    answer = site(PRODUCTION).get("/healthz", headers={"host": "evil.example"})
    assert answer.status_code == 421


@pytest.mark.row(11)
@pytest.mark.parametrize("name", IDENTITY)
def test_a_header_that_names_a_user_reaches_nothing(name):
    given = {name: "office", name.lower().replace("-", "_"): "office"}
    assert "office" not in site().get("/", headers=given).text
    told = greet(site(), origin="http://127.0.0.1:8501", **given)
    assert "office" not in told.values()


@pytest.mark.parametrize("name", NEEDED)
def test_what_the_program_needs_passes(name):
    assert not names_somebody(name.encode())


@pytest.mark.parametrize(
    ("text", "origin"),
    [("https://a.example", ("https", "a.example", 443)),
     ("HTTP://A.example:8080", ("http", "a.example", 8080)),
     ("http://[::1]:8501", ("http", "::1", 8501)), ("null", None), ("", None),
     ("http://a:b@c", None), ("http://a:99999", None), ("ws://a.example", None)],
)  # fmt: skip
def test_an_origin_is_read_as_browsers_compare_it(text, origin):
    assert parse_origin(text) == origin


@pytest.mark.row(32)
def test_a_bucket_gives_what_it_holds_and_fills_again():
    bucket = Buckets(Allowance(at_once=3, per_s=2))
    assert [bucket.take("a", now=0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take("b", now=0.0) == 0
    assert bucket.take("a", now=0.25) == pytest.approx(0.25)
    assert bucket.take("a", now=0.5) == 0
    assert bucket.take("a", now=0.5) > 0
    assert [bucket.take("a", now=1000.0) == 0 for _ in range(4)] == [True, True, True, False]
    assert [retry_after(wait_s) for wait_s in (0.01, 1.0, 1.2)] == ["1", "1", "2"]


@pytest.mark.row(32)
def test_a_flood_is_told_when_to_come_back():
    client = site()
    client.app._sessions = Buckets(Allowance(at_once=3, per_s=0.1))
    assert [client.get("/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = client.get("/")
    assert 1 <= int(answer.headers["retry-after"]) <= 10
    assert answer.json()["code"] == "too_many_requests"
    assert answer.headers["content-security-policy"]
    with pytest.raises(WebSocketDisconnect):
        greet(client, origin="http://127.0.0.1:8501")
    other = client.get("/", headers={"cookie": "guatu_demo_role=office"})
    assert other.status_code == 200


def test_opening_many_pages_is_no_flood():
    client = site()
    assert {client.get("/").status_code for _ in range(300)} == {200}
