"""Log what was done for a household in a quarter."""

from dataclasses import dataclass
from datetime import date, datetime

from data.access import Action, Role, Viewer
from data.actions.enter_income import YEARS
from data.actions.filing import filing, find_answerable, require_number
from data.audit import Deed
from data.engine import Database
from data.models import LedgerEntry
from data.rules.files import quarter_start
from data.text import mark


@dataclass(frozen=True)
class WorkLog:
    """What was done, in which quarter, and what the form was opened against.

    Attributes
    ----------
    work
        In words, without personal information.
    official
        The code of who did it; None for the paired cadre. A helper's is the own one.
    """

    household: str
    year: int
    quarter: int
    work: str
    occurred_on: date
    base: str
    official: str | None = None


def log_work(db: Database, viewer: Viewer, log: WorkLog, *, now: datetime | None = None) -> str:
    """Enter a line of the quarterly work log; give its id.

    Raises
    ------
    DayOutOfRange
        The day lies before the quarter, or in the future.
    Denied, NotFound
        The viewer's role keeps no log; the household or official is missing or outside the scope.
    EntryChanged
        Somebody else wrote to the log since the form was opened.
    NumberOutOfRange, PersonalInReason, ReasonMissing
        A number or the text cannot be used.
    """
    with filing(db, viewer, Action.KEEP_LOG, log.household, now=now) as entry:
        require_number(mark("年度"), log.year, *YEARS)
        require_number(mark("季度"), log.quarter, 1, 4)
        work = entry.read_text(mark("工作开展情况"), log.work)
        entry.require_day(log.occurred_on, quarter_start(log.year, log.quarter))
        entry.require_base(LedgerEntry, log.base)
        official = name_doer(viewer, log.official)
        made = entry.append(
            LedgerEntry, occurred_on=log.occurred_on, year=log.year, quarter=log.quarter,
            work=work, official_id=find_answerable(entry, log.occurred_on, official),
        )  # fmt: skip
        entry.record(Deed.ENTRY, f"log: {log.year}, {log.quarter}")
    return made


def name_doer(viewer: Viewer, official: str | None) -> str | None:
    """Name who did something: a helper writes for nobody else."""
    return viewer.official if viewer.role is Role.HELPER else official
