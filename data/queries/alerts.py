"""Alerts: what the rules found, by due day, and the rows that each rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select, true

from data.access import Action, Viewer, mask, masking_level, scope_households
from data.engine import Database, reading
from data.errors import NotFound
from data.models import (
    Alert,
    AlertClosing,
    Enrolment,
    Household,
    IncomeStatement,
    MedicalBill,
    Official,
    Pairing,
    Project,
    ProjectBeneficiary,
    ProjectUnit,
)
from data.models.base import EventTimes, HouseholdFact
from data.queries.frames import read_frame
from data.queries.instants import known, known_before, standing, valid
from data.refusals import require

_ORIGINS: Final = {
    "id": Alert.id, "rule": Alert.rule, "household": Alert.household_code,
    "village": Household.village_code, "opened_on": Alert.opened_on, "due_on": Alert.due_on,
    "closing": AlertClosing.id, "outcome": AlertClosing.outcome,
    "closed_on": AlertClosing.occurred_on, "closed_by": AlertClosing.recorded_by,
    "reason": AlertClosing.reason,
}  # fmt: skip


def list_alerts(db: Database, viewer: Viewer, *, state: str, on: date) -> pd.DataFrame:
    """List the open or the closed alerts in scope, those due first on top.

    Parameters
    ----------
    state
        ``open`` or ``closed``.
    on
        The day that days overdue and paired cadres are told for.

    Returns
    -------
    pandas.DataFrame
        `id`, `rule`, `household`, `village`, `opened_on`, `due_on`, `overdue` (days, 0 if none),
        `owners` (the codes of the paired cadres), and of a closed one `closing`,
        `outcome`, `closed_on`, `closed_by`, `reason`.

    Raises
    ------
    Denied
        The viewer's role monitors nothing.
    """
    require(viewer, Action.MONITOR)
    with reading(db) as connection:
        frame = read_frame(connection, scope_households(_alerts(state), viewer), dtype=object)
        owners = _read_owners(connection, viewer, on)
    frame["owners"] = [owners.get(household, ()) for household in frame["household"]]
    frame["overdue"] = [max((on - due).days, 0) for due in frame["due_on"]]
    return mask(frame, _ORIGINS, masking_level(viewer), on=on)


def _alerts(state: str) -> Select[*tuple[Any, ...]]:
    """Select alerts with their standing closing, as far as there is one."""
    closed = and_(AlertClosing.alert_id == Alert.id, standing(AlertClosing, known_before(None)))
    statement = (
        select(*(column.label(name) for name, column in _ORIGINS.items()))
        .join(Household, Household.code == Alert.household_code)
        .outerjoin(AlertClosing, closed)
        .order_by(Alert.due_on, Alert.rule, Alert.household_code, Alert.id)
    )
    is_closed = AlertClosing.id.is_not(None)
    return statement.where(is_closed if state == "closed" else ~is_closed)


def _read_owners(connection: Connection, viewer: Viewer, on: date) -> Mapping[str, tuple[str, ...]]:
    statement = (
        select(Pairing.household_code.label("household"), Official.code)
        .join(Official, Official.id == Pairing.official_id)
        .join(Household, Household.code == Pairing.household_code)
        .where(
            known(Pairing, known_before(None)),
            valid(Pairing, on),
            Pairing.household_code.in_(select(Alert.household_code)),
        )
        .order_by(Official.code)
        .distinct()
    )
    frame = read_frame(connection, scope_households(statement, viewer))
    return {str(household): tuple(codes) for household, codes in frame.groupby("household")["code"]}


def count_by_village(open_: pd.DataFrame) -> pd.DataFrame:
    """Count open alerts, overdue ones and households by village: `open`, `overdue`, `households`.

    Parameters
    ----------
    open_
        What `list_alerts` gave; whoever sees that list sees cells of one household.
    """
    late = open_.assign(late=(open_["overdue"] > 0).astype(int))
    grouped = late.groupby("village")
    return pd.DataFrame(
        {
            "open": grouped.size(),
            "overdue": grouped["late"].sum(),
            "households": grouped["household"].nunique(),
        }
    ).reset_index()


def find_alert(connection: Connection, viewer: Viewer, alert_id: str) -> Row[*tuple[Any, ...]]:
    """Find an alert of a household in scope: `id`, `rule`, `household`, `evidence`, `opened_on`.

    Raises
    ------
    NotFound
        It is missing, or its household outside the viewer's scope: the answer is the same.
    """
    statement = (
        select(
            Alert.id,
            Alert.rule,
            Alert.household_code.label("household"),
            Alert.evidence,
            Alert.opened_on,
        )
        .join(Household, Household.code == Alert.household_code)
        .where(Alert.id == alert_id)
    )
    row = connection.execute(scope_households(statement, viewer)).one_or_none()
    if row is None:
        raise NotFound(what=alert_id[:26])
    return row


@dataclass(frozen=True)
class Evidence:
    """A row that an alert rests on, without any amount.

    Attributes
    ----------
    kind
        statement, bill, place (what a project gives), unit or enrolment.
    stands
        False for a row that was voided or superseded since.
    facts
        What tells the row apart, and its days.
    """

    kind: str
    row: str
    stands: bool
    facts: Mapping[str, Any]


def list_evidence(db: Database, viewer: Viewer, alert_id: str) -> list[Evidence]:
    """Describe the rows that an alert rests on.

    Raises
    ------
    Denied, NotFound
        The viewer's role monitors nothing; the alert is missing or outside the viewer's scope.
    """
    require(viewer, Action.MONITOR)
    with reading(db) as connection:
        rows = find_alert(connection, viewer, alert_id).evidence
        return [one for kind in _EVIDENCE for one in _describe(connection, kind, rows)]


_EVIDENCE: Final[Mapping[str, tuple[type[Any], Mapping[str, Any]]]] = {
    "statement": (
        IncomeStatement,
        {
            "year": IncomeStatement.year,
            "months": IncomeStatement.months,
            "day": IncomeStatement.occurred_on,
        },
    ),
    "bill": (MedicalBill, {"day": MedicalBill.occurred_on}),
    "place": (
        ProjectBeneficiary,
        {
            "mode": ProjectBeneficiary.mode,
            "name_zh": Project.name_zh,
            "name_en": Project.name_en,
            "first": ProjectBeneficiary.valid_from,
            "until": ProjectBeneficiary.valid_to,
        },
    ),
    "unit": (
        ProjectUnit,
        {
            "number": ProjectUnit.number,
            "until": ProjectUnit.rent_free_until,
            "is_assumed": ProjectUnit.handover_is_assumed,
        },
    ),
    "enrolment": (
        Enrolment,
        {"stage": Enrolment.stage, "first": Enrolment.valid_from, "until": Enrolment.valid_to},
    ),
}


def _describe(connection: Connection, kind: str, rows: Sequence[str]) -> list[Evidence]:
    model, columns = _EVIDENCE[kind]
    named = (column.label(name) for name, column in columns.items())
    statement = select(model.id, _stands(model).label("stands"), *named).where(model.id.in_(rows))
    if model is ProjectBeneficiary:
        statement = statement.join(Project, Project.id == ProjectBeneficiary.project_id)
    found = connection.execute(statement.order_by(model.id)).mappings()
    return [
        Evidence(kind, str(row["id"]), bool(row["stands"]), {name: row[name] for name in columns})
        for row in found
    ]


def _stands(model: type[Any]) -> ColumnElement[bool]:
    if issubclass(model, EventTimes):
        return standing(model, known_before(None))
    if issubclass(model, HouseholdFact):
        return known(model, known_before(None))
    return true()
