"""Commands about accounts: add, set, disable, enable, reset, list."""

from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from data.access import OPERATOR, ROLE_NAMES, Role
from data.accounts import (
    AccountFacts,
    Rights,
    add_account,
    change_rights,
    disable_account,
    enable_account,
    link_oidc,
    list_accounts,
    reset_account,
)
from data.errors import BadDate, NotFound, UnknownValue
from data.shared import shared_database

user = typer.Typer(no_args_is_help=True, help="账号：增加、变更、停用、重置 · Accounts.")
console = Console(stderr=True, highlight=False)

Name = Annotated[str, typer.Argument(help="账号：小写字母、数字和 . _ -")]
RoleOption = Annotated[str, typer.Option("--role", help="、".join(Role))]
Areas = Annotated[list[str] | None, typer.Option("--area", help="区划代码，可多次给出，如 150303")]
OfficialOption = Annotated[str, typer.Option("--official", help="帮扶责任人的干部代号")]
Until = Annotated[
    str, typer.Option("--until", help="最后一天，如 2026-12-31；督查组必填；none 为不限")
]


@user.command()
def add(
    name: Name, *, role: RoleOption, area: Areas = None, official: OfficialOption = "",
    until: Until = "",
) -> None:  # fmt: skip
    """增加账号，打印一次性口令：只显示这一次，72 小时内有效，首次登录须更换。"""
    rights = _rights(role, area, official, until)
    _hand_over(name, add_account(shared_database(), OPERATOR, name, rights))


@user.command(name="set")
def set_(
    name: Name, *, role: RoleOption = "", area: Areas = None, official: OfficialOption = "",
    until: Until = "",
    oidc: Annotated[str, typer.Option(help="统一身份标识；写 none 解除关联")] = "",
) -> None:  # fmt: skip
    """变更角色、范围、期限或统一身份；其会话立即结束。"""
    db = shared_database()
    if role or area or official or until:
        before = _find(name)
        rights = Rights(
            role=_role(role) if role else before.role,
            areas=tuple(area) if area else (() if role else before.areas),
            official_code=official or (None if role else before.official_code),
            expires_on=_term(until, None if role else before.expires_on),
        )
        change_rights(db, OPERATOR, name, rights, version=before.version)
    if oidc:
        link_oidc(db, OPERATOR, name, None if oidc == "none" else oidc)
    typer.echo(_line(_find(name)))


@user.command()
def disable(name: Name) -> None:
    """停用账号，其会话立即结束。"""
    disable_account(shared_database(), OPERATOR, name)
    typer.echo(_line(_find(name)))


@user.command()
def enable(name: Name) -> None:
    """重新启用账号，并解除锁定。"""
    enable_account(shared_database(), OPERATOR, name)
    typer.echo(_line(_find(name)))


@user.command()
def reset(name: Name) -> None:
    """重置口令和第二道验证，打印新的一次性口令。"""
    _hand_over(name, reset_account(shared_database(), OPERATOR, name))


@user.command(name="list")
def list_() -> None:
    """列出账号。"""
    accounts = list_accounts(shared_database())
    if not accounts:
        console.print("还没有账号。No account yet: python -m data user add NAME --role admin")
    for account in accounts:
        typer.echo(_line(account))


def _hand_over(name: str, first: str) -> None:
    console.print(
        f"{name}：一次性口令如下，72 小时内有效，首次登录须更换。The first password, good once:"
    )
    typer.echo(first)


def _rights(role: str, area: list[str] | None, official: str, until: str) -> Rights:
    return Rights(
        role=_role(role),
        areas=tuple(area or ()),
        official_code=official or None,
        expires_on=_term(until, None),
    )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as error:
        raise UnknownValue(field="role", value=text[:40], choices=", ".join(Role)) from error


def _term(text: str, before: date | None) -> date | None:
    if not text:
        return before
    return None if text == "none" else _day(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadDate(value=text[:40]) from error


def _find(name: str) -> AccountFacts:
    found = next((a for a in list_accounts(shared_database()) if a.name == name), None)
    if found is None:
        raise NotFound(what=name[:32])
    return found


def _line(account: AccountFacts) -> str:
    states = [
        "已停用 disabled" if account.is_disabled else "",
        "已锁定 locked" if account.is_locked else "",
        "待改口令 first password" if account.must_change_password else "",
        f"至 {account.expires_on}" if account.expires_on else "",
        account.official_code or "",
        "统一身份 oidc" if account.oidc_subject else "",
    ]
    areas = "、".join(area or "全部 all" for area in account.areas) or "–"
    facts = (account.name, ROLE_NAMES[account.role], areas, *filter(None, states))
    return " · ".join(facts)
