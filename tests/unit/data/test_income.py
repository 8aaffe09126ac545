"""Income: cumulative statements taken apart, shared and stretched, in whole 分."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.rules.income import PARTS, SPANS, Statement, annualise, list_increments, period_end

FEN = st.integers(0, 10**9)


def statement(months, year=2016, persons=2, **amounts):
    """Give a statement with the named amounts; the others are nothing."""
    return Statement(year, months, **dict.fromkeys(PARTS, 0) | amounts, persons=persons)


def test_a_statement_is_the_four_parts_less_the_cost_shared_and_rounded_down():
    whole = statement(
        6, wage_fen=100_000, business_fen=20_000, property_fen=3_000, transfer_fen=400,
        cost_fen=50_001, persons=3,
    )  # fmt: skip
    assert whole.net_fen == 73_399
    assert whole.per_person_fen == 24_466  # 24,466.33…
    assert whole.ends_on == date(2016, 6, 30)


def test_a_loss_is_rounded_down_too_and_stays_a_loss():
    lost = statement(3, cost_fen=100, persons=3)
    assert (lost.net_fen, lost.per_person_fen) == (-100, -34)


@pytest.mark.parametrize(
    ("months", "day"),
    [(3, date(2016, 3, 31)), (6, date(2016, 6, 30)), (9, date(2016, 9, 30)),
     (12, date(2016, 12, 31))],
)  # fmt: skip
def test_a_period_ends_with_its_month(months, day):
    assert period_end(2016, months) == day


@pytest.mark.parametrize(("months", "fen"), [(3, 4_000), (6, 2_000), (9, 1_333), (12, 1_000)])
def test_twelve_ns_of_an_income_and_a_full_year_unchanged(months, fen):
    assert annualise(1_000, months) == fen


def test_a_quarter_is_the_difference_of_two_statements():
    steps = list_increments(
        [statement(9, wage_fen=900), statement(3, wage_fen=100), statement(6, wage_fen=350)]
    )
    assert [(s.quarter, s.net_fen) for s in steps] == [(1, 100), (2, 250), (3, 550)]
    assert all(s.falling == () for s in steps)


def test_a_missing_statement_leaves_two_quarters_without_a_value():
    steps = list_increments(
        [statement(3, wage_fen=100), statement(9, wage_fen=900), statement(12, wage_fen=950)]
    )
    assert [s.net_fen for s in steps] == [100, None, None, 50]


def test_without_the_first_statement_the_first_two_quarters_are_unknown():
    steps = list_increments([statement(6, wage_fen=100)])
    assert [s.net_fen for s in steps] == [None, None]


def test_a_falling_statement_is_flagged_by_part_and_not_corrected():
    steps = list_increments(
        [statement(3, wage_fen=300, transfer_fen=50), statement(6, wage_fen=200, transfer_fen=60),
         statement(9, wage_fen=400, transfer_fen=60)]
    )  # fmt: skip
    assert [s.net_fen for s in steps] == [350, -90, 200]
    assert [s.falling for s in steps] == [(), ("wage_fen",), ()]


def test_a_fall_shows_across_a_missing_statement():
    steps = list_increments([statement(3, cost_fen=300), statement(9, cost_fen=100)])
    assert [s.falling for s in steps] == [(), (), ("cost_fen",)]


def test_years_are_apart():
    steps = list_increments([statement(12, year=2015, wage_fen=900), statement(3, wage_fen=100)])
    assert [(s.year, s.quarter, s.net_fen) for s in steps] == [
        (2015, 1, None), (2015, 2, None), (2015, 3, None), (2015, 4, None), (2016, 1, 100),
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(FEN, FEN, FEN, FEN, FEN), min_size=4, max_size=4), st.integers(1, 4))
def test_increments_add_up_to_the_last_statement(amounts, last):
    statements = [
        statement(months, **dict(zip(PARTS, row, strict=True)))
        for months, row in zip(SPANS[:last], amounts[:last], strict=True)
    ]
    steps = list_increments(reversed(statements))
    assert [s.quarter for s in steps] == list(range(1, last + 1))
    assert sum(s.net_fen for s in steps) == statements[-1].net_fen
    falls = {
        part
        for before, this in pairwise(statements)
        for part in PARTS
        if getattr(this, part) < getattr(before, part)
    }
    assert falls == {part for s in steps for part in s.falling}


@settings(max_examples=40, deadline=None)
@given(st.integers(-(10**12), 10**12), st.sampled_from(SPANS), st.integers(1, 12))
def test_sharing_and_stretching_never_say_more_than_there_is(fen, months, persons):
    positive = {"wage_fen": fen} if fen >= 0 else {"cost_fen": -fen}
    shared = statement(months, persons=persons, **positive).per_person_fen
    assert shared * persons <= fen < (shared + 1) * persons
    assert annualise(fen, months) * months <= fen * 12
