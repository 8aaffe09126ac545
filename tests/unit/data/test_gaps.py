"""Gaps in the tiny world: who lacks what since when, who closes it, and who may see and say so."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, update

from data.access import MASK, Role, Viewer
from data.actions.assign_gap import Assignment, assign_gap, withdraw_gap
from data.engine import reading, transaction
from data.errors import (
    AlreadyVoided,
    DayOutOfRange,
    Denied,
    EntryChanged,
    GapClosed,
    IdentityInReason,
    NotFound,
    OwnerUnknown,
    PersonalInReason,
    ReasonMissing,
)
from data.ledger import append_event, append_row, load_rows, supersede, void_row
from data.models import (
    AuditEntry,
    Cause,
    CauseKind,
    EventKind,
    GapTask,
    LedgerEntry,
    Measure,
    MeasureAssignment,
    Member,
    Org,
    Pairing,
    Plan,
    Survey,
    Village,
    WorkTeam,
)
from data.queries.gap_owners import list_owners, name_units
from data.queries.gaps import count_gaps, list_gaps, measure_ages
from data.rules.causes import EXPECTED, find_mismatch
from data.rules.gaps import GAP_NAMES, GAP_RULES, VILLAGE_KINDS, GapKind, log_lapsed_on
from tests.unit.data.tiny_world import BING, IDENTIFIED, JIA, MEASURES, UNPAIRED_FROM, YI, recorded

DAY = date(2016, 12, 31)
JUNE = date(2016, 6, 30)
NOW = datetime(2017, 1, 5, 4, tzinfo=UTC)
REMAINING = {"A4", "A5", "A6", "B2"}
"""Who is still on the register at the end of 2016."""


def gaps(db, viewer, kind, day=DAY):
    """Give the subjects of a kind's gaps and since when each is open."""
    found = list_gaps(db, viewer, as_of=day, kinds=[kind])
    assert set(found["kind"]) <= {str(kind)}
    return dict(zip(found["subject"], found["since"], strict=True))


def enter(db, model, **facts):
    with transaction(db) as connection:
        return append_row(connection, model, **facts)


def event(household, day, **facts):
    """Give the columns of an event about a household."""
    return {"household_code": household, "occurred_on": day, "recorded_at": recorded(day),
            "recorded_by": "test", **facts}  # fmt: skip


def fact(household, since, until=None, **facts):
    """Give the columns of a versioned fact about a household."""
    return {"household_code": household, "valid_from": since, "valid_to": until,
            "recorded_at": recorded(since), "superseded_at": None, **facts}  # fmt: skip


# ── Kinds ───────────────────────────────────────────────────────────────────────────────────────


def test_one_pairing_that_ended_is_one_gap_with_its_village(tiny_db, tiny_office):
    found = list_gaps(tiny_db, tiny_office, as_of=DAY, kinds=[GapKind.UNPAIRED])
    (row,) = found.to_dict("records")
    assert (row["subject"], row["village"], row["since"]) == ("A6", JIA, UNPAIRED_FROM)
    assert gaps(tiny_db, tiny_office, GapKind.UNPAIRED, JUNE) == {}
    counts = count_gaps(tiny_db, tiny_office, as_of=DAY)["unpaired"]
    assert counts[JIA] == counts.sum() == 1
    enter(tiny_db, Pairing, **fact("A6", date(2016, 9, 1), official_id="cadre-A"))
    assert gaps(tiny_db, tiny_office, GapKind.UNPAIRED) == {}
    assert set(gaps(tiny_db, tiny_office, GapKind.UNPAIRED, date(2016, 8, 31))) == {"A6"}


def test_an_exited_household_has_no_gap_and_a_relapsed_one_has_it_from_that_day(
    tiny_db, tiny_office
):
    with transaction(tiny_db) as connection:
        supersede(connection, Pairing, "pairing-A1")
    assert "A1" not in gaps(tiny_db, tiny_office, GapKind.UNPAIRED)
    assert gaps(tiny_db, tiny_office, GapKind.UNPAIRED, date(2016, 3, 9))["A1"] == IDENTIFIED
    back = date(2016, 10, 1)
    with transaction(tiny_db) as connection:
        append_event(connection, member_id="A1-1", kind=EventKind.RELAPSED, occurred_on=back,
                     recorded_by="test", recorded_at=recorded(back))  # fmt: skip
    assert gaps(tiny_db, tiny_office, GapKind.UNPAIRED)["A1"] == back


def test_a_measure_that_ended_and_one_that_never_began(tiny_db, tiny_office):
    assert gaps(tiny_db, tiny_office, GapKind.NO_MEASURE) == {"A5": IDENTIFIED}
    with transaction(tiny_db) as connection:
        supersede(connection, MeasureAssignment, "measure-A4")
    until = date(2016, 11, 1)
    facts = {"vocabulary": "WH5", "measure_code": "industry", "state": "done", "amount_fen": None}
    enter(tiny_db, MeasureAssignment, **fact("A4", IDENTIFIED, until, **facts))
    assert gaps(tiny_db, tiny_office, GapKind.NO_MEASURE) == {"A5": IDENTIFIED, "A4": until}


def test_one_plan_is_right_and_none_or_two_are_not(tiny_db, tiny_office):
    assert set(gaps(tiny_db, tiny_office, GapKind.NO_PLAN)) == REMAINING
    made = date(2016, 2, 1)
    enter(tiny_db, Plan, **fact("A4", made, plan_year=2016, planned_by="cadre-A"))
    assert set(gaps(tiny_db, tiny_office, GapKind.NO_PLAN)) == REMAINING - {"A4"}
    assert "A4" in gaps(tiny_db, tiny_office, GapKind.NO_PLAN, date(2016, 1, 31))
    again = date(2016, 5, 1)
    second = enter(tiny_db, Plan, **fact("A4", again, plan_year=2016, planned_by="cadre-A"))
    assert gaps(tiny_db, tiny_office, GapKind.NO_PLAN)["A4"] == again
    with transaction(tiny_db) as connection:
        supersede(connection, Plan, second)
    assert "A4" not in gaps(tiny_db, tiny_office, GapKind.NO_PLAN)


@pytest.mark.parametrize(
    ("entered", "day", "lapsed"),
    [
        (date(2016, 2, 1), date(2016, 12, 31), None),
        (date(2016, 2, 1), date(2017, 1, 1), date(2017, 1, 1)),
        (date(2016, 9, 30), date(2017, 2, 1), date(2017, 1, 1)),
        (date(2016, 10, 1), date(2017, 3, 31), None),
        (date(2016, 10, 1), date(2017, 4, 1), date(2017, 4, 1)),
        (date(2016, 10, 1), date(2016, 9, 30), IDENTIFIED),
    ],
)
def test_how_long_an_entry_in_the_work_log_counts(tiny_db, tiny_office, entered, day, lapsed):
    enter(tiny_db, LedgerEntry, **event("A4", entered, year=entered.year,
                                        quarter=(entered.month + 2) // 3, work="…"))  # fmt: skip
    assert gaps(tiny_db, tiny_office, GapKind.NO_LEDGER, day).get("A4") == lapsed


def test_a_voided_entry_in_the_work_log_counts_no_longer(tiny_db, tiny_office):
    assert gaps(tiny_db, tiny_office, GapKind.NO_LEDGER)["A4"] == IDENTIFIED
    day = date(2016, 11, 1)
    entry = enter(tiny_db, LedgerEntry, **event("A4", day, year=2016, quarter=4, work="…"))
    assert "A4" not in gaps(tiny_db, tiny_office, GapKind.NO_LEDGER)
    with transaction(tiny_db) as connection:
        void_row(connection, LedgerEntry, entry, recorded_by="test", reason="error")
    assert "A4" in gaps(tiny_db, tiny_office, GapKind.NO_LEDGER)


def test_a_survey_needs_its_three_blocks_filled_or_said_not_to_apply(tiny_db, tiny_office):
    day = date(2016, 4, 1)
    for block, state in (("situation", "filled"), ("situation", "filled"), ("causes", "filled")):
        enter(tiny_db, Survey, **event("A4", day, block=block, state=state, note="…"))
    assert gaps(tiny_db, tiny_office, GapKind.SURVEY_MISSING) == dict.fromkeys(
        REMAINING, IDENTIFIED
    )
    enter(tiny_db, Survey, **event("A4", day, block="needs", state="not_applicable", note=""))
    assert set(gaps(tiny_db, tiny_office, GapKind.SURVEY_MISSING)) == REMAINING - {"A4"}
    assert "A4" in gaps(tiny_db, tiny_office, GapKind.SURVEY_MISSING, date(2016, 3, 31))


def test_no_skill_is_about_households_with_somebody_of_working_age(tiny_db, tiny_office):
    assert set(gaps(tiny_db, tiny_office, GapKind.NO_SKILL)) == REMAINING
    with transaction(tiny_db) as connection:
        # The tiny world's people are all of one age.
        connection.execute(update(Member).where(Member.id == "A4-1").values(birth_year=1950))
        connection.execute(update(Member).where(Member.id == "A5-1").values(has_skill=True))
        connection.execute(update(Member).where(Member.id == "A6-1").values(birth_year=2001))
    assert set(gaps(tiny_db, tiny_office, GapKind.NO_SKILL)) == {"A6", "B2"}


def test_a_record_is_stale_after_90_days(tiny_db, tiny_office):
    # What was last recorded of A4 is its measure and pairing, two days after they began.
    last = IDENTIFIED + timedelta(days=2)
    assert gaps(tiny_db, tiny_office, GapKind.STALE)["A4"] == last + timedelta(days=91)
    assert "A4" not in gaps(tiny_db, tiny_office, GapKind.STALE, last + timedelta(days=90))
    assert "A4" in gaps(tiny_db, tiny_office, GapKind.STALE, last + timedelta(days=91))
    enter(tiny_db, Survey, **event("A4", date(2016, 12, 1), block="needs", state="filled", note=""))
    assert "A4" not in gaps(tiny_db, tiny_office, GapKind.STALE)


def test_how_old_records_are_is_their_median_and_their_worst(tiny_db, tiny_office):
    before = measure_ages(tiny_db, tiny_office, as_of=DAY)
    assert set(before.index) == {JIA, YI}  # nobody is left in the third
    day = date(2016, 12, 1)
    enter(tiny_db, Survey, **event("A4", day, block="needs", state="filled", note=""))
    after = measure_ages(tiny_db, tiny_office, as_of=DAY)
    assert after.loc[JIA, "worst"] == before.loc[JIA, "worst"]
    assert after.loc[JIA, "median"] <= before.loc[JIA, "median"]
    assert after.loc[YI].tolist() == before.loc[YI].tolist()
    with pytest.raises(Denied):
        measure_ages(tiny_db, Viewer("x", Role.HELPER, ("",), official="cadre-A"), as_of=DAY)


def test_villages_without_a_leader_or_a_team(tiny_db, tiny_office):
    assert set(gaps(tiny_db, tiny_office, GapKind.NO_TEAM)) == {YI, BING}
    assert gaps(tiny_db, tiny_office, GapKind.NO_LEADER) == {}
    with transaction(tiny_db) as connection:
        supersede(connection, WorkTeam, "team")
    until = date(2016, 5, 1)
    enter(tiny_db, WorkTeam, code="team-A", village_code=JIA, valid_from=IDENTIFIED,
          valid_to=until, recorded_at=recorded(IDENTIFIED), superseded_at=None)  # fmt: skip
    assert gaps(tiny_db, tiny_office, GapKind.NO_TEAM)[JIA] == until


# ── Causes ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cause", "measures", "projects", "is_met"),
    [
        ("no_labour", {"employment"}, set(), False),
        ("no_labour", {"employment", "social"}, set(), True),
        ("no_labour", {"employment"}, {"workshop"}, True),
        ("no_labour", {"employment"}, {"greenhouse"}, False),
        ("illness", {"health"}, set(), True),
        ("illness", {"social"}, set(), False),
        ("disability", {"industry"}, {"workshop"}, True),
        ("schooling", {"health"}, set(), False),
        ("no_capital", {"employment"}, set(), False),
        ("disaster", {"education"}, set(), False),
        ("illness", set(), set(), True),
        ("unheard_of", {"health"}, set(), True),
    ],
)
def test_what_a_cause_asks_for(cause, measures, projects, is_met):
    assert (find_mismatch(cause, measures, projects) is None) == is_met


def test_every_cause_of_the_forms_has_its_rule(tiny_db):
    with reading(tiny_db) as connection:
        causes = set(connection.execute(select(CauseKind.code)).scalars())
        five = select(Measure.code).where(Measure.vocabulary == "WH5")
        measures = set(connection.execute(five).scalars())
    assert set(EXPECTED) == causes
    assert all(row.measures and row.measures <= measures for row in EXPECTED.values())


def test_lack_of_labour_with_only_a_job_is_listed_with_its_rule(tiny_db, tiny_office):
    # All are poor by illness; A4, A6 and B2 have industry alone.
    assert set(gaps(tiny_db, tiny_office, GapKind.MISMATCH)) == {"A4", "A6", "B2"}
    assert MEASURES["A4"] == "industry"
    since = date(2016, 2, 1)
    with transaction(tiny_db) as connection:
        supersede(connection, Cause, "cause-A5")
        append_row(connection, Cause, **fact("A5", since, cause_code="no_labour", is_main=True))
        append_row(
            connection, MeasureAssignment,
            **fact("A5", date(2016, 3, 1), vocabulary="WH5", measure_code="employment",
                   state="ongoing", amount_fen=None),
        )  # fmt: skip
    found = list_gaps(tiny_db, tiny_office, as_of=DAY, kinds=[GapKind.MISMATCH])
    row = found.set_index("subject").loc["A5"]
    assert (row["cause"], row["since"]) == ("no_labour", date(2016, 3, 1))
    assert "缺劳力" in EXPECTED[row["cause"]].rule
    helper = Viewer("x", Role.HELPER, ("",), official="cadre-A")
    seen = list_gaps(tiny_db, helper, as_of=DAY, kinds=[GapKind.MISMATCH])
    assert set(seen["cause"]) == {MASK}


def test_a_mismatch_begins_when_what_was_expected_ended(tiny_db, tiny_office):
    until = date(2016, 9, 1)
    enter(tiny_db, MeasureAssignment, **fact(
        "A4", IDENTIFIED, until, vocabulary="WH5", measure_code="health", state="done",
        amount_fen=None,
    ))  # fmt: skip
    assert gaps(tiny_db, tiny_office, GapKind.MISMATCH)["A4"] == until
    assert "A4" not in gaps(tiny_db, tiny_office, GapKind.MISMATCH, until - timedelta(days=1))


# ── Owners and due days ─────────────────────────────────────────────────────────────────────────


def only(db, viewer, kind, subject, day=DAY):
    found = list_gaps(db, viewer, as_of=day, kinds=[kind])
    return found.set_index("subject").loc[subject]


def test_who_closes_a_gap_that_nobody_was_given(tiny_db, tiny_office):
    paired = only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5")
    assert (paired["owner"], paired["due_on"]) == ("cadre-A", date(2016, 1, 31))
    # A6 has no cadre: the head of its village's team; 乙 has no team: its district.
    assert only(tiny_db, tiny_office, GapKind.UNPAIRED, "A6")["owner"] == "cadre-A"
    assert only(tiny_db, tiny_office, GapKind.NO_TEAM, YI)["owner"] == "990121000000"
    enter(tiny_db, Org, id="org-990121", name_zh="区", name_en="D", level="district",
          division_code="990121000000")  # fmt: skip
    assert only(tiny_db, tiny_office, GapKind.NO_TEAM, YI)["owner"] == "org-990121"


def test_the_list_is_in_the_order_of_due_days_then_codes(tiny_db, tiny_office):
    found = list_gaps(tiny_db, tiny_office, as_of=DAY)
    keys = list(zip(found["due_on"], found["subject"], found["kind"], strict=True))
    assert keys == sorted(keys)
    assert not {"rank", "score", "weight", "severity"} & set(found.columns)


def assignment(**facts):
    usual = {
        "kind": GapKind.NO_MEASURE, "subject": "A5", "owner": "cadre-B",
        "due_on": date(2017, 2, 1), "reason": "落实一项措施", "as_of": DAY,
    }  # fmt: skip
    return Assignment(**(usual | facts))


def test_an_assignment_sets_owner_and_day_and_its_undo_gives_them_back(tiny_db, tiny_office):
    before = only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5")
    task = assign_gap(tiny_db, tiny_office, assignment(), now=NOW)
    row = only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5")
    assert (row["owner"], row["due_on"], row["task"]) == ("cadre-B", date(2017, 2, 1), task)
    second = assign_gap(tiny_db, tiny_office, assignment(owner="cadre-C", base=task), now=NOW)
    assert only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5")["owner"] == "cadre-C"
    withdraw_gap(tiny_db, tiny_office, second, now=NOW)
    assert only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5")["task"] == task
    withdraw_gap(tiny_db, tiny_office, task, now=NOW)
    assert only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5").equals(before)
    with pytest.raises(AlreadyVoided):
        withdraw_gap(tiny_db, tiny_office, task, now=NOW)
    with reading(tiny_db) as connection:
        rows = connection.execute(
            select(AuditEntry.deed, AuditEntry.target, AuditEntry.reason)
            .where(AuditEntry.target == "A5").order_by(AuditEntry.seq)
        ).all()  # fmt: skip
    assert [row.deed for row in rows] == ["entry", "entry", "void", "void"]
    assert {row.reason for row in rows} == {"gap: no_measure"}


def test_an_assignment_of_an_earlier_gap_says_nothing_of_a_later_one(tiny_db, tiny_office):
    assign_gap(tiny_db, tiny_office, assignment(as_of=JUNE), now=NOW)
    assert only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5")["owner"] == "cadre-B"
    facts = {"vocabulary": "WH5", "measure_code": "health", "state": "done", "amount_fen": None}
    enter(tiny_db, MeasureAssignment, **fact("A5", date(2016, 7, 1), date(2016, 8, 1), **facts))
    assert only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5")["owner"] == "cadre-A"


def test_the_second_of_two_who_assign_is_told_of_the_first(tiny_db, tiny_office):
    first = assign_gap(tiny_db, tiny_office, assignment(), now=NOW)
    with pytest.raises(EntryChanged, match="tiny-office"):
        assign_gap(tiny_db, tiny_office, assignment(owner="cadre-C"), now=NOW)
    withdraw_gap(tiny_db, tiny_office, first, now=NOW)
    with pytest.raises(EntryChanged, match="tiny-office"):
        assign_gap(tiny_db, tiny_office, assignment(owner="cadre-C", base=first), now=NOW)
    assert only(tiny_db, tiny_office, GapKind.NO_MEASURE, "A5")["owner"] == "cadre-A"


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"owner": "张三"}, OwnerUnknown),
        ({"owner": ""}, OwnerUnknown),
        ({"reason": "  "}, ReasonMissing),
        ({"reason": "电话 13900000000"}, PersonalInReason),
        ({"reason": "丘处厚08 家"}, IdentityInReason),
        ({"due_on": date(2016, 12, 30)}, DayOutOfRange),
        ({"as_of": date(2017, 1, 6), "due_on": date(2017, 2, 1)}, DayOutOfRange),
        ({"kind": GapKind.UNPAIRED}, GapClosed),
        ({"subject": "A3"}, GapClosed),
        ({"subject": "A9"}, NotFound),
        ({"kind": GapKind.NO_TEAM, "subject": JIA}, GapClosed),
        ({"kind": GapKind.NO_TEAM, "subject": "990121100299"}, NotFound),
    ],
)
def test_an_assignment_that_cannot_be_is_refused_and_nothing_is_written(
    tiny_db, tiny_office, facts, error
):
    with pytest.raises(error) as caught:
        assign_gap(tiny_db, tiny_office, assignment(**facts), now=NOW)
    said = caught.value.sentence("zh-CN") + caught.value.sentence("en")
    assert "张三" not in said
    assert "丘" not in said
    with reading(tiny_db) as connection:
        assert connection.execute(select(func.count()).select_from(GapTask)).scalar_one() == 0


def test_who_may_be_given_a_gap_of_a_village(tiny_db, tiny_office):
    enter(tiny_db, Org, id="org-990121", name_zh="区", name_en="D", level="district",
          division_code="990121000000")  # fmt: skip
    owners = list_owners(tiny_db, tiny_office, JIA, as_of=DAY)
    assert [owner.code for owner in owners] == ["org-990121", "cadre-A"]
    assert (
        owners[0].names == name_units(tiny_db, tiny_office, ["org-990121", "cadre-A"])["org-990121"]
    )
    assert owners[0].names["zh-CN"] == "990121区"
    with pytest.raises(Denied):
        list_owners(tiny_db, Viewer("x", Role.TEAM, (JIA,)), JIA, as_of=DAY)


# ── Who sees what ───────────────────────────────────────────────────────────────────────────────


def test_another_area_is_not_seen_counted_or_assigned(tiny_db):
    district = Viewer("x", Role.DISTRICT, ("990122",))
    found = list_gaps(tiny_db, district, as_of=JUNE)
    assert set(found["village"]) == {BING}
    assert list(count_gaps(tiny_db, district, as_of=JUNE).index) == [BING]
    for facts in ({}, {"kind": GapKind.NO_TEAM, "subject": YI}):
        with pytest.raises(NotFound):
            assign_gap(tiny_db, district, assignment(**facts), now=NOW)
    office = Viewer("y", Role.OFFICE, ("",))
    task = assign_gap(tiny_db, office, assignment(), now=NOW)
    with pytest.raises(NotFound):
        withdraw_gap(tiny_db, district, task, now=NOW)


def test_a_helper_sees_the_gaps_of_the_own_households_alone(tiny_db):
    helper = Viewer("x", Role.HELPER, ("",), official="cadre-B")
    found = list_gaps(tiny_db, helper, as_of=DAY)
    assert set(found["subject"]) == {"B2"}
    with pytest.raises(Denied):
        count_gaps(tiny_db, helper, as_of=DAY)


@pytest.mark.parametrize(
    "role", [Role.LEADER, Role.PLANNER, Role.INSPECTOR, Role.AUDITOR, Role.ADMIN]
)
def test_who_sees_no_households_sees_no_gaps(tiny_db, role):
    viewer = Viewer("x", role, ("",))
    for ask in (list_gaps, count_gaps):
        with pytest.raises(Denied):
            ask(tiny_db, viewer, as_of=DAY)
    with pytest.raises(Denied):
        assign_gap(tiny_db, viewer, assignment(), now=NOW)


def test_counts_are_those_of_the_list_and_nobody_on_file_is_no_zero(tiny_db, tiny_office):
    counts = count_gaps(tiny_db, tiny_office, as_of=DAY)
    listed = list_gaps(tiny_db, tiny_office, as_of=DAY)
    for (village, kind), rows in listed.groupby(["village", "kind"]):
        assert counts.loc[village, kind] == len(rows)
    assert counts.sum().sum() == len(listed)
    # All of 丙 exited: nothing can be missing, and that is a zero.
    assert counts.loc[BING, "unpaired"] == 0
    assert not np.isnan(counts.to_numpy()).any()
    empty = "990122100299"
    with transaction(tiny_db) as connection:
        load_rows(
            connection, Village,
            [{"code": empty, "list_state": "synthetic", "clinic": "unknown",
              "source_id": "synthetic", "recorded_at": recorded(IDENTIFIED)}],
        )  # fmt: skip
    counts = count_gaps(tiny_db, tiny_office, as_of=DAY)
    assert np.isnan(counts.loc[empty, "unpaired"])
    assert counts.loc[empty, "no_team"] == 1


def test_every_kind_has_a_name_and_a_rule():
    assert set(GAP_NAMES) == set(GAP_RULES) == set(GapKind)
    assert set(VILLAGE_KINDS) < set(GapKind)
    assert "90" in GAP_RULES[GapKind.STALE]
    assert log_lapsed_on(date(2016, 12, 31)) == date(2017, 4, 1)
