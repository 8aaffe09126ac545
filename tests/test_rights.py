"""Every role and every action, inside the areas and outside, through every door there is.

What is expected stands in `tests.rights` alone. A new role, action, page, route or command makes
a test here fail until somebody has said who may use it.
"""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from data import cli
from data.access import Action, Role, Viewer, can, is_small, suppress
from data.accounts import end_sessions, start_preview
from data.actions.correct_person import Correction, correct_person
from data.actions.erase_person import Erasure, erase_person
from data.actions.export_audit import export_audit
from data.actions.export_households import export_households
from data.actions.export_map import DrawnMap, export_map
from data.actions.find_person import find_person
from data.door import DEMO_VIEWERS, ROLE_COOKIE
from data.engine import Database
from data.errors import Denied, NotFound
from data.full_views import list_full_views, open_full_view, review_full_view
from data.queries.audit import AuditFilter, list_entries
from data.queries.filters import Filter
from data.queries.people import get_household, list_households
from data.queries.villages import get_village
from data.sessions import open_session
from geo.classify import SUPPRESSED
from pages.registry import PAGES
from tests.pages.conftest import SHELL, Visitor
from tests.rights import MAY, PAGE_NEEDS, ROUTE_NEEDS, SAME_FOR_ALL, admits, may
from tests.unit.data.accounting import RIGHTS as ACCOUNT_RIGHTS
from tests.unit.data.accounting import Office, cheap_hashes, place
from tests.unit.data.tiny_world import BING, JIA, identity_row
from web.routes import exception_handlers, middleware, routes

__all__ = ["cheap_hashes", "place"]  # fixtures

DAY = date(2016, 12, 31)
DONGXING, XINDI, NOWHERE = "150303104238", "150302101203", "150303104999"
PLACELESS = {Role.AUDITOR, Role.ADMIN}
CITYWIDE = {Role.LEADER, Role.OFFICE, Role.PLANNER}


def viewer_of(role: Role) -> Viewer:
    """Give somebody of a role, whose areas are one district of the tiny world if it has areas."""
    if role is Role.HELPER:
        return Viewer("somebody", role, ("",), official="cadre-A")
    areas = () if role in PLACELESS else ("",) if role in CITYWIDE else ("990121",)
    return Viewer("somebody", role, areas)


@dataclass(frozen=True)
class Target:
    """Whom or what an action is tried on."""

    village: str
    household: str
    member: str
    id_number: str


INSIDE = Target(JIA, "A3", "A3-2", identity_row("A3-2")["id_number"])
OUTSIDE = Target(BING, "C2", "C2-2", identity_row("C2-2")["id_number"])
MISSING = Target("990121100299", "A9", "A9-9", "990000196601019999")

Probe = Callable[[Database, Viewer, Target], object]


def see_aggregates(db, viewer, target):
    return get_village(db, viewer, target.village, Filter())


def see_small_cells(_db, viewer, _target):
    shown = suppress(np.array([3.0]), np.array([3]), viewer)
    if shown[0] == SUPPRESSED:
        raise Denied(role="", action="")
    assert is_small(np.array([3])).all()
    return shown


def see_identity(db, viewer, target):
    return open_full_view(db, viewer, target.household, reason="visit")


def find(db, viewer, target):
    return find_person(db, viewer, target.id_number)


def correct(db, viewer, target):
    return correct_person(db, viewer, Correction(target.member, 1, {"phone": "10000009999"}))


def erase(db, viewer, target):
    return erase_person(db, viewer, Erasure(target.member, "subject_request", target.household))


def save_map(db, viewer, _target):
    return export_map(db, viewer, Filter(), lambda: DrawnMap("", (JIA,)))


def review(db, viewer, target):
    opener = Viewer("opener", Role.OFFICE, ("",))
    view = "0" * 26 if target is MISSING else see_identity(db, opener, target).id
    return review_full_view(db, viewer, view, verdict="justified")


def preview(db, viewer, _target):
    token = open_session(db, "kept", means="password", stage="open", address="10.0.0.1")
    return start_preview(db, viewer, token, ACCOUNT_RIGHTS[Role.LEADER])


# What carries an action out, and whether it is about a place.
PROBES: dict[Action, list[tuple[Probe, bool]]] = {
    Action.SEE_AGGREGATES: [],  # pages and layers, below: a village's sums hold for helpers too
    Action.SEE_SMALL_CELLS: [(see_small_cells, False)],
    Action.SEE_HOUSEHOLDS: [
        (lambda db, viewer, target: get_household(db, viewer, target.household), True),
    ],
    Action.SEE_IDENTITY: [(see_identity, True)],
    Action.FIND_PERSON: [(find, True)],
    Action.CORRECT_PERSON: [(correct, True)],
    Action.ERASE_PERSON: [(erase, True)],
    Action.EXPORT_MAP: [(save_map, False)],
    Action.EXPORT_HOUSEHOLDS: [
        (lambda db, viewer, target: export_households(
            db, viewer, target.village, as_of=DAY, lang="en"), True),
    ],
    Action.SEE_AUDIT: [
        (lambda db, viewer, _target: list_entries(db, viewer), False),
        (lambda db, viewer, _target: export_audit(db, viewer, AuditFilter(), lang="en"), False),
    ],
    Action.REVIEW_VIEWS: [
        (lambda db, viewer, _target: list_full_views(db, viewer), False),
        (review, True),
    ],
    Action.MANAGE_ACCOUNTS: [(lambda db, viewer, _target: end_sessions(db, viewer, "kept"), False)],
    Action.VIEW_AS: [(preview, False)],
    Action.KEEP_REGISTER: [],
    Action.KEEP_FILES: [],
    Action.KEEP_LOG: [],
    Action.SEE_EXITS: [],
    Action.RUN_EXITS: [],
    Action.SIGN_EXITS: [],
    Action.MONITOR: [],
    Action.OPEN_LOOK_BACK: [],
    Action.ASSIGN_GAPS: [],
    Action.SET_PARAMETERS: [],
    Action.CLOSE_YEAR: [],
    Action.RECONCILE: [],
}  # fmt: skip


def outcome(probe: Probe, db: Database, viewer: Viewer, target: Target) -> tuple[str, ...]:
    """Give what somebody is told, in both languages; the code they gave does not count."""
    try:
        probe(db, viewer, target)
    except (Denied, NotFound) as error:
        told = [error.sentence("zh-CN"), error.sentence("en")]
        for code in (target.village, target.household, target.member):
            told = [re.sub(r"\b[0-9A-HJKMNP-TV-Z]{26}\b", "ULID", text) for text in told]
            told = [text.replace(f"“{code}”", "“CODE”").replace(f"'{code}'", "'CODE'")
                    for text in told]  # fmt: skip
        return (error.code, str(error.status), *told)
    return ("ok",)


@pytest.mark.row(2)
def test_the_table_knows_every_role_action_and_probe():
    assert set(MAY) == set(Action) == set(PROBES)
    assert {role for roles in MAY.values() for role in roles} == set(Role)
    assert {viewer.role for viewer, _label in DEMO_VIEWERS.values()} == set(Role)


@pytest.mark.row(2)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_a_decision_is_the_tables(role, action):
    viewer = viewer_of(role)
    assert bool(can(viewer, action)) == may(role, action)
    assert bool(can(viewer, action, JIA)) == (may(role, action) and role not in PLACELESS)
    is_wide = role in CITYWIDE | {Role.HELPER}
    assert bool(can(viewer, action, BING)) == (may(role, action) and is_wide)
    assert not can(replace(viewer, is_preview=True), action) or action is Action.SEE_AGGREGATES


@pytest.mark.row(2)
@pytest.mark.row(3)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_what_carries_an_action_out_obeys_the_table(place: Office, role, action):
    place.add("kept")
    viewer = viewer_of(role)
    for probe, is_local in PROBES[action]:
        inside = outcome(probe, place.db, viewer, INSIDE)
        missing = outcome(probe, place.db, viewer, MISSING) if is_local else inside
        outside = outcome(probe, place.db, viewer, OUTSIDE) if is_local else inside
        if not may(role, action):
            # Not even whether it exists.
            assert inside[0] == "denied"
            assert outside == missing == inside
            continue
        assert inside == ("ok",)
        if is_local:
            assert missing[1] == "404"
            reaches_all = role in CITYWIDE or (role is Role.AUDITOR)
            assert outside == (("ok",) if reaches_all else missing)


# ── Pages ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def open_page(use_database, demo_file, writable_file, monkeypatch):
    """Open a page by its address as one of the demonstration's roles."""
    use_database(writable_file)
    st.cache_data.clear()

    def come(page: str, key: str, **query: str) -> Visitor:
        visitor = Visitor(AppTest.from_file(SHELL, default_timeout=60), key, monkeypatch)
        if page != "leader":
            visitor.test.switch_page(f"{page}.py")
        for name, value in query.items():
            visitor.test.query_params[name] = value
        return visitor.run()

    return come


@pytest.mark.row(2)
def test_the_table_knows_every_page_and_route():
    assert {page.name: page.needs for page in PAGES} == PAGE_NEEDS
    assert {route.path for route in routes()} == set(ROUTE_NEEDS) | SAME_FOR_ALL
    assert not set(ROUTE_NEEDS) & SAME_FOR_ALL


@pytest.mark.row(2)
@pytest.mark.parametrize("key", DEMO_VIEWERS)
def test_pages_open_for_whom_the_table_says(open_page, key):
    for page in PAGE_NEEDS:
        visitor = open_page(page, key, village=DONGXING, household="H0000000000X")
        assert not visitor.test.exception
        if admits(key, page):
            assert not visitor.errors(), (page, visitor.errors())
        elif page == "leader":  # the front page leads on to what is the visitor's own
            assert not visitor.has_map()
        else:
            (told,) = visitor.errors()
            assert "无权" in told
            assert not visitor.test.dataframe
            assert not visitor.test.selectbox


@pytest.mark.row(3)
@pytest.mark.parametrize("key", ["district-150302", "district-150303", "town", "team"])
@pytest.mark.parametrize("page", ["village", "households"])
def test_another_areas_village_is_like_a_missing_one(open_page, page, key):
    areas = DEMO_VIEWERS[key][0].areas
    foreign = XINDI if not XINDI.startswith(areas) else DONGXING
    shown = {}
    for code in (foreign, NOWHERE):
        visitor = open_page(page, key, village=code)
        assert "没有找到" in visitor.html()
        shown[code] = visitor.texts().replace(code, "CODE")
    assert len(set(shown.values())) == 1


# ── HTTP ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def site(use_database, writable_file, monkeypatch):
    monkeypatch.setenv("GUATU_EXPORTS_PER_DAY", "1000")
    use_database(writable_file)

    def as_role(key: str) -> TestClient:
        app = Starlette(
            routes=routes(), middleware=middleware(), exception_handlers=exception_handlers()
        )
        return TestClient(
            app, base_url="http://127.0.0.1:8501", cookies={ROLE_COOKIE: key},
            follow_redirects=False, raise_server_exceptions=False,
        )  # fmt: skip

    return as_role


def address(path: str) -> str:
    return path.replace("{lang}", "zh-CN").replace("{measure}", "all")


@pytest.mark.row(2)
@pytest.mark.parametrize("key", DEMO_VIEWERS)
def test_routes_answer_whom_the_table_says(site, key):
    viewer = DEMO_VIEWERS[key][0]
    client = site(key)
    inside = next((c for c in (DONGXING, XINDI, "150304101008") if c.startswith(viewer.areas)), "")
    for path, action in ROUTE_NEEDS.items():
        answer = client.get(address(path), params={"village": inside or DONGXING})
        if may(viewer.role, action):
            assert answer.status_code == 200, (path, answer.text)
        else:
            assert answer.status_code == 403, path
            assert answer.json()["code"] == "denied"


@pytest.mark.row(3)
@pytest.mark.parametrize("key", DEMO_VIEWERS)
def test_over_http_another_areas_id_is_byte_for_byte_a_missing_one(site, key):
    viewer = DEMO_VIEWERS[key][0]
    client = site(key)
    foreign = next((c for c in (XINDI, DONGXING) if not c.startswith(viewer.areas or ("-",))), "")
    if not foreign or viewer.role is Role.HELPER:
        foreign = "150399999998"  # the whole city is theirs: nothing is outside but what is missing
    answers = [
        client.get("/export/households.csv", params={"village": code})
        for code in (foreign, NOWHERE)
    ]
    bodies = {
        answer.content.replace(code.encode(), b"CODE")
        for answer, code in zip(answers, (foreign, NOWHERE), strict=True)
    }
    wanted = 404 if may(viewer.role, Action.EXPORT_HOUSEHOLDS) else 403
    assert {answer.status_code for answer in answers} == {wanted}
    assert len(bodies) == 1
    heads = [{k: v for k, v in a.headers.items() if k != "content-length"} for a in answers]
    assert heads[0] == heads[1]


@pytest.mark.row(2)
@pytest.mark.parametrize("key", DEMO_VIEWERS)
def test_what_a_route_sends_ends_at_the_areas(site, key):
    viewer = DEMO_VIEWERS[key][0]
    if not may(viewer.role, Action.SEE_AGGREGATES):
        assert not [a for a in ROUTE_NEEDS.values() if a is Action.SEE_AGGREGATES
                    and may(viewer.role, a)]  # fmt: skip
        return
    body = json.load(io.BytesIO(site(key).get("/layers/zh-CN/places.json").content))
    codes = body["units"]["code"]
    assert codes
    assert all(code.startswith(viewer.areas) for code in codes)
    saved = site(key).get("/export/map.html").text
    for code, name in ((DONGXING, "东兴村"), (XINDI, "新地村")):
        assert (name in saved) == code.startswith(viewer.areas)


# ── The command line: whoever holds the machine ─────────────────────────────────────────────────

COMMANDS = {
    "init", "summary", "check", "docs",
    "user add", "user set", "user disable", "user enable", "user reset", "user list",
    "audit verify", "audit prune",
    "person show", "person find", "person correct", "person erase", "person sweep",
    "keys new", "keys check", "keys rotate",
}  # fmt: skip
"""All are the operator's. None of them writes households or an audit into a file."""


@pytest.mark.row(2)
def test_the_list_of_commands_is_this():
    def names(app, before=""):
        for command in app.registered_commands:
            name = command.name or command.callback.__name__.replace("_", "-")
            yield f"{before}{name}"
        for group in app.registered_groups:
            yield from names(group.typer_instance, f"{group.name} ")

    assert set(names(cli.app)) == COMMANDS


def test_village_lists_are_the_viewers_own(tiny_db):
    listed = list_households(tiny_db, viewer_of(Role.HELPER), JIA, as_of=DAY)
    assert set(listed["household"]) <= {"A1", "A2", "A3", "A4", "A5", "A6"}
    with pytest.raises(NotFound):
        list_households(tiny_db, viewer_of(Role.TEAM), BING, as_of=DAY)
