"""Keys of the register itself, each sealed under the operator's data key."""

from sqlalchemy.orm import Mapped

from data.models.base import Base, Kind, column, table


class SealedKey(Base):
    """A key for one purpose: signing the audit chain, or indexing identities."""

    __tablename__ = "sealed_key"
    __table_args__ = table("密钥（已加密）", Kind.RESTRICTED)

    purpose: Mapped[str] = column("用途（audit、index）", primary_key=True)
    sealed: Mapped[str] = column("加密后的密钥")
    key_id: Mapped[str] = column("主密钥标识")
