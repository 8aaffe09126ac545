"""Stable attainment: over a window of quarters a household stays at the income line or above.

Income is stated cumulatively: the sheet of a quarter-end covers the year's months so far (3, 6, 9
or 12). Its net income is wage + business + property + transfer − cost, and its annualised
per-capita income is net × 12 / months / persons. A household attains when at each of the W most
recent quarter-ends, on the day of judgement or before, this is at or above the line; one good
quarter is never enough, for W is two at least. Nothing is estimated: a quarter without a statement
or a line that nobody set leaves the household unjudged. The comparison is of whole numbers, without
rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from data.text import mark

DEFAULT_WINDOW: Final = 4
"""Quarters that are looked at when no document sets another number; an assumption, shown as one."""
LEAST_WINDOW: Final = 2
LONGEST_WINDOW: Final = 12
_MONTHS: Final = (3, 6, 9, 12)


class Verdict(StrEnum):
    """What the window says of a household."""

    ATTAINED = "attained"
    BELOW_LINE = "below_line"
    STATEMENTS_MISSING = "statements_missing"
    LINE_NOT_SET = "line_not_set"


VERDICT_NAMES: Final = {
    Verdict.ATTAINED: mark("稳定达标"),
    Verdict.BELOW_LINE: mark("窗口内有季度低于收入线"),
    Verdict.STATEMENTS_MISSING: mark("不判断：缺少季度收入登记"),
    Verdict.LINE_NOT_SET: mark("不判断：收入线未设定"),
}


@dataclass(frozen=True, order=True)
class QuarterEnd:
    """The end of a quarter: the year, and how many of its months are over."""

    year: int
    months: int

    @property
    def day(self) -> date:
        """The quarter's last day."""
        first_after = date(self.year + self.months // 12, self.months % 12 + 1, 1)
        return first_after - timedelta(days=1)


@dataclass(frozen=True)
class Statement:
    """A cumulative income statement.

    Attributes
    ----------
    id
        The row it is from.
    net_fen
        Net income of the household since the beginning of the year, in 分; may be negative.
    persons
        How many persons share it.
    """

    id: str
    end: QuarterEnd
    net_fen: int
    persons: int

    @property
    def annualised_fen(self) -> int:
        """The year's per-capita income at this pace, in whole 分, rounded down."""
        return self.net_fen * 12 // (self.end.months * self.persons)

    def reaches(self, line_fen: int) -> bool:
        """Tell whether the annualised per-capita income is at a line or above."""
        return self.net_fen * 12 >= line_fen * self.end.months * self.persons


@dataclass(frozen=True)
class Quarter:
    """One quarter-end of a window.

    Attributes
    ----------
    statement
        None when nobody stated an income.
    is_reached
        None when it cannot be judged.
    """

    end: QuarterEnd
    statement: Statement | None
    is_reached: bool | None


@dataclass(frozen=True)
class Attainment:
    """What the window says, and by which evidence, the oldest quarter first."""

    verdict: Verdict
    quarters: tuple[Quarter, ...]

    @property
    def statement_ids(self) -> tuple[str, ...]:
        """The statements that were looked at."""
        return tuple(q.statement.id for q in self.quarters if q.statement is not None)


def window_ends(day: date, quarters: int) -> tuple[QuarterEnd, ...]:
    """Give the most recent quarter-ends on a day or before, the oldest first."""
    recent = [
        end
        for year in range(day.year, day.year - quarters // 4 - 2, -1)
        for months in reversed(_MONTHS)
        if (end := QuarterEnd(year, months)).day <= day
    ]
    return tuple(reversed(recent[:quarters]))


def judge(
    statements: Mapping[QuarterEnd, Statement] | Sequence[Statement],
    *,
    day: date,
    quarters: int,
    line_fen: int | None,
) -> Attainment:
    """Judge a household by the statements of its quarters.

    Parameters
    ----------
    statements
        One a quarter-end; those outside the window do not count.
    day
        The day of judgement.
    quarters
        The window W.
    line_fen
        The yearly per-capita line, in 分; None while nobody has set it.

    Raises
    ------
    ValueError
        The window is of less than two quarters: that would not be stable.
    """
    if quarters < LEAST_WINDOW:
        msg = f"a window is of {LEAST_WINDOW} quarters or more"
        raise ValueError(msg)
    if not isinstance(statements, Mapping):
        statements = {statement.end: statement for statement in statements}
    seen = tuple(
        Quarter(end, one, None if one is None or line_fen is None else one.reaches(line_fen))
        for end in window_ends(day, quarters)
        for one in [statements.get(end)]
    )
    return Attainment(_verdict(seen, line_fen), seen)


def _verdict(quarters: Sequence[Quarter], line_fen: int | None) -> Verdict:
    if line_fen is None:
        return Verdict.LINE_NOT_SET
    if any(quarter.statement is None for quarter in quarters):
        return Verdict.STATEMENTS_MISSING
    is_reached = all(quarter.is_reached for quarter in quarters)
    return Verdict.ATTAINED if is_reached else Verdict.BELOW_LINE
