"""Sessions: who is signed in, kept in the database, known by the hash of a token.

A session ends by itself when nobody uses it, after some hours whatever happens, and at once when
its account is disabled, changed, or signs out.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any, Final, Literal, cast

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from data.access import Role, Viewer
from data.engine import Database, reading, transaction
from data.errors import SignInRequired
from data.models import Account, AccountSession
from data.settings import load_settings

SESSION_COOKIE: Final = "__Host-guatu"
Stage = Literal["second_factor", "new_password", "enrolment", "open"]
STAGES: Final[tuple[Stage, ...]] = ("second_factor", "new_password", "enrolment", "open")
_TOUCHED_EVERY: Final = timedelta(minutes=1)
_TOUCHES_WHILE_IDLE: Final = 10
"""A short time of idleness is noted in finer steps, or somebody busy would be taken for idle."""
KEPT: Final = timedelta(days=30)
"""How long an ended session is remembered."""
_HALF_WAY: Final = timedelta(minutes=10)
"""How long somebody may take between password and second factor."""
_CHINA: Final = timezone(timedelta(hours=8))
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True)
class Signed:
    """A session that holds now.

    Attributes
    ----------
    account, stage
        Whose it is, and how far the sign-in has come.
    viewer
        Who looks once the stage is ``open``; in a preview the role looked as.
    started_at, seen_at
        When it began, and when somebody last did something in it.
    """

    account: str
    stage: Stage
    viewer: Viewer
    started_at: datetime
    seen_at: datetime


def hash_token(token: str) -> str:
    """Give what is stored of a token."""
    return sha256(token.encode()).hexdigest()


def open_session(  # noqa: PLR0913 - a session has this many facts, all by keyword
    db: Database,
    account_name: str,
    *,
    means: str,
    stage: Stage,
    address: str,
    replacing: str | None = None,
    now: datetime | None = None,
) -> str:
    """Open a session and give its token; a session that the browser held before ends.

    Parameters
    ----------
    db, account_name
        Whose session.
    means
        ``password`` or ``oidc``.
    stage
        How far the sign-in has come.
    address
        Where it comes from.
    replacing
        The token that the browser sent, if any: no token survives a sign-in.
    """
    at = now or datetime.now(UTC)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction(db) as connection:
        if replacing:
            _end(connection, hash_token(replacing), "replaced", at)
        connection.execute(delete(AccountSession).where(AccountSession.seen_at < at - KEPT))
        connection.execute(
            insert(AccountSession).values(
                token_hash=hash_token(token),
                account_name=account_name,
                means=means,
                stage=stage,
                address=address,
                started_at=at,
                seen_at=at,
            )
        )
    return token


def find_session(db: Database, token: str, *, now: datetime | None = None) -> Signed | None:
    """Find the session of a token if it still holds; one indexed look-up, nothing written."""
    at = now or datetime.now(UTC)
    statement = (
        select(AccountSession, Account)
        .join(Account, Account.name == AccountSession.account_name)
        .where(AccountSession.token_hash == hash_token(token))
    )
    with reading(db) as connection:
        row = connection.execute(statement).mappings().one_or_none()
    if row is None or not _holds(row, at):
        return None
    return Signed(
        account=row["account_name"],
        stage=cast("Stage", row["stage"]),
        viewer=_viewer(row),
        started_at=row["started_at"],
        seen_at=row["seen_at"],
    )


def _holds(row: Any, at: datetime) -> bool:  # noqa: ANN401 - a row of two tables
    settings = load_settings()
    idle = timedelta(minutes=settings.idle_minutes)
    longest = timedelta(hours=settings.session_hours) if row["stage"] == "open" else _HALF_WAY
    return (
        row["ended_at"] is None
        and at < row["seen_at"] + idle
        and at < row["started_at"] + longest
        and not row["is_disabled"]
        and is_in_term(row["expires_on"], at)
    )


def is_open_at(at: datetime) -> ColumnElement[bool]:
    """Say in SQL that a session of an account that may be used is open."""
    settings = load_settings()
    return and_(
        AccountSession.stage == "open",
        AccountSession.ended_at.is_(None),
        AccountSession.seen_at > at - timedelta(minutes=settings.idle_minutes),
        AccountSession.started_at > at - timedelta(hours=settings.session_hours),
    )


def is_in_term(last_day: date | None, at: datetime) -> bool:
    """Tell whether an account's last day, a day in China, has not passed."""
    return last_day is None or at.astimezone(_CHINA).date() <= last_day


def _viewer(row: Any) -> Viewer:  # noqa: ANN401 - a row of two tables
    is_preview = row["preview_role"] is not None
    return Viewer(
        name=row["account_name"],
        role=Role(row["preview_role"] if is_preview else row["role"]),
        areas=tuple(row["preview_areas"] if is_preview else row["areas"]),
        official=None if is_preview else row["official_code"],
        is_preview=is_preview,
        address=row["address"],
    )


def touch_session(db: Database, token: str, *, now: datetime | None = None) -> None:
    """Note that somebody did something; written at most once a minute.

    A session that has been idle too long is over: nothing brings it back.
    """
    at = now or datetime.now(UTC)
    idle = timedelta(minutes=load_settings().idle_minutes)
    stale = (
        AccountSession.token_hash == hash_token(token),
        AccountSession.ended_at.is_(None),
        AccountSession.seen_at <= at - min(_TOUCHED_EVERY, idle / _TOUCHES_WHILE_IDLE),
        AccountSession.seen_at > at - idle,
    )
    with reading(db) as connection:
        is_due = connection.execute(select(AccountSession.token_hash).where(*stale)).first()
    if is_due:
        with transaction(db) as connection:
            connection.execute(update(AccountSession).where(*stale).values(seen_at=at))


def advance_session(db: Database, token: str, stage: Stage, *, now: datetime | None = None) -> str:
    """Bring a session to its next stage under a new token, so that the old one is worth nothing.

    Raises
    ------
    SignInRequired
        The session is over.
    """
    at = now or datetime.now(UTC)
    fresh = secrets.token_urlsafe(_TOKEN_BYTES)
    if find_session(db, token, now=at) is None:
        raise SignInRequired
    with transaction(db) as connection:
        changed = connection.execute(
            update(AccountSession)
            .where(
                AccountSession.token_hash == hash_token(token), AccountSession.ended_at.is_(None)
            )
            .values(token_hash=hash_token(fresh), stage=stage, seen_at=at)
        )
        if changed.rowcount != 1:
            raise SignInRequired
    return fresh


def set_preview(
    connection: Connection, token: str, role: Role | None, areas: tuple[str, ...] = ()
) -> None:
    """Let a session look as another role, or as itself again.

    Raises
    ------
    SignInRequired
        There is no such session.
    """
    changed = connection.execute(
        update(AccountSession)
        .where(AccountSession.token_hash == hash_token(token), AccountSession.ended_at.is_(None))
        .values(
            preview_role=None if role is None else str(role),
            preview_areas=None if role is None else list(areas),
        )
    )
    if changed.rowcount != 1:
        raise SignInRequired


def end_session(db: Database, token: str, why: str, *, now: datetime | None = None) -> None:
    """End a session."""
    with transaction(db) as connection:
        _end(connection, hash_token(token), why, now or datetime.now(UTC))


def end_sessions_of(
    connection: Connection,
    account_name: str,
    why: str,
    *,
    but: str = "",
    now: datetime | None = None,
) -> int:
    """End every session of an account, but perhaps the one with a token; give how many."""
    changed = connection.execute(
        update(AccountSession)
        .where(
            AccountSession.account_name == account_name,
            AccountSession.ended_at.is_(None),
            AccountSession.token_hash != hash_token(but),
        )
        .values(ended_at=now or datetime.now(UTC), ended_why=why)
    )
    return int(changed.rowcount)


def _end(connection: Connection, token_hash: str, why: str, at: datetime) -> None:
    connection.execute(
        update(AccountSession)
        .where(AccountSession.token_hash == token_hash, AccountSession.ended_at.is_(None))
        .values(ended_at=at, ended_why=why)
    )
