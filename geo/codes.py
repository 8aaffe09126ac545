"""What a layer may carry: codes, numbers and plain geometry, and nothing that is text."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from geo.errors import BadLayer, TextInLayer

Kind = Literal["polygon", "line", "point"]

GEOMETRIES: Final[Mapping[Kind, frozenset[str]]] = {
    "polygon": frozenset({"Polygon", "MultiPolygon"}),
    "line": frozenset({"LineString", "MultiLineString"}),
    "point": frozenset({"Point"}),
}

_CODE: Final = re.compile(r"[A-Za-z0-9_:.\-]{1,40}", re.ASCII)
_LAYER_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
_COLOR: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_FEATURE_KEYS: Final = {"type", "geometry", "properties"}


def is_code(value: object) -> bool:
    """Tell whether `value` is a short ASCII code, which no template or script can be hidden in."""
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def check_collection(features: Mapping[str, Any], *, layer: str, kind: Kind) -> None:
    """Refuse a FeatureCollection that holds text, or anything beside plain features.

    Raises
    ------
    TextInLayer
        A property holds anything but a number, None or a code.
    BadLayer
        The layer's name, the collection, an id or a geometry is malformed.
    """
    if not _LAYER_ID.fullmatch(layer):
        raise BadLayer(layer="?", part="id")
    if set(features) != {"type", "features"} or features["type"] != "FeatureCollection":
        raise BadLayer(layer=layer, part="features")
    for feature in features["features"]:
        _check_feature(feature, layer=layer)
        _check_geometry(feature["geometry"], layer=layer, kind=kind)


def check_colors(colors: Iterable[str]) -> None:
    """Refuse any colour that is not ``#rrggbb`` in small letters.

    Raises
    ------
    BadLayer
        One of them is not.
    """
    if not all(map(_COLOR.fullmatch, colors)):
        raise BadLayer(layer="map", part="colors")


def _check_feature(feature: Mapping[str, Any], *, layer: str) -> None:
    if set(feature) != _FEATURE_KEYS or feature["type"] != "Feature":
        raise BadLayer(layer=layer, part="feature")
    if not _is_identity(feature["properties"].get("id")):
        raise BadLayer(layer=layer, part="id")
    for key, value in feature["properties"].items():
        if not is_code(key) or not _is_plain(value):
            raise TextInLayer(layer=layer, key=key if is_code(key) else "?")


def _check_geometry(geometry: object, *, layer: str, kind: Kind) -> None:
    if not isinstance(geometry, Mapping) or set(geometry) != {"type", "coordinates"}:
        raise BadLayer(layer=layer, part="geometry")
    if geometry["type"] not in GEOMETRIES[kind] or not _is_numeric(geometry["coordinates"]):
        raise BadLayer(layer=layer, part="geometry")


def _is_identity(value: object) -> bool:
    return is_code(value) or (isinstance(value, int) and not isinstance(value, bool))


def _is_plain(value: object) -> bool:
    return value is None or _is_finite(value) or is_code(value)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_numeric(coordinates: object) -> bool:
    if isinstance(coordinates, list | tuple):
        return len(coordinates) > 0 and all(map(_is_numeric, coordinates))
    return _is_finite(coordinates)
