"""Closes: the register of a year as it was known then; and claims that were explained."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import CODE_LENGTH, Base, Kind, column, table


class RegisterClose(Base):
    """The close of a year: what was known at an instant, with the hash of its rows."""

    __tablename__ = "register_close"
    __table_args__ = table("年度关账", Kind.RECORD)

    year: Mapped[int] = column("年度", primary_key=True)
    as_of: Mapped[date] = column("截至日期")
    frame_hash: Mapped[str] = column("名册校验值")
    rows: Mapped[int] = column("行数")
    closed_at: Mapped[datetime] = column("关账时刻（UTC）", Instant)
    closed_by: Mapped[str] = column("关账人")


class RegisterCloseRow(Base):
    """A person of a frozen register."""

    __tablename__ = "register_close_row"
    __table_args__ = table("年度关账名册", Kind.RECORD)

    year: Mapped[int] = column("年度", ForeignKey("register_close.year"), primary_key=True)
    member_id: Mapped[str] = column("成员编号", ForeignKey("member.id"), primary_key=True)
    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"))
    village_code: Mapped[str] = column("村级代码", String(CODE_LENGTH), index=True)
    status: Mapped[str] = column("状态")
    since: Mapped[date] = column("状态起始日期")


class Reconciliation(Base):
    """What the data owner says about a claim and the ledger; the last one counts."""

    __tablename__ = "reconciliation"
    __table_args__ = table(
        "对账结论",
        Kind.RECORD,
        CheckConstraint("status IN ('open', 'explained', 'corrected')", name="status"),
        CheckConstraint("reading IS NULL OR reading IN ('A', 'B', 'C', 'D')", name="reading"),
    )

    id: Mapped[str] = column("编号", primary_key=True)
    claim_id: Mapped[str] = column("公布数", ForeignKey("claim.id"), index=True)
    as_of: Mapped[date] = column("截至日期")
    claimed: Mapped[float] = column("公布", Numeric(12, 3, asdecimal=False))
    computed: Mapped[float] = column("台账", Numeric(12, 3, asdecimal=False))
    residual: Mapped[float] = column("差额", Numeric(12, 3, asdecimal=False))
    status: Mapped[str] = column("状态（open 未解释、explained 已解释、corrected 已更正）")
    reading: Mapped[str | None] = column("采信的解释（A 至 D）")
    note: Mapped[str] = column("说明（不含个人信息）")
    signed_by: Mapped[str] = column("数据负责人")
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)
