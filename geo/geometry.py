"""Read and validate shapes; areas in square metres and in 亩.

GDAL accepts many files that are not GeoJSON and Python's parser accepts NaN, so a shape from
outside is believed only after the checks here.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, Never, cast

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import LONLAT, require_metric
from geo.errors import (
    BrokenGeometry,
    InvalidShape,
    NotClosed,
    NotFinite,
    NotGeoJson,
    OutOfRange,
)

M2_PER_MU: Final = 2000 / 3
_RING_MINIMUM: Final = 4
_SHAPE_FAILURES: Final = (ValueError, TypeError, AttributeError, RecursionError)


def parse_geojson(text: str | bytes) -> Mapping[str, Any]:
    """Parse a GeoJSON document, refusing NaN and infinity, which are not JSON.

    Raises
    ------
    NotGeoJson
        The text is not JSON, or not an object.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as broken:
        raise NotGeoJson from broken
    if not isinstance(document, dict):
        raise NotGeoJson
    return document


def read_features(collection: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Read a GeoJSON FeatureCollection on WGS84.

    Parameters
    ----------
    collection
        Parsed GeoJSON; coordinates are longitude, latitude in degrees.

    Returns
    -------
    frame_lonlat
        One row a feature with its properties as columns, geometry in `LONLAT`.

    Raises
    ------
    NotGeoJson
        Not a FeatureCollection of at least one feature.
    BrokenGeometry, NotFinite, OutOfRange, NotClosed, InvalidShape
        The first feature, counted from 1, that cannot be believed.
    """
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise NotGeoJson
    if not features or not all(isinstance(feature, dict) for feature in features):
        raise NotGeoJson
    shapes = [_read_shape(feature, row=row) for row, feature in enumerate(features, start=1)]
    properties = [dict(feature.get("properties") or {}) for feature in features]
    return gpd.GeoDataFrame(properties, geometry=shapes, crs=LONLAT)


def repair(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make invalid geometry valid without losing area; valid rows stay as they are."""
    mended = frame.copy()
    mended.geometry = shapely.make_valid(
        frame.geometry.to_numpy(), method="structure", keep_collapsed=False
    )
    return mended


def areas_m2(frame_m: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give the area of each row in square metres.

    Raises
    ------
    DegreesNotMetres
        The frame is not in the metric reference system.
    """
    require_metric(frame_m)
    return cast("NDArray[np.float64]", frame_m.geometry.area.to_numpy())


def areas_mu(frame_m: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give the area of each row in 亩 (15 亩 are one hectare).

    Raises
    ------
    DegreesNotMetres
        The frame is not in the metric reference system.
    """
    return areas_m2(frame_m) / M2_PER_MU


def _refuse_constant(name: str) -> Never:
    raise ValueError(name)


def _read_shape(feature: Mapping[str, Any], *, row: int) -> BaseGeometry:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or not geometry.get("coordinates"):
        raise BrokenGeometry(row=row)
    # Before the geometry is built: the library closes rings and accepts NaN without a word.
    _check_positions(geometry["coordinates"], row=row)
    _check_rings(geometry, row=row)
    try:
        shape = shapely.geometry.shape(geometry)
    except (shapely.errors.ShapelyError, *_SHAPE_FAILURES) as broken:
        raise BrokenGeometry(row=row) from broken
    if not shape.is_valid:
        raise InvalidShape(row=row)
    return shape


def _check_positions(coordinates: object, *, row: int) -> None:
    for lon, lat in _positions(coordinates, row=row):
        if not (math.isfinite(lon) and math.isfinite(lat)):
            raise NotFinite(row=row)
        if abs(lon) > 180 or abs(lat) > 90:  # noqa: PLR2004  degrees round the globe
            raise OutOfRange(row=row)


def _positions(coordinates: object, *, row: int) -> Iterator[tuple[float, float]]:
    """Walk nested coordinate lists without recursion, so that depth cannot exhaust the stack."""
    waiting = [coordinates]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, list | tuple) or not item:
            raise BrokenGeometry(row=row)
        if isinstance(item[0], list | tuple):
            waiting.extend(item)
        elif len(item) < 2 or not all(_is_number(number) for number in item):  # noqa: PLR2004
            raise NotFinite(row=row)
        else:
            yield float(item[0]), float(item[1])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_rings(geometry: Mapping[str, Any], *, row: int) -> None:
    coordinates = geometry["coordinates"]
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}
    for polygon in polygons.get(str(geometry.get("type")), []):
        for ring in polygon:
            if not isinstance(ring[0], list | tuple):
                raise BrokenGeometry(row=row)
            if len(ring) < _RING_MINIMUM or list(ring[0]) != list(ring[-1]):
                raise NotClosed(row=row)
