"""Places: divisions and their versions, the working list of villages, landmarks."""

from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped

from data.columns import Geometry, Instant
from data.models.base import CODE_LENGTH, Base, Kind, VersionTimes, column, table


class Source(Base):
    """Where a fact comes from."""

    __tablename__ = "source"
    __table_args__ = table("来源", Kind.REFERENCE)

    id: Mapped[str] = column("编号", primary_key=True)
    title: Mapped[str] = column("标题")
    publisher: Mapped[str] = column("发布者")
    dated: Mapped[str] = column("日期或年份")
    licence: Mapped[str] = column("许可")
    kind: Mapped[str] = column("类别（published 公开、derived 推算、synthetic 合成）")
    note: Mapped[str | None] = column("说明")


class Division(VersionTimes, Base):
    """An administrative unit in one of its versions."""

    __tablename__ = "division"
    __table_args__ = table(
        "区划",
        Kind.VERSIONED,
        CheckConstraint("length(code) = 12", name="code_length"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="whole_point"),
        CheckConstraint("lon IS NULL OR accuracy_m > 0", name="point_has_accuracy"),
    )

    code: Mapped[str] = column("区划代码", String(CODE_LENGTH), index=True)
    kind: Mapped[str] = column(
        "类型（province 省、city 市、district 区、town 镇、village 村、community 社区）"
    )
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    name_mn: Mapped[str | None] = column("蒙古文名称")
    aliases: Mapped[list[Any]] = column("别名", JSON)
    parent_code: Mapped[str | None] = column("上级代码", String(CODE_LENGTH), index=True)
    lon: Mapped[float | None] = column("经度（WGS84）")
    lat: Mapped[float | None] = column("纬度（WGS84）")
    accuracy_m: Mapped[float | None] = column("位置精度（米）")
    position_evidence: Mapped[str | None] = column(
        "位置依据（town-point、relative、guess、synthetic）"
    )
    position_note: Mapped[str | None] = column("位置说明")
    datum: Mapped[str] = column("原始基准")
    geometry: Mapped[BaseGeometry | None] = column("边界", Geometry)
    source_id: Mapped[str] = column("来源", ForeignKey("source.id"))


class DivisionCrosswalk(Base):
    """How one division code became another."""

    __tablename__ = "division_crosswalk"
    __table_args__ = table("区划沿革", Kind.REFERENCE)

    id: Mapped[str] = column("编号", primary_key=True)
    old_code: Mapped[str] = column("原代码", String(CODE_LENGTH))
    new_code: Mapped[str | None] = column("新代码（未知为空）", String(CODE_LENGTH))
    kind: Mapped[str] = column("变更类型（rename、transfer、split、merge）")
    changed_on: Mapped[date | None] = column("变更日期（未知为空）")
    note: Mapped[str | None] = column("说明")


class Village(Base):
    """A village or farming community of the working list; its places stand in `division`."""

    __tablename__ = "village"
    __table_args__ = table("村（社区）工作名单", Kind.REFERENCE)

    code: Mapped[str] = column("村级代码", String(CODE_LENGTH), primary_key=True)
    list_state: Mapped[str] = column(
        "名单状态（candidate 待确认、confirmed 已确认、synthetic 合成）"
    )
    clinic: Mapped[str] = column("村卫生室（yes、no、unknown）")
    source_id: Mapped[str] = column("来源", ForeignKey("source.id"))
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)


class Landmark(Base):
    """A river or a bridge: what orients a reader and separates two banks."""

    __tablename__ = "landmark"
    __table_args__ = table("地标", Kind.REFERENCE)

    id: Mapped[str] = column("编号", primary_key=True)
    kind: Mapped[str] = column("类型（river 河流、road_bridge 公路桥、rail_bridge 铁路桥）")
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    geometry: Mapped[BaseGeometry] = column("形状（WGS84）", Geometry)
    accuracy_m: Mapped[float] = column("位置精度（米）")
    open_from: Mapped[date | None] = column("通车日期（未知为空）")
    open_until: Mapped[date | None] = column("停用日期（未知为空）")
    source_id: Mapped[str] = column("来源", ForeignKey("source.id"))
    note: Mapped[str | None] = column("说明")
