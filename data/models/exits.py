"""Exits: batches, cases with their nine steps, notices, and the chain of signatures."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import CODE_LENGTH, Base, EventTimes, Kind, VersionTimes, column, table


class RuleParameter(VersionTimes, Base):
    """A figure that a rule needs; in force only with the document that sets it."""

    __tablename__ = "rule_parameter"
    __table_args__ = table("规则参数", Kind.VERSIONED)

    code: Mapped[str] = column("参数", index=True)
    value: Mapped[int] = column("取值（金额以分计，比例以万分计）", BigInteger)
    document_title: Mapped[str] = column("依据文件")
    document_number: Mapped[str] = column("文号")
    document_on: Mapped[date] = column("成文日期")
    document_page: Mapped[str] = column("页码")
    recorded_by: Mapped[str] = column("登记人")


class ExitBatch(Base):
    """Exits that a town takes through the procedure together; a district answers for them."""

    __tablename__ = "exit_batch"
    __table_args__ = table("脱贫批次", Kind.RECORD)

    id: Mapped[str] = column("编号", primary_key=True)
    town_code: Mapped[str] = column("镇（街道）代码", String(CODE_LENGTH), index=True)
    district_code: Mapped[str] = column("责任区", String(CODE_LENGTH), index=True)
    name: Mapped[str] = column("名称")
    opened_on: Mapped[date] = column("建立日期")
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)
    recorded_by: Mapped[str] = column("登记人")


class ExitCase(Base):
    """One household's exit: for whom, by which criteria, over which window."""

    __tablename__ = "exit_case"
    __table_args__ = table(
        "脱贫档案", Kind.RECORD, CheckConstraint("window_quarters >= 2", name="window")
    )

    id: Mapped[str] = column("编号", primary_key=True)
    batch_id: Mapped[str] = column("批次", ForeignKey("exit_batch.id"), index=True)
    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    members: Mapped[list[str]] = column("退出的成员", JSON)
    window_quarters: Mapped[int] = column("稳定达标所看的季度数")
    line_fen: Mapped[int | None] = column("收入线（分／人·年；未知为空）", BigInteger)
    statement_ids: Mapped[list[str]] = column("所依据的收入登记", JSON)
    opened_on: Mapped[date] = column("立档日期")
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)
    recorded_by: Mapped[str] = column("登记人")


class ExitStep(EventTimes, Base):
    """One of the nine steps of a case, done on a day; done anew after a correction."""

    __tablename__ = "exit_step"
    __table_args__ = table(
        "脱贫程序步骤",
        Kind.EVENT,
        CheckConstraint("step BETWEEN 1 AND 9", name="step"),
        CheckConstraint("(step = 6) = (notice_until IS NOT NULL)", name="notice"),
    )

    case_id: Mapped[str] = column("档案", ForeignKey("exit_case.id"), index=True)
    step: Mapped[int] = column("步骤（1 至 9）")
    place: Mapped[str] = column("地点")
    note: Mapped[str] = column("记录（不含个人信息）")
    notice_until: Mapped[date | None] = column("公示截止（仅第 6 步；起始后至少 7 天）")
    is_dated: Mapped[bool] = column("原件注明日期")
    is_sealed: Mapped[bool] = column("原件已盖章")


class Signature(EventTimes, Base):
    """A principal's signature under a case, over its content and the signature before."""

    __tablename__ = "signature"
    __table_args__ = table(
        "层层签字",
        Kind.EVENT,
        CheckConstraint("level IN ('village', 'town', 'district', 'city')", name="level"),
    )

    case_id: Mapped[str] = column("档案", ForeignKey("exit_case.id"), index=True)
    level: Mapped[str] = column("层级（village 村、town 镇、district 区、city 市）")
    official_id: Mapped[str] = column("签字人", ForeignKey("official.id"), index=True)
    post_id: Mapped[str] = column("当日任职", ForeignKey("post.id"))
    content_hash: Mapped[str] = column("所签内容的校验值")
    previous_hash: Mapped[str] = column("前一签字的校验值")
    hash: Mapped[str] = column("校验值")
