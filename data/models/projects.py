"""Projects: who runs them, where, what they hold, and whom they serve."""

from datetime import date

from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from data.columns import Geometry
from data.models.base import CODE_LENGTH, Base, HouseholdFact, Kind, column, table


class Enterprise(Base):
    """An enterprise that owns projects."""

    __tablename__ = "enterprise"
    __table_args__ = table("企业", Kind.REFERENCE)

    id: Mapped[str] = column("编号", primary_key=True)
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    source_id: Mapped[str] = column("来源", ForeignKey("source.id"))


class Project(Base):
    """An industrial support project; a responsible district and an owner are required."""

    __tablename__ = "project"
    __table_args__ = table(
        "产业项目",
        Kind.REFERENCE,
        CheckConstraint(
            "kind IN ('greenhouse', 'pv_park', 'vineyard', 'workshop', 'tourism')", name="kind"
        ),
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity"),
        CheckConstraint("(capacity IS NULL) = (unit IS NULL)", name="capacity_has_unit"),
    )

    id: Mapped[str] = column("编号", primary_key=True)
    kind: Mapped[str] = column("类型（greenhouse、pv_park、vineyard、workshop、tourism）")
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    geometry: Mapped[BaseGeometry | None] = column("点或面（WGS84）", Geometry)
    accuracy_m: Mapped[float | None] = column("位置精度（米）")
    capacity: Mapped[float | None] = column("容量（未知为空）")
    unit: Mapped[str | None] = column("容量单位（greenhouse_unit 栋、household 户、job 人、mu 亩）")
    district_code: Mapped[str] = column("责任区", String(CODE_LENGTH), index=True)
    owner_id: Mapped[str] = column("建设企业", ForeignKey("enterprise.id"))
    park_id: Mapped[str | None] = column("所属园区", ForeignKey("project.id"))
    opened_on: Mapped[date | None] = column("投用日期（未知为空）")
    closed_on: Mapped[date | None] = column("停用日期（空为在用）")
    source_id: Mapped[str] = column("来源", ForeignKey("source.id"))


class ProjectUnit(Base):
    """One unit of a project, such as one of the fifty greenhouses."""

    __tablename__ = "project_unit"
    __table_args__ = table("项目单元", Kind.REFERENCE, UniqueConstraint("project_id", "number"))

    id: Mapped[str] = column("编号", primary_key=True)
    project_id: Mapped[str] = column("项目", ForeignKey("project.id"), index=True)
    number: Mapped[int] = column("序号")
    handover_on: Mapped[date] = column("移交日期")
    handover_is_assumed: Mapped[bool] = column("移交日期为假设")
    rent_free_until: Mapped[date] = column("免租截止（移交后 36 个月）")


class ProjectBeneficiary(HouseholdFact, Base):
    """A household that a project serves, and how."""

    __tablename__ = "project_beneficiary"
    __table_args__ = table(
        "项目受益户",
        Kind.VERSIONED,
        CheckConstraint("mode IN ('lease', 'employment', 'dividend', 'order')", name="mode"),
    )

    project_id: Mapped[str] = column("项目", ForeignKey("project.id"), index=True)
    unit_id: Mapped[str | None] = column("项目单元", ForeignKey("project_unit.id"))
    mode: Mapped[str] = column("受益方式（lease 租赁、employment 务工、dividend 分红、order 订单）")
