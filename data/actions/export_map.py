"""Export a map: whoever saves the picture of a filter has the right, a rest of the day's, a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from data.access import DIVISION_LEVELS, Action, Viewer
from data.audit import Deed, record
from data.engine import Database, reading, transaction
from data.models.base import CODE_LENGTH
from data.queries.filters import Filter
from data.quotas import require_quota
from data.refusals import refusals_recorded, require
from data.settings import load_settings


@dataclass(frozen=True)
class DrawnMap:
    """A picture as one file, and the codes of the villages that stand in it."""

    page: str
    units: tuple[str, ...]


def export_map(
    db: Database,
    viewer: Viewer,
    filter_: Filter,
    draw: Callable[[], DrawnMap],
    *,
    now: datetime | None = None,
) -> DrawnMap:
    """Draw a filter's picture for somebody who takes it away, and record that.

    Parameters
    ----------
    db, viewer, filter_
        Where, who, and which picture.
    draw
        Draws it; called only for somebody who may have it.
    now
        The present instant, by default the clock's.

    Raises
    ------
    Denied
        The viewer's role saves no maps.
    ExportsUsedUp
        The account has made as many exports today as the settings allow.
    """
    most = load_settings().exports_per_day
    with refusals_recorded(db, viewer, Action.EXPORT_MAP):
        require(viewer, Action.EXPORT_MAP)
        with reading(db) as connection:
            require_quota(connection, viewer, Deed.EXPORT, most=most, now=now)
        drawn = draw()
        with transaction(db) as connection:
            # Again, with the write lock: two at the same moment are two.
            require_quota(connection, viewer, Deed.EXPORT, most=most, now=now)
            record(
                connection, viewer, Deed.EXPORT,
                target=filter_.village or filter_.district or _common_area(drawn.units),
                reason=describe(filter_), rows=len(drawn.units), at=now,
            )  # fmt: skip
    return drawn


def describe(filter_: Filter) -> str:
    """Put a filter into a few codes; with strokes, a date is no long number."""
    parts = (filter_.as_of.strftime("%Y/%m/%d"), filter_.indicator, filter_.measure, filter_.mode)
    return " ".join(("map.html", *filter(None, parts)))


def _common_area(units: tuple[str, ...]) -> str:
    """Give the code of the smallest division around all units: the city's, for all of them."""
    inside = (n for n in DIVISION_LEVELS if len({code[:n] for code in units}) == 1)
    longest = max(inside, default=0)
    return units[0][:longest].ljust(CODE_LENGTH, "0") if longest else ""
