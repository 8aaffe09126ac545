"""Commands about one person, and about the keys: show, find, correct, erase; new, check, rotate."""

import base64
import getpass
import secrets
import sys
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from data.access import OPERATOR
from data.actions.correct_person import Correction, correct_person
from data.actions.erase_person import ERASURE_REASONS, Erasure, erase_person
from data.actions.find_person import find_person
from data.actions.rotate_keys import rotate_keys
from data.engine import compact, reading
from data.errors import PersonErased, UnknownValue
from data.full_views import REASONS, open_full_view
from data.keys import load_keys
from data.queries.people import HouseholdRecord, get_household, read_full_view
from data.sealing import KEY_BYTES
from data.shared import shared_database
from data.vault import CODED, FIELD_NAMES, FIELDS, count_person_keys

person = typer.Typer(no_args_is_help=True, help="查看、查找、更正、删除一个人的信息 · One person.")
keys = typer.Typer(no_args_is_help=True, help="密钥：生成、核对、更换 · The keys.")
console = Console(stderr=True, highlight=False)

_SHOWN = ("relation", "sex", "birth_year", *FIELDS)
_LABELS = {"relation": "关系", "sex": "性别", "birth_year": "出生或年龄"} | FIELD_NAMES

Household = Annotated[str, typer.Argument(help="户编码，如 H0123456789AB")]
Number = Annotated[int, typer.Argument(help="第几位成员，按 show 的顺序，从 1 起", min=1)]


@person.command()
def show(
    household: Household,
    *,
    reason: Annotated[str, typer.Option(help=f"查看完整信息的理由：{'、'.join(REASONS)}")] = "",
    note: Annotated[str, typer.Option(help="补充说明，不含个人信息")] = "",
) -> None:
    """列出一户的成员，默认脱敏；给出理由则显示完整信息，并记入审计。"""
    db = shared_database()
    if not reason:
        _print(get_household(db, OPERATOR, household))
        return
    view = open_full_view(db, OPERATOR, household, reason=reason, note=note)
    _print(read_full_view(db, OPERATOR, view.id))


def _print(record: HouseholdRecord) -> None:
    typer.echo(f"户 {record.household} · 村 {record.village} · 脱敏级别 {record.level}")
    for number, row in enumerate(record.members.to_dict("records"), start=1):
        facts = "已依法删除" if row["is_erased"] else _facts(pd.Series(row))
        typer.echo(f"{number}. {facts}")


def _facts(row: pd.Series) -> str:
    return " · ".join(f"{_LABELS[name]} {row[name]}" for name in _SHOWN if row[name] != "")


@person.command()
def find() -> None:
    """按证件号查找所在的户；证件号从标准输入读取，不作为参数。"""
    found = find_person(shared_database(), OPERATOR, _ask("证件号 ID number"))
    typer.echo(f"{found.household} {found.village}")


@person.command()
def correct(
    household: Household,
    number: Number,
    *,
    field: Annotated[list[str], typer.Option(help=f"要更正的项目：{'、'.join(FIELDS)}")],
) -> None:
    """更正一位成员的信息；新内容从标准输入逐项读取，不作为参数。"""
    for name in field:
        if name not in FIELDS:
            raise UnknownValue(field="field", value=name[:40], choices=", ".join(FIELDS))
    db = shared_database()
    record = get_household(db, OPERATOR, household)
    member_id = _member(record, number)
    if member_id not in record.versions:
        raise PersonErased
    changes = {}
    for name in field:
        hint = f"（{'、'.join(CODED[name])}）" if name in CODED else ""
        changes[name] = _ask(f"{FIELD_NAMES[name]} {name}{hint}")
    done = correct_person(db, OPERATOR, Correction(member_id, record.versions[member_id], changes))
    console.print(f"  [green]✓[/] 已更正 Corrected: {', '.join(done.fields)}")


@person.command()
def erase(
    household: Household,
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help=f"理由：{'、'.join(ERASURE_REASONS)}")],
) -> None:
    """依法删除一位成员的个人信息，不能恢复；登记事件与统计数保留。"""
    db = shared_database()
    member_id = _member(get_household(db, OPERATOR, household), number)
    typed = _ask("请输入户编码以确认 Type the household's code to confirm", is_secret=False)
    done = erase_person(db, OPERATOR, Erasure(member_id, reason, typed))
    console.print("  [green]✓[/] 已删除 Erased")
    if not done.is_swept:
        console.print(
            "  [yellow]![/] 有人正在读取，残留页尚未清除；请稍后运行 python -m data person sweep\n"
            "    Somebody is reading; to clear old pages run: python -m data person sweep"
        )
        raise typer.Exit(code=1)


@person.command()
def sweep() -> None:
    """清除数据库文件中已删除内容的残留页。"""
    if not compact(shared_database()):
        console.print("  [yellow]![/] 有人正在读取，请稍后重试 Somebody is reading; try again")
        raise typer.Exit(code=1)
    console.print("  [green]✓[/] 已清除 Swept")


def _member(record: HouseholdRecord, number: int) -> str:
    ids = list(record.members["id"])
    if number > len(ids):
        choices = f"1–{len(ids)}"
        raise UnknownValue(field="number", value=str(number), choices=choices)
    return str(ids[number - 1])


def _ask(label: str, *, is_secret: bool = True) -> str:
    """Read a line that must stand neither in the process list nor in the shell's history."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass(f"{label}: ") if is_secret else input(f"{label}: ")


@keys.command()
def new() -> None:
    """生成两把新密钥，写成可用的环境变量。"""
    for name in ("GUATU_SECRET_KEY", "GUATU_DATA_KEY"):
        typer.echo(f"{name}={base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}")


@keys.command()
def check() -> None:
    """核对密钥与数据库是否相符，各把主密钥下有多少人。"""
    held = load_keys()
    with reading(shared_database()) as connection:
        counts = count_person_keys(connection)
    kind = "演示密钥，不保护任何内容 demonstration, protects nothing" if held.is_demo else "✓"
    typer.echo(f"主密钥 data key {held.data_key_id} {kind}")
    for key_id, count in sorted(counts.items()):
        state = "" if key_id == held.data_key_id else "，须更换：python -m data keys rotate"
        typer.echo(f"{key_id}: {count} 人 persons{state}")


@keys.command()
def rotate() -> None:
    """更换主密钥：GUATU_DATA_KEY 为新、GUATU_DATA_KEY_FORMER 为旧；可重复运行。"""
    db = shared_database()
    with Progress(
        TextColumn("{task.description} {task.completed}"), TimeElapsedColumn(), console=console
    ) as progress:
        task = progress.add_task("更换 Rotating")
        done = rotate_keys(
            db, OPERATOR, advanced=lambda count: progress.update(task, completed=count)
        )
    console.print(
        f"  [green]✓[/] {done.purposes} + {done.persons} + {done.second_factors}"
        " · 现在可以去掉 GUATU_DATA_KEY_FORMER The former key may go now"
    )
    if not done.is_swept:
        console.print("  [yellow]![/] python -m data person sweep")
        raise typer.Exit(code=1)
