"""Slices: the households of one measure, or of all, counted for villages, districts and the whole.

A slice knows every count that follows from its figures, and chooses which of them stay hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from data.access import SMALL_CELL_HOUSEHOLDS, is_small
from data.queries.disclosure import LEAST_WIDTH, Counts, Flags, Table, hide_parts
from data.queries.filters import DEFAULT_AS_OF
from data.queries.instants import OPENING
from data.queries.register import Ledger

_DISTRICT: Final = len("PPCCDD")
_LEAST_WHOLE: Final = 2 * SMALL_CELL_HOUSEHOLDS - 1
"""Fewer in all, and "<5" of one part would give the other away."""
_PLENTY: Final = 10**6

Masks = Mapping[str, Flags]


@dataclass(frozen=True)
class Areas:
    """Villages in order, their districts, and where each village's households stand."""

    villages: npt.NDArray[np.str_]
    districts: npt.NDArray[np.str_]
    owners: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    @property
    def groups(self) -> tuple[str, ...]:
        """Codes of villages, leading digits of districts, and ``""``."""
        return (*map(str, self.villages), *map(str, self.districts), "")

    def add_up(self, flags: Flags | Counts) -> tuple[Counts, Counts, Counts]:
        """Count households of the whole, of districts and of villages."""
        units = np.zeros((len(self.villages), flags.shape[1]), dtype=np.int64)
        np.add.at(units, self.rows, flags.astype(np.int64))
        return self.gather(units)

    def gather(self, units: Counts) -> tuple[Counts, Counts, Counts]:
        """Add villages up for the whole and for districts."""
        districts = np.zeros((len(self.districts), units.shape[1]), dtype=np.int64)
        np.add.at(districts, self.owners, units)
        return units.sum(axis=0, keepdims=True), districts, units


@dataclass(frozen=True)
class _Kinds:
    """Counts of one subject at three levels, the published kinds first."""

    levels: tuple[Counts, Counts, Counts]
    published: int


def areas_of(ledger: Ledger) -> Areas:
    """Find the villages and districts of a register's households."""
    named = ledger.households["village"].to_numpy().astype(str)
    villages, rows = np.unique(named, return_inverse=True)
    districts, owners = np.unique(villages.astype(f"U{_DISTRICT}"), return_inverse=True)
    return Areas(villages, districts, owners.astype(np.int64), rows.astype(np.int64))


class Slice:
    """One measure, or all, beside those who do not hold it."""

    def __init__(self, ledger: Ledger, areas: Areas, held: Flags, base: Masks | None) -> None:
        self._ledger, self._areas, self._base = ledger, areas, base
        self.extra: Flags = np.zeros((len(areas.groups), len(ledger.stops)), dtype=bool)
        self._sides = (held,) if base is None else (held, ~held)
        on_file = (ledger.registered + ledger.exited + ledger.exited_before) > 0
        remaining = ledger.registered > 0
        exited = (ledger.exited > 0) & ~remaining
        self._remaining = remaining
        self._file = self._count([on_file], published=1)
        self._status = self._count(
            [remaining, exited, ledger.exited > 0, on_file & ~remaining & ~exited], published=2
        )

    @property
    def remaining(self) -> Counts:
        """Remaining households of every village, every district and the whole."""
        return np.concatenate([level[0] for level in self._status.levels[::-1]])

    @property
    def unserved(self) -> Counts:
        """Remaining households without any measure, in the same order."""
        levels = self._areas.add_up(self._remaining & ~self._ledger.has_measure)
        return np.concatenate(levels[::-1])

    def hide(self, barred: Flags | None = None) -> Masks:
        """Hide counts of who is on file, then of who remains and exited, then what is of these."""
        if barred is not None:
            self.extra = barred
        file, status = self._counts_hidden()
        remaining = self._remaining
        masks = {
            "file": file,
            "status": status,
            "coverage": self._share(remaining & ~self._ledger.paired, remaining, status),
            "places": self._places(file),
            "quiet": [np.ones_like(file[0]), np.ones_like(file[1]), self._quiet()],
            "quiet_file": [np.ones_like(file[0]), np.ones_like(file[1]), self._quiet_file()],
        }
        masks["reach"] = (
            self._share(
                remaining & ~self._ledger.has_measure,
                remaining,
                [a | b for a, b in zip(status, self._single(), strict=True)],
            )
            if self._base is None
            else [s | b for s, b in zip(status, self._barred("status"), strict=True)]
        )
        return {name: np.concatenate(levels[::-1]) for name, levels in masks.items()}

    def _counts_hidden(self) -> tuple[list[Flags], list[Flags]]:
        """Hide who is on file too where the parts could not move beside it."""
        lone = self._certain(self._status, 2)
        barred = [
            a | b | (c & d)
            for a, b, c, d in zip(
                self._barred("file"), self._asked(), self._barred("status"), lone, strict=True
            )
        ]
        while True:
            empty = self._certain(self._file, 1)
            file = self._walk(self._file, barred, empty, self._room_of_file())
            rooms = self._room_of_status(file)
            status = self._walk(
                self._status,
                [
                    a | b | c
                    for a, b, c in zip(file, self._barred("status"), self._asked(), strict=True)
                ],
                self._settled(file),
                rooms,
            )
            tight = _is_tight(self._status.levels[-1][:2], rooms[-1]) & status[-1] & ~file[-1]
            if not tight.any():
                return file, status
            barred = [*file[:2], file[2] | tight]

    def _settled(self, file: list[Flags]) -> list[Flags]:
        """Mark where nobody remains, or exited, and who is on file is shown: both are known."""
        return [
            nobody & ~a & ~b
            for nobody, a, b in zip(
                self._certain(self._status, 2), file, self._barred("status"), strict=True
            )
        ]

    def _count(self, kinds: Sequence[Flags | Counts], *, published: int) -> _Kinds:
        counted = [self._areas.add_up(kind * side) for side in self._sides for kind in kinds]
        whole, districts, units = (np.stack(level) for level in zip(*counted, strict=True))
        return _Kinds(levels=(whole, districts, units), published=published)

    def _barred(self, name: str) -> list[Flags]:
        """Give, from the whole down, what is hidden of all measures: it is of each one too."""
        sizes = (1, len(self._areas.districts), len(self._areas.villages))
        if self._base is None:
            return [np.zeros((size, len(self._ledger.stops)), dtype=bool) for size in sizes]
        units, districts, whole = np.split(self._base[name], np.cumsum(sizes[::-1])[:-1])
        return [whole, districts, units]

    def _single(self) -> list[Flags]:
        """Mark where some hold no measure, and hardly anybody who remains holds two.

        Who holds none is not told there: the measures would add up to the rest.
        """
        held = sum(flags.astype(np.int64) for flags in self._ledger.by_measure.values())
        spare = held - self._ledger.has_measure.astype(np.int64)
        none = self._areas.add_up(self._remaining & ~self._ledger.has_measure)
        levels = self._areas.add_up(self._remaining * spare)
        return [(a < LEAST_WIDTH) & (b > 0) for a, b in zip(levels, none, strict=True)]

    def _asked(self) -> list[Flags]:
        return self._split(self.extra)

    def _split(self, flags: Flags) -> list[Flags]:
        sizes = (len(self._areas.villages), len(self._areas.districts))
        return np.split(flags, np.cumsum(sizes))[::-1]

    @staticmethod
    def _certain(kinds: _Kinds, published: int) -> list[Flags]:
        return [(level[:published] == 0).any(axis=0) for level in kinds.levels]

    def _room_of_file(self) -> list[tuple[Counts, Counts]]:
        units = self._file.levels[-1]
        beyond = units[1:2] if self._base is not None else np.full_like(units[:1], _PLENTY)
        down, up = _room(units[:1], beyond, self._quiet_file())
        return self._rooms((np.maximum(down - self._both(), 0), up))

    def _both(self) -> Counts:
        """Mark villages where some remain and some exited: never fewer than two on file."""
        return np.asarray((self._status.levels[-1][:2] > 0).all(axis=0), dtype=np.int64)

    def _room_of_status(self, file: list[Flags]) -> list[tuple[Counts, Counts]]:
        """Give how far each part may move: beside a whole that is shown, only against the other."""
        units, quiet, free = self._status.levels[-1], self._quiet(), file[-1]
        others = units[4:6] if self._base is not None else np.full_like(units[:2], _PLENTY)
        down, up = _room(units[:2], others, quiet)
        alone = down, up
        down = np.where(free, down, np.minimum(down, alone[1][::-1]))
        up = np.where(free, up, np.minimum(up, alone[0][::-1]))
        # Where nobody remains, or exited, the other part is all on file.
        lone = (units[:2] == 0).any(axis=0)
        whole = self._room_of_file()[-1]
        down = np.where(lone, np.minimum(down, whole[0]), down)
        up = np.where(lone, np.minimum(up, whole[1]), up)
        known = ~free & lone
        down, up = np.where(known, 0, down), np.where(known, 0, up)
        return self._rooms((down, up))

    def _rooms(self, units: tuple[Counts, Counts]) -> list[tuple[Counts, Counts]]:
        """Add up how far the villages' counts may move for districts and for the whole."""
        down, up = (
            [np.stack(level) for level in zip(*map(self._areas.gather, room), strict=True)]
            for room in units
        )
        return list(zip(down, up, strict=True))

    def _quiet_file(self) -> Flags:
        """Mark villages where "<5" of all on file would bound two parts of them, or the others."""
        both: Flags = self._both() > 0
        return both if self._base is None else both | self._few(self._file.levels[-1].sum(axis=0))

    def _quiet(self) -> Flags:
        """Mark villages of so few on file that "<5" of one part would give the other away."""
        file, status = self._file.levels[-1], self._status.levels[-1]
        quiet = self._few(file[0])
        if self._base is not None:
            quiet = quiet | self._few(status[0] + status[4]) | self._few(status[1] + status[5])
        return quiet

    @staticmethod
    def _few(wholes: Counts) -> Flags:
        few: Flags = (wholes >= SMALL_CELL_HOUSEHOLDS) & (wholes < _LEAST_WHOLE)
        return few

    def _share(self, lacking: Flags, whole: Flags, barred: list[Flags]) -> list[Flags]:
        """Hide shares of which a few lack what the others have."""
        kinds = self._count([lacking, whole & ~lacking], published=1)
        certain = [
            (level[:2] == 0).any(axis=0) & ~bar
            for level, bar in zip(kinds.levels, barred, strict=True)
        ]
        units = kinds.levels[-1]
        rooms = self._rooms(_room(units[:1], units[1:2], np.ones_like(barred[-1])))
        return self._walk(kinds, barred, certain, rooms)

    def _places(self, barred: list[Flags]) -> list[Flags]:
        kinds = self._count([self._ledger.places], published=1)
        certain = [(level[0] == 0) & ~bar for level, bar in zip(kinds.levels, barred, strict=True)]
        units = kinds.levels[-1][:1]
        plenty = np.full_like(units, _PLENTY)
        rooms = self._rooms(_room(units, plenty, np.ones_like(barred[-1])))
        return self._walk(kinds, barred, certain, rooms)

    def _walk(
        self,
        kinds: _Kinds,
        barred: list[Flags],
        certain: list[Flags],
        rooms: list[tuple[Counts, Counts]],
    ) -> list[Flags]:
        """Go from the whole to districts and to villages; below what is hidden, all is."""
        owners = (
            np.zeros(1, dtype=np.int64),
            np.zeros(len(self._areas.districts), dtype=np.int64),
            self._areas.owners,
        )
        barred = [flags.copy() for flags in barred]
        level, found = 0, [np.zeros((1, len(self._ledger.stops)), dtype=bool)]
        while level < len(owners):
            down, up = rooms[level]
            table = Table(
                counts=kinds.levels[level],
                owners=owners[level],
                down=down,
                up=up,
                certain=certain[level],
                first=wanted_stops(self._ledger.stops),
            )
            hidden, telling = hide_parts(table, barred[level], found[level])
            telling &= ~certain[level - 1] if level else False
            if telling.any():
                # Nothing else is left to hide below: then the whole's own figure is hidden.
                barred[level - 1] |= telling
                level, found = 0, found[:1]
            else:
                found.append(hidden)
                level += 1
        return found[1:]


def wanted_stops(stops: Sequence[date]) -> list[int]:
    """Give the stops that are kept before others: the default day and the opening."""
    return [stops.index(day) for day in (DEFAULT_AS_OF, OPENING) if day in stops]


def _room(counts: Counts, others: Counts, quiet: Flags) -> tuple[Counts, Counts]:
    """Give how far hidden counts may be thought smaller and larger.

    Down to 1, or to 5 where it would be called small; up to 4 where it is, and no further than
    there are others.
    """
    said = is_small(counts) & ~quiet
    least = np.where(said | quiet, 1, SMALL_CELL_HOUSEHOLDS)
    down = np.maximum(counts - least, 0)
    up = np.where(said, np.minimum(others, SMALL_CELL_HOUSEHOLDS - 1 - counts), others)
    return down, np.where(counts > 0, up, 0)


def _is_tight(counts: Counts, room: tuple[Counts, Counts]) -> Flags:
    """Tell where a count cannot move as far as the least that a hidden one must."""
    stuck = (room[0] + room[1] < LEAST_WIDTH) & (counts > 0)
    return np.asarray(stuck.any(axis=0), dtype=bool)
