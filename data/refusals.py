"""Refusals: who may not is told why, and a row of the audit remembers that they tried."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, select

from data.access import ACTION_NAMES, ROLE_NAMES, Action, Viewer, can
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import AccessError, Denied, NotFound, PersonalInReason
from data.models import Household, Village
from data.text import LANGS, Lang, translate


def in_each_language(message: str) -> Mapping[Lang, str]:
    """Give a marked text in every language, as a fact of an error."""
    return {lang: translate(message, lang) for lang in LANGS}


def require(viewer: Viewer, action: Action) -> None:
    """Refuse a role that never may do something, whatever it concerns and whether it exists.

    Raises
    ------
    Denied
        The viewer's role does not include the action.
    """
    if not can(viewer, action):
        raise Denied(
            role=in_each_language(ROLE_NAMES[viewer.role]),
            action=in_each_language(ACTION_NAMES[action]),
        )


@contextmanager
def refusals_recorded(
    db: Database, viewer: Viewer, action: Action, target: str = ""
) -> Iterator[None]:
    """Record that what happens in the block was refused; its own transaction was rolled back.

    Parameters
    ----------
    db, viewer, action
        Where, who, and what they wanted.
    target
        The code that was asked for; kept only if it is one of ours, as anything may be typed.
    """
    try:
        yield
    except (AccessError, NotFound, PersonalInReason) as error:
        with transaction(db) as connection:
            record(
                connection,
                viewer,
                Deed.REFUSAL,
                target=target if _is_ours(connection, target) else "",
                result="refused",
                reason=f"{action}: {error.code}",
            )
        if isinstance(error, AccessError):
            error.is_recorded = True
        raise


def _is_ours(connection: Connection, code: str) -> bool:
    known = select(Household.code).where(Household.code == code).union(
        select(Village.code).where(Village.code == code)
    )  # fmt: skip
    return bool(code) and connection.execute(known).first() is not None
