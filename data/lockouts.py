"""Lockouts: failed sign-ins, counted by name and by address, and what they shut for a while.

A name is counted whether there is such an account or not: no answer tells which names exist.
"""

import ipaddress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update
from ulid import ULID

from data.access import Stranger, Viewer
from data.audit import Deed, record
from data.engine import Database, transaction
from data.keys import load_keys
from data.models import AuditEntry, SignInFailure
from data.sealing import derive, index_of

FAILURES_OF_AN_ACCOUNT: Final = 5


FAILURES_OF_AN_ADDRESS: Final = 20


LOCKED: Final = timedelta(minutes=15)


LOCKED_NOTED_EVERY: Final = timedelta(minutes=1)


LOCKED_MINUTES: Final = int(LOCKED.total_seconds() // 60)


_PREFIX_BITS: Final = 64


STEPS: Final = ("password", "code")
"""Counted apart: whoever knows a name can fail at its password, and must not lock its codes."""


def is_flooding(connection: Connection, address: str, at: datetime) -> bool:
    """Tell whether an address failed too often in the last quarter of an hour."""
    count = connection.execute(
        select(func.count()).where(
            SignInFailure.address == _network_of(address), SignInFailure.at > at - LOCKED
        )
    ).scalar_one()
    return int(count) >= FAILURES_OF_AN_ADDRESS


def is_locked(
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


def hash_name(name: str, step: str = "password") -> str:
    """Give the keyed hash under which failures of a name are counted, one count a step."""
    key = derive(load_keys().sessions, f"names tried: {step}")
    return index_of(key, "sign_in_failure.name_hash", name)


def forget_failures(connection: Connection, name: str) -> None:
    """Count nothing against a name any more: its account has come in, or was unlocked."""
    hashes = [hash_name(name, step) for step in STEPS]
    # The address keeps its count: an account of one's own must not wipe out tries at others.
    connection.execute(
        update(SignInFailure).where(SignInFailure.name_hash.in_(hashes)).values(name_hash=None)
    )


def note_failure(
    db: Database, who: Viewer | Stranger, why: str, *, at: datetime, tried: str | None = None
) -> None:
    """Record a failure in a transaction of its own."""
    with transaction(db) as connection:
        add_failure(connection, who, why, at=at, tried=tried)


def add_failure(
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
                name_hash=None if tried is None else hash_name(tried, why),
                at=at,
            )
        )
    target = who.name if isinstance(who, Viewer) else ""
    if why == "locked" and _is_noted(connection, who.address, target, at):
        return
    record(connection, who, Deed.SIGN_IN, target=target, result="failed", reason=why, at=at)


def _is_noted(connection: Connection, address: str, target: str, at: datetime) -> bool:
    """Tell whether tries at a lock are recorded already: one row a minute, or floods fill disks."""
    noted = connection.execute(
        select(AuditEntry.seq)
        .where(
            AuditEntry.at > at - LOCKED_NOTED_EVERY,
            AuditEntry.at <= at,
            AuditEntry.deed == str(Deed.SIGN_IN),
            AuditEntry.reason == "locked",
            AuditEntry.address == address,
            AuditEntry.target == target,
        )
        .limit(1)
    )
    return noted.first() is not None


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
