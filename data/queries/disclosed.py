"""What a reader of figures reaches: the register at every stop, and what of it stays hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from data.access import SMALL_CELL_HOUSEHOLDS, Viewer, is_small
from data.engine import Database, reading
from data.queries.cells import Cells, hide_cells
from data.queries.disclosure import Counts, Flags, Table, hide_parts
from data.queries.filters import Filter
from data.queries.instants import monthly_stops
from data.queries.places import get_dataset
from data.queries.register import Ledger, read_ledger
from data.queries.slices import wanted_stops
from geo.classify import SUPPRESSED, WITHHELD

Values = npt.NDArray[np.float64]

_KEPT: Final[LRUCache[tuple[str, ...], "Disclosed"]] = LRUCache(4)
_LOCK: Final = Lock()


@dataclass(frozen=True)
class Disclosed:
    """The register at the stops of the time slider, for all areas of a viewer.

    Attributes
    ----------
    ledger
        Not narrowed to a measure.
    cells
        What stays hidden of it.
    """

    ledger: Ledger
    cells: Cells

    def stop_of(self, day: date) -> int | None:
        """Give the stop of a day; on other days nothing is told."""
        return self.ledger.stops.index(day) if day in self.ledger.stops else None


def read_disclosed(db: Database, viewer: Viewer) -> Disclosed:
    """Read what a viewer without small cells reaches, once a version of the data and scope."""
    facts = get_dataset(db)
    version = (facts.profile, facts.seed, str(facts.version), str(facts.is_as_generated))
    key = (str(db.engine.url), *version, viewer.scope_key)
    with _LOCK:
        if key not in _KEPT:
            with reading(db) as connection:
                ledger = read_ledger(connection, viewer, Filter(), monthly_stops())
            _KEPT[key] = Disclosed(ledger, hide_cells(ledger))
        return _KEPT[key]


def hide_counts(counts: Counts, barred: Flags, stops: Sequence[date]) -> Values:
    """Hide small counts of one table's rows, and others so that no sum gives them away.

    Parameters
    ----------
    counts
        Households by row and stop; the rows' total may be known.
    barred
        Counts that are hidden in any case.
    stops
        The days of the last axis.

    Returns
    -------
    numpy.ndarray
        Counts and states; a true zero is always shown.
    """
    small = is_small(counts)
    down = np.maximum(counts - np.where(small, 1, SMALL_CELL_HOUSEHOLDS), 0)
    up = np.where(small, SMALL_CELL_HOUSEHOLDS - 1 - counts, counts.sum())
    table = Table(
        counts=counts[None],
        owners=np.zeros(len(counts), dtype=np.int64),
        down=down[None],
        up=np.where(counts > 0, up, 0)[None],
        certain=counts == 0,
        first=wanted_stops(stops),
    )
    hidden, telling = hide_parts(table, barred, np.zeros((1, counts.shape[1]), dtype=bool))
    # Where nothing is left to hide beside it, "<5" would still say too much.
    state = np.where(small & ~telling, SUPPRESSED, WITHHELD)
    shown: Values = np.where(hidden & (counts > 0), state, counts.astype(float))
    return shown
