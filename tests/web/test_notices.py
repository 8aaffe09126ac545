"""The public notice as a page to print: codes and numbers, counted, recorded, and nobody's name."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from data.access import Role, Viewer
from data.engine import open_database, reading, transaction
from data.ledger import append_row
from data.models import AuditEntry, Cause, ExitBatch, ExitCase
from data.queries.exit_files import load_cases
from data.queries.instants import known_before, valid
from data.vault import open_identities
from web.routes import routes

DONGXING = "150303104238"
XINDI = "150302101203"
MISSING = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
OFFICE = Viewer("x", Role.OFFICE, ("",))
METHODS = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def writable(writable_file):
    db = open_database(f"sqlite:///{writable_file}")
    yield db
    db.engine.dispose()


def cases_of(db, village):
    with reading(db) as connection:
        return load_cases(connection, Viewer("x", Role.OFFICE, (village,)))


def audit_of(db):
    with reading(db) as connection:
        return connection.execute(
            select(AuditEntry.deed, AuditEntry.target, AuditEntry.result, AuditEntry.rows).order_by(
                AuditEntry.seq
            )
        ).all()


@pytest.mark.row(24)
def test_a_notice_says_which_households_and_when_and_leaves_one_row(visit, writable_file, writable):
    batch = cases_of(writable, DONGXING)[0].batch_id
    cases = [case for case in cases_of(writable, DONGXING[:9]) if case.batch_id == batch]
    answer = visit("town", database=writable_file).get(f"/notice/{batch}.html")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "script" not in answer.headers["content-security-policy"]
    body = answer.text
    assert "<script" not in body
    assert "@page { size: A4" in body
    assert "合成数据" in body
    assert "海南区 · 巴音陶亥镇" in body
    assert all(f"<td>{case.household}</td>" in body for case in cases)
    persons = sum(len(case.members) for case in cases)
    assert f"{len(cases)} 户 {persons} 人" in body
    last = max(case.state.notice_until for case in cases) - timedelta(days=1)
    assert f"至 {last.year}年{last.month}月{last.day}日" in body
    assert audit_of(writable) == [("export", f"{DONGXING[:9]}000", "done", len(cases))]


@pytest.mark.row(20)
def test_a_notice_holds_no_name_number_or_cause(visit, writable_file, writable):
    cases = cases_of(writable, DONGXING)
    body = visit("town", database=writable_file).get(f"/notice/{cases[0].batch_id}.html").text
    members = [member for case in cases for member in case.members]
    with reading(writable) as connection:
        held = open_identities(connection, members)
        causes = set(
            connection.execute(
                select(Cause.cause_code).where(
                    valid(Cause, cases[0].opened_on), Cause.recorded_at < known_before(None)
                )
            ).scalars()
        )
    assert held
    for identity in held.values():
        for name in ("name", "id_number", "phone", "address"):
            text = identity.texts[name]
            assert not text or text not in body
    assert causes
    assert not [code for code in causes if code in body]
    assert not re.search(r"\d{15}", body)


def test_the_notice_ends_at_the_readers_areas(visit, writable_file, writable):
    mixed = next(
        case.batch_id
        for case in cases_of(writable, "150303104")
        if case.batch_id not in {other.batch_id for other in cases_of(writable, DONGXING)}
    )
    foreign = cases_of(writable, XINDI)[0].batch_id
    site = visit("team", database=writable_file)
    answers = [site.get(f"/notice/{batch}.html") for batch in (mixed, foreign, MISSING)]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {
        answer.text.replace(batch, "CODE")
        for answer, batch in zip(answers, (mixed, foreign, MISSING), strict=True)
    }
    assert len(bodies) == 1
    assert {(row.deed, row.result) for row in audit_of(writable)} == {("refusal", "refused")}


def test_a_batch_without_a_notice_is_told_so(visit, writable_file, writable):
    with reading(writable) as connection:
        case = load_cases(connection, OFFICE)[0]
    facts = {"opened_on": case.opened_on, "recorded_by": "test"}
    with transaction(writable) as connection:
        batch = append_row(
            connection, ExitBatch, town_code=case.village[:9] + "000", name="x",
            district_code=case.village[:6] + "000000", **facts,
        )  # fmt: skip
        append_row(
            connection, ExitCase, batch_id=batch, household_code=case.household,
            members=list(case.members), window_quarters=4, line_fen=1, statement_ids=[], **facts,
        )  # fmt: skip
    answer = visit("clerk", database=writable_file).get(f"/notice/{batch}.html")
    assert (answer.status_code, answer.json()["code"]) == (409, "notice_not_up")


def test_notices_count_as_exports(visit, writable_file, writable, monkeypatch):
    batch = cases_of(writable, DONGXING)[0].batch_id
    monkeypatch.setenv("GUATU_EXPORTS_PER_DAY", "1")
    site = visit("town", database=writable_file)
    assert site.get(f"/notice/{batch}.html").status_code == 200
    assert site.get(f"/notice/{batch}.html").json()["code"] == "exports_used_up"


@pytest.mark.row(2)
def test_no_address_writes_an_exit(visit, writable_file, writable):
    """A route that writes would be a way past the order; there is none, by any method."""
    batch = cases_of(writable, DONGXING)[0].batch_id
    site = visit("clerk", database=writable_file)
    paths = ("/exits", f"/exits/{batch}", f"/exits/{batch}/sign", f"/notice/{batch}.html",
             "/exits/steps", "/api/exits")  # fmt: skip
    for path in paths:
        for method in METHODS:
            answer = site.request(method, path, json={"step": 7})
            assert answer.status_code in {404, 405}, (method, path)
    assert audit_of(writable) == []
    about = [route for route in routes() if "exit" in route.path or "notice" in route.path]
    assert [sorted(route.methods) for route in about] == [["GET", "HEAD"]]
