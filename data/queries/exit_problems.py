"""Exit problems: what must never be found in the stored exits, whoever wrote them."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Row, exists, select
from sqlalchemy.orm import aliased

from data.access import OPERATOR
from data.models import EventKind, IncomeStatement, RegisterEvent
from data.queries.exit_files import Case, load_cases
from data.queries.signatures import Seat, list_all_seats
from data.rules.exit_states import find_broken_levels
from data.rules.exits import Step


def find_exit_problems(connection: Connection) -> list[str]:
    """List exits without their procedure, and signatures that do not hold; none is as it should be.

    Households are named by their code.
    """
    cases = load_cases(connection, OPERATOR)
    exits = _list_exits(connection)
    signers = {one.official_id for case in cases for one in case.state.signatures}
    seats = {seat.post_id: seat for seat in list_all_seats(connection, signers)}
    return [
        *_entered_without_case(cases, exits),
        *(problem for case in cases for problem in _unapproved(case)),
        *_unfounded(connection, cases),
        *(problem for case in cases for problem in _unsound(case, seats)),
    ]


def _list_exits(connection: Connection) -> Sequence[Row[str, str | None]]:
    """List the exits that stand: of whom, and by which case."""
    void = aliased(RegisterEvent)
    return connection.execute(
        select(RegisterEvent.member_id, RegisterEvent.case_id).where(
            RegisterEvent.kind == str(EventKind.EXITED),
            ~exists().where(void.voids_event_id == RegisterEvent.id),
        )
    ).all()


def _entered_without_case(
    cases: Sequence[Case], exits: Sequence[Row[str, str | None]]
) -> Iterator[str]:
    if not cases:
        return  # a register that does not keep exit files yet
    approved = {case.id: set(case.members) for case in cases if _has(case, Step.FILED)}
    loose = sum(case_id is None for _member, case_id in exits)
    if loose:
        yield f"{loose} exits without a case"
    wrong = sum(
        case_id is not None and member not in approved.get(case_id, ()) for member, case_id in exits
    )
    if wrong:
        yield f"{wrong} exits by a case that is not approved and filed, or is not theirs"
    entered = {case_id: set[str]() for _member, case_id in exits}
    for member, case_id in exits:
        entered[case_id].add(member)
    for case in cases:
        if _has(case, Step.ENTERED) and entered.get(case.id, set()) != set(case.members):
            yield f"{case.household}: entered, but not the exits of all members"


def _has(case: Case, step: Step) -> bool:
    return case.state.day_of(step) is not None


def _unapproved(case: Case) -> Iterator[str]:
    if _has(case, Step.APPROVED) and case.state.next_level is not None:
        yield f"{case.household}: approved without the signature of {case.state.next_level} level"


def _unfounded(connection: Connection, cases: Sequence[Case]) -> Iterator[str]:
    """Find approved cases whose income statements were voided."""
    void = aliased(IncomeStatement)
    gone = set(
        connection.execute(
            select(void.voids_event_id).where(void.voids_event_id.is_not(None))
        ).scalars()
    )
    for case in cases:
        if _has(case, Step.APPROVED) and gone & set(case.statement_ids):
            yield f"{case.household}: approved on an income statement that was voided"


def _unsound(case: Case, seats: Mapping[str, Seat]) -> Iterator[str]:
    for level in find_broken_levels(case.state):
        yield f"{case.household}: the signature of {level} level does not cover the case"
    for one in case.state.signatures:
        seat = seats.get(one.post_id)
        is_right = (
            seat is not None
            and (seat.official_id, seat.level) == (one.official_id, one.level)
            and seat.is_principal
            and seat.covers(case.village)
            and seat.is_held_on(one.signed_on)
        )
        if not is_right:
            yield f"{case.household}: whoever signed at {one.level} level was no principal that day"
