"""Take a step of the exit procedure, for one case or for all of a batch that wait for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from data.access import Action, Viewer
from data.actions.grounds import require_day
from data.audit import Deed, record, require_impersonal
from data.engine import Database, transaction
from data.errors import (
    CaseOutdated,
    DayOutOfRange,
    NewerCaseStands,
    NoHouseholdChosen,
    NoticeRunning,
    NoticeTooShort,
    ReasonMissing,
    SignatureMissing,
    StepOutOfOrder,
)
from data.full_views import require_nameless
from data.homes import get_home
from data.ledger import append_event, append_row, new_id
from data.models import EventKind, ExitCase, ExitStep, IncomeStatement, Status
from data.queries.exit_files import Case, find_cases, require_base
from data.queries.instants import CHINA, known_before, standing
from data.queries.statuses import list_standings
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.exits import LEVEL_NAMES, STEP_NAMES, Step, notice_ends
from data.text import mark

ENTERS: Final = {Step.PRE_EXIT: EventKind.PRE_EXIT, Step.ENTERED: EventKind.EXITED}
"""Steps that write to the register: one event a member of the case."""
LONGEST_NOTICE: Final = timedelta(days=60)
"""Longer is a slip of the hand."""
_LOOKED_AT: Final = frozenset({Step.PRE_EXIT, Step.APPROVED, Step.ENTERED})
"""Steps at which the case must still say what the register says."""
_PLACE: Final = mark("地点")
_FINISHED: Final = mark("九步已办完")


@dataclass(frozen=True)
class StepTaken:
    """A step, done on a day at a place, in some cases of a batch.

    Attributes
    ----------
    note
        What the record says, without personal information; may be empty.
    notice_until
        Of a notice alone: the first day on which it is over; seven days after by default.
    is_dated, is_sealed
        Whether the paper bears a date and a seal.
    base
        What the form was opened against: `data.queries.exit_files.base_of` the cases.
    """

    batch_id: str
    cases: tuple[str, ...]
    step: Step
    done_on: date
    place: str
    base: str
    note: str = ""
    notice_until: date | None = None
    is_dated: bool = True
    is_sealed: bool = True


def take_exit_step(
    db: Database, viewer: Viewer, taken: StepTaken, *, now: datetime | None = None
) -> int:
    """Enter a step in all chosen cases, or in none; give the number of cases.

    The ninth step enters the exits of all members into the register, on the day of the approval:
    that is when they exited, while the entry is when the register learned of it.

    Raises
    ------
    CaseOutdated, NewerCaseStands
        Members or statements changed since a case was opened; it was withdrawn and replaced.
    DayOutOfRange, NoticeTooShort, NoticeRunning
        A day before what it rests on, or in the future; a notice of less than seven days.
    Denied, NotFound
        The viewer's role runs no exits; a case is missing or outside the viewer's scope.
    EntryChanged
        Somebody else wrote about a case since the form was opened.
    NoHouseholdChosen, PersonalInReason, ReasonMissing
        Nothing was chosen, the place is missing, or a text names somebody.
    SignatureMissing, StepOutOfOrder
        A case is not there yet, or past it.
    """
    moment = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.RUN_EXITS),
        transaction(db) as connection,
    ):
        require(viewer, Action.RUN_EXITS)
        if not taken.cases:
            raise NoHouseholdChosen
        cases = find_cases(connection, viewer, taken.batch_id, taken.cases)
        texts = _check_texts(connection, viewer, taken, cases)
        require_base(cases, taken.base, cases[0].household)
        today = moment.astimezone(CHINA).date()
        require_day(taken.done_on, None, today)
        until = _check_notice(taken)
        for case in cases:
            _check(connection, case, taken, today)
        for case in cases:
            append_row(
                connection, ExitStep, case_id=case.id, step=int(taken.step),
                occurred_on=taken.done_on, notice_until=until, is_dated=taken.is_dated,
                is_sealed=taken.is_sealed, recorded_at=moment, recorded_by=viewer.name, **texts,
            )  # fmt: skip
            _enter(connection, case, taken, by=viewer.name, at=moment)
        record(
            connection, viewer, Deed.ENTRY, target=_target(cases),
            reason=f"exit step {int(taken.step)}", rows=len(cases), at=now,
        )  # fmt: skip
    return len(cases)


def _target(cases: Sequence[Case]) -> str:
    """Name a case by its household, several by their town."""
    return cases[0].household if len(cases) == 1 else cases[0].village[:9].ljust(12, "0")


def _check_texts(
    connection: Connection, viewer: Viewer, taken: StepTaken, cases: Iterable[Case]
) -> dict[str, str]:
    texts = {"place": taken.place.strip(), "note": taken.note.strip()}
    if not texts["place"]:
        raise ReasonMissing(field=in_each_language(_PLACE))
    for text in texts.values():
        require_impersonal(text)
    for case in cases:
        home = get_home(connection, viewer, case.household)
        for text in texts.values():
            require_nameless(connection, home, text)
    return texts


def _check_notice(taken: StepTaken) -> date | None:
    if taken.step is not Step.NOTICED:
        return None
    first = notice_ends(taken.done_on)
    until = taken.notice_until or first
    if until < first:
        raise NoticeTooShort(first=first.isoformat())
    require_day(until, first, first + LONGEST_NOTICE)
    return until


def _check(connection: Connection, case: Case, taken: StepTaken, today: date) -> None:
    state = case.state
    if state.next_step is not taken.step:
        following = _FINISHED if state.next_step is None else STEP_NAMES[state.next_step]
        raise StepOutOfOrder(
            what=case.household,
            step=in_each_language(STEP_NAMES[taken.step]),
            next=in_each_language(following),
        )
    if taken.step is Step.APPROVED:
        _require_signed(case, taken.done_on)
    first = state.last_day or case.opened_on
    if not first <= taken.done_on <= today:
        raise DayOutOfRange(
            day=taken.done_on.isoformat(), first=first.isoformat(), last=today.isoformat()
        )
    if taken.step is Step.SELECTED:
        _require_newest(connection, case)
    if taken.step in _LOOKED_AT:
        require_current(connection, case, event_day(case, taken.step, taken.done_on))


def _require_signed(case: Case, day: date) -> None:
    state = case.state
    if state.notice_until is not None and day < state.notice_until:
        raise NoticeRunning(what=case.household, until=state.notice_until.isoformat())
    if state.next_level is not None:
        raise SignatureMissing(
            what=case.household, level=in_each_language(LEVEL_NAMES[state.next_level])
        )


def _require_newest(connection: Connection, case: Case) -> None:
    newer = select(ExitCase.id).where(
        ExitCase.household_code == case.household, ExitCase.id > case.id
    )
    if connection.execute(newer.limit(1)).first() is not None:
        raise NewerCaseStands(what=case.household)


def event_day(case: Case, step: Step, done_on: date) -> date:
    """Give the day on which a step happens to the members: an exit on that of its approval."""
    approved_on = case.state.day_of(Step.APPROVED)
    return approved_on if step is Step.ENTERED and approved_on is not None else done_on


def require_current(
    connection: Connection, case: Case, day: date, *, named: str | None = None
) -> None:
    """Refuse to go on with a case when the register or its statements moved on.

    Parameters
    ----------
    named
        What stands for the household in the refusal, by default its code.

    Raises
    ------
    CaseOutdated
        Those on the register in the household on the day are not the members of the case, one of
        them has a later event, or a statement that the case rests on was voided.
    """
    there = list_standings(connection, case.household, day)
    registered = {one.member_id for one in there if one.status is Status.REGISTERED}
    has_later = any(
        one.last_on is not None and one.last_on > day
        for one in there
        if one.member_id in case.members
    )
    held = connection.execute(
        select(IncomeStatement.id).where(
            IncomeStatement.id.in_(case.statement_ids),
            standing(IncomeStatement, known_before(None)),
        )
    ).scalars()
    if registered != set(case.members) or has_later or set(held) != set(case.statement_ids):
        raise CaseOutdated(what=named or case.household)


def _enter(connection: Connection, case: Case, taken: StepTaken, *, by: str, at: datetime) -> None:
    kind = ENTERS.get(taken.step)
    if kind is None:
        return
    act_id = new_id()
    for member in sorted(case.members):
        append_event(
            connection, member_id=member, kind=kind,
            occurred_on=event_day(case, taken.step, taken.done_on), recorded_by=by,
            recorded_at=at, reason="exit_procedure", act_id=act_id, case_id=case.id,
        )  # fmt: skip
