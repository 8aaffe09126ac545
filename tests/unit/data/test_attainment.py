"""Stable attainment: a window of quarters, whole numbers, and nothing judged without evidence."""

from datetime import date, timedelta

import pytest

from data.rules.attainment import (
    QuarterEnd,
    Statement,
    Verdict,
    judge,
    window_ends,
)

LINE = 300_000
DAY = date(2017, 1, 5)


def stated(*annual: int, year: int = 2016, persons: int = 2) -> list[Statement]:
    """State the quarters of a year, by their annualised per-capita income."""
    return [
        Statement(f"s{months}", QuarterEnd(year, months), fen * persons * months // 12, persons)
        for months, fen in zip((3, 6, 9, 12), annual, strict=False)
    ]


def verdict(statements, *, quarters=4, line=LINE, day=DAY):
    return judge(statements, day=day, quarters=quarters, line_fen=line).verdict


def test_a_window_is_the_most_recent_quarter_ends_on_the_day_or_before():
    assert [end.day for end in window_ends(date(2016, 12, 31), 2)] == [
        date(2016, 9, 30), date(2016, 12, 31),
    ]  # fmt: skip
    assert window_ends(date(2016, 12, 30), 2) == (QuarterEnd(2016, 6), QuarterEnd(2016, 9))
    across = window_ends(date(2017, 4, 1), 6)
    assert across == (
        QuarterEnd(2015, 12), QuarterEnd(2016, 3), QuarterEnd(2016, 6), QuarterEnd(2016, 9),
        QuarterEnd(2016, 12), QuarterEnd(2017, 3),
    )  # fmt: skip


@pytest.mark.parametrize("quarters", range(2, 13))
def test_a_window_has_its_length_on_any_day(quarters):
    for days in range(0, 800, 13):
        day = date(2016, 1, 1) + timedelta(days=days)
        ends = window_ends(day, quarters)
        assert len(ends) == quarters
        assert list(ends) == sorted(ends)
        assert ends[-1].day <= day < ends[-1].day + timedelta(days=93)


def test_at_the_line_in_every_quarter_is_attained():
    judged = judge(stated(LINE, LINE, LINE, LINE), day=DAY, quarters=4, line_fen=LINE)
    assert judged.verdict is Verdict.ATTAINED
    assert judged.statement_ids == ("s3", "s6", "s9", "s12")
    assert [quarter.is_reached for quarter in judged.quarters] == [True] * 4
    assert [q.statement.annualised_fen for q in judged.quarters] == [LINE] * 4


@pytest.mark.parametrize("low", range(4))
def test_one_quarter_below_the_line_is_enough_to_fail(low):
    incomes = [LINE * 2] * 4
    incomes[low] = LINE - 1
    assert verdict(stated(*incomes, persons=12)) is Verdict.BELOW_LINE


@pytest.mark.parametrize("good", range(4))
def test_a_single_good_quarter_never_qualifies(good):
    incomes = [LINE - 12] * 4
    incomes[good] = LINE * 50
    assert verdict(stated(*incomes)) is Verdict.BELOW_LINE
    (alone,) = [one for one in stated(*incomes) if one.id == f"s{3 * (good + 1)}"]
    assert verdict([alone]) is Verdict.STATEMENTS_MISSING
    with pytest.raises(ValueError, match="2 quarters"):
        verdict([alone], quarters=1)


def test_the_shortest_window_looks_at_two_quarters():
    assert verdict(stated(0, 0, LINE, LINE), quarters=2) is Verdict.ATTAINED
    assert verdict(stated(0, 0, LINE - 12, LINE), quarters=2) is Verdict.BELOW_LINE


def test_cumulative_sums_are_compared_without_rounding():
    # 3 months, 7 persons: the line is reached by 525,000 分 of net income, and by no 分 less.
    end = QuarterEnd(2016, 3)
    assert Statement("a", end, 525_000, 7).reaches(LINE)
    assert not Statement("a", end, 524_999, 7).reaches(LINE)
    assert Statement("a", end, 524_999, 7).annualised_fen == 299_999
    assert Statement("a", end, -1, 7).annualised_fen == -1


def test_without_line_or_statement_nothing_is_judged():
    assert verdict(stated(LINE, LINE, LINE, LINE), line=None) is Verdict.LINE_NOT_SET
    assert verdict([], line=None) is Verdict.LINE_NOT_SET
    assert verdict(stated(LINE, LINE, LINE)) is Verdict.STATEMENTS_MISSING
    # A missing quarter is not made good by one from before the window.
    older = stated(LINE, LINE, LINE, LINE, year=2015)
    assert verdict([*older, *stated(LINE, LINE, LINE)]) is Verdict.STATEMENTS_MISSING
