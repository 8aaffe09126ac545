"""Baseline (c): the same map by dash-leaflet; the GeoJSON is sent once, a filter changes `hideout`.

Two ways bound what its users do. The usual one: an ordinary callback through the server and the
map's default SVG drawing. With `GUATU_BENCH_FAST` the fastest one: a clientside callback, so that
no server takes part, and `preferCanvas`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dash_leaflet as dl
from dash import Dash, Input, Output, dcc, html
from dash_extensions.javascript import Namespace

from bench.points import (
    CENTRE_LAT_LON,
    DISTRICTS,
    MEASURES,
    ZOOM,
    Unit,
    count_from_environment,
    make_units,
)

JOIN = "function(district, measure) { return {district, measure}; }"


def to_feature(unit: Unit) -> dict[str, Any]:
    """Return one unit as a GeoJSON feature that holds its classes for all measures."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [unit.lon, unit.lat]},
        "properties": {"code": unit.code, "district": unit.district, "classes": unit.classes},
    }


def build(count: int, *, is_fast: bool) -> Dash:
    """Return the application with its layout and its one callback."""
    app = Dash(__name__, assets_folder=str(Path(__file__).parent / "assets"))
    features = [to_feature(unit) for unit in make_units(count)]
    start = {"district": "", "measure": MEASURES[0]}
    layer = dl.GeoJSON(
        data={"type": "FeatureCollection", "features": features},
        pointToLayer=Namespace("benchMap", "points")("draw"),
        hideout=start,
        id="units",
    )
    app.layout = html.Div(
        [
            html.H1("Villages"),
            dcc.RadioItems(_options(("", *DISTRICTS)), "", id="district", inline=True),
            dcc.RadioItems(_options(MEASURES), MEASURES[0], id="measure", inline=True),
            dl.Map(
                [layer],
                center=list(CENTRE_LAT_LON),
                zoom=ZOOM,
                preferCanvas=is_fast,
                style={"height": "600px"},
            ),
        ]
    )
    inputs = (Output("units", "hideout"), Input("district", "value"), Input("measure", "value"))
    if is_fast:
        app.clientside_callback(JOIN, *inputs)
    else:
        app.callback(*inputs)(join)
    return app


def join(district: str, measure: str) -> dict[str, Any]:
    """Answer a filter from the server."""
    return {"district": district, "measure": measure}


def _options(values: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"label": value or "All", "value": value} for value in values]


if __name__ == "__main__":
    app = build(count_from_environment(), is_fast=bool(os.environ.get("GUATU_BENCH_FAST")))
    app.run(host="127.0.0.1", port=int(os.environ["PORT"]), debug=False)
