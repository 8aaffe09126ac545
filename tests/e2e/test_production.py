"""Production in a real browser, behind a real nginx with TLS: in, out, and shut out."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus

from tests.e2e.board import Board
from tests.e2e.conftest import Offline
from tests.e2e.production import Site, running_site
from tests.web.streamlit_client import open_client

FRESH = "gecko wharf 27 lantern orbit"  # made up for these tests
CLOSED_MS = 15_000
"""Three looks of the watch, then the page's own way to the sign-in page, on a busy machine."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("production")) as running:
        yield running


@pytest.fixture
def browse(site: Site, context_offline: Callable[..., Offline]) -> Callable[[], Offline]:
    """Open a browser of somebody's own, without any cookie."""
    return lambda: context_offline(base_url=site.url, ignore_https_errors=True)


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, 1000))


@pytest.fixture
def account(site: Site, numbers: Iterator[int]) -> tuple[str, str]:
    """Make an account; give its name and its one-time password."""
    name = f"person-{next(numbers)}"
    return name, site.add_account(name, "leader")


def fill_sign_in(page: Page, name: str, password: str) -> None:
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def sign_in(offline: Offline, account: tuple[str, str], path: str = "/") -> Board:
    """Sign in for the first time, by all the pages that there are; give the map."""
    page = offline.new_page()
    page.goto(path)
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    fill_sign_in(page, *account)
    expect(page).to_have_url(re.compile(r"/new-password"))
    page.locator("#fresh").fill(FRESH)
    page.locator("#again").fill(FRESH)
    page.get_by_role("button", name="设置口令").click()
    return Board(page, offline)


def is_at_sign_in(page: Page) -> None:
    """Expect the sign-in page, and no data of before on it."""
    expect(page.locator("#password")).to_be_visible(timeout=CLOSED_MS)
    expect(page).to_have_url(re.compile(r"/sign-in"))
    expect(page.locator(".guatu-board")).to_have_count(0)


@pytest.mark.row(8)
def test_from_the_first_password_to_the_map(site: Site, browse, account, pictures):
    offline = browse()
    page = offline.new_page()
    page.goto("/?district=150303")
    page.screenshot(path=pictures / "sign-in.png")
    fill_sign_in(page, account[0], "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#password")).to_be_visible()
    assert [message for message in offline.console_errors if "401" not in message] == []
    offline.forget()
    board = sign_in(offline, account, "/?district=150303").wait()
    assert "海南区" in board.sentence()
    assert len(board.rows()) > 3
    board.page.screenshot(path=pictures / "production-map.png")
    cookies = {cookie["name"]: cookie for cookie in offline.context.cookies()}
    own = cookies["__Host-guatu"]
    assert (own["secure"], own["httpOnly"], own["path"]) == (True, True, "/")
    assert own["sameSite"] in {"Lax", "Strict"}
    assert own["expires"] == -1
    assert all(cookie["secure"] for cookie in cookies.values())
    assert offline.console_errors == []
    assert offline.refused == []
    # The one-time password is spent.
    other = browse().new_page()
    other.goto("/")
    fill_sign_in(other, *account)
    expect(other.get_by_role("alert")).to_be_visible()
    assert other.context.cookies() == [] or "__Host-guatu" not in {
        cookie["name"] for cookie in other.context.cookies()
    }


@pytest.mark.row(8)
def test_signing_out_in_one_tab_ends_the_other(site: Site, browse, account):
    offline = browse()
    sign_in(offline, account).wait()
    first = offline.context.pages[0]
    second = offline.new_page()
    second.goto("/village")
    expect(second.locator(".g-strip")).to_be_visible()
    answer = first.evaluate("fetch('/sign-out', {method: 'POST'}).then((a) => a.url)")
    assert "/sign-in" in answer
    is_at_sign_in(second)
    is_at_sign_in(first)
    first.go_back()
    is_at_sign_in(first)


@pytest.mark.row(8)
def test_disabling_an_account_closes_its_live_page(site: Site, browse, account):
    offline = browse()
    page = sign_in(offline, account).wait().page
    site.server.run_data("user", "disable", account[0])
    is_at_sign_in(page)
    expect(page.get_by_role("status")).to_contain_text("会话已结束")
    fill_sign_in(page, account[0], FRESH)
    expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.row(8)
@pytest.mark.parametrize(
    "past",
    [{"column": "seen_at", "by": timedelta(minutes=16)},
     {"column": "started_at", "by": timedelta(hours=9)}],
    ids=["idle", "too old"],
)  # fmt: skip
def test_an_idle_or_old_session_leaves_the_screen(site: Site, browse, account, past):
    page = sign_in(browse(), account, "/?district=150304").wait().page
    site.age_sessions(account[0], **past)
    is_at_sign_in(page)
    fill_sign_in(page, account[0], FRESH)
    expect(page.locator(".guatu-board")).to_be_visible(timeout=CLOSED_MS)
    expect(page).to_have_url(re.compile("district=150304"))


@pytest.mark.row(1)
def test_what_a_stranger_types_leads_to_signing_in_and_back(site: Site, browse, account):
    page = browse().new_page()
    for path in ("/village?village=150303104238", "/claims", "/no/such/page", "/index.html"):
        page.goto(path)
        is_at_sign_in(page)
    page.goto("/village?village=150303104238")
    fill_sign_in(page, *account)
    page.locator("#fresh").fill(FRESH)
    page.locator("#again").fill(FRESH)
    page.get_by_role("button", name="设置口令").click()
    expect(page).to_have_url(re.compile(r"/village\?village=150303104238"))
    expect(page.get_by_text("人口变化")).to_be_visible()


@pytest.mark.row(26)
def test_a_refused_address_is_a_page_with_a_sentence(site: Site, browse, numbers, pictures):
    name = f"person-{next(numbers)}"
    board = sign_in(browse(), (name, site.add_account(name, "auditor")))
    page = board.page
    expect(page.locator(".g-strip")).to_be_visible()
    page.goto("/export/map.html")
    expect(page.get_by_role("alert")).to_contain_text("无权")
    page.screenshot(path=pictures / "problem.png")
    page.get_by_role("link", name="回到首页").click()
    expect(page.locator(".g-strip")).to_be_visible()


def ask(site: Site, path: str = "/layers/zh-CN/places.json", **headers: str) -> httpx.Response:
    return httpx.get(site.url + path, headers=headers, verify=site.proxy.trust(), trust_env=False)


@pytest.mark.row(11)
@pytest.mark.parametrize(
    "name", ["X-Forwarded-User", "Remote-User", "X-Remote-User", "X-Streamlit-User", "X-Role"]
)
def test_a_forged_identity_has_no_effect_direct_or_through_the_proxy(site: Site, name):
    assert ask(site, **{name: "admin"}).status_code == 401
    host = site.url.removeprefix("https://")
    direct = httpx.get(
        f"{site.server.url}/layers/zh-CN/places.json",
        headers={name: "admin", "host": host},
        trust_env=False,
    )
    assert (direct.status_code, direct.json()["code"]) == (401, "sign_in_required")


@pytest.mark.row(10)
def test_a_foreign_host_or_origin_is_refused_behind_the_proxy_too(site: Site):
    host = site.url.removeprefix("https://")
    with pytest.raises(httpx.RemoteProtocolError):  # nginx answers another name with nothing
        ask(site, Host="evil.example")
    for name in ("evil.example", "127.0.0.1", f"{host}.evil.example", host.replace(":", ":1")):
        answer = httpx.get(f"{site.server.url}/", headers={"host": name}, trust_env=False)
        assert answer.status_code == 421, name
    for origin in ("https://evil.example", "null", f"http://{host}", "https://localhost", None):
        with pytest.raises(InvalidStatus) as caught, open_client(
            site.url, origin=origin, ssl=site.proxy.trust()
        ):  # fmt: skip
            pass
        assert caught.value.response.status_code == 403
    answer = httpx.post(
        f"{site.url}/sign-in", data={"name": "x"}, headers={"origin": "https://evil.example"},
        verify=site.proxy.trust(), trust_env=False,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


@pytest.mark.row(12)
def test_headers_behind_the_proxy(site: Site):
    answer = ask(site, "/sign-in", accept="text/html")
    assert answer.status_code == 200
    headers = answer.headers
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert "uvicorn" not in str(headers).lower()
    assert headers.get("server") == "nginx"  # its version is nobody's business
    plain = httpx.get(site.proxy.plain_url + "/village?x=1", trust_env=False)
    assert (plain.status_code, plain.headers["location"]) == (301, f"{site.url}/village?x=1")


@pytest.mark.row(12)
def test_no_script_of_a_stranger_runs_in_the_page(site: Site, browse, account):
    page = sign_in(browse(), account).wait().page
    page.evaluate("""
        const script = document.createElement('script');
        script.textContent = 'window.planted = 1';
        document.head.append(script);
        const image = document.createElement('img');
        image.setAttribute('onerror', 'window.planted = 2');
        image.src = '/none.png?';
        document.body.append(image);
        setTimeout("window.planted = 3", 0);
    """)
    page.wait_for_timeout(500)
    assert page.evaluate("window.planted") is None
    with pytest.raises(PlaywrightError, match="Content Security Policy"):
        page.add_script_tag(content="window.planted = 4")


@pytest.mark.row(33)
def test_neither_log_holds_a_password_a_token_or_a_query(site: Site, browse, account):
    offline = browse()
    sign_in(offline, account, "/village?village=150303104238").page.wait_for_url("**/village?**")
    token = next(c["value"] for c in offline.context.cookies() if c["name"] == "__Host-guatu")
    nginx = "".join(path.read_text("utf-8") for path in site.proxy.folder.glob("*.log"))
    assert "/village" in nginx
    for text in (site.log(), nginx):
        assert not [secret for secret in (token, FRESH, account[1]) if secret in text]
    assert "150303104238" not in nginx
    with closing(httpx.Client(verify=site.proxy.trust(), trust_env=False)) as client:
        client.get(f"{site.url}/sign-in?next=%2Fsecret-place")
    assert "secret-place" not in nginx + site.log()
