"""Full views: who opened whose complete record, why, until when, and what a second person says."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import CODE_LENGTH, Base, Kind, column, table


class FullView(Base):
    """One household's complete record, opened by one account for some minutes."""

    __tablename__ = "full_view"
    __table_args__ = table(
        "查看完整信息",
        Kind.CONTROL,
        CheckConstraint(
            "verdict IS NULL OR verdict IN ('justified', 'unclear', 'unjustified')", name="verdict"
        ),
        CheckConstraint(
            "(verdict IS NULL) = (reviewed_by IS NULL)"
            " AND (verdict IS NULL) = (reviewed_at IS NULL)",
            name="verdict_has_reviewer",
        ),
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> account", name="second_person"),
    )

    id: Mapped[str] = column("编号", primary_key=True)
    account: Mapped[str] = column("账号", index=True)
    role: Mapped[str] = column("角色")
    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
    village_code: Mapped[str] = column("村级代码", String(CODE_LENGTH), index=True)
    reason: Mapped[str] = column("理由代码")
    note: Mapped[str] = column("补充说明（不含个人信息）")
    opened_at: Mapped[datetime] = column("打开（UTC）", Instant, index=True)
    until: Mapped[datetime] = column("有效至（UTC）", Instant)
    reviewed_by: Mapped[str | None] = column("核查人")
    reviewed_at: Mapped[datetime | None] = column("核查时刻（UTC）", Instant)
    verdict: Mapped[str | None] = column(
        "核查结论（justified 正当、unclear 存疑、unjustified 不当）"
    )
    remark: Mapped[str | None] = column("核查说明（不含个人信息）")
