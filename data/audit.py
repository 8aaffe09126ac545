"""Audit: append what somebody did to the chain; the only code that writes it.

A row says who, when (UTC), from where, what, on which code, with which result, and never holds
a person's values. Each row's hash is keyed and covers the row before it.
"""

import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from data.access import Viewer
from data.errors import PersonalInReason
from data.keyring import purpose_key
from data.keys import load_keys
from data.models import AuditEntry, AuditHead
from data.text import mark

GENESIS: Final = "0" * 64


class Deed(StrEnum):
    """What is recorded."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    REFUSAL = "refusal"
    FULL_VIEW = "full_view"
    SEARCH = "search"
    EXPORT = "export"
    IMPORT = "import"
    EDIT = "edit"
    ERASURE = "erasure"
    RIGHT_CHANGE = "right_change"
    VIEW_AS = "view_as"
    REVIEW = "review"
    KEY_ROTATION = "key_rotation"
    RETENTION = "retention"


DEED_NAMES: Final = {
    Deed.SIGN_IN: mark("登录"),
    Deed.SIGN_OUT: mark("退出登录"),
    Deed.REFUSAL: mark("被拒绝"),
    Deed.FULL_VIEW: mark("查看完整信息"),
    Deed.SEARCH: mark("按证件号查找"),
    Deed.EXPORT: mark("导出"),
    Deed.IMPORT: mark("导入"),
    Deed.EDIT: mark("更正"),
    Deed.ERASURE: mark("删除个人信息"),
    Deed.RIGHT_CHANGE: mark("变更权限"),
    Deed.VIEW_AS: mark("以角色预览"),
    Deed.REVIEW: mark("核查查看记录"),
    Deed.KEY_ROTATION: mark("更换密钥"),
    Deed.RETENTION: mark("清理过期审计"),
}


def record(  # noqa: PLR0913 - a row has this many facts, all by keyword
    connection: Connection,
    viewer: Viewer,
    deed: Deed,
    *,
    target: str = "",
    result: str = "done",
    reason: str = "",
    rows: int | None = None,
    at: datetime | None = None,
) -> int:
    """Append one row to the chain, in the caller's transaction; give its number.

    Parameters
    ----------
    connection
        Inside `data.engine.transaction`: its write lock keeps the chain from forking.
    viewer
        Who did it, and from where.
    deed, target
        What, on which code: a division, a household's pseudonym, an account.
    result
        ``done``, ``refused`` or ``failed``.
    reason
        Why, in words without personal information.
    rows
        How many rows it concerned.

    Raises
    ------
    PersonalInReason
        `reason` holds what looks like an ID number or a telephone number.
    WrongDataKey
        The chain belongs to another data key.
    """
    require_impersonal(reason)
    last = connection.execute(
        select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).one_or_none()
    key = _chain_key(connection)
    facts: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "at": at or datetime.now(UTC),
        "actor": viewer.name,
        "role": str(viewer.role),
        "address": viewer.address,
        "deed": str(deed),
        "target": target,
        "result": result,
        "reason": reason,
        "rows": rows,
        "previous_hash": last.hash if last else GENESIS,
    }
    facts["hash"] = hash_of(key, facts)
    connection.execute(insert(AuditEntry).values(facts))
    _set_head(connection, key, "last", facts)
    if last is None:
        _set_head(connection, key, "first", facts)
    return int(facts["seq"])


def hash_of(key: bytes, facts: Mapping[str, Any]) -> str:
    """Give the hash of a row: keyed, over all its facts and the hash before it."""
    at = facts["at"].astimezone(UTC).isoformat(timespec="microseconds")
    plain = {k: v for k, v in facts.items() if k != "hash"} | {"at": at}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode(), sha256).hexdigest()


def signature_of(key: bytes, name: str, seq: int, hash_: str) -> str:
    """Sign where the chain starts or ends."""
    return hmac.new(key, f"{name}\x1f{seq}\x1f{hash_}".encode(), sha256).hexdigest()


_NUMBERS: Final = re.compile(r"\d[\d\s-]{5,}[\dXx]")
_LONGEST: Final = 120


def require_impersonal(reason: str) -> None:
    """Refuse a reason that holds a long number, or is too long to be only a reason.

    Raises
    ------
    PersonalInReason
        It does.
    """
    if len(reason) > _LONGEST or _NUMBERS.search(reason):
        raise PersonalInReason(longest=_LONGEST)


def _set_head(connection: Connection, key: bytes, name: str, facts: Mapping[str, Any]) -> None:
    values = {
        "seq": facts["seq"],
        "hash": facts["hash"],
        "signature": signature_of(key, name, facts["seq"], facts["hash"]),
        "at": facts["at"],
    }
    changed = connection.execute(update(AuditHead).where(AuditHead.name == name).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(AuditHead).values(name=name, **values))


def _chain_key(connection: Connection) -> bytes:
    return purpose_key(connection, load_keys(), "audit")
