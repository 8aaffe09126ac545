"""The register's own keys: random, one a purpose, each sealed under the operator's data key."""

import secrets
from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import Connection, insert, select

from data.chain import GENESIS, sign_end
from data.errors import SealBroken, WrongDataKey
from data.keys import Keys
from data.models import AuditHead, SealedKey
from data.sealing import KEY_BYTES, derive, seal, unseal

Purpose = Literal["audit", "index"]
PURPOSES: Final[tuple[Purpose, ...]] = ("audit", "index")


def make_purpose_keys(connection: Connection, keys: Keys) -> None:
    """Make the keys that are not there yet; those of a demonstration follow from its own."""
    known = set(connection.execute(select(SealedKey.purpose)).scalars())
    for purpose in PURPOSES:
        if purpose not in known:
            fresh = derive(keys.data, purpose) if keys.is_demo else secrets.token_bytes(KEY_BYTES)
            connection.execute(
                insert(SealedKey).values(
                    purpose=purpose,
                    sealed=seal(keys.data, fresh, "sealed_key", purpose),
                    key_id=keys.data_key_id,
                )
            )
            if purpose == "audit":
                _start_chain(connection, fresh)


def _start_chain(connection: Connection, key: bytes) -> None:
    """Sign the ends of an empty audit together with its key: from then on they are never absent."""
    if connection.execute(select(AuditHead.name)).first() is not None:
        return  # of a key that somebody took away: their signatures will tell
    for name, seq in (("first", 1), ("kept", 0), ("last", 0)):
        connection.execute(
            insert(AuditHead).values(
                name=name,
                seq=seq,
                hash=GENESIS,
                signature=sign_end(key, name, seq, GENESIS),
                at=datetime.fromtimestamp(0, UTC),  # a demonstration has the same bytes every time
            )
        )


def purpose_key(connection: Connection, keys: Keys, purpose: Purpose) -> bytes:
    """Open the key of a purpose.

    Raises
    ------
    WrongDataKey
        The data key is not the one that this database was made with.
    """
    row = connection.execute(
        select(SealedKey.sealed).where(SealedKey.purpose == purpose)
    ).scalar_one_or_none()
    if row is None:
        raise WrongDataKey
    return open_key(keys, row, "sealed_key", purpose)


def open_key(keys: Keys, sealed: str, *place: str) -> bytes:
    """Open a key sealed under the data key, or under a former one.

    Raises
    ------
    WrongDataKey
        None of them fits.
    """
    for key in (keys.data, *keys.former):
        try:
            return unseal(key, sealed, *place)
        except SealBroken:
            continue
    raise WrongDataKey
