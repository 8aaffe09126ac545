"""Commands about the audit: prove the chain, clear what is over its time."""

import json
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from data.access import OPERATOR
from data.actions.prune_audit import prune_audit
from data.queries.audit_chain import PROBLEMS, ChainReport, verify_chain
from data.shared import shared_database
from data.text import translate

audit = typer.Typer(no_args_is_help=True, help="审计：核对链条、清理过期 · The audit.")
console = Console(stderr=True, highlight=False)


@audit.command()
def verify(
    *,
    against: Annotated[
        Path | None, typer.Option(help="另存的日志文件，用来发现整库回退", exists=True)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
) -> None:
    """从头到尾核对审计链；有问题时说明第一处，退出码为 1。"""
    columns = (TextColumn("核对 Verifying"), BarColumn(), MofNCompleteColumn())
    with ExitStack() as stack:
        lines = stack.enter_context(against.open(errors="replace")) if against else ()
        bar = stack.enter_context(Progress(*columns, console=console, transient=True))
        task = bar.add_task("", total=None)
        report = verify_chain(
            shared_database(),
            copy=lines,
            advanced=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        typer.echo(json.dumps(_plain(report), ensure_ascii=False, indent=2))
    elif report.holds:
        typer.echo(
            f"✓ 审计链完整 The chain holds: {report.checked} ({report.first}–{report.last})"
            + (f", 留存 kept {report.kept}" if report.kept else "")
            + (f", 已比对 compared {report.compared}" if against else "")
        )
    else:
        zh, en = _sentences(report)
        typer.echo(f"✗ {zh}。{en}.")
    if not report.holds:
        raise typer.Exit(code=1)


def _plain(report: ChainReport) -> dict[str, object]:
    zh, en = _sentences(report)
    return {"holds": report.holds, **asdict(report), "zh": zh, "en": en}


def _sentences(report: ChainReport) -> tuple[str, str]:
    if report.holds:
        return "", ""
    message = PROBLEMS[report.problem]
    return translate(message, "zh-CN", at=report.at), translate(message, "en", at=report.at)


@audit.command()
def prune() -> None:
    """清理超过保存期的记录；涉及个人信息的至少保存三年，任何记录至少 183 天。"""
    done = prune_audit(shared_database(), OPERATOR)
    typer.echo(f"✓ 已清理 removed {done.removed}, 留存 kept {done.kept}, 始于 from {done.first}")
