"""Places: divisions, villages and landmarks, with the accuracy and the evidence of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import select

from data.access import DIVISION_LEVELS, Viewer, prefix_of, reaches, scope
from data.engine import Database, reading
from data.errors import NotFound
from data.models import Dataset, DataVersion, Division, Landmark, Measure, Village
from data.queries.filters import DEFAULT_AS_OF, Choices
from data.queries.frames import place_points, read_frame
from data.queries.instants import known, known_before, valid
from data.queries.register import resolve_measure
from data.text import Lang
from geo.crs import LONLAT

_MOST_NAMED = 3


@dataclass(frozen=True)
class DatasetFacts:
    """What fills the database and in which version."""

    version: int
    profile: str
    seed: str
    is_synthetic: bool
    is_as_generated: bool


def get_dataset(db: Database) -> DatasetFacts:
    """Read what fills the database; only this needs no viewer, as it tells of nobody."""
    with reading(db) as connection:
        facts = dict(connection.execute(select(Dataset.key, Dataset.value)).all())
        version = connection.execute(select(DataVersion.version)).scalar()
    return DatasetFacts(
        version=int(version or 0),
        profile=facts.get("profile", ""),
        seed=facts.get("seed", ""),
        is_synthetic=facts.get("synthetic") == "true",
        is_as_generated=facts.get("generated_version") == str(version),
    )


def list_divisions(
    db: Database, viewer: Viewer, *, as_of: date = DEFAULT_AS_OF, known_on: date | None = None
) -> pd.DataFrame:
    """List divisions of the viewer's areas as they were on a day.

    Returns
    -------
    pandas.DataFrame
        `code`, `kind`, `name_zh`, `name_en`, `parent_code`, `lon`, `lat` (WGS84), `accuracy_m`,
        `position_evidence`, `geometry` (WGS84), ordered by code.
    """
    statement = (
        select(
            Division.code,
            Division.kind,
            Division.name_zh,
            Division.name_en,
            Division.parent_code,
            Division.lon,
            Division.lat,
            Division.accuracy_m,
            Division.position_evidence,
            Division.geometry,
        )
        .where(known(Division, known_before(known_on)), valid(Division, as_of))
        .order_by(Division.code)
    )
    with reading(db) as connection:
        return read_frame(connection, scope(statement, viewer, Division.code))


def list_districts(db: Database, viewer: Viewer) -> gpd.GeoDataFrame:
    """List the districts that hold something of the viewer's areas, with their shapes (WGS84).

    A boundary is public: somebody who sees one village sees the outline of its district.
    """
    statement = (
        select(Division.code, Division.name_zh, Division.name_en, Division.geometry)
        .where(
            Division.kind == "district",
            known(Division, known_before(None)),
            valid(Division, DEFAULT_AS_OF),
        )
        .order_by(Division.code)
    )
    with reading(db) as connection:
        frame = read_frame(connection, statement)
    frame["prefix"] = frame["code"].str[:6]
    seen = frame["prefix"].map(lambda prefix: any(prefix.startswith(a[:6]) for a in viewer.areas))
    frame = frame[seen.astype(bool)].reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=LONLAT)


def list_units(db: Database, viewer: Viewer) -> gpd.GeoDataFrame:
    """List the villages and communities of the viewer's areas.

    Returns
    -------
    geopandas.GeoDataFrame
        `code`, `name_zh`, `name_en`, `kind`, `town`, `district` (six digits), `accuracy_m`,
        `position_evidence`, point geometry (WGS84) or none; ordered by code.
    """
    statement = (
        select(
            Division.code,
            Division.name_zh,
            Division.name_en,
            Division.kind,
            Division.parent_code.label("town"),
            Division.lon,
            Division.lat,
            Division.accuracy_m,
            Division.position_evidence,
            Village.list_state,
            Village.clinic,
        )
        .join(Village, Village.code == Division.code)
        .where(known(Division, known_before(None)), valid(Division, DEFAULT_AS_OF))
        .order_by(Division.code)
    )
    with reading(db) as connection:
        frame = read_frame(connection, scope(statement, viewer, Division.code))
    frame["district"] = frame["code"].str[:6]
    return place_points(frame)


def list_landmarks(db: Database) -> gpd.GeoDataFrame:
    """List rivers and bridges, which are public, with their shapes (WGS84)."""
    statement = select(
        Landmark.id,
        Landmark.kind,
        Landmark.name_zh,
        Landmark.name_en,
        Landmark.open_from,
        Landmark.open_until,
        Landmark.accuracy_m,
        Landmark.geometry,
    ).order_by(Landmark.id)
    with reading(db) as connection:
        frame = read_frame(connection, statement)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=LONLAT)


def list_choices(db: Database, viewer: Viewer) -> Choices:
    """List what a filter of this viewer may name."""
    divisions = list_divisions(db, viewer)
    districts = list_districts(db, viewer)
    with reading(db) as connection:
        measures = connection.execute(
            select(Measure.vocabulary, Measure.code, Measure.name_zh, Measure.name_en)
            .where(Measure.vocabulary.in_(("WH5", "NAT5")))
            .order_by(Measure.vocabulary.desc(), Measure.position)
        ).all()
        exactness = {
            f"{m.vocabulary}.{m.code}": resolve_measure(connection, f"{m.vocabulary}.{m.code}").kind
            for m in measures
            if m.vocabulary != "WH5"
        }
    villages = divisions[divisions["kind"].isin(["village", "community"])]
    return Choices(
        districts=_names(districts, "prefix"),
        measures={
            (m.code if m.vocabulary == "WH5" else f"{m.vocabulary}.{m.code}"): {
                "zh-CN": m.name_zh,
                "en": m.name_en,
            }
            for m in measures
        },
        villages=_names(villages, "code"),
        area=_name_area(divisions, viewer),
        exactness=exactness,
    )


def _name_area(divisions: pd.DataFrame, viewer: Viewer) -> dict[Lang, str]:
    """Name all that a viewer sees: the city, or the divisions of the viewer's areas."""
    whole = "" in viewer.areas
    codes = {area.ljust(12, "0") for area in viewer.areas}
    found = (
        divisions[divisions["kind"] == "city"]
        if whole
        else divisions[divisions["code"].isin(codes)]
    )
    if found.empty or len(found) > _MOST_NAMED:
        return {"zh-CN": "全部区域", "en": "all areas"}
    return {"zh-CN": "、".join(found["name_zh"]), "en": ", ".join(found["name_en"])}


def _names(frame: pd.DataFrame, key: str) -> dict[str, Mapping[Lang, str]]:
    rows = zip(frame[key], frame["name_zh"], frame["name_en"], strict=True)
    return {str(code): {"zh-CN": str(zh), "en": str(en)} for code, zh, en in rows}


def get_unit(db: Database, viewer: Viewer, code: str) -> Mapping[str, Any]:
    """Find one village or community.

    Raises
    ------
    NotFound
        It does not exist or lies outside the viewer's areas: the answer is the same.
    """
    units = list_units(db, viewer)
    found = units[units["code"] == code]
    if found.empty or not reaches(viewer, code):
        raise NotFound(what=code)
    unit: dict[str, Any] = found.to_dict("records")[0]
    return unit


def list_division_names(db: Database, lang: Lang) -> dict[str, str]:
    """Name the divisions by leading digits; below the city, each after what it belongs to.

    The names of places are public, and whoever gives rights must be able to name all of them.
    """
    column = Division.name_zh if lang == "zh-CN" else Division.name_en
    statement = (
        select(Division.code, Division.kind, column.label("name"))
        .where(Division.superseded_at.is_(None))
        .order_by(Division.code)
    )
    with reading(db) as connection:
        rows = connection.execute(statement).all()
    names = {prefix_of(row.code): row.name for row in rows}
    said = {prefix_of(row.code) for row in rows if row.kind not in {"province", "city"}}
    return {
        prefix: " · ".join(
            names[part]
            for part in (prefix[:n] for n in DIVISION_LEVELS if n <= len(prefix))
            if part == prefix or part in said
        )
        for prefix in sorted(names)
    }
