"""Matrices: which leader answers for which village, and which measures reach which causes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, select

from data.access import Action, Viewer, reaches, scope, scope_households
from data.engine import Database, reading
from data.errors import NotFound
from data.models import Cause, CauseKind, Household, LeaderVillageLink, Measure, Official
from data.queries.filters import Filter
from data.queries.frames import read_frame
from data.queries.instants import known, known_before, valid
from data.queries.people import list_own_households
from data.queries.register import Ledger, read_ledger
from data.refusals import in_each_language, require
from data.text import Lang, mark

NOBODY: Final = "none"
"""The column of households that no measure reaches, and the row of those without a main cause."""
EVERYBODY: Final = "all"
"""The column and the row of all households."""
_NO_CAUSE: Final = mark("未登记主要原因")


def list_leader_links(
    db: Database, viewer: Viewer, *, as_of: date, known_on: date | None = None
) -> pd.DataFrame:
    """List which leaders contact which villages on a day, with the terms of each link.

    Returns
    -------
    pandas.DataFrame
        `village`, `leader` (a code), `valid_from`, `valid_to` (the first day without; None while
        nobody knows of an end); ordered by village and leader.
    """
    require(viewer, Action.SEE_AGGREGATES)
    link = LeaderVillageLink
    statement = (
        select(
            link.village_code.label("village"),
            Official.code.label("leader"),
            link.valid_from,
            link.valid_to,
        )
        .join(Official, Official.id == link.official_id)
        .where(known(link, known_before(known_on)), valid(link, as_of))
        .order_by(link.village_code, Official.code, link.valid_from)
    )
    with reading(db) as connection:
        return read_frame(connection, scope(statement, viewer, link.village_code), dtype=object)


@dataclass(frozen=True)
class Crossing:
    """Households on file by main cause and measure in force, of an area on a day.

    Attributes
    ----------
    causes, measures
        Codes with their names, in the forms' order: causes that occur, and every measure.
    counts
        Households: one row a cause and `EVERYBODY`, one column a measure, `NOBODY` and
        `EVERYBODY`. A household with two measures stands in two columns: a row does not add up.
    """

    area: str
    as_of: date
    causes: Mapping[str, Mapping[Lang, str]]
    measures: Mapping[str, Mapping[Lang, str]]
    counts: pd.DataFrame


def cross_area(db: Database, viewer: Viewer, area: str, *, as_of: date) -> Crossing:
    """Cross main causes with measures for all households on file in an area.

    Parameters
    ----------
    area
        Leading digits of a division's code; ``""`` is all that the viewer sees.

    Raises
    ------
    Denied
        The viewer's role sees no counts of few households: there is no such table for a whole
        area from which the villages' hidden cells could not be worked out.
    NotFound
        The area lies outside the viewer's.
    """
    require(viewer, Action.SEE_SMALL_CELLS)
    flags, causes, measures = _read_flags(db, viewer, area, as_of)
    codes = [*measures, NOBODY, EVERYBODY]
    by_cause = flags.groupby("cause")[codes].sum()
    kept = [code for code in causes if code in by_cause.index]
    counts = by_cause.reindex(kept)
    counts.loc[EVERYBODY] = flags[codes].sum()
    named = {code: causes[code] for code in kept}
    return Crossing(area, as_of, named, measures, counts.astype(int))


def list_cell(
    db: Database, viewer: Viewer, area: str, cause: str, measure: str, *, as_of: date
) -> pd.DataFrame:
    """List the households of a cell, masked.

    Parameters
    ----------
    cause, measure
        Codes as in `Crossing.counts`, the sums included.

    Returns
    -------
    pandas.DataFrame
        `household`, `village`, `persons`, `status`, `measures`, `cadres`.

    Raises
    ------
    Denied
        The viewer's role sees no households, or no counts of few.
    NotFound
        The area lies outside the viewer's, or there is no such cause or measure.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    require(viewer, Action.SEE_SMALL_CELLS)
    flags, causes, measures = _read_flags(db, viewer, area, as_of)
    for code, known_codes in ((cause, causes), (measure, {*measures, NOBODY})):
        if code != EVERYBODY and code not in known_codes:
            raise NotFound(what=code[:40])
    inside = flags[measure]
    if cause != EVERYBODY:
        inside &= flags["cause"] == cause
    codes = set(flags.loc[inside, "household"])
    listed = list_own_households(db, viewer, as_of=as_of)
    columns = ["household", "village", "persons", "status", "measures", "cadres"]
    return listed.loc[listed["household"].isin(codes), columns].reset_index(drop=True)


def _read_flags(
    db: Database, viewer: Viewer, area: str, as_of: date
) -> tuple[pd.DataFrame, Mapping[str, Mapping[Lang, str]], Mapping[str, Mapping[Lang, str]]]:
    """Read one row a household on file: its main cause, and whether each column holds it."""
    if not (reaches(viewer, area) or any(own.startswith(area) for own in viewer.areas)):
        raise NotFound(what=area[:40])
    with reading(db) as connection:
        ledger = read_ledger(connection, viewer, Filter(district=area), [as_of])
        main = _main_causes(connection, viewer, area, as_of)
        kinds = connection.execute(
            select(CauseKind.code, CauseKind.name_zh, CauseKind.name_en).order_by(
                CauseKind.position
            )
        ).all()
        named = connection.execute(
            select(Measure.code, Measure.name_zh, Measure.name_en)
            .where(Measure.vocabulary == "WH5")
            .order_by(Measure.position)
        ).all()
    causes = _names(kinds) | {NOBODY: in_each_language(_NO_CAUSE)}
    measures = _names(named)
    return _flags(ledger, main, list(measures)), causes, measures


def _names(rows: Iterable[Any]) -> dict[str, Mapping[Lang, str]]:
    return {str(code): {"zh-CN": str(zh), "en": str(en)} for code, zh, en in rows}


def _main_causes(connection: Connection, viewer: Viewer, area: str, as_of: date) -> dict[str, str]:
    statement = (
        select(Cause.household_code, Cause.cause_code)
        .join(Household, Household.code == Cause.household_code)
        .where(Cause.is_main, known(Cause, known_before(None)), valid(Cause, as_of))
    )
    narrowed = Filter(district=area).narrow(statement, Household.village_code)
    rows = connection.execute(scope_households(narrowed, viewer))
    return {str(code): str(cause) for code, cause in rows}


def _flags(ledger: Ledger, main: Mapping[str, str], measures: list[str]) -> pd.DataFrame:
    households = ledger.households["code"]
    frame = pd.DataFrame({"household": households})
    frame["cause"] = [main.get(str(code), NOBODY) for code in households]
    for code in measures:
        held = ledger.by_measure.get(code)
        frame[code] = False if held is None else held[:, 0]
    frame[NOBODY] = ~ledger.has_measure[:, 0]
    frame[EVERYBODY] = True
    on_file = (ledger.registered + ledger.exited + ledger.exited_before)[:, 0] > 0
    return frame[on_file].reset_index(drop=True)
