"""The household list as a file: right, count, mark and audit, and nothing that calculates."""

import csv
import io
import re

import pytest
from sqlalchemy import select, text

from data.access import MASK
from data.engine import open_database, reading, transaction
from data.exports.sheet import write_sheet
from data.models import AuditEntry, IdentityVault
from data.vault import open_identities

HERE = "/export/households.csv"
DONGXING, XINDI = "150303104238", "150302101203"
EXPORTS = {"office", "district-150303", "town", "team", "clerk"}


def rows_of(answer):
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def writable(writable_file):
    db = open_database(f"sqlite:///{writable_file}")
    yield db
    db.engine.dispose()


def audit_of(db):
    with reading(db) as connection:
        rows = connection.execute(
            select(AuditEntry.actor, AuditEntry.deed, AuditEntry.target, AuditEntry.result,
                   AuditEntry.rows).order_by(AuditEntry.seq)
        ).all()  # fmt: skip
    return [tuple(row) for row in rows]


@pytest.mark.row(20)
@pytest.mark.row(24)
def test_the_file_says_what_it_is_and_leaves_one_row(visit, writable_file, writable):
    answer = visit("town", database=writable_file).get(f"{HERE}?village={DONGXING}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="guatu-households-{DONGXING}-2016-12-31.csv"'
    )
    rows = rows_of(answer)
    blank = rows.index([])
    about = {row[0]: row[1:] for row in rows[:blank]}
    assert "合成数据" in about
    assert about["户名单"] == ["东兴村", DONGXING]
    assert about["截至"] == ["2016年12月31日"]
    assert about["来源"]
    assert about["导出"][0] == "demo-town"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", about["导出"][1])
    listed = rows[blank + 2 :]
    assert about["行数"] == [str(len(listed))]
    assert len(listed) > 20
    assert {row[3] for row in listed} == {MASK}
    assert all(re.fullmatch(r"H[0-9A-Z]{12}", row[0]) for row in listed)
    assert all(row[1].isdigit() for row in listed)
    assert audit_of(writable) == [("demo-town", "export", DONGXING, "done", len(listed))]


@pytest.mark.row(21)
def test_no_identity_is_in_the_file(visit, writable_file, writable):
    body = visit("office", database=writable_file).get(f"{HERE}?village={DONGXING}").text
    with reading(writable) as connection:
        members = connection.execute(select(IdentityVault.member_id)).scalars().all()
        opened = open_identities(connection, members[:300])
    planted = [i.texts[n] for i in opened.values() for n in ("name", "id_number", "phone")]
    assert len(planted) == 900
    assert [value for value in planted if value in body] == []


@pytest.mark.row(2)
@pytest.mark.parametrize(
    "role", ["leader", "office", "district-150303", "town", "team", "helper", "planner",
             "inspector", "clerk", "auditor", "admin"],
)  # fmt: skip
def test_role_by_scope(visit, writable_file, writable, role):
    site = visit(role, database=writable_file)
    inside, outside, missing = (
        site.get(f"{HERE}?village={code}") for code in (DONGXING, XINDI, "150302101999")
    )
    if role not in EXPORTS:
        assert {a.status_code for a in (inside, outside, missing)} == {403}
        assert len({a.text for a in (inside, outside, missing)}) == 1
        assert {row[1] for row in audit_of(writable)} == {"refusal"}
        assert len(audit_of(writable)) == 3  # one a try, and no more
        return
    assert inside.status_code == 200
    if role in {"office", "clerk"}:
        assert outside.status_code == 200
    else:
        assert outside.status_code == missing.status_code == 404
        assert outside.text.replace(XINDI, "") == missing.text.replace("150302101999", "")
    assert missing.status_code == 404
    assert audit_of(writable)[-1][1:4] == ("refusal", "", "refused")


@pytest.mark.row(20)
def test_a_day_has_so_many_exports_and_no_more(visit, writable_file, writable, monkeypatch):
    monkeypatch.setenv("GUATU_EXPORTS_PER_DAY", "2")
    site = visit("office", database=writable_file)
    codes = [site.get(f"{HERE}?village={DONGXING}").status_code for _ in range(2)]
    assert codes == [200, 200]
    refused = site.get(f"{HERE}?village={DONGXING}")
    assert refused.status_code == 429
    assert refused.json()["code"] == "exports_used_up"
    assert "2 次" in refused.json()["title"]
    other = visit("clerk", database=writable_file)
    assert other.get(f"{HERE}?village={DONGXING}").status_code == 200
    deeds = [(row[0], row[1]) for row in audit_of(writable)]
    assert deeds == [
        ("demo-office", "export"), ("demo-office", "export"), ("demo-office", "refusal"),
        ("demo-clerk", "export"),
    ]  # fmt: skip


@pytest.mark.parametrize("village", ["", "x", "%", "150303104238' --", "=1+1", "../../etc/passwd"])
def test_what_is_no_village_is_not_found(visit, writable_file, village):
    answer = visit("office", database=writable_file).get(HERE, params={"village": village})
    assert answer.status_code == 404
    assert "content-disposition" not in answer.headers


def test_a_day_and_a_language_can_be_asked_for(visit, writable_file):
    site = visit("office", database=writable_file)
    answer = site.get(HERE, params={"village": DONGXING, "as_of": "2016-06-30", "lang": "en"})
    assert "2016-06-30" in answer.headers["content-disposition"]
    assert "30 June 2016" in answer.text
    assert "Dongxing Village" in answer.text


@pytest.mark.row(20)
def test_no_cell_of_the_file_is_a_formula(visit, writable_file, writable):
    hostile = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        "－1",
        "＋1",
        "＠x",
        '=cmd|"x"',
    ]
    with transaction(writable) as connection:
        for trigger in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).scalars():
            connection.execute(text(f'DROP TRIGGER "{trigger}"'))
        connection.execute(
            text("UPDATE division SET name_zh = :name WHERE code = :code"),
            {"name": "=HYPERLINK(1)", "code": DONGXING},
        )
        connection.execute(
            text("UPDATE measure SET name_zh = :name WHERE vocabulary = 'WH5'"),
            {"name": '=cmd|"/c calc"!A0'},
        )
    rows = rows_of(visit("office", database=writable_file).get(f"{HERE}?village={DONGXING}"))
    cells = [cell for row in rows for cell in row]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert any(cell.startswith("'=cmd|") for cell in cells)
    assert not [cell for cell in cells if cell[:1] in {*"=+-@＝＋－＠", "\t", "\r"}]
    written = write_sheet([], ["a"], [[cell] for cell in hostile]).decode("utf-8-sig")
    read = [row[0] for row in csv.reader(io.StringIO(written, newline="")) if row]
    assert read == ["a", *(f"'{cell}" for cell in hostile)]


def test_numbers_stay_numbers_and_text_stays_as_it_is():
    made = write_sheet([("行", 2)], ["a", "b"], [[-5, "甲,乙"], [1.5, None], ['"', "a\nb"]])
    assert made == b"\xef\xbb\xbf" + (
        '行,2\r\n\r\na,b\r\n-5,"甲,乙"\r\n1.5,\r\n"""","a\nb"\r\n'.encode()
    )
