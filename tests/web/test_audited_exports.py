"""Exports over HTTP: one row each, the day's limit, nothing kept, and a refusal is one row too."""

import sqlite3

import pytest

from data.queries.audit_chain import verify_chain

MAP, AUDIT = "/export/map.html", "/export/audit.csv"


def rows_of(file, deed: str = "export") -> list[tuple]:
    connection = sqlite3.connect(file)
    rows = connection.execute(
        "SELECT actor, target, result, reason, rows FROM audit_entry WHERE deed = ? ORDER BY seq",
        (deed,),
    ).fetchall()
    connection.close()
    return rows


@pytest.mark.row(24)
@pytest.mark.parametrize(
    ("role", "query", "target", "rows"),
    [
        ("leader", {}, "150300000000", 19),
        ("leader", {"district": "150303"}, "150303", 9),
        ("office", {"district": "150304", "village": "150304101008"}, "150304101008", 2),
        ("town", {}, "150303104000", 8),
        ("team", {}, "150303104238", 1),
    ],
)
def test_a_saved_map_is_one_row(  # noqa: PLR0917 - fixtures and what the table holds
    visit, writable_file, writable_demo, role, query, target, rows
):
    site = visit(role, database=writable_file)
    asked = {"as_of": "2016-10-31", "measure": "industry", "mode": "shade"} | query
    assert site.get(MAP, params=asked).status_code == 200
    (row,) = rows_of(writable_file)
    reason = "map.html 2016/10/31 remaining industry shade"
    assert row[1:] == (target, "done", reason, rows)
    assert row[0].startswith("demo-")
    assert verify_chain(writable_demo).holds


@pytest.mark.row(20)
@pytest.mark.row(32)
@pytest.mark.parametrize(("path", "role"), [(MAP, "leader"), (AUDIT, "auditor")])
def test_the_days_exports_are_limited(visit, writable_file, monkeypatch, path, role):
    site = visit(role, database=writable_file)
    monkeypatch.setenv("GUATU_EXPORTS_PER_DAY", "2")
    from tests.conftest import forget_process_state  # noqa: PLC0415

    forget_process_state()
    assert [site.get(path).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert site.get(path).json()["code"] == "exports_used_up"
    assert len(rows_of(writable_file)) == 2
    # The limit is the account's: somebody else still may.
    if path == MAP:
        assert visit("office", database=writable_file).get(path).status_code == 200


@pytest.mark.row(24)
@pytest.mark.parametrize(
    ("path", "role"), [(MAP, "auditor"), (MAP, "helper"), (AUDIT, "admin"), (AUDIT, "leader")]
)
def test_a_refused_export_is_one_row_and_no_file(visit, writable_file, path, role):
    answer = visit(role, database=writable_file).get(path)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert rows_of(writable_file) == []
    assert len(rows_of(writable_file, "refusal")) == 1


@pytest.mark.row(12)
@pytest.mark.row(20)
def test_the_audit_leaves_as_a_sheet_that_nothing_keeps(visit, writable_file):
    site = visit("auditor", database=writable_file)
    answer = site.get(AUDIT, params={"deed": "export", "lang": "en", "since": "nonsense"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="guatu-audit.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert rows_of(writable_file) == [("demo-auditor", "audit", "done", "audit.csv export", 0)]
