"""Entries of household files as tests make them, on the tiny world or the demonstration."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from data.access import Role, Viewer
from data.actions.assign_measure import (
    MeasureChange,
    MeasureEntry,
    assign_measure,
    change_measure,
)
from data.actions.enter_income import IncomeSheet, enter_income
from data.actions.log_work import WorkLog, log_work
from data.actions.make_plan import Aim, PlanDraft, make_plan
from data.actions.pair_household import PairingEnd, PairingEntry, end_pairing, pair_household
from data.actions.record_survey import SurveyBlock, record_survey
from data.actions.record_visit import Visit, record_visit
from data.actions.void_file_entry import FileVoid, void_file_entry
from data.engine import Database, reading, transaction
from data.ledger import append_row
from data.models import (
    Household,
    IncomeStatement,
    LedgerEntry,
    MeasureAssignment,
    Org,
    Pairing,
    Plan,
    Post,
    ServiceEvent,
    Survey,
)
from data.queries.file_bases import file_base
from data.rules.files import BLOCKS, INDICATORS
from tests.unit.data.tiny_world import IDENTIFIED, versioned

DAY = date(2016, 12, 31)
OTHER = Viewer("other", Role.OFFICE, ("",))
"""Somebody who makes what is there before."""
AIMS = {
    name: Aim("已核对", "住房安全" if name == "housing" else "达到", date(2016, 12, 1))
    for name in INDICATORS
}
AMOUNTS = {
    "wage_fen": 1_000_000, "business_fen": 200_000, "property_fen": 0, "transfer_fen": 60_000,
    "cost_fen": 50_000,
}  # fmt: skip


def base(db: Database, model: Any, household: str) -> str:
    """Give what a form would be opened against now."""
    with reading(db) as connection:
        return file_base(connection, model, household)


def give_posts(db: Database, until: date | None = None, *officials: str) -> None:
    """Let the tiny world's cadres hold a post until a day."""
    with transaction(db) as connection:
        if connection.execute(select(Org.id)).first() is None:
            append_row(
                connection, Org, id="org", name_zh="单位", name_en="Office", level="city",
                division_code="990100000000",
            )  # fmt: skip
        held = set(connection.execute(select(Post.official_id)).scalars())
        for official in set(officials or ("cadre-A", "cadre-B", "cadre-C")) - held:
            facts = versioned(f"post-{official}", until=until)
            append_row(
                connection, Post,
                **facts | {"official_id": official, "org_id": "org", "title": "科员",
                           "is_principal": False},
            )  # fmt: skip


def survey(
    db: Database,
    viewer: Viewer,
    household: str,
    block: str = "situation",
    now: datetime | None = None,
    **how: Any,
):
    """Fill in a block of the survey."""
    facts = {"state": "filled", "note": "已入户", "occurred_on": IDENTIFIED,
             "base": base(db, Survey, household)} | how  # fmt: skip
    return record_survey(db, viewer, SurveyBlock(household, block, **facts), now=now)


def survey_all(db: Database, viewer: Viewer, household: str) -> None:
    """Fill in all three blocks."""
    for block in BLOCKS:
        survey(db, viewer, household, block)


def plan(
    db: Database,
    viewer: Viewer,
    household: str,
    day: date = IDENTIFIED,
    now: datetime | None = None,
    **how: Any,
) -> str:
    """Make a plan."""
    facts = {"plan_year": 2016, "valid_from": day, "aims": AIMS,
             "base": base(db, Plan, household)} | how  # fmt: skip
    return make_plan(db, viewer, PlanDraft(household, **facts), now=now)


def income(
    db: Database,
    viewer: Viewer,
    household: str,
    months: int = 12,
    now: datetime | None = None,
    **how: Any,
) -> str:
    """Enter a cumulative statement of 2016."""
    amounts = {part: fen * months // 12 for part, fen in AMOUNTS.items()}
    facts = {"year": 2016, "amounts": amounts, "persons": 3, "surveyor": "调查 1",
             "is_signed": True, "occurred_on": DAY,
             "base": base(db, IncomeStatement, household)} | how  # fmt: skip
    return enter_income(db, viewer, IncomeSheet(household, months=months, **facts), now=now)


def log(
    db: Database,
    viewer: Viewer,
    household: str,
    quarter: int = 4,
    now: datetime | None = None,
    **how: Any,
) -> str:
    """Log the work of a quarter of 2016."""
    facts = {"year": 2016, "work": "宣讲政策", "occurred_on": DAY,
             "base": base(db, LedgerEntry, household)} | how  # fmt: skip
    return log_work(db, viewer, WorkLog(household, quarter=quarter, **facts), now=now)


def visit(
    db: Database,
    viewer: Viewer,
    household: str,
    kind: str = "visit",
    now: datetime | None = None,
    **how: Any,
) -> str:
    """Record a visit."""
    facts = {"note": "", "occurred_on": DAY, "base": base(db, ServiceEvent, household)} | how
    return record_visit(db, viewer, Visit(household, kind, **facts), now=now)


def measure(
    db: Database, viewer: Viewer, household: str, code: str, now: datetime | None = None, **how: Any
) -> str:
    """Assign a measure."""
    facts = {"state": "planned", "since": DAY,
             "base": base(db, MeasureAssignment, household)} | how  # fmt: skip
    return assign_measure(db, viewer, MeasureEntry(household, code, **facts), now=now)


def pair(
    db: Database,
    viewer: Viewer,
    household: str,
    official: str,
    now: datetime | None = None,
    **how: Any,
) -> str:
    """Pair a cadre with a household."""
    facts = {"since": DAY, "base": base(db, Pairing, household)} | how
    return pair_household(db, viewer, PairingEntry(household, official, **facts), now=now)


def latest(db: Database, model: Any, household: str) -> str:
    """Give the id of a version of the household that stands; one of nobody's without any."""
    statement = select(model.id).where(
        model.household_code == household, model.superseded_at.is_(None)
    )
    with reading(db) as connection:
        return connection.execute(statement).scalars().first() or "0" * 26


def has_home(db: Database, household: str) -> bool:
    """Tell whether there is such a household."""
    with reading(db) as connection:
        return connection.execute(
            select(Household.code).where(Household.code == household)
        ).first() is not None  # fmt: skip


def plan_surveyed(db: Database, viewer: Viewer, household: str) -> str:
    """Make a plan for a household that somebody else has surveyed."""
    if has_home(db, household):
        survey_all(db, OTHER, household)
    return plan(db, viewer, household)


def pair_in_office(db: Database, viewer: Viewer, household: str) -> str:
    """Pair a cadre in office."""
    give_posts(db)
    return pair(db, viewer, household, "cadre-B")


def end_measure(db: Database, viewer: Viewer, household: str) -> str:
    """End the measure that a household has."""
    held = latest(db, MeasureAssignment, household)
    so_far = base(db, MeasureAssignment, household)
    return change_measure(db, viewer, MeasureChange(household, held, None, DAY, so_far))


def part(db: Database, viewer: Viewer, household: str) -> None:
    """End the pairing that a household has."""
    held, so_far = latest(db, Pairing, household), base(db, Pairing, household)
    end_pairing(db, viewer, PairingEnd(household, held, DAY, so_far))


def undo(db: Database, viewer: Viewer, household: str, name: str) -> None:
    """Undo an entry of one's own; an office made it where the role may not."""
    entry, maker = "0" * 26, Viewer(viewer.name, Role.OFFICE, ("",))
    if has_home(db, household):
        enter = {"survey": survey, "income": income, "plan": plan_surveyed, "log": log,
                 "visit": visit}[name]  # fmt: skip
        entry = enter(db, maker, household, **{"months": 6} if name == "income" else {})
    void_file_entry(db, viewer, FileVoid(household, name, entry, "wrong_day"))
