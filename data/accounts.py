"""Accounts: who may sign in as what; made, changed and checked here alone.

Every change is one transaction and one row of the audit, and ends the account's sessions: nobody
goes on with rights of before.
"""

import ipaddress
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

from sqlalchemy import Connection, case, delete, func, insert, select, update
from ulid import ULID

from data.access import DIVISION_LEVELS, OPERATOR, Action, Role, Stranger, Viewer, prefix_of
from data.audit import Deed, record
from data.engine import Database, reading, transaction
from data.errors import (
    BadAccount,
    LastAdministrator,
    NotFound,
    SignInLocked,
    SignInRequired,
    StaleEdit,
    WeakPassword,
    WrongCode,
    WrongCredentials,
)
from data.keyring import purpose_key
from data.keys import load_keys
from data.models import Account, AccountSession, Division, Official, SignInFailure
from data.passwords import (
    FIRST_HOLDS,
    STRICT_AGE,
    STRICT_FORMER,
    hash_password,
    is_password,
    is_strict,
    make_first_password,
    needs_rehash,
    require_strong,
)
from data.refusals import refusals_recorded, require
from data.sealing import derive, index_of
from data.second_factors import (
    hash_recovery_code,
    make_recovery_codes,
    match_step,
    open_secret,
    seal_secret,
    without_recovery_code,
)
from data.sessions import Stage, end_sessions_of, is_in_term, is_open_at, set_preview
from data.text import LANGS, join_words, mark, translate

FAILURES_OF_AN_ACCOUNT: Final = 5
FAILURES_OF_AN_ADDRESS: Final = 20
LOCKED: Final = timedelta(minutes=15)
_LOCKED_MINUTES: Final = int(LOCKED.total_seconds() // 60)
NEEDS_SECOND_FACTOR: Final = frozenset({Role.ADMIN, Role.CLERK})
_SEES_EVERYTHING: Final = frozenset({Role.LEADER, Role.OFFICE, Role.PLANNER, Role.HELPER})
"""Without an area these see everywhere; a helper's limit is the paired households."""
_SEES_NO_PLACE: Final = frozenset({Role.ADMIN, Role.AUDITOR})
_AREAS_TOLD: Final = 4
_PREFIX_BITS: Final = 64
_STEPS: Final = ("password", "code")
"""Counted apart: whoever knows a name can fail at its password, and must not lock its codes."""
_CHINA: Final = timezone(timedelta(hours=8))
_NAME: Final = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_FIELD_NAMES: Final = {
    "role": mark("角色"),
    "areas": mark("范围"),
    "official_code": mark("干部代号"),
    "expires_on": mark("最后一天"),
    "is_disabled": mark("状态"),
    "password_hash": mark("口令"),
    "oidc_subject": mark("统一身份"),
}


@dataclass(frozen=True)
class AccountFacts:
    """What an administrator sees of an account.

    Attributes
    ----------
    name, role, areas, official_code, expires_on
        Who may sign in, as what, where, and until when.
    is_disabled, is_locked, must_change_password, has_second_factor, oidc_subject
        Its state.
    last_seen_at, sessions
        When it was last active, and how many sessions it has open.
    version, changed_at, changed_by
        For the second of two edits.
    """

    name: str
    role: Role
    areas: tuple[str, ...]
    official_code: str | None
    expires_on: date | None
    is_disabled: bool
    is_locked: bool
    must_change_password: bool
    has_second_factor: bool
    oidc_subject: str | None
    last_seen_at: datetime | None
    sessions: int
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class Rights:
    """What an account is to be: role, division codes, and what the role needs beside them."""

    role: Role
    areas: tuple[str, ...] = ()
    official_code: str | None = None
    expires_on: date | None = None


# ── Making and changing ─────────────────────────────────────────────────────────────────────────


def add_account(
    db: Database, by: Viewer, name: str, rights: Rights, *, now: datetime | None = None
) -> str:
    """Make an account and give its first password, which is good once and for 72 hours.

    Raises
    ------
    BadAccount
        The name is taken or odd, or role, areas and term do not go together.
    """
    at = now or datetime.now(UTC)
    first = make_first_password()
    stored = hash_password(first)
    with _managing(db, by) as connection:
        if not _NAME.fullmatch(name):
            raise BadAccount(name=name[:32], **_ODD_NAME)
        if name == OPERATOR.name or _find(connection, name) is not None:
            raise BadAccount(name=name, **_TAKEN)
        checked = _checked(connection, name, rights)
        connection.execute(
            insert(Account).values(
                name=name,
                **checked,
                is_disabled=False,
                password_hash=stored,
                password_changed_at=at,
                must_change_password=True,
                former_hashes=[],
                recovery_hashes=[],
                version=1,
                changed_at=at,
                changed_by=by.name,
                changed_fields=[],
            )
        )
        record(connection, by, Deed.RIGHT_CHANGE, target=name, reason=_described("add", checked))
    return first


def change_rights(
    db: Database,
    by: Viewer,
    name: str,
    rights: Rights,
    *,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Give an account another role, other areas or another term; its sessions end.

    Raises
    ------
    BadAccount, LastAdministrator, NotFound, StaleEdit
        It cannot be so, or somebody changed the account since `version`.
    """
    with _managing(db, by) as connection:
        checked = _checked(connection, name, rights)
        if rights.role is not Role.ADMIN:
            _require_another_administrator(connection, name, now)
        _change(connection, by, name, checked, _described("set", checked), version=version, now=now)


def disable_account(
    db: Database, by: Viewer, name: str, *, version: int | None = None, now: datetime | None = None
) -> None:
    """Let an account sign in no longer; its sessions end at once.

    Raises
    ------
    LastAdministrator, NotFound, StaleEdit
        It is the last administrator, unknown, or changed since `version`.
    """
    with _managing(db, by) as connection:
        _require_another_administrator(connection, name, now)
        _change(connection, by, name, {"is_disabled": True}, "disable", version=version, now=now)


def enable_account(
    db: Database, by: Viewer, name: str, *, version: int | None = None, now: datetime | None = None
) -> None:
    """Let a disabled account sign in again."""
    with _managing(db, by) as connection:
        _forget_failures(connection, name)
        _change(connection, by, name, {"is_disabled": False}, "enable", version=version, now=now)


def reset_account(
    db: Database, by: Viewer, name: str, *, version: int | None = None, now: datetime | None = None
) -> str:
    """Give an account a new first password and forget its second factor; give the password."""
    first = make_first_password()
    values: dict[str, Any] = {
        "password_hash": hash_password(first),
        "password_changed_at": now or datetime.now(UTC),
        "must_change_password": True,
        "totp_sealed": None,
        "totp_last_step": None,
        "recovery_hashes": [],
    }
    with _managing(db, by) as connection:
        _forget_failures(connection, name)
        _change(connection, by, name, values, "reset", version=version, now=now)
    return first


def link_oidc(
    db: Database, by: Viewer, name: str, subject: str | None, *, now: datetime | None = None
) -> None:
    """Say which person of the sign-on provider an account is, or that it is none.

    Raises
    ------
    BadAccount
        Another account has this subject.
    """
    with _managing(db, by) as connection:
        taken = connection.execute(
            select(Account.name).where(Account.oidc_subject == subject, Account.name != name)
        ).first()
        if subject is not None and taken is not None:
            raise BadAccount(name=name, **_TAKEN_SUBJECT)
        _change(connection, by, name, {"oidc_subject": subject}, "oidc", now=now)


def end_sessions(db: Database, by: Viewer, name: str) -> int:
    """End every session of an account, as by a sign-out everywhere; give how many."""
    with _managing(db, by) as connection:
        _require(connection, name)
        count = end_sessions_of(connection, name, "administrator")
        record(connection, by, Deed.RIGHT_CHANGE, target=name, reason="end sessions", rows=count)
    return count


@contextmanager
def _managing(db: Database, by: Viewer) -> Iterator[Connection]:
    """Write as somebody who keeps accounts: an administrator, or whoever holds the machine."""
    with refusals_recorded(db, by, Action.MANAGE_ACCOUNTS), transaction(db) as connection:
        if by is not OPERATOR:
            require(by, Action.MANAGE_ACCOUNTS)
        yield connection


def _change(  # noqa: PLR0913 - who, whose, what, why, and against which version
    connection: Connection,
    by: Viewer,
    name: str,
    values: dict[str, Any],
    why: str,
    *,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    at = now or datetime.now(UTC)
    before = _require(connection, name)
    if version is not None and before.version != version:
        raise _stale(before)
    changed = [
        field for field in _FIELD_NAMES if field in values and _differs(before, field, values)
    ]
    connection.execute(
        update(Account)
        .where(Account.name == name)
        .values(
            **values,
            version=before.version + 1,
            changed_at=at,
            changed_by=by.name,
            changed_fields=changed,
        )
    )
    end_sessions_of(connection, name, why.split(":", maxsplit=1)[0], now=at)
    record(connection, by, Deed.RIGHT_CHANGE, target=name, reason=why)


def _differs(before: Any, field: str, values: dict[str, Any]) -> bool:  # noqa: ANN401 - a row
    return bool(getattr(before, field) != values[field])


def _stale(account: Any) -> StaleEdit:  # noqa: ANN401 - a row
    """Say who changed an account, when and what of it."""
    fields = [_FIELD_NAMES[field] for field in account.changed_fields]
    return StaleEdit(
        who=account.changed_by,
        when=account.changed_at.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M"),
        what=account.name,
        fields={lang: join_words((translate(f, lang) for f in fields), lang) for lang in LANGS},
    )


def _described(deed: str, rights: dict[str, Any]) -> str:
    """Put rights into the audit's words; codes in groups, as long numbers could be a person's."""
    areas = "+".join(_grouped(area) for area in rights["areas"][:_AREAS_TOLD])
    more = "+…" if len(rights["areas"]) > _AREAS_TOLD else ""
    until = f" until {rights['expires_on']:%Y.%m.%d}" if rights["expires_on"] else ""
    return f"{deed}: {rights['role']} @ {areas}{more}{until}"


def _grouped(area: str) -> str:
    """Write the leading digits of a code level by level: 15.03.03.104; ``*`` is everything."""
    bounds = (0, *(level for level in DIVISION_LEVELS if level <= len(area)))
    return ".".join(area[a:b] for a, b in itertools.pairwise(bounds)) or "*"


def _find(connection: Connection, name: str) -> Any:  # noqa: ANN401 - a row of the table
    return connection.execute(select(Account).where(Account.name == name)).one_or_none()


def _require(connection: Connection, name: str) -> Any:  # noqa: ANN401 - a row of the table
    found = _find(connection, name)
    if found is None:
        raise NotFound(what=name[:32])
    return found


def _checked(connection: Connection, name: str, rights: Rights) -> dict[str, Any]:
    """Turn rights into stored values, or refuse them."""
    role = rights.role
    areas = _areas(connection, name, rights)
    if areas and role in _SEES_NO_PLACE:
        raise BadAccount(name=name, **_NO_AREA)
    if not areas and role not in _SEES_NO_PLACE:
        raise BadAccount(name=name, **_AREA_MISSING)
    if (role is Role.HELPER) != (rights.official_code is not None):
        raise BadAccount(name=name, **_OFFICIAL)
    if role is Role.HELPER and not _is_official(connection, str(rights.official_code)):
        raise BadAccount(name=name, **_NO_OFFICIAL)
    if role is Role.ADMIN and rights.expires_on is not None:
        raise BadAccount(name=name, **_NO_TERM)
    if role is Role.INSPECTOR and rights.expires_on is None:
        raise BadAccount(name=name, **_TERM_MISSING)
    return {
        "role": str(role),
        "areas": sorted(set(areas)),
        "official_code": rights.official_code,
        "expires_on": rights.expires_on,
    }


def _areas(connection: Connection, name: str, rights: Rights) -> tuple[str, ...]:
    """Give the leading digits of the areas; for roles of the whole city, of none is everything."""
    given = tuple(_prefix(connection, name, code) for code in rights.areas if code)
    if not given and rights.role in _SEES_EVERYTHING:
        return ("",)
    return given


def _prefix(connection: Connection, name: str, code: str) -> str:
    # Half a level is a slip of the hand, and must not become the level above.
    if not (code.isascii() and code.isdigit() and len(code) in DIVISION_LEVELS):
        raise BadAccount(name=name, **_NO_SUCH_AREA)
    prefix = prefix_of(code.ljust(12, "0"))
    known = connection.execute(
        select(Division.code).where(Division.code == prefix.ljust(12, "0"))
    ).first()
    if known is None:
        raise BadAccount(name=name, **_NO_SUCH_AREA)
    return prefix


def _is_official(connection: Connection, code: str) -> bool:
    found = connection.execute(select(Official.id).where(Official.code == code)).first()
    return found is not None


def _require_another_administrator(connection: Connection, name: str, now: datetime | None) -> None:
    if _is_last_administrator(connection, name, now or datetime.now(UTC)):
        raise LastAdministrator(name=name)


def _is_last_administrator(connection: Connection, name: str, at: datetime) -> bool:
    """Tell whether nobody else could keep accounts: who never came in yet may never do so."""
    rows = connection.execute(
        select(Account).where(Account.role == str(Role.ADMIN), Account.is_disabled.is_(False))
    ).all()
    active = [row for row in rows if is_in_term(row.expires_on, at)]
    others = [row for row in active if row.name != name and _has_come_in(row)]
    return not others and any(row.name == name for row in active)


def _has_come_in(account: Any) -> bool:  # noqa: ANN401 - a row
    own = account.password_hash is not None and not account.must_change_password
    return own or account.oidc_subject is not None


def list_accounts(db: Database, *, now: datetime | None = None) -> list[AccountFacts]:
    """List the accounts by name; nothing of a password or a second factor is among their facts."""
    at = now or datetime.now(UTC)
    live = (
        select(
            AccountSession.account_name,
            func.max(AccountSession.seen_at).label("last_seen_at"),
            func.sum(case((is_open_at(at), 1), else_=0)).label("sessions"),
        )
        .group_by(AccountSession.account_name)
        .subquery()
    )
    statement = (
        select(Account, live.c.last_seen_at, live.c.sessions)
        .outerjoin(live, live.c.account_name == Account.name)
        .order_by(Account.name)
    )
    with reading(db) as connection:
        rows = connection.execute(statement).all()
        locked = {
            row.name
            for row in rows
            if any(_is_locked(connection, _hash_name(row.name, step), at) for step in _STEPS)
        }
    return [
        AccountFacts(
            name=row.name,
            role=Role(row.role),
            areas=tuple(row.areas),
            official_code=row.official_code,
            expires_on=row.expires_on,
            is_disabled=row.is_disabled,
            is_locked=row.name in locked,
            must_change_password=row.must_change_password,
            has_second_factor=row.totp_sealed is not None,
            oidc_subject=row.oidc_subject,
            last_seen_at=row.last_seen_at,
            sessions=row.sessions or 0,
            version=row.version,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in rows
    ]


# ── Signing in ──────────────────────────────────────────────────────────────────────────────────


def check_password(
    db: Database, name: str, password: str, *, address: str, now: datetime | None = None
) -> Stage:
    """Check name and password; give the stage at which a session may begin.

    The answer and the time it takes are the same for a wrong password and for no such account.

    Raises
    ------
    WrongCredentials
        They do not fit, or the account is disabled, over, or its first password too old.
    SignInLocked
        This account or this address failed too often.
    """
    at = now or datetime.now(UTC)
    name = name.strip().lower()[:64]
    with reading(db) as connection:
        account = _find(connection, name)
        is_locked = _is_shut(connection, name, address, at)
    known = Stranger(address) if account is None else _viewer(account, address)
    if is_locked:
        _note_failure(db, known, "locked", at=at)
        raise SignInLocked(minutes=_LOCKED_MINUTES)
    stored = account.password_hash if account is not None and _is_usable(account, at) else None
    is_right = is_password(stored, password)
    with transaction(db) as connection:
        # Many may have asked at the same moment: whoever is sixth by now gets no answer either.
        is_locked = _is_shut(connection, name, address, at)
        is_right = _is_unchanged(account, _find(connection, name)) and is_right
        if is_locked or not is_right:
            why = "locked" if is_locked else "password"
            _add_failure(connection, known, why, at=at, tried=name)
    if is_locked:
        raise SignInLocked(minutes=_LOCKED_MINUTES)
    if not is_right:
        raise WrongCredentials
    if account.must_change_password:
        _use_up(db, account)
    elif needs_rehash(account.password_hash):
        _rehash(db, account, password)
    return _next_stage(account, at, after="password")


def _is_unchanged(before: Any, now: Any) -> bool:  # noqa: ANN401 - rows
    """Tell whether an account was neither changed nor given a password since it was read."""
    if before is None or now is None:
        return before is now
    return bool((before.version, before.former_hashes) == (now.version, now.former_hashes))


def _is_shut(connection: Connection, name: str, address: str, at: datetime) -> bool:
    """Tell whether a password tried under a name, from an address, gets no answer now."""
    # Who fails under the last administrator's name locks that name for their own address:
    # from anywhere else the administrator still comes in.
    where = address if _is_last_administrator(connection, name, at) else None
    return _is_flooding(connection, address, at) or _is_locked(
        connection, _hash_name(name), at, address=where
    )


def _use_up(db: Database, account: Any) -> None:  # noqa: ANN401 - a row
    """Let a first password be good once: of two that come at the same moment, one is late."""
    with transaction(db) as connection:
        changed = connection.execute(
            update(Account)
            .where(Account.name == account.name, Account.password_hash == account.password_hash)
            .values(
                password_hash=None,
                former_hashes=[account.password_hash, *account.former_hashes][:STRICT_FORMER],
            )
        )
    if changed.rowcount != 1:
        raise WrongCredentials


def check_oidc(db: Database, subject: str, *, address: str, now: datetime | None = None) -> str:
    """Find the account of a person whom the sign-on provider vouches for.

    Raises
    ------
    WrongCredentials
        There is none, or it is disabled or over.
    """
    at = now or datetime.now(UTC)
    with reading(db) as connection:
        account = connection.execute(
            select(Account).where(Account.oidc_subject == subject)
        ).one_or_none()
    if account is None or account.is_disabled or not is_in_term(account.expires_on, at):
        known = Stranger(address) if account is None else _viewer(account, address)
        _note_failure(db, known, "oidc", at=at)
        raise WrongCredentials
    return str(account.name)


def note_sign_in(db: Database, name: str, *, address: str, means: str) -> None:
    """Record that somebody has come in, every stage behind them; failures are forgotten."""
    with transaction(db) as connection:
        account = _require(connection, name)
        _forget_failures(connection, name)
        record(connection, _viewer(account, address), Deed.SIGN_IN, target=name, reason=means)


def start_preview(db: Database, by: Viewer, token: str, rights: Rights) -> None:
    """Let an administrator's session look as another role: pages and figures, nobody's rows.

    Raises
    ------
    BadAccount
        Role and areas do not go together.
    Denied
        The viewer is no administrator, or looks as somebody else already.
    """
    with refusals_recorded(db, by, Action.VIEW_AS), transaction(db) as connection:
        require(by, Action.VIEW_AS)
        areas = _areas(connection, by.name, rights)
        if not areas and rights.role not in _SEES_NO_PLACE:
            raise BadAccount(name=by.name, **_AREA_MISSING)
        set_preview(connection, token, rights.role, areas)
        target = "+".join(areas) or str(rights.role)
        record(connection, by, Deed.VIEW_AS, target=target, reason=f"as {rights.role}")


def end_preview(db: Database, by: Viewer, token: str) -> None:
    """Let a session look as itself again."""
    with transaction(db) as connection:
        set_preview(connection, token, None)
        record(connection, by, Deed.VIEW_AS, target=str(by.role), reason="end")


def note_sign_out(db: Database, viewer: Viewer) -> None:
    """Record that somebody has gone."""
    with transaction(db) as connection:
        record(connection, viewer, Deed.SIGN_OUT, target=viewer.name)


def check_code(
    db: Database, name: str, code: str, *, address: str, now: datetime | None = None
) -> Stage:
    """Check a code of the second factor, or a recovery code; either is good once.

    Raises
    ------
    WrongCode
        It is wrong, too old, or used before.
    SignInLocked
        Too many were wrong.
    """
    at = now or datetime.now(UTC)
    with transaction(db) as connection:
        account = _require(connection, name)
        is_locked = _is_locked(connection, _hash_name(name, "code"), at)
        values = None
        if not is_locked and account.totp_sealed is not None:
            values = _used(_recovery_key(connection), account, code, at)
        if values is not None:
            connection.execute(update(Account).where(Account.name == name).values(**values))
        else:
            why = "locked" if is_locked else "code"
            _add_failure(connection, _viewer(account, address), why, at=at, tried=name)
    if is_locked:
        raise SignInLocked(minutes=_LOCKED_MINUTES)
    if values is None:
        raise WrongCode
    return _next_stage(account, at, after="second_factor")


def _recovery_key(connection: Connection) -> bytes:
    """Give the key of recovery codes; it outlives a change of the operator's keys."""
    return derive(purpose_key(connection, load_keys(), "index"), "recovery codes")


def _used(key: bytes, account: Any, code: str, at: datetime) -> dict[str, Any] | None:  # noqa: ANN401 - a row
    """Give what changes once a code is used; None if it fits nothing."""
    secret = open_secret(load_keys(), account.name, account.totp_sealed)
    step = match_step(secret, code, last_step=account.totp_last_step, now=at)
    if step is not None:
        return {"totp_last_step": step}
    left = without_recovery_code(key, account.name, code, account.recovery_hashes)
    return None if left is None else {"recovery_hashes": left}


def enrol(
    db: Database, name: str, secret: str, code: str, *, address: str, now: datetime | None = None
) -> list[str]:
    """Take on an authenticator that has just proved itself; give the recovery codes, once.

    Raises
    ------
    WrongCode
        The authenticator does not have this secret.
    """
    at = now or datetime.now(UTC)
    step = match_step(secret, code, last_step=None, now=at)
    if step is None:
        raise WrongCode
    codes = make_recovery_codes()
    with transaction(db) as connection:
        account = _require(connection, name)
        if account.totp_sealed is not None:
            raise WrongCode  # another page was quicker; its authenticator counts
        key = _recovery_key(connection)
        connection.execute(
            update(Account)
            .where(Account.name == name)
            .values(
                totp_sealed=seal_secret(load_keys(), name, secret),
                totp_last_step=step,
                recovery_hashes=[hash_recovery_code(key, name, code) for code in codes],
            )
        )
        viewer = _viewer(account, address)
        record(connection, viewer, Deed.RIGHT_CHANGE, target=name, reason="second factor")
    return codes


def choose_password(
    db: Database,
    name: str,
    password: str,
    *,
    address: str,
    token: str = "",
    now: datetime | None = None,
) -> Stage:
    """Replace a password by one of the account's own; its sessions end, but for one.

    Parameters
    ----------
    db, name, password
        Whose password becomes what.
    address
        Where it comes from.
    token
        The session in which it is chosen, which goes on.

    Raises
    ------
    WeakPassword
        It is too easy to guess, or the same as before.
    SignInRequired
        Somebody changed the account in the meantime.
    """
    at = now or datetime.now(UTC)
    with reading(db) as connection:
        account = _require(connection, name)
    # A first password was used up when it was used; it stands first among the former ones.
    former = [stored for stored in (account.password_hash, *account.former_hashes) if stored]
    require_strong(password, name=name, former=former)
    if former and is_password(former[0], password):
        raise WeakPassword(**_SAME)
    stored = hash_password(password)
    with transaction(db) as connection:
        changed = connection.execute(
            update(Account)
            .where(Account.name == name, Account.version == account.version)
            .where(Account.password_hash.is_not_distinct_from(account.password_hash))
            .values(
                password_hash=stored,
                password_changed_at=at,
                must_change_password=False,
                former_hashes=former[:STRICT_FORMER],
            )
        )
        if changed.rowcount != 1:
            raise SignInRequired  # a reset of this very moment counts, not what it was to stop
        end_sessions_of(connection, name, "password", but=token, now=at)
        viewer = _viewer(account, address)
        record(connection, viewer, Deed.RIGHT_CHANGE, target=name, reason="password")
    return _next_stage(account, at, after="new_password")


def _next_stage(account: Any, at: datetime, *, after: str) -> Stage:  # noqa: ANN401 - a row
    """Give what comes after a step: second factor, new password, enrolment, then the pages."""
    if after == "password" and account.totp_sealed is not None:
        return "second_factor"
    if after != "new_password" and _is_password_over(account, at):
        return "new_password"
    if account.totp_sealed is None and Role(account.role) in NEEDS_SECOND_FACTOR:
        return "enrolment"
    return "open"


def _is_password_over(account: Any, at: datetime) -> bool:  # noqa: ANN401 - a row
    if account.must_change_password:
        return True
    return is_strict() and at > account.password_changed_at + STRICT_AGE


def _is_usable(account: Any, at: datetime) -> bool:  # noqa: ANN401 - a row
    if account.is_disabled or not is_in_term(account.expires_on, at):
        return False
    return not account.must_change_password or at < account.password_changed_at + FIRST_HOLDS


def _viewer(account: Any, address: str) -> Viewer:  # noqa: ANN401 - a row
    return Viewer(
        name=account.name,
        role=Role(account.role),
        areas=tuple(account.areas),
        official=account.official_code,
        address=address,
    )


def _hash_name(name: str, step: str = "password") -> str:
    """Give the keyed hash under which failures of a name are counted, one count a step."""
    key = derive(load_keys().sessions, f"names tried: {step}")
    return index_of(key, "sign_in_failure.name_hash", name)


def _is_flooding(connection: Connection, address: str, at: datetime) -> bool:
    """Tell whether an address failed too often in the last quarter of an hour."""
    count = connection.execute(
        select(func.count()).where(
            SignInFailure.address == _network_of(address), SignInFailure.at > at - LOCKED
        )
    ).scalar_one()
    return int(count) >= FAILURES_OF_AN_ADDRESS


def _is_locked(
    connection: Connection, name_hash: str, at: datetime, *, address: str | None = None
) -> bool:
    """Tell whether the last failures under a name lock it: five within the time of the lock."""
    statement = select(SignInFailure.at).where(
        SignInFailure.name_hash == name_hash, SignInFailure.at > at - 2 * LOCKED
    )
    if address is not None:
        statement = statement.where(SignInFailure.address == _network_of(address))
    newest = statement.order_by(SignInFailure.at.desc()).limit(FAILURES_OF_AN_ACCOUNT)
    last = connection.execute(newest).scalars().all()
    return (
        len(last) == FAILURES_OF_AN_ACCOUNT
        and last[-1] > last[0] - LOCKED
        and at < last[0] + LOCKED
    )


def _forget_failures(connection: Connection, name: str) -> None:
    hashes = [_hash_name(name, step) for step in _STEPS]
    # The address keeps its count: an account of one's own must not wipe out tries at others.
    connection.execute(
        update(SignInFailure).where(SignInFailure.name_hash.in_(hashes)).values(name_hash=None)
    )


def _note_failure(
    db: Database, who: Viewer | Stranger, why: str, *, at: datetime, tried: str | None = None
) -> None:
    """Record a failure in a transaction of its own."""
    with transaction(db) as connection:
        _add_failure(connection, who, why, at=at, tried=tried)


def _add_failure(
    connection: Connection,
    who: Viewer | Stranger,
    why: str,
    *,
    at: datetime,
    tried: str | None = None,
) -> None:
    """Record a failure; a try at a locked name counts no further, or the lock would never end."""
    connection.execute(delete(SignInFailure).where(SignInFailure.at <= at - 2 * LOCKED))
    if why != "locked":
        connection.execute(
            insert(SignInFailure).values(
                id=str(ULID()),
                address=_network_of(who.address),
                name_hash=None if tried is None else _hash_name(tried, why),
                at=at,
            )
        )
    target = who.name if isinstance(who, Viewer) else ""
    record(connection, who, Deed.SIGN_IN, target=target, result="failed", reason=why, at=at)


def _network_of(address: str) -> str:
    """Give what failures are counted by: of IPv6 the network, as each has 2^64 addresses to try."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:  # noqa: PLR2004 - the protocol's name
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.ip_network((found, _PREFIX_BITS), strict=False))


def _rehash(db: Database, account: Any, password: str) -> None:  # noqa: ANN401 - a row
    """Hash a password anew, unless it was replaced since it was checked."""
    stored = hash_password(password)
    with transaction(db) as connection:
        connection.execute(
            update(Account)
            .where(Account.name == account.name, Account.password_hash == account.password_hash)
            .values(password_hash=stored)
        )


_SAME: Final = {
    "why_zh": "须与现在的口令不同。",
    "why_en": "it must differ from the present one.",
}
_ODD_NAME: Final = {
    "why_zh": "名称须以小写字母开头，由 3 至 32 个小写字母、数字和 . _ - 组成。",
    "why_en": "a name starts with a small letter and has 3 to 32 of a-z, 0-9, . _ and -.",
}
_TAKEN: Final = {"why_zh": "已有同名账号。", "why_en": "the name is taken."}
_TAKEN_SUBJECT: Final = {
    "why_zh": "该统一身份已关联其他账号。",
    "why_en": "another account has this subject.",
}
_NO_AREA: Final = {
    "why_zh": "管理员和审计不看登记册，不设范围。",
    "why_en": "administrators and auditors see no register and have no area.",
}
_AREA_MISSING: Final = {
    "why_zh": "该角色须用 --area 指明至少一个区划代码。",
    "why_en": "the role needs at least one division code (--area).",
}
_NO_SUCH_AREA: Final = {
    "why_zh": "没有这个区划代码，请核对。",
    "why_en": "there is no such division code; check it.",
}
_OFFICIAL: Final = {
    "why_zh": "帮扶责任人须用 --official 指明干部代号，其他角色不用。",
    "why_en": "a helper needs the code of an official (--official), no other role has one.",
}
_NO_OFFICIAL: Final = {
    "why_zh": "台账中没有这个干部代号。",
    "why_en": "no official of the ledger has this code.",
}
_NO_TERM: Final = {
    "why_zh": "管理员账号不设最后一天，以免无人管理；不再需要时请停用。",
    "why_en": "an administrator has no last day, lest nobody be left; disable the account instead.",
}
_TERM_MISSING: Final = {
    "why_zh": "督查组须用 --until 指明任务的最后一天。",
    "why_en": "an inspector needs the last day of the campaign (--until).",
}
