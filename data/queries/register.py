"""The register as a fold over its events: who stands where, at any day, as known at any time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from data.access import Viewer, scope_households
from data.engine import Database, reading
from data.models import (
    STATUS_AFTER,
    EventKind,
    Household,
    HouseholdComposition,
    MeasureAssignment,
    MeasureCrosswalk,
    Pairing,
    ProjectBeneficiary,
    RegisterEvent,
    Status,
)
from data.models.base import HouseholdFact
from data.queries.filters import Filter, vocabulary_of
from data.queries.frames import read_frame
from data.queries.instants import OPENING, counts_at, days, known, known_before

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ledger:
    """Households by stops: persons in each status, and what reaches the household.

    Attributes
    ----------
    stops
        The days asked for, ascending.
    is_answerable
        False when the chosen measure has no counterpart: then nothing can be counted.
    households
        `code` and `village`, one row a household, ordered by both.
    registered, exited, exited_before
        Persons, shape ``(households, stops)``: on the register; exited since 2016-01-01;
        exited earlier.
    measured
        Whether the filter's measure is in force; every household when no measure is chosen.
    reached, has_measure, by_measure
        Whether the chosen measure, any measure, or each of Wuhai's five is in force.
    paired, places
        Whether a pairing is in force; the number of project places.
    """

    stops: tuple[date, ...]
    is_answerable: bool
    households: pd.DataFrame
    registered: Counts
    exited: Counts
    exited_before: Counts
    measured: Flags
    reached: Flags
    has_measure: Flags
    by_measure: Mapping[str, Flags]
    paired: Flags
    places: Counts


def read_ledger(
    connection: Connection,
    viewer: Viewer,
    filter_: Filter,
    stops: Sequence[date],
    *,
    known_on: date | None = None,
) -> Ledger:
    """Fold the register for all stops at once, within the viewer's areas and the filter.

    Parameters
    ----------
    connection
        An open reading connection.
    viewer
        Limits the households, in SQL.
    filter_
        Its district limits the households; its measure is kept as a flag.
    stops
        Days in ascending order.
    known_on
        Leave out what was recorded after this day; by default nothing.
    """
    before = known_before(known_on)
    households = _households(connection, viewer, filter_)
    size = len(households)
    index = pd.Series(np.arange(size), index=households["code"])

    spans = _status_spans(connection, viewer, filter_, before)
    since = days(spans["occurred_on"]) >= np.datetime64(OPENING)
    exited = (spans["status"] == Status.EXITED).to_numpy(dtype=bool)

    def persons(keep: Flags) -> Counts:
        return _counts(spans[keep], index, stops)

    def holds(model: type[HouseholdFact]) -> Counts:
        chosen = _spans_of(model, viewer, filter_, before)
        return _counts(read_frame(connection, chosen, dtype=object), index, stops)

    statement = _spans_of(MeasureAssignment, viewer, filter_, before)
    held = read_frame(
        connection, statement.add_columns(MeasureAssignment.measure_code), dtype=object
    )
    by_measure = {
        str(code): _counts(rows, index, stops) > 0 for code, rows in held.groupby("measure_code")
    }
    has_measure = _counts(held, index, stops) > 0
    ledger = Ledger(
        stops=tuple(stops),
        is_answerable=True,
        households=households,
        registered=persons((spans["status"] == Status.REGISTERED).to_numpy(dtype=bool)),
        exited=persons(exited & since),
        exited_before=persons(exited & ~since),
        measured=np.ones((size, len(stops)), dtype=bool),
        reached=has_measure,
        has_measure=has_measure,
        by_measure=by_measure,
        paired=holds(Pairing) > 0,
        places=holds(ProjectBeneficiary),
    )
    return narrow_to_measure(connection, ledger, filter_.measure)


def narrow_to_measure(connection: Connection, ledger: Ledger, measure: str) -> Ledger:
    """Look at a ledger through one measure; through all of them when it is empty."""
    if not measure:
        return ledger
    code = resolve_measure(connection, measure).code
    nobody = np.zeros_like(ledger.has_measure)
    measured = ledger.by_measure.get(code or "", nobody)
    return replace(ledger, is_answerable=code is not None, measured=measured, reached=measured)


@dataclass(frozen=True)
class MeasureMeaning:
    """How a measure of any vocabulary reads in Wuhai's five, and whether that is exact."""

    code: str | None
    kind: str


def resolve_measure(connection: Connection, measure: str) -> MeasureMeaning:
    """Read a measure in the vocabulary that assignments use (WH5)."""
    if vocabulary_of(measure) == "WH5":
        return MeasureMeaning(code=measure, kind="one_to_one")
    vocabulary, code = measure.split(".", maxsplit=1)
    rows = connection.execute(
        select(MeasureCrosswalk.from_code, MeasureCrosswalk.kind).where(
            MeasureCrosswalk.from_vocabulary == "WH5",
            MeasureCrosswalk.to_vocabulary == vocabulary,
            MeasureCrosswalk.to_code == code,
        )
    ).all()
    exact = [row.from_code for row in rows if row.kind == "one_to_one"]
    if not exact:
        return MeasureMeaning(code=None, kind="none")
    kind = "ambiguous" if len(rows) > 1 else "one_to_one"
    return MeasureMeaning(code=exact[0], kind=kind)


def _households(connection: Connection, viewer: Viewer, filter_: Filter) -> pd.DataFrame:
    statement = select(Household.code, Household.village_code.label("village")).order_by(
        Household.village_code, Household.code
    )
    statement = filter_.narrow(scope_households(statement, viewer), Household.village_code)
    return read_frame(connection, statement, dtype=object)


def last_event_day(connection: Connection, viewer: Viewer) -> date | None:
    """Give the day of the last standing event among the viewer's households."""
    live = live_events(known_before(None)).subquery()
    home = HouseholdComposition
    statement = (
        select(func.max(live.c.occurred_on))
        .join(home, home.member_id == live.c.member_id)
        .join(Household, Household.code == home.household_code)
    )
    return connection.execute(scope_households(statement, viewer)).scalar()


def get_last_event_day(db: Database, viewer: Viewer) -> date | None:
    """Give the day of the last standing event among the viewer's households."""
    with reading(db) as connection:
        return last_event_day(connection, viewer)


def live_events(before: datetime) -> Select[str, str, date, datetime, str]:
    """Select the events that carry status, known and not voided before an instant."""
    void = aliased(RegisterEvent)
    return select(
        RegisterEvent.member_id,
        RegisterEvent.kind,
        RegisterEvent.occurred_on,
        RegisterEvent.recorded_at,
        RegisterEvent.id,
    ).where(
        RegisterEvent.kind.in_([str(kind) for kind in STATUS_AFTER]),
        RegisterEvent.recorded_at < before,
        ~exists().where(void.voids_event_id == RegisterEvent.id, void.recorded_at < before),
    )


def _status_spans(
    connection: Connection, viewer: Viewer, filter_: Filter, before: datetime
) -> pd.DataFrame:
    """One row for each span of days that a member stands in one status in one household."""
    # Only members who ever lived in scope: the window then runs over those alone.
    here = scope_households(
        select(HouseholdComposition.member_id).join(
            Household, Household.code == HouseholdComposition.household_code
        ),
        viewer,
    )
    here = filter_.narrow(here, Household.village_code)
    live = live_events(before).where(RegisterEvent.member_id.in_(here)).subquery()
    order = (live.c.occurred_on, live.c.recorded_at, live.c.id)
    until = func.lead(live.c.occurred_on).over(partition_by=live.c.member_id, order_by=order)
    ordered = select(
        live.c.member_id, live.c.kind, live.c.occurred_on, until.label("until")
    ).subquery()
    home = HouseholdComposition
    statement = (
        select(
            home.household_code.label("household"),
            ordered.c.member_id,
            ordered.c.kind,
            ordered.c.occurred_on,
            ordered.c.until,
            home.valid_from,
            home.valid_to,
        )
        .join(home, and_(home.member_id == ordered.c.member_id, known(home, before)))
        .join(Household, Household.code == home.household_code)
        .where(or_(ordered.c.until.is_(None), ordered.c.until > home.valid_from))
    )
    statement = filter_.narrow(scope_households(statement, viewer), Household.village_code)
    frame = read_frame(connection, statement, dtype=object)
    frame["status"] = frame["kind"].map(
        {str(kind): str(status) for kind, status in STATUS_AFTER.items()}
    )
    frame["first"] = np.maximum(days(frame["occurred_on"]), days(frame["valid_from"]))
    frame["after"] = np.minimum(days(frame["until"]), days(frame["valid_to"]))
    return frame


def _spans_of(
    model: type[HouseholdFact], viewer: Viewer, filter_: Filter, before: datetime
) -> Select[str, date, date | None]:
    home = model.household_code
    statement = (
        select(
            home.label("household"),
            model.valid_from.label("first"),
            model.valid_to.label("after"),
        )
        .join(Household, Household.code == home)
        .where(known(model, before))
    )
    return filter_.narrow(scope_households(statement, viewer), Household.village_code)


def _counts(spans: pd.DataFrame, index: pd.Series, stops: Sequence[date]) -> Counts:
    rows = index.loc[spans["household"]].to_numpy(dtype=np.int64)
    return counts_at(rows, (days(spans["first"]), days(spans["after"])), stops, size=len(index))


def count_exits(
    connection: Connection, viewer: Viewer, filter_: Filter, *, known_on: date | None = None
) -> int:
    """Count the persons who exited in the filter's year up to its day, voids left out."""
    live = live_events(known_before(known_on)).subquery()
    home = HouseholdComposition
    statement = (
        select(func.count(live.c.member_id.distinct()))
        .select_from(live)
        .join(home, home.member_id == live.c.member_id)
        .join(Household, Household.code == home.household_code)
        .where(
            known(home, known_before(known_on)),
            home.valid_from <= live.c.occurred_on,
            or_(home.valid_to.is_(None), home.valid_to > live.c.occurred_on),
            live.c.kind == str(EventKind.EXITED),
            live.c.occurred_on.between(filter_.as_of.replace(month=1, day=1), filter_.as_of),
        )
    )
    narrowed = filter_.narrow(statement, Household.village_code)
    return int(connection.execute(scope_households(narrowed, viewer)).scalar_one())
