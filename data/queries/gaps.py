"""Gaps as a worklist: what is missing where, since when, who closes it and until when.

In the order of due dates, never of people or places.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, ScalarResult, select

from data.access import Action, Role, Viewer, can, mask, masking_level, scope
from data.engine import Database, reading
from data.models import (
    Cause,
    GapTask,
    Household,
    LeaderVillageLink,
    Village,
    WorkTeam,
)
from data.queries.entitlements import days_of
from data.queries.frames import read_frame
from data.queries.gap_facts import Reader, by_household, read_last_recorded
from data.queries.gap_finders import FINDERS, Finder
from data.queries.gap_owners import usual_owners
from data.queries.instants import OPENING, days, known, known_before, standing
from data.refusals import require
from data.rules.gaps import VILLAGE_KINDS, GapKind, due_on

_COLUMNS: Final = (
    "kind", "subject", "village", "since", "owner", "due_on", "task", "cause", "rules",
)  # fmt: skip
_ORIGINS: Final = {"subject": Household.code, "village": Household.village_code}


def list_gaps(
    db: Database, viewer: Viewer, *, as_of: date, kinds: Collection[GapKind] = tuple(GapKind)
) -> pd.DataFrame:
    """List the gaps of a day within the viewer's scope, by due date, then by code.

    Returns
    -------
    pandas.DataFrame
        `kind`, `subject` (a household's pseudonym or a village's code), `village`, `since`,
        `owner` (a code), `due_on`, `task` (the assignment that set both, or ``""``), `cause` of a
        mismatch (masked for who may not see small cells), and `rules` of what is not received.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    with reading(db) as connection:
        found = find_gaps(connection, viewer, as_of=as_of, kinds=kinds)
    origins = dict(_ORIGINS)
    if not can(viewer, Action.SEE_SMALL_CELLS):
        origins["cause"] = Cause.cause_code
    return mask(found, origins, masking_level(viewer), on=as_of)


def find_gaps(
    connection: Connection,
    viewer: Viewer,
    *,
    as_of: date,
    kinds: Collection[GapKind] = tuple(GapKind),
) -> pd.DataFrame:
    """Find the gaps of a day within a viewer's scope, unmasked, with owner and due date."""
    reader = Reader(connection, viewer, as_of)
    finder = Finder(reader)
    villages = finder.active.set_index("household")["village"]
    parts = [
        _part(kind, FINDERS[kind](finder), villages) for kind in GapKind
        if kind in kinds and kind in FINDERS
    ]  # fmt: skip
    if viewer.role is not Role.HELPER:  # a helper answers for households, not for a village
        parts += [_village_part(reader, kind) for kind in VILLAGE_KINDS if kind in kinds]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    frame = frame.reindex(columns=["kind", "subject", "village", "since"])
    frame["since"] = days_of(frame["since"])
    _add_details(frame, finder)
    _add_owners(frame, reader, finder)
    return frame.sort_values(["due_on", "subject", "kind"], ignore_index=True)[list(_COLUMNS)]


def measure_ages(db: Database, viewer: Viewer, *, as_of: date) -> pd.DataFrame:
    """Give how old the records are on a day: of households with somebody on the register.

    Returns
    -------
    pandas.DataFrame
        By village code: `median` and `worst`, days since something about a household was last
        recorded.

    Raises
    ------
    Denied
        The viewer may not see counts of a few households.
    """
    require(viewer, Action.SEE_SMALL_CELLS)
    with reading(db) as connection:
        reader = Reader(connection, viewer, as_of)
        active = Finder(reader).active
        last = by_household(read_last_recorded(reader), active["household"])
    ages = pd.Series((np.datetime64(as_of) - last).astype("timedelta64[D]").astype(int))
    by_village = ages.groupby(active["village"].to_numpy())
    return pd.DataFrame({"median": by_village.median(), "worst": by_village.max()})


def count_gaps(db: Database, viewer: Viewer, *, as_of: date) -> pd.DataFrame:
    """Count the open gaps of a day by village and kind.

    Returns
    -------
    pandas.DataFrame
        One row a village of the viewer's areas, one column a kind. A household's kind is NaN where
        no household was ever on file: nothing can be missing there.

    Raises
    ------
    Denied
        The viewer may not see counts of a few households.
    """
    require(viewer, Action.SEE_SMALL_CELLS)
    with reading(db) as connection:
        frame = find_gaps(connection, viewer, as_of=as_of)
        codes = list(_scoped(connection, viewer, Village.code))
        on_file = set(_scoped(connection, viewer, Household.village_code))
    counts = pd.crosstab(frame["village"], frame["kind"]).reindex(
        index=codes, columns=[str(kind) for kind in GapKind], fill_value=0
    )
    counts = counts.astype(float)
    nobody = [code for code in codes if code not in on_file]
    counts.loc[nobody, [str(kind) for kind in FINDERS]] = np.nan
    return counts


def _scoped(connection: Connection, viewer: Viewer, column: Any) -> ScalarResult[Any]:  # noqa: ANN401 - a mapped column
    statement = scope(select(column).distinct().order_by(column), viewer, column)
    return connection.execute(statement).scalars()


def _part(kind: GapKind, since: pd.Series, villages: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": str(kind),
            "subject": since.index,
            "village": villages.loc[since.index].to_numpy(),
            "since": days(since),
        }
    )


def _village_part(reader: Reader, kind: GapKind) -> pd.DataFrame:
    """Find the villages without a leader or a team; the gap begins with the end of the last."""
    model = LeaderVillageLink if kind is GapKind.NO_LEADER else WorkTeam
    statement = select(
        model.village_code.label("village"), model.valid_from, model.valid_to.label("after")
    ).where(known(model, known_before(None)), model.valid_from <= reader.as_of)
    held = read_frame(
        reader.connection, scope(statement, reader.viewer, model.village_code), dtype=object
    )
    in_force = days(held["after"]) > np.datetime64(reader.as_of)
    served = set(held["village"][in_force])
    ended = held[~in_force].groupby("village")["after"].max()
    codes = [
        code for code in _scoped(reader.connection, reader.viewer, Village.code)
        if code not in served
    ]  # fmt: skip
    since = [np.datetime64(ended.get(code, min(OPENING, reader.as_of)), "D") for code in codes]
    return pd.DataFrame(
        {"kind": str(kind), "subject": codes, "village": codes,
         "since": np.array(since, dtype="datetime64[D]")}
    )  # fmt: skip


def _add_details(frame: pd.DataFrame, finder: Finder) -> None:
    """Say which cause a mismatch is about, and which rules give what is not received."""
    is_mismatch = frame["kind"] == GapKind.MISMATCH
    is_due = frame["kind"] == GapKind.UNRECEIVED
    frame["cause"], frame["rules"] = "", ""
    if is_mismatch.any():
        causes = {home: cause for home, (cause, _day) in finder.mismatches.items()}
        frame.loc[is_mismatch, "cause"] = frame["subject"][is_mismatch].map(causes)
    if is_due.any():
        frame.loc[is_due, "rules"] = frame["subject"][is_due].map(finder.rules_due["rules"])


def _add_owners(frame: pd.DataFrame, reader: Reader, finder: Finder) -> None:
    """Add owner and due date: the newest assignment's, else the usual ones."""
    usual = usual_owners(reader, finder)
    tasks = _read_tasks(reader)
    owners, due, ids = [], [], []
    for row in frame.to_dict("records"):
        task = tasks.get((row["kind"], row["subject"]))
        # Assigned before this gap began: that was about an earlier one.
        if task is not None and task.occurred_on >= row["since"]:
            owners.append(task.owner)
            due.append(task.due_on)
            ids.append(task.id)
        else:
            owners.append(usual.of(row["subject"], row["village"]))
            due.append(due_on(row["since"]))
            ids.append("")
    frame["owner"], frame["due_on"], frame["task"] = owners, due, ids


def _read_tasks(reader: Reader) -> dict[tuple[str, str], Any]:
    """Read the newest standing assignment of each gap up to the day."""
    task = GapTask
    statement = (
        select(task.id, task.gap, task.subject, task.owner, task.due_on, task.occurred_on)
        .where(standing(task, known_before(None)), task.occurred_on <= reader.as_of)
        .order_by(task.recorded_at, task.id)
    )
    scoped = scope(statement, reader.viewer, task.village_code)
    return {(row.gap, row.subject): row for row in reader.connection.execute(scoped)}
