"""Responsibility: leaders, cadres, teams and first responsible persons on a day."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, func, select

from data.access import Viewer, scope, scope_households
from data.engine import Database, reading
from data.models import (
    DistrictResponsible,
    Household,
    LeaderVillageLink,
    MeasureAssignment,
    Official,
    Pairing,
    TeamMember,
    WorkTeam,
)
from data.queries.filters import Filter
from data.queries.frames import read_frame
from data.queries.instants import counts_at, days, known, known_before, valid
from data.queries.register import resolve_measure


def count_officials(
    db: Database, viewer: Viewer, filter_: Filter, *, known_on: date | None = None
) -> pd.DataFrame:
    """Count distinct paired cadres and linked leaders, by village and in all.

    Distinct persons do not add up over villages: the row with the code ``""`` is counted apart.

    Returns
    -------
    pandas.DataFrame
        Indexed by village code; `cadres`, `leaders`.
    """
    before = known_before(known_on)
    cadres = (
        select(Household.village_code.label("village"), Pairing.official_id.label("official"))
        .join(Household, Household.code == Pairing.household_code)
        .where(known(Pairing, before), valid(Pairing, filter_.as_of))
    )
    cadres = filter_.narrow(scope_households(cadres, viewer), Household.village_code)
    leaders = select(
        LeaderVillageLink.village_code.label("village"),
        LeaderVillageLink.official_id.label("official"),
    ).where(known(LeaderVillageLink, before), valid(LeaderVillageLink, filter_.as_of))
    leaders = filter_.narrow(
        scope(leaders, viewer, LeaderVillageLink.village_code), LeaderVillageLink.village_code
    )
    with reading(db) as connection:
        if filter_.measure:
            code = resolve_measure(connection, filter_.measure).code
            cadres = cadres.join(
                MeasureAssignment, MeasureAssignment.household_code == Household.code
            ).where(
                MeasureAssignment.measure_code == (code or ""),
                known(MeasureAssignment, before),
                valid(MeasureAssignment, filter_.as_of),
            )
        counts: dict[str, dict[str, int]] = {}
        for name, statement in (("cadres", cadres), ("leaders", leaders)):
            rows = statement.subquery()
            distinct = func.count(rows.c.official.distinct())
            by_village = select(rows.c.village, distinct).group_by(rows.c.village)
            counts[name] = dict(connection.execute(by_village).all())
            counts[name][""] = connection.execute(select(distinct)).scalar_one()
    return pd.DataFrame(counts).fillna(0).astype(int)


def count_leaders(
    connection: Connection, viewer: Viewer, groups: Sequence[str], stops: Sequence[date]
) -> npt.NDArray[np.int64]:
    """Count the distinct leaders of each group of villages at each stop.

    Parameters
    ----------
    connection
        An open reading connection.
    viewer
        Limits the villages, in SQL.
    groups
        Leading digits of division codes, all of one length.
    stops
        Days in ascending order.

    Returns
    -------
    numpy.ndarray
        Shape ``(len(groups), len(stops))``.
    """
    link = LeaderVillageLink
    statement = select(
        link.official_id.label("official"),
        link.village_code.label("village"),
        link.valid_from.label("first"),
        link.valid_to.label("after"),
    ).where(known(link, known_before(None)))
    spans = read_frame(connection, scope(statement, viewer, link.village_code), dtype=object)
    length = len(groups[0]) if groups else 0
    spans["group"] = spans["village"].str[:length] if length else ""
    spans = spans[spans["group"].isin(groups)]
    pairs = spans[["group", "official"]].drop_duplicates().reset_index(drop=True)
    rows = pd.MultiIndex.from_frame(pairs).get_indexer(
        pd.MultiIndex.from_frame(spans[["group", "official"]])
    )
    linked = counts_at(rows, (days(spans["first"]), days(spans["after"])), stops, size=len(pairs))
    counts = np.zeros((len(groups), len(stops)), dtype=np.int64)
    np.add.at(
        counts,
        pd.Index(groups).get_indexer(pd.Index(pairs["group"])),
        (linked > 0).astype(np.int64),
    )
    return counts


def count_linked_villages(db: Database, as_of: date, *, known_on: date | None = None) -> int:
    """Count the villages that any leader contacts on a day."""
    statement = select(func.count(LeaderVillageLink.village_code.distinct())).where(
        known(LeaderVillageLink, known_before(known_on)), valid(LeaderVillageLink, as_of)
    )
    with reading(db) as connection:
        return int(connection.execute(statement).scalar_one())


def list_leaders(db: Database, viewer: Viewer, village: str, *, as_of: date) -> list[str]:
    """List the codes of a village's leaders on a day."""
    statement = (
        select(Official.code)
        .join(LeaderVillageLink, LeaderVillageLink.official_id == Official.id)
        .where(
            LeaderVillageLink.village_code == village,
            known(LeaderVillageLink, known_before(None)),
            valid(LeaderVillageLink, as_of),
        )
        .order_by(Official.code)
    )
    with reading(db) as connection:
        found = connection.execute(scope(statement, viewer, LeaderVillageLink.village_code))
        return list(found.scalars().all())


def list_team(db: Database, viewer: Viewer, village: str, *, as_of: date) -> pd.DataFrame:
    """List a village's work team on a day: `code` and `role`, the head first."""
    before = known_before(None)
    statement = (
        select(Official.code, TeamMember.role)
        .join(TeamMember, TeamMember.official_id == Official.id)
        .join(WorkTeam, WorkTeam.code == TeamMember.team_code)
        .where(
            WorkTeam.village_code == village,
            known(WorkTeam, before),
            valid(WorkTeam, as_of),
            known(TeamMember, before),
            valid(TeamMember, as_of),
        )
        .order_by(TeamMember.role, Official.code)
    )
    with reading(db) as connection:
        return read_frame(connection, scope(statement, viewer, WorkTeam.village_code))


def list_first_responsible(db: Database, district: str, *, as_of: date) -> pd.DataFrame:
    """List a district's first responsible persons on a day: `office` and `code`."""
    statement = (
        select(DistrictResponsible.office, Official.code)
        .join(Official, Official.id == DistrictResponsible.official_id)
        .where(
            DistrictResponsible.district_code == district.ljust(12, "0"),
            known(DistrictResponsible, known_before(None)),
            valid(DistrictResponsible, as_of),
        )
        .order_by(DistrictResponsible.office.desc())
    )
    with reading(db) as connection:
        return read_frame(connection, statement)
