"""Shapes from outside: what is read, refused, measured and mended."""

import json

import geopandas as gpd
import pytest
from shapely import Polygon, box

from geo import geometry
from geo.crs import LONLAT, METRIC
from geo.errors import (
    BrokenGeometry,
    DegreesNotMetres,
    GeoError,
    InvalidShape,
    NotClosed,
    NotFinite,
    NotGeoJson,
    OutOfRange,
)

RING = [[106.0, 39.0], [107.0, 39.0], [107.0, 40.0], [106.0, 39.0]]
NAN, INF = float("nan"), float("inf")


def collection(*geometries: object):
    features = [
        {"type": "Feature", "properties": {"id": str(row)}, "geometry": shape}
        for row, shape in enumerate(geometries)
    ]
    return {"type": "FeatureCollection", "features": features}


def polygon(*rings: object):
    return {"type": "Polygon", "coordinates": list(rings)}


def point(*position: object):
    return {"type": "Point", "coordinates": list(position)}


def test_features_become_rows_with_properties_in_degrees():
    frame = geometry.read_features(collection(polygon(RING), point(106.8, 39.5, 1100)))
    assert list(frame["id"]) == ["0", "1"]
    assert frame.crs == LONLAT
    assert list(frame.geom_type) == ["Polygon", "Point"]


@pytest.mark.parametrize(
    ("shape", "refusal"),
    [
        (point(NAN, 39.5), NotFinite),
        (point(106.8, INF), NotFinite),
        (point(None, 39.5), NotFinite),
        (point("106.8", "39.5"), NotFinite),
        (point(106.8), NotFinite),
        ({"type": "Point", "coordinates": [True, 39.5]}, NotFinite),
        (point(39.5, 106.8), OutOfRange),
        (point(-181, 39.5), OutOfRange),
        (polygon(RING[:-1]), NotClosed),
        (polygon([RING[0], RING[1], RING[0]]), NotClosed),
        (polygon([[106, 39], [107, 40], [107, 39], [106, 40], [106, 39]]), InvalidShape),
        ({"type": "MultiPolygon", "coordinates": [[RING], [RING[:-1]]]}, NotClosed),
        ({"type": "Polygon", "coordinates": RING}, BrokenGeometry),
        ({"type": "Blob", "coordinates": [106.8, 39.5]}, BrokenGeometry),
        ({"type": "LineString", "coordinates": [[106.8, 39.5]]}, BrokenGeometry),
        ({"type": "GeometryCollection", "geometries": []}, BrokenGeometry),
        ({"type": "Point", "coordinates": []}, BrokenGeometry),
        ({"type": "MultiPoint", "coordinates": [[106.8, 39.5], "x"]}, BrokenGeometry),
        (None, BrokenGeometry),
    ],
)
def test_what_cannot_be_believed_is_refused_with_its_row(shape: object, refusal: type[GeoError]):
    with pytest.raises(refusal) as caught:
        geometry.read_features(collection(point(106.8, 39.5), shape))
    assert caught.value.facts["row"] == 2
    assert "2" in caught.value.sentence("zh-CN")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"type": "Feature"},
        {"type": "FeatureCollection"},
        {"type": "FeatureCollection", "features": []},
        {"type": "FeatureCollection", "features": ["x"]},
    ],
)
def test_only_feature_collections_are_read(document: dict[str, object]):
    with pytest.raises(NotGeoJson):
        geometry.read_features(document)


@pytest.mark.parametrize("text", ["", "[1]", '{"a": NaN}', "[Infinity]", "[" * 100_000, b"\xff{"])
def test_text_that_is_not_json_is_refused(text: str | bytes):
    with pytest.raises(NotGeoJson):
        geometry.parse_geojson(text)


def test_geojson_text_is_read() -> None:
    text = json.dumps(collection(point(106.8, 39.5)))
    assert len(geometry.read_features(geometry.parse_geojson(text))) == 1


def test_deep_nesting_does_not_exhaust_the_stack():
    nested = [106.8, 39.5]
    for _ in range(5000):
        nested = [nested]
    with pytest.raises(BrokenGeometry):
        geometry.read_features(collection({"type": "MultiPoint", "coordinates": nested}))


def test_areas_in_square_metres_and_mu():
    hectare = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], crs=METRIC)
    assert list(geometry.areas_m2(hectare)) == [10_000]
    assert list(geometry.areas_mu(hectare)) == [pytest.approx(15)]


def test_areas_in_degrees_are_refused():
    with pytest.raises(DegreesNotMetres):
        geometry.areas_m2(gpd.GeoDataFrame(geometry=[box(106, 39, 107, 40)], crs=LONLAT))


def test_repair_makes_a_bow_tie_valid_and_leaves_the_rest():
    bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    sound = box(5, 5, 6, 6)
    frame = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[bow_tie, sound], crs=METRIC)
    mended = geometry.repair(frame)
    assert mended.is_valid.all()
    assert mended.area.iloc[0] == pytest.approx(2)
    assert mended.geometry.iloc[1].equals(sound)
    assert not frame.is_valid.iloc[0]
