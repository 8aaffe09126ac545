"""The command that runs the rules of monitoring, as a nightly job does."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from data.access import OPERATOR
from data.actions.run_monitoring import Ran, run_monitoring
from data.errors import BadDate
from data.queries.instants import CHINA
from data.rules.monitoring import RULES
from data.shared import shared_database


def monitor(
    *,
    on: Annotated[str, typer.Option(help="按哪一天的数据，如 2016-12-31；默认今天")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
) -> None:
    """运行监测规则：有新证据的登记预警，已有的不重复。"""
    ran = run_monitoring(shared_database(), OPERATOR, on=_read_day(on))
    if as_json:
        typer.echo(json.dumps(asdict(ran), ensure_ascii=False, default=str, indent=2))
        return
    for rule in RULES.values():
        typer.echo(_line(rule.id, rule.name, ran))
    typer.echo(f"✓ {ran.on}：新增 new {ran.written}，已有 known {ran.was_known}")


def _line(rule: str, name: str, ran: Ran) -> str:
    return f"  {rule:<10} 新增 new {ran.new[rule]:>5}  已有 known {ran.known[rule]:>5}  {name}"


def _read_day(text: str) -> date:
    if not text:
        return datetime.now(UTC).astimezone(CHINA).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadDate(value=text[:20]) from error
