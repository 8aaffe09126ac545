"""What is compared: the product and the baselines, and how each is started, clicked and read."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bench.baselines.palette import FILL_COLORS, ICON_COLORS
from bench.points import DISTRICTS, MEASURES, Choice, make_units, picture
from bench.servers import ROOT, ServerSpec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

WORK = ROOT / "var" / "bench"
FOLIUM_FRAME = "iframe[title*='streamlit_folium']"
ALL_DISTRICTS = "district-all"
CITY_UNITS = 19
HOUSEHOLDS_PER_UNIT = 30


@dataclass(frozen=True)
class Step:
    """One filter click: which filter, what is done, and the picture that must follow."""

    kind: str
    action: dict[str, Any]
    expected: str


class Subject(Protocol):
    """A page under measurement."""

    @property
    def key(self) -> str:
        """A short name for the command line."""

    @property
    def title(self) -> str:
        """The name in the tables."""

    @property
    def units(self) -> int:
        """How many units it draws."""

    @property
    def path(self) -> str:
        """The address of the page on its server."""

    @property
    def reader(self) -> dict[str, Any]:
        """How `probe.js` reads which picture is shown."""

    def server(self) -> ServerSpec:
        """Return how the page is served."""

    def first_picture(self) -> str | None:
        """Return the picture before the first click; None means any."""

    def steps(self, page: Page) -> Iterator[Step]:
        """Yield filter clicks for ever, each of which changes the picture."""

    def mounts(self, page: Page) -> str:
        """Return a mark that changes when the map is built anew."""


@dataclass(frozen=True)
class Baseline:
    """A page of `bench/baselines` over the synthetic units."""

    key: str
    title: str
    units: int
    command: tuple[str, ...]
    ready_path: str
    reader: dict[str, Any]
    groups: tuple[str, str]
    environment: dict[str, str]
    path: str = "/"

    def server(self) -> ServerSpec:
        """Return how the page is served, with the interpreter that runs the benchmark."""
        environment = {
            "PYTHONPATH": str(ROOT),
            "GUATU_BENCH_UNITS": str(self.units),
            **self.environment,
        }
        return ServerSpec((sys.executable, *self.command), self.ready_path, environment)

    def first_picture(self) -> str | None:
        """Return the picture of the whole city and all measures."""
        return picture(make_units(self.units), Choice())

    def steps(self, page: Page) -> Iterator[Step]:  # noqa: ARG002  # the protocol's signature
        """Alternate between districts and measures."""
        units = make_units(self.units)
        district, measure = "", MEASURES[0]
        districts = itertools.cycle((*DISTRICTS, ""))
        measures = itertools.cycle((*MEASURES[1:], MEASURES[0]))
        for turn in itertools.count():
            if turn % 2:
                measure = next(measures)
                index = MEASURES.index(measure)
            else:
                district = next(districts)
                index = ("", *DISTRICTS).index(district)
            action = {"kind": "option", "group": self.groups[turn % 2], "index": index}
            kind = "measure" if turn % 2 else "district"
            yield Step(kind, action, picture(units, Choice(district, measure)))

    def mounts(self, page: Page) -> str:
        """Count the maps built so far, by a mark left in the map's own document."""
        return str(page.evaluate("frame => guatuBench.stamp(frame)", self.reader.get("frame")))


@dataclass(frozen=True)
class Product:
    """Guatu itself, started with the project's own interpreter."""

    units: int
    key: str = "guatu"
    title: str = "Guatu"
    path: str = "/"

    @property
    def reader(self) -> dict[str, Any]:
        """The board says by an attribute what it has drawn."""
        return {"kind": "board"}

    def server(self) -> ServerSpec:
        """Make the register if needed and return how the product is served."""
        environment = {"GUATU_DATABASE_URL": f"sqlite:///{self.make_register()}"}
        command = (
            find_product_python(), "-m", "uvicorn", "app:app",
            "--host", "127.0.0.1", "--port", "{port}", "--ws", "websockets-sansio",
            "--no-access-log", "--no-server-header", "--log-level", "warning",
        )  # fmt: skip
        return ServerSpec(command, "/readyz", {**environment, "PORT": "{port}"})

    def make_register(self) -> Path:
        """Create the register of this size; an existing one is only brought up to date."""
        database = WORK / f"guatu-{self.units}.db"
        database.parent.mkdir(parents=True, exist_ok=True)
        arguments = ["init", "--demo", "--seed", "1"]
        if self.units != CITY_UNITS:
            households = str(self.units * HOUSEHOLDS_PER_UNIT)
            arguments += ["--profile", "generic", "--divisions", str(self.units)]
            arguments += ["--households", households]
        subprocess.run(
            [find_product_python(), "-m", "data", *arguments],
            cwd=ROOT,
            env={**os.environ, "GUATU_DATABASE_URL": f"sqlite:///{database}"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return database

    def first_picture(self) -> str | None:
        """Accept whatever the board says that it has drawn."""
        return None

    def steps(self, page: Page) -> Iterator[Step]:
        """Alternate between the districts and measures the board offers."""
        buttons = page.evaluate("guatuBench.testids('district-')")
        values = page.evaluate("guatuBench.options('measure')")
        presses = itertools.cycle([*buttons[1:], buttons[0]])
        choices = itertools.cycle([*values[1:], values[0]])
        # The board names its picture "measure|district|as_of|indicator|mode|kinds".
        shown = page.evaluate("guatuBench.read({kind: 'board'})").split("|")
        for turn in itertools.count():
            if turn % 2:
                shown[0] = next(choices)
                action = {"kind": "select", "testid": "measure", "value": shown[0]}
                yield Step("measure", action, "|".join(shown))
            else:
                button = next(presses)
                shown[1] = "" if button == ALL_DISTRICTS else button.removeprefix("district-")
                yield Step("district", {"kind": "press", "testid": button}, "|".join(shown))

    def mounts(self, page: Page) -> str:
        """Return the board's own count of maps built."""
        return str(page.evaluate("guatuBench.attribute('.guatu-board', 'data-mounts')"))


def find_product_python() -> str:
    """Return the project's interpreter: `GUATU_PYTHON`, or the one of `.venv`."""
    return os.environ.get("GUATU_PYTHON", str(ROOT / ".venv" / "bin" / "python"))


def baselines(units: int, assets: str) -> list[Baseline]:
    """Return the baselines in the order of the table."""
    return [
        _streamlit("a", "(a) st_folium, Marker loop", units, "folium_markers", assets),
        _streamlit("b", "(b) st_folium, one GeoJson", units, "folium_geojson", assets),
        _dash("c", "(c) dash-leaflet, the fastest way: canvas, no server", units, is_fast=True),
        _dash("c2", "(c2) dash-leaflet, as usual: SVG, server callback", units, is_fast=False),
    ]


def _letters(colors: dict[str, str]) -> dict[str, str]:
    return {color: letter for letter, color in colors.items()}


def streamlit_command(script: str) -> tuple[str, ...]:
    """Return the command line of an ordinary Streamlit page of the baselines."""
    return (
        "-m", "streamlit", "run", f"bench/baselines/{script}.py",
        "--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true",
        "--server.fileWatcherType=none", "--browser.gatherUsageStats=false",
    )  # fmt: skip


def _streamlit(key: str, title: str, units: int, script: str, assets: str) -> Baseline:
    is_icons = script == "folium_markers"
    return Baseline(
        key=key,
        title=title,
        units=units,
        command=streamlit_command(script),
        ready_path="/_stcore/health",
        reader={
            "kind": "icons" if is_icons else "paths",
            "frame": FOLIUM_FRAME,
            "letterByColor": _letters(ICON_COLORS if is_icons else FILL_COLORS),
        },
        groups=(".st-key-district input", ".st-key-measure input"),
        environment={"GUATU_BENCH_ASSETS": assets},
    )


def _dash(key: str, title: str, units: int, *, is_fast: bool) -> Baseline:
    paths = {"kind": "paths", "letterByColor": _letters(FILL_COLORS)}
    return Baseline(
        key=key,
        title=title,
        units=units,
        command=("bench/baselines/dash_leaflet_map.py",),
        ready_path="/",
        reader={"kind": "draws"} if is_fast else paths,
        groups=("#district input", "#measure input"),
        environment={"PORT": "{port}", "GUATU_BENCH_FAST": "1" if is_fast else ""},
    )
