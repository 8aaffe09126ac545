"""Responsibility: officials and posts, leaders, cadres, teams; each with its dates."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped

from data.models.base import CODE_LENGTH, Base, HouseholdFact, Kind, VersionTimes, column, table


class Org(Base):
    """An office or unit that officials belong to."""

    __tablename__ = "org"
    __table_args__ = table("单位", Kind.REFERENCE)

    id: Mapped[str] = column("编号", primary_key=True)
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    level: Mapped[str] = column("层级（city 市、district 区、town 镇、village 村）")
    division_code: Mapped[str] = column("所在区划", String(CODE_LENGTH), index=True)


class Official(Base):
    """A leader or a cadre, known by a code."""

    __tablename__ = "official"
    __table_args__ = table(
        "干部",
        Kind.REFERENCE,
        CheckConstraint("role IN ('leader', 'cadre', 'principal')", name="role"),
    )

    id: Mapped[str] = column("编号", primary_key=True)
    code: Mapped[str] = column("代号", unique=True)
    role: Mapped[str] = column("身份（leader 厅级领导、cadre 帮扶干部、principal 主要负责人）")
    level: Mapped[str] = column("层级（city 市、district 区、town 镇、village 村）")


class Post(VersionTimes, Base):
    """A post that an official holds for some time; signing right follows it."""

    __tablename__ = "post"
    __table_args__ = table("任职", Kind.VERSIONED)

    official_id: Mapped[str] = column("干部", ForeignKey("official.id"), index=True)
    org_id: Mapped[str] = column("单位", ForeignKey("org.id"), index=True)
    title: Mapped[str] = column("职务")
    is_principal: Mapped[bool] = column("主要负责人")


class LeaderVillageLink(VersionTimes, Base):
    """A leader's contact village."""

    __tablename__ = "leader_village_link"
    __table_args__ = table("领导联系点", Kind.VERSIONED)

    official_id: Mapped[str] = column("领导", ForeignKey("official.id"), index=True)
    village_code: Mapped[str] = column(
        "村级代码", String(CODE_LENGTH), ForeignKey("village.code"), index=True
    )


class Pairing(HouseholdFact, Base):
    """A cadre paired with a household."""

    __tablename__ = "pairing"
    __table_args__ = table("结对帮扶", Kind.VERSIONED)

    official_id: Mapped[str] = column("帮扶责任人", ForeignKey("official.id"), index=True)


class WorkTeam(VersionTimes, Base):
    """The work team resident in a village."""

    __tablename__ = "work_team"
    __table_args__ = table("驻村工作队", Kind.VERSIONED)

    code: Mapped[str] = column("代号", index=True)
    village_code: Mapped[str] = column(
        "村级代码", String(CODE_LENGTH), ForeignKey("village.code"), index=True
    )


class TeamMember(VersionTimes, Base):
    """A member of a work team, or its head."""

    __tablename__ = "team_member"
    __table_args__ = table(
        "工作队成员", Kind.VERSIONED, CheckConstraint("role IN ('head', 'member')", name="role")
    )

    team_code: Mapped[str] = column("工作队代号", index=True)
    official_id: Mapped[str] = column("干部", ForeignKey("official.id"), index=True)
    role: Mapped[str] = column("角色（head 队长、member 队员）")


class DistrictResponsible(VersionTimes, Base):
    """A district's first responsible person: its secretary or its head of government."""

    __tablename__ = "district_responsible"
    __table_args__ = table(
        "第一责任人",
        Kind.VERSIONED,
        CheckConstraint("office IN ('secretary', 'governor')", name="office"),
    )

    district_code: Mapped[str] = column("区", String(CODE_LENGTH), index=True)
    official_id: Mapped[str] = column("干部", ForeignKey("official.id"), index=True)
    office: Mapped[str] = column("职务（secretary 区委书记、governor 区长）")
