"""Reconciling: published figures against the accounts, and what would explain a residual."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from data.access import Action, Viewer, can, prefix_of, reaches
from data.engine import Database, reading
from data.models import Claim, Source
from data.queries.claims import list_claims
from data.queries.flows import (
    CLAIMS,
    EVENTS,
    REMAINING,
    base_of,
    read_account,
    read_claimed_account,
    read_flows,
)
from data.queries.instants import OPENING, known_before
from data.queries.settlements import AGREED, OPEN, UNKNOWN, Settlement, list_settlements
from data.rules.accounting import (
    Account,
    Evidence,
    Flows,
    Reading,
    judge_readings,
    published_by,
    residual_of,
)


@dataclass(frozen=True)
class ReviewedClaim:
    """A published figure about the accounts' last day.

    Attributes
    ----------
    published
        The day by which it was published; None where the source says nothing of it.
    is_superseded
        Whether another entry took its place; it stays visible.
    residual
        claimed − computed; None where nothing can be computed or shown.
    status
        As signed, while the figures are those that were signed; else open, or agreed.
    standing
        The settlement that the status comes from.
    supported
        The readings that the evidence supports; None for who may not see single events.
    history
        All that was signed, the newest last.
    """

    id: str
    claimed: float
    published: date | None
    is_superseded: bool
    computed: float | None
    residual: float | None
    status: str
    standing: Settlement | None
    supported: frozenset[Reading] | None
    history: tuple[Settlement, ...]

    @property
    def base(self) -> str:
        """Name what a form about it was opened against: the last settlement."""
        return self.history[-1].id if self.history else ""


@dataclass(frozen=True)
class Reconciled:
    """The accounts of an area on a day, with the published figures about them.

    Attributes
    ----------
    area
        Leading digits of the division that the account is about: the one asked for, or, where
        opening and exits are published figures, the whole that those are about.
    base
        ``events`` or ``claims``; None where nothing says how many there were.
    account
        None where it may not be shown, or there is none.
    computed
        Persons on the register at the end of the day; None where that cannot be said or shown.
    """

    area: str
    as_of: date
    base: str | None
    account: Account | None
    computed: float | None
    claims: tuple[ReviewedClaim, ...]


def reconcile(
    db: Database, viewer: Viewer, scope: str, as_of: date, *, known_on: date | None = None
) -> Reconciled:
    """Set the accounts of an area beside the published figures about its persons on a day.

    Parameters
    ----------
    scope
        A division's code or its leading digits.
    as_of
        From the opening on; events of that day count.
    known_on
        Leave out what was recorded after this day; by default nothing.

    Returns
    -------
    Reconciled
        Without flows, and with the figure of the claims' page, for who may not see small cells.
    """
    area = prefix_of(scope)
    with reading(db) as connection:
        if can(viewer, Action.SEE_SMALL_CELLS) and reaches(viewer, area):
            return read_reconciled(connection, viewer, area, as_of, known_on=known_on)
        base = base_of(connection)
        rows = _list_rows(connection, area, as_of, base)
        history = {row.id: list_settlements(connection, row.id, known_on) for row in rows}
    told = {
        figure.id: figure.computed
        for figure in list_claims(db, viewer, known_on=known_on)
        if figure.computed is not None
    }
    claims = tuple(_review(row, told.get(row.id), None, history[row.id]) for row in rows)
    computed = next((claim.computed for claim in claims if claim.computed is not None), None)
    return Reconciled(area, as_of, base, None, computed, claims)


def read_reconciled(
    connection: Connection,
    viewer: Viewer,
    area: str,
    as_of: date,
    *,
    known_on: date | None = None,
) -> Reconciled:
    """Reconcile as `reconcile` does, for a viewer of small cells, on an open connection."""
    base = base_of(connection)
    whole, account = area, None
    if base == EVENTS:
        account = read_account(connection, viewer, area, as_of, known_on=known_on)
    elif base == CLAIMS:
        found = read_claimed_account(connection, viewer, area, as_of, known_on=known_on)
        whole, account = (area, None) if found is None else found
    computed = None if account is None else account.closing
    claims = []
    for row in _list_rows(connection, area, as_of, base):
        supported = frozenset[Reading]()
        if account is not None:
            after = _flows_after(connection, viewer, whole, row, base, known_on)
            corrected = _is_corrected(connection, row)
            supported = judge_readings(Evidence(float(row.value), account, after, corrected))
        history = list_settlements(connection, row.id, known_on)
        claims.append(_review(row, computed, supported, history))
    return Reconciled(whole, as_of, base, account, computed, tuple(claims))


def find_claim(connection: Connection, claim_id: str) -> tuple[str, date] | None:
    """Find a claim about persons who remain: the leading digits of its scope, and its day."""
    statement = select(Claim.scope_code, Claim.as_of).where(
        Claim.id == claim_id, Claim.computed_by == REMAINING
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else (prefix_of(row.scope_code), row.as_of)


@dataclass(frozen=True)
class _Claimed:
    """A claim as it is stored, with what its source says of itself."""

    id: str
    value: float
    as_of: date
    metric: str
    scope_code: str
    source_id: str
    superseded_at: datetime | None
    dated: str
    publisher: str


def _list_rows(connection: Connection, area: str, as_of: date, base: str | None) -> list[_Claimed]:
    """List the claims about the persons of an area on a day, superseded ones too.

    Where the account rests on published figures, those about the opening are not held against
    themselves, and the whole stands for its parts.
    """
    statement = (
        select(
            Claim.id, Claim.value, Claim.as_of, Claim.metric, Claim.scope_code, Claim.source_id,
            Claim.superseded_at, Source.dated, Source.publisher,
        )
        .join(Source, Source.id == Claim.source_id)
        .where(Claim.computed_by == REMAINING, Claim.as_of == as_of)
        .order_by(Claim.position, Claim.id)
    )  # fmt: skip
    rows = [_Claimed(*row) for row in connection.execute(statement)]
    if base == CLAIMS:
        inside = [row for row in rows if prefix_of(row.scope_code).startswith(area)]
        return [] if as_of == OPENING else inside
    return [row for row in rows if prefix_of(row.scope_code) == area]


def _flows_after(
    connection: Connection,
    viewer: Viewer,
    area: str,
    row: _Claimed,
    base: str | None,
    known_on: date | None,
) -> Flows:
    """Count what happened after a claim's day, up to the day by which it was published."""
    published = published_by(row.dated)
    if published is None or published <= row.as_of:
        return Flows()
    return read_flows(
        connection, viewer, area, row.as_of, published,
        before=known_before(known_on), is_first_counted=base == CLAIMS,
    )  # fmt: skip


def _is_corrected(connection: Connection, row: _Claimed) -> bool:
    """Tell whether the publisher said something else later: in another source, of the same day.

    A wrong entry that we put right ourselves names the same source.
    """
    statement = (
        select(Claim.id)
        .join(Source, Source.id == Claim.source_id)
        .where(
            Claim.metric == row.metric,
            Claim.as_of == row.as_of,
            Claim.scope_code == row.scope_code,
            Claim.value != row.value,
            Claim.superseded_at.is_(None),
            Claim.source_id != row.source_id,
            Source.publisher == row.publisher,
        )
    )
    return row.superseded_at is not None and connection.execute(statement).first() is not None


def _review(
    row: _Claimed,
    computed: float | None,
    supported: frozenset[Reading] | None,
    history: tuple[Settlement, ...],
) -> ReviewedClaim:
    residual = residual_of(float(row.value), computed)
    last = history[-1] if history else None
    holds = last is not None and (last.as_of, last.residual) == (row.as_of, residual)
    standing = last if holds and residual is not None else None
    if residual is None:
        status = UNKNOWN
    elif standing is not None:
        status = standing.status
    else:
        status = OPEN if residual else AGREED
    return ReviewedClaim(
        id=str(row.id),
        claimed=float(row.value),
        published=published_by(row.dated),
        is_superseded=row.superseded_at is not None,
        computed=computed,
        residual=residual,
        status=status,
        standing=standing,
        supported=supported,
        history=history if residual is not None else (),
    )
