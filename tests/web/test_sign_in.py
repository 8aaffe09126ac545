"""Signing in and out, as a browser does it: every step, every refusal, every word escaped."""

import asyncio
import html
import logging
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import httpx
import pyotp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from data import passwords
from data.access import OPERATOR, Role
from data.accounts import add_account, disable_account, enable_account, reset_account
from data.engine import Database, open_database, reading, transaction
from data.lockouts import FAILURES_OF_AN_ACCOUNT, FAILURES_OF_AN_ADDRESS
from data.models import Account, AccountSession, AuditEntry, SignInFailure
from data.sessions import SESSION_COOKIE, find_session, hash_token, open_session
from data.sign_ins import NEEDS_SECOND_FACTOR
from tests.conftest import forget_process_state
from tests.e2e.production import make_key
from tests.unit.data.accounting import GOOD, RIGHTS, cheap_hashes
from tests.unit.data.tiny_world import build_tiny_world
from web.oidc import local_path
from web.routes import exception_handlers, middleware, routes
from web.sessions import viewer_of
from web.sign_in import _wanted

__all__ = ["cheap_hashes"]

SITE = "https://guatu.example"
KEYS = {"SECRET_KEY": make_key(), "DATA_KEY": make_key()}
OTHER = "copper-willow-harbour-58"
WRONG = "a-secret-I-mistyped"
STAGES = ("/second-factor", "/new-password", "/enrol")
FORMS = ("/sign-in", "/sign-out", *STAGES)
HTML = {"accept": "text/html,application/xhtml+xml"}
HOSTILE = (
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% include 'base.html' %}",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
)


def whoami(request: Request) -> Response:
    viewer = viewer_of(request)
    return JSONResponse(
        {"name": viewer.name, "role": viewer.role, "areas": viewer.areas, "lang": "none"}
    )


@dataclass
class Browser:
    """Somebody's browser: it keeps cookies, and says what it sees."""

    client: TestClient
    answer: Any = None

    def open(self, path: str, **more: Any) -> "Browser":
        self.answer = self.client.get(path, headers=HTML, **more)
        return self

    def send(self, path: str, **fields: str) -> "Browser":
        headers = HTML | {"origin": SITE}
        self.answer = self.client.post(path, data=fields, headers=headers)
        return self

    def follow(self) -> "Browser":
        assert self.answer.status_code == 303, self.answer.text
        return self.open(self.answer.headers["location"])

    @property
    def status(self) -> int:
        return int(self.answer.status_code)

    @property
    def path(self) -> str:
        """Where the answer leads."""
        assert self.status == 303, self.answer.text
        return urlsplit(self.answer.headers["location"]).path

    @property
    def token(self) -> str:
        return self.client.cookies.get(SESSION_COOKIE, "")

    def field(self, name: str) -> str:
        """Read a hidden field of the form that is shown."""
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.answer.text)
        assert found, self.answer.text
        return html.unescape(found.group(1))

    def error(self) -> str:
        found = re.search(r'role="alert" id="error">(.*?)</p>', self.answer.text)
        return html.unescape(found.group(1)) if found else ""

    def who(self) -> dict[str, Any]:
        answer = self.client.get("/")
        return answer.json() if answer.status_code == 200 else {}

    def enrol(self) -> tuple[str, list[str]]:
        """Scan the code, prove it, and write down the recovery codes."""
        secret = self.secret()
        code = pyotp.TOTP(secret).now()
        self.send("/enrol", sealed=self.field("sealed"), code=code, next=self.field("next"))
        return secret, re.findall(r"<li><code>(.*?)</code></li>", self.answer.text)

    def secret(self) -> str:
        found = re.search(r"<code>([A-Z2-7 ]{20,})</code>", self.answer.text)
        assert found, self.answer.text
        return found.group(1).replace(" ", "")


@dataclass
class Site:
    """The site in process and its database."""

    db: Database
    file: Path
    app: Starlette

    def browser(self, address: str = "192.0.2.10") -> Browser:
        client = TestClient(
            self.app, base_url=SITE, follow_redirects=False, raise_server_exceptions=False,
            client=(address, 50_000),
        )  # fmt: skip
        return Browser(client)

    def add(self, name: str, role: Role = Role.LEADER) -> str:
        rights = RIGHTS[role]
        if rights.expires_on:
            rights = replace(rights, expires_on=datetime.now(UTC).date() + timedelta(days=2))
        return add_account(self.db, OPERATOR, name, rights)

    def settle(self, name: str, role: Role = Role.LEADER) -> Browser:
        """Let somebody come in for the first time; give the browser, signed in."""
        browser = self.browser()
        browser.send("/sign-in", name=name, password=self.add(name, role)).follow()
        browser.send("/new-password", fresh=GOOD, again=GOOD)
        if role in NEEDS_SECOND_FACTOR:
            browser.follow().enrol()
        return browser

    def change(self, name: str, **values: Any) -> None:
        with transaction(self.db) as connection:
            connection.execute(update(Account).where(Account.name == name).values(**values))

    def age(self, token: str, **by: timedelta) -> None:
        """Let a session have started, or been seen last, so much earlier."""
        mine = AccountSession.token_hash == hash_token(token)
        with transaction(self.db) as connection:
            row = connection.execute(select(AccountSession).where(mine)).one()
            earlier = {column: getattr(row, column) - shift for column, shift in by.items()}
            connection.execute(update(AccountSession).where(mine).values(**earlier))

    def stage(self, token: str) -> str | None:
        signed = find_session(self.db, token)
        return signed.stage if signed else None

    def audited(self) -> list[tuple[str, str, str, str]]:
        columns = (AuditEntry.deed, AuditEntry.actor, AuditEntry.result, AuditEntry.reason)
        with reading(self.db) as connection:
            found = connection.execute(select(*columns).order_by(AuditEntry.seq)).all()
        return [tuple(row) for row in found]

    def failures(self) -> int:
        with reading(self.db) as connection:
            return len(connection.execute(select(SignInFailure.id)).all())


def set_production(patch: pytest.MonkeyPatch, file: Path) -> None:
    settings = {"MODE": "production", "PUBLIC_URL": SITE, "DATABASE_URL": f"sqlite:///{file}"}
    for name, value in (settings | KEYS).items():
        patch.setenv(f"GUATU_{name}", value)
    forget_process_state()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tiny world under the keys of this production, once."""
    file = tmp_path_factory.mktemp("sign_in") / "site.db"
    with pytest.MonkeyPatch.context() as patch:
        set_production(patch, file)
        db = open_database(f"sqlite:///{file}", create=True)
        build_tiny_world(db)
        db.engine.dispose()
    forget_process_state()
    return file


@pytest.fixture
def site(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cheap_hashes: None
) -> Iterator[Site]:
    file = Path(shutil.copy(template, tmp_path / "site.db"))
    set_production(monkeypatch, file)
    db = open_database(f"sqlite:///{file}")
    app = Starlette(
        routes=[*routes(), Route("/", whoami), Route("/village", whoami)],
        middleware=middleware(),
        exception_handlers=exception_handlers(),
    )
    yield Site(db, file, app)
    db.engine.dispose()


def demonstration(visit: Callable[..., TestClient]) -> Browser:
    return Browser(visit())


# ── The whole way in ────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(4)
@pytest.mark.row(7)
@pytest.mark.parametrize("role", Role)
def test_the_first_way_in_of_every_role(site, role):
    first = site.add("zhang", role)
    before = len(site.audited())
    browser = site.browser().open("/sign-in?next=/village%3Fvillage%3D990121100201")
    assert browser.status == 200
    browser.send("/sign-in", name=" Zhang ", password=first, next=browser.field("next"))
    assert browser.path == "/new-password"
    assert site.stage(browser.token) == "new_password"
    assert browser.who() == {}
    browser.follow().send("/new-password", fresh=GOOD, again=GOOD, next=browser.field("next"))
    deeds = [("right_change", "zhang", "done", "password")]
    if role in NEEDS_SECOND_FACTOR:
        assert browser.path == "/enrol"
        assert browser.who() == {}
        _secret, codes = browser.follow().enrol()
        assert len(set(codes)) == 10
        assert 'href="/village?village=990121100201"' in browser.answer.text
        deeds += [("right_change", "zhang", "done", "second factor")]
    else:
        assert browser.answer.headers["location"] == "/village?village=990121100201"
    assert site.stage(browser.token) == "open"
    assert browser.who()["name"] == "zhang"
    assert browser.who()["role"] == role
    assert site.audited()[before:] == [*deeds, ("sign_in", "zhang", "done", "password")]


@pytest.mark.row(7)
@pytest.mark.parametrize("role", sorted(NEEDS_SECOND_FACTOR))
def test_the_second_way_in_asks_for_a_code(site, role):
    first = site.browser()
    first.send("/sign-in", name="zhang", password=site.add("zhang", role)).follow()
    first.send("/new-password", fresh=GOOD, again=GOOD).follow()
    secret, _codes = first.enrol()
    before = len(site.audited())
    browser = site.browser()
    browser.send("/sign-in", name="zhang", password=GOOD, next="/village")
    assert browser.path == "/second-factor"
    assert browser.who() == {}
    assert browser.follow().field("next") == "/village"
    browser.send("/second-factor", code=next_code(secret), next="/village")
    assert browser.path == "/village"
    assert browser.who()["role"] == role
    assert site.audited()[before:] == [("sign_in", "zhang", "done", "password")]


@pytest.mark.row(7)
def test_a_code_is_good_once_over_all_browsers(site):
    secret = enrolled(site, "zhang")
    code = next_code(secret)
    half = [half_way(site, "zhang") for _ in range(2)]
    half[0].send("/second-factor", code=code)
    assert half[0].path == "/"
    half[1].send("/second-factor", code=code)
    assert half[1].status == 401
    assert "已用过" in half[1].error()
    assert half[1].who() == {}


@pytest.mark.row(7)
@pytest.mark.parametrize(
    "typed",
    [
        lambda code: f" {code}\t",
        lambda code: f"{code[:3]} {code[3:]}",
        lambda code: "".join(chr(ord(digit) + 0xFEE0) for digit in code),
    ],
    ids=["blanks", "two groups", "full width"],
)
def test_a_code_is_taken_as_people_type_it(site, typed):
    code = next_code(enrolled(site, "zhang"))
    assert half_way(site, "zhang").send("/second-factor", code=typed(code)).path == "/"


@pytest.mark.row(7)
@pytest.mark.parametrize("code", ["", "000000x", "验证码", "１２３４５６", "\U0001f600", "0" * 600])
def test_nonsense_is_a_wrong_code_and_no_failure_of_ours(site, code):
    enrolled(site, "zhang")
    browser = half_way(site, "zhang").send("/second-factor", code=code)
    assert browser.status == 401
    assert "验证码不对" in browser.error()


@pytest.mark.row(7)
def test_a_recovery_code_is_good_once_and_codes_lock_after_five(site):
    browser = site.browser()
    browser.send("/sign-in", name="zhang", password=site.add("zhang", Role.CLERK)).follow()
    _secret, codes = browser.send("/new-password", fresh=GOOD, again=GOOD).follow().enrol()
    assert half_way(site, "zhang").send("/second-factor", code=codes[3].upper()).path == "/"
    browser = half_way(site, "zhang").send("/second-factor", code=codes[3])
    assert browser.status == 401
    for _ in range(FAILURES_OF_AN_ACCOUNT - 1):
        assert browser.send("/second-factor", code="000000").status == 401
    assert browser.send("/second-factor", code=codes[4]).status == 429
    assert "15 分钟" in browser.error()
    enable_account(site.db, OPERATOR, "zhang")
    assert half_way(site, "zhang").send("/second-factor", code=codes[4]).path == "/"


@pytest.mark.row(7)
def test_a_wrong_code_at_enrolment_shows_the_same_secret_again(site):
    browser = at_enrolment(site, "zhang")
    secret = browser.secret()
    browser.send("/enrol", sealed=browser.field("sealed"), code="abcdef", next="/village")
    assert browser.status == 401
    assert browser.secret() == secret
    assert browser.field("next") == "/village"
    _secret, codes = browser.enrol()
    assert codes


@pytest.mark.row(7)
@pytest.mark.row(22)
def test_the_secret_of_somebody_else_or_of_nobody_is_not_learned(site):
    mine, yours = at_enrolment(site, "zhang"), at_enrolment(site, "wang")
    own = mine.field("sealed")
    for sealed in (yours.field("sealed"), own[:-4] + "AAA=", "S1:", "S9:AAAA", "", "密"):
        before = mine.secret()
        code = pyotp.TOTP(yours.secret()).now()
        mine.send("/enrol", sealed=sealed, code=code)
        assert mine.status == 200
        assert mine.secret() not in {before, yours.secret()}
        assert site.stage(mine.token) == "enrolment"
    assert "JBSWY3DP" not in mine.answer.text


@pytest.mark.row(7)
def test_a_second_authenticator_for_the_same_account_is_refused(site):
    mine = at_enrolment(site, "zhang")
    thief = site.browser()
    thief.client.cookies.set(
        SESSION_COOKIE,
        open_session(site.db, "zhang", means="password", stage="enrolment", address="198.51.100.7"),
    )
    thief.open("/enrol")
    secret, _codes = mine.enrol()
    _other, codes = thief.enrol()
    assert thief.status == 401
    assert codes == []
    code = next_code(secret)
    assert half_way(site, "zhang").send("/second-factor", code=code).path == "/"


def test_the_drawn_code_holds_the_address_that_an_authenticator_reads(site):
    browser = at_enrolment(site, "zhang")
    assert browser.answer.text.count("<svg") == 1
    assert "<script" not in re.sub(r"<script src=[^>]*></script>", "", browser.answer.text)
    assert "otpauth" not in browser.answer.text


def test_no_language_can_be_chosen_where_the_recovery_codes_are_shown_once(site):
    browser = at_enrolment(site, "zhang")
    assert "lang=en" in browser.answer.text
    browser.enrol()
    assert "恢复码" in browser.answer.text
    assert "lang=en" not in browser.answer.text
    assert browser.open("/enrol").path == "/sign-in"


def next_code(secret: str) -> str:
    """Give the code that follows the present one: that one was used to enrol."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30))


def enrolled(site: Site, name: str, role: Role = Role.CLERK) -> str:
    """Let somebody come in for the first time; give the secret of their authenticator."""
    browser = at_enrolment(site, name, role)
    return browser.enrol()[0]


def at_enrolment(site: Site, name: str, role: Role = Role.CLERK) -> Browser:
    browser = site.browser()
    browser.send("/sign-in", name=name, password=site.add(name, role)).follow()
    return browser.send("/new-password", fresh=GOOD, again=GOOD).follow()


def half_way(site: Site, name: str, password: str = GOOD) -> Browser:
    browser = site.browser().send("/sign-in", name=name, password=password)
    assert browser.path == "/second-factor"
    return browser


# ── Sessions and their cookie ───────────────────────────────────────────────────────────────────


@pytest.mark.row(8)
def test_every_stage_has_a_new_token_and_the_one_before_is_worth_nothing(site):
    browser = site.browser()
    first = site.add("zhang", Role.CLERK)
    tokens = []
    browser.send("/sign-in", name="zhang", password=first)
    tokens.append(browser.token)
    browser.follow().send("/new-password", fresh=GOOD, again=GOOD)
    tokens.append(browser.token)
    browser.follow().enrol()
    assert len({*tokens, browser.token}) == 3
    assert all(len(token) >= 43 for token in tokens)
    for token in tokens:
        assert site.stage(token) is None
        thief = site.browser()
        thief.client.cookies.set(SESSION_COOKIE, token)
        assert thief.who() == {}
        assert thief.open("/enrol").path == "/sign-in"


@pytest.mark.row(8)
def test_a_session_that_somebody_planted_in_the_browser_is_replaced_and_ends(site):
    site.settle("zhang")
    planted = site.settle("wang").token
    victim = site.browser()
    victim.client.cookies.set(SESSION_COOKIE, planted)
    victim.send("/sign-in", name="zhang", password=GOOD)
    answered = re.search(rf"{SESSION_COOKIE}=([^;]+)", victim.answer.headers["set-cookie"]).group(1)
    assert answered != planted
    assert site.stage(planted) is None
    assert find_session(site.db, answered).account == "zhang"


@pytest.mark.row(8)
def test_a_made_up_token_is_no_session(site):
    browser = site.browser()
    for token in ("x", "A" * 43, "A" * 5000, "%00", "..", "' OR 1=1 --"):
        browser.client.cookies.set(SESSION_COOKIE, token)
        assert browser.open("/").path == "/sign-in"
        assert browser.send("/second-factor", code="000000").path == "/sign-in"
        assert site.stage(token) is None


@pytest.mark.row(8)
def test_half_way_holds_ten_minutes_and_then_a_form_leads_to_signing_in(site):
    enrolled(site, "zhang")
    browser = half_way(site, "zhang")
    site.age(browser.token, started_at=timedelta(minutes=10))
    assert browser.open("/second-factor").path == "/sign-in"
    browser.send("/second-factor", code="000000", next="/village", lang="en")
    location = urlsplit(browser.answer.headers["location"])
    assert location.path == "/sign-in"
    assert parse_qs(location.query) == {"ended": ["1"], "next": ["/village"], "lang": ["en"]}
    assert 'role="status"' in browser.follow().answer.text
    assert browser.field("next") == "/village"


@pytest.mark.row(8)
@pytest.mark.parametrize(
    "by", [{"seen_at": timedelta(minutes=15)}, {"started_at": timedelta(hours=8)}]
)
def test_idle_and_too_long_lead_to_signing_in(site, by):
    browser = site.settle("zhang")
    assert browser.who()["name"] == "zhang"
    site.age(browser.token, **by)
    assert browser.who() == {}
    assert browser.open("/village?village=1").answer.headers["location"] == (
        "/sign-in?next=%2Fvillage%3Fvillage%3D1"
    )


@pytest.mark.row(8)
@pytest.mark.parametrize("deed", [disable_account, reset_account])
def test_an_account_that_is_changed_is_out_at_once(site, deed):
    browser = site.settle("zhang")
    deed(site.db, OPERATOR, "zhang")
    assert browser.who() == {}
    assert site.browser().send("/sign-in", name="zhang", password=GOOD).status == 401


@pytest.mark.row(9)
def test_the_cookie_is_for_this_site_and_for_no_script(site):
    first = site.add("zhang", Role.CLERK)
    browser = site.browser()
    browser.send("/sign-in", name="zhang", password=first)
    answers = [browser.answer]
    answers.append(browser.follow().send("/new-password", fresh=GOOD, again=GOOD).answer)
    browser.follow().enrol()
    answers.append(browser.answer)
    for answer in answers:
        (cookie,) = answer.headers.get_list("set-cookie")
        name, *attributes = [part.strip() for part in cookie.split(";")]
        assert name.startswith("__Host-")
        assert sorted(part.lower() for part in attributes) == [
            "httponly", "path=/", "samesite=lax", "secure",
        ]  # fmt: skip
    left = browser.send("/sign-out").answer.headers.get_list("set-cookie")[0].lower()
    assert "max-age=0" in left
    assert "secure" in left


@pytest.mark.row(12)
def test_nothing_of_signing_in_is_kept_by_the_browser(site):
    first = site.add("zhang", Role.CLERK)
    browser = site.browser().open("/sign-in")
    answers = [browser.answer]
    answers.append(browser.send("/sign-in", name="zhang", password=WRONG).answer)
    answers.append(browser.send("/sign-in", name="zhang", password=first).answer)
    answers.append(browser.follow().answer)
    answers.append(browser.send("/new-password", fresh="short", again="short").answer)
    answers.append(browser.send("/new-password", fresh=GOOD, again=GOOD).answer)
    answers.append(browser.follow().answer)
    browser.enrol()
    answers.append(browser.answer)
    answers.append(browser.send("/sign-out").answer)
    assert [answer.status_code for answer in answers] == [
        200, 401, 303, 200, 422, 303, 200, 200, 303,
    ]  # fmt: skip
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.row(8)
def test_signing_out_ends_the_session_and_is_recorded_once(site):
    browser = site.settle("zhang")
    token = browser.token
    before = len(site.audited())
    browser.send("/sign-out", lang="en")
    assert browser.answer.headers["location"] == "/sign-in?out=1&lang=en"
    assert browser.token == ""
    assert site.stage(token) is None
    thief = site.browser()
    thief.client.cookies.set(SESSION_COOKIE, token)
    assert thief.who() == {}
    assert thief.send("/sign-out").path == "/sign-in"
    assert site.audited()[before:] == [("sign_out", "zhang", "done", "")]
    assert browser.client.get("/sign-out", headers=HTML).status_code == 405


@pytest.mark.row(8)
def test_whoever_is_signed_in_or_half_way_is_led_on(site):
    browser = site.settle("zhang")
    assert browser.open("/sign-in?next=/village").answer.headers["location"] == "/village"
    enrolled(site, "wang")
    browser = half_way(site, "wang")
    assert browser.open("/").path == "/sign-in"
    location = urlsplit(browser.follow().answer.headers["location"])
    assert location.path == "/second-factor"
    for path in ("/enrol", "/new-password"):
        assert browser.open(path).path == "/sign-in"
        assert browser.send(path, fresh=OTHER, again=OTHER).path == "/sign-in"
    assert site.browser().send("/sign-in", name="wang", password=OTHER).status == 401


@pytest.mark.row(10)
def test_another_site_cannot_send_our_forms(site):
    browser = site.settle("zhang")
    for path in FORMS:
        for headers in ({"origin": "https://evil.example"}, {"origin": "null"},
                        {"sec-fetch-site": "cross-site"}):  # fmt: skip
            answer = browser.client.post(path, data={"name": "x"}, headers=HTML | headers)
            assert answer.status_code == 403
    assert browser.who()["name"] == "zhang"


# ── Who may not ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(4)
@pytest.mark.parametrize("name", ["admin", "root", "guatu", "operator", "demo-admin", "", "-"])
def test_a_fresh_installation_lets_nobody_in(site, name):
    for password in ("", "admin", "password", name, GOOD):
        browser = site.browser(f"192.0.2.{len(password)}")
        assert browser.send("/sign-in", name=name, password=password).status == 401
        assert browser.token == ""


@pytest.mark.row(4)
def test_a_first_password_dies_at_use(site):
    first = site.add("zhang")
    browser = site.browser().send("/sign-in", name="zhang", password=first)
    again = site.browser().send("/sign-in", name="zhang", password=first)
    assert again.status == 401
    browser.follow().send("/new-password", fresh=first, again=first)
    assert browser.status == 422
    assert "须与现在的口令不同" in browser.error()
    assert browser.send("/new-password", fresh=GOOD, again=GOOD).path == "/"
    assert site.browser().send("/sign-in", name="zhang", password=first).status == 401


@pytest.mark.row(6)
def test_the_same_answer_whatever_is_wrong(site):
    site.settle("known")
    site.settle("gone")
    disable_account(site.db, OPERATOR, "gone")
    site.add("late")
    site.change("late", password_changed_at=datetime.now(UTC) - timedelta(hours=72))
    site.settle("over")
    site.change("over", expires_on=(datetime.now(UTC) - timedelta(days=2)).date())
    answers = set()
    headers = set()
    for number, name in enumerate(("known", "gone", "late", "over", "nobody", "no such name!")):
        for password in ("wrong", GOOD) if name != "known" else ("wrong",):
            browser = site.browser(f"198.51.100.{number}")
            browser.send("/sign-in", name=name, password=password)
            answers.add((browser.status, browser.answer.text.replace(html.escape(name), "NAME")))
            headers.add(tuple(sorted(set(browser.answer.headers) - {"content-length"})))
    assert len(answers) == 1
    assert len(headers) == 1
    assert next(iter(answers))[0] == 401


@pytest.mark.row(6)
def test_the_sixth_try_is_locked_whether_there_is_such_an_account_or_not(site):
    site.settle("known")
    site.settle("chief", Role.ADMIN)
    seen = {}
    for number, name in enumerate(("known", "nobody")):
        site.settle(f"other{number}")
        answers = []
        for attempt in range(FAILURES_OF_AN_ACCOUNT + 2):
            browser = site.browser(f"198.51.{number}.{attempt}")
            password = GOOD if attempt == FAILURES_OF_AN_ACCOUNT + 1 else f"wrong {attempt}"
            browser.send("/sign-in", name=name, password=password)
            answers.append((browser.status, browser.answer.text.replace(name, "NAME")))
        seen[name] = answers
    assert seen["known"] == seen["nobody"]
    assert [status for status, _ in seen["known"]] == [401] * FAILURES_OF_AN_ACCOUNT + [429] * 2
    enable_account(site.db, OPERATOR, "known")
    assert site.browser().send("/sign-in", name="known", password=GOOD).path == "/"


@pytest.mark.row(6)
def test_an_address_that_tries_many_names_is_locked_and_others_are_not(site):
    site.settle("known")
    browser = site.browser("203.0.113.9")
    for number in range(FAILURES_OF_AN_ADDRESS):
        assert browser.send("/sign-in", name=f"name{number}", password=WRONG).status == 401
    assert browser.send("/sign-in", name="known", password=GOOD).status == 429
    assert site.browser("203.0.113.8").send("/sign-in", name="known", password=GOOD).path == "/"


@pytest.mark.row(6)
def test_what_was_typed_stands_in_no_log_no_audit_and_nowhere_in_the_database(site, caplog):
    secrets_typed = ("typed-into-the-wrong-field-88", "another-secret-word-41")
    site.settle("known")
    with caplog.at_level(logging.DEBUG):
        browser = site.browser()
        browser.send("/sign-in", name=secrets_typed[0], password=secrets_typed[1])
        browser.send("/sign-in", name="known", password=secrets_typed[1])
        browser.send("/sign-in", name="known", password=GOOD)
        fresh = dict.fromkeys(("fresh", "again"), secrets_typed[0])
        browser.send("/new-password", present=secrets_typed[1], **fresh)
    stored = b"".join(path.read_bytes() for path in site.file.parent.glob("site.db*"))
    for text in (*secrets_typed, GOOD, browser.token):
        assert text
        assert text not in caplog.text
        assert text.encode() not in stored
    assert ("sign_in", "-", "failed", "password") in site.audited()
    assert ("sign_in", "known", "failed", "password") in site.audited()


# ── A new password ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(5)
@pytest.mark.parametrize(
    ("fresh", "zh", "en"),
    [
        ("short-one-7", "至少 12 个字符", "at least 12 characters"),
        ("x7-" * 43, "最多 128 个字符", "at most 128 characters"),
        ("password1234", "太容易猜到", "too easy to guess"),
        ("ｐａｓｓｗｏｒｄ１２３４", "太容易猜到", "too easy to guess"),
        ("qwertyuiop12", "太容易猜到", "too easy to guess"),
        ("zhangzhang12", "太容易猜到", "too easy to guess"),
        ("wuhaifupin2016", "太容易猜到", "too easy to guess"),
    ],
)
def test_a_weak_password_is_refused_in_both_languages(site, fresh, zh, en):
    browser = site.browser().send("/sign-in", name="zhang", password=site.add("zhang"))
    browser.follow()
    for lang, sentence in (("zh-CN", zh), ("en", en)):
        browser.send("/new-password", fresh=fresh, again=fresh, lang=lang)
        assert browser.status == 422
        assert sentence in browser.error()
        assert fresh not in browser.answer.text
    browser.send("/new-password", fresh=GOOD, again=GOOD + "x")
    assert browser.status == 422
    assert "不一样" in browser.error()
    assert site.stage(browser.token) == "new_password"


@pytest.mark.row(8)
def test_changing_the_password_ends_every_other_session_and_renews_this_one(site):
    browser = site.settle("zhang")
    elsewhere = site.browser().send("/sign-in", name="zhang", password=GOOD)
    before, held, count = browser.token, elsewhere.token, len(site.audited())
    browser.open("/new-password?next=/village")
    assert 'name="present"' in browser.answer.text
    browser.send("/new-password", present=GOOD, fresh=OTHER, again=OTHER, next="/village")
    assert browser.path == "/village"
    assert browser.token != before
    assert browser.who()["name"] == "zhang"
    for token in (before, held):
        assert site.stage(token) is None
    assert site.audited()[count:] == [("right_change", "zhang", "done", "password")]
    assert site.browser().send("/sign-in", name="zhang", password=GOOD).status == 401
    assert site.browser().send("/sign-in", name="zhang", password=OTHER).path == "/"


@pytest.mark.row(6)
def test_a_wrong_present_password_counts_as_a_failure(site):
    site.settle("chief", Role.ADMIN)
    browser = site.settle("zhang")
    fields = {"present": "wrong", "fresh": OTHER, "again": OTHER}
    for _ in range(FAILURES_OF_AN_ACCOUNT):
        assert browser.send("/new-password", **fields).status == 401
    assert browser.send("/new-password", **fields | {"present": GOOD}).status == 429
    assert browser.who()["name"] == "zhang"
    assert site.failures() == FAILURES_OF_AN_ACCOUNT
    assert site.browser("203.0.113.5").send("/sign-in", name="zhang", password=GOOD).status == 429


@pytest.mark.row(5)
def test_the_present_password_is_asked_for_whatever_a_form_leaves_out(site):
    browser = site.settle("zhang")
    browser.send("/new-password", fresh=OTHER, again=OTHER)
    assert browser.status == 401
    assert site.browser().send("/sign-in", name="zhang", password=OTHER).status == 401


# ── Where it leads, in which language, with what in it ──────────────────────────────────────────


ELSEWHERE = (
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "evil",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", " //evil.example", "",
    "/sign-in", "/sign-in?next=/sign-in", "/sign-out", "/enrol#x", "/second-factor?x",
    "/new-password", "/sign-in/", "/oidc/start", "/oidc/callback?code=1", "http:evil.example",
)  # fmt: skip


@pytest.mark.row(8)
@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_led_to_another_site_or_round_in_a_circle(site, wanted):
    site.settle("zhang")
    browser = site.browser().open(f"/sign-in?next={quote(wanted, safe='')}")
    assert browser.field("next") == "/"
    browser.send("/sign-in", name="zhang", password=GOOD, next=wanted)
    assert browser.answer.headers["location"] == "/"
    browser.open(f"/sign-in?next={quote(wanted, safe='')}")
    assert browser.answer.headers["location"] == "/"


ADDRESSES = st.one_of(
    st.text(),
    st.text(alphabet="/\\.:@?#%0129aevil\t\n\r \u2028\u00a0;&"),
    st.builds(lambda a, b: a + b, st.sampled_from(ELSEWHERE), st.text()),
    st.builds(lambda a, b: a + b, st.sampled_from(["/", "//", "/\\", "/.", "/..;/"]), st.text()),
    st.none(), st.integers(), st.binary(),
)  # fmt: skip


@pytest.mark.row(8)
@given(wanted=ADDRESSES)
@example("/\t/evil.example")
@example("/\u2028/evil.example")
def test_whatever_is_wanted_it_is_on_this_site(wanted):
    for result in (local_path(wanted), _wanted({"next": wanted})):
        assert result.startswith("/")
        assert not result.startswith("//")
        assert result.isprintable()
        # A browser reads a backslash as a slash, and drops tabs and line ends.
        seen = re.sub(r"[\t\r\n]", "", result).replace("\\", "/")
        parts = urlsplit(urljoin(f"{SITE}/sign-in", seen))
        assert (parts.scheme, parts.netloc) == ("https", "guatu.example")


@pytest.mark.row(8)
@given(wanted=ADDRESSES)
def test_a_wanted_address_stays_what_it_is_and_is_none_of_these_pages(wanted):
    once = _wanted({"next": wanted})
    assert _wanted({"next": once}) == once
    assert urlsplit(once).path.rstrip("/") not in FORMS


@pytest.mark.row(13)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(site, text):
    browser = site.browser().send("/sign-in", name=text, password=WRONG, next=f"/v?q={text}")
    assert browser.status == 401
    assert text not in browser.answer.text or text in {HOSTILE[2], HOSTILE[4]}
    assert browser.field("next") == f"/v?q={text}"
    shown = re.search(r'id="name"[^>]*value="([^"]*)"', browser.answer.text)
    assert html.unescape(shown.group(1)) == text
    assert "49" not in shown.group(1)
    browser.open(f"/sign-in?next={quote('/v?q=' + text, safe='')}&lang={quote(text)}")
    assert browser.field("next") == f"/v?q={text}"
    assert browser.answer.text.count("<script") == 1
    assert "<img" not in browser.answer.text
    assert "<svg" not in browser.answer.text


@pytest.mark.row(13)
def test_hostile_text_leads_nowhere_at_the_last_step_either(site):
    text = "/v?q=" + HOSTILE[0]
    browser = at_enrolment(site, "zhang")
    secret = browser.secret()
    code = pyotp.TOTP(secret).now()
    browser.send("/enrol", sealed=browser.field("sealed"), code=code, next=text)
    (link,) = re.findall(r'<a class="go" href="([^"]*)"', browser.answer.text)
    assert html.unescape(link) == text
    assert browser.answer.text.count("<script") == 1


@pytest.mark.row(26)
@pytest.mark.parametrize("charset", ["unicode_escape", "utf-16", "punycode", "none-such"])
def test_a_form_in_an_odd_encoding_is_an_ordinary_failure(site, charset):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800\\x00zhang\r\n'
        b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n\\udfff\r\n--b--\r\n'
    )  # fmt: skip
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    headers = HTML | {"origin": SITE, "content-type": kind}
    answer = site.browser().client.post("/sign-in", content=body, headers=headers)
    assert answer.status_code == 401


@pytest.mark.row(26)
def test_a_file_or_a_field_twice_is_an_ordinary_failure(site):
    client = site.browser().client
    headers = HTML | {"origin": SITE}
    answer = client.post(
        "/sign-in", files={"name": ("x", b"zhang"), "password": ("y", b"x")}, headers=headers
    )
    assert answer.status_code == 401
    twice = b"name=a&name=b&password=c&password=d&next=/a&next=//evil.example"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/sign-in", content=twice, headers=headers | kind)
    assert answer.status_code == 401
    assert 'name="next" value="/"' in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/second-factor", "/new-password", "/enrol"])
def test_another_language_keeps_the_place(site, path):
    browser = site.browser()
    wanted = "/village?village=990121100201&as_of=2016-06-30"
    if path == "/sign-in":
        browser.open(f"/sign-in?next={quote(wanted, safe='')}")
    elif path == "/second-factor":
        enrolled(site, "zhang")
        browser.send("/sign-in", name="zhang", password=GOOD, next=wanted).follow()
    else:
        browser.send(
            "/sign-in", name="zhang", password=site.add("zhang", Role.CLERK), next=wanted
        ).follow()
        if path == "/enrol":
            browser.send("/new-password", fresh=GOOD, again=GOOD, next=wanted).follow()
    assert browser.status == 200
    assert '<html lang="zh-CN">' in browser.answer.text
    for lang in ("en", "zh-CN"):
        switch = re.search(r'<a href="([^"]*)" lang="', browser.answer.text).group(1)
        browser.open(html.unescape(switch))
        assert urlsplit(html.unescape(switch)).path == path
        assert browser.status == 200
        assert f'<html lang="{lang}">' in browser.answer.text
        assert browser.field("next") == wanted
        assert browser.field("lang") == lang


def test_the_language_of_the_page_that_was_wanted_is_spoken(site):
    browser = site.browser().open("/village?village=1&lang=en")
    browser.follow()
    assert '<html lang="en">' in browser.answer.text
    browser.send("/sign-in", name="x", password=WRONG, lang=browser.field("lang"))
    assert browser.error().startswith("Name and password do not fit")


def test_a_failure_keeps_name_place_and_language_and_never_the_password(site):
    browser = site.browser()
    browser.send("/sign-in", name="zhang", password=WRONG, next="/village", lang="en")
    assert '<html lang="en">' in browser.answer.text
    assert browser.field("next") == "/village"
    assert 'value="zhang"' in browser.answer.text
    assert WRONG not in browser.answer.text


# ── Under way ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(32)
def test_many_who_sign_in_at_once_do_not_hold_up_those_who_are_in(site):
    token = site.settle("zhang").token
    waiting = 60

    async def visit_meanwhile() -> tuple[Any, list[Any]]:
        transport = httpx.ASGITransport(site.app, client=("192.0.2.77", 1))
        async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=HTML) as client:
            form = {"name": "nobody", "password": "wrong"}
            tries = [
                asyncio.create_task(client.post("/sign-in", data=form, headers={"origin": SITE}))
                for _ in range(waiting)
            ]
            await asyncio.sleep(1)
            assert not any(task.done() for task in tries)
            cookie = {"cookie": f"{SESSION_COOKIE}={token}"}
            try:
                answer = await asyncio.wait_for(client.get("/", headers=cookie), 5)
            finally:
                for _ in range(2):
                    passwords._AT_ONCE.release()
            return answer, await asyncio.gather(*tries)

    for _ in range(2):
        passwords._AT_ONCE.acquire()
    answer, tries = asyncio.run(visit_meanwhile())
    assert answer.json()["name"] == "zhang"
    statuses = [answer.status_code for answer in tries]
    assert statuses.count(401) == FAILURES_OF_AN_ACCOUNT
    assert statuses.count(429) == waiting - FAILURES_OF_AN_ACCOUNT


def test_a_script_whose_session_ended_is_told_so_as_a_script(site):
    answer = site.browser().client.post(
        "/second-factor", data={"code": "1"}, headers={"origin": SITE, "accept": "*/*"}
    )
    assert answer.status_code == 401
    assert answer.json()["code"] == "sign_in_required"


def test_the_files_of_these_pages_are_two_and_no_others(site):
    browser = site.browser()
    for name, kind in (("sign_in.css", "text/css"), ("sign_in.js", "javascript")):
        answer = browser.client.get(f"/sign-in/assets/{name}")
        assert answer.status_code == 200
        assert kind in answer.headers["content-type"]
    for name in ("base.html", "..%2Fbase.html", "x", "sign_in.css.map"):
        assert browser.client.get(f"/sign-in/assets/{name}").status_code in {401, 404}


# ── A demonstration ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(4)
def test_a_demonstration_has_no_signing_in(visit):
    browser = demonstration(visit)
    assert browser.open("/sign-in").answer.headers["location"] == "/"
    for path in STAGES:
        assert browser.open(path).status == 404
    for path in FORMS:
        answer = browser.client.post(path, data={"name": "x", "password": "y"})
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers
