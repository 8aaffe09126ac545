"""People: households, members, who lives where; identities sealed in a table of their own."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import CODE_LENGTH, Base, HouseholdFact, Kind, column, table


class Household(Base):
    """A household, known by a pseudonym."""

    __tablename__ = "household"
    __table_args__ = table(
        "户",
        Kind.REFERENCE,
        CheckConstraint(
            "location_precision IN ('none', 'village', 'point')", name="location_precision"
        ),
    )

    code: Mapped[str] = column("户编码（假名）", primary_key=True)
    village_code: Mapped[str] = column(
        "村级代码", String(CODE_LENGTH), ForeignKey("village.code"), index=True
    )
    household_type: Mapped[str] = column("户属性")
    standard: Mapped[str] = column("识别标准")
    location_precision: Mapped[str] = column("位置精度（none、village、point）")


class Member(Base):
    """A person of the register, without any identity."""

    __tablename__ = "member"
    __table_args__ = table("家庭成员", Kind.REFERENCE)

    id: Mapped[str] = column("编号", primary_key=True)
    sex: Mapped[str] = column("性别（male、female）")
    birth_year: Mapped[int] = column("出生年份", sensitive="birth_year")
    relation: Mapped[str] = column("与户主关系")
    education: Mapped[str] = column("文化程度")
    schooling: Mapped[str] = column("在校情况（none、kindergarten、compulsory、high、college）")
    months_away: Mapped[int] = column("外出务工月数")
    has_skill: Mapped[bool] = column("掌握实用技能")
    medical_insurance: Mapped[bool] = column("参加新农合")
    pension_insurance: Mapped[bool] = column("参加养老保险")
    is_boarding: Mapped[bool] = column("寄宿生")


class IdentityVault(Base):
    """Who a member is, each column sealed under a key of the member's own.

    Without its row and key nothing of a person can be read any more, while the register's events
    and counts stand. Never joined by map or export code.
    """

    __tablename__ = "identity_vault"
    __table_args__ = table("身份信息（已加密）", Kind.RESTRICTED)

    member_id: Mapped[str] = column("成员编号", ForeignKey("member.id"), primary_key=True)
    key: Mapped[str] = column("本人密钥（已加密）")
    key_id: Mapped[str] = column("主密钥标识")
    name: Mapped[str] = column("姓名（已加密）", sensitive="name")
    id_number: Mapped[str] = column("证件号码（已加密）", sensitive="id_number")
    phone: Mapped[str] = column("电话（已加密）", sensitive="phone")
    address: Mapped[str] = column("住址（已加密）", sensitive="address")
    health: Mapped[str] = column(
        "健康状况（已加密；healthy、chronic、severe、disabled）", sensitive="health"
    )
    labour: Mapped[str] = column(
        "劳动能力（已加密；ordinary、skilled、lost、none）", sensitive="health"
    )
    is_disabled: Mapped[str] = column("残疾（已加密；yes、no）", sensitive="health")
    is_tekun: Mapped[str] = column("特困人员（已加密；yes、no）", sensitive="finance")
    is_orphan: Mapped[str] = column("孤儿（已加密；yes、no）", sensitive="identity")
    id_number_index: Mapped[str | None] = column("证件号码检索值（HMAC）", index=True)
    phone_index: Mapped[str | None] = column("电话检索值（HMAC）", index=True)
    version: Mapped[int] = column("版本号")
    changed_at: Mapped[datetime] = column("变更时刻（UTC）", Instant)
    changed_by: Mapped[str] = column("变更人")
    changed_fields: Mapped[list[str]] = column("最近变更的项目", JSON)


class HouseholdComposition(HouseholdFact, Base):
    """Which household a member belongs to; exactly one on any day."""

    __tablename__ = "household_composition"
    __table_args__ = table("户成员关系", Kind.VERSIONED)

    member_id: Mapped[str] = column("成员编号", ForeignKey("member.id"), index=True)
