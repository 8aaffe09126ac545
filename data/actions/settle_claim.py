"""Settle a claim: sign what explains a residual, or open it again; no figure ever changes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from data.access import Action, Viewer
from data.audit import Deed, record, require_impersonal
from data.engine import Database, transaction
from data.errors import (
    ClaimNotComparable,
    EntryChanged,
    EvidenceMissing,
    LedgerMoved,
    NotFound,
    NothingToSettle,
    ReasonMissing,
)
from data.ledger import append_row
from data.models import Reconciliation
from data.queries.instants import CHINA
from data.queries.reconciling import (
    Reconciled,
    ReviewedClaim,
    find_claim,
    read_reconciled,
)
from data.queries.settlements import AGREED, CORRECTED, EXPLAINED, OPEN
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.accounting import Reading
from data.text import mark

_CLOSED: Final = frozenset({EXPLAINED, CORRECTED})
_NOTE: Final = mark("说明")


@dataclass(frozen=True)
class Verdict:
    """What the data owner would sign.

    Attributes
    ----------
    claim_id
        The published figure.
    reading
        The reading held to be true; None for none of them.
    note
        Why, without personal information; empty where dated events say it all.
    base
        The last settlement that the form was opened against; empty for none.
    seen
        The residual that the form showed; None not to compare it.
    """

    claim_id: str
    reading: Reading | None = None
    note: str = ""
    base: str = ""
    seen: float | None = None


def settle_claim(
    db: Database, viewer: Viewer, verdict: Verdict, *, now: datetime | None = None
) -> str:
    """Close a residual by dated events or a signed note; give the new status.

    The claim, the ledger and the residual stay as they are: a row says who signed what.

    Raises
    ------
    ClaimNotComparable
        The ledger cannot compute the figure.
    Denied, NotFound
        The viewer's role signs no verdict; there is no such claim about persons.
    EntryChanged, LedgerMoved
        Somebody else signed, or entered an event, since the form was opened.
    EvidenceMissing
        The events support no such reading, and there is no note.
    NothingToSettle
        The figures agree and nobody ever doubted them, or it is settled already.
    PersonalInReason
        The note holds a long number, or is too long.
    """
    with (
        refusals_recorded(db, viewer, Action.RECONCILE),
        transaction(db) as connection,
    ):
        require(viewer, Action.RECONCILE)
        require_impersonal(verdict.note)
        seen, claim = _review(connection, viewer, verdict)
        is_supported = verdict.reading in (claim.supported or ())
        if claim.status in _CLOSED or (claim.status == AGREED and not claim.supported):
            raise NothingToSettle(what=claim.id)
        if not is_supported and not verdict.note.strip():
            raise EvidenceMissing(what=claim.id, residual=f"{claim.residual:g}".replace("-", "−"))
        is_corrected = verdict.reading is Reading.MISPRINT and is_supported
        status = CORRECTED if is_corrected else EXPLAINED
        _sign(connection, viewer, (seen, claim), (status, verdict), now)
    return status


def reopen_claim(
    db: Database, viewer: Viewer, verdict: Verdict, *, now: datetime | None = None
) -> None:
    """Take a verdict back: the residual is open again, and what was signed stays readable.

    Raises
    ------
    ClaimNotComparable, Denied, EntryChanged, LedgerMoved, NotFound, PersonalInReason
        As for `settle_claim`.
    NothingToSettle
        It is not settled.
    ReasonMissing
        There is no note that says why.
    """
    with (
        refusals_recorded(db, viewer, Action.RECONCILE),
        transaction(db) as connection,
    ):
        require(viewer, Action.RECONCILE)
        require_impersonal(verdict.note)
        seen, claim = _review(connection, viewer, verdict)
        if claim.status not in _CLOSED:
            raise NothingToSettle(what=claim.id)
        if not verdict.note.strip():
            raise ReasonMissing(field=in_each_language(_NOTE))
        _sign(connection, viewer, (seen, claim), (OPEN, verdict), now)


def _review(
    connection: Connection, viewer: Viewer, verdict: Verdict
) -> tuple[Reconciled, ReviewedClaim]:
    """Review a claim anew, and refuse if it is not what the form showed."""
    found = find_claim(connection, verdict.claim_id)
    if found is None:
        raise NotFound(what=verdict.claim_id[:40])
    seen = read_reconciled(connection, viewer, *found)
    claim = next((each for each in seen.claims if each.id == verdict.claim_id), None)
    if claim is None or claim.residual is None:
        raise ClaimNotComparable(what=verdict.claim_id[:40])
    if claim.base != verdict.base and claim.history:
        last = claim.history[-1]
        when = last.recorded_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        raise EntryChanged(what=claim.id, who=last.signed_by, when=when)
    if verdict.seen is not None and verdict.seen != claim.residual:
        raise LedgerMoved(
            what=claim.id, seen=f"{verdict.seen:g}", found=f"{claim.residual:g}"
        )  # fmt: skip
    return seen, claim


def _sign(
    connection: Connection,
    viewer: Viewer,
    about: tuple[Reconciled, ReviewedClaim],
    said: tuple[str, Verdict],
    now: datetime | None,
) -> None:
    (seen, claim), (status, verdict) = about, said
    moment = now or datetime.now(UTC)
    append_row(
        connection,
        Reconciliation,
        claim_id=claim.id,
        as_of=seen.as_of,
        claimed=claim.claimed,
        computed=claim.computed,
        residual=claim.residual,
        status=status,
        reading=verdict.reading,
        note=verdict.note.strip(),
        signed_by=viewer.name,
        recorded_at=moment,
    )
    reason = f"{status} {verdict.reading or '-'}"
    record(connection, viewer, Deed.CLOSE, target=claim.id, reason=reason, rows=1, at=now)
