"""The files behind the demonstration's register: what each household has, and each exit."""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from data.models import (
    Dataset,
    Enrolment,
    EventKind,
    ExitBatch,
    ExitCase,
    ExitStep,
    IncomeStatement,
    LedgerEntry,
    Payment,
    Plan,
    PlanIndicator,
    Post,
    RegisterEvent,
    RuleParameter,
    Signature,
    Survey,
)
from data.rules.exits import GENESIS, LEVELS, Step, StepDone, hash_content, hash_signature
from tests.unit.data.drawn import Drawn, draw_wuhai


@pytest.fixture(scope="module", params=[0, 2016])
def drawn(request: pytest.FixtureRequest) -> Drawn:
    return draw_wuhai(request.param)


@pytest.fixture
def steps(drawn) -> dict[str, dict[int, dict]]:
    found: dict[str, dict[int, dict]] = defaultdict(dict)
    for row in drawn[ExitStep]:
        found[row["case_id"]][row["step"]] = row
    return found


def live_exits(drawn) -> list[dict]:
    voids = {row["voids_event_id"] for row in drawn[RegisterEvent]}
    return [row for row in drawn[RegisterEvent]
            if row["kind"] == EventKind.EXITED and row["id"] not in voids]  # fmt: skip


def test_each_exit_names_its_case_and_the_case_its_members(drawn, steps):
    cases = {row["id"]: row for row in drawn[ExitCase]}
    assert len(cases) == 660
    exits = live_exits(drawn)
    assert len(exits) == 1424
    for event in exits:
        case = cases[event["case_id"]]
        assert event["member_id"] in case["members"]
        assert event["occurred_on"] == steps[case["id"]][Step.APPROVED]["occurred_on"]
    assert sum(len(case["members"]) for case in cases.values()) == 1424


def test_each_case_has_nine_steps_in_order_and_a_notice_of_seven_days(drawn, steps):
    for done in steps.values():
        assert sorted(done) == list(range(1, 10))
        days = [done[n]["occurred_on"] for n in range(1, 10)]
        assert days == sorted(days)
        notice = done[Step.NOTICED]
        assert notice["notice_until"] >= notice["occurred_on"] + timedelta(days=7)
        assert done[Step.APPROVED]["occurred_on"] >= notice["notice_until"]
    batches = {row["id"]: row for row in drawn[ExitBatch]}
    for case in drawn[ExitCase]:
        assert batches[case["batch_id"]]["district_code"][6:] == "000000"


def test_each_case_is_signed_by_four_principals_in_office_over_what_it_says(drawn, steps):
    posts = {row["id"]: row for row in drawn[Post]}
    signed: dict[str, list[dict]] = defaultdict(list)
    for row in drawn[Signature]:
        signed[row["case_id"]].append(row)
    for case in drawn[ExitCase]:
        done = [
            StepDone(Step(n), row["occurred_on"], row["place"], row["note"], row["notice_until"],
                     is_dated=row["is_dated"], is_sealed=row["is_sealed"])
            for n, row in steps[case["id"]].items()
        ]  # fmt: skip
        content, previous = hash_content(case, done), GENESIS
        chain = signed[case["id"]]
        assert [row["level"] for row in chain] == list(LEVELS)
        for row in chain:
            assert (row["content_hash"], row["previous_hash"]) == (content, previous)
            previous = hash_signature(case["id"], row["level"], row["official_id"],
                                      row["occurred_on"], content, previous)  # fmt: skip
            assert row["hash"] == previous
            post = posts[row["post_id"]]
            assert post["is_principal"]
            assert post["official_id"] == row["official_id"]
            assert post["valid_from"] <= row["occurred_on"]
        days = [row["occurred_on"] for row in chain]
        assert days == sorted(days)
        until = steps[case["id"]][Step.NOTICED]["notice_until"]
        assert until <= days[0] <= days[-1] <= steps[case["id"]][Step.APPROVED]["occurred_on"]


def test_the_planted_defects_are_those_of_the_manifest_and_no_others(drawn, steps):
    (row,) = drawn[Dataset]
    manifest = json.loads(row["value"])
    assert {name: len(codes) for name, codes in manifest.items()} == {
        "missing_date": 5, "same_day_signatures": 5, "single_quarter_income": 5,
    }  # fmt: skip
    found = defaultdict(set)
    days = defaultdict(set)
    for signature in drawn[Signature]:
        days[signature["case_id"]].add(signature["occurred_on"])
    for case in drawn[ExitCase]:
        code = case["household_code"]
        if not all(step["is_dated"] for step in steps[case["id"]].values()):
            found["missing_date"].add(code)
        if len(days[case["id"]]) == 1:
            found["same_day_signatures"].add(code)
        if len(case["statement_ids"]) == 1:
            found["single_quarter_income"].add(code)
    assert {name: sorted(codes) for name, codes in found.items()} == {
        name: sorted(codes) for name, codes in manifest.items()
    }


def test_income_is_cumulative_and_no_line_is_set(drawn):
    sums: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for row in drawn[IncomeStatement]:
        gross = row["wage_fen"] + row["business_fen"] + row["property_fen"] + row["transfer_fen"]
        assert min(row["cost_fen"], gross) >= 0
        sums[row["household_code"], row["year"]].append((row["months"], gross))
    for statements in sums.values():
        assert [months for months, _ in sorted(statements)] == [3, 6, 9, 12]
        amounts = [gross for _, gross in sorted(statements)]
        assert amounts == sorted(amounts)
    assert not drawn[RuleParameter]
    assert {case["line_fen"] for case in drawn[ExitCase]} == {None}


def test_most_households_have_the_three_ones_and_a_few_lack_one(drawn):
    households = len(drawn.village_of)
    for model in (Plan, LedgerEntry):
        having = {row["household_code"] for row in drawn[model]}
        assert 0.95 * households < len(having) < households
    assert set(Counter(row["household_code"] for row in drawn[Plan]).values()) == {1}
    assert set(Counter(row["plan_id"] for row in drawn[PlanIndicator]).values()) == {6}
    assert set(Counter(row["household_code"] for row in drawn[Survey]).values()) == {3}


def test_no_amount_is_paid_beyond_its_rule(drawn):
    school = {row["member_id"]: row for row in drawn[Enrolment]}
    for row in drawn[Payment]:
        pupil = school[row["member_id"]]
        if row["rule_code"] == "R-EDU-4":
            assert (row["amount_fen"], pupil["is_boarding"]) == (100_000, True)
        else:
            assert row["rule_code"] == "R-EDU-1"
            assert 2 * row["amount_fen"] == pupil["fee_fen"]
            assert pupil["school_kind"] in {"public", "inclusive"}


def test_no_fact_of_the_files_lies_after_the_year_but_entries_of_late_exits(drawn):
    late = [row for row in drawn[ExitStep] if row["occurred_on"] > date(2016, 12, 31)]
    assert {row["step"] for row in late} <= {int(Step.ENTERED)}
    for model in (Survey, LedgerEntry, IncomeStatement):
        assert max(row["occurred_on"] for row in drawn[model]) <= date(2016, 12, 31)
