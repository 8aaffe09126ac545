"""Claims: figures that somebody published, kept beside what the ledger computes."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Numeric
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import Base, Kind, column, table


class Claim(Base):
    """A published figure; a wrong entry is superseded and stays visible."""

    __tablename__ = "claim"
    __table_args__ = table("公布数", Kind.VERSIONED)

    id: Mapped[str] = column("编号", primary_key=True)
    position: Mapped[int] = column("顺序")
    metric: Mapped[str] = column("指标")
    value: Mapped[float] = column("数值", Numeric(12, 3, asdecimal=False))
    unit: Mapped[str] = column("单位")
    as_of: Mapped[date] = column("截至日期")
    as_of_text: Mapped[str] = column("原文时点")
    scope_code: Mapped[str] = column("范围（区划代码）")
    definition_zh: Mapped[str] = column("定义")
    definition_en: Mapped[str] = column("英文定义")
    computed_by: Mapped[str | None] = column("台账中可比的指标（空为口径不同，不可计算）")
    source_id: Mapped[str] = column("来源", ForeignKey("source.id"))
    locator: Mapped[str | None] = column("出处位置")
    note_zh: Mapped[str | None] = column("说明")
    note_en: Mapped[str | None] = column("英文说明")
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)
    superseded_at: Mapped[datetime | None] = column("被取代时刻（UTC）", Instant)


class ClaimLink(Base):
    """Two claims about the same metric from different sources."""

    __tablename__ = "claim_link"
    __table_args__ = table("公布数关联", Kind.REFERENCE)

    claim_id: Mapped[str] = column("公布数", ForeignKey("claim.id"), primary_key=True)
    other_id: Mapped[str] = column("另一公布数", ForeignKey("claim.id"), primary_key=True)
    relation: Mapped[str] = column("关系（same_metric、different_definition）")
