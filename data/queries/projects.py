"""Projects: kind, place, capacity and whom they serve."""

from datetime import date

import geopandas as gpd
import pandas as pd
from sqlalchemy import func, select

from data.access import Viewer, scope_households
from data.engine import Database, reading
from data.models import (
    Enterprise,
    Household,
    Project,
    ProjectBeneficiary,
    ProjectUnit,
)
from data.queries.frames import read_frame
from data.queries.instants import known, known_before, valid
from geo.crs import LONLAT


def list_projects(db: Database, viewer: Viewer) -> gpd.GeoDataFrame:
    """List the projects of the districts that the viewer's areas touch.

    Returns
    -------
    geopandas.GeoDataFrame
        `id`, `kind`, `name_zh`, `name_en`, `district` (six digits), `capacity`, `unit`,
        `accuracy_m`, `opened_on`, `source_id`, `owner_zh`, `owner_en`; a point inside each
        project (WGS84), and its own shape in `outline`.
    """
    statement = (
        select(
            Project.id,
            Project.kind,
            Project.name_zh,
            Project.name_en,
            Project.district_code,
            Project.capacity,
            Project.unit,
            Project.accuracy_m,
            Project.opened_on,
            Project.source_id,
            Project.geometry,
            Enterprise.name_zh.label("owner_zh"),
            Enterprise.name_en.label("owner_en"),
        )
        .join(Enterprise, Enterprise.id == Project.owner_id)
        .order_by(Project.id)
    )
    with reading(db) as connection:
        frame = read_frame(connection, statement)
    frame["district"] = frame["district_code"].str[:6]
    seen = frame["district"].map(lambda d: any(d.startswith(a[:6]) for a in viewer.areas))
    frame = frame[seen.astype(bool)].reset_index(drop=True)
    frame["outline"] = frame["geometry"]
    projects = gpd.GeoDataFrame(frame, geometry="geometry", crs=LONLAT)
    return projects.set_geometry(projects.representative_point().rename("geometry"))


def list_districts_with_projects(db: Database) -> list[str]:
    """List the districts (six digits) for which any project is recorded."""
    with reading(db) as connection:
        codes = connection.execute(select(Project.district_code).distinct()).scalars().all()
    return sorted({code[:6] for code in codes})


def list_village_projects(
    db: Database, viewer: Viewer, village: str, *, as_of: date
) -> pd.DataFrame:
    """List the projects that serve a village's households on a day, with their number.

    Returns
    -------
    pandas.DataFrame
        `id`, `kind`, `name_zh`, `name_en`, `mode`, `households`.
    """
    place = ProjectBeneficiary
    statement = (
        select(
            Project.id,
            Project.kind,
            Project.name_zh,
            Project.name_en,
            place.mode,
            func.count(place.household_code.distinct()).label("households"),
        )
        .join(place, place.project_id == Project.id)
        .join(Household, Household.code == place.household_code)
        .where(
            Household.village_code == village,
            known(place, known_before(None)),
            valid(place, as_of),
        )
        .group_by(Project.id, Project.kind, Project.name_zh, Project.name_en, place.mode)
        .order_by(Project.id)
    )
    with reading(db) as connection:
        return read_frame(connection, scope_households(statement, viewer))


def count_greenhouses(db: Database) -> int:
    """Count the greenhouse units on record."""
    statement = (
        select(func.count())
        .select_from(ProjectUnit)
        .join(Project, Project.id == ProjectUnit.project_id)
        .where(Project.kind == "greenhouse")
    )
    with reading(db) as connection:
        return int(connection.execute(statement).scalar_one())
