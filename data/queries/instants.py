"""As-of and known-on: the two times in which every question is asked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from data.models.base import EventTimes, VersionTimes

CHINA: Final = timezone(timedelta(hours=8))
OPENING: Final = date(2016, 1, 1)
"""The day from which the campaign counts exits."""
LAST_STOP: Final = date(2017, 12, 31)
_FAR: Final = np.datetime64("9999-12-31")


def known_before(known_on: date | None) -> datetime:
    """Give the instant up to which something counts as known: the end of that day in China."""
    if known_on is None or known_on == date.max:
        return datetime.now(UTC) + timedelta(seconds=1)
    return datetime.combine(known_on + timedelta(days=1), time(), tzinfo=CHINA)


def monthly_stops() -> list[date]:
    """Give the positions of the time slider: the opening day, then each month's end."""
    stops = [OPENING]
    day = OPENING
    while day <= LAST_STOP:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        stops.append(day - timedelta(days=1))
    return [stop for stop in stops if stop <= LAST_STOP]


def known(model: type[VersionTimes], before: datetime) -> ColumnElement[bool]:
    """Say in SQL that a version was recorded, and not yet superseded, before an instant."""
    return and_(
        model.recorded_at < before,
        or_(model.superseded_at.is_(None), model.superseded_at >= before),
    )


def valid(model: type[VersionTimes], as_of: date) -> ColumnElement[bool]:
    """Say in SQL that a version is in force on a day."""
    return and_(model.valid_from <= as_of, or_(model.valid_to.is_(None), model.valid_to > as_of))


def standing(model: type[EventTimes], before: datetime) -> ColumnElement[bool]:
    """Say in SQL that an event was recorded before an instant, is no void, and not voided by then.

    For event tables whose voids repeat the row; register events have their own
    `data.queries.register.live_events`.
    """
    void = aliased(model)
    return and_(
        model.voids_event_id.is_(None),
        model.recorded_at < before,
        ~exists().where(void.voids_event_id == model.id, void.recorded_at < before),
    )


def days(values: pd.Series | npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    """Turn dates into days; a missing one is far in the future."""
    array = np.asarray(values)
    if array.dtype.kind == "M":
        return array.astype("datetime64[D]")
    return np.where(pd.isna(array), _FAR, array).astype("datetime64[D]")


def counts_at(
    rows: npt.NDArray[np.int64],
    spans: tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]],
    stops: Sequence[date],
    *,
    size: int,
) -> npt.NDArray[np.int64]:
    """Count, for each row and stop, the half-open spans of days that hold the stop.

    Parameters
    ----------
    rows
        The row that each span belongs to, 0 to `size` - 1.
    spans
        First days and days after the last, of equal length with `rows`.
    stops
        Days in ascending order.
    size
        The number of rows.

    Returns
    -------
    numpy.ndarray
        Shape ``(size, len(stops))``.
    """
    first, after = spans
    positions = np.asarray(stops, dtype="datetime64[D]")
    keep = first < after
    change = np.zeros((size, len(stops) + 1), dtype=np.int64)
    np.add.at(change, (rows[keep], np.searchsorted(positions, first[keep], "left")), 1)
    np.add.at(change, (rows[keep], np.searchsorted(positions, after[keep], "left")), -1)
    counts: npt.NDArray[np.int64] = np.cumsum(change, axis=1)[:, :-1]
    return counts
