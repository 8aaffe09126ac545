"""Monitored rows: who is on file, what the rules look at, and the thresholds in force."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, Subquery, func, select

from data.access import Action, Viewer, scope_households
from data.engine import Database, reading
from data.models import (
    STATUS_AFTER,
    Enrolment,
    Household,
    HouseholdComposition,
    IncomeStatement,
    MedicalBill,
    Member,
    ProjectBeneficiary,
    ProjectUnit,
    RegisterEvent,
    RuleParameter,
    Status,
)
from data.queries.filters import Filter
from data.queries.frames import read_frame
from data.queries.instants import known, known_before, standing, valid
from data.queries.register import live_events
from data.refusals import require
from data.rules.triggers import PREFIX, Rows, Thresholds


def read_thresholds(connection: Connection, on: date) -> Thresholds:
    """Read the figures that documents set for a day; assumptions stand for the others."""
    set_ = (
        select(RuleParameter.code, RuleParameter.value)
        .where(
            RuleParameter.code.startswith(PREFIX, autoescape=True),
            known(RuleParameter, known_before(None)),
            valid(RuleParameter, on),
        )
        .order_by(RuleParameter.recorded_at, RuleParameter.id)
    )
    return Thresholds.from_values({row.code: row.value for row in connection.execute(set_)})


def get_thresholds(db: Database, viewer: Viewer, *, on: date) -> Thresholds:
    """Give what the rules compare with on a day.

    Raises
    ------
    Denied
        The viewer's role monitors nothing.
    """
    require(viewer, Action.MONITOR)
    with reading(db) as connection:
        return read_thresholds(connection, on)


def read_members(
    connection: Connection, viewer: Viewer, on: date, *, division: str = ""
) -> pd.DataFrame:
    """List who is on file on a day, registered or exited, and in which household.

    Parameters
    ----------
    division
        Leading digits of a division's code; all that the viewer sees by default.

    Returns
    -------
    pandas.DataFrame
        `household`, `member`; ordered by both.
    """
    last, home = last_events(on), HouseholdComposition
    gone = [str(kind) for kind, status in STATUS_AFTER.items() if status is Status.GONE]
    statement = (
        select(home.household_code.label("household"), home.member_id.label("member"))
        .join(last, last.c.member_id == home.member_id)
        .join(Household, Household.code == home.household_code)
        .where(
            last.c.rank == 1,
            last.c.kind.not_in(gone),
            known(home, known_before(None)),
            valid(home, on),
        )
        .order_by(home.household_code, home.member_id)
    )
    narrowed = Filter(district=division).narrow(statement, Household.village_code)
    return read_frame(connection, scope_households(narrowed, viewer), dtype=object)


def last_events(on: date = date.max) -> Subquery:
    """Select each member's standing events up to a day, `rank` 1 the one that counts then."""
    live = live_events(known_before(None)).where(RegisterEvent.occurred_on <= on).subquery()
    order = (live.c.occurred_on.desc(), live.c.recorded_at.desc(), live.c.id.desc())
    rank = func.row_number().over(partition_by=live.c.member_id, order_by=order)
    return select(live.c.member_id, live.c.kind, live.c.recorded_at, rank.label("rank")).subquery()


def read_rows(connection: Connection, viewer: Viewer, on: date) -> Rows:
    """Read what the rules look at, of all households in scope that are on file on a day."""
    members = read_members(connection, viewer, on)
    on_file = set(members["household"])

    def here(statement: Select[*tuple[Any, ...]], model: type[Any]) -> pd.DataFrame:
        placed = statement.join(Household, Household.code == model.household_code)
        frame = read_frame(connection, scope_households(placed, viewer), dtype=object)
        return frame[frame["household"].isin(on_file)].reset_index(drop=True)

    enrolments = here(_enrolments(), Enrolment).drop(columns="household")
    return Rows(
        statements=here(_statements(), IncomeStatement),
        bills=here(_bills(), MedicalBill),
        places=here(_places(), ProjectBeneficiary),
        enrolments=enrolments.merge(members, on="member"),
    )


def _of_household(model: type[Any]) -> tuple[Any, Any]:
    return model.id, model.household_code.label("household")


def _statements() -> Select[*tuple[Any, ...]]:
    one = IncomeStatement
    net = one.wage_fen + one.business_fen + one.property_fen + one.transfer_fen - one.cost_fen
    return select(
        *_of_household(one), one.year, one.months, net.label("net"), one.persons,
        one.occurred_on, one.recorded_at,
    ).where(standing(one, known_before(None)))  # fmt: skip


def _bills() -> Select[*tuple[Any, ...]]:
    one = MedicalBill
    paid = one.basic_fen + one.critical_fen + one.assistance_fen + one.fund_fen
    return select(
        *_of_household(one), (one.total_fen - paid).label("self_pay"), one.occurred_on
    ).where(standing(one, known_before(None)))


def _places() -> Select[*tuple[Any, ...]]:
    one = ProjectBeneficiary
    return (
        select(
            *_of_household(one), one.mode, one.unit_id.label("unit"),
            ProjectUnit.rent_free_until, one.valid_from, one.valid_to,
        )
        .outerjoin(ProjectUnit, ProjectUnit.id == one.unit_id)
        .where(known(one, known_before(None)))
    )  # fmt: skip


def _enrolments() -> Select[*tuple[Any, ...]]:
    one = Enrolment
    return (
        select(
            *_of_household(one), one.member_id.label("member"), Member.birth_year,
            one.valid_from, one.valid_to,
        )
        .join(Member, Member.id == one.member_id)
        .where(known(one, known_before(None)))
    )  # fmt: skip
