"""One household, one file: the three blocks, entries that can be undone, what stays hidden."""

import pytest
from sqlalchemy import func, select

from data.access import Role, Viewer
from data.engine import reading
from data.full_views import open_full_view
from data.models import (
    Household,
    HouseholdComposition,
    IncomeStatement,
    LedgerEntry,
    Official,
    Pairing,
    ServiceEvent,
)
from data.vault import open_identities
from tests.unit.data import filed

PAGE = "household"
ROLE = "clerk"

DONGXING, XINDI = "150303104238", "150302101203"
OFFICE = Viewer("office", Role.OFFICE, ("",))


def household_of(db, village=DONGXING, official=None):
    """Give the first household of a village, or of a cadre."""
    statement = select(Household.code).order_by(Household.code)
    if official is None:
        statement = statement.where(Household.village_code == village)
    else:
        statement = (
            statement.join(Pairing, Pairing.household_code == Household.code)
            .join(Official, Official.id == Pairing.official_id)
            .where(Official.code == official)
        )
    with reading(db) as connection:
        return connection.execute(statement).scalars().first()


def count(db, model, code):
    with reading(db) as connection:
        return connection.execute(
            select(func.count()).where(model.household_code == code)
        ).scalar_one()


def field(visitor, kind, name):
    """Find a widget by the end of its key, which starts anew after each entry."""
    return next(w for w in visitor.test.get(kind) if (w.key or "").endswith(name))


def submit(visitor, form):
    """Press the button of a form: of those with this label, the one inside it."""
    button = next(b for b in visitor.test.button if form in (b.form_id or ""))
    button.click()
    return visitor.run()


def said(visitor):
    """Give everything on the screen, widgets and their contents included."""
    parts = [visitor.texts()]
    for kind in ("text", "success", "text_input"):
        parts += [str(part.value) for part in visitor.test.get(kind)]
    parts += [f"{part.label} {part.options}" for part in visitor.test.selectbox]
    return "\n".join(parts)


@pytest.mark.parametrize("role", ["office", "team", "helper"])
def test_the_first_screen_says_whom_by_whom_and_how(db, come, role):
    code = household_of(db, official="干部 0001" if role == "helper" else None)
    page = come(role, household=code)
    assert page.is_clean(), page.errors()
    assert all(f"<h3>{title}</h3>" in page.html() for title in ("扶持谁", "由谁扶", "怎么扶"))
    assert "第一责任人" in page.html()
    with reading(db) as connection:
        members = connection.execute(
            select(HouseholdComposition.member_id).where(
                HouseholdComposition.household_code == code
            )
        ).scalars()
        held = open_identities(connection, list(members)).values()
    hidden = [i.texts[name] for i in held for name in ("name", "id_number", "phone")]
    assert len(hidden) >= 3
    assert not [text for text in hidden if text and text in said(page)]


def test_another_areas_household_is_like_a_missing_one(db, come):
    shown = set()
    for code in (household_of(db, XINDI), "HNOWHERE0000"):
        page = come("team", household=code)
        assert "没有找到" in page.html()
        shown.add(said(page).replace(code, "CODE"))
    assert len(shown) == 1


def test_an_entry_is_said_shown_and_undone(db, come):
    code = household_of(db, official="干部 0001")
    page = come("helper", household=code)
    before = count(db, ServiceEvent, code)
    field(page, "selectbox", "visit.kind").select("technician")
    field(page, "text_input", "visit.note").set_value("看过大棚")
    submit(page, ".visit")
    assert page.is_clean(), page.errors()
    assert "看过大棚" in page.html()
    assert count(db, ServiceEvent, code) == before + 1
    page.test.button(key="file.undo").click()
    page.run()
    assert any("已撤销" in part.value for part in page.test.success)
    assert "看过大棚" not in page.html()
    assert count(db, ServiceEvent, code) == before + 2  # the void repeats the entry


def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(db, come):
    code = household_of(db)
    page = come(household=code)
    held = count(db, IncomeStatement, code)
    field(page, "selectbox", "income.months").select(12)
    field(page, "number_input", "income.wage_fen").set_value(1234.5)
    submit(page, ".income")
    assert "已有 2016 年累计 12 个月的收入登记" in page.html()
    assert field(page, "number_input", "income.wage_fen").value == 1234.5
    assert count(db, IncomeStatement, code) == held


def test_somebody_elses_entry_is_told_first_and_the_second_try_counts(db, come):
    code = household_of(db)
    page = come(household=code)
    held = count(db, LedgerEntry, code)
    filed.log(db, OFFICE, code, 3)
    field(page, "text_input", "log.work").set_value("宣讲政策")
    submit(page, ".log")
    assert "已被 office 于" in page.html()
    assert field(page, "text_input", "log.work").value == "宣讲政策"
    assert count(db, LedgerEntry, code) == held + 1
    submit(page, ".log")
    assert page.is_clean(), page.errors()
    assert count(db, LedgerEntry, code) == held + 2


def test_a_plan_is_prefilled_and_its_successor_takes_its_place(db, come):
    code = household_of(db)
    page = come(household=code)
    assert field(page, "text_input", "plan.housing.target").value == "住房安全"
    assert field(page, "text_input", "plan.income.baseline").value == ""  # hidden, holds on
    field(page, "number_input", "plan.year").set_value(2017)
    submit(page, ".plan")
    assert page.is_clean(), page.errors()
    assert "2017 年度" in page.html()
    assert "此前 1 份" in said(page).replace("\\", "")


def test_amounts_show_in_an_open_full_view_and_hide_with_it(db, come):
    code = household_of(db)
    page = come(household=code)
    assert "工资性收入" not in page.html()
    assert page.html().count('<td data-label="人均纯收入">***</td>') >= 4
    clerk = Viewer("demo-clerk", Role.CLERK, ("",))
    page.test.session_state["households.view"] = open_full_view(db, clerk, code, reason="visit").id
    page.run()
    assert page.is_clean(), page.errors()
    assert "工资性收入" in page.html()
    assert '<td data-label="人均纯收入">***</td>' not in page.html()
    hide = next(b for b in page.test.button if b.label == "立即隐藏")
    hide.click()
    page.run()
    assert "工资性收入" not in page.html()


def test_the_print_holds_everything_once_and_says_what_it_rests_on(db, come):
    page = come(household=household_of(db), print="1", as_of="2016-06-30")
    assert page.is_clean(), page.errors()
    foot = said(page).replace("\\", "")
    for text in ("合成数据", "截至2016年6月30日", "来源：台账登记", "数据版本"):
        assert text in foot
    heads = [part.value for part in page.test.subheader]
    assert {"入户摸底", "脱贫计划", "收入", "帮扶措施", "结对帮扶", "帮扶台账"} <= set(heads)
    assert [button.label for button in page.test.button] == ["返回"]
    assert not page.test.text_input
    page.test.button[0].click()
    page.run()
    assert "print" not in page.query()
    assert page.query()["as_of"] == "2016-06-30"


def test_a_day_that_is_none_is_told(db, come):
    page = come(household=household_of(db), as_of="2016-02-31")
    assert "不是有效日期" in page.html()
    assert "扶持谁" in page.html()


def test_without_a_household_one_is_chosen(db, come):
    page = come("helper")
    assert page.is_clean()
    box = next(b for b in page.test.selectbox if b.label == "户编码（代号）")
    assert household_of(db, official="干部 0001") in box.options
