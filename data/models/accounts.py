"""Accounts and their sessions; passwords and tokens are stored as hashes only."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped

from data.columns import Instant
from data.models.base import Base, Kind, column, table


class Account(Base):
    """Somebody who may sign in: a role, and the areas it holds for."""

    __tablename__ = "account"
    __table_args__ = table("账号", Kind.CONTROL)

    name: Mapped[str] = column("账号", primary_key=True)
    role: Mapped[str] = column("角色")
    areas: Mapped[list[str]] = column("范围（区划代码的前几位，空串为全部）", JSON)
    official_code: Mapped[str | None] = column("干部代号（帮扶责任人）")
    expires_on: Mapped[date | None] = column("最后一天（如督查任务结束）")
    is_disabled: Mapped[bool] = column("已停用")
    password_hash: Mapped[str | None] = column("口令散列（argon2id）")
    password_changed_at: Mapped[datetime | None] = column("口令设置时刻（UTC）", Instant)
    must_change_password: Mapped[bool] = column("下次登录须改口令")
    former_hashes: Mapped[list[str]] = column("曾用口令散列", JSON)
    totp_sealed: Mapped[str | None] = column("动态口令密钥（已加密）")
    totp_last_step: Mapped[int | None] = column("最近用过的动态口令时段")
    recovery_hashes: Mapped[list[str]] = column("恢复码散列", JSON)
    oidc_subject: Mapped[str | None] = column("统一身份标识", unique=True)
    version: Mapped[int] = column("版本号")
    changed_at: Mapped[datetime] = column("变更时刻（UTC）", Instant)
    changed_by: Mapped[str] = column("变更人")
    changed_fields: Mapped[list[str]] = column("最近变更的项目", JSON, default=list)


class AccountSession(Base):
    """One sign-in of one account, known by the hash of its token."""

    __tablename__ = "account_session"
    __table_args__ = table("会话", Kind.CONTROL)

    token_hash: Mapped[str] = column("令牌散列", primary_key=True)
    account_name: Mapped[str] = column("账号", ForeignKey("account.name"), index=True)
    means: Mapped[str] = column("登录方式（password、oidc）")
    stage: Mapped[str] = column("阶段（second_factor、new_password、enrolment、open）")
    address: Mapped[str] = column("来自")
    started_at: Mapped[datetime] = column("开始（UTC）", Instant)
    seen_at: Mapped[datetime] = column("最近活动（UTC）", Instant, index=True)
    ended_at: Mapped[datetime | None] = column("结束（UTC）", Instant)
    ended_why: Mapped[str | None] = column("结束原因")
    preview_role: Mapped[str | None] = column("以何角色预览")
    preview_areas: Mapped[list[str] | None] = column("预览范围", JSON)


class SignInFailure(Base):
    """A failed sign-in, counted for some minutes by network address and by the name tried.

    The name is kept as a keyed hash, whether there is such an account or not: people type
    passwords into the field of the name, and an answer must not tell which names exist.
    """

    __tablename__ = "sign_in_failure"
    __table_args__ = table("登录失败", Kind.CONTROL)

    id: Mapped[str] = column("编号", primary_key=True)
    address: Mapped[str] = column("来自", index=True)
    name_hash: Mapped[str | None] = column("所试账号的散列", index=True)
    at: Mapped[datetime] = column("时刻（UTC）", Instant, index=True)
