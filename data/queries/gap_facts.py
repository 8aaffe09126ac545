"""Facts that gaps are found in: who is on the register on a day, and what stood and ended by then.

Everything is read once for all households in scope; what is known by now counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, DateTime, Select, func, select, type_coerce, union_all

from data.access import Viewer, scope_households
from data.models import (
    STATUS_AFTER,
    Cause,
    Enrolment,
    Household,
    HouseholdComposition,
    IncomeStatement,
    LedgerEntry,
    MeasureAssignment,
    MedicalBill,
    Member,
    Pairing,
    Payment,
    Plan,
    Project,
    ProjectBeneficiary,
    RegisterEvent,
    ServiceEvent,
    Status,
    Survey,
)
from data.models.base import HouseholdFact
from data.queries.frames import read_frame
from data.queries.instants import CHINA, days, known, known_before, standing, valid
from data.queries.register import live_events

Days = npt.NDArray[np.datetime64]
LONG_AGO: Final = np.datetime64("0001-01-01")
_REGISTERED: Final = [str(kind) for kind, s in STATUS_AFTER.items() if s is Status.REGISTERED]
_RECORDED: Final = (
    Cause, Enrolment, IncomeStatement, LedgerEntry, MeasureAssignment, MedicalBill, Pairing,
    Payment, Plan, ProjectBeneficiary, ServiceEvent, Survey,
)  # fmt: skip
"""Tables whose rows are facts about a household, beside the register's events."""


@dataclass(frozen=True)
class Reader:
    """What every reading here shares: where, for whom, and the day looked at."""

    connection: Connection
    viewer: Viewer
    as_of: date

    def rows(self, statement: Select[*tuple[Any, ...]]) -> pd.DataFrame:
        """Read rows about households, within the viewer's scope."""
        return read_frame(self.connection, scope_households(statement, self.viewer), dtype=object)

    @cached_property
    def registered(self) -> pd.DataFrame:
        """The members on the register on the day.

        Columns: `household`, `village`, `member`, `since`, `birth_year`, `has_skill`.
        """
        return _read_registered(self)


@dataclass(frozen=True)
class Spans:
    """Rows of a versioned fact that began by the day: `household`, `first`, `after`, and more."""

    frame: pd.DataFrame
    as_of: date

    @cached_property
    def standing(self) -> pd.DataFrame:
        """The rows in force on the day."""
        return self.frame[self.frame["after"].to_numpy() > np.datetime64(self.as_of)]

    @cached_property
    def ended(self) -> pd.DataFrame:
        """The rows that ended by the day."""
        return self.frame[self.frame["after"].to_numpy() <= np.datetime64(self.as_of)]


def read_active(reader: Reader) -> pd.DataFrame:
    """Read the households with somebody on the register on the day.

    Returns
    -------
    pandas.DataFrame
        `household`, `village` and `since`, the day from which somebody of it has been registered,
        ordered by village and household.
    """
    members = reader.registered
    since = members.groupby(["village", "household"], sort=True)["since"].min()
    return since.reset_index()[["household", "village", "since"]]


def _read_registered(reader: Reader) -> pd.DataFrame:
    live = live_events(known_before(None)).subquery()
    order = (live.c.occurred_on.desc(), live.c.recorded_at.desc(), live.c.id.desc())
    place = func.row_number().over(partition_by=live.c.member_id, order_by=order)
    last = (
        select(live.c.member_id, live.c.kind, live.c.occurred_on, place.label("place"))
        .where(live.c.occurred_on <= reader.as_of)
        .subquery()
    )
    home = HouseholdComposition
    statement = (
        select(
            Household.code.label("household"),
            Household.village_code.label("village"),
            Member.id.label("member"),
            last.c.occurred_on,
            home.valid_from,
            Member.birth_year,
            Member.has_skill,
        )
        .join(home, home.household_code == Household.code)
        .join(Member, Member.id == home.member_id)
        .join(last, last.c.member_id == home.member_id)
        .where(
            known(home, known_before(None)),
            valid(home, reader.as_of),
            last.c.place == 1,
            last.c.kind.in_(_REGISTERED),
        )
    )
    frame = reader.rows(statement)
    frame["since"] = np.maximum(days(frame["occurred_on"]), days(frame["valid_from"]))
    return frame


def read_spans(
    reader: Reader,
    model: type[HouseholdFact],
    *columns: Any,  # noqa: ANN401 - mapped columns
    where: Sequence[Any] = (),
) -> Spans:
    """Read a versioned fact's rows that began by the day.

    Parameters
    ----------
    columns
        Further columns to read.
    where
        Conditions that the rows meet.
    """
    statement = (
        select(
            model.household_code.label("household"),
            model.valid_from.label("first"),
            model.valid_to.label("after"),
            *columns,
        )
        .join(Household, Household.code == model.household_code)
        .where(
            known(model, known_before(None)),
            model.valid_from <= reader.as_of,
            *where,
        )
    )
    frame = reader.rows(statement)
    for name in ("first", "after"):
        frame[name] = days(frame[name])
    return Spans(frame, reader.as_of)


def read_projects(reader: Reader) -> Spans:
    """Read places in projects, with the kind of the project as `code`."""
    return read_spans(
        reader,
        ProjectBeneficiary,
        select(Project.kind)
        .where(Project.id == ProjectBeneficiary.project_id)
        .scalar_subquery()
        .label("code"),
    )


def read_last_log(reader: Reader) -> pd.Series:
    """Read the day of each household's last entry in the work log, by household."""
    last = (
        select(
            LedgerEntry.household_code.label("household"),
            func.max(LedgerEntry.occurred_on).label("day"),
        )
        .where(standing(LedgerEntry, known_before(None)), LedgerEntry.occurred_on <= reader.as_of)
        .group_by(LedgerEntry.household_code)
        .subquery()
    )
    day = type_coerce(last.c.day, LedgerEntry.occurred_on.type).label("day")
    statement = select(last.c.household, day).join(Household, Household.code == last.c.household)
    frame = reader.rows(statement)
    return pd.Series(days(frame["day"]), index=frame["household"])


def read_blocks(reader: Reader) -> pd.Series:
    """Count the different blocks of the survey that are done by the day, by household."""
    statement = (
        select(
            Survey.household_code.label("household"),
            func.count(Survey.block.distinct()).label("blocks"),
        )
        .join(Household, Household.code == Survey.household_code)
        .where(standing(Survey, known_before(None)), Survey.occurred_on <= reader.as_of)
        .group_by(Survey.household_code)
    )
    return reader.rows(statement).set_index("household")["blocks"]


def read_last_recorded(reader: Reader) -> pd.Series:
    """Read the day on which something about each household was last recorded, up to the day."""
    until = datetime.combine(reader.as_of, time.max, tzinfo=CHINA)
    home = HouseholdComposition
    parts = [
        select(
            home.household_code.label("household"),
            func.max(RegisterEvent.recorded_at).label("recorded_at"),
        )
        .join(home, home.member_id == RegisterEvent.member_id)
        .where(RegisterEvent.recorded_at <= until)
        .group_by(home.household_code)
    ]
    parts += [
        select(model.household_code, func.max(model.recorded_at))
        .where(model.recorded_at <= until)
        .group_by(model.household_code)
        for model in _RECORDED
    ]
    facts = union_all(*parts).subquery()
    statement = (
        select(
            Household.code.label("household"),
            type_coerce(func.max(facts.c.recorded_at), DateTime).label("recorded_at"),
        )
        .join(Household, Household.code == facts.c.household)
        .group_by(Household.code)
    )
    frame = reader.rows(statement)
    instants = frame["recorded_at"].to_numpy(dtype="datetime64[s]")
    # Stored instants are UTC: the day is that of the office that entered the fact.
    frame["day"] = (instants + np.timedelta64(8, "h")).astype("datetime64[D]")
    return frame.set_index("household")["day"]


def by_household(values: pd.Series, households: pd.Series) -> Days:
    """Line days up with households; long ago where there is none."""
    found = dict(zip(values.index, days(values), strict=True))
    return np.array([found.get(code, LONG_AGO) for code in households], dtype="datetime64[D]")
