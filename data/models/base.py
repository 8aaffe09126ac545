"""What all tables share: naming, labels beside the columns, and the three kinds of time."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Literal

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from data.columns import Instant

Sensitivity = Literal[
    "name", "id_number", "phone", "address", "birth_year", "identity", "health", "finance",
    "position",
]  # fmt: skip

CODE_LENGTH: Final = 12


class Kind(StrEnum):
    """How a table behaves in time; the database enforces it."""

    EVENT = "event"
    VERSIONED = "versioned"
    REFERENCE = "reference"
    RECORD = "record"
    RESTRICTED = "restricted"
    CONTROL = "control"
    CHAIN = "chain"


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def column(zh: str, *args: Any, sensitive: Sensitivity | None = None, **kwargs: Any) -> Any:  # noqa: ANN401 - passes through to SQLAlchemy
    """Declare a column together with its Chinese label and its sensitivity."""
    return mapped_column(*args, info={"zh": zh, "sensitive": sensitive}, **kwargs)


def table(zh: str, kind: Kind, *constraints: Any) -> tuple[Any, ...]:  # noqa: ANN401 - SQLAlchemy's own tuple
    """Give ``__table_args__`` with the table's Chinese name and its behaviour in time."""
    return (*constraints, {"info": {"zh": zh, "kind": kind}})


class EventTimes:
    """Columns of an append-only event: when it happened and when we learned of it."""

    id: Mapped[str] = column("编号", primary_key=True)
    occurred_on: Mapped[date] = column("发生日期", index=True)
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)
    recorded_by: Mapped[str] = column("登记人")
    source_id: Mapped[str | None] = column("来源")
    reason: Mapped[str | None] = column("原因")

    @declared_attr
    def voids_event_id(self) -> Mapped[str | None]:
        """Name the event that this one voids, if it is a voiding event."""
        return column("撤销的事件", index=True, unique=True)  # type: ignore[no-any-return]


class VersionTimes:
    """Columns of a versioned fact: valid days and recorded instants, both half-open."""

    id: Mapped[str] = column("编号", primary_key=True)
    valid_from: Mapped[date] = column("生效日期")
    valid_to: Mapped[date | None] = column("失效日期（不含）")
    recorded_at: Mapped[datetime] = column("登记时刻（UTC）", Instant)
    superseded_at: Mapped[datetime | None] = column("被取代时刻（UTC）", Instant)


class HouseholdFact(VersionTimes):
    """A versioned fact about one household."""

    household_code: Mapped[str] = column("户编码", ForeignKey("household.code"), index=True)
