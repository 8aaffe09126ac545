"""Erase a person's identity by law: key and row are destroyed, events and counts stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from data.access import Action, Viewer
from data.audit import Deed, record
from data.engine import Database, compact, transaction
from data.errors import NotConfirmed, NotFound, PersonErased, UnknownValue
from data.homes import find_home
from data.ledger import raise_version
from data.refusals import refusals_recorded, require
from data.text import mark
from data.vault import destroy_identity

ERASURE_REASONS: Final = {
    "subject_request": mark("本人依法要求删除"),
    "no_longer_needed": mark("处理目的已实现或保存期满"),
    "entered_in_error": mark("误登记"),
}
"""Why personal information may be erased."""


@dataclass(frozen=True)
class Erasure:
    """Whom to erase, why, and the household's code typed to confirm it."""

    member_id: str
    reason: str
    confirmation: str


@dataclass(frozen=True)
class Erased:
    """What became of it.

    Attributes
    ----------
    is_swept
        Nothing of it is left in the database's files; False while somebody reads old pages, then
        `data.engine.compact` is to be repeated.
    """

    household: str
    is_swept: bool


def erase_person(
    db: Database, viewer: Viewer, erasure: Erasure, *, now: datetime | None = None
) -> Erased:
    """Destroy a person's key and everything that was sealed under it, for good.

    Raises
    ------
    Denied, NotFound
        The viewer's role erases nobody; the member is missing or outside the viewer's scope.
    NotConfirmed
        The typed code is not the household's.
    PersonErased
        It was done before.
    UnknownValue
        The reason is none of the list.
    """
    with (
        refusals_recorded(db, viewer, Action.ERASE_PERSON),
        transaction(db) as connection,
    ):
        require(viewer, Action.ERASE_PERSON)
        if erasure.reason not in ERASURE_REASONS:
            raise UnknownValue(
                field="reason", value=erasure.reason[:40], choices=", ".join(ERASURE_REASONS)
            )
        home = find_home(connection, viewer, erasure.member_id)
        if home is None:
            raise NotFound(what=erasure.member_id[:26])
        if erasure.confirmation.strip() != home.code:
            raise NotConfirmed
        if not destroy_identity(connection, erasure.member_id):
            raise PersonErased
        record(
            connection, viewer, Deed.ERASURE,
            target=home.code, reason=erasure.reason, rows=1, at=now,
        )  # fmt: skip
        raise_version(connection)
    return Erased(household=home.code, is_swept=compact(db))
