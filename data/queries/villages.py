"""One village: its figures, who answers for it, measures by cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from data.access import Action, Viewer, can, scope_households
from data.engine import Database, reading
from data.models import (
    Cause,
    CauseKind,
    Household,
    Measure,
    MeasureAssignment,
)
from data.queries.disclosed import Disclosed, read_disclosed
from data.queries.filters import Filter
from data.queries.frames import read_frame
from data.queries.freshness import last_fact_on, read_fact_days, stale_villages
from data.queries.indicators import (
    Values,
    count_gaps,
    hide_gaps,
    measure_groups,
)
from data.queries.instants import known, known_before, valid
from data.queries.places import get_unit
from data.queries.projects import list_districts_with_projects, list_village_projects
from data.queries.register import narrow_to_measure, read_ledger
from data.queries.responsibility import list_first_responsible, list_leaders, list_team
from data.queries.tables import cause_states, measure_states, project_states
from geo.classify import WITHHELD


@dataclass(frozen=True)
class VillageFacts:
    """What a panel says about one village on one day.

    `figures` holds each indicator's value and the remaining households, `gaps` the remaining
    households that lack a pairing, a measure or a fresh record; states as in `geo.classify`.
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
    seen = _read_village(db, viewer, code, filter_)
    fact_days = seen.fact_days
    projects = list_village_projects(db, viewer, code, as_of=as_of)
    if seen.disclosed is not None:
        states = project_states(db, viewer, seen.disclosed, code, as_of=as_of)
        pairs = zip(projects["id"], projects["mode"], strict=True)
        projects["households"] = [states[pair] for pair in pairs]
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
        figures=seen.figures,
        leaders=tuple(list_leaders(db, viewer, code, as_of=as_of)),
        team=list_team(db, viewer, code, as_of=as_of),
        responsible=list_first_responsible(db, code[:6], as_of=as_of),
        measures=count_measures(db, viewer, code, as_of=as_of),
        projects=projects,
        last_fact_on=last_fact_on(fact_days.get(code), as_of),
        gaps=seen.gaps,
    )


@dataclass(frozen=True)
class _Seen:
    figures: Mapping[str, float]
    gaps: Mapping[str, float]
    fact_days: Mapping[str, np.ndarray]
    disclosed: Disclosed | None


def _read_village(db: Database, viewer: Viewer, code: str, filter_: Filter) -> _Seen:
    """Measure a village on one day: exactly, or as it stands among all that the viewer reaches."""
    day, disclosed = filter_.as_of, _disclosed(db, viewer)
    stops = [day] if disclosed is None else list(disclosed.ledger.stops)
    stop = stops.index(day) if day in stops else None
    with reading(db) as connection:
        fact_days = read_fact_days(connection, viewer, within=code)
        if disclosed is None:
            narrow = Filter(district=code, measure=filter_.measure)
            ledger = read_ledger(connection, viewer, narrow, stops)
        else:
            ledger = narrow_to_measure(connection, disclosed.ledger, filter_.measure)
    cells = None if disclosed is None else disclosed.cells
    indicators = measure_groups(
        ledger, [code], viewer, with_projects=list_districts_with_projects(db), cells=cells
    )
    # Only this village's days are read, and only its rows counted.
    stale = stale_villages(fact_days, sorted({code, *ledger.households["village"]}), stops)
    gaps = {}
    for kind, counts in count_gaps(ledger, [code], stale=stale).items():
        values = counts.astype(float)
        if cells is not None:
            hidden = hide_gaps(ledger, cells, kind, [code]) & (counts > 0)
            values = np.where(hidden, WITHHELD, values)
        gaps[kind] = _at(values[0], stop)
    figures = {**indicators.persons, **indicators.rates}
    figures |= {f"{name}_households": v for name, v in indicators.households.items()}
    return _Seen(
        figures={name: _at(v[0], stop) for name, v in figures.items()},
        gaps=gaps,
        fact_days=fact_days,
        disclosed=disclosed,
    )


def _disclosed(db: Database, viewer: Viewer) -> Disclosed | None:
    """Read all that the viewer reaches; None for who may see small cells anyway."""
    return None if can(viewer, Action.SEE_SMALL_CELLS) else read_disclosed(db, viewer)


def _at(values: Values, stop: int | None) -> float:
    """Give the value of a stop; on a day between the stops nothing is told."""
    return WITHHELD if stop is None else float(values[stop])


def count_measures(db: Database, viewer: Viewer, code: str, *, as_of: date) -> pd.DataFrame:
    """Count a village's households by measure in force: `code`, `name_zh`, `name_en`, `households`.

    Every measure has its row; 0 is a true zero. Who sees no small cells gets what the map shows.
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
    disclosed = _disclosed(db, viewer)
    shown = counts if disclosed is None else measure_states(disclosed, code, as_of)
    frame["households"] = frame["code"].map(shown).fillna(0).astype(float)
    return frame


def cross_causes(db: Database, viewer: Viewer, code: str, *, as_of: date) -> pd.DataFrame:
    """Count a village's households by main cause and measure in force.

    Returns
    -------
    pandas.DataFrame
        `cause_zh`, `cause_en` and one column a measure's code; causes that occur, in the forms'
        order.
    """
    disclosed = _disclosed(db, viewer)
    if disclosed is not None:
        return cause_states(db, viewer, disclosed, code, as_of=as_of)
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
    rows["households"] = rows["households"].astype(float)
    table = rows.pivot_table(
        index=["position", "name_zh", "name_en"], columns="measure_code", values="households",
        fill_value=0,
    )  # fmt: skip
    table = table.reset_index().rename(columns={"name_zh": "cause_zh", "name_en": "cause_en"})
    return table.drop(columns="position").rename_axis(columns=None)


def village_history(db: Database, viewer: Viewer, code: str, stops: list[date]) -> pd.DataFrame:
    """Give a village's persons at each stop: `day`, `remaining`, `exited`, `on_register`."""
    get_unit(db, viewer, code)
    disclosed = _disclosed(db, viewer)
    if disclosed is None:
        with reading(db) as connection:
            ledger = read_ledger(connection, viewer, Filter(district=code), stops)
        indicators = measure_groups(ledger, [code], viewer)
        columns: list[int | None] = list(range(len(stops)))
    else:
        indicators = measure_groups(disclosed.ledger, [code], viewer, cells=disclosed.cells)
        columns = [disclosed.stop_of(stop) for stop in stops]
    history: dict[str, Any] = {"day": stops}
    persons = {
        name: [_at(v[0], column) for column in columns] for name, v in indicators.persons.items()
    }
    return pd.DataFrame(history | persons)
