"""The register: events that carry status, and causes."""

from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped

from data.models.base import Base, EventTimes, HouseholdFact, Kind, column, table


class EventKind(StrEnum):
    """What can happen to a person of the register."""

    IDENTIFIED = "identified"
    RELAPSED = "relapsed"
    PRE_EXIT = "pre_exit"
    EXITED = "exited"
    NATURAL_INCREASE = "natural_increase"
    NATURAL_DECREASE = "natural_decrease"
    REMOVED = "removed"
    CLOSED = "closed"
    SPLIT = "split"
    MERGED = "merged"
    CORRECTED = "corrected"
    VOIDED = "voided"


class Status(StrEnum):
    """Where a person stands: on the register, exited from poverty, or off the books."""

    REGISTERED = "registered"
    EXITED = "exited"
    GONE = "gone"


STATUS_AFTER: Final = {
    EventKind.IDENTIFIED: Status.REGISTERED,
    EventKind.RELAPSED: Status.REGISTERED,
    EventKind.NATURAL_INCREASE: Status.REGISTERED,
    EventKind.EXITED: Status.EXITED,
    EventKind.NATURAL_DECREASE: Status.GONE,
    EventKind.REMOVED: Status.GONE,
    EventKind.CLOSED: Status.GONE,
}
"""The status an event leads to; the other kinds leave it as it was."""


class RegisterEvent(EventTimes, Base):
    """Something that happened to a person; the only carrier of status."""

    __tablename__ = "register_event"
    __table_args__ = table(
        "登记事件",
        Kind.EVENT,
        CheckConstraint(
            "(kind = 'voided') = (voids_event_id IS NOT NULL)", name="void_names_event"
        ),
    )

    member_id: Mapped[str] = column("成员编号", ForeignKey("member.id"), index=True)
    kind: Mapped[str] = column("事件类型")
    detected_on: Mapped[date | None] = column("发现日期（新识别、返贫）")
    evidence: Mapped[str | None] = column("依据（不含个人信息）")
    act_id: Mapped[str | None] = column("同一户的一次登记", index=True)
    case_id: Mapped[str | None] = column("脱贫档案", index=True)


class CauseKind(Base):
    """A cause of poverty as the forms name it."""

    __tablename__ = "cause_kind"
    __table_args__ = table("致贫原因代码", Kind.REFERENCE)

    code: Mapped[str] = column("代码", primary_key=True)
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    external_code: Mapped[str | None] = column("表格代码（未知为空）")
    position: Mapped[int] = column("顺序")


class Cause(HouseholdFact, Base):
    """Why a household is poor: one main cause, at most two others."""

    __tablename__ = "cause"
    __table_args__ = table("致贫原因", Kind.VERSIONED)

    cause_code: Mapped[str] = column("原因代码", ForeignKey("cause_kind.code"), sensitive="health")
    is_main: Mapped[bool] = column("主要原因")
