"""Intervals: what a reader can find out about a hidden count from everything that is shown.

The check of `data.queries.cells`: it takes published figures alone, writes down how households add
up, and asks by linear programming how small and how large each hidden count may still be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

from data.access import SMALL_CELL_HOUSEHOLDS
from geo.classify import SUPPRESSED, WITHHELD

KINDS: Final = ("remaining", "exited", "on_register")
_MOST_SMALL: Final = SMALL_CELL_HOUSEHOLDS - 1
_LEAST_WHOLE: Final = 2 * SMALL_CELL_HOUSEHOLDS - 1
_PLENTY: Final = 1e6
_TOLERANCE: Final = 1e-6

Values = npt.NDArray[np.float64]
Key = tuple[str, str, str, int]
"""Measure (``""`` for all), kind, group and stop."""


@dataclass(frozen=True)
class Publication:
    """What somebody sees, in numbers and states.

    Attributes
    ----------
    groups
        Codes of villages, leading digits of districts, and ``""`` for everything.
    households
        By measure and kind: one row a group, one column a stop; NaN where there is no record.
    unserved
        Remaining households without any measure where that is known, NaN elsewhere.
    parts_make_whole
        Whether the public may assume that whoever is on file remains or exited: nobody exited
        before the count began.
    exits_stand
        Whether it may assume that nobody returns, leaves the books or loses a measure.
    """

    groups: tuple[str, ...]
    households: Mapping[str, Mapping[str, Values]]
    unserved: Values
    parts_make_whole: bool = True
    exits_stand: bool = True


@dataclass
class _Program:
    """Variables with their bounds, and rows of coefficients with theirs."""

    index: dict[Key, int] = field(default_factory=dict)
    bounds: list[tuple[float, float]] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    is_equal: list[bool] = field(default_factory=list)

    def add(self, key: Key, low: float, high: float) -> None:
        self.index[key] = len(self.bounds)
        self.bounds.append((low, high))

    def relate(self, terms: Mapping[Key, float], *, equal: bool) -> None:
        """Let the terms add up to nothing, or to nothing at most."""
        row: dict[int, float] = {}
        for key, factor in terms.items():
            if key in self.index:
                row[self.index[key]] = row.get(self.index[key], 0.0) + factor
        if row:
            self.rows.append(row)
            self.is_equal.append(equal)


class Reader:
    """Somebody who knows every figure of a publication and can calculate."""

    def __init__(self, publication: Publication) -> None:
        self._seen = publication
        self._program = _Program()
        self._stops = publication.unserved.shape[1]
        for measure in publication.households:
            self._read_figures(measure)
        self._read_unserved()
        self._relate_all()
        self._matrices()

    @property
    def hidden(self) -> dict[Key, float]:
        """Every hidden count with its state."""
        return {
            (measure, kind, group, stop): float(values[row, stop])
            for measure, kinds in self._seen.households.items()
            for kind, values in kinds.items()
            for row, group in enumerate(self._seen.groups)
            for stop in range(self._stops)
            if values[row, stop] in {SUPPRESSED, WITHHELD}
        }

    def interval(self, key: Key) -> tuple[float, float]:
        """Give the least and the greatest number of households that a count may be."""
        low, high = self._world({key: 1.0})[key], self._world({key: -1.0})[key]
        return low, high

    def intervals(self, keys: Sequence[Key]) -> dict[Key, tuple[float, float]]:
        """Give for each count an interval that it may certainly lie in.

        One possible world answers for many counts at once: each round pushes one count of every
        area and stop down, then up, and remembers what all the others came to. The intervals are
        those seen: the true ones are as wide or wider.
        """
        found = {key: [_PLENTY, -_PLENTY] for key in keys}
        queues: dict[tuple[str, str, int], list[Key]] = {}
        for key in keys:
            measure, _kind, group, stop = key
            owner = group[:6] if len(group) > len("PPCCDD") else "-"
            queues.setdefault((measure, owner, stop), []).append(key)
        while any(queues.values()):
            chosen = [queue.pop() for queue in queues.values() if queue]
            for sign in (1.0, -1.0):
                world = self._world(dict.fromkeys(chosen, sign))
                for key, seen in found.items():
                    seen[0], seen[1] = min(seen[0], world[key]), max(seen[1], world[key])
        return {key: (low, high) for key, (low, high) in found.items()}

    def _world(self, wanted: Mapping[Key, float]) -> dict[Key, float]:
        costs = np.zeros(len(self._program.bounds))
        for key, cost in wanted.items():
            costs[self._program.index[key]] = cost
        result = linprog(
            costs,
            A_ub=self._at_most,
            b_ub=np.zeros(self._at_most.shape[0]) if self._at_most is not None else None,
            A_eq=self._equal,
            b_eq=np.zeros(self._equal.shape[0]) if self._equal is not None else None,
            bounds=self._program.bounds,
            method="highs",
        )
        if result.x is None:
            message = f"the published figures contradict each other: {result.message}"
            raise ValueError(message)
        rounded = np.where(
            np.abs(result.x - np.round(result.x)) < _TOLERANCE, np.round(result.x), result.x
        )
        return {key: float(rounded[i]) for key, i in self._program.index.items()}

    def _matrices(self) -> None:
        self._equal = self._matrix(wanted=True)
        self._at_most = self._matrix(wanted=False)

    def _matrix(self, *, wanted: bool) -> csr_array | None:
        rows = [
            row
            for row, equal in zip(self._program.rows, self._program.is_equal, strict=True)
            if equal is wanted
        ]
        if not rows:
            return None
        places = [(i, j, value) for i, row in enumerate(rows) for j, value in row.items()]
        i, j, values = (np.asarray(column) for column in zip(*places, strict=True))
        return csr_array((values, (i, j)), shape=(len(rows), len(self._program.bounds)))

    def _value(self, measure: str, kind: str, row: int, stop: int) -> float:
        return float(self._seen.households[measure][kind][row, stop])

    def _read_figures(self, measure: str) -> None:
        """Bound each count by what its cell shows."""
        for kind in KINDS:
            for row, group in enumerate(self._seen.groups):
                for stop in range(self._stops):
                    value = self._value(measure, kind, row, stop)
                    low, high = self._bounds(measure, kind, row, stop)
                    if not np.isnan(value):
                        self._program.add((measure, kind, group, stop), low, high)

    def _bounds(self, measure: str, kind: str, row: int, stop: int) -> tuple[float, float]:
        value = self._value(measure, kind, row, stop)
        if value == SUPPRESSED:
            return 1.0, float(_MOST_SMALL)
        if value != WITHHELD:
            return value, value
        if len(self._seen.groups[row]) <= len("PPCCDD"):
            return 1.0, _PLENTY  # of districts and the whole, nothing is said of a hidden size
        wholes = [] if not measure else [self._value("", kind, row, stop)]
        if kind == "on_register":
            parts = [self._value(measure, k, row, stop) for k in KINDS[:2]]
            if 0 not in parts:
                return 2.0, _PLENTY  # some remain and some exited: then its size is never told
        else:
            wholes.append(self._value(measure, "on_register", row, stop))
            if measure:
                wholes += [self._value("", k, row, stop) for k in KINDS[:2]]
        # "<5" is not said where the whole is below nine: there, and where that is unknown, a
        # withheld count may be small; elsewhere it would be marked as such.
        is_plain = all(whole == 0 or whole >= _LEAST_WHOLE for whole in wholes)
        return (float(SMALL_CELL_HOUSEHOLDS) if is_plain else 1.0), _PLENTY

    def _read_unserved(self) -> None:
        for row, group in enumerate(self._seen.groups):
            for stop in range(self._stops):
                known = float(self._seen.unserved[row, stop])
                bounds = (0.0, _PLENTY) if np.isnan(known) else (known, known)
                self._program.add(("", "unserved", group, stop), *bounds)

    def _relate_all(self) -> None:
        for stop in range(self._stops):
            for group in self._seen.groups:
                self._relate_measures(group, stop)
                for measure in self._seen.households:
                    self._relate_parts(measure, group, stop)
                    self._relate_time(measure, group, stop)

    def _relate_parts(self, measure: str, group: str, stop: int) -> None:
        remaining, exited, file = ((measure, kind, group, stop) for kind in KINDS)
        self._program.relate(
            {remaining: 1.0, exited: 1.0, file: -1.0}, equal=self._seen.parts_make_whole
        )
        inside = [g for g in self._seen.groups if _owner_of(g) == group]
        for kind in (*KINDS, *(() if measure else ("unserved",))):
            total = {(measure, kind, g, stop): 1.0 for g in inside}
            if total:
                self._program.relate({**total, (measure, kind, group, stop): -1.0}, equal=True)

    def _relate_measures(self, group: str, stop: int) -> None:
        measures = [m for m in self._seen.households if m]
        program = self._program
        for measure in measures:
            for kind in KINDS:
                program.relate(
                    {(measure, kind, group, stop): 1.0, ("", kind, group, stop): -1.0}, equal=False
                )
        program.relate(
            {("", "unserved", group, stop): 1.0, ("", "remaining", group, stop): -1.0}, equal=False
        )
        # Whoever remains holds a measure, or none at all.
        covered = {(measure, "remaining", group, stop): -1.0 for measure in measures}
        if measures:
            program.relate(
                {("", "remaining", group, stop): 1.0, ("", "unserved", group, stop): -1.0}
                | covered,
                equal=False,
            )

    def _relate_time(self, measure: str, group: str, stop: int) -> None:
        if not self._seen.exits_stand or stop == 0:
            return
        for kind in KINDS[1:]:
            self._program.relate(
                {(measure, kind, group, stop - 1): 1.0, (measure, kind, group, stop): -1.0},
                equal=False,
            )


def _owner_of(group: str) -> str | None:
    if not group:
        return None
    return group[:6] if len(group) > len("PPCCDD") else ""
