"""Full views: the complete record of one household, for a stated reason and some minutes.

Opening one is a right, a click and a row of the audit; a second person reviews it afterwards.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import pandas as pd
from sqlalchemy import Connection, Select, insert, select, update
from ulid import ULID

from data.access import Action, Role, Viewer, scope
from data.audit import Deed, record, require_impersonal
from data.engine import Database, reading, transaction
from data.errors import (
    AlreadyReviewed,
    FullViewOver,
    IdentityInReason,
    NotFound,
    OwnFullView,
    UnknownValue,
)
from data.homes import Home, get_home
from data.models import FullView
from data.quotas import require_quota
from data.refusals import refusals_recorded, require
from data.settings import load_settings
from data.text import Lang, mark, translate
from data.vault import open_identities

REASONS: Final = {
    "visit": mark("入户走访核实"),
    "correction": mark("核对并更正信息"),
    "payment": mark("发放补助核对"),
    "subject_request": mark("本人要求查询"),
    "complaint": mark("处理信访投诉"),
    "inspection": mark("配合督查"),
}
"""Why a complete record may be opened."""

VERDICTS: Final = {
    "justified": mark("正当"),
    "unclear": mark("存疑"),
    "unjustified": mark("不当"),
}
"""What a second person may say about it."""

_NAMING: Final = ("name", "id_number", "phone", "address")
_SHORTEST: Final = 2
_COLUMNS: Final = (
    "id", "account", "role", "household_code", "village_code", "reason", "note", "opened_at",
    "until", "reviewed_by", "reviewed_at", "verdict", "remark",
)  # fmt: skip

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class OpenView:
    """A full view that is open: its id is all that a page may keep."""

    id: str
    household: str
    village: str
    opened_at: datetime
    until: datetime


def open_full_view(
    db: Database,
    viewer: Viewer,
    household: str,
    *,
    reason: str,
    note: str = "",
    now: datetime | None = None,
) -> OpenView:
    """Open a household's complete record for some minutes.

    Parameters
    ----------
    db, viewer
        Where, and who looks.
    household
        The household's code.
    reason
        A code of `REASONS`.
    note
        More about the reason, without anything personal.
    now
        The present instant, by default the clock's.

    Raises
    ------
    Denied
        The viewer's role never sees identities; for a missing household just the same.
    NotFound
        The household is missing or outside the viewer's scope.
    FullViewsUsedUp
        The account has opened enough of them today.
    PersonalInReason
        The note holds a long number, or names whom it is about.
    UnknownValue
        The reason is none of the list.
    """
    opened_at = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.SEE_IDENTITY, household),
        transaction(db) as connection,
    ):
        require(viewer, Action.SEE_IDENTITY)
        _require_known("reason", reason, REASONS)
        # First, so that nothing of the vault answers for a note that is refused anyway.
        require_impersonal(note)
        most = load_settings().full_views_per_day
        require_quota(connection, viewer, Deed.FULL_VIEW, most=most, now=now)
        home = get_home(connection, viewer, household)
        require_nameless(connection, home, note)
        view = OpenView(
            id=str(ULID()),
            household=home.code,
            village=home.village,
            opened_at=opened_at,
            until=opened_at + timedelta(minutes=load_settings().full_view_minutes),
        )
        record(
            connection,
            viewer,
            Deed.FULL_VIEW,
            target=home.code,
            reason=reason,
            rows=len(home.members),
            at=now,
        )
        connection.execute(
            insert(FullView).values(
                id=view.id,
                account=viewer.name,
                role=str(viewer.role),
                household_code=home.code,
                village_code=home.village,
                reason=reason,
                note=note,
                opened_at=view.opened_at,
                until=view.until,
            )
        )
    return view


def require_nameless(connection: Connection, home: Home, note: str) -> None:
    """Refuse a note that holds a name, number or address of the very people it is about.

    Raises
    ------
    IdentityInReason
        It does.
    """
    if not _squeezed(note):
        return
    for identity in open_identities(connection, home.members).values():
        require_unnamed(identity.texts, note)


def require_unnamed(texts: Mapping[str, str], note: str) -> None:
    """Refuse a note that holds a name, number or address of a person's texts.

    Raises
    ------
    IdentityInReason
        It does.
    """
    said = _squeezed(note)
    for name in _NAMING:
        value = _squeezed(texts.get(name, ""))
        if len(value) >= _SHORTEST and value in said:
            raise IdentityInReason


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()


def get_full_view(
    connection: Connection, viewer: Viewer, view_id: str, *, now: datetime | None = None
) -> OpenView:
    """Give a view that is the viewer's own, open, and still within the viewer's scope.

    Raises
    ------
    FullViewOver
        It is none of these.
    """
    row = connection.execute(
        select(FullView.household_code, FullView.opened_at, FullView.until).where(
            FullView.id == view_id,
            FullView.account == viewer.name,
            FullView.role == str(viewer.role),
        )
    ).one_or_none()
    if row is None or (now or datetime.now(UTC)) >= row.until:
        raise FullViewOver
    try:
        home = get_home(connection, viewer, row.household_code)
    except NotFound as error:
        raise FullViewOver from error
    return OpenView(view_id, home.code, home.village, row.opened_at, row.until)


def close_full_view(
    db: Database, viewer: Viewer, view_id: str, *, now: datetime | None = None
) -> None:
    """Close a view of the viewer's own before its time; one that is over stays as it is."""
    moment = now or datetime.now(UTC)
    with transaction(db) as connection:
        connection.execute(
            update(FullView)
            .where(FullView.id == view_id, FullView.account == viewer.name, FullView.until > moment)
            .values(until=moment)
        )


def list_full_views(
    db: Database, viewer: Viewer, *, is_waiting: bool = False, most: int = 200
) -> pd.DataFrame:
    """List the full views of the viewer's areas, the newest first; an auditor's are everywhere.

    Parameters
    ----------
    is_waiting
        Only those that nobody has reviewed yet.
    most
        At most so many rows.

    Returns
    -------
    pandas.DataFrame
        `id`, `account`, `role`, `household_code`, `village_code`, `reason` (a code), `note`,
        `opened_at`, `until`, `reviewed_by`, `reviewed_at`, `verdict` (a code), `remark`.

    Raises
    ------
    Denied
        The viewer's role does not review.
    """
    with refusals_recorded(db, viewer, Action.REVIEW_VIEWS):
        require(viewer, Action.REVIEW_VIEWS)
    statement = select(*(getattr(FullView, name) for name in _COLUMNS))
    if is_waiting:
        statement = statement.where(FullView.verdict.is_(None))
    newest = _scoped(statement, viewer).order_by(FullView.opened_at.desc(), FullView.id.desc())
    with reading(db) as connection:
        rows = connection.execute(newest.limit(most)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=list(_COLUMNS), dtype=object)


def review_full_view(
    db: Database,
    viewer: Viewer,
    view_id: str,
    *,
    verdict: str,
    remark: str = "",
    now: datetime | None = None,
) -> None:
    """Say whether somebody else's full view was justified; once, for good.

    Raises
    ------
    AlreadyReviewed
        Somebody did before.
    Denied, NotFound
        The viewer's role does not review; there is no such view in the viewer's areas.
    OwnFullView
        The viewer looked, and so cannot review.
    PersonalInReason
        The remark holds a long number.
    UnknownValue
        The verdict is none of the list.
    """
    with (
        refusals_recorded(db, viewer, Action.REVIEW_VIEWS),
        transaction(db) as connection,
    ):
        require(viewer, Action.REVIEW_VIEWS)
        require_impersonal(remark)
        _require_known("verdict", verdict, VERDICTS)
        statement = select(FullView.account, FullView.household_code, FullView.reviewed_by)
        row = connection.execute(
            _scoped(statement.where(FullView.id == view_id), viewer)
        ).one_or_none()
        if row is None:
            raise NotFound(what=view_id[:26])
        if row.account == viewer.name:
            raise OwnFullView
        if row.reviewed_by is not None:
            raise AlreadyReviewed(who=row.reviewed_by)
        record(
            connection,
            viewer,
            Deed.REVIEW,
            target=row.household_code,
            reason=verdict,
            at=now,
        )
        connection.execute(
            update(FullView)
            .where(FullView.id == view_id)
            .values(
                reviewed_by=viewer.name,
                reviewed_at=now or datetime.now(UTC),
                verdict=verdict,
                remark=remark,
            )
        )


def describe_reason(text: str, lang: Lang) -> str:
    """Put a recorded reason, a code and perhaps a note, into words."""
    code, colon, note = text.partition(": ")
    known = REASONS | VERDICTS
    return (translate(known[code], lang) + colon + note) if code in known else text


def _require_known(field: str, value: str, known: dict[str, str]) -> None:
    if value not in known:
        raise UnknownValue(field=field, value=value[:40], choices=", ".join(known))


def _scoped(statement: S, viewer: Viewer) -> S:
    # An auditor reads the log of all areas, and no register.
    if viewer.role is Role.AUDITOR and not viewer.areas:
        return statement
    return scope(statement, viewer, FullView.village_code)
