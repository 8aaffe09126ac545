"""Rotate the data key: what the former key sealed is sealed under the present one."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from data.access import Viewer
from data.audit import Deed, record
from data.engine import Database, compact, transaction
from data.keys import Keys, load_keys
from data.models import Account
from data.second_factors import open_secret, seal_secret
from data.vault import reseal_person_keys, reseal_purpose_keys


@dataclass(frozen=True)
class Rotation:
    """How much was sealed anew: the register's own keys, people's keys, second factors."""

    purposes: int
    persons: int
    second_factors: int
    is_swept: bool


def rotate_keys(
    db: Database, viewer: Viewer, *, advanced: Callable[[int], None] = lambda _count: None
) -> Rotation:
    """Seal every key under the present data key; the values under those keys stay as they are.

    All or nothing: broken off, it is as if it had not begun; run again, it has nothing to do.

    Parameters
    ----------
    db, viewer
        Where, and who: whoever holds the machine and the keys.
    advanced
        Told how many persons are done.

    Raises
    ------
    WrongDataKey
        Neither the present key nor the former one opens what is there.
    """
    keys = load_keys()
    with transaction(db) as connection:
        purposes = reseal_purpose_keys(connection, keys)
        persons = reseal_person_keys(connection, keys, advanced)
        second_factors = _reseal_second_factors(connection, keys)
        count = purposes + persons + second_factors
        if count:
            record(connection, viewer, Deed.KEY_ROTATION, target=keys.data_key_id, rows=count)
    return Rotation(purposes, persons, second_factors, is_swept=compact(db))


def _reseal_second_factors(connection: Connection, keys: Keys) -> int:
    """Seal the secrets of authenticators under the present key; give how many were not yet."""
    rows = connection.execute(
        select(Account.name, Account.totp_sealed).where(Account.totp_sealed.is_not(None))
    ).all()
    count = 0
    for name, sealed in rows:
        again = seal_secret(keys, name, open_secret(keys, name, str(sealed)))
        if again != sealed:  # the same text, key and place give the same seal
            change = update(Account).where(Account.name == name).values(totp_sealed=again)
            count += connection.execute(change).rowcount
    return count
