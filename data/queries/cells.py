"""Cells: which figures of the register stay hidden, for all areas, measures and stops at once.

Who may not see small cells reaches villages, districts and the whole, at every stop, for all
measures and for each; everything that follows from two of these figures is looked at together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from data.queries.disclosure import LEAST_WIDTH, Flags
from data.queries.instants import OPENING
from data.queries.register import Ledger
from data.queries.slices import Masks, Slice, areas_of


@dataclass(frozen=True)
class Cells:
    """What stays hidden.

    Attributes
    ----------
    stops
        The days of the last axis.
    groups
        Codes of villages, leading digits of districts, and ``""``, in one list.
    hidden
        By measure (``""`` for all): `file`, `status`, `coverage`, `reach` and `places`, shape
        ``(groups, stops)``; and `quiet`, where nothing is said of a hidden count's size.
    """

    stops: tuple[date, ...]
    groups: tuple[str, ...]
    hidden: Mapping[str, Masks]

    def of(self, measure: str | None, name: str, groups: Sequence[str]) -> Flags:
        """Give one mask for some groups; a group without any household hides nothing."""
        index = {group: i for i, group in enumerate(self.groups)}
        masks = self.hidden.get(measure) if measure is not None else None
        found: Flags = np.zeros((len(groups), len(self.stops)), dtype=bool)
        for row, group in enumerate(groups):
            if masks is not None and group in index:
                found[row] = masks[name][index[group]]
        return found

    def at(self, day: date | None) -> "Cells":
        """Take one day alone; where it is no stop, everything is hidden."""
        if day in self.stops:
            stop = self.stops.index(day)
            hidden = {
                code: {name: flags[:, [stop]] for name, flags in masks.items()}
                for code, masks in self.hidden.items()
            }
        else:
            every = np.ones((len(self.groups), 1), dtype=bool)
            hidden = {code: dict.fromkeys(masks, every) for code, masks in self.hidden.items()}
        return Cells(stops=(day or OPENING,), groups=self.groups, hidden=hidden)


def hide_cells(ledger: Ledger) -> Cells:
    """Decide what stays hidden of a register, from all that its reader reaches.

    Parameters
    ----------
    ledger
        Everything in the reader's areas at every stop, not narrowed to a measure.
    """
    areas = areas_of(ledger)
    everyone = np.ones_like(ledger.measured)
    base = Slice(ledger, areas, everyone, None)
    slices = {"": base} | {
        code: Slice(ledger, areas, held, base.hide()) for code, held in ledger.by_measure.items()
    }
    hidden = {code: part.hide() for code, part in slices.items()}
    while barred := _give_away(slices, hidden):
        for code, flags in barred.items():
            hidden[code] = slices[code].hide(flags)
    return Cells(stops=ledger.stops, groups=areas.groups, hidden=hidden)


def measure_of(ledger: Ledger) -> str | None:
    """Name the measure that a ledger is narrowed to: ``""`` for all, None for one nobody holds."""
    for code, held in ledger.by_measure.items():
        if held is ledger.measured:
            return code
    return "" if ledger.measured.all() else None


def _give_away(slices: Mapping[str, Slice], hidden: Mapping[str, Masks]) -> dict[str, Flags]:
    """Find what must go too because whoever remains holds some measure, or is known to hold none.

    Where one measure alone is hidden and hardly anybody holds two, the others would tell of it.
    """
    codes = [code for code in slices if code]
    if not codes:
        return {}
    held = np.stack([slices[code].remaining for code in codes])
    masks = np.stack([hidden[code]["status"] for code in codes]) & (held > 0)
    base = slices[""]
    spare = held.sum(axis=0) + base.unserved - base.remaining
    shown = np.where(masks | (held == 0), np.iinfo(np.int64).max, held)
    told = ~hidden[""]["status"] & ~hidden[""]["reach"] & (masks.sum(axis=0) == 1)
    exposed = told & (spare < LEAST_WIDTH) & (shown.min(axis=0) < np.iinfo(np.int64).max)
    chosen = shown.argmin(axis=0)
    return {
        code: slices[code].extra | (exposed & (chosen == i))
        for i, code in enumerate(codes)
        if (exposed & (chosen == i)).any()
    }
