"""Rows that the rules of monitoring look at, planted in the tiny world; and who looks."""

from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import select

from data.access import Role, Viewer
from data.engine import Database, reading, transaction
from data.ledger import append_row, load_rows
from data.models import (
    Enrolment,
    EventKind,
    HouseholdComposition,
    IncomeStatement,
    MedicalBill,
    Member,
    ProjectBeneficiary,
    ProjectUnit,
)
from tests.unit.data.tiny_world import IDENTIFIED, append, member_row, recorded, versioned

OFFICE = Viewer("office", Role.OFFICE, ("",))
DISTRICT = Viewer("district", Role.DISTRICT, ("990121",))
ELSEWHERE = Viewer("elsewhere", Role.DISTRICT, ("990122",))
LEADER = Viewer("leader", Role.LEADER, ("",))
HELPER = Viewer("helper", Role.HELPER, ("",), official="cadre-A")
DAY = date(2016, 12, 31)
NOW = datetime(2017, 1, 9, 4, tzinfo=UTC)
_SERIAL = count(1)


def event(key, day):
    """Give the columns that every event has."""
    return {"id": key, "occurred_on": day, "recorded_at": recorded(day), "recorded_by": "test",
            "source_id": None, "reason": None, "voids_event_id": None}  # fmt: skip


def plant(db: Database, model, **facts):
    """Enter one row and give its id."""
    with transaction(db) as connection:
        return append_row(connection, model, **facts)


def plant_statement(db, household, year, months, yuan, *, persons=1, day=None, key=None):
    """Enter a cumulative statement whose net income is `yuan`."""
    day = day or date(year, months, 30)
    return plant(
        db, IncomeStatement, **event(key or f"sheet-{next(_SERIAL)}", day),
        household_code=household, year=year, months=months, wage_fen=yuan * 100 + 500,
        business_fen=0, property_fen=0, transfer_fen=0, cost_fen=500, persons=persons,
        surveyor="cadre-A", is_signed=True,
    )  # fmt: skip


def plant_bill(db, household, yuan, *, paid_yuan=0, day=date(2016, 11, 5), member=None):
    """Enter a bill of which the household pays the rest itself."""
    return plant(
        db, MedicalBill, **event(f"bill-{next(_SERIAL)}", day), household_code=household,
        member_id=member or f"{household}-1", total_fen=yuan * 100, basic_fen=paid_yuan * 100,
        critical_fen=0, assistance_fen=0, fund_fen=0,
    )  # fmt: skip


def plant_place(db, household, mode, *, since, until=None, unit=None):
    """Let the vineyard serve a household."""
    return plant(
        db, ProjectBeneficiary, **versioned(f"place-{next(_SERIAL)}", since, until),
        household_code=household, project_id="vineyard", unit_id=unit, mode=mode,
    )  # fmt: skip


def plant_unit(db, number, free_until):
    """Add a unit to the vineyard."""
    handover = free_until.replace(year=free_until.year - 3)
    return plant(
        db, ProjectUnit, id=f"unit-{number}", project_id="vineyard", number=number,
        handover_on=handover, handover_is_assumed=True, rent_free_until=free_until,
    )  # fmt: skip


def plant_pupil(db, household, key, born):
    """Let somebody young live in a household, on the register like the others."""
    with transaction(db) as connection:
        load_rows(connection, Member, [member_row(key) | {"birth_year": born}])
        home = {"member_id": key, "household_code": household}
        load_rows(connection, HouseholdComposition, [versioned(f"home-{key}") | home])
        append(connection, key, EventKind.NATURAL_INCREASE, IDENTIFIED)
    return key


def plant_enrolment(db, household, member, *, since, until=None, stage="compulsory"):
    """Enrol somebody."""
    return plant(
        db, Enrolment, **versioned(f"school-{next(_SERIAL)}", since, until),
        household_code=household, member_id=member, stage=stage, school_kind="public",
        is_boarding=False, fee_fen=None,
    )  # fmt: skip


def rows_of(db, *models):
    """Give all rows of some tables: unchanged where nothing was written."""
    with reading(db) as connection:
        return [connection.execute(select(*m.__table__.columns)).all() for m in models]
