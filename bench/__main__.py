"""Run every comparison side by side: `python -m bench [--units 19,1000] [--clicks 18]`."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as PlaywrightError

from bench import assets, report
from bench.browser import launched
from bench.clicks import ClickRun, measure_clicks, measure_first
from bench.cold import ColdPage, ColdRun, empty_page, measure_cold
from bench.crowd import CrowdRun, measure_crowd
from bench.gate import measure_gate
from bench.servers import Server, ServerFailed, running
from bench.subjects import CITY_UNITS, WORK, Product, Subject, baselines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import Browser

RESULTS = Path(__file__).resolve().parent / "results" / "latest.json"
PARTS = ("clicks", "crowd", "cold", "gate")
PASSES = 3
"""Each page takes its clicks in turns with the others, so that load falls on all alike."""
COLD_ROUNDS = 5
CROWD_PAGES = ("guatu", "b")
"""The clients speak Streamlit's protocol; the Marker loop takes minutes and shows nothing new."""


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--units", type=_numbers, default=[19, 1000], help="19,1000")
    parser.add_argument("--clicks", type=int, default=18, help="filter clicks a page, at least 15")
    parser.add_argument("--people", type=int, default=30, help="people filtering at once")
    parser.add_argument("--pages", type=_words, help="guatu,a,b,c,c2: only these")
    parser.add_argument("--parts", type=_words, default=list(PARTS), help=",".join(PARTS))
    return parser.parse_args(arguments)


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def _words(text: str) -> list[str]:
    return text.split(",")


def subjects(units: int, address: str, pages: list[str] | None) -> list[Subject]:
    """Return the product and the baselines at one size, or those that were asked for."""
    everyone: list[Subject] = [Product(units), *baselines(units, address)]
    return [one for one in everyone if pages is None or one.key in pages]


def run_clicks(browser: Browser, pages: list[Subject], *, clicks: int) -> list[ClickRun]:
    """Start all servers and let each page take its clicks in turns.

    A page that does not work is said and left out; the others are still compared.
    """
    entries: list[tuple[Subject, Server, ClickRun]] = []
    with ExitStack() as stack:
        for one in pages:
            _say(f"{one.units} units: {one.title}, first reader")
            run = ClickRun(one.key, one.title, one.units)
            try:
                server = stack.enter_context(running(one.server(), _log_path(one.key)))
                measure_first(browser, one, server, run=run)
            except (PlaywrightError, ServerFailed, CalledProcessError) as error:
                _say(f"FAILED and left out: {error}")
            else:
                entries.append((one, server, run))
        for _ in range(PASSES):
            for one, server, run in entries:
                _say(f"{one.units} units: {one.title}")
                measure_clicks(browser, one, server, run=run, count=-(-clicks // PASSES))
    return [run for _, _, run in entries]


def _log_path(name: str) -> Path:
    return WORK / "logs" / f"{name}.log"


def run_crowd(
    browser: Browser, pages: list[Subject], *, people: int, rounds: int
) -> list[CrowdRun]:
    """Let many people filter the pages that take part, one server after the other."""
    runs = []
    for one in pages:
        if one.key in CROWD_PAGES:
            _say(f"{one.units} units: {people} people at {one.title}")
            with running(one.server(), _log_path(f"crowd-{one.key}")) as server:
                runs.append(measure_crowd(browser, one, server, people=people, rounds=rounds))
    return runs


def run_cold(browser: Browser, pages: list[str] | None) -> list[ColdRun]:
    """Time the first visitor of fresh servers."""
    _say("cold starts")
    cold = [empty_page()]
    if pages is None or report.PRODUCT in pages:
        product = Product(CITY_UNITS)
        cold.append(
            ColdPage(product.title, product.server(), product.path, ".guatu-board", "data-drawn")
        )
    return measure_cold(browser, cold, rounds=COLD_ROUNDS)


def run(options: argparse.Namespace) -> dict[str, list[Any]]:
    """Run the chosen parts and return what each measured."""
    results: dict[str, list[Any]] = {part: [] for part in PARTS}
    with assets.serving() as address, launched() as browser:
        for units in options.units:
            pages = subjects(units, address, options.pages)
            if "clicks" in options.parts:
                results["clicks"] += run_clicks(browser, pages, clicks=options.clicks)
            if "crowd" in options.parts and units == CITY_UNITS:
                results["crowd"] += run_crowd(
                    browser, pages, people=options.people, rounds=options.clicks
                )
        if "cold" in options.parts:
            results["cold"] += run_cold(browser, options.pages)
    if "gate" in options.parts:
        _say("the gate")
        results["gate"] += measure_gate()
    return results


def show(results: dict[str, list[Any]]) -> None:
    """Print the tables and keep the figures."""
    tables: dict[str, list[Callable[[Sequence[Any]], str]]] = {
        "clicks": [report.clicks_table, report.kinds_table],
        "crowd": [report.crowd_table],
        "cold": [report.cold_table],
        "gate": [report.gate_table],
    }
    print(f"\n{report.machine()}\n")
    for part, runs in results.items():
        if runs:
            print(*(table(runs) + "\n" for table in tables[part]), sep="\n")
    records = {part: [one.as_record() for one in runs] for part, runs in results.items()}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": report.machine(), **records}, indent=1))


def _say(text: str) -> None:
    print(f"bench: {text} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    show(run(read_arguments()))
