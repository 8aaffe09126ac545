"""Monitoring: alerts of the rules, the look-back, gaps that somebody answers for."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import CODE_LENGTH, Base, EventTimes, Kind, column, table


class Alert(Base):
    """What a rule found at a household: the same evidence is found once."""

    __tablename__ = "alert"
    __table_args__ = table(
        "监测预警", Kind.RECORD, UniqueConstraint("rule", "household_code", "evidence_hash")
    )

    id: Mapped[str] = column("编号", primary_key=True)
    rule: Mapped[str] = column("规则", index=True)
    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    evidence: Mapped[list[str]] = column("证据（所依据的记录编号）", JSON)
    evidence_hash: Mapped[str] = column("证据校验值")
    opened_on: Mapped[date] = column("发现日期")
    due_on: Mapped[date] = column("处置期限")
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)
    recorded_by: Mapped[str] = column("登记人")


class AlertClosing(EventTimes, Base):
    """Why an alert was closed."""

    __tablename__ = "alert_closing"
    __table_args__ = table("预警销号", Kind.EVENT)

    alert_id: Mapped[str] = column("预警", ForeignKey("alert.id"), index=True)
    outcome: Mapped[str] = column("处置结果代码")


class LookbackCampaign(Base):
    """A look-back at every record of an area, frozen on a day."""

    __tablename__ = "lookback_campaign"
    __table_args__ = table("回头看", Kind.RECORD)

    id: Mapped[str] = column("编号", primary_key=True)
    name: Mapped[str] = column("名称")
    division_code: Mapped[str] = column("范围", String(CODE_LENGTH), index=True)
    led_by: Mapped[str] = column("领导小组")
    frozen_on: Mapped[date] = column("冻结日期")
    due_on: Mapped[date] = column("完成期限")
    population: Mapped[int] = column("冻结户数")
    frame_hash: Mapped[str] = column("名册校验值")
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)
    recorded_by: Mapped[str] = column("登记人")


class LookbackItem(Base):
    """One household record of a frozen look-back."""

    __tablename__ = "lookback_item"
    __table_args__ = table("回头看名册", Kind.RECORD)

    campaign_id: Mapped[str] = column(
        "回头看", ForeignKey("lookback_campaign.id"), primary_key=True
    )
    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), primary_key=True)


class LookbackOutcome(EventTimes, Base):
    """What the look-back found about a record; the last standing one counts."""

    __tablename__ = "lookback_outcome"
    __table_args__ = table(
        "回头看结果",
        Kind.EVENT,
        CheckConstraint("outcome IN ('verified', 'corrected', 'removed')", name="outcome"),
    )

    campaign_id: Mapped[str] = column("回头看", ForeignKey("lookback_campaign.id"), index=True)
    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    outcome: Mapped[str] = column("结果（verified 属实、corrected 已更正、removed 已清退）")


class GapTask(EventTimes, Base):
    """Who closes a gap, and until when; the last standing one counts."""

    __tablename__ = "gap_task"
    __table_args__ = table("缺口任务", Kind.EVENT)

    gap: Mapped[str] = column("缺口类型", index=True)
    subject: Mapped[str] = column("对象（户编码或村级代码）", index=True)
    village_code: Mapped[str] = column(
        "村级代码", String(CODE_LENGTH), ForeignKey("village.code"), index=True
    )
    owner: Mapped[str] = column("责任人代号")
    due_on: Mapped[date] = column("期限")
