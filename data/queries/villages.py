"""One village: its figures, who answers for it, measures by cause, and its households."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from data.access import Action, Viewer, can, mask, scope_households, suppress
from data.engine import Database, reading
from data.errors import Denied
from data.models import (
    Cause,
    CauseKind,
    Household,
    Measure,
    MeasureAssignment,
    Pairing,
)
from data.queries.filters import Filter
from data.queries.frames import read_frame
from data.queries.freshness import last_fact_on, read_fact_days, stale_villages
from data.queries.indicators import Indicators, gaps_of, measure_groups
from data.queries.instants import known, known_before, valid
from data.queries.places import get_unit
from data.queries.projects import list_districts_with_projects, list_village_projects
from data.queries.register import Ledger, read_ledger
from data.queries.responsibility import list_first_responsible, list_leaders, list_team


@dataclass(frozen=True)
class VillageFacts:
    """What a panel says about one village on one day.

    `figures` holds each indicator's value and the remaining households, `gaps` the remaining
    households that lack a pairing, a measure or a fresh record: NaN is no data, -1 suppressed.
    """

    code: str
    names: Mapping[str, str]
    kind: str
    district: str
    accuracy_m: float | None
    position_evidence: str | None
    list_state: str
    clinic: str
    as_of: date
    figures: Mapping[str, float]
    leaders: tuple[str, ...]
    team: pd.DataFrame
    responsible: pd.DataFrame
    measures: pd.DataFrame
    projects: pd.DataFrame
    last_fact_on: date | None
    gaps: Mapping[str, float]


def get_village(db: Database, viewer: Viewer, code: str, filter_: Filter) -> VillageFacts:
    """Read one village for a panel or a page.

    Raises
    ------
    NotFound
        It does not exist or lies outside the viewer's areas.
    """
    unit = get_unit(db, viewer, code)
    as_of = filter_.as_of
    with reading(db) as connection:
        around = Filter(district=code[:6], measure=filter_.measure)
        ledger = read_ledger(connection, viewer, around, [as_of])
        fact_days = read_fact_days(connection, viewer, within=code)
    indicators, row = _among_siblings(db, viewer, code, ledger)
    figures = {
        name: float(v[row, 0]) for name, v in {**indicators.persons, **indicators.rates}.items()
    }
    figures |= {f"{name}_households": float(v[row, 0]) for name, v in indicators.households.items()}
    stale = stale_villages(fact_days, indicators.groups, [as_of])
    here = (ledger.households["village"] == code).to_numpy(dtype=bool)
    gaps = {kind: int(flags[here].sum()) for kind, flags in gaps_of(ledger, stale).items()}
    projects = list_village_projects(db, viewer, code, as_of=as_of)
    projects["households"] = _hidden(projects["households"], viewer)
    return VillageFacts(
        code=code,
        names={"zh-CN": unit["name_zh"], "en": unit["name_en"]},
        kind=str(unit["kind"]),
        district=str(unit["district"]),
        accuracy_m=None if pd.isna(unit["accuracy_m"]) else float(unit["accuracy_m"]),
        position_evidence=unit["position_evidence"],
        list_state=str(unit["list_state"]),
        clinic=str(unit["clinic"]),
        as_of=as_of,
        figures=figures,
        leaders=tuple(list_leaders(db, viewer, code, as_of=as_of)),
        team=list_team(db, viewer, code, as_of=as_of),
        responsible=list_first_responsible(db, code[:6], as_of=as_of),
        measures=count_measures(db, viewer, code, as_of=as_of),
        projects=projects,
        last_fact_on=last_fact_on(fact_days.get(code), as_of),
        gaps=_hide_each(gaps, viewer),
    )


def _among_siblings(
    db: Database, viewer: Viewer, code: str, ledger: Ledger
) -> tuple[Indicators, int]:
    """Measure a village beside the others of its district: they decide what of it is hidden."""
    groups = sorted({code, *ledger.households["village"].astype(str)})
    with_projects = list_districts_with_projects(db)
    indicators = measure_groups(ledger, groups, viewer, with_projects=with_projects)
    return indicators, groups.index(code)


def _hide_each(counts: Mapping[str, int], viewer: Viewer) -> dict[str, float]:
    numbers = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
    shown = suppress(numbers.astype(float), numbers, viewer)
    return dict(zip(counts, shown.tolist(), strict=True))


def _hidden(counts: pd.Series, viewer: Viewer) -> pd.Series:
    numbers = counts.to_numpy(dtype=np.int64)
    return pd.Series(suppress(numbers.astype(float), numbers, viewer), index=counts.index)


def count_measures(db: Database, viewer: Viewer, code: str, *, as_of: date) -> pd.DataFrame:
    """Count a village's households by measure in force: `code`, `name_zh`, `name_en`, `households`.

    Every measure has its row; 0 is a true zero, -1 suppressed.
    """
    held = MeasureAssignment
    counted = (
        select(held.measure_code, func.count(held.household_code.distinct()))
        .join(Household, Household.code == held.household_code)
        .where(Household.village_code == code, known(held, known_before(None)), valid(held, as_of))
        .group_by(held.measure_code)
    )
    with reading(db) as connection:
        counts = dict(connection.execute(scope_households(counted, viewer)).all())
        names = connection.execute(
            select(Measure.code, Measure.name_zh, Measure.name_en)
            .where(Measure.vocabulary == "WH5")
            .order_by(Measure.position)
        ).all()
    frame = pd.DataFrame(names, columns=["code", "name_zh", "name_en"])
    frame["households"] = _hidden(frame["code"].map(counts).fillna(0), viewer)
    return frame


def cross_causes(db: Database, viewer: Viewer, code: str, *, as_of: date) -> pd.DataFrame:
    """Count a village's households by main cause and measure in force.

    Returns
    -------
    pandas.DataFrame
        `cause_zh`, `cause_en` and one column a measure's code; causes that occur, in the forms'
        order; -1 where suppressed.
    """
    before = known_before(None)
    statement = (
        select(
            CauseKind.position,
            CauseKind.name_zh,
            CauseKind.name_en,
            MeasureAssignment.measure_code,
            func.count(Household.code.distinct()).label("households"),
        )
        .join(Cause, Cause.cause_code == CauseKind.code)
        .join(Household, Household.code == Cause.household_code)
        .join(MeasureAssignment, MeasureAssignment.household_code == Household.code)
        .where(
            Household.village_code == code,
            Cause.is_main,
            known(Cause, before),
            valid(Cause, as_of),
            known(MeasureAssignment, before),
            valid(MeasureAssignment, as_of),
        )
        .group_by(
            CauseKind.position, CauseKind.name_zh, CauseKind.name_en, MeasureAssignment.measure_code
        )
    )
    with reading(db) as connection:
        rows = read_frame(connection, scope_households(statement, viewer))
    rows["households"] = _hidden(rows["households"], viewer)
    table = rows.pivot_table(
        index=["position", "name_zh", "name_en"], columns="measure_code", values="households",
        fill_value=0,
    )  # fmt: skip
    table = table.reset_index().rename(columns={"name_zh": "cause_zh", "name_en": "cause_en"})
    return table.drop(columns="position").rename_axis(columns=None)


def village_history(db: Database, viewer: Viewer, code: str, stops: list[date]) -> pd.DataFrame:
    """Give a village's persons at each stop: `day`, `remaining`, `exited`, `on_register`."""
    ledger = _ledger_around(db, viewer, code, code[:6], stops)
    indicators, row = _among_siblings(db, viewer, code, ledger)
    history: dict[str, Any] = {"day": stops}
    return pd.DataFrame(history | {name: v[row] for name, v in indicators.persons.items()})


def _ledger_around(db: Database, viewer: Viewer, code: str, area: str, stops: list[date]) -> Ledger:
    """Fold the register of an area, for a village of it that the viewer may see."""
    get_unit(db, viewer, code)
    with reading(db) as connection:
        return read_ledger(connection, viewer, Filter(district=area), stops)


def list_households(db: Database, viewer: Viewer, code: str, *, as_of: date) -> pd.DataFrame:
    """List a village's households on file, masked.

    Returns
    -------
    pandas.DataFrame
        `household`, `persons`, `status` (registered or exited), `cause`, `measures`, `cadres`.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    NotFound
        The village lies outside the viewer's areas.
    """
    decision = can(viewer, Action.SEE_HOUSEHOLDS, code)
    ledger = _ledger_around(db, viewer, code, code, [as_of])
    if not decision:
        raise Denied(role=viewer.role, action=Action.SEE_HOUSEHOLDS)
    frame = ledger.households[["code"]].rename(columns={"code": "household"})
    frame["persons"] = (ledger.registered + ledger.exited + ledger.exited_before)[:, 0]
    frame["status"] = np.where(ledger.registered[:, 0] > 0, "registered", "exited")
    frame = frame[frame["persons"] > 0].reset_index(drop=True)
    details = _household_details(db, viewer, code, as_of)
    joined = frame.merge(details, how="left", on="household")
    origins = {"household": Household.code, "cause": Cause.cause_code}
    return mask(joined, origins)


def _household_details(db: Database, viewer: Viewer, code: str, as_of: date) -> pd.DataFrame:
    before = known_before(None)
    cause = (
        select(Cause.household_code.label("household"), CauseKind.name_zh.label("cause"))
        .join(CauseKind, CauseKind.code == Cause.cause_code)
        .join(Household, Household.code == Cause.household_code)
        .where(
            Household.village_code == code,
            Cause.is_main,
            known(Cause, before),
            valid(Cause, as_of),
        )
    )
    measures = (
        select(MeasureAssignment.household_code.label("household"), Measure.name_zh)
        .join(
            Measure,
            (Measure.code == MeasureAssignment.measure_code)
            & (Measure.vocabulary == MeasureAssignment.vocabulary),
        )
        .join(Household, Household.code == MeasureAssignment.household_code)
        .where(
            Household.village_code == code,
            known(MeasureAssignment, before),
            valid(MeasureAssignment, as_of),
        )
        .order_by(Measure.position)
    )
    cadres = (
        select(
            Pairing.household_code.label("household"),
            func.count(Pairing.official_id.distinct()).label("cadres"),
        )
        .join(Household, Household.code == Pairing.household_code)
        .where(Household.village_code == code, known(Pairing, before), valid(Pairing, as_of))
        .group_by(Pairing.household_code)
    )
    with reading(db) as connection:
        frames = [
            pd.DataFrame(
                connection.execute(scope_households(s, viewer)).fetchall(),
                columns=columns,
            )
            for s, columns in (
                (cause, ["household", "cause"]),
                (measures, ["household", "measures"]),
                (cadres, ["household", "cadres"]),
            )
        ]
    joined = frames[1].groupby("household")["measures"].agg("、".join).reset_index()
    return frames[0].merge(joined, how="outer").merge(frames[2], how="outer")
