"""Monitoring on screen: run, read, close and undo; a look-back whose numbers add up."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from data.access import OPERATOR
from data.actions.close_alert import Closing, close_alert
from data.actions.record_lookback import Finding, record_lookback
from data.engine import reading, transaction
from data.ledger import append_row
from data.models import Alert, AlertClosing, Household, LookbackOutcome, MedicalBill
from data.queries.alerts import list_alerts
from data.queries.lookbacks import list_items, list_lookbacks
from tests.unit.data.watching import event, rows_of

PAGE = "monitoring"

DAY = date(2016, 12, 31)
DONGXING = "150303104238"


@pytest.fixture
def bill(db):
    """Plant a bill of ten million yuan at a household of 东兴村; give the household."""
    with transaction(db) as connection:
        home = connection.execute(
            select(Household.code).where(Household.village_code == DONGXING).order_by("code")
        ).scalars().first()  # fmt: skip
        member = connection.exec_driver_sql(
            "SELECT member_id FROM household_composition WHERE household_code = ?", (home,)
        ).scalar()
        append_row(
            connection, MedicalBill, **event("bill", date(2016, 12, 1)), household_code=home,
            member_id=member, total_fen=10**9, basic_fen=0, critical_fen=0, assistance_fen=0,
            fund_fen=0,
        )  # fmt: skip
    return home


def said(visitor):
    parts = [visitor.texts()]
    parts += [str(part.value) for kind in ("success", "text") for part in visitor.test.get(kind)]
    parts += [part.label for part in visitor.test.button]
    return "\n".join(parts)


def box(visitor, label, place=0):
    return [b for b in visitor.test.selectbox if b.label == label][place]


def press(visitor, label):
    next(b for b in visitor.test.button if b.label == label).click()
    return visitor.run()


def write(visitor, label, text):
    fields = [*visitor.test.text_area, *visitor.test.text_input]
    next(f for f in fields if f.label == label).set_value(text)


def figures(visitor):
    """Give the figures of all strips on the page, in order."""
    return [int(n) for n in re.findall(r"<b>(\d+)</b>", visitor.html())]


def run_rules(visitor):
    press(visitor, "运行规则")
    box(visitor, "规则").set_value("M-ILLNESS")
    return visitor.run()


def open_alert(visitor, db, household):
    listed = list_alerts(db, OPERATOR, state="open", on=DAY).set_index("household")
    alert = str(listed[listed["rule"] == "M-ILLNESS"].loc[household, "id"])
    box(visitor, "打开一条预警").set_value(alert)
    return visitor.run(), alert


# ── Monitoring ──────────────────────────────────────────────────────────────────────────────────


def test_the_rules_are_run_once_and_say_what_they_found(come, db, bill):
    visitor = come()
    assert visitor.is_clean()
    assert "还没有预警" in visitor.texts()
    press(visitor, "运行规则")
    count = len(rows_of(db, Alert)[0])
    assert f"新增预警 {count} 条" in said(visitor)
    assert figures(visitor)[0] == count
    press(visitor, "运行规则")
    assert f"新增预警 0 条；另有 {count} 条" in said(visitor)
    assert len(rows_of(db, Alert)[0]) == count


def test_an_alert_quotes_its_rule_and_evidence_and_leads_to_the_file(come, db, bill):
    visitor, _alert = open_alert(run_rules(come()), db, bill)
    shown = visitor.html()
    assert "超过该户上一完整年度收入的 30%" in shown
    assert "2016-12-01 发生" in shown
    assert "东兴村" in shown
    assert re.search(r"干部 \d{4}", shown)
    assert "10000000" not in said(visitor)  # no amount, in 元 or 分
    (link,) = [b.proto.url for b in visitor.test.get("link_button") if "household" in b.proto.url]
    assert link.startswith(f"/household?household={bill}")


def test_an_alert_is_closed_with_a_reason_and_opened_again(come, db, bill):
    visitor, alert = open_alert(run_rules(come()), db, bill)
    press(visitor, "确认销号")
    assert "请填写“处置情况”" in visitor.html()
    write(visitor, "处置情况", "已办理医疗救助")
    box(visitor, "处置结果").set_value("helped")
    press(visitor, "确认销号")
    assert "已销号，并记入审计" in said(visitor)
    assert "已办理医疗救助" in visitor.html()
    press(visitor, "撤销销号")
    assert "请填写“撤销原因”" in visitor.html()
    write(visitor, "撤销原因", "救助未到账")
    press(visitor, "撤销销号")
    assert "恢复为待处置" in said(visitor)
    assert alert in set(list_alerts(db, OPERATOR, state="open", on=DAY)["id"])
    assert len(rows_of(db, AlertClosing)[0]) == 2


def test_who_closes_second_is_told_and_the_closed_are_listed_apart(come, db, bill):
    visitor, alert = open_alert(run_rules(come()), db, bill)
    write(visitor, "处置情况", "已核实")
    box(visitor, "处置结果").set_value("unfounded")
    visitor.run()  # typed, not sent
    close_alert(db, OPERATOR, Closing(alert, "helped", "已落实帮扶", DAY))
    press(visitor, "确认销号")
    assert len(rows_of(db, AlertClosing)[0]) == 1
    assert "在您打开后已由 operator 销号" in visitor.html()
    assert "已落实帮扶" in visitor.html()
    state = next(g for g in visitor.test.get("button_group") if g.label == "状态")
    state.set_value("closed")
    visitor.run()
    assert len(visitor.test.dataframe[0].value) == 1


def test_a_team_sees_and_runs_for_its_own_village_alone(come, db):
    visitor = come("team")
    press(visitor, "运行规则")
    with reading(db) as connection:
        villages = set(
            connection.execute(
                select(Household.village_code).join(Alert, Alert.household_code == Household.code)
            ).scalars()
        )
    assert villages <= {DONGXING}
    assert visitor.is_clean()


def test_rules_and_assumptions_are_told_in_english_too(come, db):
    shown = come(lang="en").html()
    assert "M-SCHOOL" in shown
    assert "30%" in shown


# ── The look-back ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def looking(come, db):
    """Open a look-back over the city by the page."""
    visitor = come()
    assert "还没有回头看" in visitor.texts()
    press(visitor, "冻结名册，开展回头看")
    assert "请填写“名称”" in visitor.html()
    write(visitor, "名称", "春季回头看")
    write(visitor, "领导小组", "市脱贫攻坚领导小组")
    press(visitor, "冻结名册，开展回头看")
    assert "已冻结 697 户" in said(visitor)
    return visitor


def numbers(db):
    (one,) = list_lookbacks(db, OPERATOR)
    return [one.verified, one.corrected, one.removed, one.pending, one.households]


def test_the_numbers_stand_as_an_equation_and_a_village_is_verified_at_once(looking, db):
    assert figures(looking)[4:] == [0, 0, 0, 697, 697]
    waiting = next(b.label for b in looking.test.button if b.label.startswith("选中本村"))
    count = int(re.search(r"\d+", waiting).group())
    press(looking, waiting)
    write(looking, "核查情况", "逐户核对档案")
    press(looking, "登记结果")
    assert f"已登记 {count} 户" in said(looking)
    assert figures(looking)[4:] == [count, 0, 0, 697 - count, 697] == numbers(db)


def test_an_outcome_without_grounds_is_refused_and_one_is_withdrawn(looking, db):
    home = looking.test.multiselect[0].options[0].split(" ")[0]
    for outcome, told in (("corrected", "没有任何更正"), ("removed", "没有全部登记清退")):
        looking.test.multiselect[0].set_value([home])
        looking.run()
        box(looking, "核查结果").set_value(outcome)
        write(looking, "核查情况", "入户核对")
        press(looking, "登记结果")
        assert told in looking.html()
    assert rows_of(db, LookbackOutcome) == [[]]
    box(looking, "核查结果").set_value("verified")
    press(looking, "登记结果")
    assert numbers(db) == [1, 0, 0, 696, 697]
    (outcome,) = [o for o in list_items(db, OPERATOR, campaign(db))["outcome_id"] if o]
    box(looking, "已登记的户").set_value(outcome)
    write(looking, "撤销原因", "登记有误")
    press(looking, "撤回，恢复为待核查")
    assert numbers(db) == [0, 0, 0, 697, 697]


def test_an_outcome_of_somebody_else_meanwhile_is_told_and_stands(looking, db):
    home = looking.test.multiselect[0].options[0].split(" ")[0]
    looking.test.multiselect[0].set_value([home])
    looking.run()
    record_lookback(db, OPERATOR, Finding(campaign(db), {home: ""}, "verified", "已核对", DAY))
    box(looking, "核查结果").set_value("verified")
    write(looking, "核查情况", "入户核对")
    press(looking, "登记结果")
    assert "在您打开后已被 operator" in looking.html()
    assert len(rows_of(db, LookbackOutcome)[0]) == 1
    press(looking, "登记结果")  # now in the light of what they were told
    assert numbers(db) == [1, 0, 0, 696, 697]
    assert len(rows_of(db, LookbackOutcome)[0]) == 3


def campaign(db):
    return list_lookbacks(db, OPERATOR)[0].id


def test_a_town_takes_part_and_opens_none(looking, come):
    town = come("town")
    assert town.is_clean()
    assert "冻结户数（您的范围）" in town.html()
    assert "冻结名册，开展回头看" not in said(town)
