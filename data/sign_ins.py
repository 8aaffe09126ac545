"""Signing in: password, second factor, new password; each step says which stage comes next."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from data.access import Role, Stranger, Viewer
from data.accounts import find_account, is_last_administrator, require_account, viewer_of
from data.audit import Deed, record
from data.engine import Database, reading, transaction
from data.errors import (
    SignInLocked,
    SignInRequired,
    WeakPassword,
    WrongCode,
    WrongCredentials,
)
from data.keyring import purpose_key
from data.keys import load_keys
from data.lockouts import (
    LOCKED_MINUTES,
    add_failure,
    forget_failures,
    hash_name,
    is_flooding,
    is_locked,
    note_failure,
)
from data.models import Account
from data.passwords import (
    FIRST_HOLDS,
    STRICT_AGE,
    STRICT_FORMER,
    hash_password,
    is_password,
    is_strict,
    needs_rehash,
    require_strong,
)
from data.sealing import derive
from data.second_factors import (
    hash_recovery_code,
    make_recovery_codes,
    match_step,
    open_secret,
    seal_secret,
    without_recovery_code,
)
from data.sessions import Stage, end_sessions_of, is_in_term

NEEDS_SECOND_FACTOR: Final = frozenset({Role.ADMIN, Role.CLERK})


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
        account = find_account(connection, name)
        is_shut = _is_shut(connection, name, address, at)
    known = Stranger(address) if account is None else viewer_of(account, address)
    if is_shut:
        note_failure(db, known, "locked", at=at)
        raise SignInLocked(minutes=LOCKED_MINUTES)
    stored = account.password_hash if account is not None and _is_usable(account, at) else None
    is_right = is_password(stored, password)
    with transaction(db) as connection:
        # Many may have asked at the same moment: whoever is sixth by now gets no answer either.
        is_shut = _is_shut(connection, name, address, at)
        is_right = _is_unchanged(account, find_account(connection, name)) and is_right
        if is_shut or not is_right:
            why = "locked" if is_shut else "password"
            add_failure(connection, known, why, at=at, tried=name)
    if is_shut:
        raise SignInLocked(minutes=LOCKED_MINUTES)
    if not is_right:
        raise WrongCredentials
    if account.must_change_password:
        _use_up(db, account)
    elif needs_rehash(account.password_hash):
        _rehash(db, account, password)
    return _next_stage(account, at, after="password")


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
        known = Stranger(address) if account is None else viewer_of(account, address)
        note_failure(db, known, "oidc", at=at)
        raise WrongCredentials
    return str(account.name)


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
        account = require_account(connection, name)
        is_shut = is_locked(connection, hash_name(name, "code"), at)
        values = None
        if not is_shut and account.totp_sealed is not None:
            values = _used(_recovery_key(connection), account, code, at)
        if values is not None:
            connection.execute(update(Account).where(Account.name == name).values(**values))
        else:
            why = "locked" if is_shut else "code"
            add_failure(connection, viewer_of(account, address), why, at=at, tried=name)
    if is_shut:
        raise SignInLocked(minutes=LOCKED_MINUTES)
    if values is None:
        raise WrongCode
    return _next_stage(account, at, after="second_factor")


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
        account = require_account(connection, name)
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
        viewer = viewer_of(account, address)
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
        account = require_account(connection, name)
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
        viewer = viewer_of(account, address)
        record(connection, viewer, Deed.RIGHT_CHANGE, target=name, reason="password")
    return _next_stage(account, at, after="new_password")


def note_sign_in(db: Database, name: str, *, address: str, means: str) -> None:
    """Record that somebody has come in, every stage behind them; failures are forgotten."""
    with transaction(db) as connection:
        account = require_account(connection, name)
        forget_failures(connection, name)
        record(connection, viewer_of(account, address), Deed.SIGN_IN, target=name, reason=means)


def note_sign_out(db: Database, viewer: Viewer) -> None:
    """Record that somebody has gone."""
    with transaction(db) as connection:
        record(connection, viewer, Deed.SIGN_OUT, target=viewer.name)


def _next_stage(account: Any, at: datetime, *, after: str) -> Stage:  # noqa: ANN401 - a row
    """Give what comes after a step: second factor, new password, enrolment, then the pages."""
    if after == "password" and account.totp_sealed is not None:
        return "second_factor"
    if after != "new_password" and _is_password_over(account, at):
        return "new_password"
    if account.totp_sealed is None and Role(account.role) in NEEDS_SECOND_FACTOR:
        return "enrolment"
    return "open"


def _is_unchanged(before: Any, now: Any) -> bool:  # noqa: ANN401 - rows
    """Tell whether an account was neither changed nor given a password since it was read."""
    if before is None or now is None:
        return before is now
    return bool((before.version, before.former_hashes) == (now.version, now.former_hashes))


def _is_shut(connection: Connection, name: str, address: str, at: datetime) -> bool:
    """Tell whether a password tried under a name, from an address, gets no answer now."""
    # Who fails under the last administrator's name locks that name for their own address:
    # from anywhere else the administrator still comes in.
    where = address if is_last_administrator(connection, name, at) else None
    return is_flooding(connection, address, at) or is_locked(
        connection, hash_name(name), at, address=where
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


def _is_password_over(account: Any, at: datetime) -> bool:  # noqa: ANN401 - a row
    if account.must_change_password:
        return True
    return is_strict() and at > account.password_changed_at + STRICT_AGE


def _is_usable(account: Any, at: datetime) -> bool:  # noqa: ANN401 - a row
    if account.is_disabled or not is_in_term(account.expires_on, at):
        return False
    return not account.must_change_password or at < account.password_changed_at + FIRST_HOLDS


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
