"""The household's file: three ones, one plan at a time, pairings apart, nothing lost by an undo."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from data.access import MASK, Role, Viewer
from data.actions.assign_measure import MeasureChange, change_measure
from data.actions.pair_household import PairingEnd, end_pairing
from data.actions.void_file_entry import FileVoid, void_file_entry
from data.engine import reading
from data.errors import (
    AlreadyVoided,
    DayOutOfRange,
    Denied,
    EntryChanged,
    IdentityInReason,
    LaterChangeStands,
    MeasureStands,
    NegativeAmount,
    NoPostThatDay,
    NotFound,
    NothingChanged,
    NumberOutOfRange,
    OthersEntry,
    PairingStands,
    PersonalInReason,
    PlanIncomplete,
    ReasonMissing,
    RegisterError,
    StatementStands,
    SurveyIncomplete,
    UnknownValue,
)
from data.full_views import close_full_view, open_full_view
from data.models import (
    AuditEntry,
    IncomeStatement,
    MeasureAssignment,
    Pairing,
    Plan,
    PlanIndicator,
    Survey,
)
from data.queries.household_file import get_household_file
from data.rules.files import do_overlap
from tests.unit.data import filed
from tests.unit.data.filed import DAY
from tests.unit.data.tiny_world import IDENTIFIED, JIA, UNPAIRED_FROM, identity_row

OFFICE = Viewer("office", Role.OFFICE, ("",))
TOWN = Viewer("town", Role.TOWN, ("990121100",))
CLERK = Viewer("clerk", Role.CLERK, ("9901",))
HELPER = Viewer("helper", Role.HELPER, ("",), official="cadre-A")
LEADER = Viewer("leader", Role.LEADER, ("",))
JUNE, JULY = date(2016, 6, 1), date(2016, 7, 1)


def file_of(db, code="A3", viewer=OFFICE, as_of=DAY, **how):
    return get_household_file(db, viewer, code, as_of=as_of, **how)


def audit_of(db):
    with reading(db) as connection:
        rows = connection.execute(
            select(AuditEntry.deed, AuditEntry.target, AuditEntry.reason).order_by(AuditEntry.seq)
        ).all()
    return [tuple(row) for row in rows]


def count(db, model):
    with reading(db) as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def part_of(db, code, part):
    return filed.base(
        db, {"measure": MeasureAssignment, "pairing": Pairing, "plan": Plan}[part], code
    )


# ── Survey and plan ─────────────────────────────────────────────────────────────────────────────


def test_a_plan_waits_for_all_three_blocks_and_not_applicable_is_one_of_them(tiny_db):
    filed.survey(tiny_db, OFFICE, "A3", "situation")
    filed.survey(tiny_db, OFFICE, "A3", "causes")
    with pytest.raises(SurveyIncomplete) as refused:
        filed.plan(tiny_db, OFFICE, "A3")
    assert "需求" in refused.value.sentence("zh-CN")
    assert "现状" not in refused.value.sentence("zh-CN")
    assert count(tiny_db, Plan) == count(tiny_db, PlanIndicator) == 0
    filed.survey(tiny_db, OFFICE, "A3", "needs", state="not_applicable", note="")
    filed.plan(tiny_db, OFFICE, "A3")
    found = file_of(tiny_db)
    assert list(found.survey["state"]) == ["filled", "filled", "not_applicable"]
    assert found.indicators["indicator"].iloc[0] == "income"
    assert len(found.indicators) == 6
    assert (len(found.plan), found.former_plans) == (1, 0)


def test_a_plan_dated_before_its_survey_is_refused(tiny_db):
    filed.survey_all(tiny_db, OFFICE, "A3")
    with pytest.raises(SurveyIncomplete):
        filed.plan(tiny_db, OFFICE, "A3", IDENTIFIED - timedelta(days=1))


def test_an_undone_survey_counts_no_longer(tiny_db):
    filed.survey(tiny_db, OFFICE, "A3", "situation")
    filed.survey(tiny_db, OFFICE, "A3", "causes")
    needs = filed.survey(tiny_db, OFFICE, "A3", "needs")
    void_file_entry(tiny_db, OFFICE, FileVoid("A3", "survey", needs, "entered_by_mistake"))
    with pytest.raises(SurveyIncomplete):
        filed.plan(tiny_db, OFFICE, "A3")
    assert list(file_of(tiny_db).survey["block"]) == ["situation", "causes"]
    with pytest.raises(AlreadyVoided):
        void_file_entry(tiny_db, OFFICE, FileVoid("A3", "survey", needs, "entered_by_mistake"))


def test_a_new_plan_takes_the_old_ones_place_and_the_old_days_keep_theirs(tiny_db):
    filed.survey_all(tiny_db, OFFICE, "A3")
    filed.plan(tiny_db, OFFICE, "A3")
    filed.plan(tiny_db, OFFICE, "A3", JUNE, plan_year=2017, aims={})
    found = file_of(tiny_db)
    assert list(found.plan["plan_year"]) == [2017]
    assert found.former_plans == 1
    # Nothing was typed a second time: the former plan's words hold on.
    housing = found.indicators.set_index("indicator").loc["housing"]
    assert tuple(housing[["baseline", "target"]]) == ("已核对", "住房安全")
    before = file_of(tiny_db, as_of=JUNE - timedelta(days=1))
    assert list(before.plan["plan_year"]) == [2016]
    assert len(before.indicators) == 6
    assert before.former_plans == 0


def test_a_plan_states_all_six_indicators(tiny_db):
    filed.survey_all(tiny_db, OFFICE, "A3")
    aims = {name: aim for name, aim in filed.AIMS.items() if name != "pension"}
    with pytest.raises(PlanIncomplete) as refused:
        filed.plan(tiny_db, OFFICE, "A3", aims=aims)
    assert refused.value.sentence("zh-CN").count("养老保险") == 1
    assert "新农合" not in refused.value.sentence("zh-CN")
    assert count(tiny_db, Plan) == 0


def test_a_plan_is_never_dated_before_the_one_it_follows(tiny_db):
    filed.survey_all(tiny_db, OFFICE, "A3")
    filed.plan(tiny_db, OFFICE, "A3", JUNE)
    with pytest.raises(DayOutOfRange):
        filed.plan(tiny_db, OFFICE, "A3", JUNE - timedelta(days=1))


def test_undoing_a_plan_brings_the_former_one_back(tiny_db):
    filed.survey_all(tiny_db, OFFICE, "A3")
    filed.plan(tiny_db, OFFICE, "A3")
    second = filed.plan(tiny_db, OFFICE, "A3", JUNE, plan_year=2017)
    void_file_entry(tiny_db, OFFICE, FileVoid("A3", "plan", second, "wrong_content"))
    found = file_of(tiny_db)
    assert list(found.plan["plan_year"]) == [2016]
    assert len(found.indicators) == 6
    assert list(file_of(tiny_db, as_of=JUNE - timedelta(days=1)).plan["plan_year"]) == [2016]


@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["plan", "undo", "pair", "end", "unpair"]),
            st.integers(0, 400),
            st.sampled_from(["cadre-A", "cadre-B"]),
        ),
        min_size=2, max_size=8,
    ),
    st.sampled_from(["A2", "A4", "A5", "B1", "B2", "C1", "C2", "C3"]),
)  # fmt: skip
def test_on_any_day_one_plan_at_most_and_equal_pairings_apart(tiny_db, steps, code):
    """Whatever is entered in whatever order, refused entries included."""
    if count(tiny_db, Survey) == 0:
        filed.give_posts(tiny_db)
    if not len(file_of(tiny_db, code).survey):
        filed.survey_all(tiny_db, OFFICE, code)
    for step, offset, cadre in steps:
        day = IDENTIFIED + timedelta(days=offset)
        try:
            take(tiny_db, code, step, day, cadre)
        except RegisterError:
            continue
    with reading(tiny_db) as connection:
        for model, group in ((Plan, ()), (Pairing, ("official_id",))):
            columns = [getattr(model, name) for name in group]
            rows = connection.execute(
                select(model.valid_from, model.valid_to, *columns).where(
                    model.household_code == code, model.superseded_at.is_(None)
                )
            ).all()
            clashes = [
                (a, b)
                for i, a in enumerate(rows)
                for b in rows[i + 1 :]
                if a[2:] == b[2:] and do_overlap((a[0], a[1]), (b[0], b[1]))
            ]
            assert clashes == []


def take(db, code, step, day, cadre):
    if step == "plan":
        filed.plan(db, OFFICE, code, day)
    elif step == "undo":
        plans = file_of(db, code).plan
        if len(plans):
            void_file_entry(db, OFFICE, FileVoid(code, "plan", plans["id"].iloc[0], "wrong_day"))
    elif step == "pair":
        filed.pair(db, OFFICE, code, cadre, since=day)
    else:
        held = file_of(db, code).pairings
        for pairing in held.loc[held["valid_to"].isna(), "id"]:
            if step == "end":
                end_pairing(
                    db, OFFICE, PairingEnd(code, pairing, day, part_of(db, code, "pairing"))
                )
            else:
                void_file_entry(db, OFFICE, FileVoid(code, "pairing", pairing, "wrong_day"))


# ── Income ──────────────────────────────────────────────────────────────────────────────────────


def test_amounts_show_inside_an_open_full_view_alone(tiny_db):
    for months, day in ((3, JULY), (6, JULY), (12, DAY)):
        filed.income(tiny_db, OFFICE, "A3", months, occurred_on=day)
    masked = file_of(tiny_db)
    assert not masked.is_open
    amounts = ["wage_fen", "cost_fen", "net_fen", "per_person_fen", "annual_fen"]
    assert set(masked.incomes[amounts].to_numpy().ravel()) == {MASK}
    assert set(masked.increments["net_fen"]) == {MASK}
    assert list(masked.incomes["months"]) == [3, 6, 12]

    view = open_full_view(tiny_db, OFFICE, "A3", reason="visit")
    shown = file_of(tiny_db, view=view.id)
    assert shown.is_open
    assert list(shown.incomes["per_person_fen"]) == [100_833, 201_666, 403_333]
    assert list(shown.incomes["annual_fen"]) == [403_332, 403_332, 403_333]
    assert [None if pd.isna(v) else v for v in shown.increments["net_fen"]] == [
        302_500, 302_500, None, None,
    ]  # fmt: skip
    # Another household, another person, and a view that is over open nothing.
    assert not file_of(tiny_db, "A2", view=view.id).is_open
    assert not file_of(tiny_db, viewer=CLERK, view=view.id).is_open
    close_full_view(tiny_db, OFFICE, view.id)
    assert not file_of(tiny_db, view=view.id).is_open


def test_one_statement_for_the_same_months_and_another_after_its_undoing(tiny_db):
    first = filed.income(tiny_db, OFFICE, "A3", 6)
    with pytest.raises(StatementStands):
        filed.income(tiny_db, OFFICE, "A3", 6)
    assert count(tiny_db, IncomeStatement) == 1
    void_file_entry(tiny_db, OFFICE, FileVoid("A3", "income", first, "wrong_content"))
    filed.income(tiny_db, OFFICE, "A3", 6, persons=2)
    assert list(file_of(tiny_db).incomes["persons"]) == [2]


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"amounts": {"wage_fen": -1}}, NegativeAmount),
        ({"amounts": {"cost_fen": 10**20}}, NumberOutOfRange),
        ({"months": 4}, UnknownValue),
        ({"persons": 0}, NumberOutOfRange),
        ({"year": 16}, NumberOutOfRange),
        ({"surveyor": " "}, ReasonMissing),
        ({"surveyor": "13800001111"}, PersonalInReason),
        ({"occurred_on": date(2016, 12, 30)}, DayOutOfRange),
        ({"occurred_on": date(2999, 1, 1)}, DayOutOfRange),
    ],
)
def test_a_sheet_that_cannot_be_right_is_refused_whole(tiny_db, how, error):
    with pytest.raises(error):
        filed.income(tiny_db, OFFICE, "A3", **how)
    assert count(tiny_db, IncomeStatement) == 0


# ── Log and visits ──────────────────────────────────────────────────────────────────────────────


def test_a_helper_logs_for_the_own_households_and_as_nobody_else(tiny_db):
    filed.log(tiny_db, HELPER, "A3", official="cadre-B")
    filed.visit(tiny_db, HELPER, "A3", "technician", note="大棚")
    found = file_of(tiny_db)
    assert list(found.log["official"]) == ["cadre-A"]
    assert list(found.visits["kind"]) == ["technician"]
    with pytest.raises(NotFound):
        filed.log(tiny_db, HELPER, "B1")
    with pytest.raises(NotFound):  # its pairing has ended
        filed.visit(tiny_db, HELPER, "A6")
    with pytest.raises(Denied):
        filed.survey(tiny_db, HELPER, "A3")


def test_a_log_names_the_paired_cadre_unless_another_of_the_household_did_it(tiny_db):
    filed.log(tiny_db, CLERK, "B1")
    assert list(file_of(tiny_db, "B1").log["official"]) == ["cadre-B"]
    with pytest.raises(NotFound):
        filed.log(tiny_db, CLERK, "B1", official="cadre-A")
    filed.visit(tiny_db, CLERK, "A6", official="cadre-A")  # of the village's team
    filed.visit(tiny_db, CLERK, "A6")  # nobody is paired, nobody is named
    assert sorted(map(str, file_of(tiny_db, "A6").visits["official"])) == ["None", "cadre-A"]


def test_what_somebody_else_logged_a_helper_does_not_undo(tiny_db):
    theirs = filed.log(tiny_db, CLERK, "A3")
    own = filed.log(tiny_db, HELPER, "A3", 3)
    with pytest.raises(OthersEntry):
        void_file_entry(tiny_db, HELPER, FileVoid("A3", "log", theirs, "wrong_day"))
    void_file_entry(tiny_db, HELPER, FileVoid("A3", "log", own, "wrong_day"))
    assert list(file_of(tiny_db).log["quarter"]) == [4]
    with pytest.raises(Denied):
        void_file_entry(tiny_db, HELPER, FileVoid("A3", "survey", "x", "wrong_day"))


@pytest.mark.parametrize(
    ("enter", "how", "error"),
    [
        (filed.log, {"quarter": 5}, NumberOutOfRange),
        (filed.log, {"work": ""}, ReasonMissing),
        (filed.log, {"occurred_on": date(2016, 9, 30)}, DayOutOfRange),
        (filed.log, {"work": identity_row("A3-2")["name"]}, IdentityInReason),
        (filed.visit, {"kind": "party"}, UnknownValue),
        (filed.visit, {"note": "15012345678"}, PersonalInReason),
        (filed.survey, {"block": "rest"}, UnknownValue),
        (filed.survey, {"note": ""}, ReasonMissing),
        (filed.survey, {"occurred_on": date(2999, 1, 1)}, DayOutOfRange),
    ],
)
def test_an_entry_that_cannot_be_right_leaves_nothing(tiny_db, enter, how, error):
    with pytest.raises(error):
        enter(tiny_db, OFFICE, "A3", **how)
    found = file_of(tiny_db)
    assert len(found.log) == len(found.visits) == len(found.survey) == 0


# ── Measures and pairings ───────────────────────────────────────────────────────────────────────


def test_a_measure_moves_on_and_earlier_days_keep_what_held_then(tiny_db):
    made = filed.measure(tiny_db, OFFICE, "A5", "industry", since=JUNE, amount_fen=500)
    change = MeasureChange("A5", made, "done", JULY, part_of(tiny_db, "A5", "measure"))
    change_measure(tiny_db, OFFICE, change)
    found = file_of(tiny_db, "A5")
    assert list(found.measures["state"]) == ["planned", "done"]
    assert list(found.measures["is_current"]) == [False, True]
    assert set(found.measures["amount_fen"]) == {MASK}
    view = open_full_view(tiny_db, OFFICE, "A5", reason="visit")
    assert list(file_of(tiny_db, "A5", view=view.id).measures["amount_fen"]) == [500, 500]
    then = file_of(tiny_db, "A5", as_of=JULY - timedelta(days=1)).measures
    assert list(then.loc[then["is_current"].astype(bool), "state"]) == ["planned"]


def test_the_same_measure_is_not_assigned_twice_and_can_end(tiny_db):
    with pytest.raises(MeasureStands):
        filed.measure(tiny_db, OFFICE, "A3", "industry")
    with pytest.raises(UnknownValue):
        filed.measure(tiny_db, OFFICE, "A3", "relocation")
    with pytest.raises(NegativeAmount):
        filed.measure(tiny_db, OFFICE, "A3", "health", amount_fen=-1)
    (held,) = file_of(tiny_db).measures["id"]
    base = part_of(tiny_db, "A3", "measure")
    with pytest.raises(NothingChanged):
        change_measure(tiny_db, OFFICE, MeasureChange("A3", held, "ongoing", JULY, base))
    assert change_measure(tiny_db, OFFICE, MeasureChange("A3", held, None, JULY, base)) == ""
    found = file_of(tiny_db)
    assert not found.three_ones.has_measure
    assert file_of(tiny_db, as_of=JUNE).three_ones.has_measure
    (ended,) = found.measures["id"]
    void_file_entry(tiny_db, OFFICE, FileVoid("A3", "measure", ended, "entered_by_mistake"))
    assert file_of(tiny_db).three_ones.has_measure


def test_only_the_latest_change_can_be_undone(tiny_db):
    first = filed.measure(tiny_db, OFFICE, "A5", "industry", since=JUNE)
    filed.measure(tiny_db, OFFICE, "A5", "health", since=JUNE)
    with pytest.raises(LaterChangeStands):
        void_file_entry(tiny_db, OFFICE, FileVoid("A5", "measure", first, "wrong_content"))
    assert len(file_of(tiny_db, "A5").measures) == 2


def test_a_cadre_holds_a_post_on_the_day_of_the_pairing(tiny_db):
    with pytest.raises(NoPostThatDay) as refused:
        filed.pair(tiny_db, OFFICE, "A6", "cadre-B")
    assert "2016-12-31" in refused.value.sentence("en")
    filed.give_posts(tiny_db, JULY)
    with pytest.raises(NoPostThatDay):
        filed.pair(tiny_db, OFFICE, "A6", "cadre-B", since=JULY)
    filed.pair(tiny_db, OFFICE, "A6", "cadre-B", since=JULY - timedelta(days=1))
    assert list(file_of(tiny_db, "A6").answerable.cadres["official"]) == ["cadre-B"]


def test_a_pairing_follows_its_own_end_and_does_not_overlap_it(tiny_db):
    filed.give_posts(tiny_db)
    with pytest.raises(PairingStands):
        filed.pair(tiny_db, OFFICE, "A3", "cadre-A")
    with pytest.raises(PairingStands):
        filed.pair(tiny_db, OFFICE, "A6", "cadre-A", since=UNPAIRED_FROM - timedelta(days=1))
    filed.pair(tiny_db, OFFICE, "A6", "cadre-A", since=UNPAIRED_FROM)
    for code in ("leader-1", "nobody"):  # a leader is no cadre
        with pytest.raises(NotFound):
            filed.pair(tiny_db, OFFICE, "A3", code)


def test_an_ended_pairing_ends_once_and_not_before_it_began(tiny_db):
    (held,) = file_of(tiny_db).pairings["id"]

    def end(pairing, on):
        how = PairingEnd("A3", pairing, on, part_of(tiny_db, "A3", "pairing"))
        end_pairing(tiny_db, OFFICE, how)

    with pytest.raises(DayOutOfRange):
        end(held, IDENTIFIED - timedelta(days=1))
    end(held, JULY)
    assert len(file_of(tiny_db).answerable.cadres) == 0
    assert len(file_of(tiny_db, as_of=JUNE).answerable.cadres) == 1
    (ended,) = file_of(tiny_db).pairings["id"]
    with pytest.raises(NothingChanged):
        end(ended, DAY)
    with pytest.raises(NotFound):
        end(held, DAY)


# ── All of them ─────────────────────────────────────────────────────────────────────────────────

ENTER = {
    "survey": lambda db, **how: filed.survey(db, OFFICE, "A3", **how),
    "income": lambda db, **how: filed.income(db, OFFICE, "A3", **how),
    "log": lambda db, **how: filed.log(db, OFFICE, "A3", **how),
    "visit": lambda db, **how: filed.visit(db, OFFICE, "A3", **how),
    "measure": lambda db, **how: filed.measure(db, OFFICE, "A3", "health", **how),
    "pairing": lambda db, **how: filed.pair(db, OFFICE, "A3", "cadre-B", **how),
    "plan": lambda db, **how: filed.plan(db, OFFICE, "A3", **how),
}


@pytest.fixture
def ready(tiny_db):
    """Give a world in which every kind of entry can be made."""
    filed.give_posts(tiny_db)
    filed.survey_all(tiny_db, OFFICE, "A3")
    return tiny_db


@pytest.mark.parametrize("part", ENTER)
def test_an_entry_against_an_older_state_is_told_apart_and_writes_nothing(ready, part):
    base = file_of(ready).bases[part]
    filed_first = {"income": {"months": 6}, "measure": {}}.get(part, {})
    ENTER[part](ready, **filed_first)
    before = file_of(ready).bases
    with pytest.raises(EntryChanged) as refused:
        ENTER[part](ready, base=base)
    assert "office" in refused.value.sentence("zh-CN")
    assert file_of(ready).bases == before


@pytest.mark.parametrize("part", ENTER)
def test_each_entry_and_each_undo_is_one_row_of_the_audit_without_words(ready, part):
    rows = len(audit_of(ready))
    made = ENTER[part](ready)
    (entered,) = audit_of(ready)[rows:]
    assert entered[:2] == ("entry", "A3")
    assert entered[2].startswith(part)
    void_file_entry(ready, OFFICE, FileVoid("A3", part, made, "wrong_household"))
    assert audit_of(ready)[rows + 1 :] == [("void", "A3", f"{part}: wrong_household")]


@pytest.mark.parametrize("part", ENTER)
def test_an_undone_entry_is_gone_today_and_still_known_as_of_then(ready, part):
    entered, undone = datetime(2020, 1, 1, 4, tzinfo=UTC), datetime(2021, 1, 1, 4, tzinfo=UTC)
    frame = {"visit": "visits", "income": "incomes", "measure": "measures",
             "pairing": "pairings"}.get(part, part)  # fmt: skip
    before = getattr(file_of(ready), frame).drop(columns="recorded_at")
    made = ENTER[part](ready, now=entered)
    void_file_entry(ready, OFFICE, FileVoid("A3", part, made, "wrong_day"), now=undone)
    after = getattr(file_of(ready), frame).drop(columns="recorded_at")
    pd.testing.assert_frame_equal(after, before, check_dtype=False)
    ids = {
        day: list(getattr(file_of(ready, known_on=day), frame)["id"])
        for day in (date(2019, 12, 31), date(2020, 1, 1), date(2021, 1, 1))
    }
    assert [made in found for found in ids.values()] == [False, True, False]


@pytest.mark.parametrize("part", ["survey", "plan"])
@pytest.mark.parametrize(("entry", "reason"), [("nothing", "wrong_day"), (None, "no reason")])
def test_an_undo_needs_an_entry_of_the_household_and_a_reason(ready, part, entry, reason):
    made = ENTER[part](ready)
    with pytest.raises(NotFound if entry else UnknownValue):
        void_file_entry(ready, OFFICE, FileVoid("A3", part, entry or made, reason))
    with pytest.raises(NotFound):  # of another household
        void_file_entry(ready, OFFICE, FileVoid("A2", part, made, "wrong_day"))


def test_the_three_ones_and_who_answers(ready):
    found = file_of(ready)
    assert (found.three_ones.has_log, found.three_ones.has_plan) == (False, False)
    assert found.three_ones.has_measure
    filed.log(ready, OFFICE, "A3")
    filed.plan(ready, OFFICE, "A3")
    found = file_of(ready)
    assert found.three_ones.is_complete
    assert list(found.answerable.cadres["official"]) == ["cadre-A"]
    assert list(found.answerable.team["code"]) == ["cadre-A"]
    assert found.answerable.leaders == ("leader-1",)
    assert (found.standing.status, found.standing.since) == ("exited", date(2016, 6, 30))
    assert file_of(ready, as_of=JUNE).standing.status == "registered"
    assert (found.code, found.village, len(found.record.members)) == ("A3", JIA, 3)


def test_the_cause_is_for_those_who_may_know_a_households_cell(ready):
    assert list(file_of(ready).causes["code"]) == ["illness"]
    helped = file_of(ready, viewer=HELPER)
    assert set(helped.causes["code"]) == {MASK}
    assert list(helped.survey["note"]) == ["已入户", MASK, "已入户"]
    filed.plan(ready, OFFICE, "A3")
    indicators = file_of(ready).indicators.set_index("indicator")
    for column in ("baseline", "target"):
        hidden = {name for name, text in indicators[column].items() if text == MASK}
        assert hidden == {"income", "illness"}


def test_every_row_says_when_it_was_recorded_and_by_whom(ready):
    for part in ("log", "visit", "income", "measure", "pairing", "plan"):
        ENTER[part](ready)
    found = file_of(ready)
    for name in ("survey", "log", "visits", "incomes", "plan"):
        frame = getattr(found, name)
        assert set(frame["recorded_by"]) == {"office"}, name
        assert frame["recorded_at"].notna().all()
    # What was there before anybody entered anything does not say who did.
    assert list(found.measures["recorded_by"]) == ["office", ""] or list(
        found.measures["recorded_by"]
    ) == ["", "office"]


def test_a_file_is_for_those_who_see_households(ready):
    with pytest.raises(Denied):
        file_of(ready, viewer=LEADER)
    with pytest.raises(NotFound):
        file_of(ready, "C1", viewer=TOWN)
    with pytest.raises(NotFound):
        file_of(ready, "nothing")


def test_no_name_or_number_of_the_vault_is_in_any_frame(ready):
    for part in ("log", "visit", "income", "measure", "pairing", "plan"):
        ENTER[part](ready)
    found = file_of(ready)
    texts = "".join(
        getattr(found, field.name).to_csv()
        for field in fields(found)
        if isinstance(getattr(found, field.name), pd.DataFrame)
    )
    planted = identity_row("A3-2")
    assert not any(planted[name] in texts for name in ("name", "id_number", "phone", "address"))
