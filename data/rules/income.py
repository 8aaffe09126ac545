"""Income of a household: cumulative statements, per person, by quarter, annualised honestly.

The sheets of the quarters are cumulative: each says what came in since the start of the year. All
amounts are integers in 分 (a hundredth of a yuan).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from data.text import mark

SPANS: Final = (3, 6, 9, 12)
"""Months that a statement may cover, from January on."""

PARTS: Final[Mapping[str, str]] = {
    "wage_fen": mark("工资性收入"),
    "business_fen": mark("生产经营性收入"),
    "property_fen": mark("财产性收入"),
    "transfer_fen": mark("转移性收入"),
    "cost_fen": mark("生产经营成本"),
}
"""The four parts of an income, and the cost that is taken off them."""

_YEAR: Final = 12
_QUARTER: Final = 3


@dataclass(frozen=True)
class Statement:
    """A household's income from January to the end of a month, in 分.

    Attributes
    ----------
    months
        How many months it covers: 3, 6, 9 or 12.
    persons
        Over how many persons it is shared, 1 at least.
    """

    year: int
    months: int
    wage_fen: int
    business_fen: int
    property_fen: int
    transfer_fen: int
    cost_fen: int
    persons: int

    @property
    def net_fen(self) -> int:
        """The four parts less the cost, for the whole household; it may be below zero."""
        earned = self.wage_fen + self.business_fen + self.property_fen + self.transfer_fen
        return earned - self.cost_fen

    @property
    def per_person_fen(self) -> int:
        """The net income by person, in whole 分, rounded down: never more than is there."""
        return self.net_fen // self.persons

    @property
    def ends_on(self) -> date:
        """The last day that the statement covers."""
        return period_end(self.year, self.months)


@dataclass(frozen=True)
class Increment:
    """What one quarter added to a year's cumulative income.

    Attributes
    ----------
    net_fen
        The household's net income of the quarter; None where its statement, or the one before, is
        missing.
    falling
        Parts that are lower than in the statement before, which nothing cumulative can be: shown,
        never corrected.
    """

    year: int
    quarter: int
    net_fen: int | None
    falling: tuple[str, ...] = ()


def period_end(year: int, months: int) -> date:
    """Give the last day of the first `months` months of a year, by the quarter."""
    day = {3: 31, 6: 30, 9: 30, 12: 31}[months]
    return date(year, months, day)


def annualise(fen: int, months: int) -> int:
    """Stretch the income of some months to twelve, whole 分, rounded down.

    An estimate, to be called one: seasons differ, and it never stands in the statement's place.
    """
    return fen * _YEAR // months


def list_increments(statements: Iterable[Statement]) -> list[Increment]:
    """Take each year's cumulative statements apart by quarter, as far as the last one.

    Parameters
    ----------
    statements
        Any number of years in any order; one a year and span at most.

    Returns
    -------
    list of Increment
        By year and quarter. Where no statement of a year is missing, the increments add up to the
        net income of its last one.
    """
    by_year: dict[int, dict[int, Statement]] = {}
    for statement in statements:
        by_year.setdefault(statement.year, {})[statement.months] = statement
    return [increment for year in sorted(by_year) for increment in _take_apart(year, by_year[year])]


def _take_apart(year: int, held: Mapping[int, Statement]) -> list[Increment]:
    increments, before = [], None
    for months in range(_QUARTER, max(held) + 1, _QUARTER):
        this = held.get(months)
        falling = _falling(before, this) if before and this else ()
        increments.append(Increment(year, months // _QUARTER, _difference(held, months), falling))
        before = this or before
    return increments


def _difference(held: Mapping[int, Statement], months: int) -> int | None:
    if months not in held:
        return None
    if months == _QUARTER:
        return held[months].net_fen
    last = held.get(months - _QUARTER)
    return None if last is None else held[months].net_fen - last.net_fen


def _falling(before: Statement, this: Statement) -> tuple[str, ...]:
    return tuple(part for part in PARTS if getattr(this, part) < getattr(before, part))
