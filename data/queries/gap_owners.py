"""Owners of gaps: who usually closes one, and who may be given one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, select

from data.access import Action, Viewer, scope
from data.engine import Database, reading
from data.models import Division, Household, Official, Org, Pairing, TeamMember, WorkTeam
from data.queries.gap_facts import Reader
from data.queries.gap_finders import Finder
from data.queries.instants import known, known_before, valid
from data.refusals import require
from data.text import Lang


@dataclass(frozen=True)
class Owners:
    """Who closes a gap that nobody was given: by household, by village, by district."""

    cadres: Mapping[str, str]
    heads: Mapping[str, str]
    offices: Mapping[str, str]

    def of(self, subject: str, village: str) -> str:
        """Give the paired cadre, else the head of the village's team, else the district's unit."""
        district = village[:6]
        found = self.cadres.get(subject) or self.heads.get(village)
        return found or self.offices.get(district, district.ljust(12, "0"))


def usual_owners(reader: Reader, finder: Finder) -> Owners:
    """Read who usually answers: paired cadres, team heads, district units."""
    before, as_of = known_before(None), reader.as_of
    heads = (
        select(WorkTeam.village_code, func.min(Official.code))
        .join(TeamMember, TeamMember.team_code == WorkTeam.code)
        .join(Official, Official.id == TeamMember.official_id)
        .where(
            TeamMember.role == "head",
            known(WorkTeam, before), valid(WorkTeam, as_of),
            known(TeamMember, before), valid(TeamMember, as_of),
        )
        .group_by(WorkTeam.village_code)
    )  # fmt: skip
    heads = scope(heads, reader.viewer, WorkTeam.village_code)
    offices = select(func.substr(Org.division_code, 1, 6), func.min(Org.id)).where(
        Org.level == "district"
    ).group_by(Org.division_code)  # fmt: skip
    return Owners(
        cadres={
            str(home): str(official)
            for home, official in finder.pairings.standing.groupby("household")["official"]
            .min()
            .items()
        },
        heads={str(code): str(head) for code, head in reader.connection.execute(heads)},
        offices={str(code): str(org) for code, org in reader.connection.execute(offices)},
    )


@dataclass(frozen=True)
class Owner:
    """Who may be given a gap: an official by code, or a unit with the names of its division."""

    code: str
    names: Mapping[Lang, str] | None = None


def list_owners(db: Database, viewer: Viewer, village: str, *, as_of: date) -> list[Owner]:
    """List who may be given a gap of a village: the units above it, its team, its cadres.

    Raises
    ------
    Denied
        The viewer's role assigns no gaps.
    """
    require(viewer, Action.ASSIGN_GAPS)
    before = known_before(None)
    cadres = (
        select(Official.code)
        .join(Pairing, Pairing.official_id == Official.id)
        .join(Household, Household.code == Pairing.household_code)
        .where(Household.village_code == village, known(Pairing, before), valid(Pairing, as_of))
    )
    team = (
        select(Official.code)
        .join(TeamMember, TeamMember.official_id == Official.id)
        .join(WorkTeam, WorkTeam.code == TeamMember.team_code)
        .where(
            WorkTeam.village_code == village, known(TeamMember, before), valid(TeamMember, as_of)
        )
    )
    levels = [village[:length].ljust(12, "0") for length in (12, 9, 6, 4)]
    with reading(db) as connection:
        people = scope(cadres, viewer, Household.village_code).union(
            scope(team, viewer, WorkTeam.village_code)
        )
        found = sorted(map(str, connection.execute(people).scalars()))
        units = _name_units(connection, Org.division_code.in_(levels))
    return [*(Owner(code, names) for code, names in units.items()), *map(Owner, found)]


def name_units(
    db: Database, viewer: Viewer, codes: Collection[str]
) -> dict[str, Mapping[Lang, str]]:
    """Give the names of the divisions whose units own gaps, by the units' codes.

    Raises
    ------
    Denied
        The viewer's role sees no gaps.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    with reading(db) as connection:
        return _name_units(connection, Org.id.in_(codes))


def _name_units(
    connection: Connection, where: ColumnElement[bool]
) -> dict[str, Mapping[Lang, str]]:
    statement = (
        select(Org.id, Division.name_zh, Division.name_en)
        .join(Division, Division.code == Org.division_code)
        .where(where, Division.superseded_at.is_(None), Division.valid_to.is_(None))
        .order_by(Org.division_code)
    )
    return {
        str(row.id): {"zh-CN": row.name_zh, "en": row.name_en}
        for row in connection.execute(statement)
    }
