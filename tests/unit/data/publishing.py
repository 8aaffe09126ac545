"""What a reader of figures without small cells gets, and small worlds to get it of."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from data.access import Role, Viewer
from data.queries.cells import hide_cells
from data.queries.indicators import Indicators, measure_groups
from data.queries.intervals import KINDS, Publication
from data.queries.register import Ledger

LEADER = Viewer("leader", Role.LEADER, ("",))
EXACT = Viewer("office", Role.OFFICE, ("",))
MEASURES = ("industry", "education", "employment", "health", "social")


def narrowed(ledger: Ledger, measure: str) -> Ledger:
    """Look at a ledger through one measure, as the product does."""
    if not measure:
        return ledger
    held = ledger.by_measure[measure]
    return Ledger(**{**vars(ledger), "measured": held, "reached": held})


def groups_of(ledger: Ledger) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str]]:
    """Name the villages, the districts and the whole."""
    villages = tuple(sorted(map(str, set(ledger.households["village"]))))
    return villages, tuple(sorted({code[:6] for code in villages})), ("",)


def figures_of(ledger: Ledger, viewer: Viewer) -> dict[str, list[Indicators]]:
    """Give the figures of all measures and of each, at three levels, as a viewer sees them."""
    cells, districts = hide_cells(ledger), groups_of(ledger)[1]
    return {
        measure: [
            measure_groups(
                narrowed(ledger, measure), groups, viewer, with_projects=districts, cells=cells
            )
            for groups in groups_of(ledger)
        ]
        for measure in ("", *ledger.by_measure)
    }


def publish(
    figures: Mapping[str, list[Indicators]], stops: list[int], **assumptions: bool
) -> Publication:
    """Collect what is published, households by measure and kind; assume what the public may."""
    households = {
        measure: {
            kind: np.concatenate([part.households[kind][:, stops] for part in parts])
            for kind in KINDS
        }
        for measure, parts in figures.items()
    }
    reach = np.concatenate([part.rates["reach"][:, stops] for part in figures[""]])
    remaining = households[""]["remaining"]
    told = (reach >= 0) & (remaining >= 0)
    unserved = np.where(told, np.round(remaining * (100.0 - reach) / 100.0), np.nan)
    return Publication(
        groups=tuple(group for part in figures[""] for group in part.groups),
        households=households,
        unserved=np.where(remaining == 0, 0.0, unserved),
        **assumptions,
    )


def changing_stops(figures: Mapping[str, list[Indicators]]) -> list[int]:
    """Leave out stops at which every exact figure is as at the stop before."""
    values = np.concatenate(
        [part.households[kind] for parts in figures.values() for part in parts for kind in KINDS]
    )
    moved = (np.diff(values, axis=1) != 0).any(axis=0)
    return [0, *(np.flatnonzero(moved) + 1).tolist()]


def small_world(rng: np.random.Generator, *, villages: int, stops: int = 3) -> Ledger:
    """Make a register of a few villages in one to three districts, with a few measures."""
    codes = [f"9901{21 + i % rng.integers(1, 4)}100{i:03d}" for i in range(villages)]
    sizes = rng.integers(1, 40, villages)
    village = np.repeat(codes, sizes)
    size = len(village)
    exit_at = np.where(rng.random(size) < rng.random(), rng.integers(1, stops + 1, size), stops)
    days = np.arange(stops)
    gone = exit_at[:, None] <= days
    persons = rng.integers(1, 7, size)[:, None]
    start = rng.integers(-2, stops, (2, size))
    by_measure = {
        name: (rng.random(size) < share)[:, None] & (first[:, None] <= days)
        for name, share, first in zip(MEASURES, rng.random(2), start, strict=False)
    }
    held = np.logical_or.reduce(list(by_measure.values()))
    return Ledger(
        stops=tuple(date(2016, 1 + stop, 1) for stop in range(stops)),
        is_answerable=True,
        households=pd.DataFrame({"code": [f"h{i}" for i in range(size)], "village": village}),
        registered=np.where(gone, 0, persons),
        exited=np.where(gone, persons, 0),
        exited_before=np.zeros((size, stops), dtype=np.int64),
        measured=np.ones((size, stops), dtype=bool),
        reached=held,
        has_measure=held,
        by_measure=by_measure,
        paired=np.repeat((rng.random(size) < 0.9)[:, None], stops, axis=1),
        places=np.repeat(rng.integers(0, 2, size)[:, None], stops, axis=1),
    )
