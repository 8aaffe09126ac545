"""The tables of a village's page for who sees no small cells: measures, causes, projects."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import select

from data.access import Viewer, is_small, scope_households
from data.engine import Database, reading
from data.models import Cause, CauseKind, Household, ProjectBeneficiary
from data.queries.disclosed import Disclosed, Values, hide_counts
from data.queries.disclosure import Flags
from data.queries.frames import read_frame
from data.queries.instants import counts_at, days, known, known_before
from geo.classify import SUPPRESSED, WITHHELD


def measure_states(disclosed: Disclosed, code: str, as_of: date) -> dict[str, float]:
    """Give a village's households on file by measure in force, as the map shows them."""
    ledger = disclosed.ledger
    here = _rows_in(disclosed, code)
    on_file = ((ledger.registered + ledger.exited + ledger.exited_before) > 0) & here[:, None]
    states = {}
    for measure, held in ledger.by_measure.items():
        counts = (held & on_file).sum(axis=0)
        quiet = disclosed.cells.of(measure, "quiet_file", [code])[0]
        state = np.where(is_small(counts) & ~quiet, SUPPRESSED, WITHHELD)
        hidden = disclosed.cells.of(measure, "file", [code])[0] & (counts > 0)
        states[measure] = _at(disclosed, np.where(hidden, state, counts.astype(float)), as_of)
    return states


def cause_states(
    db: Database, viewer: Viewer, disclosed: Disclosed, code: str, *, as_of: date
) -> pd.DataFrame:
    """Cross main causes with measures in force, for households on file; columns as in `villages`.

    Each measure's column adds up to a figure of the map, at every stop.
    """
    ledger = disclosed.ledger
    causes = _main_causes(db, viewer, disclosed, code)
    here = _rows_in(disclosed, code)
    on_file = ((ledger.registered + ledger.exited + ledger.exited_before) > 0) & here[:, None]
    columns = {}
    for measure, held in ledger.by_measure.items():
        counts = np.zeros((len(causes), len(ledger.stops)), dtype=np.int64)
        for row, flags in enumerate(causes.values()):
            counts[row] = (held & on_file & flags).sum(axis=0)
        barred = np.repeat(disclosed.cells.of(measure, "file", [code]), len(causes), axis=0)
        shown = hide_counts(counts, barred, ledger.stops)
        columns[measure] = [_at(disclosed, row, as_of) for row in shown]
    table = pd.DataFrame(columns)
    table.insert(0, "cause_zh", [zh for _position, zh, _en in causes])
    table.insert(1, "cause_en", [en for _position, _zh, en in causes])
    kept = table.drop(columns=["cause_zh", "cause_en"]) != 0
    table = table.loc[kept.any(axis=1), ["cause_zh", "cause_en", *kept.columns[kept.any(axis=0)]]]
    return table.reset_index(drop=True)


def project_states(
    db: Database, viewer: Viewer, disclosed: Disclosed, code: str, *, as_of: date
) -> dict[tuple[str, str], float]:
    """Give the households that each project serves, by its id and mode."""
    place = ProjectBeneficiary
    statement = (
        select(
            place.project_id,
            place.mode,
            place.household_code.label("household"),
            place.valid_from.label("first"),
            place.valid_to.label("after"),
        )
        .join(Household, Household.code == place.household_code)
        .where(Household.village_code == code, known(place, known_before(None)))
    )
    with reading(db) as connection:
        spans = read_frame(connection, scope_households(statement, viewer), dtype=object)
    if spans.empty:
        return {}
    kinds = pd.MultiIndex.from_frame(spans[["project_id", "mode"]])
    served = pd.MultiIndex.from_frame(spans[["project_id", "mode", "household"]])
    rows, pairs = served.factorize()
    stops = disclosed.ledger.stops
    held = counts_at(rows, (days(spans["first"]), days(spans["after"])), stops, size=len(pairs)) > 0
    named = list(kinds.unique())
    counts = np.zeros((len(named), len(stops)), dtype=np.int64)
    owner = np.asarray([named.index(pair[:2]) for pair in pairs], dtype=np.int64)
    np.add.at(counts, owner, held.astype(np.int64))
    shown = hide_counts(counts, np.zeros_like(counts, dtype=bool), stops)
    return {
        (str(project), str(mode)): _at(disclosed, row, as_of)
        for (project, mode), row in zip(named, shown, strict=True)
    }


def _main_causes(
    db: Database, viewer: Viewer, disclosed: Disclosed, code: str
) -> Mapping[tuple[int, str, str], Flags]:
    """Mark the households of each main cause of a village, at each stop, in the forms' order."""
    statement = (
        select(
            CauseKind.position,
            CauseKind.name_zh,
            CauseKind.name_en,
            Cause.household_code.label("household"),
            Cause.valid_from.label("first"),
            Cause.valid_to.label("after"),
        )
        .join(CauseKind, CauseKind.code == Cause.cause_code)
        .join(Household, Household.code == Cause.household_code)
        .where(Household.village_code == code, Cause.is_main, known(Cause, known_before(None)))
    )
    with reading(db) as connection:
        spans = read_frame(connection, scope_households(statement, viewer), dtype=object)
    ledger = disclosed.ledger
    index = pd.Series(np.arange(len(ledger.households)), index=ledger.households["code"])
    found = {}
    for key, rows in spans.groupby(["position", "name_zh", "name_en"]):
        owners = index.loc[rows["household"]].to_numpy(dtype=np.int64)
        spent = days(rows["first"]), days(rows["after"])
        position, zh, en = tuple(key)
        found[int(str(position)), str(zh), str(en)] = (
            counts_at(owners, spent, ledger.stops, size=len(index)) > 0
        )
    return found


def _rows_in(disclosed: Disclosed, code: str) -> npt.NDArray[np.bool_]:
    return (disclosed.ledger.households["village"] == code).to_numpy(dtype=bool)


def _at(disclosed: Disclosed, values: Values, day: date) -> float:
    """Give the value of a day; between the stops nothing is told."""
    stop = disclosed.stop_of(day)
    return WITHHELD if stop is None else float(values[stop])
