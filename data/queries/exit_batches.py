"""Exit batches: how far each is, step by step, for whoever may see which counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, select

from data.access import Action, Viewer, can, is_small
from data.engine import Database, reading
from data.errors import NotFound
from data.models import ExitBatch
from data.queries.exit_files import Case, load_cases
from data.refusals import require
from data.rules.exits import LEVELS, Step
from geo.classify import SUPPRESSED, WITHHELD

COMPLETE: Final = len(Step) + 1
"""Under this number a batch counts the cases whose nine steps stand."""


@dataclass(frozen=True)
class Progress:
    """How far a batch is, within the viewer's scope.

    Attributes
    ----------
    households
        All cases; a state of `geo.classify` when it may not be shown, as with the counts below.
    waiting
        Cases by the step that comes next, and under 10 those that are complete.
    to_sign
        Cases that wait for a signature, by level.
    notice_until
        The last day on which a notice that has not led to an approval is over.
    due_on
        When the first signature is due.
    """

    id: str
    name: str
    town_code: str
    district_code: str
    opened_on: date
    households: float
    waiting: Mapping[int, float]
    to_sign: Mapping[str, float]
    notice_until: date | None
    due_on: date | None
    is_complete: bool


def list_batches(
    db: Database, viewer: Viewer, today: date, *, is_complete: bool = False
) -> list[Progress]:
    """List the batches of the viewer's area that are under way, or complete; newest first.

    Who may see no small cells gets no count of one to four, nor one from which it follows.

    Raises
    ------
    Denied
        The viewer's role does not see the exit procedure.
    """
    require(viewer, Action.SEE_EXITS)
    with reading(db) as connection:
        under_way = {case.batch_id for case in load_cases(connection, viewer, is_complete=False)}
        cases = load_cases(connection, viewer, batches=None if is_complete else under_way)
        batches = {row.id: row for row in connection.execute(select(*ExitBatch.__table__.columns))}
    grouped: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        grouped[case.batch_id].append(case)
    found = [_progress(batches[key], group, viewer, today) for key, group in grouped.items()]
    chosen = [one for one in found if one.is_complete == is_complete]
    return sorted(chosen, key=lambda one: (one.opened_on, one.id), reverse=True)


def _progress(batch: Any, cases: Sequence[Case], viewer: Viewer, today: date) -> Progress:  # noqa: ANN401 - a row
    under_way = [case for case in cases if not case.state.is_withdrawn]
    waiting = count_by(
        viewer,
        [int(case.state.next_step or COMPLETE) for case in under_way],
        range(1, COMPLETE + 1),
        of=len(cases),
    )
    ready = [case.state for case in under_way if case.state.may_be_signed(today)]
    open_until = [
        case.state.notice_until
        for case in under_way
        if case.state.notice_until and case.state.next_step is Step.APPROVED
    ]
    total = float(len(cases))
    hides = not can(viewer, Action.SEE_SMALL_CELLS)
    return Progress(
        id=batch.id, name=batch.name, town_code=batch.town_code,
        district_code=batch.district_code, opened_on=batch.opened_on,
        households=SUPPRESSED if hides and is_small(np.array([len(cases)]))[0] else total,
        waiting=waiting,
        to_sign=count_by(viewer, [state.next_level for state in ready], LEVELS, of=len(cases)),
        notice_until=max(open_until, default=None),
        due_on=min((state.due_on for state in ready if state.due_on), default=None),
        is_complete=all(case.state.is_complete or case.state.is_withdrawn for case in cases),
    )  # fmt: skip


def count_by(
    viewer: Viewer, values: Sequence[Any], keys: Iterable[Any], *, of: int | None = None
) -> dict[Any, float]:
    """Count values by key; with one small count among them, all that are not zero are withheld.

    Parameters
    ----------
    of
        The number of all, when the counts do not add up to it: the rest counts as a cell too.
    """
    counts = {key: sum(value == key for value in values) for key in keys}
    if can(viewer, Action.SEE_SMALL_CELLS):
        return {key: float(count) for key, count in counts.items()}
    rest = 0 if of is None else of - sum(counts.values())
    if not is_small(np.array([*counts.values(), rest])).any():
        return {key: float(count) for key, count in counts.items()}
    return {key: WITHHELD if count else 0.0 for key, count in counts.items()}


@dataclass(frozen=True)
class BatchFile:
    """A batch with its cases in the viewer's scope, for whoever sees households."""

    id: str
    name: str
    town_code: str
    district_code: str
    opened_on: date
    cases: tuple[Case, ...]


def get_batch(db: Database, viewer: Viewer, batch: str) -> BatchFile:
    """Read a batch and its cases.

    Raises
    ------
    Denied
        The viewer's role sees no households or no exits.
    NotFound
        There is no such batch with a household in the viewer's scope.
    """
    require(viewer, Action.SEE_EXITS)
    require(viewer, Action.SEE_HOUSEHOLDS)
    with reading(db) as connection:
        return find_batch(connection, viewer, batch)


def find_batch(connection: Connection, viewer: Viewer, batch: str) -> BatchFile:
    """Read a batch and its cases on an open connection.

    Raises
    ------
    NotFound
        There is no such batch with a household in the viewer's scope.
    """
    cases = load_cases(connection, viewer, batches=[batch])
    if not cases:
        raise NotFound(what=batch[:26])
    row = connection.execute(
        select(*ExitBatch.__table__.columns).where(ExitBatch.id == batch)
    ).one()
    return BatchFile(
        row.id, row.name, row.town_code, row.district_code, row.opened_on, tuple(cases)
    )
