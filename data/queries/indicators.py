"""Indicators: what the ledger's counts mean for units, districts and the whole, at each stop.

Every figure comes in one of four states: a value, a true zero, no data (NaN) or suppressed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data.access import Viewer, is_small, suppress
from data.queries.register import Counts, Flags, Ledger
from geo.classify import SUPPRESSED

Values = npt.NDArray[np.float64]


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
class _Sums:
    persons: dict[str, Counts] = field(default_factory=dict)
    households: dict[str, Counts] = field(default_factory=dict)


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
    rows = _rows_of(ledger, groups)
    sums = _add_up(ledger, rows, len(groups))
    base = sums.households
    rates = {
        "reach": _percent(
            _total(ledger.reached & (ledger.registered > 0), rows, len(groups)),
            _registered(ledger, rows, len(groups)),
        ),
        "coverage": _percent(
            _total(ledger.paired & _remaining(ledger), rows, len(groups)), base["remaining"]
        ),
        "places": _places(ledger, rows, groups, base["on_register"], with_projects),
    }
    no_record = base["on_register"].max(axis=1, initial=0) == 0
    if not ledger.is_answerable:
        no_record[:] = True
        rates = {name: np.full_like(values, np.nan) for name, values in rates.items()}
    return _hidden(groups, sums, rates, no_record, viewer)


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


def _registered(ledger: Ledger, rows: npt.NDArray[np.int64], size: int) -> Counts:
    return _total(ledger.registered > 0, rows, size)


def _add_up(ledger: Ledger, rows: npt.NDArray[np.int64], size: int) -> _Sums:
    on_file = ledger.registered + ledger.exited + ledger.exited_before
    sums = _Sums()
    for name, persons, holds in (
        ("remaining", ledger.registered, ledger.registered > 0),
        ("exited", ledger.exited, (ledger.exited > 0) & (ledger.registered == 0)),
        ("on_register", on_file, on_file > 0),
    ):
        sums.persons[name] = _total(persons * ledger.measured, rows, size)
        sums.households[name] = _total(holds & ledger.measured, rows, size)
    return sums


def _percent(part: Counts, whole: Counts) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        rate: Values = np.where(whole > 0, np.round(100.0 * part / whole, 1), np.nan)
    return rate


def _places(
    ledger: Ledger,
    rows: npt.NDArray[np.int64],
    groups: Sequence[str],
    households: Counts,
    with_projects: Collection[str],
) -> Values:
    places = _total(ledger.places * ledger.measured, rows, len(groups))
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(households > 0, np.round(places / households, 2), np.nan)
    # A district without any recorded project has no record, which is not the same as zero.
    unknown = [
        not any(d.startswith(group[:6]) or group[:6].startswith(d) for d in with_projects)
        for group in groups
    ]
    rate[np.asarray(unknown, dtype=bool)] = np.nan
    return rate


def _hidden(
    groups: Sequence[str],
    sums: _Sums,
    rates: Mapping[str, Values],
    no_record: Flags,
    viewer: Viewer,
) -> Indicators:
    base = {name: counts.astype(float) for name, counts in sums.households.items()}
    persons = {name: counts.astype(float) for name, counts in sums.persons.items()}
    for values in (*base.values(), *persons.values()):
        values[no_record] = np.nan
    # On file = remaining + exited: hiding only one of the two parts would hide nothing.
    small_part = np.where(
        is_small(sums.households["remaining"]) | is_small(sums.households["exited"]), 1, 0
    )
    parts = {"remaining": small_part, "exited": small_part}
    hidden_by = {name: parts.get(name, counts) for name, counts in sums.households.items()}
    rate_base = {
        "reach": sums.households["remaining"],
        "coverage": sums.households["remaining"],
        "places": sums.households["on_register"],
    }
    return Indicators(
        groups=tuple(groups),
        persons={n: _hide(v, hidden_by[n], viewer) for n, v in persons.items()},
        households={n: _hide(v, hidden_by[n], viewer) for n, v in base.items()},
        rates={n: _hide(v, rate_base[n], viewer) for n, v in rates.items()},
    )


def _hide(values: Values, households: Counts, viewer: Viewer) -> Values:
    """Hide small cells, but never a true zero: that somebody is *not* there is published."""
    hidden = suppress(values, households, viewer)
    return np.where((values == 0) | np.isnan(values), values, hidden)


@dataclass(frozen=True)
class Gap:
    """The worst gap at one stop: what is missing, for how many households, mostly where.

    `households` is `SUPPRESSED` where the count is small and the viewer may not see it; then
    `village` is empty.
    """

    kind: str
    households: int
    village: str


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
    remaining = _remaining(ledger) & inside[:, None]
    is_stale = np.asarray([stale[str(v)] for v in villages], dtype=bool).reshape(remaining.shape)
    kinds = {
        "unpaired": remaining & ~ledger.paired,
        "no_measure": remaining & ~ledger.has_measure,
        "stale": remaining & is_stale,
    }
    return [_worst_at(kinds, stop, villages, viewer) for stop in range(len(ledger.stops))]


def _worst_at(
    kinds: Mapping[str, Flags], stop: int, villages: npt.NDArray[np.object_], viewer: Viewer
) -> Gap | None:
    counts = {kind: int(flags[:, stop].sum()) for kind, flags in kinds.items()}
    kind = max(counts, key=lambda name: counts[name])
    if counts[kind] == 0:
        return None
    codes, numbers = np.unique(villages[kinds[kind][:, stop]].astype(str), return_counts=True)
    most = int(numbers.argmax())
    shown = suppress(np.asarray([counts[kind]], float), np.asarray([counts[kind]]), viewer)[0]
    there = suppress(numbers[most : most + 1].astype(float), numbers[most : most + 1], viewer)[0]
    return Gap(
        kind=kind,
        households=int(shown),
        village="" if SUPPRESSED in {shown, there} else str(codes[most]),
    )
