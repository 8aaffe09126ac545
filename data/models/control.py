"""Control: the data version that every cache carries, and what the data set is."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import Base, Kind, column, table


class DataVersion(Base):
    """One row: a number that each write increases."""

    __tablename__ = "data_version"
    __table_args__ = table("数据版本", Kind.REFERENCE, CheckConstraint("id = 1", name="one_row"))

    id: Mapped[int] = column("编号", primary_key=True)
    version: Mapped[int] = column("版本号")
    changed_at: Mapped[datetime] = column("变更时刻（UTC）", Instant)


class Dataset(Base):
    """What fills this database: profile, seed and whether it is synthetic."""

    __tablename__ = "dataset"
    __table_args__ = table("数据集说明", Kind.REFERENCE)

    key: Mapped[str] = column("键", primary_key=True)
    value: Mapped[str] = column("值")
