"""Indicators: what the ledger's counts mean for units, districts and the whole, at each stop.

Every figure comes in one of four states: a value, a true zero, no data (NaN) or suppressed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from data.access import Action, Viewer, can, is_small
from data.queries.cells import Cells, hide_cells, measure_of
from data.queries.register import Counts, Flags, Ledger
from geo.classify import NOT_APPLICABLE, SUPPRESSED, WITHHELD

Values = npt.NDArray[np.float64]
N = TypeVar("N", Counts, Values)
_LEAST_PERCENT, _MOST_PERCENT = 0.1, 99.9


@dataclass(frozen=True)
class Indicators:
    """Figures of some groups of households: one row a group, one column a stop.

    Attributes
    ----------
    groups
        Codes of units, leading digits of districts, or ``""`` for everything.
    persons
        `remaining`, `exited`, `on_register`.
    households
        The households behind each of them.
    rates
        `reach` and `coverage` in percent, `places` per household.
    """

    groups: tuple[str, ...]
    persons: Mapping[str, Values]
    households: Mapping[str, Values]
    rates: Mapping[str, Values]

    def value(self, indicator: str) -> Values:
        """Give an indicator by its code."""
        return self.persons[indicator] if indicator in self.persons else self.rates[indicator]


@dataclass(frozen=True)
class _Sums(Generic[N]):
    persons: dict[str, N] = field(default_factory=dict)
    households: dict[str, N] = field(default_factory=dict)


@dataclass(frozen=True)
class _Rate:
    """The counts behind a rate; a share's part lies within its whole."""

    part: Counts
    whole: Counts
    is_share: bool = True


def measure_groups(
    ledger: Ledger,
    groups: Sequence[str],
    viewer: Viewer,
    *,
    with_projects: Collection[str] = (),
    cells: Cells | None = None,
) -> Indicators:
    """Add the ledger up by groups of villages and hide small cells.

    Parameters
    ----------
    ledger
        The folded register.
    groups
        Leading digits of division codes, all of one length.
    viewer
        Decides what is hidden.
    with_projects
        Districts (six digits) for which any project is recorded: elsewhere project places are
        *no data*, not zero.
    cells
        What stays hidden of all that the viewer reaches; by default, as if that were the ledger.
    """
    rows, size = _rows_of(ledger, groups), len(groups)
    sums = _add_up(ledger, rows, size)
    on_register = sums.households["on_register"]
    registered = ledger.registered > 0
    rates = {
        "reach": _Rate(
            part=_total(ledger.reached & registered, rows, size),
            whole=_total(registered, rows, size),
        ),
        "coverage": _Rate(
            part=_total(ledger.paired & _remaining(ledger), rows, size),
            whole=sums.households["remaining"],
        ),
        "places": _Rate(
            part=_total(ledger.places * ledger.measured, rows, size),
            whole=on_register,
            is_share=False,
        ),
    }
    values = {
        "reach": _percent(rates["reach"]),
        "coverage": _percent(rates["coverage"]),
        "places": _per_household(rates["places"], groups, with_projects),
    }
    # A unit with households in the ledger has figures, be they zero; one without has none.
    no_record = np.bincount(rows[rows >= 0], minlength=size)[:size] == 0
    if not ledger.is_answerable:
        no_record[:] = True
    touched = _total((ledger.exited > 0) & ledger.measured, rows, size)
    for rate in values.values():
        rate[no_record] = np.nan
    exact = Indicators(
        groups=tuple(groups),
        persons=_with_states(sums.persons, no_record),
        households=_with_states(sums.households, no_record),
        rates=values,
    )
    if can(viewer, Action.SEE_SMALL_CELLS):
        return exact
    few = {name: is_small(households) for name, households in sums.households.items()}
    few["exited"] = is_small(touched)
    return _Hiding(ledger, cells or hide_cells(ledger), few).hide(exact, rates)


def _with_states(counts: Mapping[str, Counts], no_record: Flags) -> dict[str, Values]:
    return {name: np.where(no_record[:, None], np.nan, count) for name, count in counts.items()}


class _Hiding:
    """The figures of a ledger's measure, with states in the place of what stays hidden."""

    def __init__(self, ledger: Ledger, cells: Cells, few: Mapping[str, Flags]) -> None:
        self._measure, self._cells, self._few = measure_of(ledger), cells, few

    def hide(self, exact: Indicators, rates: Mapping[str, _Rate]) -> Indicators:
        """Hide persons and households of a cell together, and the rates that tell of them."""
        groups = exact.groups
        states = {name: self._state(name, groups) for name in exact.persons}
        shown = [
            {
                # Never a true zero: that somebody is *not* there is published.
                name: np.where((counts == 0) | np.isnan(counts) | (states[name] == 0),
                               counts, states[name])
                for name, counts in figures.items()
            }
            for figures in (exact.persons, exact.households)
        ]  # fmt: skip
        return Indicators(
            groups=groups,
            persons=shown[0],
            households=shown[1],
            rates={
                name: self._hide_rate(name, exact, rate, states) for name, rate in rates.items()
            },
        )

    def _state(self, name: str, groups: Sequence[str]) -> Values:
        """Give the state of each hidden count: "<5" only where that gives nothing else away."""
        whole = name == "on_register"
        hidden = self._cells.of(self._measure, "file" if whole else "status", groups)
        quiet = self._cells.of(self._measure, "quiet_file" if whole else "quiet", groups)
        state = np.where(self._few[name] & ~quiet, SUPPRESSED, WITHHELD)
        return np.where(hidden, state, 0.0)

    def _hide_rate(
        self, name: str, exact: Indicators, rate: _Rate, states: Mapping[str, Values]
    ) -> Values:
        values, groups = exact.rates[name], exact.groups
        hidden = self._cells.of(self._measure, name, groups)
        behind = states["on_register" if name == "places" else "remaining"]
        # None or all of five and more tells no number.
        quiet = self._cells.of(self._measure, "quiet_file" if name == "places" else "quiet", groups)
        quiet = quiet | self._cells.of("", "quiet", groups)
        plain = (rate.part == 0) | ((rate.part == rate.whole) & (name == "coverage"))
        plain &= ~quiet & ~is_small(rate.whole)
        state = np.where(behind == SUPPRESSED, SUPPRESSED, WITHHELD)
        settled = np.isnan(values) | (values == NOT_APPLICABLE) | plain
        return np.where(hidden & ~settled, state, values)


def paired_shares(ledger: Ledger, groups: Sequence[str]) -> Values:
    """Give the exact share of remaining households with a pairing; NaN where none remain."""
    rows, size = _rows_of(ledger, groups), len(groups)
    remaining = _remaining(ledger)
    paired = _total(ledger.paired & remaining, rows, size).astype(float)
    whole = _total(remaining, rows, size)
    shares: Values = np.divide(paired, whole, out=np.full_like(paired, np.nan), where=whole > 0)
    return shares


def _rows_of(ledger: Ledger, groups: Sequence[str]) -> npt.NDArray[np.int64]:
    """Find each household's group; -1 where it has none."""
    index = {group: i for i, group in enumerate(groups)}
    length = len(groups[0]) if groups else 0
    return np.asarray(
        [index.get(village[:length], -1) for village in ledger.households["village"]],
        dtype=np.int64,
    )


def _total(array: Counts | Flags, rows: npt.NDArray[np.int64], size: int) -> Counts:
    total = np.zeros((size, array.shape[1]), dtype=np.int64)
    keep = rows >= 0
    np.add.at(total, rows[keep], array[keep].astype(np.int64))
    return total


def _remaining(ledger: Ledger) -> Flags:
    remaining: Flags = (ledger.registered > 0) & ledger.measured
    return remaining


def _add_up(ledger: Ledger, rows: npt.NDArray[np.int64], size: int) -> _Sums[Counts]:
    on_file = ledger.registered + ledger.exited + ledger.exited_before
    sums = _Sums[Counts]()
    for name, persons, holds in (
        ("remaining", ledger.registered, ledger.registered > 0),
        ("exited", ledger.exited, (ledger.exited > 0) & (ledger.registered == 0)),
        ("on_register", on_file, on_file > 0),
    ):
        sums.persons[name] = _total(persons * ledger.measured, rows, size)
        sums.households[name] = _total(holds & ledger.measured, rows, size)
    return sums


def _percent(rate: _Rate) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        percent = np.round(100.0 * rate.part / rate.whole, 1)
    # Rounding calls neither a few none nor almost all complete.
    percent[(rate.part > 0) & (percent < _LEAST_PERCENT)] = _LEAST_PERCENT
    percent[(rate.part < rate.whole) & (percent > _MOST_PERCENT)] = _MOST_PERCENT
    percent[rate.whole == 0] = NOT_APPLICABLE
    return percent


def _per_household(rate: _Rate, groups: Sequence[str], with_projects: Collection[str]) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        places = np.round(rate.part / rate.whole, 2)
    places[rate.whole == 0] = NOT_APPLICABLE
    # A district without any recorded project has no record, which is not the same as zero.
    unknown = [
        not any(d.startswith(group[:6]) or group[:6].startswith(d) for d in with_projects)
        for group in groups
    ]
    places[np.asarray(unknown, dtype=bool)] = np.nan
    return places


@dataclass(frozen=True)
class Gap:
    """The worst gap at one stop: what is missing, for how many households, where most of them.

    `households` is of the whole area, `there` of `village`, which has most of them; either is
    `WITHHELD` where it would tell of a few and the viewer may not see it, `village` then empty.
    """

    kind: str
    households: int
    village: str
    there: int


def worst_gaps(
    ledger: Ledger,
    prefix: str,
    viewer: Viewer,
    *,
    stale: Mapping[str, Sequence[bool]],
    cells: Cells | None = None,
) -> list[Gap | None]:
    """Find the gap that touches most households on the register, at each stop.

    Parameters
    ----------
    ledger
        The folded register.
    prefix
        Leading digits of the area looked at.
    viewer
        Decides what is hidden.
    stale
        Village code to whether its last recorded fact is older than 90 days, at each stop.
    cells
        What stays hidden of all that the viewer reaches; by default, as if that were the ledger.
    """
    villages = sorted({v for v in ledger.households["village"] if str(v).startswith(prefix)})
    counts = count_gaps(ledger, villages, stale=stale)
    hidden = dict.fromkeys(counts, np.zeros((len(villages) + 1, len(ledger.stops)), dtype=bool))
    if not can(viewer, Action.SEE_SMALL_CELLS):
        cells = cells or hide_cells(ledger)
        for kind, numbers in counts.items():
            masks = hide_gaps(ledger, cells, kind, [prefix, *villages])
            masks[1:] &= numbers > 0
            hidden[kind] = masks
        hidden["stale"][0] |= _is_split(ledger, cells, villages, counts["stale"])
    return [_worst_at(counts, hidden, stop, villages) for stop in range(len(ledger.stops))]


def count_gaps(
    ledger: Ledger, villages: Sequence[str], *, stale: Mapping[str, Sequence[bool]]
) -> dict[str, Counts]:
    """Count each village's remaining households that lack something, by kind of gap."""
    rows, size = _rows_of(ledger, villages), len(villages)
    return {kind: _total(flags, rows, size) for kind, flags in gaps_of(ledger, stale).items()}


def gaps_of(ledger: Ledger, stale: Mapping[str, Sequence[bool]]) -> dict[str, Flags]:
    """Mark the remaining households that lack something, by kind of gap, at each stop."""
    remaining = _remaining(ledger)
    is_stale = np.asarray([stale[str(v)] for v in ledger.households["village"]], dtype=bool)
    return {
        "unpaired": remaining & ~ledger.paired,
        "no_measure": remaining & ~ledger.has_measure,
        "stale": remaining & is_stale.reshape(remaining.shape),
    }


def hide_gaps(ledger: Ledger, cells: Cells, kind: str, groups: Sequence[str]) -> Flags:
    """Tell where the number of a gap stays hidden, in groups of one length or of several."""
    name = {"unpaired": "coverage", "no_measure": "reach", "stale": "status"}[kind]
    return cells.of(measure_of(ledger), name, groups)


def _is_split(ledger: Ledger, cells: Cells, villages: Sequence[str], stale: Counts) -> Flags:
    """Tell where the number of old records divides the villages that are hidden.

    Records are old for all of a village or for none of it: with the villages that are shown,
    their number then tells how the others share what is left.
    """
    unknown = cells.of(measure_of(ledger), "status", villages)
    remaining = _total(_remaining(ledger), _rows_of(ledger, villages), len(villages))
    old, fresh = unknown & (stale > 0), unknown & (remaining > stale)
    return np.asarray(old.any(axis=0) & fresh.any(axis=0), dtype=bool)


def _worst_at(
    counts: Mapping[str, Counts], hidden: Mapping[str, Flags], stop: int, villages: Sequence[str]
) -> Gap | None:
    totals = {kind: int(numbers[:, stop].sum()) for kind, numbers in counts.items()}
    kind = max(totals, key=lambda name: totals[name])
    if totals[kind] == 0:
        return None
    numbers, kept_back = counts[kind][:, stop], hidden[kind][:, stop]
    most = int(numbers.argmax())
    return Gap(
        kind=kind,
        households=int(WITHHELD) if kept_back[0] else totals[kind],
        village="" if kept_back.any() else str(villages[most]),
        there=int(WITHHELD) if kept_back.any() else int(numbers[most]),
    )
