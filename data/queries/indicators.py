"""Indicators: what the ledger's counts mean for units, districts and the whole, at each stop.

Every figure comes in one of four states: a value, a true zero, no data (NaN) or suppressed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from data.access import Viewer, hide, is_small, suppress
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
    counted = _hide_counts(sums, touched, no_record, groups, viewer)
    return Indicators(
        groups=tuple(groups),
        persons=counted.persons,
        households=counted.households,
        rates={name: _hide_rate(values[name], rate, viewer) for name, rate in rates.items()},
    )


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


def _hide_counts(
    sums: _Sums[Counts],
    touched: Counts,
    no_record: Flags,
    groups: Sequence[str],
    viewer: Viewer,
) -> _Sums[Values]:
    """Hide small cells, and whatever else would give one away by subtraction.

    On file = remaining + exited, so a small part takes the other part along; and a total less all
    but one of its parts is that part, so no part is ever hidden alone. A household of which only
    some members exited counts among the exited here (`touched`).
    """
    small = {name: is_small(households) for name, households in sums.households.items()}
    small["exited"] = is_small(touched)
    parts = _with_companions(
        small["remaining"] | small["exited"], (sums.households["remaining"], touched), groups
    )
    whole = _with_companions(small["on_register"], (sums.households["on_register"],), groups)
    withheld = {"remaining": parts, "exited": parts, "on_register": whole}
    shown = _Sums[Values]()
    for name, households in sums.households.items():
        for counts, target in (
            (sums.persons[name], shown.persons),
            (households, shown.households),
        ):
            values = counts.astype(float)
            values[no_record] = np.nan
            # Never a true zero: that somebody is *not* there is published.
            settled = (values == 0) | np.isnan(values)
            hidden = hide(values, withheld[name], viewer, WITHHELD)
            hidden = hide(hidden, small[name], viewer, SUPPRESSED)
            target[name] = np.where(settled, values, hidden)
    return shown


def _with_companions(hidden: Flags, counts: Sequence[Counts], groups: Sequence[str]) -> Flags:
    """Hide others beside what is hidden, until no group of any of the counts is hidden alone."""
    before = np.zeros_like(hidden)
    while (hidden != before).any():
        before = hidden
        for households in counts:
            hidden = hidden | _companions(hidden, households, groups)
    return hidden


def _companions(hidden: Flags, households: Counts, groups: Sequence[str]) -> Flags:
    """Mark, where one group alone is hidden beside its siblings, the smallest other one.

    A group of none counts for nothing here: that it has none is shown.
    """
    extra = np.zeros_like(hidden)
    parents = np.asarray([_parent_of(group) for group in groups])
    for parent in np.unique(parents):
        rows = np.flatnonzero(parents == parent)
        some = households[rows] > 0
        lonely = (hidden[rows] & some).sum(axis=0) == 1
        candidates = np.where(hidden[rows] | ~some, np.inf, households[rows])
        found = lonely & np.isfinite(candidates.min(axis=0))
        extra[rows[candidates.argmin(axis=0)[found]], np.flatnonzero(found)] = True
    return extra


def _parent_of(group: str) -> str:
    """Give the leading digits of the area whose total a group adds to: its district, or all."""
    return group[:6] if len(group) > len("PPCCDD") else ""


def _hide_rate(values: Values, rate: _Rate, viewer: Viewer) -> Values:
    """Hide a rate of few households, or one that tells of few what they have or lack."""
    few = is_small(rate.whole) | is_small(rate.part)
    if rate.is_share:
        few |= is_small(rate.whole - rate.part)
    shown = hide(values, few, viewer, SUPPRESSED)
    return np.where(np.isnan(values) | (values == NOT_APPLICABLE), values, shown)


@dataclass(frozen=True)
class Gap:
    """The worst gap at one stop: what is missing, for how many households, where most of them.

    `households` is of the whole area, `there` of `village`, which has most of them; either is
    `SUPPRESSED` where it is small and the viewer may not see it.
    """

    kind: str
    households: int
    village: str
    there: int


def worst_gaps(
    ledger: Ledger, prefix: str, viewer: Viewer, *, stale: Mapping[str, Sequence[bool]]
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
    """
    villages = ledger.households["village"].to_numpy()
    inside = np.asarray([str(v).startswith(prefix) for v in villages], dtype=bool)
    kinds = {kind: flags & inside[:, None] for kind, flags in gaps_of(ledger, stale).items()}
    return [_worst_at(kinds, stop, villages, viewer) for stop in range(len(ledger.stops))]


def gaps_of(ledger: Ledger, stale: Mapping[str, Sequence[bool]]) -> dict[str, Flags]:
    """Mark the remaining households that lack something, by kind of gap, at each stop."""
    remaining = _remaining(ledger)
    is_stale = np.asarray([stale[str(v)] for v in ledger.households["village"]], dtype=bool)
    return {
        "unpaired": remaining & ~ledger.paired,
        "no_measure": remaining & ~ledger.has_measure,
        "stale": remaining & is_stale.reshape(remaining.shape),
    }


def _worst_at(
    kinds: Mapping[str, Flags], stop: int, villages: npt.NDArray[np.object_], viewer: Viewer
) -> Gap | None:
    counts = {kind: int(flags[:, stop].sum()) for kind, flags in kinds.items()}
    kind = max(counts, key=lambda name: counts[name])
    if counts[kind] == 0:
        return None
    codes, numbers = np.unique(villages[kinds[kind][:, stop]].astype(str), return_counts=True)
    most = int(numbers.argmax())
    total, there = np.asarray([counts[kind], numbers[most]])
    shown = suppress(np.asarray([total, there], float), np.asarray([total, there]), viewer)
    return Gap(
        kind=kind,
        households=int(shown[0]),
        village=str(codes[most]) if shown[0] != SUPPRESSED else "",
        there=int(shown[1]),
    )
