"""Frames to layer specifications: plain objects, one for every drawer.

A specification holds ids, numbers, codes, geometry, classes, breaks, colours and bounds. It
never holds text from data: what a drawer can only show as text travels beside it. That is what
keeps a village's name from being run as a template by one drawer and as a script by another, so
it is enforced here, where every drawer's input is made, and not left to the drawers.
"""

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.classify import CLASS_CODES, CLASSES, NO_DATA, count_classes
from geo.codes import Kind, check_collection, check_colors, is_code
from geo.crs import Datum, refuse_mixed_datums, require_lonlat
from geo.errors import BadLayer

Bounds = tuple[float, float, float, float]
Mode = Literal["symbols", "shade"]

DECIMALS: Final = 6  # about 0.1 m
SIZE_CODES: Final = "012345" + NO_DATA


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: a GeoJSON FeatureCollection whose properties are numbers and codes only.

    Parameters
    ----------
    id
        Lower-case name, unique in a map.
    kind
        What its geometries are.
    features
        FeatureCollection, longitude and latitude in degrees; each feature has a unique
        property `id`.
    datum
        Datum of the coordinates.

    Raises
    ------
    TextInLayer
        A property holds anything but a number, None or a short code.
    BadLayer
        The collection is malformed, or an id is missing or repeated.
    """

    id: str
    kind: Kind
    features: Mapping[str, Any]
    datum: Datum = "WGS84"

    def __post_init__(self) -> None:
        check_collection(self.features, layer=self.id, kind=self.kind)
        if len(set(self.ids)) != len(self.ids):
            raise BadLayer(layer=self.id, part="id")

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the features, in their order."""
        return tuple(str(feature["properties"]["id"]) for feature in self.features["features"])


@dataclass(frozen=True, slots=True)
class Scale:
    """How an indicator is classed and coloured.

    Parameters
    ----------
    code
        The indicator.
    breaks
        Four increasing upper limits.
    colors
        Five colours ``#rrggbb``, from low to high.
    """

    code: str
    breaks: tuple[float, ...]
    colors: tuple[str, ...]

    def __post_init__(self) -> None:
        sized = len(self.breaks) == CLASSES - 1 and len(self.colors) == CLASSES
        rising = all(low < high for low, high in itertools.pairwise(self.breaks))
        if not (is_code(self.code) and sized and rising):
            raise BadLayer(layer="scale", part="breaks")
        check_colors(self.colors)


@dataclass(frozen=True, slots=True)
class MapSpec:
    """A whole map for any drawer.

    Parameters
    ----------
    layers
        From bottom to top; one datum; unique ids.
    scale
        The indicator's classes.
    bounds
        ``(west, south, east, north)`` in degrees.
    district_colors
        Ground colour of each district code.
    """

    layers: tuple[Layer, ...]
    scale: Scale
    bounds: Bounds
    district_colors: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refuse_mixed_datums(layer.datum for layer in self.layers)
        ids = [layer.id for layer in self.layers]
        if len(set(ids)) != len(ids):
            raise BadLayer(layer=",".join(ids), part="id")
        west, south, east, north = self.bounds
        if not (west < east and south < north):
            raise BadLayer(layer="map", part="bounds")
        check_colors(self.district_colors.values())
        if not all(map(is_code, self.district_colors)):
            raise BadLayer(layer="map", part="district_colors")


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What is seen at one moment under one filter, as codes and class characters.

    Parameters
    ----------
    as_of
        ISO date.
    mode
        `symbols`, or `shade` for shaded districts.
    unit_classes, district_classes
        Class character (`geo.classify`) by code; a code without one has no data.
    unit_sizes
        Radius class character by code.
    projects
        Ids of the projects to show.
    district, village
        The chosen codes, or "".
    """

    as_of: str
    mode: Mode = "symbols"
    unit_classes: Mapping[str, str] = field(default_factory=dict)
    unit_sizes: Mapping[str, str] = field(default_factory=dict)
    district_classes: Mapping[str, str] = field(default_factory=dict)
    projects: frozenset[str] = frozenset()
    district: str = ""
    village: str = ""

    def __post_init__(self) -> None:
        for classes, allowed in (
            (self.unit_classes, CLASS_CODES),
            (self.district_classes, CLASS_CODES),
            (self.unit_sizes, SIZE_CODES),
        ):
            if not all(len(value) == 1 and value in allowed for value in classes.values()):
                raise BadLayer(layer="picture", part="classes")
        if not is_code(self.as_of) or self.mode not in ("symbols", "shade"):
            raise BadLayer(layer="picture", part="mode")


@dataclass(frozen=True, slots=True)
class FrozenMap:
    """A map at one moment: the specification with the picture written into its properties.

    Parameters
    ----------
    spec
        Units carry `class`, `size`, `dim`, `chosen`; districts `class` when shaded, and `dim`;
        towns `dim`; bridges `open`; only the shown projects are left.
    mode
        As in `Picture`.
    counts
        How many units (or shaded districts) of the chosen scope fall into each class.
    without_position
        Units of the picture that no layer can place.
    """

    spec: MapSpec
    mode: Mode
    counts: Mapping[str, int]
    without_position: int


def polygon_layer(frame: gpd.GeoDataFrame, layer_id: str, *, datum: Datum = "WGS84") -> Layer:
    """Make a layer of areas; every column but the geometry becomes a property.

    Parameters
    ----------
    frame
        Geometry in EPSG:4326; a column `id` and otherwise only numbers and codes.
    layer_id
        Name of the layer.
    datum
        Datum of the coordinates.

    Raises
    ------
    WrongCrs, TextInLayer, BadLayer
        The frame cannot be a layer.
    """
    return _layer(frame, layer_id, kind="polygon", datum=datum)


def line_layer(frame: gpd.GeoDataFrame, layer_id: str, *, datum: Datum = "WGS84") -> Layer:
    """Make a layer of lines; as `polygon_layer`."""
    return _layer(frame, layer_id, kind="line", datum=datum)


def point_layer(frame: gpd.GeoDataFrame, layer_id: str, *, datum: Datum = "WGS84") -> Layer:
    """Make a layer of points; as `polygon_layer`. Rows without a position are left out."""
    placed = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    return _layer(placed, layer_id, kind="point", datum=datum)


def bounds_of(layers: Iterable[Layer], *, margin: float = 0.0) -> Bounds:
    """Give ``(west, south, east, north)`` in degrees around all layers.

    Parameters
    ----------
    layers
        At least one feature among them.
    margin
        Share of width and height added on each side.
    """
    shapes = [
        shapely.geometry.shape(feature["geometry"])
        for layer in layers
        for feature in layer.features["features"]
    ]
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    wide, high = (east - west) * margin, (north - south) * margin
    return west - wide, south - high, east + wide, north + high


def freeze(spec: MapSpec, picture: Picture) -> FrozenMap:
    """Write one moment into a specification, for drawers that make a lasting picture."""
    layers = tuple(
        replace(layer, features=_collection(_freezers[layer.id](layer, picture)))
        if layer.id in _freezers
        else layer
        for layer in spec.layers
    )
    placed = {code for layer in layers if layer.id == "units" for code in layer.ids}
    counted = _counted(spec, picture)
    return FrozenMap(
        spec=replace(spec, layers=layers),
        mode=picture.mode,
        counts=count_classes(counted),
        without_position=len(set(picture.unit_classes) - placed),
    )


def _counted(spec: MapSpec, picture: Picture) -> list[str]:
    """List the class characters that the legend counts: those in the chosen scope."""
    if picture.mode == "shade":
        codes = [code for layer in spec.layers if layer.id == "districts" for code in layer.ids]
        chosen = [code for code in codes if picture.district in ("", code)]
        return [picture.district_classes.get(code, NO_DATA) for code in chosen]
    return [
        value for code, value in picture.unit_classes.items() if code.startswith(picture.district)
    ]


def _freeze_units(layer: Layer, picture: Picture) -> list[dict[str, Any]]:
    return [
        _with(
            feature,
            {
                "class": picture.unit_classes.get(code, NO_DATA),
                "size": picture.unit_sizes.get(code, NO_DATA),
                "dim": int(not code.startswith(picture.district)),
                "chosen": int(code == picture.village),
            },
        )
        for code, feature in zip(layer.ids, layer.features["features"], strict=True)
    ]


def _freeze_towns(layer: Layer, picture: Picture) -> list[dict[str, Any]]:
    return [
        _with(feature, {"dim": int(not code.startswith(picture.district))})
        for code, feature in zip(layer.ids, layer.features["features"], strict=True)
    ]


def _freeze_districts(layer: Layer, picture: Picture) -> list[dict[str, Any]]:
    shaded = picture.mode == "shade"
    return [
        _with(
            feature,
            {
                "class": picture.district_classes.get(code, NO_DATA) if shaded else None,
                "dim": int(picture.district not in ("", code)),
            },
        )
        for code, feature in zip(layer.ids, layer.features["features"], strict=True)
    ]


def _freeze_bridges(layer: Layer, picture: Picture) -> list[dict[str, Any]]:
    return [
        _with(feature, {"open": int(_is_open(feature["properties"], picture.as_of))})
        for feature in layer.features["features"]
    ]


def _freeze_projects(layer: Layer, picture: Picture) -> list[dict[str, Any]]:
    pairs = zip(layer.ids, layer.features["features"], strict=True)
    return [feature for code, feature in pairs if code in picture.projects]


_freezers: Final = {
    "units": _freeze_units,
    "towns": _freeze_towns,
    "districts": _freeze_districts,
    "bridges": _freeze_bridges,
    "projects": _freeze_projects,
}


def _is_open(properties: Mapping[str, Any], as_of: str) -> bool:
    # ISO dates, whole or only the year, compare as text; an unknown date never closes a bridge.
    # The closing day is the first without it, as in every span of days.
    opened, closed = properties.get("open_from"), properties.get("open_until")
    return str(opened or "") <= as_of < str(closed or "9999")


def _with(feature: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {**feature, "properties": {**feature["properties"], **more}}


def _collection(features: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _layer(frame: gpd.GeoDataFrame, layer_id: str, *, kind: Kind, datum: Datum) -> Layer:
    require_lonlat(frame)
    rounded = shapely.transform(
        frame.geometry.to_numpy(), lambda coordinates: np.round(coordinates, DECIMALS)
    )
    texts = shapely.to_geojson(rounded)
    rows = pd.DataFrame(frame.drop(columns=frame.geometry.name)).to_dict("records")
    features = [
        {
            "type": "Feature",
            "geometry": None if text is None else json.loads(text),
            "properties": {str(key): _plain(value) for key, value in row.items()},
        }
        for text, row in zip(texts, rows, strict=True)
    ]
    return Layer(id=layer_id, kind=kind, features=_collection(features), datum=datum)


def _plain(value: object) -> object:
    """Turn every kind of missing into None."""
    if value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value
