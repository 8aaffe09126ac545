"""The atlas: all that a map of this viewer holds, as layers, scales and sheets of values.

Geometry changes with the data version, values with the measure; both are read once and kept by
the reader. The live map, the saved file and the captions all take what they show from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from data.access import Action, Viewer, can
from data.engine import Database, reading
from data.models import Division
from data.queries.cells import Cells, hide_cells
from data.queries.filters import DEFAULT_AS_OF, INDICATORS, Filter
from data.queries.frames import place_points, read_frame
from data.queries.freshness import read_fact_days, stale_villages
from data.queries.indicators import Gap, Indicators, measure_groups, worst_gaps
from data.queries.instants import known, known_before, monthly_stops, valid
from data.queries.places import list_districts, list_landmarks, list_units
from data.queries.projects import list_districts_with_projects, list_projects
from data.queries.register import Ledger, last_event_day, narrow_to_measure, read_ledger
from data.queries.responsibility import count_leaders
from geo.classify import (
    COVERAGE_BREAKS,
    PALETTES,
    PERCENT_BREAKS,
    RATIO_BREAKS,
    count_labels,
    district_colors,
    measure_labels,
    nice_breaks,
)
from geo.layers import Bounds, Layer, Scale, bounds_of, line_layer, point_layer, polygon_layer

PERSONS: Final = ("remaining", "exited", "on_register")
UNITS: Final = {"reach": "%", "coverage": "%", "leaders": "", "places": ""}
BASES: Final = {
    "remaining": "remaining",
    "exited": "exited",
    "on_register": "on_register",
    "reach": "remaining",
    "coverage": "remaining",
    "leaders": "on_register",
    "places": "on_register",
}
"""The households that each indicator speaks of."""
LEADER_BREAKS: Final = (1.0, 2.0, 5.0, 10.0)
DECIMALS: Final = {"places": 2, "leaders": 0}


@dataclass(frozen=True)
class Atlas:
    """Layers of ids and numbers, and the frames that name what the ids stand for."""

    layers: tuple[Layer, ...]
    bounds: Bounds
    district_colors: Mapping[str, str]
    units: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    towns: gpd.GeoDataFrame
    landmarks: gpd.GeoDataFrame
    projects: gpd.GeoDataFrame
    last_event_on: date | None


@dataclass(frozen=True)
class IndicatorScale:
    """An indicator's classes: for units and, where sums are larger, for districts."""

    units: Scale
    units_labels: tuple[str, ...]
    districts: Scale
    districts_labels: tuple[str, ...]


@dataclass(frozen=True)
class Ground:
    """What the sheets of all measures share.

    Attributes
    ----------
    ledger
        The register, folded at every stop.
    leaders
        Groups and their distinct leaders: of units, of districts, of everything, in this order.
    stale
        Village code to whether its last recorded fact is older than 90 days, at each stop.
    with_projects
        Districts for which any project is recorded.
    cells
        What stays hidden of all measures and stops; None for who may see small cells.
    """

    ledger: Ledger
    leaders: tuple[tuple[tuple[str, ...], npt.NDArray[np.int64]], ...]
    stale: Mapping[str, Sequence[bool]]
    with_projects: tuple[str, ...]
    cells: Cells | None


@dataclass(frozen=True)
class Sheet:
    """The values of one measure at every stop.

    Attributes
    ----------
    units, districts, scopes
        One row a unit; a district; and ``""`` followed by each district, for the figures.
    gaps
        The worst gap of each scope at each stop.
    """

    stops: tuple[date, ...]
    units: Indicators
    districts: Indicators
    whole: Indicators
    gaps: Mapping[str, Sequence[Gap | None]]


def read_atlas(db: Database, viewer: Viewer) -> Atlas:
    """Read the geography of a viewer's areas."""
    units, districts = list_units(db, viewer), list_districts(db, viewer)
    landmarks, projects = list_landmarks(db), list_projects(db, viewer)
    towns = _list_towns(db, list(districts["prefix"]))
    shapes = districts[["prefix", "geometry"]].rename(columns={"prefix": "id"})
    layers = [polygon_layer(shapes, "districts")]
    if not landmarks.empty:
        river = landmarks[landmarks["kind"] == "river"]
        layers.append(line_layer(river[["id", "accuracy_m", "geometry"]], "river"))
        layers.append(point_layer(_bridges(landmarks), "bridges"))
    layers.append(point_layer(towns[["code", "accuracy_m", "geometry"]].rename(columns={"code": "id"}), "towns"))  # fmt: skip  # noqa: E501
    layers.append(point_layer(_with_id(units, ["district", "kind", "accuracy_m"]), "units"))
    layers.append(
        point_layer(projects[["id", "kind", "district", "accuracy_m", "geometry"]], "projects")
    )
    with reading(db) as connection:
        last = last_event_day(connection, viewer)
    holding = [layer for layer in layers if layer.features["features"]]
    return Atlas(
        layers=tuple(layers),
        bounds=bounds_of(holding, margin=0.02) if holding else (106.0, 39.0, 107.5, 40.0),
        district_colors=district_colors(districts["prefix"]),
        units=units,
        districts=districts,
        towns=towns,
        landmarks=landmarks,
        projects=projects,
        last_event_on=last,
    )


def _with_id(frame: gpd.GeoDataFrame, columns: list[str]) -> gpd.GeoDataFrame:
    return frame[["code", *columns, "geometry"]].rename(columns={"code": "id"})


def _bridges(landmarks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    bridges = landmarks[landmarks["kind"] != "river"].copy()
    bridges["kind"] = bridges["kind"].str.removesuffix("_bridge")
    for column in ("open_from", "open_until"):
        bridges[column] = [
            day.isoformat() if isinstance(day, date) else None for day in bridges[column]
        ]
    return bridges[["id", "kind", "open_from", "open_until", "accuracy_m", "geometry"]]


def _list_towns(db: Database, districts: Sequence[str]) -> gpd.GeoDataFrame:
    statement = (
        select(
            Division.code,
            Division.name_zh,
            Division.name_en,
            Division.lon,
            Division.lat,
            Division.accuracy_m,
        )
        .where(
            Division.kind == "town",
            known(Division, known_before(None)),
            valid(Division, DEFAULT_AS_OF),
        )
        .order_by(Division.code)
    )
    with reading(db) as connection:
        frame = read_frame(connection, statement)
    frame = frame[frame["code"].str[:6].isin(districts)].reset_index(drop=True)
    return place_points(frame)


def read_ground(db: Database, viewer: Viewer, atlas: Atlas) -> Ground:
    """Fold the register once for everything the viewer sees, at every stop."""
    stops = monthly_stops()
    codes, districts = list(atlas.units["code"]), list(atlas.districts["prefix"])
    with reading(db) as connection:
        ledger = read_ledger(connection, viewer, Filter(), stops)
        fact_days = read_fact_days(connection, viewer)
        leaders = tuple(
            (groups, count_leaders(connection, viewer, groups, stops))
            for groups in (tuple(codes), tuple(districts), ("",))
        )
    return Ground(
        ledger=ledger,
        leaders=leaders,
        stale=stale_villages(fact_days, codes, stops),
        with_projects=tuple(list_districts_with_projects(db)),
        cells=None if can(viewer, Action.SEE_SMALL_CELLS) else hide_cells(ledger),
    )


def read_sheet(db: Database, viewer: Viewer, measure: str, ground: Ground) -> Sheet:
    """Give the values of one measure, or of all, for everything the viewer sees."""
    with reading(db) as connection:
        ledger = narrow_to_measure(connection, ground.ledger, measure)

    def measured(groups: tuple[str, ...], leaders: npt.NDArray[np.int64]) -> Indicators:
        found = measure_groups(
            ledger, groups, viewer, with_projects=ground.with_projects, cells=ground.cells
        )
        return replace(found, rates={**found.rates, "leaders": leaders.astype(float)})

    units, districts, whole = (measured(*counted) for counted in ground.leaders)
    return Sheet(
        stops=ledger.stops,
        units=units,
        districts=districts,
        whole=whole,
        gaps={
            prefix: worst_gaps(ledger, prefix, viewer, stale=ground.stale, cells=ground.cells)
            for prefix in (*whole.groups, *districts.groups)
        },
    )


def scales_of(sheet: Sheet) -> dict[str, IndicatorScale]:
    """Fix the classes of every indicator over the whole period.

    Parameters
    ----------
    sheet
        The sheet of *all* measures: a colour then means the same under every measure and date.
    """
    scales = {}
    for indicator in INDICATORS:
        units, units_labels = _scale(indicator, sheet.units)
        districts, districts_labels = _scale(indicator, sheet.districts)
        scales[indicator] = IndicatorScale(units, units_labels, districts, districts_labels)
    return scales


def _scale(indicator: str, indicators: Indicators) -> tuple[Scale, tuple[str, ...]]:
    if indicator in PERSONS:
        greatest = np.nanmax(indicators.persons["on_register"], initial=0.0)
        counts = nice_breaks(float(max(greatest, 1.0)))
        breaks: tuple[float, ...] = tuple(float(limit) for limit in counts)
        labels = count_labels(counts)
    elif indicator == "leaders":
        breaks, labels = LEADER_BREAKS, count_labels(tuple(int(limit) for limit in LEADER_BREAKS))
    else:
        breaks = {"reach": PERCENT_BREAKS, "coverage": COVERAGE_BREAKS}.get(indicator, RATIO_BREAKS)
        labels = measure_labels(breaks, unit=UNITS[indicator])
    return Scale(code=indicator, breaks=breaks, colors=PALETTES[indicator]), labels
