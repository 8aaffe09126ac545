"""Prune the audit: rows whose time is over go, from the front, once the chain was proved whole."""

from datetime import UTC, datetime, timedelta

from data.access import Viewer
from data.audit import Cut, cut
from data.engine import Database, transaction
from data.errors import ChainBroken
from data.queries.audit_chain import PROBLEMS, verify_chain
from data.settings import load_settings
from data.text import LANGS, translate


def prune_audit(db: Database, viewer: Viewer, *, now: datetime | None = None) -> Cut:
    """Remove the rows that are older than the setting says; those about personal data stay longer.

    Parameters
    ----------
    db, viewer
        Where, and who: whoever holds the machine.
    now
        The present instant, by default the clock's.

    Raises
    ------
    ChainBroken
        The chain was tampered with: it is evidence, and nothing is removed.
    RuleBroken
        The database's own clock says that a row's time is not over.
    """
    report = verify_chain(db)
    if not report.holds:
        raise ChainBroken(
            where={lang: translate(PROBLEMS[report.problem], lang, at=report.at) for lang in LANGS}
        )
    at = now or datetime.now(UTC)
    with transaction(db) as connection:
        return cut(
            connection, viewer, before=at - timedelta(days=load_settings().audit_days), at=at
        )
