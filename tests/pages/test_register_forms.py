"""Register forms as Streamlit runs them: each act with its sentence, its undo, and its refusals."""

import re
from datetime import date

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from data.access import Role, Viewer
from data.engine import reading
from data.models import EventKind, IdentityVault, RegisterEvent
from data.queries.statuses import fold_statuses
from data.vault import open_identities
from tests.unit.data.entering import Clerk, contents
from tests.unit.data.tiny_world import BING, JIA, members_of

DAY = date(2016, 12, 31)
CLERK = Viewer("clerk", Role.CLERK, ("990121",))


def script(viewer, household, village, lang, paper):
    import streamlit as st  # noqa: PLC0415 - the source of this function is a script of its own

    from pages.ui.register_forms import draw_new_household, draw_register_forms  # noqa: PLC0415
    from pages.ui.timelines import draw_timeline  # noqa: PLC0415

    if village:
        draw_new_household(viewer, village, lang)
        st.stop()
    if paper:
        draw_timeline(viewer, household, lang)
        st.stop()
    draw_register_forms(viewer, household, lang)
    draw_timeline(viewer, household, lang, with_undo=True)


@pytest.fixture
def come(tiny_file, use_database, empty_caches):
    """Open the forms of a household, or of a new one in a village."""
    use_database(tiny_file)

    def open_forms(household="A5", *, village="", viewer=CLERK, lang="zh-CN", paper=False):
        test = AppTest.from_function(
            script, default_timeout=30, args=(viewer, household, village, lang, paper)
        )
        return test.run()

    return open_forms


def box(test, label):
    return next(b for b in test.selectbox if b.label == label)


def text(test, label):
    return next(t for t in test.text_input if t.label == label)


def choose(test, act):
    return box(test, "登记事项").set_value(act).run()


def press(test, label):
    next(b for b in test.button if b.label == label).click()
    return test.run()


def fill(test, reason, evidence="村民代表会议记录", members=None):
    if members is not None:
        test.pills[0].set_value(members)
    box(test, "原因").set_value(reason)
    text(test, "依据").set_value(evidence)
    return test


def html(test):
    return "\n".join(part.body for part in test.get("html"))


def said(test):
    return [part.value.replace("\\", "") for part in test.success]


def statuses(db, *members):
    with reading(db) as connection:
        return {m: str(s) for m, s in fold_statuses(connection, members, date(2020, 1, 1)).items()}


def test_only_what_may_happen_is_offered(come):
    registered = set(box(come("A5"), "登记事项").options)
    exited = set(box(come("A2"), "登记事项").options)
    alone = set(box(come("A4"), "登记事项").options)
    assert {"预脱贫", "清退", "拆户", "并户", "自然增加（新成员）"} <= registered
    assert {"返贫"} <= exited - registered
    assert "预脱贫" not in exited
    assert "拆户" not in alone
    assert "脱贫退出" not in registered | exited


def test_an_entry_says_what_it_came_to_and_is_undone_by_its_button(come, tiny_db):
    test = choose(come("A2"), EventKind.RELAPSED)
    labels = test.pills[0].options
    assert labels == ["1 · 户主 · 女 · 50–59 · 已脱贫", "2 · 户主 · 女 · 50–59 · 已脱贫"]
    test.date_input[0].set_value(date(2016, 12, 1))
    press(fill(test, "income_fell", members=["A2-1"]), "提交登记")
    assert not test.exception
    assert said(test) == ["已登记户 A2 的“返贫”，1 人。从发现到纳入 30 天。"]
    assert statuses(tiny_db, "A2-1", "A2-2") == {"A2-1": "registered", "A2-2": "exited"}
    assert "2016年12月1日发现，30 天后纳入" in html(test)
    press(test, "撤销这次登记")
    assert said(test) == ["已撤销户 A2 的“返贫”，1 人，并记入审计。"]
    assert statuses(tiny_db, "A2-1") == {"A2-1": "exited"}
    assert "已由 clerk 于" in html(test)
    assert said(test.run()) == []


def test_a_refusal_is_a_sentence_and_what_was_typed_stays(come, tiny_db):
    test = choose(come("A5"), EventKind.REMOVED)
    before = contents(tiny_db)
    press(fill(test, "not_eligible", "其母丘处厚07的证明", ["A5-1"]), "提交登记")
    assert "不能写被查看人的姓名" in html(test)
    assert text(test, "依据").value == "其母丘处厚07的证明"
    assert test.pills[0].value == ["A5-1"]
    text(test, "依据").set_value("")
    press(test, "提交登记")
    assert "请填写“依据”" in html(test)
    assert box(test, "原因").value == "not_eligible"
    assert contents(tiny_db)["register_event"] == before["register_event"]
    text(test, "依据").set_value("核查记录")
    press(test, "提交登记")
    assert said(test) == ["已登记户 A5 的“清退”，1 人。"]


def test_who_comes_second_is_told_and_may_submit_again(come, tiny_db):
    test = choose(come("A5"), EventKind.PRE_EXIT)
    fill(test, "planned", members=["A5-2"])
    Clerk(tiny_db).enter("A5", EventKind.REMOVED, date(2016, 10, 1), ["A5-1"])
    press(test, "提交登记")
    assert re.search("“A5”在您打开后已被 everybody 于 2017-03-01 12:0\\d 改动", html(test))
    assert text(test, "依据").value == "村民代表会议记录"
    press(test, "提交登记")
    assert said(test) == ["已登记户 A5 的“预脱贫”，1 人。"]


def test_closing_takes_everybody(come, tiny_db):
    test = choose(come("A5"), EventKind.CLOSED)
    assert len(test.pills) == 0
    press(fill(test, "all_moved"), "提交登记")
    assert said(test) == ["已登记户 A5 的“销户”，2 人。"]
    assert set(statuses(tiny_db, *members_of("A5")).values()) == {"gone"}


def test_a_split_names_the_new_household_and_a_merge_asks_for_the_other(come):
    test = choose(come("A6"), EventKind.SPLIT)
    press(fill(test, "living_apart", members=["A6-3"]), "提交登记")
    (sentence,) = said(test)
    new = re.search("新户编码 (H[0-9A-Z]{12})。", sentence)[1]
    test = choose(come(new), EventKind.MERGED)
    text(test, "并入户编码").set_value(" C1 ")
    press(fill(test, "living_together"), "提交登记")
    assert "没有找到“C1”" in html(test)
    text(test, "并入户编码").set_value("A6")
    press(test, "提交登记")
    assert "日期 2016-12-31 不在允许的范围内（2017-01-01" in html(test)  # it began that very day
    test.date_input[0].set_value(date(2017, 1, 15))
    press(test, "提交登记")
    assert said(test) == [f"已登记户 {new} 的“并户”，1 人。"]


def test_a_new_member_joins(come, tiny_db):
    test = choose(come("A4"), "joined")
    for label, code in (("与户主关系", "grandchild"), ("性别", "male"), ("文化程度", "none"),
                        ("在校情况", "none")):  # fmt: skip
        box(test, label).set_value(code)
    test.number_input[0].set_value(2016)
    press(fill(test, "birth"), "提交登记")
    assert said(test) == ["已登记户 A4 的“自然增加”，1 人。"]
    assert "自然增加 · 1 人" in html(test)


def test_a_new_household_is_entered_with_its_people_sealed(come, tiny_db):
    test = come(village=JIA)
    test.number_input[0].set_value(2).run()
    for label, code in (
        ("户属性", "ordinary"),
        ("识别标准", "national"),
        ("主要致贫原因", "illness"),
    ):
        box(test, label).set_value(code)
    people = {
        "与户主关系": ("head", "child"),
        "性别": ("male", "female"),
        "文化程度": ("primary", "junior"),
        "在校情况": ("none", "high"),
    }
    for name, codes in people.items():
        for field, code in zip((b for b in test.selectbox if b.label == name), codes, strict=True):
            field.set_value(code)
    for field, year in zip((n for n in test.number_input if n.label == "出生年份"), (1965, 2000),
                           strict=True):  # fmt: skip
        field.set_value(year)
    text(test, "证件号码").set_value("123")
    press(fill(test, "verified"), "提交新识别户")
    assert "证件号" in html(test)
    text(test, "证件号码").set_value("99000019650101123X")
    press(test, "提交新识别户")
    assert not test.exception
    (sentence,) = said(test)
    assert re.fullmatch("已登记户 H[0-9A-Z]{12} 的“新识别”，2 人。从发现到纳入 0 天。", sentence)
    with reading(tiny_db) as connection:
        members = connection.execute(
            select(RegisterEvent.member_id).where(RegisterEvent.evidence == "村民代表会议记录")
        ).scalars()
        held = open_identities(connection, members)
        sealed = connection.execute(select(IdentityVault.id_number)).scalars().all()
    assert sorted(i.texts["id_number"] for i in held.values()) == ["", "99000019650101123X"]
    assert "99000019650101123X" not in sealed
    assert not [t.value for t in test.text_input if t.value]


def test_an_entry_is_undone_from_the_timeline_with_its_reason(come, tiny_db):
    Clerk(tiny_db).enter("A5", EventKind.REMOVED, date(2016, 10, 1))
    test = come("A5")
    press(test, "撤销")
    assert "请选择要撤销的登记和原因" in html(test)
    options = box(test, "要撤销的登记").options
    assert options == ["2016年10月1日 · 清退 · 2 人", "2015年6月1日 · 新识别 · 2 人"]
    box(test, "要撤销的登记").select_index(1)
    box(test, "撤销原因").set_value("wrong_day")
    press(test, "撤销")
    assert "还有“清退”（2016-10-01），没有撤销" in html(test)
    box(test, "要撤销的登记").select_index(0)
    box(test, "撤销原因").set_value("wrong_day")
    press(test, "撤销")
    assert said(test) == ["已撤销户 A5 的“清退”，2 人，并记入审计。"]
    assert set(statuses(tiny_db, *members_of("A5")).values()) == {"registered"}


@pytest.mark.parametrize(
    "viewer",
    [Viewer("team", Role.TEAM, ("990121",)), Viewer("h", Role.HELPER, ("",), official="cadre-A")],
)
def test_who_keeps_no_register_sees_the_timeline_alone(come, viewer):
    test = come("A5", viewer=viewer)
    assert not test.exception
    assert not test.selectbox
    assert not test.button
    assert "新识别 · 2 人" in html(test)
    assert not come(village=JIA, viewer=viewer).number_input


def test_a_village_elsewhere_has_no_form(come):
    assert not come(village=BING).number_input


def test_the_timeline_is_narrowed(come):
    test = come("A2")
    assert "帮扶措施" in html(test)
    test.segmented_control[0].set_value("register").run()
    assert "帮扶措施" not in html(test)
    assert "脱贫退出 · 2 人" in html(test)
    test.segmented_control[0].set_value("exit").run()
    assert "没有这一类记录。" in [part.value for part in test.caption]


def test_on_paper_the_timeline_is_whole_and_offers_nothing(come):
    test = come("A2", paper=True)
    assert not [*test.segmented_control, *test.button, *test.selectbox]
    assert html(test).count("<tr>") == 1 + 4


def test_the_forms_speak_english(come):
    test = come("A5", lang="en")
    assert not test.exception
    assert "31 December 2016" not in html(test)
    assert "1 June 2015" in html(test)
