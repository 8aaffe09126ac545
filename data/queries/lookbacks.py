"""Look-backs: frozen lists of records, and how far each has been verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from data.access import Action, Viewer, mask, masking_level, reaches, scope_households
from data.engine import Database, reading
from data.errors import NotFound
from data.models import (
    STATUS_AFTER,
    Cause,
    Enrolment,
    EventKind,
    Household,
    HouseholdComposition,
    IdentityVault,
    IncomeStatement,
    LookbackCampaign,
    LookbackItem,
    LookbackOutcome,
    MeasureAssignment,
    MedicalBill,
    Pairing,
    Payment,
    Plan,
    ProjectBeneficiary,
    RegisterEvent,
    Status,
    Survey,
)
from data.models.base import HouseholdFact
from data.queries.frames import read_frame
from data.queries.instants import known, known_before, standing, valid
from data.queries.monitored import last_events, read_members
from data.refusals import require


@dataclass(frozen=True)
class Freeze:
    """The day that a look-back's list is of, and the instant at which it was frozen."""

    on: date
    at: datetime


PENDING: Final = "pending"
OUTCOMES: Final = ("verified", "corrected", "removed")


@dataclass(frozen=True)
class Progress:
    """A look-back as far as the viewer's areas reach.

    Attributes
    ----------
    households
        Frozen records within the viewer's areas: the sum of the four that follow.
    population
        Frozen records of the whole look-back; None where some lie outside the viewer's areas.
    """

    id: str
    name: str
    division: str
    led_by: str
    frozen_on: date
    due_on: date
    frozen_at: datetime
    frame_hash: str
    population: int | None
    households: int
    verified: int
    corrected: int
    removed: int
    pending: int


def list_lookbacks(db: Database, viewer: Viewer) -> list[Progress]:
    """List the look-backs that hold a record in scope, the newest first.

    Raises
    ------
    Denied
        The viewer's role monitors nothing.
    """
    require(viewer, Action.MONITOR)
    outcome = func.coalesce(LookbackOutcome.outcome, PENDING).label("outcome")
    statement = _items(select(LookbackItem.campaign_id, outcome, func.count())).group_by(
        LookbackItem.campaign_id, outcome
    )
    with reading(db) as connection:
        counts = connection.execute(scope_households(statement, viewer)).all()
        heads = connection.execute(
            select(LookbackCampaign)
            .with_only_columns(*LookbackCampaign.__table__.columns)
            .where(LookbackCampaign.id.in_({row.campaign_id for row in counts}))
            .order_by(LookbackCampaign.frozen_on.desc(), LookbackCampaign.recorded_at.desc())
        ).all()
    by_campaign: dict[str, dict[str, int]] = {}
    for campaign, found, count in counts:
        by_campaign.setdefault(campaign, {})[found] = count
    return [_progress(viewer, head, by_campaign[head.id]) for head in heads]


def _progress(viewer: Viewer, head: Any, counts: Mapping[str, int]) -> Progress:  # noqa: ANN401 - a row
    return Progress(
        id=head.id,
        name=head.name,
        division=head.division_code,
        led_by=head.led_by,
        frozen_on=head.frozen_on,
        due_on=head.due_on,
        frozen_at=head.recorded_at,
        frame_hash=head.frame_hash,
        population=head.population if reaches(viewer, head.division_code) else None,
        households=sum(counts.values()),
        verified=counts.get("verified", 0),
        corrected=counts.get("corrected", 0),
        removed=counts.get("removed", 0),
        pending=counts.get(PENDING, 0),
    )


def _items(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join a look-back's records with their household and their standing outcome."""
    found = and_(
        LookbackOutcome.campaign_id == LookbackItem.campaign_id,
        LookbackOutcome.household_code == LookbackItem.household_code,
        standing(LookbackOutcome, known_before(None)),
    )
    return (
        statement.select_from(LookbackItem)
        .join(Household, Household.code == LookbackItem.household_code)
        .outerjoin(LookbackOutcome, found)
    )


_ORIGINS: Final = {
    "household": LookbackItem.household_code, "village": Household.village_code,
    "outcome": LookbackOutcome.outcome, "outcome_id": LookbackOutcome.id,
    "found_on": LookbackOutcome.occurred_on, "found_by": LookbackOutcome.recorded_by,
    "found_at": LookbackOutcome.recorded_at, "reason": LookbackOutcome.reason,
}  # fmt: skip


def list_items(db: Database, viewer: Viewer, campaign_id: str) -> pd.DataFrame:
    """List a look-back's records in scope with what was found.

    Returns
    -------
    pandas.DataFrame
        `household`, `village`, `outcome` (verified, corrected, removed or pending), `outcome_id`
        (empty while pending: what a form is opened against), `found_on`, `found_by`, `found_at`,
        `reason`; by village and household.

    Raises
    ------
    Denied, NotFound
        The viewer's role monitors nothing; no record of such a look-back is in scope.
    """
    require(viewer, Action.MONITOR)
    with reading(db) as connection:
        frame = read_items(connection, viewer, campaign_id)
    return mask(frame, _ORIGINS, masking_level(viewer))


def read_items(
    connection: Connection, viewer: Viewer, campaign_id: str, households: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a look-back's records in scope, or some of them.

    Raises
    ------
    NotFound
        No such record is in scope.
    """
    statement = (
        _items(select(*(column.label(name) for name, column in _ORIGINS.items())))
        .where(LookbackItem.campaign_id == campaign_id)
        .order_by(Household.village_code, LookbackItem.household_code)
    )
    if households:
        statement = statement.where(LookbackItem.household_code.in_(households))
    frame = read_frame(connection, scope_households(statement, viewer), dtype=object)
    if frame.empty:
        raise NotFound(what=(households or [campaign_id])[0][:40])
    return frame.fillna({"outcome": PENDING, "outcome_id": "", "found_by": "", "reason": ""})


def progress_by_village(items: pd.DataFrame) -> pd.DataFrame:
    """Count records by village: `village`, `households`, and one column an outcome."""
    counts = pd.crosstab(items["village"], items["outcome"]).reindex(
        columns=[*OUTCOMES, PENDING], fill_value=0
    )
    counts.insert(0, "households", counts.sum(axis=1))
    return counts.rename_axis(columns=None).reset_index()


def read_frozen(
    connection: Connection, viewer: Viewer, division: str, on: date
) -> dict[str, list[str]]:
    """Read the households on file in a division on a day, with their members.

    Parameters
    ----------
    division
        Leading digits of the division's code.
    """
    members = read_members(connection, viewer, on, division=division)
    return {
        str(household): list(group) for household, group in members.groupby("household")["member"]
    }


_FILE: Final[tuple[type[Any], ...]] = (
    Cause, Enrolment, HouseholdComposition, IncomeStatement, MeasureAssignment, MedicalBill,
    Pairing, Payment, Plan, ProjectBeneficiary, Survey,
)  # fmt: skip
"""What makes up a record; what was done for a household, its work log and visits, does not."""


def was_corrected(connection: Connection, household: str, freeze: Freeze) -> bool:
    """Tell whether something of a household's record was entered, and stands, since the freeze."""
    members = select(IdentityVault.member_id).where(
        IdentityVault.member_id.in_(_members_then(household, freeze)),
        IdentityVault.changed_at > freeze.at,
    )
    events = select(RegisterEvent.id).where(
        RegisterEvent.member_id.in_(_members_then(household, freeze)),
        _entered_since(RegisterEvent, freeze.at),
    )
    file = (
        select(model.id).where(model.household_code == household, _entered_since(model, freeze.at))
        for model in _FILE
    )
    return any(connection.execute(one.limit(1)).first() for one in (events, members, *file))


def _entered_since(model: type[Any], at: datetime) -> ColumnElement[bool]:
    """Say in SQL that a row changed what was known at an instant, and that this stands."""
    if issubclass(model, HouseholdFact):
        new = and_(model.recorded_at > at, model.superseded_at.is_(None))
        return or_(new, and_(model.recorded_at <= at, model.superseded_at > at))
    void, voided = aliased(model), aliased(model)
    is_first = model.voids_event_id.is_(None)
    undoes_older = exists().where(voided.id == model.voids_event_id, voided.recorded_at <= at)
    return and_(
        model.recorded_at > at,
        or_(is_first, undoes_older),
        ~exists().where(void.voids_event_id == model.id),
    )


def was_removed(connection: Connection, household: str, freeze: Freeze) -> bool:
    """Tell whether all whom a household had at the freeze are gone, by removals entered since."""
    last = last_events()
    rows = connection.execute(
        select(last.c.kind, last.c.recorded_at).where(
            last.c.rank == 1, last.c.member_id.in_(_members_then(household, freeze))
        )
    ).all()
    is_gone = all(STATUS_AFTER[EventKind(row.kind)] is Status.GONE for row in rows)
    removed = [row for row in rows if row.kind == EventKind.REMOVED and row.recorded_at > freeze.at]
    return is_gone and bool(removed)


def _members_then(household: str, freeze: Freeze) -> Select[str]:
    """Select who lived in a household on the day of the freeze, as known at the freeze."""
    home = HouseholdComposition
    return select(home.member_id).where(
        home.household_code == household,
        known(home, freeze.at + timedelta(microseconds=1)),
        valid(home, freeze.on),
    )
