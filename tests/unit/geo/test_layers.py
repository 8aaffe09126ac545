"""Layer specifications: numbers and codes only, whole, of one datum."""

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from geo.classify import PALETTES
from geo.codes import Kind, is_code
from geo.errors import BadLayer, MixedDatums, TextInLayer, WrongCrs
from geo.layers import (
    Bounds,
    Layer,
    MapSpec,
    Picture,
    Scale,
    bounds_of,
    freeze,
    line_layer,
    point_layer,
    polygon_layer,
)

SCALE = Scale("remaining", (10, 20, 50, 100), PALETTES["remaining"])
WUHAI = (106.6, 39.0, 107.2, 40.0)
HOSTILE = [
    "{{7*7}}",
    "{%",
    "${alert(1)}",
    "<img onerror=x>",
    "a`b",
    "名称",
    "a b",
    "",
    "x" * 41,
    "a\n",
]


def units(**columns: object):
    positions = [Point(106.80000049, 39.5), Point(106.9, 39.6)]
    data = {"id": ["150302101001", "150303101001"], **columns}
    return gpd.GeoDataFrame(data, geometry=positions, crs=4326)


def feature(properties: dict[str, Any], geometry: dict[str, Any] | None = None):
    shape = geometry or {"type": "Point", "coordinates": [106.8, 39.5]}
    return {"type": "Feature", "geometry": shape, "properties": properties}


def layer_of(*features: dict[str, Any], layer_id: str = "units", kind: Kind = "point"):
    return Layer(layer_id, kind, {"type": "FeatureCollection", "features": list(features)})


def properties_of(layer: Layer):
    return [item["properties"] for item in layer.features["features"]]


def test_columns_become_plain_properties_and_positions_are_rounded():
    frame = units(
        accuracy_m=np.array([1500, 3000]), share=[0.5, np.nan], from_=["2016-01-01", None]
    )
    layer = point_layer(frame, "units")
    assert properties_of(layer) == [
        {"id": "150302101001", "accuracy_m": 1500, "share": 0.5, "from_": "2016-01-01"},
        {"id": "150303101001", "accuracy_m": 3000, "share": None, "from_": None},
    ]
    assert layer.features["features"][0]["geometry"]["coordinates"] == [106.8, 39.5]
    json.dumps(layer.features, allow_nan=False)


def test_every_kind_of_missing_becomes_none() -> None:
    mixed = pd.Series([np.int64(5), np.nan], dtype=object)
    frame = units(
        whole=pd.array([1, None], dtype="Int64"),
        opened=pd.Series([pd.NaT, pd.NaT]),
        kind=pd.array(["road", None], dtype="str"),
        mixed=mixed,
    )
    first, second = properties_of(point_layer(frame, "units"))
    assert list(first.values()) == ["150302101001", 1, None, "road", 5]
    assert list(second.values()) == ["150303101001", None, None, None, None]
    json.dumps([first, second])


def test_points_without_a_position_are_left_out():
    frame = units()
    frame.loc[0, "geometry"] = None
    assert point_layer(frame, "units").ids == ("150303101001",)


def test_areas_and_lines_are_layers_too():
    area = gpd.GeoDataFrame({"id": ["150302"]}, geometry=[box(106.7, 39.4, 106.9, 39.6)], crs=4326)
    line = gpd.GeoDataFrame(
        {"id": [1]}, geometry=[LineString([(106.7, 39), (106.8, 40)])], crs=4326
    )
    layers = [polygon_layer(area, "districts"), line_layer(line, "river")]
    assert [layer.kind for layer in layers] == ["polygon", "line"]
    assert bounds_of(layers) == (106.7, 39.0, 106.9, 40.0)
    assert bounds_of(layers, margin=0.1) == pytest.approx((106.68, 38.9, 106.92, 40.1))


def test_metres_are_refused():
    with pytest.raises(WrongCrs):
        point_layer(units().to_crs(4545), "units")


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_refused_as_value_key_and_id(text: str):
    assert not is_code(text)
    with pytest.raises(TextInLayer):
        point_layer(units(name=[text, "ok"]), "units")
    with pytest.raises(TextInLayer):
        layer_of(feature({"id": "1", text: 1}))
    with pytest.raises(BadLayer):
        layer_of(feature({"id": text}))
    with pytest.raises(BadLayer):
        layer_of(feature({"id": "1"}), layer_id=text)


@pytest.mark.parametrize("value", [float("inf"), [1], {"a": 1}, b"x", pd.Timestamp("2016-01-01")])
def test_other_values_are_refused(value: object):
    with pytest.raises(TextInLayer):
        layer_of(feature({"id": "1", "value": value}))


@pytest.mark.parametrize(
    "broken",
    [
        feature({"id": "1"}) | {"bbox": "{{7*7}}"},
        feature({"id": "1"}) | {"type": "{{7*7}}"},
        feature({}),
        feature({"id": None}),
        feature({"id": True}),
        feature({"id": 1.5}),
        feature({"id": "1"}, {"type": "{{7*7}}", "coordinates": [1, 2]}),
        feature({"id": "1"}, {"type": "Point", "coordinates": ["{{7*7}}", 2]}),
        feature({"id": "1"}, {"type": "Point", "coordinates": [float("nan"), 2]}),
        feature({"id": "1"}, {"type": "Point", "coordinates": []}),
        feature({"id": "1"}, {"type": "Point", "coordinates": [1, 2], "name": "x"}),
        feature({"id": "1"}, {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}),
    ],
)
def test_nothing_hides_beside_the_properties(broken: dict[str, Any]):
    with pytest.raises(BadLayer):
        layer_of(broken)


def test_a_foreign_member_of_the_collection_and_a_missing_geometry_are_refused():
    with pytest.raises(BadLayer):
        Layer("units", "point", {"type": "FeatureCollection", "features": [], "name": "x"})
    with pytest.raises(BadLayer):
        layer_of({"type": "Feature", "geometry": None, "properties": {"id": "1"}})


def test_ids_are_unique_within_a_layer_and_layers_within_a_map():
    with pytest.raises(BadLayer):
        layer_of(feature({"id": "1"}), feature({"id": "1"}))
    with pytest.raises(BadLayer):
        MapSpec((layer_of(), layer_of()), SCALE, WUHAI)


def test_a_map_refuses_two_datums():
    here = point_layer(units(), "units")
    shifted = point_layer(units(), "projects", datum="GCJ02")
    with pytest.raises(MixedDatums):
        MapSpec((here, shifted), SCALE, WUHAI)


@pytest.mark.parametrize("bounds", [(1, 1, 1, 2), (1, 2, 2, 1), (float("nan"), 1, 2, 2)])
def test_a_map_needs_real_bounds(bounds: Bounds):
    with pytest.raises(BadLayer):
        MapSpec((), SCALE, bounds)


@pytest.mark.parametrize("color", ["red", "#FFF", "#ffffff;", "url(x)", "#12345g"])
def test_colours_are_six_digits(color: str):
    with pytest.raises(BadLayer):
        MapSpec((), SCALE, WUHAI, {"150302": color})
    with pytest.raises(BadLayer):
        Scale("remaining", (10, 20, 50, 100), (*PALETTES["remaining"][:4], color))


def test_a_map_refuses_text_for_a_district_and_a_scale_refuses_text_and_wrong_breaks():
    with pytest.raises(BadLayer):
        MapSpec((), SCALE, WUHAI, {"{{7*7}}": "#ffffff"})
    with pytest.raises(BadLayer):
        Scale("{{7*7}}", (10, 20, 50, 100), PALETTES["remaining"])
    with pytest.raises(BadLayer):
        Scale("remaining", (10, 20), PALETTES["remaining"])
    with pytest.raises(BadLayer):
        Scale("remaining", (10, 20, 20, 100), PALETTES["remaining"])


def bridge(code: str, opened: str | None, closed: str | None):
    return feature({"id": code, "kind": "road", "open_from": opened, "open_until": closed})


def small_map():
    shape = {"type": "Polygon", "coordinates": [[[106, 39], [107, 39], [107, 40], [106, 39]]]}
    areas = [feature({"id": code}, shape) for code in ("150302", "150303")]
    bridges = [
        bridge("b1", None, None),
        bridge("b2", "2016-11-29", None),
        bridge("b3", "1988", "2015"),
    ]
    projects = [feature({"id": "p1", "kind": "workshop"}), feature({"id": "p2", "kind": "tourism"})]
    layers = (
        layer_of(*areas, layer_id="districts", kind="polygon"),
        layer_of(*bridges, layer_id="bridges"),
        point_layer(units(), "units"),
        layer_of(*projects, layer_id="projects"),
        layer_of(feature({"id": "150302101000"}), layer_id="towns"),
    )
    return MapSpec(layers, SCALE, WUHAI)


def frozen_layers(picture: Picture):
    return {layer.id: properties_of(layer) for layer in freeze(small_map(), picture).spec.layers}


def test_freezing_writes_the_moment_into_the_units():
    picture = Picture(
        as_of="2016-12-31",
        unit_classes={"150302101001": "z", "150303101001": "3", "150303101002": "s"},
        unit_sizes={"150303101001": "2"},
        district="150303",
        village="150303101001",
    )
    here, there = frozen_layers(picture)["units"]
    assert here == {"id": "150302101001", "class": "z", "size": "n", "dim": 1, "chosen": 0}
    assert there == {"id": "150303101001", "class": "3", "size": "2", "dim": 0, "chosen": 1}
    frozen = freeze(small_map(), picture)
    assert frozen.counts["3"] == frozen.counts["s"] == 1
    assert frozen.counts["z"] == 0
    assert frozen.without_position == 1


def test_freezing_shades_districts_only_in_that_mode():
    classes = {"150302": "z"}
    shaded = Picture(as_of="2016-12-31", mode="shade", district_classes=classes, district="150302")
    assert frozen_layers(shaded)["districts"] == [
        {"id": "150302", "class": "z", "dim": 0},
        {"id": "150303", "class": "n", "dim": 1},
    ]
    assert freeze(small_map(), shaded).counts == dict.fromkeys("01234nswa", 0) | {"z": 1}
    plain = Picture(as_of="2016-12-31", district_classes=classes)
    assert [area["class"] for area in frozen_layers(plain)["districts"]] == [None, None]


@pytest.mark.parametrize(
    ("as_of", "opened"), [("2016-11-28", [1, 0, 0]), ("2016-11-29", [1, 1, 0])]
)
def test_bridges_open_by_date(as_of: str, opened: str | None):
    assert [bridge["open"] for bridge in frozen_layers(Picture(as_of=as_of))["bridges"]] == opened


def test_only_shown_projects_are_left_and_towns_elsewhere_are_pale():
    picture = Picture(as_of="2016-12-31", projects=frozenset({"p2"}), district="150303")
    layers = frozen_layers(picture)
    assert [project["id"] for project in layers["projects"]] == ["p2"]
    assert layers["towns"] == [{"id": "150302101000", "dim": 1}]


def test_layers_without_a_moment_stay_untouched():
    line = {"type": "LineString", "coordinates": [[106.7, 39.0], [106.8, 40.0]]}
    river = layer_of(feature({"id": "river"}, line), layer_id="river", kind="line")
    frozen = freeze(MapSpec((river,), SCALE, WUHAI), Picture(as_of="2016-12-31"))
    assert frozen.spec.layers == (river,)


def test_freezing_leaves_the_specification_as_it_was():
    spec = small_map()
    before = json.dumps([layer.features for layer in spec.layers])
    freeze(spec, Picture(as_of="2016-12-31", unit_classes={"150302101001": "1"}))
    assert json.dumps([layer.features for layer in spec.layers]) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"as_of": "{{7*7}}"},
        {"mode": "3d"},
        {"unit_classes": {"1": "x"}},
        {"unit_classes": {"1": ""}},
        {"district_classes": {"1": "01"}},
        {"unit_sizes": {"1": "z"}},
    ],
)
def test_a_picture_holds_class_characters_only(wrong: dict[str, Any]):
    with pytest.raises(BadLayer):
        Picture(**{"as_of": "2016-12-31"} | wrong)
