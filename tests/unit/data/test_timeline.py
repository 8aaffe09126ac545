"""The timeline of one household: each kind of row, acts as one, undone ones told."""

from datetime import UTC, date, datetime

import pytest

from data.access import MASK, Role, Viewer
from data.engine import transaction
from data.errors import Denied
from data.ledger import append_row, void_row
from data.models import (
    Alert,
    AlertClosing,
    EventKind,
    ExitBatch,
    ExitCase,
    ExitStep,
    IncomeStatement,
    LedgerEntry,
    MeasureAssignment,
    Org,
    Plan,
    Post,
    ServiceEvent,
    Signature,
    Survey,
)
from data.queries.timeline import COLUMNS, FACT_NAMES, list_timeline
from tests.unit.data.entering import Clerk
from tests.unit.data.tiny_world import append

FEB = date(2017, 2, 1)


def rows_of(db, viewer, household, *columns, kind=None):
    frame = list_timeline(db, viewer, household)
    if kind is not None:
        frame = frame[frame["kind"] == kind]
    return [tuple(row) for row in frame[list(columns)].to_numpy().tolist()]


def test_what_is_there_from_the_start(tiny_db, tiny_office):
    frame = list_timeline(tiny_db, tiny_office, "A2")
    assert tuple(frame.columns) == COLUMNS
    shown = frame[["day", "kind", "code", "state", "persons"]].to_numpy().tolist()
    began = date(2015, 6, 1)
    assert shown[0] == [date(2016, 6, 20), "register", "exited", "", 2]
    assert sorted(shown[1:]) == [
        [began, "measure", "health", "ongoing", 1],
        [began, "pairing", "cadre-A", "start", 1],
        [began, "register", "identified", "", 2],
    ]
    assert ("pairing", "cadre-A", "end", date(2016, 7, 1)) in rows_of(
        tiny_db, tiny_office, "A6", "kind", "code", "state", "day"
    )


def test_an_act_is_one_row_with_its_grounds_and_its_undoing(tiny_db, tiny_office):
    clerk = Clerk(tiny_db)
    done = clerk.enter("A2", EventKind.RELAPSED, FEB, detected_on=date(2017, 1, 12))
    wanted = ("code", "persons", "reason", "evidence", "detected_on", "days", "recorded_by",
              "entry", "is_voided", "voided_by")  # fmt: skip
    row = (
        "relapsed",
        2,
        "income_fell",
        "村委会证明",
        date(2017, 1, 12),
        20,
        "everybody",
        done.act_id,
    )
    assert rows_of(tiny_db, tiny_office, "A2", *wanted)[0] == (*row, False, None)
    assert isinstance(list_timeline(tiny_db, tiny_office, "A2")["days"].iloc[0], int)
    clerk.undo("A2", done.act_id)
    assert rows_of(tiny_db, tiny_office, "A2", *wanted)[0] == (*row, True, "everybody")


def test_a_move_is_told_in_both_households_undone_or_not(tiny_db, tiny_office):
    clerk = Clerk(tiny_db)
    split = clerk.split("A6", date(2016, 8, 1), "A6-1", "A6-2")
    told = ("code", "state", "persons", "is_voided")
    assert ("split", "out", 2, False) in rows_of(tiny_db, tiny_office, "A6", *told)
    new = rows_of(tiny_db, tiny_office, split.new_household, *told, kind="register")
    assert new == [("split", "in", 2, False)]
    # What happens to those who left is told where they live now.
    clerk.enter(split.new_household, EventKind.PRE_EXIT, FEB, ["A6-1"])
    assert "pre_exit" in [
        code for (code,) in rows_of(tiny_db, tiny_office, split.new_household, "code")
    ]
    assert "pre_exit" not in [code for (code,) in rows_of(tiny_db, tiny_office, "A6", "code")]
    clerk.undo_last(split.new_household, "A6-1")
    clerk.undo("A6", split.act_id)
    assert ("split", "out", 2, True) in rows_of(tiny_db, tiny_office, "A6", *told)
    assert ("split", "in", 2, True) in rows_of(tiny_db, tiny_office, split.new_household, *told)


@pytest.fixture
def full_file(tiny_db):
    """Give household A5 one of everything, and one voided visit."""
    at = datetime(2016, 5, 3, 4, tzinfo=UTC)
    home = {"household_code": "A5", "recorded_at": at}
    said = {"recorded_by": "clerk"}
    on = {"occurred_on": date(2016, 5, 2)} | said
    money = dict.fromkeys(
        ("wage_fen", "business_fen", "property_fen", "transfer_fen", "cost_fen"), 987_600
    )
    with transaction(tiny_db) as c:
        append_row(c, Survey, block="needs", state="not_applicable", note="无", **home, **on)
        append_row(c, Plan, plan_year=2016, planned_by="clerk", valid_from=date(2016, 2, 1), **home)
        append_row(c, IncomeStatement, year=2016, months=6, persons=2, surveyor="s", is_signed=True,
                   **money, **home, **on)  # fmt: skip
        append_row(c, LedgerEntry, year=2016, quarter=2, work="种植指导", **home, **on)
        for kind in ("visit", "home_work", "bank_visit", "enterprise_pairing", "technician"):
            last = append_row(c, ServiceEvent, kind=kind, note="情况正常", **home, **on)
        void_row(c, ServiceEvent, last, recorded_by="second", reason="entered_by_mistake")
        for state, since, until in (("planned", date(2016, 1, 5), date(2016, 4, 1)),
                                    ("ongoing", date(2016, 4, 1), date(2016, 9, 1))):  # fmt: skip
            append_row(c, MeasureAssignment, vocabulary="WH5", measure_code="industry", state=state,
                       valid_from=since, valid_to=until, **home)  # fmt: skip
        append_row(c, ExitBatch, id="batch", town_code="990121100000", district_code="990121000000",
                   name="批次", opened_on=date(2016, 3, 1), **said)  # fmt: skip
        append_row(c, ExitCase, id="case", batch_id="batch", members=["A5-1"], window_quarters=2,
                   line_fen=None, statement_ids=[], opened_on=date(2016, 3, 1),
                   **said, **home)  # fmt: skip
        for step in range(1, 7):
            append_row(c, ExitStep, case_id="case", step=step, place="村委会", note="记录",
                       notice_until=date(2016, 3, 20) if step == 6 else None, is_dated=True,
                       is_sealed=True, occurred_on=date(2016, 3, 2), recorded_at=at,
                       **said)  # fmt: skip
        append_row(c, Org, id="org", name_zh="村委会", name_en="Village", level="village",
                   division_code="990121100201")  # fmt: skip
        append_row(c, Post, id="post", official_id="cadre-A", org_id="org", title="书记",
                   is_principal=True, valid_from=date(2015, 1, 1))  # fmt: skip
        append_row(c, Signature, case_id="case", level="village", official_id="cadre-A",
                   post_id="post", content_hash="0" * 64, previous_hash="0" * 64, hash="1" * 64,
                   recorded_at=at, occurred_on=date(2016, 3, 21), **said)  # fmt: skip
        append_row(c, Alert, id="alert", rule="M-ILLNESS", evidence=["x"], evidence_hash="h",
                   opened_on=date(2016, 6, 1), due_on=date(2016, 7, 1), **said, **home)  # fmt: skip
        append_row(c, AlertClosing, alert_id="alert", outcome="helped", recorded_at=at,
                   occurred_on=date(2016, 6, 9), **said)  # fmt: skip
        append(c, "A5-1", EventKind.PRE_EXIT, date(2016, 3, 2))
    return tiny_db


def test_facts_of_every_table_are_dated_rows(full_file, tiny_office):
    shown = set(rows_of(full_file, tiny_office, "A5", "kind", "code", "state", "day"))
    may = date(2016, 5, 2)
    assert shown >= {
        ("survey", "needs", "not_applicable", may),
        ("plan", "2016", "", date(2016, 2, 1)),
        ("income", "2016-06", "", may),
        ("ledger", "2016Q2", "", may),
        *(("service", kind, "", may)
          for kind in ("visit", "home_work", "bank_visit", "enterprise_pairing", "technician")),
        ("measure", "industry", "planned", date(2016, 1, 5)),
        ("measure", "industry", "ongoing", date(2016, 4, 1)),
        ("measure", "industry", "end", date(2016, 9, 1)),
        *(("exit_step", str(step), "", date(2016, 3, 2)) for step in range(1, 7)),
        ("signature", "village", "", date(2016, 3, 21)),
        ("alert", "M-ILLNESS", "opened", date(2016, 6, 1)),
        ("alert", "M-ILLNESS", "closed", date(2016, 6, 9)),
        ("register", "pre_exit", "", date(2016, 3, 2)),
    }  # fmt: skip
    # A measure that goes on in another state has not ended.
    assert ("measure", "industry", "end", date(2016, 4, 1)) not in shown
    assert {kind for kind, *_ in shown} == set(FACT_NAMES)
    days = [day for (day,) in rows_of(full_file, tiny_office, "A5", "day")]
    assert days == sorted(days, reverse=True)
    undone = rows_of(full_file, tiny_office, "A5", "code", "is_voided", "voided_by", kind="service")
    assert [row for row in undone if row[1]] == [("technician", True, "second")]
    assert "987" not in list_timeline(full_file, tiny_office, "A5").to_csv()
    others = list_timeline(full_file, tiny_office, "A4")
    assert set(others["kind"]) == {"register", "measure", "pairing"}


def test_rules_and_exits_are_for_who_may_see_them(full_file):
    helper = Viewer("h", Role.HELPER, ("",), official="cadre-A")
    shown = rows_of(full_file, helper, "A5", "kind", "code")
    assert {code for kind, code in shown if kind == "alert"} == {MASK}
    assert not {"exit_step", "signature"} & {kind for kind, _ in shown}
    with pytest.raises(Denied):
        list_timeline(full_file, Viewer("p", Role.PLANNER, ("",)), "A5")
