"""Quotas: how often one account may do something in a day, counted in the audit itself."""

from datetime import UTC, datetime, time, timedelta, timezone
from typing import Final

from sqlalchemy import Connection, func, select

from data.access import Viewer
from data.audit import Deed
from data.errors import ExportsUsedUp, FullViewsUsedUp, QuotaUsedUp, SearchesUsedUp
from data.models import AuditEntry

SEARCHES_PER_DAY: Final = 50
_CHINA: Final = timezone(timedelta(hours=8))
_USED_UP: Final = {
    Deed.EXPORT: ExportsUsedUp, Deed.SEARCH: SearchesUsedUp, Deed.FULL_VIEW: FullViewsUsedUp,
}  # fmt: skip


def require_quota(
    connection: Connection, viewer: Viewer, deed: Deed, *, most: int, now: datetime | None = None
) -> None:
    """Refuse what an account has done often enough today; a day is one of China's.

    Parameters
    ----------
    connection
        The transaction that will record the deed: counting and recording must not be parted.
    viewer, deed
        Whose deeds are counted, in whatever role.
    most
        How many a day are allowed.
    now
        The present instant, by default the clock's.

    Raises
    ------
    ExportsUsedUp, SearchesUsedUp, QuotaUsedUp
        That many are recorded already.
    """
    if count_today(connection, viewer, deed, now=now) >= most:
        raise _USED_UP.get(deed, QuotaUsedUp)(most=most)


def count_today(
    connection: Connection, viewer: Viewer, deed: Deed, *, now: datetime | None = None
) -> int:
    """Count what an account has done today, refusals left out."""
    today = (now or datetime.now(UTC)).astimezone(_CHINA).date()
    since = datetime.combine(today, time(), tzinfo=_CHINA)
    statement = (
        select(func.count())
        .select_from(AuditEntry)
        .where(
            AuditEntry.actor == viewer.name,
            AuditEntry.deed == str(deed),
            AuditEntry.result == "done",
            AuditEntry.at >= since,
        )
    )
    return int(connection.execute(statement).scalar_one())
