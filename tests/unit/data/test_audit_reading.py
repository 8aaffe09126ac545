"""Reading the audit: who sees which rows, what a filter leaves, and how a page is followed."""

import csv
import io
import string
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from data.access import Role, Viewer
from data.actions.export_audit import COLUMN_NAMES, describe, describe_entry, export_audit
from data.audit import DEED_NAMES, RESULT_NAMES, Deed, record
from data.engine import reading, transaction
from data.errors import Denied, ExportsUsedUp
from data.models import Account, AuditEntry
from data.queries.audit import AuditFilter, count_entries, list_actors, list_entries
from data.settings import load_settings
from tests.unit.data.tiny_world import BING, JIA

AUDITOR = Viewer("auditor-1", Role.AUDITOR, (), address="10.0.0.1")
OFFICE = Viewer("office-1", Role.OFFICE, ("",))
NORTH = Viewer("north-1", Role.DISTRICT, ("990121",))
SOUTH = Viewer("south-1", Role.DISTRICT, ("990122",))
TEAM = Viewer("team-1", Role.TEAM, (JIA,))
WIDE = Viewer("wide-1", Role.TOWN, ("990121", "990122"))
ADMIN = Viewer("admin-1", Role.ADMIN, ())


@pytest.fixture
def filled(tiny_db):
    """Rows about either district, its households and accounts, and about neither."""
    with transaction(tiny_db) as connection:
        for viewer in (AUDITOR, OFFICE, NORTH, SOUTH, TEAM, WIDE, ADMIN):
            connection.execute(insert(Account).values(
                name=viewer.name, role=str(viewer.role), areas=list(viewer.areas), version=1,
                is_disabled=False, must_change_password=False, former_hashes=[],
                recovery_hashes=[], changed_at=datetime.now(UTC), changed_by="x",
            ))  # fmt: skip
        for viewer, deed, target in (
            (OFFICE, Deed.SIGN_IN, "office-1"),  # 1
            (OFFICE, Deed.FULL_VIEW, "A1"),  # 2: a household of the north
            (OFFICE, Deed.FULL_VIEW, "C1"),  # 3: … of the south
            (TEAM, Deed.SIGN_IN, "team-1"),  # 4: an account that acts in the north alone
            (WIDE, Deed.SIGN_IN, "wide-1"),  # 5: … in both
            (ADMIN, Deed.RIGHT_CHANGE, "team-1"),  # 6
            (OFFICE, Deed.EXPORT, "990121"),  # 7
            (OFFICE, Deed.EXPORT, BING),  # 8
            (OFFICE, Deed.EXPORT, "990000000000"),  # 9: the whole
            (SOUTH, Deed.EXPORT, "audit"),  # 10
        ):
            record(connection, viewer, deed, target=target)
    return tiny_db


def seen(db, viewer, **filters):
    return sorted(list_entries(db, viewer, AuditFilter(**filters))["seq"])


@pytest.mark.row(2)
def test_each_sees_what_concerns_the_own_areas(filled):
    every = list(range(1, 11))
    assert seen(filled, AUDITOR) == every
    assert seen(filled, OFFICE) == every
    assert seen(filled, NORTH) == [2, 4, 6, 7]
    assert seen(filled, SOUTH) == [3, 8, 10]
    assert seen(filled, Viewer("both", Role.DISTRICT, ("990121", "990122"))) == [
        2, 3, 4, 5, 6, 7, 8, 10,
    ]  # fmt: skip
    assert seen(filled, Viewer("none", Role.DISTRICT, ())) == []
    assert list_actors(filled, NORTH) == ["admin-1", "office-1", "team-1"]
    assert count_entries(filled, NORTH, AuditFilter()) == 4


@pytest.mark.row(2)
@pytest.mark.parametrize("wild", ["%", "_", "99012_", "99%", "990121' OR 1=1 --"])
def test_wildcards_in_an_area_reach_nothing_more(filled, wild):
    assert seen(filled, Viewer("wild", Role.DISTRICT, (wild,))) == []


@pytest.mark.row(2)
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR, Role.OFFICE, Role.DISTRICT}))
def test_others_read_nothing_of_it_and_the_try_is_recorded(filled, role):
    viewer = Viewer("x", role, ("",))
    for ask in (list_entries, list_actors, lambda db, who: count_entries(db, who, AuditFilter())):
        with pytest.raises(Denied):
            ask(filled, viewer)
    with pytest.raises(Denied):
        export_audit(filled, viewer, AuditFilter(), lang="en")
    preview = replace(AUDITOR, is_preview=True)
    with pytest.raises(Denied):
        list_entries(filled, preview)
    with reading(filled) as connection:
        refused = connection.execute(
            select(AuditEntry.reason).where(AuditEntry.actor == "x")
        ).scalars().all()  # fmt: skip
    assert set(refused) == {"see_audit: denied"}


def test_filters_are_exact_and_days_are_chinas(tiny_db):
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text)

    with transaction(tiny_db) as connection:
        record(connection, OFFICE, Deed.SIGN_IN, at=at("2026-03-01T15:59:59+00:00"))
        record(connection, TEAM, Deed.SIGN_IN, result="failed", at=at("2026-03-01T16:00:00+00:00"))
        record(connection, TEAM, Deed.SEARCH, at=at("2026-03-02T15:59:59+00:00"))
        record(connection, OFFICE, Deed.SEARCH, at=at("2026-03-02T16:00:00+00:00"))
    second = date(2026, 3, 2)
    assert seen(tiny_db, AUDITOR, since=second, until=second) == [2, 3]
    assert seen(tiny_db, AUDITOR, since=second) == [2, 3, 4]
    assert seen(tiny_db, AUDITOR, until=second) == [1, 2, 3]
    assert seen(tiny_db, AUDITOR, deed="search") == [3, 4]
    assert seen(tiny_db, AUDITOR, result="failed") == [2]
    assert seen(tiny_db, AUDITOR, actor="team-1", deed="search") == [3]
    assert seen(tiny_db, AUDITOR, actor="nobody") == []


def test_pages_follow_each_other_without_gap_though_rows_are_added(tiny_db):
    def add(count):
        with transaction(tiny_db) as connection:
            for _ in range(count):
                record(connection, OFFICE, Deed.SIGN_IN)

    add(25)
    first = list_entries(tiny_db, AUDITOR, most=10)
    assert list(first["seq"]) == list(range(25, 15, -1))
    add(7)
    second = list_entries(tiny_db, AUDITOR, before=16, most=10)
    third = list_entries(tiny_db, AUDITOR, before=6, most=10)
    assert [*second["seq"], *third["seq"]] == list(range(15, 0, -1))


TEXTS = st.text(max_size=12) | st.text(
    alphabet="%_'\"\\;-*?[]() " + string.ascii_letters, max_size=12
)


@pytest.mark.row(15)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deed=TEXTS, result=TEXTS, actor=TEXTS, most=st.integers(1, 30), before=st.integers(-5, 20))
def test_any_text_in_a_filter_is_a_value_and_nothing_else(
    filled, deed, result, actor, most, before
):
    filter_ = AuditFilter(deed=deed, result=result, actor=actor)
    listed = list_entries(filled, AUDITOR, filter_, before=before, most=most)
    whole = list_entries(filled, AUDITOR, most=100)
    for name, value in (("deed", deed), ("result", result), ("actor", actor)):
        if value:
            whole = whole[whole[name] == value]
    wanted = [seq for seq in whole["seq"] if seq < before][:most]
    assert list(listed["seq"]) == wanted


@pytest.mark.row(15)
@pytest.mark.parametrize("text", ["%", "_", "%%", "office%", "' OR '1'='1", "office-1' --"])
def test_a_wildcard_finds_nothing(filled, text):
    assert seen(filled, AUDITOR, actor=text) == []
    assert seen(filled, AUDITOR, deed=text) == []
    assert seen(filled, AUDITOR, result=text) == []


# ── Taking it away ──────────────────────────────────────────────────────────────────────────────


def rows_in(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.row(20)
@pytest.mark.row(24)
def test_an_export_is_one_row_more_and_no_cell_a_formula(filled):
    with transaction(filled) as connection:
        record(connection, OFFICE, Deed.EDIT, reason="=1+1", target="@x")
    before = count_entries(filled, AUDITOR, AuditFilter())
    rows = rows_in(export_audit(filled, AUDITOR, AuditFilter(actor="office-1"), lang="zh-CN"))
    assert count_entries(filled, AUDITOR, AuditFilter()) == before + 1
    newest = list_entries(filled, AUDITOR, most=1).iloc[0]
    assert (newest["deed"], newest["target"], newest["rows"]) == ("export", "audit", 7)
    assert newest["reason"] == "audit.csv account"
    titles = rows.index(list(COLUMN_NAMES.values()))
    assert len(rows) - titles - 1 == 7
    cells = [cell for row in rows for cell in row]
    assert "'=1+1" in cells
    assert "'@x" in cells
    assert not [c for c in cells if c.startswith(("=", "+", "@", "\t", "＝"))]
    assert any("北京时间" in cell for cell in cells)


@pytest.mark.row(20)
def test_an_account_exports_no_more_than_the_day_allows(filled, monkeypatch):
    monkeypatch.setenv("GUATU_EXPORTS_PER_DAY", "2")
    load_settings.cache_clear()
    now = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)  # an hour before China's midnight
    for _ in range(2):
        export_audit(filled, AUDITOR, AuditFilter(), lang="en", now=now)
    with pytest.raises(ExportsUsedUp):
        export_audit(filled, AUDITOR, AuditFilter(), lang="en", now=now)
    assert list_entries(filled, AUDITOR, most=1).iloc[0]["result"] == "refused"
    export_audit(filled, AUDITOR, AuditFilter(), lang="en", now=now + timedelta(hours=1))


def test_a_filter_is_recorded_in_codes_and_names_nobody():
    filter_ = AuditFilter(
        since=date(2026, 3, 1), until=date(2026, 3, 9), deed="search", result="done", actor="张三"
    )
    assert describe(filter_) == "audit.csv 2026/03/01 2026/03/09 search done account"
    assert describe(AuditFilter(deed="15030219000101001X")) == "audit.csv"


def test_rows_are_read_in_words(filled):
    with pytest.raises(Denied):
        export_audit(filled, TEAM, AuditFilter(), lang="en")
    entry = list_entries(filled, AUDITOR, most=1).to_dict("records")[0]
    said = dict(zip(COLUMN_NAMES, describe_entry(entry, "zh-CN"), strict=True))
    assert said["deed"] == DEED_NAMES[Deed.REFUSAL]
    assert said["result"] == RESULT_NAMES["refused"]
    assert said["role"] == "驻村工作队"
    assert said["reason"] == "查看审计记录: denied"
    assert set(DEED_NAMES) == set(Deed)
