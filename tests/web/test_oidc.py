"""Single sign-on against a real OpenID provider: there and back, and every way it must fail."""

import html
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data.access import OPERATOR, Role
from data.accounts import Rights, add_account, disable_account, link_oidc
from data.door import _NOTED
from data.engine import Database, open_database, reading
from data.models import AuditEntry
from data.sessions import SESSION_COOKIE, find_session, open_session
from tests.conftest import forget_process_state
from tests.e2e.production import make_key
from tests.e2e.servers import ROOT, find_port, is_listening
from tests.unit.data.tiny_world import build_tiny_world
from web.oidc import TRIP_COOKIE, _provider, local_path
from web.routes import exception_handlers, middleware, routes

SITE = "https://guatu.example"
CALLBACK = f"{SITE}/oidc/callback"
CLIENT, SECRET = "guatu", "made up for this test"
SUBJECT = "zhang.san@unit"
START_S = 30


@dataclass(frozen=True)
class Provider:
    """A running provider, and a browser that signs in at it."""

    issuer: str

    def sign_in(self, address: str, subject: str = SUBJECT) -> str:
        """Walk through the provider's own pages; give the address that it leads back to."""
        with httpx.Client(trust_env=False, timeout=30) as browser:
            answer = browser.get(address)
            for _ in range(12):
                if answer.is_redirect:
                    onward = str(answer.headers["location"])
                    if onward.startswith(SITE):
                        return onward
                    answer = browser.get(httpx.URL(str(answer.url)).join(onward))
                    continue
                assert answer.status_code == 200, answer.text
                action, fields = self._form(answer, subject)
                answer = browser.post(action, data=fields)
        pytest.fail("the provider does not lead back")

    @staticmethod
    def _form(answer: httpx.Response, subject: str):
        action = html.unescape(re.search(r'<form[^>]* action="([^"]+)"', answer.text).group(1))
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text).group(1)
        fields = {"prompt": prompt}
        if prompt == "login":
            fields |= {"login": subject, "password": "not looked at"}
        return httpx.URL(str(answer.url)).join(action), fields


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    node = shutil.which("node", path=f"{ROOT}/.venv/node:{os.environ['PATH']}")
    assert node, "no Node.js: make setup finds or installs one"
    port = find_port()
    command = [node, "tests/e2e/oidc_provider.mjs", str(port), CLIENT, SECRET, CALLBACK]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert is_listening(port, process, START_S)
    yield Provider(f"http://127.0.0.1:{port}")
    process.terminate()
    process.wait(10)


@dataclass(frozen=True)
class Site:
    """The site in process, its database, and an account that the provider knows."""

    db: Database
    account: str
    open: Callable[..., TestClient]

    def audit(self) -> list[tuple[str, str, str, str]]:
        with reading(self.db) as connection:
            columns = (AuditEntry.actor, AuditEntry.deed, AuditEntry.result, AuditEntry.reason)
            return [tuple(row) for row in connection.execute(select(*columns))]


@pytest.fixture
def site(provider: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    settings = {
        "MODE": "production", "PUBLIC_URL": SITE, "SECRET_KEY": make_key(),
        "DATA_KEY": make_key(), "DATABASE_URL": f"sqlite:///{tmp_path / 'site.db'}",
        "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET,
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(f"GUATU_{name}", value)
    forget_process_state()
    _provider.cache_clear()
    _NOTED.clear()
    db = open_database(settings["DATABASE_URL"], create=True)
    build_tiny_world(db)
    add_account(db, OPERATOR, "zhang", Rights(Role.LEADER))
    link_oidc(db, OPERATOR, "zhang", SUBJECT)

    def open_site(**changed: str) -> TestClient:
        for name, value in changed.items():
            monkeypatch.setenv(f"GUATU_{name}", value)
        forget_process_state()
        _provider.cache_clear()
        app = Starlette(
            routes=routes(), middleware=middleware(), exception_handlers=exception_handlers()
        )
        return TestClient(app, base_url=SITE, follow_redirects=False)

    yield Site(db, "zhang", open_site)
    db.engine.dispose()
    _provider.cache_clear()


def begin(client: TestClient, wanted: str = "/village") -> str:
    answer = client.get("/oidc/start", params={"next": wanted})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def refused(answer, code: str, status: int = 401) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert SESSION_COOKIE not in str(answer.headers.get("set-cookie", ""))
    assert "Traceback" not in answer.text


def test_the_way_there_carries_state_nonce_and_a_code_challenge(site, provider):
    client = site.open()
    address = urlsplit(begin(client))
    asked = dict(parse_qsl(address.query))
    assert f"{address.scheme}://{address.netloc}" == provider.issuer
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid"
    assert asked["redirect_uri"] == CALLBACK
    assert asked["client_id"] == CLIENT
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 16
    again = dict(parse_qsl(urlsplit(begin(client)).query))
    assert not {asked[n] for n in ("state", "nonce", "code_challenge")} & set(again.values())


@pytest.mark.row(9)
def test_the_cookie_of_the_way_is_as_narrow_as_cookies_get(site):
    answer = site.open().get("/oidc/start")
    (cookie,) = answer.headers.get_list("set-cookie")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{TRIP_COOKIE}=")
    assert attributes == {"httponly", "max-age=600", "path=/", "samesite=lax", "secure"}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.row(9)
def test_there_and_back_opens_a_session_under_a_new_token(site, provider):
    client = site.open()
    held = open_session(site.db, "zhang", means="password", stage="open", address="127.0.0.1")
    client.cookies.set(SESSION_COOKIE, held, domain="guatu.example", path="/")
    answer = client.get(provider.sign_in(begin(client, "/village?village=1")))
    assert (answer.status_code, answer.headers["location"]) == (303, "/village?village=1")
    cookies = dict(
        cookie.split(";")[0].split("=", 1) for cookie in answer.headers.get_list("set-cookie")
    )
    (header,) = (
        c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{SESSION_COOKIE}=")
    )
    attributes = {part.strip().lower() for part in header.split(";")[1:]}
    assert attributes == {"httponly", "path=/", "samesite=lax", "secure"}
    token = cookies[SESSION_COOKIE]
    assert token != held
    assert find_session(site.db, held) is None
    signed = find_session(site.db, token)
    assert (signed.account, signed.stage, signed.viewer.role) == ("zhang", "open", Role.LEADER)
    assert cookies[TRIP_COOKIE] in {"", '""'}
    assert site.audit()[-1] == ("zhang", "sign_in", "done", "oidc")
    assert client.get("/leader").status_code == 307


@pytest.mark.row(4)
def test_nobody_registers_by_signing_in(site, provider):
    client = site.open()
    refused(client.get(provider.sign_in(begin(client), "somebody.else")), "oidc_unknown", 403)
    assert site.audit()[-1] == ("-", "sign_in", "failed", "oidc")


@pytest.mark.row(8)
def test_a_disabled_account_is_no_account(site, provider):
    disable_account(site.db, OPERATOR, "zhang")
    client = site.open()
    refused(client.get(provider.sign_in(begin(client))), "oidc_unknown", 403)
    assert site.audit()[-1][:3] == ("zhang", "sign_in", "failed")


def changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query)), **values}
    return f"{SITE}{parts.path}?{urlencode({k: v for k, v in query.items() if v})}"


@pytest.mark.row(9)
@pytest.mark.parametrize(
    "values",
    [{"state": "forged"}, {"state": ""}, {"code": "forged"}, {"code": ""},
     {"code": "", "state": ""}, {"error": "access_denied", "code": ""}],
)  # fmt: skip
def test_a_forged_or_broken_way_back_is_a_sentence_and_a_row(site, provider, values):
    client = site.open()
    back = provider.sign_in(begin(client))
    refused(client.get(changed(back, **values)), "oidc_failed")
    assert site.audit()[-1][:3] == ("-", "refusal", "refused")
    told = client.get(changed(back, **values), headers={"accept": "text/html"})
    assert "统一身份认证没有完成" in told.text


@pytest.mark.row(9)
def test_a_way_back_is_good_in_the_browser_that_set_out_and_once(site, provider):
    mine, other = site.open(), site.open()
    begin(other)
    back = provider.sign_in(begin(mine))
    refused(other.get(back), "oidc_failed")
    refused(site.open().get(back), "oidc_failed")
    assert mine.get(back).status_code == 303
    refused(mine.get(back), "oidc_failed")


@pytest.mark.row(9)
def test_a_code_of_another_way_does_not_fit(site, provider):
    """Somebody who overheard a code puts it into a way of their own: the verifier differs."""
    victim, thief = site.open(), site.open()
    stolen = dict(parse_qsl(urlsplit(provider.sign_in(begin(victim))).query))["code"]
    own = provider.sign_in(begin(thief), "thief")
    refused(thief.get(changed(own, code=stolen)), "oidc_failed")


def test_a_cookie_that_we_did_not_sign_is_none(site, provider):
    client = site.open()
    back = provider.sign_in(begin(client))
    kept = client.cookies[TRIP_COOKIE]
    client.cookies.clear()
    client.cookies.set(TRIP_COOKIE, kept[:-2] + "xx", domain="guatu.example", path="/")
    refused(client.get(back), "oidc_failed")
    client.cookies.set(TRIP_COOKIE, kept, domain="guatu.example", path="/")
    refused(site.open(SECRET_KEY=make_key()).get(back, headers={"cookie": f"{TRIP_COOKIE}={kept}"}),
            "oidc_failed")  # fmt: skip


def test_a_wrong_secret_of_ours_signs_nobody_in(site, provider):
    client = site.open(OIDC_CLIENT_SECRET="wrong")  # noqa: S106 - made up
    refused(client.get(provider.sign_in(begin(client))), "oidc_failed")


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9", "http://localhost:{port}"])
def test_a_provider_that_is_silent_or_another_one_is_told(site, provider, issuer):
    issuer = issuer.replace("{port}", provider.issuer.rsplit(":", 1)[1])
    answer = site.open(OIDC_ISSUER=issuer).get("/oidc/start")
    refused(answer, "oidc_unavailable", 503)


def test_without_a_provider_there_is_no_way(site):
    client = site.open(OIDC_ISSUER="")
    for path in ("/oidc/start", "/oidc/callback?code=x&state=y"):
        refused(client.get(path), "not_found", 404)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [("/village?x=1", "/village?x=1"), ("", "/"), (None, "/"), ("village", "/"),
     ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"),
     ("/a\r\nSet-Cookie: x=1", "/"), ("/\t/evil.example", "/"), (["/"], "/")],
)  # fmt: skip
def test_the_way_on_stays_here(wanted, path):
    assert local_path(wanted) == path
