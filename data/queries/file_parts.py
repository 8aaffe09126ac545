"""Parts of a household's file: each read as of a day, as known at an instant, and masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Executable, Select, func, select

from data.access import EVERYTHING, MASK, Action, Viewer, can, mask
from data.models import (
    Cause,
    CauseKind,
    IdentityVault,
    IncomeStatement,
    LedgerEntry,
    Measure,
    MeasureAssignment,
    Official,
    Pairing,
    Plan,
    PlanIndicator,
    ServiceEvent,
    Survey,
)
from data.models.base import EventTimes
from data.queries.file_bases import list_recorders
from data.queries.frames import read_frame
from data.queries.instants import known, standing, valid
from data.rules.files import BLOCKS, INDICATORS, SENSITIVE_INDICATORS
from data.rules.income import PARTS, Statement, annualise, list_increments

_EVENT: Final = ("id", "occurred_on", "recorded_at", "recorded_by", "source_id")
_DERIVED: Final = ("net_fen", "per_person_fen", "annual_fen")
_MONEY: Final = {part: getattr(IncomeStatement, part) for part in PARTS} | dict.fromkeys(
    _DERIVED, IncomeStatement.wage_fen
)
"""What follows from an amount is as sensitive as the amount."""


@dataclass(frozen=True)
class FileReader:
    """One reading of one household: by whom, for which day, as known before an instant."""

    connection: Connection
    viewer: Viewer
    code: str
    as_of: date
    before: datetime
    level: int

    def frame(self, statement: Executable, origins: Mapping[str, Any]) -> pd.DataFrame:
        """Read rows, say who recorded the versions among them, and mask."""
        rows = read_frame(self.connection, statement, dtype=object)
        if "recorded_by" not in rows.columns and "recorded_at" in rows.columns:
            who = list_recorders(self.connection, self.code, rows["recorded_at"])
            rows["recorded_by"] = [who.get(at, "") for at in rows["recorded_at"]]
        return mask(rows, origins, self.level, on=self.as_of)

    def events(self, model: type[EventTimes], *names: str) -> Select[Any]:
        """Select what stands of an event table up to the day, the newest first."""
        table: Any = model
        columns = [getattr(model, name) for name in (*_EVENT, *names)]
        return (
            select(*columns)
            .where(
                table.household_code == self.code,
                model.occurred_on <= self.as_of,
                standing(model, self.before),
            )
            .order_by(model.occurred_on.desc(), model.recorded_at.desc(), model.id.desc())
        )

    def open_to_small_cells(self, origin: Any) -> Any:  # noqa: ANN401 - a mapped column
        """Give an origin that is blanked only for those who may not know one household's cell."""
        return None if can(self.viewer, Action.SEE_SMALL_CELLS) else origin


def read_pairings(reader: FileReader) -> pd.DataFrame:
    """Read every pairing known, the earliest first."""
    statement = (
        select(
            Pairing.id, Official.code.label("official"), Pairing.valid_from, Pairing.valid_to,
            Pairing.recorded_at, valid(Pairing, reader.as_of).label("is_current"),
        )
        .join(Official, Official.id == Pairing.official_id)
        .where(Pairing.household_code == reader.code, known(Pairing, reader.before))
        .order_by(Pairing.valid_from, Official.code)
    )  # fmt: skip
    return reader.frame(statement, {})


def read_measures(reader: FileReader) -> pd.DataFrame:
    """Read every measure known, in the order of the vocabulary."""
    held = MeasureAssignment
    statement = (
        select(
            held.id, held.measure_code.label("code"), Measure.name_zh, Measure.name_en,
            held.state, held.amount_fen, held.valid_from, held.valid_to, held.recorded_at,
            valid(held, reader.as_of).label("is_current"),
        )
        .join(
            Measure,
            (Measure.code == held.measure_code) & (Measure.vocabulary == held.vocabulary),
        )
        .where(held.household_code == reader.code, known(held, reader.before))
        .order_by(Measure.position, held.valid_from)
    )  # fmt: skip
    return reader.frame(statement, {"amount_fen": held.amount_fen})


def read_causes(reader: FileReader) -> pd.DataFrame:
    """Read the causes in force, the main one first."""
    statement = (
        select(
            Cause.cause_code.label("code"), CauseKind.name_zh, CauseKind.name_en, Cause.is_main,
            Cause.valid_from, Cause.recorded_at,
        )
        .join(CauseKind, CauseKind.code == Cause.cause_code)
        .where(
            Cause.household_code == reader.code,
            known(Cause, reader.before),
            valid(Cause, reader.as_of),
        )
        .order_by(Cause.is_main.desc(), CauseKind.position)
    )  # fmt: skip
    origin = reader.open_to_small_cells(Cause.cause_code)
    return reader.frame(statement, dict.fromkeys(("code", "name_zh", "name_en"), origin))


def read_survey(reader: FileReader) -> pd.DataFrame:
    """Read the latest entry of each block."""
    rows = reader.frame(reader.events(Survey, "block", "state", "note"), {})
    rows = rows.drop_duplicates("block").reset_index(drop=True)
    order = rows["block"].map(list(BLOCKS).index)
    rows = rows.iloc[order.argsort()].reset_index(drop=True)
    origin = reader.open_to_small_cells(Cause.cause_code)
    if origin is not None and reader.level != EVERYTHING:
        # What is written of the causes says what the cause itself does.
        rows.loc[rows["block"] == "causes", "note"] = MASK
    return rows


def read_plan(reader: FileReader) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Read the plan in force, its six indicators, and how many plans came before it."""
    mine = Plan.household_code == reader.code
    statement = (
        select(
            Plan.id, Plan.plan_year, Plan.planned_by, Plan.valid_from, Plan.recorded_at,
        )
        .where(mine, known(Plan, reader.before), valid(Plan, reader.as_of))
        .order_by(Plan.valid_from.desc())
    )  # fmt: skip
    plan = reader.frame(statement, {})
    # Every plan made is one version without an end; a copy with an end only says when it stopped.
    made = reader.connection.execute(
        select(func.count()).where(
            mine, Plan.valid_to.is_(None), Plan.recorded_at < reader.before,
            Plan.valid_from <= reader.as_of,
        )
    ).scalar_one()  # fmt: skip
    current = str(plan["id"].iloc[0]) if len(plan) else ""
    lines = read_frame(
        reader.connection,
        select(
            PlanIndicator.indicator, PlanIndicator.baseline, PlanIndicator.target,
            PlanIndicator.planned_on, PlanIndicator.done_on,
        ).where(PlanIndicator.plan_id == current),
        dtype=object,
    )  # fmt: skip
    order = lines["indicator"].map(list(INDICATORS).index)
    lines = lines.iloc[order.argsort()].reset_index(drop=True)
    # How a household stands in its income or an illness is as sensitive as these are.
    is_sensitive = lines["indicator"].isin(SENSITIVE_INDICATORS)
    shown = mask(lines[~is_sensitive], {}, reader.level)
    hidden = mask(
        lines[is_sensitive],
        {"baseline": IdentityVault.health, "target": IdentityVault.health},
        reader.level,
    )
    lines = pd.concat([shown, hidden]).sort_index()
    return plan, lines, max(int(made) - len(plan), 0)


def read_incomes(reader: FileReader) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the cumulative statements, and what each quarter added."""
    names = ("year", "months", *PARTS, "persons", "surveyor", "is_signed")
    rows = read_frame(reader.connection, reader.events(IncomeStatement, *names), dtype=object)
    rows = rows.sort_values(["year", "months"]).reset_index(drop=True)
    statements = [
        Statement(**{name: int(row[name]) for name in ("year", "months", *PARTS, "persons")})
        for row in rows.to_dict("records")
    ]
    rows["net_fen"] = [statement.net_fen for statement in statements]
    rows["per_person_fen"] = [statement.per_person_fen for statement in statements]
    rows["annual_fen"] = [annualise(s.per_person_fen, s.months) for s in statements]
    steps = list_increments(statements)
    increments = pd.DataFrame(
        {
            "year": [step.year for step in steps],
            "quarter": [step.quarter for step in steps],
            "net_fen": [step.net_fen for step in steps],
            "is_missing": [step.net_fen is None for step in steps],
            "falling": [step.falling for step in steps],
        },
        dtype=object,
    )
    return mask(rows, _MONEY, reader.level), mask(increments, _MONEY, reader.level)


def read_log(reader: FileReader) -> pd.DataFrame:
    """Read the work log, the newest quarter first."""
    statement = (
        reader.events(LedgerEntry, "year", "quarter", "work")
        .add_columns(Official.code.label("official"))
        .outerjoin(Official, Official.id == LedgerEntry.official_id)
    )
    rows = reader.frame(statement, {})
    return rows.sort_values(
        ["year", "quarter", "occurred_on"], ascending=False, kind="stable"
    ).reset_index(drop=True)


def read_visits(reader: FileReader) -> pd.DataFrame:
    """Read visits and services, the newest first."""
    statement = (
        reader.events(ServiceEvent, "kind", "note")
        .add_columns(Official.code.label("official"))
        .outerjoin(Official, Official.id == ServiceEvent.official_id)
    )
    return reader.frame(statement, {})
