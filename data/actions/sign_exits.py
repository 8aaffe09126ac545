"""Sign exits: the principal of a level, in office today, under what the screen showed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from data.access import Action, Viewer
from data.actions.take_exit_step import require_current
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import EntryChanged, NotFound, NothingToSign
from data.ledger import append_row
from data.models import Signature
from data.queries.exit_files import Case, load_cases
from data.queries.instants import CHINA
from data.queries.signatures import Seat, digest_of, find_seat, list_seats, seat_or_none
from data.refusals import refusals_recorded, require
from data.rules.exits import hash_signature


@dataclass(frozen=True)
class Signing:
    """What somebody wants to sign.

    Attributes
    ----------
    batch_id
        All cases of the batch that wait for the viewer's signature.
    digest
        What the screen showed (`data.queries.signatures.ToSign.digest`): nothing else is signed.
    cases
        Only these, if any is named.
    """

    batch_id: str
    digest: str
    cases: tuple[str, ...] = ()


def sign_exits(
    db: Database, viewer: Viewer, signing: Signing, *, now: datetime | None = None
) -> int:
    """Sign all cases of a batch that wait for the viewer, today; give their number.

    Raises
    ------
    CaseOutdated
        Members or statements changed since a case was opened.
    Denied, NotFound
        The viewer's role signs nothing; the batch is missing or outside the viewer's scope.
    EntryChanged
        What would be signed is not what the screen showed.
    NoOfficial, NotPrincipal, OtherUnit, TermOver
        The viewer is no principal in office today of a unit of these households.
    NothingToSign, NoticeRunning, OutOfTurn, SignedTwice
        The cases do not wait for this signature, not yet, or not any more.
    """
    moment = now or datetime.now(UTC)
    today = moment.astimezone(CHINA).date()
    with (
        refusals_recorded(db, viewer, Action.SIGN_EXITS),
        transaction(db) as connection,
    ):
        require(viewer, Action.SIGN_EXITS)
        cases = _find(connection, viewer, signing)
        seats = list_seats(connection, viewer.official)
        chosen = _choose(cases, seats, today, is_exact=bool(signing.cases))
        if digest_of(case for case, _seat in chosen) != signing.digest:
            raise _changed(cases)
        for case, seat in chosen:
            require_current(connection, case, today, named=case.village[:9].ljust(12, "0"))
            _sign(connection, case, seat, today, by=viewer.name, at=moment)
        levels = sorted({seat.level for _case, seat in chosen})
        record(
            connection, viewer, Deed.SIGNATURE, target=chosen[0][0].village[:9].ljust(12, "0"),
            reason=", ".join(levels), rows=len(chosen), at=now,
        )  # fmt: skip
    return len(chosen)


def _find(connection: Connection, viewer: Viewer, signing: Signing) -> list[Case]:
    cases = load_cases(connection, viewer, batches=[signing.batch_id], cases=signing.cases or None)
    if not cases or len(cases) < len(set(signing.cases)):
        raise NotFound(what=signing.batch_id[:26])
    return cases


def _choose(
    cases: Sequence[Case], seats: Sequence[Seat], today: date, *, is_exact: bool
) -> list[tuple[Case, Seat]]:
    """Choose the cases that wait for the viewer; when none does, the first one says why."""
    if is_exact:
        return [(case, find_seat(case, seats, today)) for case in cases]
    chosen = [
        (case, seat) for case in cases if (seat := seat_or_none(case, seats, today)) is not None
    ]
    if not chosen:
        under_way = [case for case in cases if not case.state.is_complete] or list(cases)
        find_seat(under_way[0], seats, today)
        raise NothingToSign
    return chosen


def _changed(cases: Iterable[Case]) -> EntryChanged:
    """Say who wrote last; a leader sees no household, so the batch's town stands for it."""
    newest = max(cases, key=lambda case: (case.newest_at, case.newest_id))
    return EntryChanged(
        what=newest.village[:9].ljust(12, "0"),
        who=newest.newest_by,
        when=newest.newest_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
    )


def _sign(
    connection: Connection, case: Case, seat: Seat, day: date, *, by: str, at: datetime
) -> None:
    content, previous = case.state.content_hash, case.state.last_hash
    append_row(
        connection, Signature, case_id=case.id, level=seat.level, official_id=seat.official_id,
        post_id=seat.post_id, occurred_on=day, content_hash=content, previous_hash=previous,
        hash=hash_signature(case.id, seat.level, seat.official_id, day, content, previous),
        recorded_at=at, recorded_by=by,
    )  # fmt: skip
