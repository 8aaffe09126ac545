"""Health, roles and fonts."""

import gc

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data.door import DEMO_VIEWERS, ROLE_COOKIE
from data.settings import ROOT
from web.routes import lifespan, routes


def test_alive_says_nothing_of_the_database(visit, tmp_path):
    for database in (None, tmp_path / "none.db"):
        site = visit() if database is None else visit(database=database)
        answer = site.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_the_data_version(visit):
    answer = visit().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "data_version": 2}


@pytest.mark.parametrize(
    ("kind", "code"),
    [("missing", "database_missing"), ("empty", "database_missing"),
     ("garbage", "database_damaged")],
)  # fmt: skip
def test_not_ready_says_why_and_recovers_without_a_restart(visit, tmp_path, demo_file, kind, code):
    path = tmp_path / "late.db"
    if kind == "empty":
        path.touch()
    elif kind == "garbage":
        path.write_bytes(b"garbage" * 2000)
    site = visit(database=path)
    answer = site.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert str(tmp_path) not in answer.text
    path.write_bytes(demo_file.read_bytes())
    assert site.get("/readyz").status_code == 200


@pytest.mark.parametrize("role", DEMO_VIEWERS)
def test_a_role_of_the_list_is_taken_on_by_a_cookie(visit, role):
    answer = visit("").get(f"/demo/role/{role}?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=en")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(f"{ROLE_COOKIE}={role};")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("role", ["root", "leader%0d%0aset-cookie:x=1", "{{7*7}}"])
def test_another_role_is_refused(visit, role):
    answer = visit("").get(f"/demo/role/{role}")
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("lang", ["zh-CN", "fr", "//evil.example", "en%0d%0ax:y"])
def test_the_way_back_stays_here(visit, lang):
    answer = visit("").get(f"/demo/role/office?lang={lang}")
    assert answer.headers["location"] == "/?lang=zh-CN"


def test_there_is_no_list_of_roles_in_production(production, visit, tmp_path):
    answer = visit("", database=tmp_path / "none.db").get("/demo/role/office")
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_a_built_font_is_served_and_may_be_kept(visit):
    built = sorted((ROOT / "web" / "assets" / "fonts").glob("*.woff2"))
    assert built, "make setup builds the fonts"
    answer = visit().get(f"/assets/fonts/{built[0].name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "font/woff2"
    assert answer.content == built[0].read_bytes()
    assert "max-age" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "name", ["fonts.json", "sans-400-LICENSE.txt", "..%2f..%2froutes.py", "%2e%2e%2fgate.py",
             "none.woff2", "sans-400-core.woff2%00.txt"],
)  # fmt: skip
def test_nothing_else_is_in_reach_of_the_font_route(visit, name):
    assert visit().get(f"/assets/fonts/{name}").status_code == 404


def test_the_front_pages_name_leads_to_its_address_with_the_filter(visit):
    answer = visit().get("/leader?district=150303&lang=en")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/?district=150303&lang=en"
    assert visit().get("/leader").headers["location"] == "/"


def test_starting_without_a_database_goes_on_and_says_so(use_database, tmp_path, caplog):
    use_database(tmp_path / "none.db")
    app = Starlette(routes=routes(), lifespan=lifespan)
    with caplog.at_level("WARNING"), TestClient(app, base_url="http://127.0.0.1:8501") as site:
        assert site.get("/healthz").status_code == 200
    gc.unfreeze()
    assert "none.db" in caplog.text


def test_starting_prepares_the_first_picture(use_database, demo_file, caplog):
    use_database(demo_file)
    app = Starlette(routes=routes(), lifespan=lifespan)
    with caplog.at_level("WARNING"), TestClient(app, base_url="http://127.0.0.1:8501") as site:
        assert gc.get_freeze_count() > 0
        assert site.get("/layers/zh-CN/places.json").status_code == 200
    gc.unfreeze()
    assert caplog.text == ""
