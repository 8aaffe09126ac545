"""Rule parameters: which figure is in force on a day, and by which document."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from data.access import Action, Viewer
from data.engine import Database, reading
from data.models import RuleParameter
from data.queries.instants import known, known_before, valid
from data.refusals import require
from data.rules.attainment import DEFAULT_WINDOW
from data.rules.triggers import THRESHOLD_NAMES
from data.text import mark

INCOME_LINE: Final = "income_line_fen"
"""The yearly per-capita line, in 分; without a document it is unknown."""
WINDOW: Final = "attainment_window_quarters"
"""How many quarter-ends stable attainment looks at; without a document the assumed number."""

PARAMETER_NAMES: Final = {
    INCOME_LINE: mark("收入线（人均年收入）"),
    WINDOW: mark("稳定达标窗口（季度数）"),
    **THRESHOLD_NAMES,
}


@dataclass(frozen=True)
class Parameter:
    """A figure in force, with the document that sets it."""

    id: str
    code: str
    value: int
    document_title: str
    document_number: str
    document_on: date
    document_page: str
    valid_from: date


@dataclass(frozen=True)
class Criterion:
    """By what attainment is judged on a day.

    Attributes
    ----------
    line
        None while no document sets it: nothing can be judged.
    window
        None while no document sets it: then the assumed number holds.
    """

    line: Parameter | None
    window: Parameter | None

    @property
    def line_fen(self) -> int | None:
        """The line, in 分 a person and year."""
        return None if self.line is None else self.line.value

    @property
    def quarters(self) -> int:
        """The window, in quarters."""
        return DEFAULT_WINDOW if self.window is None else self.window.value


def find_parameter(
    connection: Connection, code: str, day: date, *, known_on: date | None = None
) -> Parameter | None:
    """Find the figure that is in force on a day, as known on another; None when unset."""
    row = connection.execute(
        select(*_COLUMNS)
        .where(
            RuleParameter.code == code,
            known(RuleParameter, known_before(known_on)),
            valid(RuleParameter, day),
        )
        .order_by(RuleParameter.recorded_at.desc(), RuleParameter.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Parameter(**row._mapping)  # noqa: SLF001 - a row's own way


def find_criterion(connection: Connection, day: date, *, known_on: date | None = None) -> Criterion:
    """Give line and window in force on a day, as known on another."""
    return Criterion(
        line=find_parameter(connection, INCOME_LINE, day, known_on=known_on),
        window=find_parameter(connection, WINDOW, day, known_on=known_on),
    )


def get_criterion(db: Database, viewer: Viewer, day: date) -> Criterion:
    """Give line and window in force on a day.

    Raises
    ------
    Denied
        The viewer's role does not see the exit procedure.
    """
    require(viewer, Action.SEE_EXITS)
    with reading(db) as connection:
        return find_criterion(connection, day)


_COLUMNS: Final = (
    RuleParameter.id,
    RuleParameter.code,
    RuleParameter.value,
    RuleParameter.document_title,
    RuleParameter.document_number,
    RuleParameter.document_on,
    RuleParameter.document_page,
    RuleParameter.valid_from,
)
