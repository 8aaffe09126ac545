"""Entitlements: the subsidy rules, what was paid, and what illness cost."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped

from data.models.base import Base, EventTimes, Kind, column, table


class SubsidyRule(Base):
    """A subsidy rule; without its document it has a name and computes nothing."""

    __tablename__ = "subsidy_rule"
    __table_args__ = table(
        "补贴规则",
        Kind.REFERENCE,
        CheckConstraint("state IN ('pending_document', 'in_force')", name="state"),
    )

    code: Mapped[str] = column("规则", primary_key=True)
    position: Mapped[int] = column("顺序")
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    population_zh: Mapped[str] = column("对象")
    population_en: Mapped[str] = column("对象（英文）")
    state: Mapped[str] = column("状态（pending_document 待附文件、in_force 生效）")
    valid_from: Mapped[date | None] = column("施行日期（未知为空）")
    source_id: Mapped[str] = column("来源", ForeignKey("source.id"))


class Payment(EventTimes, Base):
    """What a person received under a rule for a year."""

    __tablename__ = "payment"
    __table_args__ = table("补贴发放", Kind.EVENT, CheckConstraint("amount_fen > 0", name="amount"))

    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    member_id: Mapped[str] = column("成员编号", ForeignKey("member.id"), index=True)
    rule_code: Mapped[str] = column("规则", ForeignKey("subsidy_rule.code"))
    year: Mapped[int] = column("年度")
    amount_fen: Mapped[int] = column("金额（分）", BigInteger, sensitive="finance")


class MedicalBill(EventTimes, Base):
    """A hospital bill and what each layer paid of it; the rest is paid by the household."""

    __tablename__ = "medical_bill"
    __table_args__ = table(
        "医疗费用",
        Kind.EVENT,
        CheckConstraint(
            "basic_fen >= 0 AND critical_fen >= 0 AND assistance_fen >= 0 AND fund_fen >= 0"
            " AND basic_fen + critical_fen + assistance_fen + fund_fen <= total_fen",
            name="layers",
        ),
    )

    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    member_id: Mapped[str] = column("成员编号", ForeignKey("member.id"), index=True)
    total_fen: Mapped[int] = column("费用（分）", BigInteger, sensitive="finance")
    basic_fen: Mapped[int] = column("基本医保（分）", BigInteger, sensitive="finance")
    critical_fen: Mapped[int] = column("大病保险（分）", BigInteger, sensitive="finance")
    assistance_fen: Mapped[int] = column("医疗救助（分）", BigInteger, sensitive="finance")
    fund_fen: Mapped[int] = column("救助供养经费（分）", BigInteger, sensitive="finance")
