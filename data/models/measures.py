"""Measures: the versioned vocabularies, how they relate, and who receives what."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from data.models.base import Base, HouseholdFact, Kind, column, table


class MeasureVocabulary(Base):
    """A list of measures as one authority used it for some time."""

    __tablename__ = "measure_vocabulary"
    __table_args__ = table("措施口径", Kind.REFERENCE)

    version: Mapped[str] = column("口径版本", primary_key=True)
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    several_per_household: Mapped[bool] = column("一户可有多项")
    source_id: Mapped[str] = column("来源", ForeignKey("source.id"))


class Measure(Base):
    """A measure of one vocabulary."""

    __tablename__ = "measure"
    __table_args__ = table("帮扶措施", Kind.REFERENCE)

    vocabulary: Mapped[str] = column(
        "口径版本", ForeignKey("measure_vocabulary.version"), primary_key=True
    )
    code: Mapped[str] = column("代码", primary_key=True)
    name_zh: Mapped[str] = column("名称")
    name_en: Mapped[str] = column("英文名称")
    position: Mapped[int] = column("顺序")


class MeasureCrosswalk(Base):
    """How a measure of one vocabulary reads in another, and whether that is exact."""

    __tablename__ = "measure_crosswalk"
    __table_args__ = table(
        "措施口径对照",
        Kind.REFERENCE,
        CheckConstraint("kind IN ('one_to_one', 'ambiguous', 'none')", name="kind"),
    )

    id: Mapped[str] = column("编号", primary_key=True)
    from_vocabulary: Mapped[str] = column("原口径", ForeignKey("measure_vocabulary.version"))
    from_code: Mapped[str | None] = column("原代码")
    to_vocabulary: Mapped[str] = column("目标口径", ForeignKey("measure_vocabulary.version"))
    to_code: Mapped[str | None] = column("目标代码")
    kind: Mapped[str] = column("对照类型（one_to_one、ambiguous、none）")


class MeasureAssignment(HouseholdFact, Base):
    """A measure that a household receives, from one day to another."""

    __tablename__ = "measure_assignment"
    __table_args__ = table(
        "措施落实",
        Kind.VERSIONED,
        ForeignKeyConstraint(
            ["vocabulary", "measure_code"], ["measure.vocabulary", "measure.code"]
        ),
        CheckConstraint("state IN ('planned', 'ongoing', 'done')", name="state"),
        CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name="amount"),
    )

    vocabulary: Mapped[str] = column("口径版本")
    measure_code: Mapped[str] = column("措施代码", index=True)
    state: Mapped[str] = column("实施状态（planned 未实施、ongoing 正在实施、done 已实施）")
    amount_fen: Mapped[int | None] = column("金额（分）", BigInteger, sensitive="finance")
