"""Exit candidates: which households of a town could begin the procedure, and why others cannot."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, select

from data.access import Action, Viewer, scope_households, within
from data.engine import Database, reading
from data.models import Household, HouseholdComposition, IncomeStatement, Status
from data.queries.exit_files import load_cases
from data.queries.instants import known, known_before, standing, valid
from data.queries.parameters import Criterion, find_criterion
from data.queries.statuses import fold_statuses
from data.refusals import require
from data.rules.attainment import Attainment, QuarterEnd, Statement, Verdict, judge
from data.text import mark


class Readiness(StrEnum):
    """Whether a household may begin the procedure, or what is in the way."""

    READY = "ready"
    LINE_NOT_SET = "line_not_set"
    STATEMENTS_MISSING = "statements_missing"
    BELOW_LINE = "below_line"
    NOT_REGISTERED = "not_registered"
    CASE_OPEN = "case_open"


READINESS_NAMES: Final = {
    Readiness.READY: mark("可以立档"),
    Readiness.LINE_NOT_SET: mark("不判断：收入线未设定"),
    Readiness.STATEMENTS_MISSING: mark("不判断：缺少季度收入登记"),
    Readiness.BELOW_LINE: mark("窗口内有季度低于收入线"),
    Readiness.NOT_REGISTERED: mark("有成员当日不是未脱贫"),
    Readiness.CASE_OPEN: mark("已有办理中的档案"),
}


@dataclass(frozen=True)
class Candidate:
    """A household that may be thought of, and by which evidence."""

    household: str
    village: str
    members: tuple[str, ...]
    readiness: Readiness
    attainment: Attainment


def list_candidates(db: Database, viewer: Viewer, town: str, day: date) -> list[Candidate]:
    """List a town's households with somebody on the register, and whether each could begin.

    Raises
    ------
    Denied
        The viewer's role runs no exits.
    """
    require(viewer, Action.RUN_EXITS)
    with reading(db) as connection:
        found = find_candidates(connection, viewer, day, town=town)
    return [one for one in found if one.members]


def find_candidates(
    connection: Connection,
    viewer: Viewer,
    day: date,
    *,
    town: str | None = None,
    households: Iterable[str] | None = None,
) -> list[Candidate]:
    """Judge households within the viewer's scope, by code.

    Parameters
    ----------
    day
        On which members must be on the register and attainment is judged.
    town, households
        Only those of a town, or of these codes.
    """
    statement = select(Household.code, Household.village_code).order_by(Household.code)
    if town is not None:
        statement = statement.where(within(Household.village_code, town[:9]))
    if households is not None:
        statement = statement.where(Household.code.in_(list(households)))
    rows = connection.execute(scope_households(statement, viewer))
    homes = {row.code: row.village_code for row in rows}
    members = _members(connection, homes, day)
    statuses = fold_statuses(connection, [m for group in members.values() for m in group], day)
    statements = load_statements(connection, homes)
    criterion = find_criterion(connection, day)
    busy = _busy(connection, viewer, homes)
    return [
        _candidate(
            (code, village), {m: statuses.get(m) for m in members[code]},
            _judged(statements[code], criterion, day), is_busy=code in busy,
        )
        for code, village in homes.items()
    ]  # fmt: skip


def _candidate(
    home: tuple[str, str],
    there: Mapping[str, Status | None],
    attainment: Attainment,
    *,
    is_busy: bool,
) -> Candidate:
    code, village = home
    registered = tuple(sorted(m for m, status in there.items() if status is Status.REGISTERED))
    if is_busy:
        readiness = Readiness.CASE_OPEN
    elif not registered or Status.EXITED in there.values():
        readiness = Readiness.NOT_REGISTERED
    elif attainment.verdict is Verdict.ATTAINED:
        readiness = Readiness.READY
    else:
        readiness = Readiness(str(attainment.verdict))
    return Candidate(code, village, registered, readiness, attainment)


def _judged(
    statements: Mapping[QuarterEnd, Statement], criterion: Criterion, day: date
) -> Attainment:
    return judge(statements, day=day, quarters=criterion.quarters, line_fen=criterion.line_fen)


def _members(
    connection: Connection, homes: Mapping[str, str], day: date
) -> Mapping[str, list[str]]:
    home = HouseholdComposition
    rows = connection.execute(
        select(home.household_code, home.member_id)
        .where(home.household_code.in_(homes), known(home, known_before(None)), valid(home, day))
        .order_by(home.member_id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for household, member in rows:
        found[household].append(member)
    return found


def load_statements(
    connection: Connection, households: Iterable[str]
) -> Mapping[str, Mapping[QuarterEnd, Statement]]:
    """Load the income statements that stand, the last entered of each quarter-end."""
    row = IncomeStatement
    net = row.wage_fen + row.business_fen + row.property_fen + row.transfer_fen - row.cost_fen
    statement = (
        select(row.household_code, row.id, row.year, row.months, net.label("net"), row.persons)
        .where(row.household_code.in_(list(households)), standing(row, known_before(None)))
        .order_by(row.recorded_at, row.id)
    )
    found: dict[str, dict[QuarterEnd, Statement]] = defaultdict(dict)
    one: Any
    for one in connection.execute(statement):
        end = QuarterEnd(one.year, one.months)
        found[one.household_code][end] = Statement(one.id, end, one.net, one.persons)
    return found


def _busy(connection: Connection, viewer: Viewer, homes: Iterable[str]) -> set[str]:
    """List the households with a case that is neither complete nor withdrawn."""
    wanted = set(homes)
    return {
        case.household
        for case in load_cases(connection, viewer, is_complete=False)
        if case.household in wanted and not case.state.is_withdrawn
    }
