"""Baseline (b): the st_folium page with one GeoJson layer and a style function."""

from __future__ import annotations

from typing import Any

import folium
import streamlit as st
from streamlit_folium import st_folium

from bench.baselines.choosing import choose
from bench.baselines.local_assets import use_local_assets
from bench.baselines.palette import FILL_COLORS
from bench.points import CENTRE_LAT_LON, ZOOM, Choice, Unit, class_of


def to_feature(unit: Unit, choice: Choice) -> dict[str, Any]:
    """Return one unit as a GeoJSON feature with its value and class."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [unit.lon, unit.lat]},
        "properties": {
            "code": unit.code,
            "value": unit.values[choice.measure],
            "class": class_of(unit, choice),
        },
    }


def style(feature: dict[str, Any]) -> dict[str, Any]:
    """Colour a feature by its class."""
    return {
        "fillColor": FILL_COLORS[feature["properties"]["class"]],
        "color": "#444444",
        "weight": 1,
        "fillOpacity": 0.9,
    }


st.set_page_config(layout="wide")
use_local_assets()
units, choice = choose()
board = folium.Map(location=CENTRE_LAT_LON, zoom_start=ZOOM, tiles=None)
folium.GeoJson(
    {"type": "FeatureCollection", "features": [to_feature(unit, choice) for unit in units]},
    marker=folium.CircleMarker(radius=7, fill=True),
    style_function=style,
    tooltip=folium.GeoJsonTooltip(["code", "value"]),
).add_to(board)
st_folium(board, height=600, use_container_width=True, returned_objects=[])
