"""The tables: figures side by side, ratios against the targets, in Markdown."""

from __future__ import annotations

import os
import platform
import statistics
from typing import TYPE_CHECKING

from bench.clicks import percentile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.clicks import ClickRun
    from bench.cold import ColdRun
    from bench.crowd import CrowdRun
    from bench.gate import GateRun

PRODUCT = "guatu"
RATIO_TARGETS = {
    "19": {"a": 0.35, "b": 0.5, "c": 1.0, "c2": 1.0},
    "1000": {"a": 0.05, "b": 0.35, "c": 1.0, "c2": 1.0},
}
"""Largest median of the product as a share of each baseline's, by units."""
WEBSOCKET_BYTES_TARGET = 5000
CPU_MS_TARGET = 10.0
CROWD_TARGET = 4.0
COLD_TARGET = 2.5
GATE_TARGET_MS = 5.0


def machine() -> str:
    """Describe the machine in one line."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, load average {load}"
    )


def clicks_table(runs: Sequence[ClickRun]) -> str:
    """Return the main table: from filter click to painted picture."""
    head = (
        "units", "page", "median ms", "p95 ms", "first time, worst ms", "Guatu ÷ page", "target",
        "websocket kB", "HTTP kB", "server CPU ms", "view kept", "map kept", "new pictures",
    )  # fmt: skip
    products = {run.units: run for run in runs if run.key == PRODUCT}
    return _table(head, [_click_row(run, products.get(run.units)) for run in runs])


def _click_row(run: ClickRun, product: ClickRun | None) -> tuple[str, ...]:
    target = RATIO_TARGETS.get(str(run.units), {}).get(run.key)
    ratio = product.median_ms / run.median_ms if product else None
    is_product = run.key == PRODUCT
    changed = sum(click.is_new_picture for click in run.clicks)
    kilobytes = run.median_bytes("websocket") / 1000
    return (
        f"{run.units:,}",
        run.title,
        f"{run.median_ms:.0f}",
        f"{run.p95_ms:.0f}",
        f"{max(run.first_ms):.0f}",
        "1" if is_product else _number(ratio),
        "" if is_product else _verdict(ratio, target),
        _judged(f"{kilobytes:.1f}", is_product, kilobytes * 1000, WEBSOCKET_BYTES_TARGET),
        f"{run.median_bytes('http') / 1000:.1f}",
        _judged(f"{run.cpu_ms:.1f}", is_product, run.cpu_ms, CPU_MS_TARGET),
        "yes" if run.is_view_kept else "no",
        "yes" if run.is_map_kept else "no",
        f"{changed}/{len(run.clicks)}",
    )


def kinds_table(runs: Sequence[ClickRun]) -> str:
    """Return the medians by filter: districts, and measures (whose values may be fetched)."""
    rows = [
        (
            f"{run.units:,}",
            run.title,
            f"{statistics.median(run.times_ms('district')):.0f}",
            f"{statistics.median(run.times_ms('measure')):.0f}",
        )
        for run in runs
    ]
    return _table(("units", "page", "district, median ms", "measure, median ms"), rows)


def crowd_table(runs: Sequence[CrowdRun]) -> str:
    """Return the table of many people at once: p95 alone, in the crowd, and their ratio."""
    head = (
        "units", "page", "picture: alone ms", "among all ms", "ratio", "target",
        "answer: alone ms", "all at one instant ms", "within 1 s ms",
    )  # fmt: skip
    return _table(head, [_crowd_row(run) for run in runs])


def _crowd_row(run: CrowdRun) -> tuple[str, ...]:
    alone, crowd = percentile(run.painted_alone, 95), percentile(run.painted_crowd, 95)
    target = CROWD_TARGET if run.title == "Guatu" else None
    return (
        f"{run.units:,}",
        run.title,
        f"{alone:.0f}",
        f"{crowd:.0f}",
        _number(crowd / alone),
        _verdict(crowd / alone, target),
        *(
            f"{percentile(times, 95):.0f}"
            for times in (run.answered_alone, run.answered_burst, run.answered_spread)
        ),
    )


def cold_table(runs: Sequence[ColdRun]) -> str:
    """Return the table of first paints; the first run is the floor that the others stand on."""
    floor = runs[0].as_record()
    rows = []
    for run in runs:
        record = run.as_record()
        ratio = record["painted_ms"] / floor["painted_ms"]
        rows.append(
            (
                run.title,
                f"{record['painted_ms']:.0f}",
                _number(ratio),
                "" if run is runs[0] else _verdict(ratio, COLD_TARGET),
                f"{record['ready_s']:.2f}",
                f"{record['total_ms']:.0f}",
                _number(record["total_ms"] / floor["total_ms"]),
            )
        )
    head = (
        "page", "navigation → painted ms", "ratio", "target", "process → ready s",
        "process → painted ms", "ratio",
    )  # fmt: skip
    return _table(head, rows)


def gate_table(runs: Sequence[GateRun]) -> str:
    """Return the table of reruns without and with the gate; the first run is the bare page."""
    bare = runs[0]
    rows = [
        (
            run.title,
            f"{run.median_ms:.1f}",
            f"{percentile(run.rerun_ms, 95):.1f}",
            _number(run.median_ms / bare.median_ms),
            "" if run is bare else _added(run.median_ms - bare.median_ms),
            f"{run.median_cpu_ms:.1f}",
            _number(run.median_cpu_ms / bare.median_cpu_ms),
        )
        for run in runs
    ]
    head = ("page", "rerun median ms", "p95 ms", "ratio", "added", "server CPU ms", "ratio")
    return _table(head, rows)


def _added(value_ms: float) -> str:
    met = "met" if value_ms <= GATE_TARGET_MS else "MISSED"
    return f"{value_ms:+.1f} ms, ≤ {GATE_TARGET_MS:g} {met}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2g}" if value < 1 else f"{value:.1f}"


def _verdict(ratio: float | None, target: float | None) -> str:
    if ratio is None or target is None:
        return ""
    return f"≤ {target:g} {'met' if ratio <= target else 'MISSED'}"


def _judged(text: str, is_product: bool, value: float, target: float) -> str:  # noqa: FBT001
    return f"{text} {'(met)' if value <= target else '(MISSED)'}" if is_product else text


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
