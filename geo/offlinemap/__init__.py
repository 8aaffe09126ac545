"""Specification to one stand-alone HTML file; the only module that imports folium.

folium draws layers of ids, numbers and codes, and sees no text: what it is given it renders as a
template twice, and the browser runs the result. Words, styles and library code join afterwards,
where nothing is a template any more. The file holds everything it needs, opens from a disk
without a network, and forbids itself any request and any script but its own. The same map and
words give the same bytes.
"""

from collections.abc import Mapping
from typing import Any, Final

import folium
import shapely
from folium.utilities import JsCode

from geo.errors import BadLayer
from geo.layers import FrozenMap, Layer
from geo.offlinemap.inline import inline_assets, permit_own_scripts
from geo.offlinemap.sheet import lay_out
from geo.offlinemap.words import Words

__all__ = ["Words", "draw_offline_map"]

MAP_ID: Final = "guatu_map"

# What each layer is drawn by: functions of sheet.js, handed to Leaflet under these options.
_HOOKS: Final[Mapping[str, Mapping[str, str]]] = {
    "districts": {"style": "guatu.drawDistrict"},
    "river": {"style": "guatu.drawRiver"},
    "bridges": {"point_to_layer": "guatu.drawBridge"},
    "towns": {"point_to_layer": "guatu.drawTown"},
    "units": {"point_to_layer": "guatu.drawUnit"},
    "projects": {"point_to_layer": "guatu.drawProject"},
}


class _SheetMap(folium.Map):
    """folium's map with Leaflet alone and a fixed name, since chance would change the bytes."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  folium's own options
        super().__init__(**options)
        self.default_js = [pair for pair in self.default_js if pair[0] == "leaflet"]
        self.default_css = [pair for pair in self.default_css if pair[0] == "leaflet_css"]

    def get_name(self) -> str:
        return MAP_ID


class _SheetLayer(folium.GeoJson):
    """folium's GeoJson layer, named after the layer of the specification."""

    def __init__(self, layer: Layer) -> None:
        self._layer_id = layer.id
        hooks: dict[str, Any] = {option: JsCode(code) for option, code in _HOOKS[layer.id].items()}
        super().__init__(_with_label_points(layer), control=False, **hooks)

    def get_name(self) -> str:
        return f"layer_{self._layer_id}"


def draw_offline_map(frozen: FrozenMap, *, words: Words, assets: Mapping[str, str]) -> str:
    """Draw one moment of the map as one HTML file that needs nothing else.

    Parameters
    ----------
    frozen
        From `geo.layers.freeze`; layers `districts`, `river`, `bridges`, `towns`, `units` and
        `projects`, any of which may be absent.
    words
        All text, as it is to be read; it is encoded here.
    assets
        Text of each library file by its file name: `leaflet.js`, `leaflet.css`.

    Returns
    -------
    page
        A whole HTML document; write it as UTF-8.

    Raises
    ------
    BadLayer
        A layer this drawer has no picture for.
    MissingAsset
        A library file was not given.
    """
    page = inline_assets(_draw(frozen), assets)
    return permit_own_scripts(lay_out(page, map_id=MAP_ID, frozen=frozen, words=words))


def _draw(frozen: FrozenMap) -> str:
    """Render the layers by folium, without one word."""
    west, south, east, north = frozen.spec.bounds
    sheet = _SheetMap(
        location=((south + north) / 2, (west + east) / 2),
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0,
        zoom_delta=0.5,
        min_zoom=7,
        max_zoom=15,
    )
    for layer in frozen.spec.layers:
        if layer.id not in _HOOKS:
            raise BadLayer(layer=layer.id, part="drawer")
        _SheetLayer(layer).add_to(sheet)
    page: str = sheet.get_root().render()
    return page


def _with_label_points(layer: Layer) -> dict[str, Any]:
    """Add to areas and lines the point at which their name is written."""
    if layer.kind == "point":
        return dict(layer.features)
    features = []
    for feature in layer.features["features"]:
        shape: Any = shapely.geometry.shape(feature["geometry"])
        if layer.kind == "polygon":
            lon, lat = shapely.maximum_inscribed_circle(shape).coords[0]
        else:
            lon, lat = shapely.line_interpolate_point(shape, 0.5, normalized=True).coords[0]
        more = {"label_lon": round(lon, 4), "label_lat": round(lat, 4)}
        features.append({**feature, "properties": {**feature["properties"], **more}})
    return {**layer.features, "features": features}
