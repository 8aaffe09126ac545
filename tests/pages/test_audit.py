"""The audit's page: filtered, paged, proved, taken away, and full views reviewed by another."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from data.access import Role, Viewer
from data.audit import Deed, record
from data.door import DEMO_VIEWERS
from data.engine import open_database, transaction
from data.full_views import list_full_views, open_full_view
from data.queries.filters import Filter
from data.queries.people import list_own_households
from tests.pages.conftest import SHELL, Visitor

TEAM = DEMO_VIEWERS["team"][0]
HAIBOWAN = DEMO_VIEWERS["district-150302"][0]


@pytest.fixture
def db(writable_file, use_database, empty_caches):
    use_database(writable_file)
    db = open_database(f"sqlite:///{writable_file}")
    yield db
    db.engine.dispose()


@pytest.fixture
def come(db, monkeypatch):
    def open_page(role="auditor", lang="zh-CN") -> Visitor:
        visitor = Visitor(AppTest.from_file(SHELL, default_timeout=60), role, monkeypatch)
        visitor.test.switch_page("audit.py")
        visitor.test.query_params["lang"] = lang
        return visitor.run()

    return open_page


def add(db, viewer: Viewer, deed: Deed, count: int = 1, **facts) -> None:
    with transaction(db) as connection:
        for _ in range(count):
            record(connection, viewer, deed, **facts)


def seen(visitor: Visitor) -> list[int]:
    return list(visitor.test.dataframe[0].value["seq"]) if visitor.test.dataframe else []


def button(visitor: Visitor, label: str):
    return next(b for b in visitor.test.button if b.label == label)


def look(db, viewer: Viewer) -> str:
    household = list_own_households(db, viewer, as_of=Filter().as_of)["household"].iloc[0]
    return open_full_view(db, viewer, household, reason="visit", note="复核").id


def test_an_empty_audit_says_so(come):
    visitor = come()
    assert visitor.is_clean()
    assert "没有符合条件的记录。" in [part.value for part in visitor.test.info]
    assert "还没有人打开过完整信息。" in [part.value for part in visitor.test.info]


def test_rows_are_newest_first_in_chinas_time_and_followed_by_pages(db, come):
    add(db, TEAM, Deed.SIGN_IN, 70, target="demo-team", at=datetime(2026, 3, 1, 18, tzinfo=UTC))
    visitor = come()
    assert seen(visitor) == list(range(70, 20, -1))
    shown = visitor.test.dataframe[0].value
    assert set(shown["at"]) == {"2026-03-02 02:00:00"}
    assert set(shown["deed"]) == {"登录"}
    assert button(visitor, "较新").disabled
    button(visitor, "较旧").click()
    assert seen(visitor.run()) == list(range(20, 0, -1))
    assert button(visitor, "较旧").disabled
    button(visitor, "较新").click()
    assert seen(visitor.run()) == list(range(70, 20, -1))
    assert any("北京时间" in caption.value for caption in visitor.test.caption)


def test_a_filter_leaves_what_it_says_and_starts_at_the_newest(db, come):
    add(db, TEAM, Deed.SIGN_IN, 60)
    add(db, HAIBOWAN, Deed.SEARCH, 3, result="failed")
    visitor = come()
    button(visitor, "较旧").click()
    visitor.run()
    visitor.test.selectbox(key="audit.deed").set_value("search")
    assert seen(visitor.run()) == [63, 62, 61]
    link = visitor.test.get("link_button")[0].proto.url
    assert link == "/export/audit.csv?deed=search&lang=zh-CN"
    visitor.test.selectbox(key="audit.result").set_value("done")
    assert seen(visitor.run()) == []
    visitor.test.selectbox(key="audit.result").set_value("")
    visitor.test.selectbox(key="audit.deed").set_value("")
    visitor.test.selectbox(key="audit.actor").set_value("demo-150302")
    assert seen(visitor.run()) == [63, 62, 61]
    visitor.test.date_input(key="audit.until").set_value(
        (datetime.now(UTC) - timedelta(days=3)).date()
    )
    assert seen(visitor.run()) == []


@pytest.mark.row(2)
def test_a_district_sees_its_own_and_is_told_what_that_is(db, come):
    add(db, TEAM, Deed.SIGN_IN, target="demo-team")  # acts in 海南区
    add(db, HAIBOWAN, Deed.SIGN_IN, target="demo-150302")
    add(db, DEMO_VIEWERS["office"][0], Deed.EXPORT, target="150302101203")
    assert seen(come("office")) == [3, 2, 1]
    district = come("district-150303")
    assert seen(district) == [1]
    assert any("只列出涉及本区" in caption.value for caption in district.test.caption)
    assert seen(come("district-150302")) == [3, 2]


@pytest.mark.row(25)
def test_the_chain_is_proved_by_a_click(db, come, writable_file):
    add(db, TEAM, Deed.SIGN_IN, 5)
    visitor = come()
    button(visitor, "核对审计链").click()
    assert "审计链完整 · 已核对 5 条" in visitor.run().html()
    with sqlite3.connect(writable_file) as connection:
        connection.execute("DROP TRIGGER audit_entry_is_append_only_update")
        connection.execute("UPDATE audit_entry SET actor = 'innocent' WHERE seq = 3")
    connection.close()
    button(visitor, "核对审计链").click()
    assert "审计链断开：第 3 条的内容被改动过" in visitor.run().html()


@pytest.mark.row(21)
def test_full_views_wait_for_somebody_else(db, come):
    own = look(db, DEMO_VIEWERS["office"][0])
    others = look(db, TEAM)
    office = come("office")
    assert office.test.selectbox(key="audit.view").options
    listed = office.test.dataframe[-1].value
    assert list(listed["verdict"]) == ["待核查", "待核查"]
    assert set(listed["note"]) == {"复核"}
    assert office.test.selectbox(key="audit.view").value == others  # never one's own
    office.test.selectbox(key="audit.view")
    button(office, "记入结论").click()
    assert any("请先选择结论" in part.value for part in office.run().test.warning)
    group = next(g for g in office.test.segmented_control if g.key == "audit.verdict")
    group.set_value("unclear")
    office.test.text_input(key="audit.remark").set_value("电话 13900000000")
    button(office, "记入结论").click()
    assert any("长数字" in text for text in office.run().errors())
    group = next(g for g in office.test.segmented_control if g.key == "audit.verdict")
    group.set_value("unclear")
    office.test.text_input(key="audit.remark").set_value("请说明走访日期")
    button(office, "记入结论").click()
    assert office.run().is_clean()
    assert list(office.test.dataframe[-1].value["verdict"]) == ["待核查", "存疑"]
    assert not [box for box in office.test.selectbox if box.key == "audit.view"]  # only one's own
    views = list_full_views(db, Viewer("x", Role.AUDITOR, ())).set_index("id")
    assert views.loc[others, "reviewed_by"] == "demo-office"
    assert views.loc[own, "verdict"] is None
    assert come("auditor").test.selectbox(key="audit.view").value == own


@pytest.mark.row(21)
def test_an_auditor_sees_no_register(db, come):
    look(db, TEAM)
    visitor = come("auditor")
    assert visitor.is_clean()
    names = {item.value for item in visitor.test.subheader}
    assert names == {"审计记录"}
    assert "东兴村" not in visitor.texts()


def test_english(db, come):
    look(db, TEAM)
    visitor = come(lang="en")
    assert visitor.is_clean()
    for frame in visitor.test.dataframe:
        columns = [c for c in frame.value.columns if c not in {"note", "remark"}]
        text = frame.value[columns].to_csv().replace("复核", "")
        assert not [sign for sign in text if "一" <= sign <= "鿿"], text
