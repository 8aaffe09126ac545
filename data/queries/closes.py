"""Closes: a year as it was known when it was closed, and as it is known at any other time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from data.access import Action, Viewer, scope, scope_households
from data.engine import Database, reading
from data.errors import NotFound
from data.models import (
    Household,
    HouseholdComposition,
    RegisterClose,
    RegisterCloseRow,
    RegisterEvent,
    Status,
)
from data.queries.filters import Filter
from data.queries.frames import read_frame
from data.queries.instants import CHINA, OPENING, known, known_before, monthly_stops
from data.queries.register import Counts, Ledger, read_ledger
from data.queries.rolls import ROLL, hash_roll
from data.refusals import require

DISTRICT_LENGTH: Final = 6


@dataclass(frozen=True)
class Close:
    """A closed year: what was frozen, when, by whom; `is_intact` if its hash still holds."""

    year: int
    as_of: date
    frame_hash: str
    rows: int
    closed_at: datetime
    closed_by: str
    is_intact: bool


def list_closes(db: Database, viewer: Viewer) -> list[Close]:
    """List the closed years, the newest first, each with its hash counted again.

    Raises
    ------
    Denied
        The viewer's role sees no counts of few households.
    """
    require(viewer, Action.SEE_SMALL_CELLS)
    frozen = RegisterCloseRow
    with reading(db) as connection:
        closes = connection.execute(
            select(*RegisterClose.__table__.columns).order_by(RegisterClose.year.desc())
        ).all()
        hashes = {}
        for close in closes:
            rows = connection.execute(
                select(*(getattr(frozen, name) for name in ROLL)).where(frozen.year == close.year)
            )
            hashes[close.year] = hash_roll(rows)
    return [
        Close(
            year=close.year, as_of=close.as_of, frame_hash=close.frame_hash, rows=close.rows,
            closed_at=close.closed_at, closed_by=close.closed_by,
            is_intact=hashes[close.year] == close.frame_hash,
        )
        for close in closes
    ]  # fmt: skip


@dataclass(frozen=True)
class TwoTimes:
    """The register at all stops, as known at two times.

    Attributes
    ----------
    stops
        The days asked about.
    areas
        ``""`` for all that the viewer sees, leading digits of districts, codes of villages.
    remaining, exited
        Persons on the register, and exited since the opening: first as known earlier, then as
        known later; each of shape ``(areas, stops)``.
    """

    stops: tuple[date, ...]
    areas: tuple[str, ...]
    remaining: tuple[Counts, Counts]
    exited: tuple[Counts, Counts]

    def at(self, day: date) -> pd.DataFrame:
        """Give one stop as rows: `area`, and each count at both times."""
        stop = self.stops.index(day)
        (first, second), (gone, gone_later) = self.remaining, self.exited
        return pd.DataFrame(
            {
                "area": self.areas,
                "remaining": first[:, stop],
                "remaining_later": second[:, stop],
                "exited": gone[:, stop],
                "exited_later": gone_later[:, stop],
            }
        )

    def count_changes(self) -> dict[date, int]:
        """Count, for each stop, the villages of which the two times tell something else."""
        village = np.asarray([len(area) > DISTRICT_LENGTH for area in self.areas], dtype=bool)
        moved = np.zeros((len(self.areas), len(self.stops)), dtype=bool)
        for first, second in (self.remaining, self.exited):
            moved |= first != second
        counts = moved[village].sum(axis=0)
        return dict(zip(self.stops, map(int, counts), strict=True))


def compare_times(
    db: Database, viewer: Viewer, first: date | None, second: date | None
) -> TwoTimes:
    """Fold the register at all stops as it was known at the end of two days; None is now.

    Raises
    ------
    Denied
        The viewer's role sees no counts of few households.
    """
    require(viewer, Action.SEE_SMALL_CELLS)
    stops = monthly_stops()
    with reading(db) as connection:
        ledgers = [
            read_ledger(connection, viewer, Filter(), stops, known_on=day)
            for day in (first, second)
        ]
    areas = _areas_of(ledgers[-1].households["village"])
    folded = [(_sum(ledger, ledger.registered, areas), _sum(ledger, ledger.exited, areas))
              for ledger in ledgers]  # fmt: skip
    (one, gone), (other, gone_later) = folded
    return TwoTimes(tuple(stops), areas, (one, other), (gone, gone_later))


def _areas_of(villages: pd.Series) -> tuple[str, ...]:
    """Give the whole, then each district with its villages after it."""
    codes = {str(code) for code in villages}
    return ("", *sorted(codes | {code[:DISTRICT_LENGTH] for code in codes}))


def _sum(ledger: Ledger, counts: Counts, areas: Sequence[str]) -> Counts:
    villages = ledger.households["village"].astype(str)
    rows = [counts[villages.str.startswith(area).to_numpy(dtype=bool)].sum(axis=0)
            for area in areas]  # fmt: skip
    return np.asarray(rows, dtype=np.int64)


def compare_close(db: Database, viewer: Viewer, year: int) -> pd.DataFrame:
    """Set a closed year beside what is known of its last day now.

    Returns
    -------
    pandas.DataFrame
        `area`, `remaining` and `exited` at the close, `remaining_later` and `exited_later` as
        known now; the whole, then each district with its villages.

    Raises
    ------
    Denied
        The viewer's role sees no counts of few households.
    NotFound
        The year is not closed.
    """
    require(viewer, Action.SEE_SMALL_CELLS)
    frozen = RegisterCloseRow
    with reading(db) as connection:
        as_of = connection.execute(
            select(RegisterClose.as_of).where(RegisterClose.year == year)
        ).scalar_one_or_none()
        if as_of is None:
            raise NotFound(what=str(year))
        statement = (
            select(frozen.village_code, frozen.status, frozen.since)
            .join(Household, Household.code == frozen.household_code)
            .where(frozen.year == year)
        )
        rows = read_frame(connection, scope_households(statement, viewer), dtype=object)
        ledger = read_ledger(connection, viewer, Filter(), [as_of])
    areas = _areas_of(pd.concat([rows["village_code"], ledger.households["village"]]))
    on_register = rows["status"] == Status.REGISTERED
    has_left = (rows["status"] == Status.EXITED) & (rows["since"] >= OPENING)
    compared = pd.DataFrame({"area": areas})
    for name, kept, now in (
        ("remaining", on_register, ledger.registered),
        ("exited", has_left, ledger.exited),
    ):
        homes = rows.loc[kept.to_numpy(dtype=bool), "village_code"].astype(str)
        compared[name] = [int(homes.str.startswith(area).sum()) for area in areas]
        compared[f"{name}_later"] = _sum(ledger, now, areas)[:, 0]
    return compared


def list_late_entries(
    db: Database, viewer: Viewer, as_of: date, *, after: datetime, until: datetime
) -> pd.DataFrame:
    """List what was entered between two instants about days up to one, by village.

    Parameters
    ----------
    as_of
        The last day that the entries are about.
    after, until
        The instants: entries recorded at the first or later, before the second.

    Returns
    -------
    pandas.DataFrame
        `village`, `kind`, `voided` (the kind that a voiding took back), `occurred_on`,
        `recorded_on`, `recorded_by`, `persons`; ordered by day of entry, village, kind, day.

    Raises
    ------
    Denied
        The viewer's role sees no counts of few households.
    """
    require(viewer, Action.SEE_SMALL_CELLS)
    event, taken, home = RegisterEvent, aliased(RegisterEvent), HouseholdComposition
    statement = (
        select(
            Household.village_code.label("village"), event.kind, taken.kind.label("voided"),
            event.occurred_on, event.recorded_at, event.recorded_by, event.member_id,
        )
        .join(taken, taken.id == event.voids_event_id, isouter=True)
        .join(home, and_(home.member_id == event.member_id, known(home, known_before(None))))
        .join(Household, Household.code == home.household_code)
        .where(
            event.occurred_on <= as_of,
            event.recorded_at >= after,
            event.recorded_at < until,
            home.valid_from <= event.occurred_on,
            or_(home.valid_to.is_(None), home.valid_to > event.occurred_on),
        )
    )  # fmt: skip
    with reading(db) as connection:
        rows = read_frame(
            connection, scope(statement, viewer, Household.village_code), dtype=object
        )
    rows["recorded_on"] = [moment.astimezone(CHINA).date() for moment in rows["recorded_at"]]
    rows["voided"] = rows["voided"].fillna("").astype(str)
    keys = ["recorded_on", "village", "kind", "voided", "occurred_on", "recorded_by"]
    if rows.empty:
        return pd.DataFrame(columns=[*keys, "persons"])
    grouped = rows.groupby(keys)["member_id"].nunique().rename("persons")
    return grouped.reset_index()


def list_recording_days(db: Database, viewer: Viewer) -> list[date]:
    """List the months' ends, from the opening on, in whose months anything was entered."""
    require(viewer, Action.SEE_SMALL_CELLS)
    moment = func.strftime("%Y-%m", RegisterEvent.recorded_at, "+8 hours")
    statement = (
        select(moment)
        .distinct()
        .join(HouseholdComposition, HouseholdComposition.member_id == RegisterEvent.member_id)
        .join(Household, Household.code == HouseholdComposition.household_code)
        .where(RegisterEvent.recorded_at >= known_before(OPENING))
    )
    with reading(db) as connection:
        months = connection.execute(scope_households(statement, viewer)).scalars().all()
    ends = [pd.Period(month, freq="M").end_time.date() for month in months]
    return sorted(ends)
