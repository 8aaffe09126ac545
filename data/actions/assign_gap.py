"""Assign a gap: who closes it and until when; the second of two assigners is told of the first."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Connection, or_, select, union

from data.access import Action, Viewer, can
from data.audit import Deed, record, require_impersonal
from data.engine import Database, transaction
from data.errors import (
    DayOutOfRange,
    EntryChanged,
    GapClosed,
    NotFound,
    OwnerUnknown,
    ReasonMissing,
)
from data.full_views import require_nameless
from data.homes import get_home
from data.ledger import append_row, void_row
from data.models import GapTask, Official, Org, Village, WorkTeam
from data.queries.gaps import find_gaps
from data.queries.instants import CHINA
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.gaps import GAP_NAMES, VILLAGE_KINDS, GapKind
from data.text import mark

_REASON: Final = mark("交办说明")
UNDONE: Final = "withdrawn"
"""Why an assignment is voided."""


@dataclass(frozen=True)
class Assignment:
    """What somebody wants to assign.

    Attributes
    ----------
    kind, subject
        The gap: of a household's pseudonym, or of a village's code.
    owner
        The code of an official, a team or a unit that the ledger knows.
    due_on
        Until when.
    reason
        What is to be done, without personal information.
    as_of
        The day on which the gap was seen.
    base
        The assignment that stood when the form was opened; empty without any.
    """

    kind: GapKind
    subject: str
    owner: str
    due_on: date
    reason: str
    as_of: date
    base: str = ""


def assign_gap(
    db: Database, viewer: Viewer, assignment: Assignment, *, now: datetime | None = None
) -> str:
    """Write down who closes a gap until when; give the assignment's id.

    Raises
    ------
    DayOutOfRange
        The gap was seen in the future, or would be due before it was seen.
    Denied, NotFound
        The viewer's role assigns no gaps; the subject is missing or outside the viewer's scope.
    EntryChanged
        Somebody else assigned it since the form was opened; nothing was written.
    GapClosed
        The gap is not open on that day.
    OwnerUnknown
        The ledger knows no such official or unit.
    PersonalInReason, ReasonMissing
        The reason cannot be used.
    """
    moment, subject = now or datetime.now(UTC), assignment.subject
    with (
        refusals_recorded(db, viewer, Action.ASSIGN_GAPS, subject),
        transaction(db) as connection,
    ):
        require(viewer, Action.ASSIGN_GAPS)
        village = _require_subject(connection, viewer, assignment)
        reason = _check(connection, viewer, assignment, today=moment.astimezone(CHINA).date())
        _require_base(connection, assignment, _find_task(connection, viewer, assignment))
        task_id = append_row(
            connection, GapTask,
            gap=str(assignment.kind), subject=subject, village_code=village,
            owner=assignment.owner, due_on=assignment.due_on, occurred_on=assignment.as_of,
            recorded_at=moment, recorded_by=viewer.name, reason=reason,
        )  # fmt: skip
        record(
            connection, viewer, Deed.ENTRY,
            target=subject, reason=f"gap: {assignment.kind}", rows=1, at=now,
        )  # fmt: skip
    return task_id


def withdraw_gap(
    db: Database, viewer: Viewer, task_id: str, *, now: datetime | None = None
) -> None:
    """Undo an assignment by voiding it: the one before counts again.

    Raises
    ------
    AlreadyVoided
        It was undone before.
    Denied, NotFound
        The viewer's role assigns no gaps; there is none in the viewer's areas.
    """
    with (
        refusals_recorded(db, viewer, Action.ASSIGN_GAPS),
        transaction(db) as connection,
    ):
        require(viewer, Action.ASSIGN_GAPS)
        task = connection.execute(
            select(GapTask.gap, GapTask.subject, GapTask.village_code).where(GapTask.id == task_id)
        ).one_or_none()
        if task is None or not can(viewer, Action.ASSIGN_GAPS, task.village_code):
            raise NotFound(what=task_id[:26])
        void_row(
            connection, GapTask, task_id, recorded_by=viewer.name, reason=UNDONE, recorded_at=now
        )
        record(
            connection, viewer, Deed.VOID,
            target=task.subject, reason=f"gap: {task.gap}", rows=1, at=now,
        )  # fmt: skip


def _require_subject(connection: Connection, viewer: Viewer, assignment: Assignment) -> str:
    """Find the village of a household or the village itself, within the viewer's scope."""
    if assignment.kind not in VILLAGE_KINDS:
        return get_home(connection, viewer, assignment.subject).village
    found = connection.execute(
        select(Village.code).where(Village.code == assignment.subject)
    ).scalar_one_or_none()
    if found is None or not can(viewer, Action.ASSIGN_GAPS, found):
        raise NotFound(what=assignment.subject[:40])
    return found


def _check(connection: Connection, viewer: Viewer, assignment: Assignment, *, today: date) -> str:
    """Check reason, days and owner; give the reason as it is kept."""
    reason = assignment.reason.strip()
    if not reason:
        raise ReasonMissing(field=in_each_language(_REASON))
    require_impersonal(reason)
    if assignment.kind not in VILLAGE_KINDS:
        home = get_home(connection, viewer, assignment.subject)
        require_nameless(connection, home, reason)
    seen, due = assignment.as_of, assignment.due_on
    if seen > today or due < seen:
        day = seen if seen > today else due
        first = "…" if seen > today else seen.isoformat()
        last = today.isoformat() if seen > today else "…"
        raise DayOutOfRange(day=day.isoformat(), first=first, last=last)
    owners = union(
        select(Official.id).where(Official.code == assignment.owner),
        select(Org.id).where(Org.id == assignment.owner),
        select(WorkTeam.id).where(WorkTeam.code == assignment.owner),
    )
    if connection.execute(owners).first() is None:
        raise OwnerUnknown
    return reason


def _find_task(connection: Connection, viewer: Viewer, assignment: Assignment) -> str:
    """Find the assignment that counts for an open gap; empty where there is none.

    Raises
    ------
    GapClosed
        The gap is not open.
    """
    found = find_gaps(connection, viewer, as_of=assignment.as_of, kinds=[assignment.kind])
    tasks = dict(zip(found["subject"], found["task"], strict=True))
    if assignment.subject not in tasks:
        raise GapClosed(
            what=assignment.subject,
            day=assignment.as_of.isoformat(),
            gap=in_each_language(GAP_NAMES[assignment.kind]),
        )
    return str(tasks[assignment.subject])


def _require_base(connection: Connection, assignment: Assignment, standing: str) -> None:
    """Refuse to assign what somebody assigned, or withdrew, since the form was opened."""
    if standing == assignment.base:
        return
    moved = or_(GapTask.id == standing, GapTask.voids_event_id == assignment.base)
    newest = connection.execute(
        select(GapTask.recorded_by, GapTask.recorded_at)
        .where(moved, GapTask.subject == assignment.subject)
        .order_by(GapTask.recorded_at.desc())
        .limit(1)
    ).one_or_none()
    raise EntryChanged(
        what=assignment.subject,
        who=newest.recorded_by if newest else "–",
        when=newest.recorded_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if newest else "–",
    )
