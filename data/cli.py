"""The command line: what a page can do to the ledger, a command can do too."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn

from data import (
    audit_cli,
    documents,
    exits_cli,
    generator,
    monitor_cli,
    person_cli,
    seeding,
    user_cli,
)
from data.access import OPERATOR
from data.checking import check_ledger
from data.engine import Database, compact, open_database, transaction
from data.errors import BadDate, ImpossibleParameters, UnknownValue
from data.keyring import make_purpose_keys
from data.keys import load_keys
from data.migrations import current_revision, latest_revision, migrate, require_current
from data.queries.filters import Choices, Filter
from data.queries.places import get_dataset, list_choices
from data.queries.summary import summarize
from data.settings import load_settings, refuse_public_demo
from data.text import choose_lang, render_error
from data.vault import require_right_key
from geo.errors import AppError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="挂图台账 · The ledger of Guatu."
)
app.add_typer(user_cli.user, name="user")
app.add_typer(audit_cli.audit, name="audit")
app.add_typer(person_cli.person, name="person")
app.add_typer(person_cli.keys, name="keys")
app.add_typer(exits_cli.exits, name="exits")
app.command()(monitor_cli.monitor)
console = Console(stderr=True, highlight=False)


def run() -> None:
    """Run a command; an expected failure is one sentence and an exit code."""
    try:
        app(standalone_mode=True)
    except AppError as error:
        lang = choose_lang(load_settings().lang if error.code != "settings_refused" else None)
        console.print(f"[bold red]✗[/] {escape(render_error(error, lang))}", soft_wrap=True)
        sys.exit(1)


@contextmanager
def _step(label: str) -> Iterator[None]:
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True
    ) as progress:
        progress.add_task(label)
        yield
    console.print(f"  [green]✓[/] {label}")


@app.command()
def init(
    *,
    demo: Annotated[bool, typer.Option(help="在空库中生成合成演示数据")] = False,
    seed: Annotated[int, typer.Option(help="演示数据的种子")] = 2016,
    profile: Annotated[str, typer.Option(help="wuhai 或 generic")] = "wuhai",
    divisions: Annotated[int | None, typer.Option(help="generic：村级单元数，默认 200")] = None,
    households: Annotated[int | None, typer.Option(help="generic：户数，默认每村 30")] = None,
) -> None:
    """建库、升级表结构、载入公开数据；--demo 生成合成登记册。"""
    if profile not in {"wuhai", "generic"}:
        raise UnknownValue(field="profile", value=profile, choices="wuhai, generic")
    if profile == "wuhai" and (divisions, households) != (None, None):
        raise ImpossibleParameters(why="--divisions, --households: --profile generic")
    settings = load_settings()
    refuse_public_demo(settings, settings.host)
    db = open_database(settings.database_url, create=True)
    console.print(f"  模式 Mode: {settings.mode} · 数据库 Database: {db.name}")
    is_outdated = current_revision(db) != latest_revision()
    with _step("升级表结构 Migrating the schema"):
        migrate(db)
    with transaction(db) as connection:
        make_purpose_keys(connection, load_keys())
    require_right_key(db)
    if seeding.is_seeded(db):
        if is_outdated:
            compact(db)  # what a migration sealed stands in plain nowhere in the file
        facts = get_dataset(db)
        console.print(f"  [green]✓[/] 数据已就绪 Data in place ({facts.profile}, v{facts.version})")
        if demo and not seeding.has_register(db):
            _fill_register(db, seed)
        return
    if profile == "generic":
        count = 200 if divisions is None else divisions
        _init_generic(db, seed, count, count * 30 if households is None else households)
    else:
        with (
            _step("载入区划、河流、桥梁与公布数 Loading geography and claims"),
            transaction(db) as connection,
        ):
            seeding.seed_vocabularies(connection)
            seeding.seed_wuhai(connection)
            seeding.describe_dataset(connection, {"profile": "wuhai"})
        if demo:
            _fill_register(db, seed)
    compact(db)


def _fill_register(db: Database, seed: int) -> None:
    parameters = generator.wuhai(seed)
    with _step("生成合成登记册 Generating the synthetic register"), transaction(db) as connection:
        units = [generator.Unit(code) for code in seeding.list_villages(connection)]
        seeding.load_batches(connection, generator.generate(units, parameters))
        seeding.describe_dataset(connection, _facts(parameters))


def _init_generic(db: Database, seed: int, divisions: int, households: int) -> None:
    parameters = generator.generic(seed, divisions=divisions, households=households)
    units = generator.synthetic_units(divisions)
    label = f"生成 {divisions} 村 {households} 户合成数据 Generating synthetic data"
    with _step(label), transaction(db) as connection:
        seeding.seed_vocabularies(connection)
        seeding.seed_synthetic_places(
            connection,
            generator.synthetic_divisions(units, seed),
            [unit.code for unit in units],
        )
        seeding.load_batches(connection, generator.generate(units, parameters))
        seeding.describe_dataset(connection, _facts(parameters) | {"profile": "generic"})


def _facts(parameters: generator.Parameters) -> dict[str, str]:
    return {
        "seed": str(parameters.seed),
        "synthetic": "true",
        "generator": str(generator.GENERATOR_VERSION),
    }


@app.command()
def summary(
    *,
    as_of: Annotated[str, typer.Option(help="截至日期，如 2016-12-31")],
    known_on: Annotated[str, typer.Option(help="按当日所知，如 2017-01-15")] = "",
    district: Annotated[str, typer.Option(help="区代码，如 150303")] = "",
    measure: Annotated[str, typer.Option(help="措施代码，如 industry")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
) -> None:
    """给出某日的户数、人数、退出、结对与公布数对照。"""
    db = _ready_database()
    filter_ = _filter(list_choices(db, OPERATOR), as_of, district, measure)
    known = _day(known_on) if known_on else None
    result = summarize(db, OPERATOR, filter_, known_on=known)
    if get_dataset(db).is_synthetic:
        # On the error stream: the JSON stays one object, the mark is seen all the same.
        console.print("合成数据 Synthetic data")
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    _print_summary(result)


def _print_summary(result: dict[str, Any]) -> None:
    labels = {
        "as_of": "截至 as of", "known_on": "所知 known on", "villages": "村（社区）villages",
        "households": "未脱贫户 households", "persons": "未脱贫人口 persons",
        "exited": "已脱贫人口 exited", "cadres": "帮扶干部 cadres", "leaders": "联系领导 leaders",
        "coverage": "结对覆盖 coverage",
    }  # fmt: skip
    for key, label in labels.items():
        value = result[key]
        typer.echo(f"{label:<28}{'–' if value is None else value}")
    for claim in result["claims"]:
        if claim["residual"]:
            typer.echo(
                f"≠ {claim['id']} {claim['metric']}: 公布 {claim['value']}，"
                f"台账 {claim['computed']}，未解释差额 {claim['residual']:+d}"
            )


@app.command()
def check() -> None:
    """核对数据库文件、追加规则、事件折算与公布总数。"""
    findings = check_ledger(_ready_database())
    for finding in findings:
        sign = "✓" if finding.holds else "✗"
        typer.echo(f"{sign} {finding.rule}" + (f": {finding.detail}" if finding.detail else ""))
    if not all(finding.holds for finding in findings):
        raise typer.Exit(code=1)


@app.command()
def docs() -> None:
    """由代码生成 docs/errors.md 和 docs/data-dictionary.md。"""
    for path in documents.write_documents():
        typer.echo(path.name)


def _ready_database() -> Database:
    db = open_database(load_settings().database_url)
    require_current(db)
    require_right_key(db)
    return db


def _filter(choices: Choices, as_of: str, district: str, measure: str) -> Filter:
    code = district[:6] if district[6:].strip("0") == "" else district
    for name, value, known in (
        ("district", code, choices.districts),
        ("measure", measure, choices.measures),
    ):
        if value and value not in known:
            raise UnknownValue(field=name, value=value, choices=", ".join(known))
    return Filter(district=code, measure=measure, as_of=_day(as_of))


def _day(text_: str) -> date:
    try:
        return date.fromisoformat(text_)
    except ValueError as error:
        raise BadDate(value=text_) from error
