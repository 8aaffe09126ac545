"""Audit: who did what, when and from where; rows in a chain, and nothing personal in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import Base, Kind, column, table


class AuditEntry(Base):
    """One act of one viewer; its hash covers the row and the hash before it."""

    __tablename__ = "audit_entry"
    __table_args__ = table(
        "审计记录",
        Kind.CHAIN,
        CheckConstraint("result IN ('done', 'refused', 'failed')", name="result"),
    )

    seq: Mapped[int] = column("序号", primary_key=True, autoincrement=False)
    at: Mapped[datetime] = column("时刻（UTC）", Instant, index=True)
    actor: Mapped[str] = column("账号", index=True)
    role: Mapped[str] = column("角色")
    address: Mapped[str] = column("来自（网络地址，或 cli）")
    deed: Mapped[str] = column("行为", index=True)
    target: Mapped[str] = column("对象（编码或代号）")
    result: Mapped[str] = column("结果（done、refused、failed）")
    reason: Mapped[str] = column("理由（不含个人信息）")
    rows: Mapped[int | None] = column("涉及行数")
    previous_hash: Mapped[str] = column("前一条的校验值")
    hash: Mapped[str] = column("校验值")


class AuditHead(Base):
    """Where the chain starts and ends, and what outlasts its time: signed like the chain itself.

    ``first`` is the first row's number and the hash before it, ``last`` the last row's number and
    hash, ``kept`` the count of older rows about personal data and the digest of their hashes.
    """

    __tablename__ = "audit_head"
    __table_args__ = table(
        "审计链首尾",
        Kind.CONTROL,
        CheckConstraint("name IN ('first', 'kept', 'last')", name="name"),
    )

    name: Mapped[str] = column("端（first 首、kept 留存、last 尾）", primary_key=True)
    seq: Mapped[int] = column("序号（kept 为条数）")
    hash: Mapped[str] = column("校验值")
    signature: Mapped[str] = column("签名")
    at: Mapped[datetime] = column("时刻（UTC）", Instant)
