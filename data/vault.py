"""The vault: who people are, each under a key of their own; the only code that opens it.

A person's key is sealed under the operator's data key, a value under the person's key and for its
place: moved to another row or column it does not open. Erasing a row and its key is final.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select, update

from data.engine import Database, reading
from data.errors import BadIdNumber, BadValue
from data.keyring import PURPOSES, open_key, purpose_key
from data.keys import Keys, load_keys
from data.models import IdentityVault, SealedKey
from data.refusals import in_each_language
from data.sealing import KEY_BYTES, derive, index_of, seal, unseal
from data.text import mark

TABLE: Final = "identity_vault"
FIELD_NAMES: Final = {
    "name": mark("姓名"),
    "id_number": mark("证件号码"),
    "phone": mark("电话"),
    "address": mark("住址"),
    "health": mark("健康状况"),
    "labour": mark("劳动能力"),
    "is_disabled": mark("残疾"),
    "is_tekun": mark("特困人员"),
    "is_orphan": mark("孤儿"),
}
"""What is sealed of a person, with its label."""
FIELDS: Final = tuple(FIELD_NAMES)
_FLAGS: Final = {"yes": mark("是"), "no": mark("否")}
CODED: Final[Mapping[str, Mapping[str, str]]] = {
    "health": {
        "healthy": mark("健康"),
        "chronic": mark("慢性病"),
        "severe": mark("大病"),
        "disabled": mark("残疾"),
    },
    "labour": {
        "ordinary": mark("普通劳动力"),
        "skilled": mark("技能劳动力"),
        "lost": mark("丧失劳动力"),
        "none": mark("无劳动力"),
    },
    "is_disabled": _FLAGS,
    "is_tekun": _FLAGS,
    "is_orphan": _FLAGS,
}
"""Fields that hold one of a few codes, with the label of each."""
_INDEXED: Final = {"id_number": "id_number_index", "phone": "phone_index"}
_LONGEST: Final = {"name": 60, "phone": 30, "address": 200}
_BLOCK: Final = 32
_BATCH: Final = 2_000
_PHONE: Final = re.compile(r"\+?\d[\d -]{5,18}\d")
_ID_NUMBER: Final = re.compile(r"\d{17}[\dX]|\d{15}|[A-Z]{1,3}\d{6,12}")


@dataclass(frozen=True)
class Identity:
    """What the vault holds of one person.

    Attributes
    ----------
    texts
        One text a field; empty where nothing is known.
    version, changed_at, changed_by, changed_fields
        The last change: its number, when, by which account, of which fields.
    """

    member_id: str
    texts: Mapping[str, str] = field(repr=False)
    version: int
    changed_at: datetime
    changed_by: str
    changed_fields: tuple[str, ...]


def seal_identities(
    connection: Connection, rows: Iterable[Mapping[str, Any]], *, by: str, at: datetime
) -> Iterator[dict[str, Any]]:
    """Turn plain rows (`member_id` and the fields) into rows of the vault, one key a person.

    Parameters
    ----------
    connection
        Where the key of the index is kept.
    rows
        Plain texts; a field that is missing counts as unknown.
    by, at
        Who enters them, and when.
    """
    keys = load_keys()
    index_key = purpose_key(connection, keys, "index")
    for row in rows:
        member_id = row["member_id"]
        person = new_person_key(keys, member_id)
        plain = {name: str(row.get(name) or "") for name in FIELDS}
        yield {
            "member_id": member_id,
            "key": seal(keys.data, person, TABLE, "key", member_id),
            "key_id": keys.data_key_id,
            **{name: seal_value(person, name, member_id, plain[name]) for name in FIELDS},
            **{column: _index(index_key, name, plain[name]) for name, column in _INDEXED.items()},
            "version": 1,
            "changed_at": at,
            "changed_by": by,
            "changed_fields": [],
        }


def new_person_key(keys: Keys, member_id: str) -> bytes:
    """Make a person's key; that of a demonstration follows from its own published one."""
    if keys.is_demo:
        return derive(keys.data, f"person {member_id}")
    return secrets.token_bytes(KEY_BYTES)


def seal_value(person_key: bytes, name: str, member_id: str, text: str) -> str:
    """Seal one field; padded, so that its length does not tell 'disabled' from 'healthy'."""
    raw = text.encode()
    padded = raw.ljust((len(raw) // _BLOCK + 1) * _BLOCK - 1, b"\0")
    return seal(person_key, padded, TABLE, name, member_id)


def open_identities(connection: Connection, member_ids: Iterable[str]) -> dict[str, Identity]:
    """Open what the vault holds of some people; whoever was erased is not among them.

    Raises
    ------
    SealBroken
        A value was changed or moved.
    WrongDataKey
        The data key is not the one of this database.
    """
    keys = load_keys()
    rows = connection.execute(
        select(IdentityVault.__table__).where(IdentityVault.member_id.in_(list(member_ids)))
    ).mappings()
    return {row["member_id"]: _open(keys, dict(row)) for row in rows}


def _open(keys: Keys, row: Mapping[str, Any]) -> Identity:
    member_id = row["member_id"]
    person = open_key(keys, row["key"], TABLE, "key", member_id)
    texts = {
        name: unseal(person, row[name], TABLE, name, member_id).rstrip(b"\0").decode()
        for name in FIELDS
    }
    return Identity(
        member_id=member_id,
        texts=texts,
        version=row["version"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        changed_fields=tuple(row["changed_fields"]),
    )


def change_identity(
    connection: Connection, held: Identity, changes: Mapping[str, str], *, by: str, at: datetime
) -> bool:
    """Seal new values of a person's fields under the person's key.

    Returns
    -------
    bool
        False when somebody else changed the person since `held` was read; nothing is written.
    """
    keys = load_keys()
    sealed = connection.execute(
        select(IdentityVault.key).where(IdentityVault.member_id == held.member_id)
    ).scalar_one_or_none()
    if sealed is None:
        return False
    person = open_key(keys, sealed, TABLE, "key", held.member_id)
    index_key = purpose_key(connection, keys, "index")
    values: dict[str, Any] = {
        name: seal_value(person, name, held.member_id, text) for name, text in changes.items()
    }
    values |= {
        column: _index(index_key, name, changes[name])
        for name, column in _INDEXED.items()
        if name in changes
    }
    changed = connection.execute(
        update(IdentityVault)
        .where(IdentityVault.member_id == held.member_id, IdentityVault.version == held.version)
        .values(
            **values,
            version=held.version + 1,
            changed_at=at,
            changed_by=by,
            changed_fields=sorted(changes, key=FIELDS.index),
        )
    )
    return changed.rowcount == 1


def destroy_identity(connection: Connection, member_id: str) -> bool:
    """Destroy a person's key and everything sealed under it; False when there was nothing."""
    gone = connection.execute(delete(IdentityVault).where(IdentityVault.member_id == member_id))
    return gone.rowcount == 1


def find_by_id_number(connection: Connection, id_number: str) -> list[str]:
    """Find the members of an ID number by its keyed index; the caller limits what may be seen.

    Raises
    ------
    BadIdNumber
        The text is no ID number at all.
    """
    key = purpose_key(connection, load_keys(), "index")
    wanted = _index(key, "id_number", read_id_number(id_number))
    return list(
        connection.execute(
            select(IdentityVault.member_id).where(IdentityVault.id_number_index == wanted)
        ).scalars()
    )


def read_id_number(text: str) -> str:
    """Read an ID number as people type it: full-width signs, spaces, a small x.

    Raises
    ------
    BadIdNumber
        It is neither 18 nor 15 digits nor a passport's or permit's letter and digits.
    """
    plain = _plain("id_number", text)
    if not _ID_NUMBER.fullmatch(plain):
        raise BadIdNumber
    return plain


def read_value(name: str, text: str) -> str:
    """Read what somebody typed for a field; an empty text means unknown.

    Raises
    ------
    BadIdNumber, BadValue
        The field cannot hold it.
    """
    plain = unicodedata.normalize("NFC", text).strip()
    if name in CODED:
        if plain not in CODED[name]:
            raise BadValue(field=in_each_language(FIELD_NAMES[name]))
        return plain
    if name == "id_number":
        return read_id_number(plain) if plain else ""
    if len(plain) > _LONGEST[name] or any(unicodedata.category(c)[0] == "C" for c in plain):
        raise BadValue(field=in_each_language(FIELD_NAMES[name]))
    is_number = name != "phone" or not plain or _PHONE.fullmatch(plain)
    if not is_number or (not plain and name == "name"):
        raise BadValue(field=in_each_language(FIELD_NAMES[name]))
    return plain


def _index(key: bytes, name: str, text: str) -> str | None:
    plain = _plain(name, text)
    return index_of(key, name, plain) if plain else None


def _plain(name: str, text: str) -> str:
    """Give a number the one form under which it is found again."""
    folded = unicodedata.normalize("NFKC", text).upper()
    keep = r"[^0-9A-Z]" if name == "id_number" else r"[^0-9+]"
    return re.sub(keep, "", folded)


def require_right_key(db: Database) -> None:
    """Refuse to go on with another data key than the database's own.

    Raises
    ------
    WrongDataKey
        The configured data key opens none of the register's keys.
    """
    keys = load_keys()
    with reading(db) as connection:
        for purpose in PURPOSES:
            purpose_key(connection, keys, purpose)


def count_person_keys(connection: Connection) -> dict[str, int]:
    """Count people by the data key that theirs are sealed under."""
    statement = select(IdentityVault.key_id, func.count()).group_by(IdentityVault.key_id)
    return dict(connection.execute(statement).all())


def reseal_purpose_keys(connection: Connection, keys: Keys) -> int:
    """Seal the register's own keys under the present data key; give how many were not yet."""
    statement = select(SealedKey.purpose, SealedKey.sealed).where(
        SealedKey.key_id != keys.data_key_id
    )
    rows = connection.execute(statement).all()
    for row in rows:
        key = open_key(keys, row.sealed, "sealed_key", row.purpose)
        connection.execute(
            update(SealedKey)
            .where(SealedKey.purpose == row.purpose)
            .values(sealed=seal(keys.data, key, "sealed_key", row.purpose), key_id=keys.data_key_id)
        )
    return len(rows)


def reseal_person_keys(
    connection: Connection, keys: Keys, advanced: Callable[[int], None] = lambda _count: None
) -> int:
    """Seal every person's key under the present data key; the values need not be touched.

    Parameters
    ----------
    connection
        Inside a transaction: all or none.
    keys
        The present data key, and the former ones that may open what there is.
    advanced
        Told after each batch how many are done.

    Returns
    -------
    int
        How many were not yet under the present key.

    Raises
    ------
    WrongDataKey
        A person's key opens under none of the given keys.
    """
    change = (
        update(IdentityVault)
        .where(IdentityVault.member_id == bindparam("member"))
        .values(key=bindparam("sealed"), key_id=keys.data_key_id)
    )
    waiting = (
        select(IdentityVault.member_id, IdentityVault.key)
        .where(IdentityVault.key_id != keys.data_key_id)
        .order_by(IdentityVault.member_id)
        .limit(_BATCH)
    )
    done, last = 0, ""
    while rows := connection.execute(waiting.where(IdentityVault.member_id > last)).all():
        batch, last = [], rows[-1].member_id
        for member_id, sealed in rows:
            person = open_key(keys, sealed, TABLE, "key", member_id)
            batch.append(
                {"member": member_id, "sealed": seal(keys.data, person, TABLE, "key", member_id)}
            )
        connection.execute(change, batch)
        done += len(batch)
        advanced(done)
    return done
