"""Monitoring: what the rules find and what they leave, once each; closing, undone, refused."""

import json
import sys
from datetime import date, timedelta

import pytest

from data import cli
from data.access import Role, Viewer
from data.actions.close_alert import Closing, close_alert, reopen_alert
from data.actions.run_monitoring import run_monitoring
from data.engine import transaction
from data.errors import (
    AlertClosed,
    AlreadyVoided,
    DayOutOfRange,
    Denied,
    IdentityInReason,
    NotFound,
    PersonalInReason,
    ReasonMissing,
    UnknownValue,
)
from data.ledger import void_row
from data.models import Alert, AlertClosing, EventKind, MedicalBill, RuleParameter
from data.queries.alerts import count_by_village, list_alerts, list_evidence
from data.queries.monitored import get_thresholds
from data.rules.monitoring import RULES, Thresholds, state_rule
from data.text import LANGS
from tests.unit.data.test_full_views import audit_of
from tests.unit.data.tiny_world import JIA, YI, append, identity_row, versioned
from tests.unit.data.watching import (
    DAY,
    DISTRICT,
    ELSEWHERE,
    HELPER,
    LEADER,
    NOW,
    OFFICE,
    plant,
    plant_bill,
    plant_enrolment,
    plant_place,
    plant_pupil,
    plant_statement,
    plant_unit,
    rows_of,
)


def run(db, on=DAY, viewer=OFFICE):
    return run_monitoring(db, viewer, on=on, now=NOW)


def found(db, viewer=OFFICE, state="open"):
    """Give rule, household and evidence of each alert that is listed."""
    listed = list_alerts(db, viewer, state=state, on=DAY)
    return {
        (row.rule, row.household, tuple(sorted(e.row for e in list_evidence(db, viewer, row.id))))
        for row in listed.itertuples()
    }


def alert_of(db, household, viewer=OFFICE):
    listed = list_alerts(db, viewer, state="open", on=DAY)
    (alert,) = listed.loc[listed["household"] == household, "id"]
    return str(alert)


@pytest.fixture
def ill(tiny_db):
    """Plant one bill that is too heavy, and let the rules find it."""
    plant_statement(tiny_db, "A3", 2015, 12, 1_000)
    plant_bill(tiny_db, "A3", 900, paid_yuan=400)
    run(tiny_db)
    return alert_of(tiny_db, "A3")


# ── S05 ─────────────────────────────────────────────────────────────────────────────────────────


def test_three_planted_triggers_give_three_alerts_with_rule_evidence_and_due_day(tiny_db):
    before = plant_statement(tiny_db, "A1", 2015, 9, 900)
    now = plant_statement(tiny_db, "A1", 2016, 9, 600)
    last_year = plant_statement(tiny_db, "B1", 2015, 12, 1_000)
    bill = plant_bill(tiny_db, "B1", 500, paid_yuan=100)
    ended = plant_place(
        tiny_db, "C2", "employment", since=date(2016, 3, 1), until=date(2016, 12, 1)
    )
    ran = run(tiny_db)
    assert found(tiny_db) == {
        ("M-INCOME", "A1", tuple(sorted((before, now)))),
        ("M-ILLNESS", "B1", tuple(sorted((bill, last_year)))),
        ("M-JOB", "C2", (ended,)),
    }
    assert ran.written == 3
    assert ran.was_known == 0
    listed = list_alerts(tiny_db, OFFICE, state="open", on=DAY)
    assert set(listed["opened_on"]) == {DAY}
    assert set(listed["due_on"]) == {DAY + timedelta(days=15)}
    assert audit_of(tiny_db) == [
        ("office", "entry", "", "done", "M-ILLNESS 1, M-INCOME 1, M-JOB 1", 3)
    ]


def test_a_second_run_adds_none_and_another_day_adds_what_is_new(tiny_db):
    plant_statement(tiny_db, "A1", 2015, 9, 900)
    plant_statement(tiny_db, "A1", 2016, 9, 600)
    plant_place(tiny_db, "C2", "employment", since=date(2016, 3, 1), until=date(2016, 12, 1))
    plant_place(tiny_db, "C3", "employment", since=date(2016, 3, 1), until=date(2017, 1, 5))
    assert run(tiny_db).written == 2
    kept = rows_of(tiny_db, Alert)
    again = run(tiny_db)
    assert (again.written, again.was_known) == (0, 2)
    assert rows_of(tiny_db, Alert) == kept
    later = run(tiny_db, on=date(2017, 1, 6))
    assert (later.new["M-JOB"], later.written, later.was_known) == (1, 1, 2)
    listed = list_alerts(tiny_db, OFFICE, state="open", on=DAY)
    assert list(listed["household"]) == ["A1", "C2", "C3"]  # due first on top
    assert [row[5] for row in audit_of(tiny_db)] == [2, 0, 1]


def test_a_closed_alert_is_not_found_again(tiny_db, ill):
    close_alert(tiny_db, OFFICE, Closing(ill, "helped", "已办理救助", DAY), now=NOW)
    assert run(tiny_db).written == 0


def test_runs_of_two_areas_never_see_each_others_households(tiny_db):
    plant_place(tiny_db, "A4", "employment", since=date(2016, 3, 1), until=date(2016, 12, 1))
    plant_place(tiny_db, "A5", "employment", since=date(2016, 3, 1), until=date(2016, 12, 1))
    plant_place(tiny_db, "C2", "employment", since=date(2016, 3, 1), until=date(2016, 12, 1))
    # A4 has the job that the tiny world gives it besides.
    assert run(tiny_db, viewer=ELSEWHERE).written == 1
    assert run(tiny_db, viewer=DISTRICT).written == 1
    assert {household for _, household, _ in found(tiny_db, DISTRICT)} == {"A5"}
    assert run(tiny_db).written == 0


# ── Each rule ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sheets", "falls"),
    [
        # Each: year, months so far, yuan, persons.
        ([(2015, 9, 1_000, 1), (2016, 9, 700, 1)], True),  # by 30 % exactly
        ([(2015, 9, 1_000, 1), (2016, 9, 701, 1)], False),
        ([(2015, 9, 1_000, 1), (2016, 9, 1_000, 2)], True),  # two share it now
        ([(2015, 12, 4_000, 1), (2016, 3, 700, 1)], True),  # 2,800 a year, by the quarter before
        ([(2015, 12, 4_000, 1), (2016, 3, 701, 1)], False),
        # The same months of the year before count, not the quarter before.
        ([(2015, 3, 500, 1), (2015, 12, 9_000, 1), (2016, 3, 500, 1)], False),
        ([(2015, 9, 0, 1), (2016, 9, 0, 1)], False),  # nothing to fall from
        ([(2016, 9, 10, 1)], False),
        ([(2015, 9, 1_000, 1), (2016, 6, 90, 1), (2016, 9, 900, 1)], False),  # the newest counts
    ],
)
def test_income_is_compared_a_year_and_a_person_by_cumulative_months(tiny_db, sheets, falls):
    for year, months, yuan, persons in sheets:
        plant_statement(tiny_db, "A1", year, months, yuan, persons=persons)
    assert run(tiny_db).new["M-INCOME"] == int(falls)


def test_income_of_any_size_is_compared_exactly(tiny_db):
    plant_statement(tiny_db, "A1", 2015, 12, 10**11, persons=99)
    plant_statement(tiny_db, "A1", 2016, 12, 7 * 10**10 + 1, persons=99, day=DAY)
    assert run(tiny_db).written == 0
    plant_statement(tiny_db, "B1", 2015, 12, 10**11, persons=99)
    plant_statement(tiny_db, "B1", 2016, 12, 7 * 10**10, persons=99, day=DAY)
    assert run(tiny_db).written == 1


def test_a_statement_entered_after_the_day_does_not_count_on_it(tiny_db):
    plant_statement(tiny_db, "A1", 2015, 12, 1_000)
    plant_statement(tiny_db, "A1", 2016, 12, 100, day=date(2017, 1, 2))
    assert run(tiny_db).written == 0
    assert run(tiny_db, on=date(2017, 1, 3)).new["M-INCOME"] == 1


@pytest.mark.parametrize(
    ("self_pay", "yearly", "heavy"),
    [(301, 1_000, True), (300, 1_000, False), (1, 0, True), (0, 0, False), (10_000, None, False)],
)
def test_a_bill_is_compared_with_the_last_whole_year(tiny_db, self_pay, yearly, heavy):
    if yearly is not None:
        plant_statement(tiny_db, "B1", 2014, 12, 90_000)
        plant_statement(tiny_db, "B1", 2015, 12, yearly)
        plant_statement(tiny_db, "B1", 2015, 3, 90_000)  # no whole year
    plant_statement(tiny_db, "B1", 2016, 12, 90_000, day=DAY)  # the bill's own year is not over
    plant_bill(tiny_db, "B1", self_pay + 700, paid_yuan=700)
    assert run(tiny_db).new["M-ILLNESS"] == int(heavy)


def test_a_documents_amount_joins_the_share_and_stands_in_the_sentence(tiny_db):
    plant_bill(tiny_db, "B1", 5_000)
    assert run(tiny_db).written == 0
    assert "元" not in state_rule("M-ILLNESS", get_thresholds(tiny_db, OFFICE, on=DAY), "zh-CN")
    plant(
        tiny_db, RuleParameter, **versioned("limit", date(2016, 1, 1)), value=499_999,
        code="monitoring.self_pay_fen", document_title="文件", document_number="1 号",
        document_on=date(2015, 12, 1), document_page="2", recorded_by="test",
    )  # fmt: skip
    assert run(tiny_db).new["M-ILLNESS"] == 1
    thresholds = get_thresholds(tiny_db, OFFICE, on=DAY)
    assert "4999.99 元" in state_rule("M-ILLNESS", thresholds, "zh-CN")
    assert get_thresholds(tiny_db, OFFICE, on=date(2015, 12, 31)) == Thresholds()


@pytest.mark.parametrize(
    ("free_until", "since", "until", "found_"),
    [
        (date(2017, 3, 31), date(2016, 1, 1), None, True),  # 90 days ahead
        (date(2017, 4, 1), date(2016, 1, 1), None, False),
        (date(2016, 10, 2), date(2016, 1, 1), None, True),  # 90 days ago, still let
        (date(2016, 10, 1), date(2016, 1, 1), None, False),
        (date(2019, 6, 1), date(2016, 1, 1), date(2016, 12, 31), True),  # the lease is over
        (date(2019, 6, 1), date(2016, 1, 1), date(2017, 1, 1), False),
        (date(2017, 1, 15), date(2017, 1, 1), None, False),  # not let yet
    ],
)
def test_a_lease_is_found_when_it_or_its_free_time_ends(tiny_db, free_until, since, until, found_):
    unit = plant_unit(tiny_db, 1, free_until)
    plant_place(tiny_db, "A5", "lease", since=since, until=until, unit=unit)
    assert run(tiny_db).new["M-LEASE"] == int(found_)


def test_a_lease_that_is_followed_by_another_has_not_ended(tiny_db):
    plant_place(tiny_db, "A5", "lease", since=date(2016, 1, 1), until=date(2016, 6, 1))
    plant_place(tiny_db, "A5", "lease", since=date(2016, 6, 1))
    assert run(tiny_db).written == 0


@pytest.mark.parametrize(
    ("until", "found_"),
    [
        (DAY, True), (date(2017, 1, 1), False), (None, False),
        (date(2016, 10, 3), True), (date(2016, 10, 2), False),
    ],
)  # fmt: skip
def test_a_job_is_found_for_ninety_days_after_it_ended(tiny_db, until, found_):
    plant_place(tiny_db, "A5", "employment", since=date(2016, 1, 1), until=until)
    assert run(tiny_db).new["M-JOB"] == int(found_)


@pytest.mark.parametrize(("age", "found_"), [(5, 0), (6, 1), (15, 1), (16, 0)])
def test_leaving_school_is_found_at_the_compulsory_ages(tiny_db, age, found_):
    plant_pupil(tiny_db, "A5", "pupil", 2016 - age)
    plant_enrolment(tiny_db, "A5", "pupil", since=date(2015, 9, 1), until=date(2016, 7, 1))
    assert run(tiny_db).new["M-SCHOOL"] == found_


def test_one_who_goes_on_to_another_school_or_left_the_file_did_not_leave(tiny_db):
    for pupil in ("stays", "gone"):
        plant_pupil(tiny_db, "A5", pupil, 2006)
        plant_enrolment(tiny_db, "A5", pupil, since=date(2014, 9, 1), until=date(2015, 7, 1))
        plant_enrolment(tiny_db, "A5", pupil, since=date(2015, 9, 1), until=date(2016, 7, 1))
    plant_enrolment(tiny_db, "A5", "stays", since=date(2016, 9, 1))
    assert run(tiny_db).new["M-SCHOOL"] == 1  # and the first school is no second alert
    with transaction(tiny_db) as connection:
        append(connection, "gone", EventKind.NATURAL_DECREASE, date(2016, 8, 1))
    assert run(tiny_db, on=date(2017, 1, 2)).was_known == 0


def test_households_that_left_the_file_are_not_looked_at(tiny_db):
    plant_place(tiny_db, "B2", "employment", since=date(2016, 3, 1), until=date(2016, 12, 1))
    with transaction(tiny_db) as connection:
        append(connection, "B2-1", EventKind.REMOVED, date(2016, 12, 5))
    assert run(tiny_db).written == 0
    assert run(tiny_db, on=date(2016, 12, 4)).written == 1


def test_voided_evidence_is_no_evidence_and_is_told_where_it_was_used(tiny_db, ill):
    bill = next(e for e in list_evidence(tiny_db, OFFICE, ill) if e.kind == "bill")
    assert bill.stands
    with transaction(tiny_db) as connection:
        void_row(connection, MedicalBill, bill.row, recorded_by="test", reason="误录")
    assert run(tiny_db).was_known == 0
    (told,) = [e for e in list_evidence(tiny_db, OFFICE, ill) if e.kind == "bill"]
    assert not told.stands


def test_every_rule_is_worded_with_its_thresholds_in_both_languages():
    for rule in RULES:
        said = [state_rule(rule, Thresholds(horizon_days=77), lang) for lang in LANGS]
        assert all("{" not in text for text in said)
    assert "77" in state_rule("M-JOB", Thresholds(horizon_days=77), "zh-CN")


def test_evidence_names_rows_and_days_and_no_amount(tiny_db):
    unit = plant_unit(tiny_db, 7, date(2017, 2, 1))
    plant_place(tiny_db, "A5", "lease", since=date(2016, 1, 1), unit=unit)
    run(tiny_db)
    lease, let = list_evidence(tiny_db, OFFICE, alert_of(tiny_db, "A5"))
    assert (lease.kind, lease.facts["mode"], lease.facts["name_zh"]) == ("place", "lease", "葡萄园")
    assert (let.kind, let.facts) == (
        "unit", {"number": 7, "until": date(2017, 2, 1), "is_assumed": True}
    )  # fmt: skip


# ── Who answers, and where ──────────────────────────────────────────────────────────────────────


def test_alerts_name_the_paired_cadre_and_count_by_village(tiny_db):
    for household in ("A5", "A6", "B2"):
        plant_place(tiny_db, household, "employment", since=date(2016, 3, 1), until=DAY)
    run(tiny_db)
    listed = list_alerts(tiny_db, OFFICE, state="open", on=date(2017, 1, 16)).set_index("household")
    assert listed["owners"].to_dict() == {"A5": ("cadre-A",), "A6": (), "B2": ("cadre-B",)}
    assert set(listed["overdue"]) == {1}
    counted = count_by_village(listed.reset_index()).set_index("village")
    assert counted.loc[JIA].to_dict() == {"open": 2, "overdue": 2, "households": 2}
    assert counted.loc[YI].to_dict() == {"open": 1, "overdue": 1, "households": 1}
    assert list_alerts(tiny_db, ELSEWHERE, state="open", on=DAY).empty


@pytest.mark.parametrize("viewer", [LEADER, HELPER, Viewer("x", Role.PLANNER, ("",))])
def test_who_does_not_monitor_neither_sees_nor_runs(tiny_db, ill, viewer):
    kept = rows_of(tiny_db, Alert, AlertClosing)
    for attempt in (
        lambda: run(tiny_db, viewer=viewer),
        lambda: list_alerts(tiny_db, viewer, state="open", on=DAY),
        lambda: list_evidence(tiny_db, viewer, ill),
        lambda: close_alert(tiny_db, viewer, Closing(ill, "helped", "x", DAY), now=NOW),
    ):
        with pytest.raises(Denied):
            attempt()
    assert rows_of(tiny_db, Alert, AlertClosing) == kept


@pytest.mark.parametrize("day", [date(2015, 12, 31), date(2017, 1, 10)])
def test_a_run_is_for_a_day_of_the_campaign_and_not_of_the_future(tiny_db, day):
    with pytest.raises(DayOutOfRange):
        run(tiny_db, on=day)
    assert rows_of(tiny_db, Alert) == [[]]


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────


def test_closing_needs_an_outcome_and_a_reason_and_is_undone_by_a_void(tiny_db, ill):
    closing = close_alert(
        tiny_db, DISTRICT, Closing(ill, "helped", "  已落实医疗救助 ", DAY), now=NOW
    )
    assert found(tiny_db) == set()
    (row,) = list_alerts(tiny_db, OFFICE, state="closed", on=DAY).to_dict("records")
    assert (row["closing"], row["outcome"], row["reason"], row["closed_by"], row["closed_on"]) == (
        closing, "helped", "已落实医疗救助", "district", DAY,
    )  # fmt: skip
    reopen_alert(tiny_db, OFFICE, closing, "救助未到账", now=NOW)
    assert len(found(tiny_db)) == 1
    assert list_alerts(tiny_db, OFFICE, state="closed", on=DAY).empty
    assert audit_of(tiny_db)[1:] == [
        ("district", "close", "A3", "done", "M-ILLNESS: helped", 1),
        ("office", "void", "A3", "done", "M-ILLNESS", 1),
    ]
    with pytest.raises(AlreadyVoided):
        reopen_alert(tiny_db, OFFICE, closing, "再次撤销", now=NOW)
    close_alert(tiny_db, OFFICE, Closing(ill, "cleared", "救助已到账", DAY), now=NOW)
    assert len(found(tiny_db, state="closed")) == 1


def test_of_two_who_close_an_alert_the_second_is_told_who_was_first(tiny_db, ill):
    close_alert(tiny_db, DISTRICT, Closing(ill, "helped", "已落实", DAY), now=NOW)
    kept = rows_of(tiny_db, AlertClosing)
    with pytest.raises(AlertClosed) as caught:
        close_alert(tiny_db, OFFICE, Closing(ill, "unfounded", "不属实", DAY), now=NOW)
    told = caught.value.sentence("zh-CN")
    assert "A3" in told
    assert "district" in told
    assert "2017-01-09 12:00" in told
    assert rows_of(tiny_db, AlertClosing) == kept


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"outcome": ""}, ReasonMissing),
        ({"outcome": "forgotten"}, UnknownValue),
        ({"reason": " "}, ReasonMissing),
        ({"reason": "电话 13800001111"}, PersonalInReason),
        ({"reason": f"{identity_row('A3-2')['name']}已痊愈"}, IdentityInReason),
        ({"closed_on": date(2016, 12, 30)}, DayOutOfRange),  # before the alert
        ({"closed_on": date(2017, 1, 10)}, DayOutOfRange),
        ({"alert_id": "0" * 26}, NotFound),
    ],
)
def test_a_bad_closing_is_refused_and_writes_nothing(tiny_db, ill, facts, error):
    given = {"alert_id": ill, "outcome": "helped", "reason": "已落实", "closed_on": DAY} | facts
    with pytest.raises(error):
        close_alert(tiny_db, OFFICE, Closing(**given), now=NOW)
    assert rows_of(tiny_db, AlertClosing) == [[]]
    assert len(found(tiny_db)) == 1


def test_an_alert_elsewhere_is_missing_for_closing_evidence_and_undoing(tiny_db, ill):
    closing = close_alert(tiny_db, OFFICE, Closing(ill, "helped", "已落实", DAY), now=NOW)
    for attempt in (
        lambda: close_alert(tiny_db, ELSEWHERE, Closing(ill, "helped", "x", DAY), now=NOW),
        lambda: list_evidence(tiny_db, ELSEWHERE, ill),
        lambda: reopen_alert(tiny_db, ELSEWHERE, closing, "x", now=NOW),
        lambda: reopen_alert(tiny_db, OFFICE, "0" * 26, "x", now=NOW),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert len(rows_of(tiny_db, AlertClosing)[0]) == 1


# ── The command ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def command(use_database, tiny_file, tiny_db, monkeypatch, capsys):
    """Call ``python -m data monitor`` on the tiny world."""
    use_database(tiny_file)
    plant_place(tiny_db, "A5", "employment", since=date(2016, 3, 1), until=date(2016, 12, 1))

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["data", "monitor", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.run()
        return caught.value.code or 0, capsys.readouterr()

    return call


def test_the_command_runs_the_rules_for_a_day_and_says_what_it_found(tiny_db, command):
    code, printed = command("--on", "2016-12-31", "--json")
    assert code == 0
    assert json.loads(printed.out)["new"] == {rule: int(rule == "M-JOB") for rule in RULES}
    code, printed = command("--on", "2016-12-31")
    assert printed.out.splitlines()[-1] == "✓ 2016-12-31：新增 new 0，已有 known 1"
    assert audit_of(tiny_db) == [
        ("operator", "entry", "", "done", "M-JOB 1", 1), ("operator", "entry", "", "done", "", 0),
    ]  # fmt: skip
    assert command()[0] == 0  # today, on which no job has ended lately


@pytest.mark.parametrize("day", ["31.12.2016", "2999-01-01"])
def test_the_command_refuses_a_day_that_is_none_or_still_to_come(tiny_db, command, day):
    code, printed = command("--on", day)
    assert code == 1
    assert day in printed.err
    assert rows_of(tiny_db, Alert) == [[]]
