"""Audit: append what somebody did to the chain; the only code that writes it.

A row says who, when (UTC), from where, what, on which code, with which result, and never holds
a person's values. Each row's hash is keyed and covers the row before it; both ends are signed.
"""

import logging
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, func, insert, not_, select, update

from data.access import Stranger, Viewer
from data.chain import BROKEN, GENESIS, add_to_digest, hash_of, is_same, sign_end, write_line
from data.engine import after_commit
from data.errors import PersonalInReason
from data.keyring import purpose_key
from data.keys import load_keys
from data.models import AuditEntry, AuditHead
from data.settings import load_settings
from data.text import mark

_LOG = logging.getLogger("guatu.audit")


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
    ENTRY = "entry"
    VOID = "void"
    SIGNATURE = "signature"
    CLOSE = "close"
    ERASURE = "erasure"
    RIGHT_CHANGE = "right_change"
    VIEW_AS = "view_as"
    REVIEW = "review"
    KEY_ROTATION = "key_rotation"
    RETENTION = "retention"


KEPT_LONGER: Final = frozenset(
    {
        Deed.FULL_VIEW,
        Deed.SEARCH,
        Deed.EXPORT,
        Deed.IMPORT,
        Deed.EDIT,
        Deed.ERASURE,
        Deed.REVIEW,
        Deed.ENTRY,
        Deed.VOID,
        Deed.SIGNATURE,
        Deed.CLOSE,
    }
)
"""Deeds that concern personal data: kept for three years whatever the setting."""
PERSONAL_KEPT: Final = timedelta(days=1_095)

DEED_NAMES: Final = {
    Deed.SIGN_IN: mark("登录"),
    Deed.SIGN_OUT: mark("退出登录"),
    Deed.REFUSAL: mark("被拒绝"),
    Deed.FULL_VIEW: mark("查看完整信息"),
    Deed.SEARCH: mark("按证件号查找"),
    Deed.EXPORT: mark("导出数据"),
    Deed.IMPORT: mark("导入"),
    Deed.EDIT: mark("更正"),
    Deed.ENTRY: mark("登记"),
    Deed.VOID: mark("撤销"),
    Deed.SIGNATURE: mark("签字"),
    Deed.CLOSE: mark("关账与销号"),
    Deed.ERASURE: mark("删除个人信息"),
    Deed.RIGHT_CHANGE: mark("变更账号"),
    Deed.VIEW_AS: mark("以角色预览"),
    Deed.REVIEW: mark("核查查看记录"),
    Deed.KEY_ROTATION: mark("更换密钥"),
    Deed.RETENTION: mark("清理过期审计"),
}
RESULT_NAMES: Final = {"done": mark("完成"), "refused": mark("拒绝"), "failed": mark("失败")}


def record(  # noqa: PLR0913 - a row has this many facts, all by keyword
    connection: Connection,
    viewer: Viewer | Stranger,
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
    _require_code(target)
    key = chain_key(connection)
    seq, previous_hash = _find_end(connection, key)
    facts: dict[str, Any] = {
        "seq": seq + 1,
        "at": at or datetime.now(UTC),
        "actor": viewer.name,
        "role": str(viewer.role),
        "address": viewer.address,
        "deed": str(deed),
        "target": target,
        "result": result,
        "reason": reason,
        "rows": rows,
        "previous_hash": previous_hash,
    }
    facts["hash"] = hash_of(key, facts)
    connection.execute(insert(AuditEntry).values(facts))
    _sign(connection, key, "last", facts["seq"], facts["hash"])
    line = write_line(facts)
    after_commit(connection, lambda: _tell(line))
    return int(facts["seq"])


def _find_end(connection: Connection, key: bytes) -> tuple[int, str]:
    """Find the row to go on from; after tampering the next row says so, and nothing is mended."""
    head = connection.execute(select(AuditHead).where(AuditHead.name == "last")).one_or_none()
    tail = connection.execute(
        select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).one_or_none()
    found = (tail.seq, tail.hash) if tail else (0, GENESIS)
    if head is not None and found == (head.seq, head.hash) and is_signed(key, head):
        return found
    _LOG.critical("the audit chain does not end where it was signed: python -m data audit verify")
    return max(found[0], head.seq if head is not None else 0), BROKEN


def is_signed(key: bytes, head: Any) -> bool:  # noqa: ANN401 - a row
    """Tell whether an end of the chain was signed with the chain's key."""
    return is_same(head.signature, sign_end(key, head.name, head.seq, head.hash))


def _sign(connection: Connection, key: bytes, name: str, seq: int, hash_: str) -> None:
    values = {
        "seq": seq,
        "hash": hash_,
        "signature": sign_end(key, name, seq, hash_),
        "at": datetime.now(UTC),
    }
    changed = connection.execute(update(AuditHead).where(AuditHead.name == name).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(AuditHead).values(name=name, **values))


def _tell(line: str) -> None:
    """Write a row's line where a log shipper takes it off this host; never fail the deed for it."""
    _LOG.info("%s", line)
    file = load_settings().audit_log
    if file is None:
        return
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        _LOG.error("GUATU_AUDIT_LOG: %s", error.strerror)


@dataclass(frozen=True)
class Cut:
    """What a clearing of old rows came to: rows removed, rows kept longer, where it now starts."""

    removed: int
    kept: int
    first: int


def cut(connection: Connection, viewer: Viewer, *, before: datetime, at: datetime) -> Cut:
    """Remove rows of before an instant from the front, and sign where the chain starts now.

    Rows about personal data stay for at least three years, however old the others may grow: each
    is proved by its own hash, and their count and digest are signed. The last row always stays.

    Parameters
    ----------
    connection
        Inside a transaction, on a chain that was found intact.
    viewer
        Who clears; recorded if anything went.
    before
        Older rows go.
    at
        The present instant.

    Raises
    ------
    RuleBroken
        The database keeps a row whose time is not over by its own clock.
    """
    key = chain_key(connection)
    entry = AuditEntry
    young = select(func.min(entry.seq)).where(entry.at >= before)
    first = connection.execute(young).scalar()
    if first is None:
        first = connection.execute(select(func.max(entry.seq))).scalar() or 1
    personal = and_(entry.deed.in_(KEPT_LONGER), entry.at >= min(before, at - PERSONAL_KEPT))
    gone = connection.execute(delete(entry).where(entry.seq < first, not_(personal))).rowcount
    kept, digest = 0, GENESIS
    for (hash_,) in connection.execute(
        select(entry.hash).where(entry.seq < first).order_by(entry.seq)
    ):
        kept, digest = kept + 1, add_to_digest(digest, hash_)
    if gone:
        start = connection.execute(select(entry.previous_hash).where(entry.seq == first))
        head = connection.execute(select(AuditHead.seq).where(AuditHead.name == "first"))
        if head.scalar_one() != first:  # older rows about personal data may go by themselves
            _sign(connection, key, "first", first, start.scalar_one())
        _sign(connection, key, "kept", kept, digest)
        record(connection, viewer, Deed.RETENTION, target=str(first), rows=gone, at=at)
    return Cut(removed=gone, kept=kept, first=first)


_NUMBERS: Final = re.compile(r"\d[\d\s·_-]{5,}[\dXx]|\d{3}\.\d{4}\.\d{4}")
_DATES: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}[-./][01]?\d(?:[-./][0-3]?\d)?(?!\d)")
"""Days and months, which an evidence may well name."""
_LONGEST: Final = 120
_ID_NUMBER: Final = re.compile(r"\d{14}")


def require_impersonal(reason: str) -> None:
    """Refuse a reason that holds a long number, or is too long to be only a reason.

    Raises
    ------
    PersonalInReason
        It does.
    """
    if len(reason) > _LONGEST or _NUMBERS.search(_DATES.sub("", reason)):
        raise PersonalInReason(longest=_LONGEST)


def _require_code(target: str) -> None:
    """Refuse an ID number as a target: that would be a mistake of this program."""
    if _ID_NUMBER.search(target):
        msg = "the target of an audit row is a code"
        raise ValueError(msg)


def chain_key(connection: Connection) -> bytes:
    """Open the key of the chain."""
    return purpose_key(connection, load_keys(), "audit")
