"""Undo an entry of a household's file; what was undone stays readable by what was known when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from data.access import OPERATOR, Action, Viewer, can
from data.actions.filing import EVENTS, FACTS, Filing, filing, require_choice
from data.audit import Deed
from data.engine import Database
from data.errors import LaterChangeStands, NotFound, OthersEntry, StatementInUse
from data.ledger import supersede, void_row
from data.models import IncomeStatement
from data.models.base import EventTimes, HouseholdFact
from data.queries.exit_files import load_cases
from data.rules.exits import Step
from data.rules.files import VOID_REASONS
from data.text import mark

_LOGGED: Final = frozenset({"log", "visit"})
"""Parts of a file that whoever keeps the log may undo too."""


@dataclass(frozen=True)
class FileVoid:
    """An entry to undo.

    Attributes
    ----------
    part
        A key of `data.actions.filing.EVENTS` or `FACTS`.
    entry
        The row's id: of an event; of any version that the latest change of a fact made or ended.
    reason
        A code of `data.rules.files.VOID_REASONS`.
    """

    household: str
    part: str
    entry: str
    reason: str


def void_file_entry(
    db: Database, viewer: Viewer, void: FileVoid, *, now: datetime | None = None
) -> None:
    """Undo an event by a void, or the latest change of a plan, measure or pairing.

    Raises
    ------
    AlreadyVoided
        The event was undone before.
    Denied, NotFound
        The viewer's role does not keep this part; household or entry is missing or outside the
        scope.
    LaterChangeStands
        The fact was changed again afterwards.
    OthersEntry
        A helper would undo what somebody else logged.
    UnknownValue
        Part or reason is none of the list.
    """
    action = Action.KEEP_LOG if void.part in _LOGGED else Action.KEEP_FILES
    with filing(db, viewer, action, void.household, now=now) as entry:
        require_choice(mark("档案部分"), void.part, dict.fromkeys((*EVENTS, *FACTS), ""))
        require_choice(mark("撤销理由"), void.reason, VOID_REASONS)
        if void.part in EVENTS:
            _void_event(entry, EVENTS[void.part], void)
        else:
            _undo_change(entry, FACTS[void.part], void.entry)
        entry.record(Deed.VOID, f"{void.part}: {void.reason}")


def _void_event(entry: Filing, model: type[EventTimes], void: FileVoid) -> None:
    table: Any = model
    by = entry.connection.execute(
        select(model.recorded_by).where(
            model.id == void.entry, table.household_code == entry.home.code
        )
    ).scalar_one_or_none()
    if by is None:
        raise NotFound(what=void.entry[:26])
    if by != entry.viewer.name and not can(entry.viewer, Action.KEEP_FILES):
        raise OthersEntry
    if model is IncomeStatement:
        _require_unused(entry, void.entry)
    void_row(
        entry.connection, model, void.entry,
        recorded_by=entry.viewer.name, reason=void.reason, recorded_at=entry.moment,
    )  # fmt: skip


def _require_unused(entry: Filing, statement_id: str) -> None:
    """Refuse to void what an approved exit rests on."""
    for case in load_cases(entry.connection, OPERATOR, household=entry.home.code):
        is_approved = case.state.day_of(Step.APPROVED) is not None
        if is_approved and statement_id in case.statement_ids:
            raise StatementInUse(what=entry.home.code)


def _undo_change(entry: Filing, model: type[HouseholdFact], fact_id: str) -> None:
    """Supersede what the latest change made, and let stand again what it superseded."""
    statement = select(*model.__table__.columns).where(  # type: ignore[attr-defined]
        model.household_code == entry.home.code
    )
    rows = [dict(row) for row in entry.connection.execute(statement).mappings()]
    chosen = next((row for row in rows if row["id"] == fact_id), None)
    if chosen is None:
        raise NotFound(what=fact_id[:26])
    latest = max(at for row in rows for at in (row["recorded_at"], row["superseded_at"]) if at)
    if latest not in (chosen["recorded_at"], chosen["superseded_at"]):
        raise LaterChangeStands(what=entry.home.code)
    for row in rows:
        if row["recorded_at"] == latest:
            supersede(entry.connection, model, row["id"], superseded_at=entry.moment)
    for row in rows:
        if row["superseded_at"] == latest:
            entry.copy_version(model, row, valid_to=row["valid_to"])
