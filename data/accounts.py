"""Accounts: who may sign in as what; made, changed and checked here alone.

Every change is one transaction and one row of the audit, and ends the account's sessions: nobody
goes on with rights of before.
"""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

from sqlalchemy import Connection, case, func, insert, select, update

from data.access import DIVISION_LEVELS, OPERATOR, Action, Role, Viewer, can, prefix_of
from data.audit import Deed, record
from data.engine import Database, reading, transaction
from data.errors import (
    BadAccount,
    LastAdministrator,
    NotFound,
    StaleEdit,
)
from data.lockouts import STEPS, forget_failures, hash_name, is_locked
from data.models import Account, AccountSession, Division, Official
from data.passwords import (
    hash_password,
    make_first_password,
)
from data.refusals import refusals_recorded, require
from data.sessions import end_sessions_of, is_in_term, is_open_at, set_preview
from data.text import LANGS, join_words, mark, translate

_SEES_EVERYTHING: Final = frozenset({Role.LEADER, Role.OFFICE, Role.PLANNER, Role.HELPER})
"""Without an area these see everywhere; a helper's limit is the paired households."""
_SEES_NO_PLACE: Final = frozenset({Role.ADMIN, Role.AUDITOR})
_SEES_TOTALS: Final = frozenset({Role.LEADER, Role.PLANNER, Role.INSPECTOR})
_AREAS_TOLD: Final = 4
_CHINA: Final = timezone(timedelta(hours=8))
_NAME: Final = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_FIELD_NAMES: Final = {
    "role": mark("角色"),
    "areas": mark("范围"),
    "official_code": mark("干部代号"),
    "expires_on": mark("最后一天"),
    "is_disabled": mark("状态"),
    "password_hash": mark("口令"),
    "oidc_subject": mark("统一身份"),
}


@dataclass(frozen=True)
class AccountFacts:
    """What an administrator sees of an account.

    Attributes
    ----------
    name, role, areas, official_code, expires_on
        Who may sign in, as what, where, and until when.
    is_disabled, is_locked, must_change_password, has_second_factor, oidc_subject
        Its state.
    last_seen_at, sessions
        When it was last active, and how many sessions it has open.
    version, changed_at, changed_by
        For the second of two edits.
    """

    name: str
    role: Role
    areas: tuple[str, ...]
    official_code: str | None
    expires_on: date | None
    is_disabled: bool
    is_locked: bool
    must_change_password: bool
    has_second_factor: bool
    oidc_subject: str | None
    last_seen_at: datetime | None
    sessions: int
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class Rights:
    """What an account is to be: role, division codes, and what the role needs beside them."""

    role: Role
    areas: tuple[str, ...] = ()
    official_code: str | None = None
    expires_on: date | None = None


def add_account(
    db: Database, by: Viewer, name: str, rights: Rights, *, now: datetime | None = None
) -> str:
    """Make an account and give its first password, which is good once and for 72 hours.

    Raises
    ------
    BadAccount
        The name is taken or odd, or role, areas and term do not go together.
    """
    at = now or datetime.now(UTC)
    first = make_first_password()
    stored = hash_password(first)
    with _managing(db, by) as connection:
        if not _NAME.fullmatch(name):
            raise BadAccount(name=name[:32], **_ODD_NAME)
        if name == OPERATOR.name or find_account(connection, name) is not None:
            raise BadAccount(name=name, **_TAKEN)
        checked = _checked(connection, name, rights)
        connection.execute(
            insert(Account).values(
                name=name,
                **checked,
                is_disabled=False,
                password_hash=stored,
                password_changed_at=at,
                must_change_password=True,
                former_hashes=[],
                recovery_hashes=[],
                version=1,
                changed_at=at,
                changed_by=by.name,
                changed_fields=[],
            )
        )
        record(connection, by, Deed.RIGHT_CHANGE, target=name, reason=_described("add", checked))
    return first


def change_rights(
    db: Database,
    by: Viewer,
    name: str,
    rights: Rights,
    *,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Give an account another role, other areas or another term; its sessions end.

    Raises
    ------
    BadAccount, LastAdministrator, NotFound, StaleEdit
        It cannot be so, or somebody changed the account since `version`.
    """
    with _managing(db, by) as connection:
        checked = _checked(connection, name, rights)
        if rights.role is not Role.ADMIN:
            _require_another_administrator(connection, name, now)
        _change(connection, by, name, checked, _described("set", checked), version=version, now=now)


def disable_account(
    db: Database, by: Viewer, name: str, *, version: int | None = None, now: datetime | None = None
) -> None:
    """Let an account sign in no longer; its sessions end at once.

    Raises
    ------
    LastAdministrator, NotFound, StaleEdit
        It is the last administrator, unknown, or changed since `version`.
    """
    with _managing(db, by) as connection:
        _require_another_administrator(connection, name, now)
        _change(connection, by, name, {"is_disabled": True}, "disable", version=version, now=now)


def enable_account(
    db: Database, by: Viewer, name: str, *, version: int | None = None, now: datetime | None = None
) -> None:
    """Let a disabled account sign in again."""
    with _managing(db, by) as connection:
        forget_failures(connection, name)
        _change(connection, by, name, {"is_disabled": False}, "enable", version=version, now=now)


def reset_account(
    db: Database, by: Viewer, name: str, *, version: int | None = None, now: datetime | None = None
) -> str:
    """Give an account a new first password and forget its second factor; give the password."""
    first = make_first_password()
    values: dict[str, Any] = {
        "password_hash": hash_password(first),
        "password_changed_at": now or datetime.now(UTC),
        "must_change_password": True,
        "totp_sealed": None,
        "totp_last_step": None,
        "recovery_hashes": [],
    }
    with _managing(db, by) as connection:
        forget_failures(connection, name)
        _change(connection, by, name, values, "reset", version=version, now=now)
    return first


def link_oidc(
    db: Database, by: Viewer, name: str, subject: str | None, *, now: datetime | None = None
) -> None:
    """Say which person of the sign-on provider an account is, or that it is none.

    Raises
    ------
    BadAccount
        Another account has this subject.
    """
    with _managing(db, by) as connection:
        taken = connection.execute(
            select(Account.name).where(Account.oidc_subject == subject, Account.name != name)
        ).first()
        if subject is not None and taken is not None:
            raise BadAccount(name=name, **_TAKEN_SUBJECT)
        _change(connection, by, name, {"oidc_subject": subject}, "oidc", now=now)


def end_sessions(db: Database, by: Viewer, name: str) -> int:
    """End every session of an account, as by a sign-out everywhere; give how many."""
    with _managing(db, by) as connection:
        require_account(connection, name)
        count = end_sessions_of(connection, name, "administrator")
        record(connection, by, Deed.RIGHT_CHANGE, target=name, reason="end sessions", rows=count)
    return count


@contextmanager
def _managing(db: Database, by: Viewer) -> Iterator[Connection]:
    """Write as somebody who keeps accounts: an administrator, or whoever holds the machine."""
    with refusals_recorded(db, by, Action.MANAGE_ACCOUNTS), transaction(db) as connection:
        if by is not OPERATOR:
            require(by, Action.MANAGE_ACCOUNTS)
        yield connection


def _change(  # noqa: PLR0913 - who, whose, what, why, and against which version
    connection: Connection,
    by: Viewer,
    name: str,
    values: dict[str, Any],
    why: str,
    *,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    at = now or datetime.now(UTC)
    before = require_account(connection, name)
    if version is not None and before.version != version:
        raise _stale(before)
    changed = [
        field for field in _FIELD_NAMES if field in values and _differs(before, field, values)
    ]
    connection.execute(
        update(Account)
        .where(Account.name == name)
        .values(
            **values,
            version=before.version + 1,
            changed_at=at,
            changed_by=by.name,
            changed_fields=changed,
        )
    )
    end_sessions_of(connection, name, why.split(":", maxsplit=1)[0], now=at)
    record(connection, by, Deed.RIGHT_CHANGE, target=name, reason=why)


def _differs(before: Any, field: str, values: dict[str, Any]) -> bool:  # noqa: ANN401 - a row
    return bool(getattr(before, field) != values[field])


def _stale(account: Any) -> StaleEdit:  # noqa: ANN401 - a row
    """Say who changed an account, when and what of it."""
    fields = [_FIELD_NAMES[field] for field in account.changed_fields]
    return StaleEdit(
        who=account.changed_by,
        when=account.changed_at.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M"),
        what=account.name,
        fields={lang: join_words((translate(f, lang) for f in fields), lang) for lang in LANGS},
    )


def _described(deed: str, rights: dict[str, Any]) -> str:
    """Put rights into the audit's words; codes in groups, as long numbers could be a person's."""
    areas = "+".join(_grouped(area) for area in rights["areas"][:_AREAS_TOLD])
    more = "+…" if len(rights["areas"]) > _AREAS_TOLD else ""
    until = f" until {rights['expires_on']:%Y.%m.%d}" if rights["expires_on"] else ""
    return f"{deed}: {rights['role']} @ {areas}{more}{until}"


def _grouped(area: str) -> str:
    """Write the leading digits of a code level by level: 15.03.03.104; ``*`` is everything."""
    bounds = (0, *(level for level in DIVISION_LEVELS if level <= len(area)))
    return ".".join(area[a:b] for a, b in itertools.pairwise(bounds)) or "*"


def find_account(connection: Connection, name: str) -> Any:  # noqa: ANN401 - a row of the table
    """Find an account's row by its name."""
    return connection.execute(select(Account).where(Account.name == name)).one_or_none()


def require_account(connection: Connection, name: str) -> Any:  # noqa: ANN401 - a row of the table
    """Give an account's row.

    Raises
    ------
    NotFound
        There is none of this name.
    """
    found = find_account(connection, name)
    if found is None:
        raise NotFound(what=name[:32])
    return found


def _checked(connection: Connection, name: str, rights: Rights) -> dict[str, Any]:
    """Turn rights into stored values, or refuse them."""
    role = rights.role
    areas = _areas(connection, name, rights)
    if areas and role in _SEES_NO_PLACE:
        raise BadAccount(name=name, **_NO_AREA)
    if not areas and role not in _SEES_NO_PLACE:
        raise BadAccount(name=name, **_AREA_MISSING)
    if role in _SEES_TOTALS:
        _require_whole(name, areas)
    _require_official(connection, name, rights)
    if role is Role.ADMIN and rights.expires_on is not None:
        raise BadAccount(name=name, **_NO_TERM)
    if role is Role.INSPECTOR and rights.expires_on is None:
        raise BadAccount(name=name, **_TERM_MISSING)
    return {
        "role": str(role),
        "areas": sorted(set(areas)),
        "official_code": rights.official_code,
        "expires_on": rights.expires_on,
    }


def _areas(connection: Connection, name: str, rights: Rights) -> tuple[str, ...]:
    """Give the leading digits of the areas; for roles of the whole city, of none is everything."""
    given = tuple(_prefix(connection, name, code) for code in rights.areas if code)
    if not given and rights.role in _SEES_EVERYTHING:
        return ("",)
    return given


def _require_whole(name: str, areas: tuple[str, ...]) -> None:
    """Refuse areas of one's own making where small cells are hidden: the city or one district.

    What is hidden is chosen for an area; whoever chooses the area can subtract two of them.
    """
    if len(areas) > 1 or any(len(area) > len("PPCCDD") for area in areas):
        raise BadAccount(name=name, **_NOT_WHOLE)


def _prefix(connection: Connection, name: str, code: str) -> str:
    # Half a level is a slip of the hand, and must not become the level above.
    if not (code.isascii() and code.isdigit() and len(code) in DIVISION_LEVELS):
        raise BadAccount(name=name, **_NO_SUCH_AREA)
    prefix = prefix_of(code.ljust(12, "0"))
    known = connection.execute(
        select(Division.code).where(Division.code == prefix.ljust(12, "0"))
    ).first()
    if known is None:
        raise BadAccount(name=name, **_NO_SUCH_AREA)
    return prefix


def _require_official(connection: Connection, name: str, rights: Rights) -> None:
    """Refuse a helper without an official's code, and a code where it would mean nothing.

    A helper's households are that cadre's; a principal signs by the post of that code.
    """
    code, is_helper = rights.official_code, rights.role is Role.HELPER
    if code is None:
        if is_helper:
            raise BadAccount(name=name, **_OFFICIAL)
        return
    if not is_helper and not can(Viewer(name, rights.role, ("",)), Action.SIGN_EXITS):
        raise BadAccount(name=name, **_OFFICIAL)
    found = connection.execute(select(Official.role).where(Official.code == code)).scalar()
    if found is None or (not is_helper and found != "principal"):
        raise BadAccount(name=name, **(_NO_OFFICIAL if is_helper else _NO_PRINCIPAL))


def _require_another_administrator(connection: Connection, name: str, now: datetime | None) -> None:
    if is_last_administrator(connection, name, now or datetime.now(UTC)):
        raise LastAdministrator(name=name)


def is_last_administrator(connection: Connection, name: str, at: datetime) -> bool:
    """Tell whether nobody else could keep accounts: who never came in yet may never do so."""
    rows = connection.execute(
        select(Account).where(Account.role == str(Role.ADMIN), Account.is_disabled.is_(False))
    ).all()
    active = [row for row in rows if is_in_term(row.expires_on, at)]
    others = [row for row in active if row.name != name and _has_come_in(row)]
    return not others and any(row.name == name for row in active)


def _has_come_in(account: Any) -> bool:  # noqa: ANN401 - a row
    own = account.password_hash is not None and not account.must_change_password
    return own or account.oidc_subject is not None


def list_accounts(db: Database, *, now: datetime | None = None) -> list[AccountFacts]:
    """List the accounts by name; nothing of a password or a second factor is among their facts."""
    at = now or datetime.now(UTC)
    live = (
        select(
            AccountSession.account_name,
            func.max(AccountSession.seen_at).label("last_seen_at"),
            func.sum(case((is_open_at(at), 1), else_=0)).label("sessions"),
        )
        .group_by(AccountSession.account_name)
        .subquery()
    )
    statement = (
        select(Account, live.c.last_seen_at, live.c.sessions)
        .outerjoin(live, live.c.account_name == Account.name)
        .order_by(Account.name)
    )
    with reading(db) as connection:
        rows = connection.execute(statement).all()
        locked = {
            row.name
            for row in rows
            if any(is_locked(connection, hash_name(row.name, step), at) for step in STEPS)
        }
    return [
        AccountFacts(
            name=row.name,
            role=Role(row.role),
            areas=tuple(row.areas),
            official_code=row.official_code,
            expires_on=row.expires_on,
            is_disabled=row.is_disabled,
            is_locked=row.name in locked,
            must_change_password=row.must_change_password,
            has_second_factor=row.totp_sealed is not None,
            oidc_subject=row.oidc_subject,
            last_seen_at=row.last_seen_at,
            sessions=row.sessions or 0,
            version=row.version,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in rows
    ]


def start_preview(db: Database, by: Viewer, token: str, rights: Rights) -> None:
    """Let an administrator's session look as another role: pages and figures, nobody's rows.

    Raises
    ------
    BadAccount
        Role and areas do not go together.
    Denied
        The viewer is no administrator, or looks as somebody else already.
    """
    with refusals_recorded(db, by, Action.VIEW_AS), transaction(db) as connection:
        require(by, Action.VIEW_AS)
        areas = _areas(connection, by.name, rights)
        if not areas and rights.role not in _SEES_NO_PLACE:
            raise BadAccount(name=by.name, **_AREA_MISSING)
        _require_whole(by.name, areas)
        set_preview(connection, token, rights.role, areas)
        target = "+".join(areas) or str(rights.role)
        record(connection, by, Deed.VIEW_AS, target=target, reason=f"as {rights.role}")


def end_preview(db: Database, by: Viewer, token: str) -> None:
    """Let a session look as itself again."""
    with transaction(db) as connection:
        set_preview(connection, token, None)
        record(connection, by, Deed.VIEW_AS, target=str(by.role), reason="end")


def viewer_of(account: Any, address: str) -> Viewer:  # noqa: ANN401 - a row
    """Give the viewer that an account is, seen from an address."""
    return Viewer(
        name=account.name,
        role=Role(account.role),
        areas=tuple(account.areas),
        official=account.official_code,
        address=address,
    )


_ODD_NAME: Final = {
    "why_zh": "名称须以小写字母开头，由 3 至 32 个小写字母、数字和 . _ - 组成。",
    "why_en": "a name starts with a small letter and has 3 to 32 of a-z, 0-9, . _ and -.",
}
_TAKEN: Final = {"why_zh": "已有同名账号。", "why_en": "the name is taken."}
_TAKEN_SUBJECT: Final = {
    "why_zh": "该统一身份已关联其他账号。",
    "why_en": "another account has this subject.",
}
_NO_AREA: Final = {
    "why_zh": "管理员和审计不看登记册，不设范围。",
    "why_en": "administrators and auditors see no register and have no area.",
}
_AREA_MISSING: Final = {
    "why_zh": "该角色须指明范围：至少一个区、镇或村（命令行用 --area）。",
    "why_en": "the role needs an area: at least one district, town or village (--area).",
}
_NO_SUCH_AREA: Final = {
    "why_zh": "没有这个区划代码，请核对。",
    "why_en": "there is no such division code; check it.",
}
_OFFICIAL: Final = {
    "why_zh": "帮扶责任人须填台账中的干部代号，例如“干部 0001”；签字的主要负责人可填本人代号，"
    "其他角色不填。",
    "why_en": "a helper needs the code of an official as in the ledger, such as 干部 0001; a "
    "principal who signs may have the own one; no other role has one.",
}
_NO_PRINCIPAL: Final = {
    "why_zh": "台账中没有这个主要负责人的代号，例如“负责人 07”。",
    "why_en": "no principal of the ledger has this code, such as 负责人 07.",
}
_NO_OFFICIAL: Final = {
    "why_zh": "台账中没有这个干部代号。",
    "why_en": "no official of the ledger has this code.",
}
_NOT_WHOLE: Final = {
    "why_zh": "只看汇总的角色和预览，范围须为全市或一个区，以免由几个范围相减推出小数。",
    "why_en": "roles of totals and previews cover the whole city or one district, or small counts "
    "would follow by subtracting areas.",
}
_NO_TERM: Final = {
    "why_zh": "管理员账号不设最后一天，以免无人管理；不再需要时请停用。",
    "why_en": "an administrator has no last day, lest nobody be left; disable the account instead.",
}
_TERM_MISSING: Final = {
    "why_zh": "督查组须填任务的最后一天（命令行用 --until）。",
    "why_en": "an inspector needs the last day of the campaign (--until).",
}
