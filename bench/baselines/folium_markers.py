"""Baseline (a): the usual st_folium page, which rebuilds a Marker loop on every rerun."""

from __future__ import annotations

import folium
import streamlit as st
from streamlit_folium import st_folium

from bench.baselines.choosing import choose
from bench.baselines.local_assets import use_local_assets
from bench.baselines.palette import ICON_COLORS
from bench.points import CENTRE_LAT_LON, ZOOM, class_of

st.set_page_config(layout="wide")
use_local_assets()
units, choice = choose()
board = folium.Map(location=CENTRE_LAT_LON, zoom_start=ZOOM, tiles=None)
for unit in units:
    folium.Marker(
        [unit.lat, unit.lon],
        tooltip=f"{unit.code}: {unit.values[choice.measure]}",
        icon=folium.Icon(color=ICON_COLORS[class_of(unit, choice)]),
    ).add_to(board)
st_folium(board, height=600, use_container_width=True, returned_objects=[])
