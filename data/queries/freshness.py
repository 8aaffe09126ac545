"""Freshness: how long ago the last fact about a village's households was recorded."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
from sqlalchemy import Connection, DateTime, select, type_coerce, union_all

from data.access import Viewer, scope_households
from data.models import (
    Household,
    HouseholdComposition,
    MeasureAssignment,
    Pairing,
    ProjectBeneficiary,
    RegisterEvent,
)
from data.queries.frames import read_frame

STALE_AFTER_DAYS: Final = 90
_CHINA_HOURS: Final = 8


def read_fact_days(
    connection: Connection, viewer: Viewer, *, within: str = ""
) -> Mapping[str, np.ndarray]:
    """List the days on which facts were recorded, ascending, by village."""
    home = HouseholdComposition
    parts = [
        select(home.household_code.label("household"), RegisterEvent.recorded_at).join(
            home, home.member_id == RegisterEvent.member_id
        )
    ]
    parts += [
        select(model.household_code.label("household"), model.recorded_at)
        for model in (MeasureAssignment, Pairing, ProjectBeneficiary)
    ]
    facts = union_all(*parts).subquery()
    statement = (
        select(Household.village_code.label("village"), type_coerce(facts.c.recorded_at, DateTime))
        .join(Household, Household.code == facts.c.household)
        .where(Household.village_code.startswith(within, autoescape=True))
        .distinct()
    )
    rows = read_frame(connection, scope_households(statement, viewer))
    # Stored instants are UTC: the day is that of the office that entered the fact.
    instants = rows["recorded_at"].to_numpy(dtype="datetime64[s]") + np.timedelta64(
        _CHINA_HOURS, "h"
    )
    rows["day"] = instants.astype("datetime64[D]")
    return {
        str(village): np.unique(group.to_numpy(dtype="datetime64[D]"))
        for village, group in rows.groupby("village")["day"]
    }


def last_fact_on(fact_days: np.ndarray | None, day: date) -> date | None:
    """Give the last day, up to `day`, on which a fact was recorded."""
    if fact_days is None:
        return None
    position = int(np.searchsorted(fact_days, np.datetime64(day), "right"))
    found = fact_days[position - 1].astype(object) if position else None
    return found if isinstance(found, date) else None


def stale_villages(
    fact_days: Mapping[str, np.ndarray], villages: Sequence[str], stops: Sequence[date]
) -> dict[str, list[bool]]:
    """Tell for each village and stop whether the last fact is older than 90 days."""
    limit = timedelta(days=STALE_AFTER_DAYS)
    result = {}
    for village in villages:
        last = [last_fact_on(fact_days.get(village), stop) for stop in stops]
        result[village] = [
            found is None or stop - found > limit for found, stop in zip(last, stops, strict=True)
        ]
    return result
