"""Each deed is exactly one row of the audit, done or refused, and holds nothing personal."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from data.access import OPERATOR, Role, Viewer
from data.accounts import (
    add_account,
    change_rights,
    disable_account,
    enable_account,
    end_preview,
    end_sessions,
    link_oidc,
    reset_account,
    start_preview,
)
from data.actions.close_year import close_year
from data.actions.correct_person import Correction, correct_person
from data.actions.erase_person import Erasure, erase_person
from data.actions.export_audit import export_audit
from data.actions.export_households import export_households
from data.actions.export_map import DrawnMap, export_map
from data.actions.find_person import find_person
from data.actions.prune_audit import prune_audit
from data.actions.rotate_keys import rotate_keys
from data.audit import Deed, record
from data.door import note_refusal
from data.engine import reading, transaction
from data.errors import AccessError, NotFound, WrongCredentials
from data.full_views import list_full_views, open_full_view, review_full_view
from data.models import AuditEntry
from data.queries.audit import AuditFilter, list_entries
from data.queries.audit_chain import verify_chain
from data.queries.filters import Filter
from data.queries.people import get_household
from data.rules.exits import Step
from data.settings import load_settings
from data.sign_ins import note_sign_in, note_sign_out
from tests.unit.data.accounting import HERE, RIGHTS, Office, cheap_hashes, place
from tests.unit.data.entering import Clerk
from tests.unit.data.exiting import Procedure, prepare_exits
from tests.unit.data.planted import PLANTED
from tests.unit.data.test_audit_chain import days_ago
from tests.unit.data.tiny_world import BING, JIA, identity_row

__all__ = ["cheap_hashes", "place"]  # fixtures
OFFICE = Viewer("office-1", Role.OFFICE, ("",), address="10.0.0.2")
OTHER = Viewer("office-2", Role.OFFICE, ("",), address="10.0.0.3")
NORTH = Viewer("north-1", Role.DISTRICT, ("990121",))
ADMIN = Viewer("admin-1", Role.ADMIN, ())
AUDITOR = Viewer("auditor-1", Role.AUDITOR, ())
PLANNER = Viewer("planner-1", Role.PLANNER, ("",))
KNOWN = identity_row("A3-2")["id_number"]
DAY = date(2016, 12, 31)


def enter_and_undo(place):
    clerk = Clerk(place.db)
    clerk.undo("A4", clerk.correct("A4", "A4-1").act_id)


def sign(place):
    prepare_exits(place.db)
    procedure = Procedure(place.db)
    procedure.open("A4")
    procedure.steps(Step.SELECTED, Step.NOTICED).wait_for_notice()
    procedure.sign("village-JIA")


def look(place, viewer=OFFICE, household="A3"):
    return open_full_view(place.db, viewer, household, reason="visit")


def review(place):
    return review_full_view(place.db, OTHER, look(place).id, verdict="unclear", remark="再问")


def preview(place):
    place.add("boss", Role.ADMIN)
    token = place.open("boss")
    start_preview(place.db, ADMIN, token, RIGHTS[Role.LEADER])
    return token


def rotate(place):
    with transaction(place.db) as connection:
        connection.exec_driver_sql("UPDATE sealed_key SET key_id = 'former'")
    rotate_keys(place.db, OPERATOR)


def prune(place):
    with transaction(place.db) as connection:
        record(connection, OPERATOR, Deed.SIGN_IN, at=days_ago(2_000))
        record(connection, OPERATOR, Deed.SIGN_IN)
    prune_audit(place.db, OPERATOR)


Deeds = dict[str, tuple[Deed, Callable[[Office], object], int, int]]
# What is done; the rows that it leaves, and those of what had to be there first.
DONE: Deeds = {
    "sign in": (Deed.SIGN_IN, lambda p: [
        p.add("new"), note_sign_in(p.db, "new", address=HERE, means="password")], 1, 1),
    "sign out": (Deed.SIGN_OUT, lambda p: note_sign_out(p.db, OFFICE), 1, 0),
    "full view": (Deed.FULL_VIEW, look, 1, 0),
    "search": (Deed.SEARCH, lambda p: find_person(p.db, OFFICE, KNOWN), 1, 0),
    "export households": (Deed.EXPORT, lambda p: export_households(
        p.db, OFFICE, JIA, as_of=DAY, lang="en"), 1, 0),
    "export map": (Deed.EXPORT, lambda p: export_map(
        p.db, OFFICE, Filter(), lambda: DrawnMap("", (JIA, BING))), 1, 0),
    "export audit": (Deed.EXPORT, lambda p: export_audit(
        p.db, AUDITOR, AuditFilter(), lang="en"), 1, 0),
    "edit": (Deed.EDIT, lambda p: correct_person(
        p.db, OFFICE, Correction("A3-2", 1, {"phone": "10000009999"})), 1, 0),
    "erasure": (Deed.ERASURE, lambda p: erase_person(
        p.db, OFFICE, Erasure("A3-2", "subject_request", "A3")), 1, 0),
    "review": (Deed.REVIEW, review, 1, 1),
    "new account": (Deed.RIGHT_CHANGE, lambda p: add_account(
        p.db, ADMIN, "new", RIGHTS[Role.TOWN]), 1, 0),
    "other rights": (Deed.RIGHT_CHANGE, lambda p: [
        p.add("new"), change_rights(p.db, ADMIN, "new", RIGHTS[Role.TOWN])], 2, 0),
    "disable": (Deed.RIGHT_CHANGE, lambda p: [
        p.add("new"), disable_account(p.db, ADMIN, "new")], 2, 0),
    "enable": (Deed.RIGHT_CHANGE, lambda p: [
        p.add("new"), enable_account(p.db, ADMIN, "new")], 2, 0),
    "reset": (Deed.RIGHT_CHANGE, lambda p: [p.add("new"), reset_account(p.db, ADMIN, "new")], 2, 0),
    "link": (Deed.RIGHT_CHANGE, lambda p: [
        p.add("new"), link_oidc(p.db, ADMIN, "new", "subject")], 2, 0),
    "end sessions": (Deed.RIGHT_CHANGE, lambda p: [
        p.add("new"), end_sessions(p.db, ADMIN, "new")], 2, 0),
    "view as": (Deed.VIEW_AS, preview, 1, 1),
    "end of it": (Deed.VIEW_AS, lambda p: end_preview(p.db, ADMIN, preview(p)), 2, 1),
    "keys": (Deed.KEY_ROTATION, rotate, 1, 0),
    "retention": (Deed.RETENTION, prune, 1, 1),
    "entry": (Deed.ENTRY, lambda p: Clerk(p.db).correct("A4", "A4-1"), 1, 0),
    "void": (Deed.VOID, enter_and_undo, 1, 1),
    # Before it: the line's document, the opening, six steps.
    "signature": (Deed.SIGNATURE, sign, 1, 8),
    "close": (Deed.CLOSE, lambda p: close_year(p.db, OFFICE, 2016), 1, 0),
}  # fmt: skip
REFUSED: dict[str, tuple[Deed, str, Callable[[Office], object]]] = {
    "wrong password": (Deed.SIGN_IN, "failed", lambda p: p.check("nobody", "guessed")),
    "full view": (Deed.REFUSAL, "refused", lambda p: look(p, PLANNER)),
    "full view elsewhere": (Deed.REFUSAL, "refused", lambda p: look(p, NORTH, "C1")),
    "search": (Deed.REFUSAL, "refused", lambda p: find_person(p.db, PLANNER, KNOWN)),
    "export": (Deed.REFUSAL, "refused", lambda p: export_households(
        p.db, NORTH, BING, as_of=DAY, lang="en")),
    "map": (Deed.REFUSAL, "refused", lambda p: export_map(
        p.db, AUDITOR, Filter(), lambda: DrawnMap("", ()))),
    "edit": (Deed.REFUSAL, "refused", lambda p: correct_person(
        p.db, PLANNER, Correction("A3-2", 1, {"phone": "10000009999"}))),
    "erasure": (Deed.REFUSAL, "refused", lambda p: erase_person(
        p.db, NORTH, Erasure("A3-2", "subject_request", "A3"))),
    "audit": (Deed.REFUSAL, "refused", lambda p: list_entries(p.db, PLANNER)),
    "reviews": (Deed.REFUSAL, "refused", lambda p: list_full_views(p.db, PLANNER)),
    "accounts": (Deed.REFUSAL, "refused", lambda p: add_account(
        p.db, OFFICE, "new", RIGHTS[Role.TOWN])),
    "view as": (Deed.REFUSAL, "refused", lambda p: start_preview(
        p.db, OFFICE, "token", RIGHTS[Role.LEADER])),
}  # fmt: skip
WITHOUT_A_USE_CASE = {Deed.IMPORT}


def rows_of(db):
    with reading(db) as connection:
        return connection.execute(select(AuditEntry).order_by(AuditEntry.seq)).all()


@pytest.mark.row(24)
def test_every_deed_is_in_the_table():
    known = {deed for deed, *_ in DONE.values()} | {deed for deed, *_ in REFUSED.values()}
    assert known | WITHOUT_A_USE_CASE == set(Deed)
    assert not known & WITHOUT_A_USE_CASE


@pytest.mark.row(24)
@pytest.mark.parametrize("name", DONE)
def test_a_deed_is_one_row(place: Office, name: str):
    deed, do, own, before = DONE[name]
    do(place)
    rows = rows_of(place.db)
    assert [row.result for row in rows] == ["done"] * len(rows)
    assert len([row for row in rows if row.deed == deed]) == own
    assert len(rows) == own + before
    assert rows[-1].deed == deed
    assert verify_chain(place.db).holds
    assert_impersonal(rows)


@pytest.mark.row(24)
@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_one_row(place: Office, name: str):
    deed, result, do = REFUSED[name]
    with pytest.raises((AccessError, NotFound, WrongCredentials)):
        do(place)
    (row,) = rows_of(place.db)
    assert (row.deed, row.result) == (deed, result)
    assert_impersonal([row])


def assert_impersonal(rows) -> None:
    text = "\n".join(str(tuple(row)) for row in rows)
    assert not [value for value in (*PLANTED, KNOWN, "10000009999", "guessed") if value in text]


@pytest.mark.row(24)
def test_looking_is_no_deed(place: Office):
    """Masked rows, filters and pages are seen all day; what is recorded is what is more."""
    get_household(place.db, OFFICE, "A3")
    list_entries(place.db, AUDITOR, AuditFilter(actor="x"))
    list_full_views(place.db, AUDITOR)
    assert rows_of(place.db) == []


@pytest.mark.row(24)
def test_a_refused_page_is_one_row_a_minute(place: Office, monkeypatch, tiny_file):
    monkeypatch.setenv("GUATU_DATABASE_URL", f"sqlite:///{tiny_file}")
    load_settings.cache_clear()
    for _ in range(5):
        note_refusal(PLANNER, "accounts")
    (row,) = rows_of(place.db)
    assert (row.deed, row.target, row.result) == ("refusal", "accounts", "refused")
