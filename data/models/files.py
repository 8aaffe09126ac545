"""The household's file: survey, plan, income, work log, visits, schooling; entered once each."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped

from data.models.base import Base, EventTimes, HouseholdFact, Kind, column, table


class Survey(EventTimes, Base):
    """One block of the survey of a household: filled, or said not to apply."""

    __tablename__ = "survey"
    __table_args__ = table(
        "入户摸底",
        Kind.EVENT,
        CheckConstraint("block IN ('situation', 'causes', 'needs')", name="block"),
        CheckConstraint("state IN ('filled', 'not_applicable')", name="state"),
    )

    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    block: Mapped[str] = column("部分（situation 现状、causes 原因、needs 需求）")
    state: Mapped[str] = column("状态（filled 已填、not_applicable 不适用）")
    note: Mapped[str] = column("摸底记录（不含个人信息）")


class IncomeStatement(EventTimes, Base):
    """A household's income of a year so far: the sheets of the quarters are cumulative."""

    __tablename__ = "income_statement"
    __table_args__ = table(
        "收入登记",
        Kind.EVENT,
        CheckConstraint("months IN (3, 6, 9, 12)", name="months"),
        CheckConstraint(
            "wage_fen >= 0 AND business_fen >= 0 AND property_fen >= 0 AND transfer_fen >= 0"
            " AND cost_fen >= 0",
            name="amounts",
        ),
        CheckConstraint("persons > 0", name="persons"),
    )

    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    year: Mapped[int] = column("年度")
    months: Mapped[int] = column("累计月数（3、6、9、12）")
    wage_fen: Mapped[int] = column("工资性收入（分）", BigInteger, sensitive="finance")
    business_fen: Mapped[int] = column("生产经营性收入（分）", BigInteger, sensitive="finance")
    property_fen: Mapped[int] = column("财产性收入（分）", BigInteger, sensitive="finance")
    transfer_fen: Mapped[int] = column("转移性收入（分）", BigInteger, sensitive="finance")
    cost_fen: Mapped[int] = column("生产经营成本（分）", BigInteger, sensitive="finance")
    persons: Mapped[int] = column("计算人均的人数")
    surveyor: Mapped[str] = column("调查人代号")
    is_signed: Mapped[bool] = column("农户已签字")


class Plan(HouseholdFact, Base):
    """A household's exit plan; the current one is the one not superseded."""

    __tablename__ = "plan"
    __table_args__ = table("脱贫计划", Kind.VERSIONED)

    plan_year: Mapped[int] = column("计划年度")
    planned_by: Mapped[str] = column("制定人")


class PlanIndicator(Base):
    """One of the six indicators of a plan."""

    __tablename__ = "plan_indicator"
    __table_args__ = table(
        "脱贫计划指标",
        Kind.RECORD,
        CheckConstraint(
            "indicator IN ('income', 'housing', 'schooling', 'illness', 'medical_insurance',"
            " 'pension')",
            name="indicator",
        ),
    )

    plan_id: Mapped[str] = column("计划", ForeignKey("plan.id"), primary_key=True)
    indicator: Mapped[str] = column(
        "指标（income 收入、housing 住房、schooling 无辍学、illness 无因病致贫返贫、"
        "medical_insurance 新农合、pension 养老保险）",
        primary_key=True,
    )
    baseline: Mapped[str] = column("现状")
    target: Mapped[str] = column("目标")
    planned_on: Mapped[date | None] = column("计划完成日期")
    done_on: Mapped[date | None] = column("完成日期")


class LedgerEntry(EventTimes, Base):
    """What was done for a household in a quarter: the work log."""

    __tablename__ = "ledger_entry"
    __table_args__ = table(
        "帮扶台账", Kind.EVENT, CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter")
    )

    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    year: Mapped[int] = column("年度")
    quarter: Mapped[int] = column("季度")
    work: Mapped[str] = column("工作开展情况（不含个人信息）")
    official_id: Mapped[str | None] = column("责任人", ForeignKey("official.id"))


class ServiceEvent(EventTimes, Base):
    """A visit or a service at a household."""

    __tablename__ = "service_event"
    __table_args__ = table(
        "走访与服务",
        Kind.EVENT,
        CheckConstraint(
            "kind IN ('visit', 'home_work', 'bank_visit', 'enterprise_pairing', 'technician')",
            name="kind",
        ),
    )

    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    kind: Mapped[str] = column(
        "类型（visit 走访、home_work 居家就业、bank_visit 银行走访、enterprise_pairing 企业结对、"
        "technician 技术指导）"
    )
    official_id: Mapped[str | None] = column("走访人", ForeignKey("official.id"))
    note: Mapped[str] = column("情况（不含个人信息）")


class Enrolment(HouseholdFact, Base):
    """A pupil's schooling from one day to another."""

    __tablename__ = "enrolment"
    __table_args__ = table(
        "在校",
        Kind.VERSIONED,
        CheckConstraint("stage IN ('kindergarten', 'compulsory', 'high', 'college')", name="stage"),
        CheckConstraint("school_kind IN ('public', 'inclusive', 'private')", name="school_kind"),
        CheckConstraint("fee_fen IS NULL OR fee_fen >= 0", name="fee"),
    )

    member_id: Mapped[str] = column("成员编号", ForeignKey("member.id"), index=True)
    stage: Mapped[str] = column("学段（kindergarten、compulsory、high、college）")
    school_kind: Mapped[str] = column("学校性质（public 公办、inclusive 普惠性民办、private 民办）")
    is_boarding: Mapped[bool] = column("寄宿")
    fee_fen: Mapped[int | None] = column("保教费（分／年）", BigInteger, sensitive="finance")
