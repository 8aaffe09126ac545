"""Accounts to test with: cheap hashes, a clock that a test moves, one person of each kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from data import passwords
from data.access import OPERATOR, Role
from data.accounts import Rights, add_account
from data.engine import Database, reading
from data.models import Account, AccountSession, AuditEntry
from data.sessions import Stage, advance_session, hash_token, open_session
from data.sign_ins import check_code, check_password, choose_password, enrol

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, nine o'clock in China."""
GOOD = "lantern-orbit-velvet-73"
HERE, THERE = "192.0.2.10", "198.51.100.7"
RIGHTS = {
    Role.LEADER: Rights(Role.LEADER),
    Role.OFFICE: Rights(Role.OFFICE),
    Role.DISTRICT: Rights(Role.DISTRICT, ("990121",)),
    Role.TOWN: Rights(Role.TOWN, ("990121100",)),
    Role.TEAM: Rights(Role.TEAM, ("990121100201",)),
    Role.HELPER: Rights(Role.HELPER, official_code="cadre-A"),
    Role.PLANNER: Rights(Role.PLANNER),
    Role.INSPECTOR: Rights(Role.INSPECTOR, ("990121",), expires_on=date(2026, 6, 30)),
    Role.CLERK: Rights(Role.CLERK, ("990121",)),
    Role.AUDITOR: Rights(Role.AUDITOR),
    Role.ADMIN: Rights(Role.ADMIN),
}


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash as in production, argon2id, only with less memory and time."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@dataclass
class Office:
    """An office with accounts, and the clock on its wall."""

    db: Database
    now: datetime = NOW

    def later(self, **by: float) -> "Office":
        self.now += timedelta(**by)
        return self

    def add(self, name: str, role: Role = Role.OFFICE, rights: Rights | None = None) -> str:
        return add_account(self.db, OPERATOR, name, rights or RIGHTS[role], now=self.now)

    def settle(self, name: str, role: Role = Role.OFFICE, password: str = GOOD) -> None:
        """Make an account and let its owner choose a password."""
        self.check(name, self.add(name, role))
        choose_password(self.db, name, password, address=HERE, now=self.now)

    def enrol(self, name: str) -> tuple[str, list[str]]:
        """Bind an authenticator; give its secret and the recovery codes."""
        secret = pyotp.random_base32()
        code = pyotp.TOTP(secret).at(self.now)
        return secret, enrol(self.db, name, secret, code, address=HERE, now=self.now)

    def check(self, name: str, password: str, address: str = HERE) -> Stage:
        return check_password(self.db, name, password, address=address, now=self.now)

    def code(self, name: str, code: str, address: str = HERE) -> Stage:
        return check_code(self.db, name, code, address=address, now=self.now)

    def open(self, name: str, *, stage: Stage = "open", replacing: str | None = None) -> str:
        return open_session(
            self.db, name, means="password", stage=stage, address=HERE,
            replacing=replacing, now=self.now,
        )  # fmt: skip

    def advance(self, token: str, stage: Stage = "open") -> str:
        return advance_session(self.db, token, stage, now=self.now)

    def account(self, name: str) -> Any:
        with reading(self.db) as connection:
            return connection.execute(select(Account).where(Account.name == name)).one()

    def session(self, token: str) -> Any:
        statement = select(AccountSession).where(AccountSession.token_hash == hash_token(token))
        with reading(self.db) as connection:
            return connection.execute(statement).one_or_none()

    def audited(self) -> list[tuple[str, str, str, str, str]]:
        """Give deed, actor, target, result and reason of every row of the audit."""
        statement = select(AuditEntry).order_by(AuditEntry.seq)
        with reading(self.db) as connection:
            rows = connection.execute(statement).all()
        return [(r.deed, r.actor, r.target, r.result, r.reason) for r in rows]


@pytest.fixture
def place(tiny_db: Database, cheap_hashes: None) -> Office:
    """Open an office in the tiny world."""
    return Office(tiny_db)
