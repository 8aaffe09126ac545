"""Undo an entry of an exit case, and everything that stands on it, from the last backwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from data.access import Action, Viewer
from data.actions.take_exit_step import ENTERS
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import LaterEntryStands, NothingToUndo, SignedAbove, UnknownValue
from data.ledger import void_event, void_row
from data.models import EventKind, ExitStep, Signature
from data.queries.exit_files import Case, find_cases, require_base
from data.queries.statuses import list_live_acts
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.exit_states import UNDO_REASONS, StandingStep, Undo, plan_undo
from data.rules.exits import LEVEL_CODE_LENGTH, LEVEL_NAMES, LEVELS, Step
from data.rules.transitions import KIND_NAMES


@dataclass(frozen=True)
class Voiding:
    """What somebody wants to undo.

    Attributes
    ----------
    target
        The earliest entry that falls: a step, or the level of a signature.
    reason
        A code of `data.rules.exit_states.UNDO_REASONS`.
    base
        What the form was opened against: `data.queries.exit_files.base_of` the case.
    """

    batch_id: str
    case_id: str
    target: Step | str
    reason: str
    base: str


def void_exit_entry(
    db: Database, viewer: Viewer, voiding: Voiding, *, now: datetime | None = None
) -> Undo:
    """Void an entry with all that stands on it; give what fell.

    A correction is an undo and the step taken anew: an edit after a signature voids that and the
    later ones. With the third and the ninth step fall the register events that they entered.

    Raises
    ------
    Denied, NotFound
        The viewer's role runs no exits; the case is missing or outside the viewer's scope.
    EntryChanged
        Somebody else wrote about the case since the form was opened.
    LaterEntryStands
        Somebody who exited by this case has a later event, which must be undone first.
    NothingToUndo
        The entry does not stand.
    SignedAbove
        A higher level signed what would fall: the undoing belongs to that level.
    UnknownValue
        The reason or the entry is none of the list.
    """
    moment = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.RUN_EXITS),
        transaction(db) as connection,
    ):
        require(viewer, Action.RUN_EXITS)
        (case,) = find_cases(connection, viewer, voiding.batch_id, [voiding.case_id])
        if voiding.reason not in UNDO_REASONS:
            choices = ", ".join(UNDO_REASONS)
            raise UnknownValue(field="reason", value=voiding.reason[:40], choices=choices)
        require_base([case], voiding.base, case.household)
        if not isinstance(voiding.target, Step) and voiding.target not in LEVELS:
            raise UnknownValue(field="target", value=voiding.target[:40], choices=", ".join(LEVELS))
        undo = plan_undo(case.state, voiding.target)
        if not undo.rows:
            raise NothingToUndo(what=case.household)
        _require_level(viewer, case, undo)
        _void(connection, case, undo, by=viewer.name, reason=voiding.reason, at=moment)
        record(
            connection, viewer, Deed.VOID, target=case.household,
            reason=f"exit {_name(voiding.target)}: {voiding.reason}", rows=undo.rows, at=now,
        )  # fmt: skip
    return undo


def _require_level(viewer: Viewer, case: Case, undo: Undo) -> None:
    """Refuse to undo what a level above the viewer's areas has signed."""
    reach = min(len(area) for area in viewer.areas if case.village.startswith(area))
    for signature in undo.signatures:
        if reach > LEVEL_CODE_LENGTH[signature.level]:
            raise SignedAbove(
                what=case.household, level=in_each_language(LEVEL_NAMES[signature.level])
            )


def _name(target: Step | str) -> str:
    return f"step {int(target)}" if isinstance(target, Step) else f"signature {target}"


def _void(
    connection: Connection, case: Case, undo: Undo, *, by: str, reason: str, at: datetime
) -> None:
    def void_steps(steps: tuple[StandingStep, ...]) -> None:
        for one in steps:
            for event in _entered_by(connection, case, one.done.step):
                void_event(connection, event, recorded_by=by, reason=reason, recorded_at=at)
            void_row(connection, ExitStep, one.id, recorded_by=by, reason=reason, recorded_at=at)

    void_steps(undo.late_steps)
    for signature in undo.signatures:
        void_row(connection, Signature, signature.id, recorded_by=by, reason=reason, recorded_at=at)
    void_steps(undo.early_steps)


def _entered_by(connection: Connection, case: Case, step: Step) -> list[str]:
    """List the live register events that a step entered; an exit is the members' last one."""
    kind = ENTERS.get(step)
    if kind is None:
        return []
    live = list_live_acts(connection, case.members)
    own = [event for event in live if event.case_id == case.id and event.kind == kind]
    if kind is EventKind.EXITED:
        _require_last(case, [event.id for event in own], live)
    return [event.id for event in own]


def _require_last(case: Case, own: Sequence[str], live: Sequence[Any]) -> None:
    ended: set[str] = set()
    for event in live:
        if event.id in own:
            ended.add(event.member_id)
        elif event.member_id in ended and event.kind != EventKind.CORRECTED:
            raise LaterEntryStands(
                what=case.household,
                kind=in_each_language(KIND_NAMES[EventKind(event.kind)]),
                day=event.occurred_on.isoformat(),
            )
