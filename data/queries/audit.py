"""The audit as it is read: by whom it concerns, newest first, page by page."""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar

import pandas as pd
from sqlalchemy import Connection, Select, and_, false, func, not_, or_, select

from data.access import Action, Role, Viewer, within
from data.door import DEMO_VIEWERS
from data.engine import Database, reading
from data.models import Account, AuditEntry, Household
from data.queries.instants import CHINA
from data.refusals import refusals_recorded, require
from data.settings import load_settings

COLUMNS: Final = (
    "seq", "at", "actor", "role", "address", "deed", "target", "result", "reason", "rows",
)  # fmt: skip
PAGE: Final = 50

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class AuditFilter:
    """Which rows are wanted: days in China, first and last included, and codes; "" is any."""

    since: date | None = None
    until: date | None = None
    deed: str = ""
    result: str = ""
    actor: str = ""


def list_entries(
    db: Database,
    viewer: Viewer,
    filter_: AuditFilter | None = None,
    *,
    before: int | None = None,
    most: int = PAGE,
) -> pd.DataFrame:
    """List rows of the audit, newest first.

    Parameters
    ----------
    db, viewer
        An auditor and the city's office see all rows; a district those about its own divisions
        and households, and those of or about accounts that act in its area alone.
    filter_
        Which of them.
    before
        Only rows with a smaller number: the next page.
    most
        At most so many.

    Returns
    -------
    pandas.DataFrame
        `seq`, `at` (UTC), `actor`, `role`, `address`, `deed`, `target`, `result`, `reason`,
        `rows`.

    Raises
    ------
    Denied
        The viewer's role reads no audit.
    """
    with refusals_recorded(db, viewer, Action.SEE_AUDIT):
        require(viewer, Action.SEE_AUDIT)
    statement = select(*(getattr(AuditEntry, name) for name in COLUMNS))
    statement = _narrowed(statement, filter_ or AuditFilter())
    if before is not None:
        statement = statement.where(AuditEntry.seq < before)
    newest = statement.order_by(AuditEntry.seq.desc()).limit(most)
    with reading(db) as connection:
        limited = _scoped(newest, viewer, _own_accounts(connection, viewer))
        rows = connection.execute(limited).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=list(COLUMNS), dtype=object)


def count_entries(db: Database, viewer: Viewer, filter_: AuditFilter) -> int:
    """Count the rows that a filter leaves.

    Raises
    ------
    Denied
        The viewer's role reads no audit.
    """
    require(viewer, Action.SEE_AUDIT)
    statement = _narrowed(select(func.count(AuditEntry.seq)), filter_)
    with reading(db) as connection:
        limited = _scoped(statement, viewer, _own_accounts(connection, viewer))
        return int(connection.execute(limited).scalar_one())


def list_actors(db: Database, viewer: Viewer) -> list[str]:
    """List the accounts that occur in the rows the viewer may read.

    Raises
    ------
    Denied
        The viewer's role reads no audit.
    """
    require(viewer, Action.SEE_AUDIT)
    statement = select(AuditEntry.actor).distinct().order_by(AuditEntry.actor)
    with reading(db) as connection:
        limited = _scoped(statement, viewer, _own_accounts(connection, viewer))
        return list(connection.execute(limited).scalars().all())


def _scoped(statement: S, viewer: Viewer, accounts: Sequence[str]) -> S:
    """Limit to what concerns a data owner: places, households and accounts of the own areas."""
    if _reads_all(viewer):
        return statement
    households = select(Household.code).where(
        or_(false(), *(within(Household.village_code, area) for area in viewer.areas))
    )
    places = (AuditEntry.target.startswith(area, autoescape=True) for area in viewer.areas)
    # An account may have acted elsewhere before: what it did there is no more of this area.
    elsewhere = or_(
        AuditEntry.target.in_(select(Household.code)),
        *(AuditEntry.target.startswith(digit) for digit in string.digits),
    )
    return statement.where(
        or_(
            and_(AuditEntry.actor.in_(accounts), not_(elsewhere)),
            AuditEntry.target.in_(accounts),
            AuditEntry.target.in_(households),
            *places,
        )
    )


def _reads_all(viewer: Viewer) -> bool:
    return viewer.role is Role.AUDITOR or "" in viewer.areas


def _own_accounts(connection: Connection, viewer: Viewer) -> list[str]:
    """List the accounts that act in the viewer's areas and nowhere else, the viewer's included."""
    if _reads_all(viewer):
        return []
    rows = connection.execute(select(Account.name, Account.areas)).all()
    acting = [(str(row.name), tuple(row.areas)) for row in rows]
    if load_settings().mode == "demo":
        acting += [(other.name, other.areas) for other, _label in DEMO_VIEWERS.values()]
    own = {n for n, areas in acting if areas and all(a.startswith(viewer.areas) for a in areas)}
    return sorted(own | {viewer.name})


def _narrowed(statement: S, filter_: AuditFilter) -> S:
    if filter_.since is not None:
        statement = statement.where(AuditEntry.at >= _start(filter_.since))
    if filter_.until is not None:
        statement = statement.where(AuditEntry.at < _start(filter_.until + timedelta(days=1)))
    for column, value in (
        (AuditEntry.deed, filter_.deed),
        (AuditEntry.result, filter_.result),
        (AuditEntry.actor, filter_.actor),
    ):
        if value:
            statement = statement.where(column == value)
    return statement


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)
