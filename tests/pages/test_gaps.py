"""The list of gaps on the page: who sees what, how it narrows, and how one is assigned."""

from datetime import date

import numpy as np
import pytest
from sqlalchemy import select

from data.access import MASK
from data.engine import reading, transaction
from data.ledger import supersede
from data.models import AuditEntry, GapTask, MedicalBill, Pairing
from data.queries.entitlements import list_entitlements
from data.queries.gaps import count_gaps, list_gaps
from data.rules.gaps import GAP_NAMES, GAP_RULES, GapKind
from pages.ui.gap_map import spread

PAGE = "gaps"

DAY = date(2016, 12, 31)
KNOWS = ["office", "district-150303", "helper"]


def widget(visitor, kind, label):
    (found,) = [part for part in getattr(visitor.test, kind) if part.label == label]
    return found


def chips_of(visitor):
    """Give the words of the one group that has a chip a kind."""
    (found,) = [
        group for group in visitor.test.get("button_group")
        if len(group.proto.options) == len(GapKind)
    ]  # fmt: skip
    return [option.content for option in found.proto.options]


def open_gap(visitor, subject):
    """Choose a gap from the list by what it is about."""
    box = widget(visitor, "selectbox", "查看或交办一项")
    (label,) = [option for option in box.options if option.startswith(subject)]
    box.select(label)
    return visitor.run()


@pytest.mark.parametrize("role", KNOWS)
def test_the_list_is_that_of_the_query(visit, demo_db, viewers, role):
    visitor = visit("gaps", role=role)
    assert visitor.is_clean()
    listed = list_gaps(demo_db, viewers[role], as_of=DAY)
    assert f"{len(listed)} 项" in visitor.texts()
    for subject in listed["subject"][:30]:
        assert subject in visitor.html()
    assert len(listed) > 0 or role in {"helper", "team"}
    # The map is of counts, which a helper is not given.
    charts = visitor.test.get("arrow_vega_lite_chart") or visitor.test.get("vega_lite_chart")
    assert bool(charts) == (role != "helper")


def test_a_chip_narrows_the_list_and_quotes_its_rule(visit, demo_db, office):
    visitor = visit("gaps", role="office")
    counts = count_gaps(demo_db, office, as_of=DAY).sum()
    labels = chips_of(visitor)
    for kind in GapKind:
        assert f"{GAP_NAMES[kind]} {int(counts[str(kind)])}" in labels
    visitor = visit("gaps", role="office", kind="no_skill")
    said = visitor.texts()
    assert GAP_RULES[GapKind.NO_SKILL] in said.replace("\\", "")
    assert f"{int(counts['no_skill'])} 项" in said
    assert "措施与原因不符" not in visitor.html()
    assert visitor.query()["kind"] == "no_skill"


def test_a_day_and_a_village_narrow_it_too(visit, demo_db, office):
    early = date(2016, 6, 30)
    listed = list_gaps(demo_db, office, as_of=early)
    village = listed["village"].mode()[0]
    visitor = visit("gaps", role="office", as_of="2016-06-30", village=village)
    assert f"{(listed['village'] == village).sum()} 项" in visitor.texts()
    visitor.test.toggle[0].set_value(True)
    visitor.run()
    late = ((listed["village"] == village) & (listed["due_on"] < early)).sum()
    assert f"{late} 项" in visitor.texts()


def test_what_an_address_cannot_name_is_told_and_replaced(visit):
    visitor = visit("gaps", role="office", kind="rank", village="999999999999")
    assert "rank" in visitor.html()
    assert "没有找到" in visitor.html()
    assert not visitor.test.exception


def test_an_ended_pairing_shows_as_one_gap_with_its_village(come, db, office):
    home = list_gaps(db, office, as_of=DAY, kinds=[GapKind.NO_SKILL]).iloc[0]
    with transaction(db) as connection:
        pairings = connection.execute(
            select(Pairing.id).where(
                Pairing.household_code == home["subject"], Pairing.superseded_at.is_(None)
            )
        ).scalars().all()  # fmt: skip
        for pairing in pairings:
            supersede(connection, Pairing, pairing)
    visitor = come(kind="unpaired")
    assert "1 项" in visitor.texts()
    assert "未结对帮扶 1" in chips_of(visitor)
    visitor = open_gap(visitor, home["subject"])
    assert GAP_RULES[GapKind.UNPAIRED] in visitor.texts().replace("\\", "")
    counts = count_gaps(db, office, as_of=DAY)["unpaired"]
    assert counts[home["village"]] == counts.sum() == 1


def test_a_gap_is_assigned_and_taken_back(come, db, office):
    first = list_gaps(db, office, as_of=DAY, kinds=[GapKind.NO_SKILL]).iloc[0]
    visitor = open_gap(come(kind="no_skill"), first["subject"])
    assert "默认（尚未交办）" in visitor.html()
    (link,) = visitor.test.get("link_button")
    assert link.proto.url == f"/household?household={first['subject']}"
    widget(visitor, "text_input", "交办说明").input("联系技能培训")
    button(visitor, "交办").click()
    visitor.run()
    assert not visitor.test.exception
    assert [part.value for part in visitor.test.success] == ["已交办并记入审计。"]
    with reading(db) as connection:
        task = connection.execute(select(GapTask)).one()
        assert (task.subject, task.gap, task.occurred_on) == (first["subject"], "no_skill", DAY)
        deeds = connection.execute(
            select(AuditEntry.deed).where(AuditEntry.target == first["subject"])
        ).scalars().all()  # fmt: skip
    assert deeds == ["entry"]
    visitor = open_gap(come(kind="no_skill"), first["subject"])
    assert "已交办" in visitor.html()
    button(visitor, "撤回交办").click()
    visitor.run()
    assert [part.value for part in visitor.test.success] == ["已撤回交办并记入审计。"]
    found = list_gaps(db, office, as_of=DAY, kinds=[GapKind.NO_SKILL])
    assert set(found["task"]) == {""}


def test_without_a_reason_nothing_is_assigned_and_the_page_says_why(come, db, office):
    first = list_gaps(db, office, as_of=DAY, kinds=[GapKind.NO_SKILL]).iloc[0]
    visitor = open_gap(come(kind="no_skill"), first["subject"])
    button(visitor, "交办").click()
    visitor.run()
    assert "请填写“交办说明”" in visitor.html()
    with reading(db) as connection:
        assert connection.execute(select(GapTask)).first() is None


@pytest.mark.parametrize("role", ["clerk"])
def test_who_assigns_nothing_has_no_form(come, db, viewers, role):
    listed = list_gaps(db, viewers[role], as_of=date(2016, 6, 30))
    visitor = open_gap(come(role, as_of="2016-06-30"), listed.iloc[0]["subject"])
    assert visitor.is_clean()
    assert "交办" not in [part.label for part in visitor.test.button]


def test_a_helper_is_not_told_the_cause(come, db, viewers, office):
    early = date(2016, 1, 1)
    mine = list_gaps(db, viewers["helper"], as_of=early, kinds=[GapKind.MISMATCH])
    assert set(mine["cause"]) <= {MASK}
    theirs = list_gaps(db, office, as_of=early, kinds=[GapKind.MISMATCH])
    assert MASK not in set(theirs["cause"])


def button(visitor, label):
    (found,) = [part for part in visitor.test.button if part.label == label]
    return found


# ── Rules and the waterfall ─────────────────────────────────────────────────────────────────────


def test_rules_say_whether_they_compute_anything(visit):
    said = visit("gaps", role="office").html()
    for rule in ("R-EDU-1", "R-EDU-2", "R-HEA-4"):
        assert rule in said
    assert said.count("待附文件") >= 5
    assert "生效" in said


def test_the_waterfall_assumes_nothing_adds_up_and_becomes_a_bill(come, db, town):
    visitor = come("town")
    assert widget(visitor, "number_input", "医疗费用（元）").value is None
    button(visitor, "计算").click()
    visitor.run()
    assert "请填写医疗费用" in visitor.html()
    widget(visitor, "number_input", "医疗费用（元）").set_value(10_000.01)
    visitor.run()
    assert "R-HEA-4 缺少 5 项参数" in visitor.html()
    for layer in ("basic", "critical", "assistance", "fund"):
        by_key(visitor, "selectbox", f"gaps.{layer}.mode").select("exact")
    visitor.run()
    paid = {"basic": 5_000.0, "critical": 2_000.0, "assistance": 1_000.01, "fund": 0.0}
    for layer, yuan in paid.items():
        by_key(visitor, "number_input", f"gaps.{layer}.amount").set_value(yuan)
    by_key(visitor, "button_group", "gaps.only").set_value("no")
    visitor.run()
    assert "10,000.01" in visitor.html()
    assert "2,000.00" in visitor.html()
    home = list_gaps(db, town, as_of=DAY).iloc[0]["subject"]
    widget(visitor, "text_input", "户编码（代号）").input(home)
    widget(visitor, "number_input", "成员序号（1 为户主）").set_value(1)
    button(visitor, "登记费用").click()
    visitor.run()
    assert [part.value for part in visitor.test.success] == ["已登记并记入审计。"]
    with reading(db) as connection:
        bill = connection.execute(select(MedicalBill)).one()
    assert (bill.household_code, bill.total_fen, bill.assistance_fen) == (home, 1_000_001, 100_001)


def test_a_payment_closes_what_was_not_received_and_can_be_taken_back(come, db, office):
    gaps = list_gaps(db, office, as_of=DAY, kinds=[GapKind.UNRECEIVED])
    home = gaps[gaps["rules"] == "R-EDU-4"].iloc[0]["subject"]
    found = list_entitlements(db, office, home, as_of=DAY).rows
    place = int(found[found["rule"] == "R-EDU-4"].iloc[0]["place"])
    visitor = open_gap(come(kind="entitled_not_receiving"), home)
    member = widget(visitor, "selectbox", "成员")
    member.select(member.options[place - 1])
    widget(visitor, "selectbox", "规则").select("R-EDU-4")
    widget(visitor, "number_input", "发放金额（元）").set_value(1_000.0)
    button(visitor, "登记发放").click()
    visitor.run()
    assert [part.value for part in visitor.test.success] == ["已登记并记入审计。"]
    assert home not in visitor.html()
    assert len(list_gaps(db, office, as_of=DAY, kinds=[GapKind.UNRECEIVED])) == len(gaps) - 1


def by_key(visitor, kind, key):
    return getattr(visitor.test, kind)(key=key)


def test_circles_of_one_place_are_moved_apart_and_always_alike():
    lon = np.array([106.8, 106.8, 106.8, 107.4, np.nan])
    lat = np.array([39.5, 39.5, 39.5, 39.9, np.nan])
    radius = np.full(5, 0.02)
    x, y = spread(lon, lat, radius)
    assert all(np.array_equal(a, b, equal_nan=True)
               for a, b in zip((x, y), spread(lon, lat, radius), strict=True))  # fmt: skip
    stretch = np.cos(np.radians(np.nanmean(lat)))
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert np.hypot((x[i] - x[j]) * stretch, y[i] - y[j]) > 0.9 * 0.04
    assert np.hypot(x[:3] - 106.8, y[:3] - 39.5).max() < 0.06
    assert (x[3], y[3]) == pytest.approx((107.4, 39.9), abs=1e-5)
    assert np.isnan(x[4])
    assert np.isnan(y[4])
