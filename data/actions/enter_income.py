"""Enter a household's income of a year so far, from a quarter's sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from data.access import Action, Viewer
from data.actions.filing import filing, require_choice, require_number
from data.audit import Deed
from data.engine import Database
from data.errors import NegativeAmount, StatementStands
from data.models import IncomeStatement
from data.queries.instants import known_before, standing
from data.refusals import in_each_language
from data.rules.income import PARTS, SPANS, period_end
from data.text import mark

YEARS = (1_949, 2_100)
MOST_FEN = 10**13
"""More 分 than any household earns: a hundred thousand million yuan is a slip of the hand."""
MOST_PERSONS = 99


@dataclass(frozen=True)
class IncomeSheet:
    """A quarter's cumulative sheet.

    Attributes
    ----------
    amounts
        分 by the codes of `data.rules.income.PARTS`, for the whole household.
    persons
        Over how many persons the income is shared.
    surveyor
        Who asked, by a code.
    """

    household: str
    year: int
    months: int
    amounts: Mapping[str, int] = field(repr=False)
    persons: int
    surveyor: str
    is_signed: bool
    occurred_on: date
    base: str


def enter_income(
    db: Database, viewer: Viewer, sheet: IncomeSheet, *, now: datetime | None = None
) -> str:
    """Enter a cumulative statement, one a year and span; give its id.

    Raises
    ------
    DayOutOfRange
        The day lies before the end of the months, or in the future.
    Denied, NotFound
        The viewer's role keeps no files; the household is missing or outside the scope.
    EntryChanged
        Somebody else entered an income since the form was opened.
    NegativeAmount, NumberOutOfRange, UnknownValue, PersonalInReason, ReasonMissing
        An amount, a number, the span or the surveyor cannot be used.
    StatementStands
        The household has a statement for the same months, which nobody undid.
    """
    with filing(db, viewer, Action.KEEP_FILES, sheet.household, now=now) as entry:
        require_choice(mark("累计月数"), str(sheet.months), {str(months): "" for months in SPANS})
        require_number(mark("年度"), sheet.year, *YEARS)
        require_number(mark("计算人均的人数"), sheet.persons, 1, MOST_PERSONS)
        amounts = {part: _read_amount(part, sheet.amounts.get(part, 0)) for part in PARTS}
        surveyor = entry.read_text(mark("调查人代号"), sheet.surveyor)
        entry.require_day(sheet.occurred_on, period_end(sheet.year, sheet.months))
        entry.require_base(IncomeStatement, sheet.base)
        same = select(IncomeStatement.id).where(
            IncomeStatement.household_code == entry.home.code,
            IncomeStatement.year == sheet.year,
            IncomeStatement.months == sheet.months,
            standing(IncomeStatement, known_before(None)),
        )
        if entry.connection.execute(same).first() is not None:
            raise StatementStands(what=entry.home.code, year=sheet.year, months=sheet.months)
        made = entry.append(
            IncomeStatement, occurred_on=sheet.occurred_on, year=sheet.year,
            months=sheet.months, persons=sheet.persons, surveyor=surveyor,
            is_signed=sheet.is_signed, **amounts,
        )  # fmt: skip
        entry.record(Deed.ENTRY, f"income: {sheet.year}, {sheet.months}")
    return made


def _read_amount(part: str, fen: int) -> int:
    if fen < 0:
        raise NegativeAmount(field=in_each_language(PARTS[part]))
    require_number(PARTS[part], fen, 0, MOST_FEN)
    return fen
