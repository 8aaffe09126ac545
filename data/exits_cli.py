"""Commands about exits: list, open, step, sign; an account signs in, and its rights hold."""

import getpass
import sys
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.console import Console

from data.access import OPERATOR, Viewer
from data.accounts import require_account, viewer_of
from data.actions.open_exits import Opening, open_exits
from data.actions.sign_exits import Signing, sign_exits
from data.actions.take_exit_step import StepTaken, take_exit_step
from data.engine import Database, reading
from data.errors import BadDate, NotFound, SignInRequired, UnknownValue
from data.queries.exit_batches import COMPLETE, get_batch, list_batches
from data.queries.exit_files import base_of
from data.queries.instants import CHINA
from data.queries.signatures import list_to_sign
from data.rules.exits import STEP_NAMES, Step
from data.shared import shared_database
from data.sign_ins import check_code, check_password, note_sign_in

exits = typer.Typer(
    no_args_is_help=True, help="脱贫程序：列表、立档、办理步骤、签字 · The exit procedure."
)
console = Console(stderr=True, highlight=False)

_ADDRESS = "cli"
Account = Annotated[
    str, typer.Option("--account", help="以哪个账号办理；口令从标准输入读取，不作为参数")
]
Batch = Annotated[str, typer.Argument(help="批次编号，见 list")]
Household = Annotated[
    list[str] | None, typer.Option("--household", help="户编码，可多次给出；不给为整批")
]


@exits.command(name="list")
def list_() -> None:
    """列出办理中的批次：各步待办户数、待签字层级。"""
    batches = list_batches(shared_database(), OPERATOR, _today())
    if not batches:
        console.print("没有办理中的批次。No batch is under way.")
    for one in batches:
        waiting = "、".join(
            f"{_name(key)} {int(count)}" for key, count in one.waiting.items() if count
        )
        unsigned = "、".join(
            f"{level} {int(count)}" for level, count in one.to_sign.items() if count
        )
        facts = (one.id, one.town_code, one.name, f"{int(one.households)} 户", waiting)
        typer.echo(" · ".join((*facts, *([f"待签 to sign: {unsigned}"] if unsigned else []))))


@exits.command(name="open")
def open_(
    town: Annotated[str, typer.Argument(help="镇（街道）12 位代码")],
    *,
    account: Account,
    household: Annotated[list[str], typer.Option("--household", help="户编码，可多次给出")],
    on: Annotated[str, typer.Option(help="立档日期，如 2016-12-31")],
) -> None:
    """为一个镇的若干户立档：全部成功，或一户也不写入。"""
    db = shared_database()
    opening = Opening(town, tuple(household), _day(on))
    opened = open_exits(db, _sign_in(db, account), opening)
    typer.echo(opened.batch_id)


@exits.command()
def step(
    batch: Batch,
    number: Annotated[int, typer.Argument(help="第几步", min=1, max=9)],
    *,
    account: Account,
    on: Annotated[str, typer.Option(help="办理日期")],
    place: Annotated[str, typer.Option(help="地点")],
    household: Household = None,
) -> None:
    """办理一步：顺序、公示天数和签字的规则与页面相同；公示按七天计。"""
    db = shared_database()
    viewer = _sign_in(db, account)
    cases = [
        case
        for case in get_batch(db, viewer, batch).cases
        if not household or case.household in household
    ]
    missing = set(household or ()) - {case.household for case in cases}
    if missing:
        raise NotFound(what=min(missing)[:40])
    taken = StepTaken(
        batch_id=batch,
        cases=tuple(case.id for case in cases),
        step=Step(number),
        done_on=_day(on),
        place=place,
        base=base_of(cases),
    )
    done = take_exit_step(db, viewer, taken)
    console.print(f"  [green]✓[/] {STEP_NAMES[Step(number)]} · {done} 户 households")


@exits.command()
def sign(batch: Batch, *, account: Account) -> None:
    """以当日在任的主要负责人签署该批次待签的全部户；须输入批次编号确认。"""
    db = shared_database()
    viewer = _sign_in(db, account)
    waiting = [one for one in list_to_sign(db, viewer, _today()) if one.batch_id == batch]
    for one in waiting:
        console.print(f"  {one.level} · {one.town_code} · {one.name} · {one.due_on}")
    typed = _ask("请输入批次编号以确认 Type the batch's id to confirm", is_secret=False)
    if typed != batch:
        raise UnknownValue(field="batch", value=typed[:26], choices=batch[:26])
    # Without anything that waits, the use case itself says why.
    sign_exits(db, viewer, Signing(batch, waiting[0].digest if waiting else ""))
    console.print(f"  [green]✓[/] 已签字 Signed ({viewer.name})")


def _sign_in(db: Database, name: str) -> Viewer:
    """Let an account in by its password, and its code if it has a second factor.

    Whoever holds the machine signs in nobody's name: without the password there is no viewer.

    Raises
    ------
    SignInLocked, WrongCode, WrongCredentials
        Password or code do not fit.
    SignInRequired
        The account has to choose a password or bind an authenticator on the pages first.
    """
    stage = check_password(db, name, _ask("口令 Password"), address=_ADDRESS)
    if stage == "second_factor":
        stage = check_code(db, name, _ask("验证码 Code"), address=_ADDRESS)
    if stage != "open":
        raise SignInRequired
    note_sign_in(db, name, address=_ADDRESS, means="password")
    with reading(db) as connection:
        return viewer_of(require_account(connection, name), _ADDRESS)


def _name(key: int) -> str:
    return "已办完" if key == COMPLETE else STEP_NAMES[Step(key)]


def _today() -> date:
    return datetime.now(UTC).astimezone(CHINA).date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadDate(value=text[:40]) from error


def _ask(label: str, *, is_secret: bool = True) -> str:
    """Read a line that must stand neither in the process list nor in the shell's history."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass(f"{label}: ") if is_secret else input(f"{label}: ")
