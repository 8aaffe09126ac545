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
from data.actions.close_alert import Closing, close_alert, reopen_alert
from data.actions.close_year import close_year
from data.actions.correct_person import Correction, correct_person
from data.actions.erase_person import Erasure, erase_person
from data.actions.export_audit import export_audit
from data.actions.export_households import export_households
from data.actions.export_map import DrawnMap, export_map
from data.actions.export_notice import export_notice
from data.actions.find_person import find_person
from data.actions.open_exits import Opening as ExitOpening
from data.actions.open_exits import open_exits
from data.actions.open_lookback import Opening, open_lookback
from data.actions.record_lookback import Finding, record_lookback, withdraw_lookback
from data.actions.run_monitoring import run_monitoring
from data.actions.set_parameter import set_parameter
from data.actions.settle_claim import Verdict, reopen_claim, settle_claim
from data.actions.sign_exits import Signing, sign_exits
from data.actions.take_exit_step import StepTaken, take_exit_step
from data.actions.void_exit_entry import Voiding, void_exit_entry
from data.door import DEMO_VIEWERS, ROLE_COOKIE
from data.engine import Database, reading, transaction
from data.errors import Denied, NotFound
from data.full_views import list_full_views, open_full_view, review_full_view
from data.ledger import append_row, new_id
from data.models import Alert, Claim
from data.queries.alerts import list_alerts, list_evidence
from data.queries.audit import AuditFilter, list_entries
from data.queries.closes import compare_times, list_closes
from data.queries.entitlements import list_entitlements
from data.queries.exit_batches import list_batches
from data.queries.exit_candidates import list_candidates
from data.queries.exit_files import base_of, load_cases
from data.queries.filters import Filter
from data.queries.gaps import count_gaps, list_gaps
from data.queries.household_file import get_household_file
from data.queries.lookbacks import list_items, list_lookbacks
from data.queries.parameters import get_criterion
from data.queries.people import get_household, list_households
from data.queries.reconciling import reconcile
from data.queries.signatures import list_to_sign
from data.queries.statuses import get_register_file
from data.queries.timeline import list_timeline
from data.queries.villages import get_village
from data.rules.exits import Step
from data.sessions import open_session
from geo.classify import SUPPRESSED
from pages.registry import PAGES
from tests.pages.conftest import SHELL, Visitor
from tests.rights import MAY, PAGE_NEEDS, ROUTE_NEEDS, SAME_FOR_ALL, admits, may
from tests.unit.data import assigning, exiting, filed
from tests.unit.data.accounting import RIGHTS as ACCOUNT_RIGHTS
from tests.unit.data.accounting import Office, cheap_hashes, place
from tests.unit.data.entering import Clerk
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


def plant_alert(db, target):
    if target is MISSING:
        return "0" * 26
    with transaction(db) as connection:
        evidence = new_id()
        return append_row(
            connection, Alert, rule="M-JOB", household_code=target.household, evidence=[evidence],
            evidence_hash=evidence, opened_on=DAY, due_on=DAY, recorded_by="test",
        )  # fmt: skip


def show_evidence(db, viewer, target):
    return list_evidence(db, viewer, plant_alert(db, target))


def settle_alert(db, viewer, target):
    return close_alert(db, viewer, Closing(plant_alert(db, target), "helped", "已落实", DAY))


def reopen(db, viewer, target):
    opener = Viewer("opener", Role.OFFICE, ("",))
    closing = "0" * 26 if target is MISSING else settle_alert(db, opener, target)
    return reopen_alert(db, viewer, closing, "有误")


def open_campaign(db, viewer, target):
    name = re.sub(r"\d", "", new_id())  # its own each time, and nothing like a number
    return open_lookback(db, viewer, Opening(name, target.village, "领导小组", DAY, DAY))


def look_back(db, viewer, target):
    opener = Viewer("opener", Role.OFFICE, ("",))
    place = INSIDE if target is MISSING else target
    campaign = open_campaign(db, opener, place).campaign_id
    finding = Finding(campaign, {target.household: ""}, "verified", "已核对", DAY)
    record_lookback(db, viewer, finding)
    return list_items(db, viewer, campaign)


def withdraw(db, viewer, target):
    opener = Viewer("opener", Role.OFFICE, ("",))
    outcome = "0" * 26
    if target is not MISSING:
        items = look_back(db, opener, target).set_index("household")
        outcome = str(items.loc[target.household, "outcome_id"])
    return withdraw_lookback(db, viewer, outcome, "有误")


def plant_claim(db):
    with transaction(db) as connection:
        return append_row(
            connection, Claim, position=1, metric="persons", value=1, unit="person", as_of=DAY,
            as_of_text="", scope_code="990000000000", definition_zh="", definition_en="",
            computed_by="remaining_persons", source_id="synthetic",
        )  # fmt: skip


def settle_figure(db, viewer, _target):
    claim = plant_claim(db)
    settle_claim(db, viewer, Verdict(claim, note="已核对"))
    return claim


def reopen_figure(db, viewer, target):
    opener = Viewer("opener", Role.OFFICE, ("",))
    verdict = Verdict(settle_figure(db, opener, target), note="有误")
    seen = reconcile(db, opener, "990000000000", DAY)
    (base,) = [claim.base for claim in seen.claims if claim.id == verdict.claim_id]
    return reopen_claim(db, viewer, replace(verdict, base=base))


def open_exit(db, viewer, target):
    if target is not MISSING:
        exiting.make_ready(db, target.household)
    town = target.village[:9].ljust(12, "0")
    return open_exits(db, viewer, ExitOpening(town, (target.household,), exiting.OPENED))


def plant_exit(db, target, *, through=0, may=True):
    """Bring a case to some step; a household that is missing has none, and others need none."""
    if target is MISSING or not may:
        return None
    procedure = exiting.plant_case(db, target.household)
    return procedure.steps(1, through) if through else procedure


def take_step(db, viewer, target):
    procedure = plant_exit(db, target)
    if procedure is None:
        taken = StepTaken("0" * 26, ("0" * 26,), Step.SELECTED, DAY, "村委会", "")
    else:
        (case,) = procedure.cases()
        base = base_of([case])
        taken = StepTaken(procedure.batch, (case.id,), Step.SELECTED, procedure.day, "村委会", base)
    return take_exit_step(db, viewer, taken)


def void_step(db, viewer, target):
    procedure = plant_exit(db, target, through=1)
    if procedure is None:
        voiding = Voiding("0" * 26, "0" * 26, Step.SELECTED, "wrong_day", "")
    else:
        (case,) = procedure.cases()
        base = base_of([case])
        voiding = Voiding(procedure.batch, case.id, Step.SELECTED, "wrong_day", base)
    return void_exit_entry(db, viewer, voiding)


def sign(db, viewer, target):
    procedure = plant_exit(db, target, through=6, may=can(viewer, Action.SIGN_EXITS))
    if procedure is None:
        return sign_exits(db, viewer, Signing("0" * 26, ""))
    code = {JIA: "village-JIA", BING: "village-BING"}[target.village]
    digest = procedure.wait_for_notice().digest(code)
    return sign_exits(db, replace(viewer, official=code), Signing(procedure.batch, digest))


def print_notice(db, viewer, target):
    may = can(viewer, Action.EXPORT_HOUSEHOLDS)
    procedure = plant_exit(db, target, through=6, may=may)
    return export_notice(db, viewer, "0" * 26 if procedure is None else procedure.batch)


# What carries an action out, and whether it is about a place.
PROBES: dict[Action, list[tuple[Probe, bool]]] = {
    Action.SEE_AGGREGATES: [],  # pages and layers, below: a village's sums hold for helpers too
    Action.SEE_SMALL_CELLS: [
        (see_small_cells, False),
        (lambda db, viewer, _target: list_closes(db, viewer), False),
        (lambda db, viewer, _target: compare_times(db, viewer, None, DAY), False),
        (lambda db, viewer, _target: count_gaps(db, viewer, as_of=DAY), False),
    ],
    Action.SEE_HOUSEHOLDS: [
        (lambda db, viewer, _target: list_gaps(db, viewer, as_of=DAY), False),
        (lambda db, viewer, target: list_entitlements(
            db, viewer, target.household, as_of=DAY), True),
        (lambda db, viewer, target: get_household(db, viewer, target.household), True),
        (lambda db, viewer, target: get_register_file(
            db, viewer, target.household, as_of=DAY), True),
        (lambda db, viewer, target: list_timeline(db, viewer, target.household), True),
        (lambda db, viewer, target: get_household_file(
            db, viewer, target.household, as_of=DAY), True),
    ],
    Action.SEE_IDENTITY: [(see_identity, True)],
    Action.FIND_PERSON: [(find, True)],
    Action.CORRECT_PERSON: [(correct, True)],
    Action.ERASE_PERSON: [(erase, True)],
    Action.EXPORT_MAP: [(save_map, False)],
    Action.EXPORT_HOUSEHOLDS: [
        (lambda db, viewer, target: export_households(
            db, viewer, target.village, as_of=DAY, lang="en"), True),
        (print_notice, True),
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
    Action.KEEP_REGISTER: [
        (lambda db, viewer, target: Clerk(db, viewer).correct(target.household, target.member),
         True),
        (lambda db, viewer, target: Clerk(db, viewer).identify(target.village, DAY, DAY), True),
        (lambda db, viewer, target: Clerk(db, viewer).join(target.household, DAY), True),
        (lambda db, viewer, target: Clerk(db, viewer).split(
            target.household, DAY, target.member), True),
        (lambda db, viewer, target: Clerk(db, viewer).merge_away(target.household), True),
        (lambda db, viewer, target: Clerk(db, viewer).undo_last(
            target.household, target.member), True),
    ],
    Action.KEEP_FILES: [
        (lambda db, viewer, target: assigning.pay(db, viewer, target.household), True),
        (lambda db, viewer, target: assigning.unpay(
            db, viewer, target.household, is_there=target is not MISSING), True),
        (lambda db, viewer, target: assigning.bill(db, viewer, target.household), True),
        (lambda db, viewer, target: assigning.unbill(
            db, viewer, target.household, is_there=target is not MISSING), True),
        (lambda db, viewer, target: filed.survey(db, viewer, target.household), True),
        (lambda db, viewer, target: filed.plan_surveyed(db, viewer, target.household), True),
        (lambda db, viewer, target: filed.income(db, viewer, target.household), True),
        (lambda db, viewer, target: filed.measure(db, viewer, target.household, "health"), True),
        (lambda db, viewer, target: filed.end_measure(db, viewer, target.household), True),
        (lambda db, viewer, target: filed.pair_in_office(db, viewer, target.household), True),
        (lambda db, viewer, target: filed.part(db, viewer, target.household), True),
        (lambda db, viewer, target: filed.undo(db, viewer, target.household, "survey"), True),
        (lambda db, viewer, target: filed.undo(db, viewer, target.household, "income"), True),
        (lambda db, viewer, target: filed.undo(db, viewer, target.household, "plan"), True),
    ],
    Action.KEEP_LOG: [
        (lambda db, viewer, target: filed.log(db, viewer, target.household), True),
        (lambda db, viewer, target: filed.visit(db, viewer, target.household), True),
        (lambda db, viewer, target: filed.undo(
            db, viewer, target.household, "log"), True),
    ],
    Action.SEE_EXITS: [  # whose a case is: tests.unit.data.test_exits
        (lambda db, viewer, _target: list_batches(db, viewer, DAY), False),
        (lambda db, viewer, _target: get_criterion(db, viewer, DAY), False),
    ],
    Action.RUN_EXITS: [
        (lambda db, viewer, _target: list_candidates(db, viewer, exiting.TOWN, DAY), False),
        (open_exit, True), (take_step, True), (void_step, True),
    ],
    Action.SIGN_EXITS: [
        (lambda db, viewer, _target: list_to_sign(db, viewer, DAY), False), (sign, True),
    ],
    Action.MONITOR: [
        (lambda db, viewer, _target: run_monitoring(db, viewer, on=DAY), False),
        (lambda db, viewer, _target: list_alerts(db, viewer, state="open", on=DAY), False),
        (lambda db, viewer, _target: list_lookbacks(db, viewer), False),
        (show_evidence, True),
        (settle_alert, True),
        (reopen, True),
        (look_back, True),
        (withdraw, True),
    ],
    Action.OPEN_LOOK_BACK: [(open_campaign, True)],
    Action.ASSIGN_GAPS: [
        (lambda db, viewer, target: assigning.assign(db, viewer, target.household), True),
        (lambda db, viewer, target: assigning.withdraw(
            db, viewer, target.household, is_there=target is not MISSING), True),
    ],
    Action.SET_PARAMETERS: [
        (lambda db, viewer, _target: set_parameter(db, viewer, exiting.LINE), False),
    ],
    Action.CLOSE_YEAR: [(lambda db, viewer, _target: close_year(db, viewer, 2016), False)],
    Action.RECONCILE: [(settle_figure, False), (reopen_figure, False)],
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


def find_exit(db: Database, village: str) -> str:
    """Name a batch of exits that a village has a part in."""
    with reading(db) as connection:
        cases = load_cases(connection, Viewer("x", Role.OFFICE, (village,)))
    return cases[0].batch_id


def address(path: str) -> str:
    return path.replace("{lang}", "zh-CN").replace("{measure}", "all")


@pytest.mark.row(2)
@pytest.mark.parametrize("key", DEMO_VIEWERS)
def test_routes_answer_whom_the_table_says(site, demo_db, key):
    viewer = DEMO_VIEWERS[key][0]
    client = site(key)
    inside = next((c for c in (DONGXING, XINDI, "150304101008") if c.startswith(viewer.areas)), "")
    batch = find_exit(demo_db, inside or DONGXING)
    for path, action in ROUTE_NEEDS.items():
        there = address(path).replace("{batch}", batch)
        answer = client.get(there, params={"village": inside or DONGXING})
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
    "init", "summary", "check", "docs", "monitor",
    "user add", "user set", "user disable", "user enable", "user reset", "user list",
    "audit verify", "audit prune",
    "person show", "person find", "person correct", "person erase", "person sweep",
    "keys new", "keys check", "keys rotate",
    "exits list", "exits open", "exits step", "exits sign",
}  # fmt: skip
"""All are the operator's, but those that write exits: they ask for an account and its password.

None of them writes households or an audit into a file.
"""


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
