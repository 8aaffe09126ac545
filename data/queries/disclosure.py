"""Disclosure: which figures stay hidden so that nobody computes a small cell from the others.

Pure arithmetic on counts of households. A *table* is a count of several kinds, for parts (villages,
districts, causes) of a whole, at several stops. A part's column, all kinds at one stop, is shown or
hidden together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.access import SMALL_CELL_HOUSEHOLDS, is_small

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEAST_WIDTH = SMALL_CELL_HOUSEHOLDS - 2
"""From 1 to 4 is three steps: the least that a hidden count must be able to move."""


@dataclass(frozen=True)
class Table:
    """Counts of parts of some wholes.

    Attributes
    ----------
    counts
        Shape ``(kinds, parts, stops)``: every count that follows from a column once it is shown.
    owners
        The whole that each part belongs to, 0 and on.
    down, up
        How far the first kinds, those that are published, may be thought smaller or larger without
        contradicting what is shown of the part itself; shape ``(published, parts, stops)``.
    certain
        Columns that true zeros give away already; shape ``(parts, stops)``.
    first
        Stops that are kept before others, the most wanted first.
    """

    counts: Counts
    owners: npt.NDArray[np.int64]
    down: Counts
    up: Counts
    certain: Flags
    first: Sequence[int] = ()


def hide_parts(table: Table, barred: Flags, owner_hidden: Flags) -> tuple[Flags, Flags]:
    """Choose the columns of the parts that stay hidden.

    Parameters
    ----------
    table
        The counts.
    barred
        Columns that are hidden in any case; shape ``(parts, stops)``.
    owner_hidden
        Columns of the wholes that are hidden; shape ``(wholes, stops)``. Their parts are hidden
        too: a part never tells more than its whole.

    Returns
    -------
    tuple
        The hidden columns of the parts, and those of the wholes that still tell too much because
        true zeros leave nothing else to hide.
    """
    hidden = _apart_in_time(table, barred | owner_hidden[table.owners])
    telling = np.zeros_like(owner_hidden)
    for owner in range(len(owner_hidden)):
        rows = np.flatnonzero(table.owners == owner)
        if hidden[rows].any():
            whole = _Whole(table, rows, hidden[rows], owner_hidden[owner])
            hidden[rows], telling[owner] = whole.settle()
    return hidden, telling


def _apart_in_time(table: Table, barred: Flags) -> Flags:
    """Keep, part by part, columns that differ from each other by nothing or by five and more.

    Those of the wanted stops come first, then those that stood longest.
    """
    counts = table.counts
    steps = counts[:, :, :, None] - counts[:, :, None, :]
    clash = np.asarray(is_small(np.abs(steps)).any(axis=0), dtype=bool)
    alike = np.asarray((steps == 0).all(axis=0), dtype=bool)
    stops = counts.shape[2]
    score = alike.sum(axis=2) * stops - np.argmax(alike, axis=2)
    for rank, stop in enumerate(reversed(table.first), start=1):
        score = score + alike[:, :, stop] * (stops + 1) ** (rank + 1)
    score[table.certain] = np.iinfo(np.int64).max
    order = np.argsort(-score, axis=1, kind="stable")
    refused = barred | is_small(counts).any(axis=0)
    kept = np.zeros_like(barred)
    parts = np.arange(len(kept))
    for stop in order.T:
        free = ~refused[parts, stop] & ~(clash[parts, stop] & kept).any(axis=1)
        kept[parts, stop] = free | table.certain[parts, stop]
    return ~kept


class _Whole:
    """The parts of one whole, while more of them are hidden until no sum tells of a few."""

    def __init__(
        self, table: Table, rows: npt.NDArray[np.int64], hidden: Flags, closed: Flags
    ) -> None:
        self._hidden = hidden
        self._counts = table.counts[:, rows]
        self._down, self._up = table.down[:, rows], table.up[:, rows]
        self._certain = table.certain[rows]
        self._open = np.flatnonzero(~closed)
        same = (self._counts[:, :, :, None] == self._counts[:, :, None, :]).all(axis=(0, 1))
        self._alike: Flags = same & (closed[:, None] == closed[None, :])

    def settle(self) -> tuple[Flags, Flags]:
        """Hide companions, stop after stop, until a round finds nothing to add."""
        before = -1
        while before != self._hidden.sum():
            before = self._hidden.sum()
            for stop in self._open.tolist():
                while self._is_exposed(stop) and self._hide_another(stop):
                    pass
        telling = np.zeros(self._hidden.shape[1], dtype=bool)
        telling[self._open] = [self._is_exposed(stop) for stop in self._open.tolist()]
        return self._hidden, telling

    def _is_exposed(self, stop: int) -> bool:
        hidden = self._hidden[:, stop]
        if not hidden.any():
            return False
        return bool(is_small(np.abs(self._sums(stop))).any() or self._lacking(stop, hidden) > 0)

    def _unknown(self, stop: int) -> tuple[Counts, Flags]:
        """Give the counts less those of every other stop and of none, and which are not shown."""
        now = self._counts[:, :, stop][:, :, None]
        nothing = np.zeros_like(now)
        others = np.concatenate([self._counts[:, :, self._open], nothing], axis=2)
        masks = np.column_stack([self._hidden[:, self._open], np.zeros(len(self._hidden), bool)])
        return now - others, masks | self._hidden[:, stop][:, None]

    def _sums(self, stop: int) -> Counts:
        """Give what is left of the whole, and of its change since any other stop."""
        changes, masks = self._unknown(stop)
        sums: Counts = (changes * masks).sum(axis=1)
        return sums

    def _lacking(self, stop: int, hidden: Flags) -> int:
        """Give how many households are missing for every hidden count to be able to move."""
        worst = 0
        for kind in range(len(self._down)):
            inside = hidden & (self._counts[kind, :, stop] > 0)
            down, up = self._down[kind, inside, stop], self._up[kind, inside, stop]
            if inside.any():
                wanted = np.minimum(down + up, LEAST_WIDTH)
                got = np.minimum(down, up.sum() - up) + np.minimum(up, down.sum() - down)
                worst = max(worst, int((wanted - got).max()))
        return worst

    def _hide_another(self, stop: int) -> bool:
        """Hide the part that leaves least to find out, and among those the smallest."""
        some = (self._counts[:, :, stop] > 0).any(axis=0)
        candidates: Counts = np.flatnonzero(~self._hidden[:, stop] & ~self._certain[:, stop] & some)
        if not len(candidates):
            return False
        changes, masks = self._unknown(stop)
        sums = (changes * masks).sum(axis=1)
        after = sums[:, None] + changes[:, candidates] * ~masks[candidates]
        exposed = is_small(np.abs(after)).any(axis=0).sum(axis=1)
        lacking = np.asarray(
            [self._lacking(stop, self._with(stop, part)) for part in candidates.tolist()]
        )
        size = self._counts[:, candidates, stop].sum(axis=0)
        chosen = candidates[np.lexsort((candidates, size, lacking, exposed))[0]]
        self._hidden[chosen, self._alike[stop] & ~self._certain[chosen]] = True
        return True

    def _with(self, stop: int, part: int) -> Flags:
        hidden = self._hidden[:, stop].copy()
        hidden[part] = True
        return hidden
