"""A small map of gaps: one sign a village, drawn from our own shapes; no tiles, nothing fetched."""

from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st
from shapely.geometry import mapping
from shapely.geometry.polygon import orient

from data.text import Lang
from geo.classify import INK, PAPER, district_colors
from pages.ui.failures import plain
from pages.ui.words import speak

_HEIGHT_PX: Final = 560
_ROUNDS, _STEP = 80, 0.5
_DETAIL_DEG: Final = 0.002
_COUNT: Final = "#a94a26"
Degrees = npt.NDArray[np.float64]
_LOOKS: Final = ("gap", "zero", "none")


@dataclass(frozen=True)
class GapMap:
    """What the map shows.

    Attributes
    ----------
    units
        `code`, `name_zh`, `name_en`, point geometry or none.
    districts
        `prefix`, shapes.
    counts
        Open gaps by village code: zero is a true zero, NaN no data.
    """

    units: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    counts: pd.Series


def draw_gap_map(shown: GapMap, selected: str, lang: Lang) -> None:
    """Draw the villages with their gaps, and say what cannot be drawn."""
    say = speak(lang)
    points = _points(shown, selected, lang)
    signs = {"gap": say("有缺口"), "zero": say("无缺口（真零）"), "none": say("无数据")}
    placed = points[points["lon"].notna()]
    layers = [
        _ground(shown.districts), _leads(placed), _symbols(placed, signs, lang), _numbers(placed)
    ]  # fmt: skip
    chart = (
        alt.layer(*layers)
        .project("mercator")
        .properties(height=_HEIGHT_PX)
        .configure_view(stroke=None, fill=PAPER)
    )
    st.altair_chart(chart, key="gaps.map")
    lost = points[points["lon"].isna()]
    notes = [say("村点为示意位置，不是测绘成果；圆越大缺口越多，相叠的圆已移开并以细线连回原处。")]
    if len(lost):
        notes.append(
            say("另有 {count} 个村没有坐标，缺口 {gaps} 个，未画在图上。",
                count=len(lost), gaps=int(np.nansum(lost["count"])))
        )  # fmt: skip
    st.caption(plain("".join(notes) if lang == "zh-CN" else " ".join(notes)))


def _points(shown: GapMap, selected: str, lang: Lang) -> pd.DataFrame:
    units = shown.units
    points = units.geometry
    has_place = (points.notna() & ~points.is_empty).to_numpy()
    counts = units["code"].map(shown.counts).to_numpy(dtype=np.float64)
    state = np.select([np.isnan(counts), counts == 0], ["none", "zero"], "gap")
    most = max(float(np.nanmax(counts, initial=0.0)), 1.0)
    size = np.where(state == "gap", 130 + 600 * np.nan_to_num(counts) / most, 60)
    lon = points.x.where(has_place).to_numpy(dtype=np.float64)
    lat = points.y.where(has_place).to_numpy(dtype=np.float64)
    south, north = shown.districts.total_bounds[[1, 3]]
    degrees_per_px = (north - south) / _HEIGHT_PX
    shown_lon, shown_lat = spread(lon, lat, np.sqrt(size / np.pi) * degrees_per_px)
    return pd.DataFrame(
        {
            "code": units["code"], "name": units["name_zh" if lang == "zh-CN" else "name_en"],
            "count": counts, "state": state, "size": size,
            "lon": shown_lon, "lat": shown_lat, "from_lon": lon, "from_lat": lat,
            "label": ["" if not n > 0 else f"{n:.0f}" for n in counts],
            "edge": np.where(units["code"] == selected, 3.0, 1.2),
        }
    ).sort_values("count", ascending=False, na_position="last")  # fmt: skip


def spread(lon: Degrees, lat: Degrees, radius: Degrees) -> tuple[Degrees, Degrees]:
    """Move circles apart until hardly any covers another, each as little as it takes.

    Parameters
    ----------
    lon, lat
        Where the circles stand; NaN for one that stands nowhere.
    radius
        Their radii, in degrees of latitude.

    Returns
    -------
    tuple
        New places; the same input always gives the same.
    """
    stretch = np.cos(np.radians(np.nanmean(lat))) if np.isfinite(lat).any() else 1.0
    # A tiny step along a spiral tells apart circles of one place.
    order = np.arange(len(lon))
    x = lon * stretch + 1e-6 * np.cos(order)
    y = lat + 1e-6 * np.sin(order)
    wanted = radius[:, None] + radius[None, :]
    np.fill_diagonal(wanted, 0.0)
    for _ in range(_ROUNDS):
        dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
        distance = np.hypot(dx, dy)
        push = np.where(distance < wanted, (wanted - distance) / 2, 0.0)
        push /= np.where(distance > 0, distance, 1.0)
        x += _STEP * np.nansum(push * dx, axis=1)
        y += _STEP * np.nansum(push * dy, axis=1)
    return x / stretch, y


def _ground(districts: gpd.GeoDataFrame) -> alt.Chart:
    """Draw the districts; the rings run clockwise, as a spherical projection reads them."""
    colors = district_colors(districts["prefix"])
    features: list[dict[str, Any]] = []
    for prefix, shape in zip(districts["prefix"], districts.geometry, strict=True):
        parts = getattr(shape, "geoms", [shape])
        for part in parts:
            outline = orient(part.simplify(_DETAIL_DEG), sign=-1.0)
            features.append(
                {"type": "Feature", "properties": {"fill": colors[prefix]},
                 "geometry": mapping(outline)}
            )  # fmt: skip
    data = alt.Data(values=features)
    return (
        alt.Chart(data)
        .mark_geoshape(stroke="#8a8069", strokeWidth=1)
        .encode(color=alt.Color("properties.fill:N", scale=None))
    )


def _leads(points: pd.DataFrame) -> alt.Chart:
    """Draw from each sign to the place that it was moved from."""
    return (
        alt.Chart(points)
        .mark_rule(color=INK, strokeWidth=0.7, opacity=0.6)
        .encode(
            longitude="from_lon:Q", latitude="from_lat:Q", longitude2="lon:Q", latitude2="lat:Q"
        )
    )


def _symbols(points: pd.DataFrame, signs: dict[str, str], lang: Lang) -> alt.Chart:
    """Draw a filled circle for gaps, a ring for a true zero, a cross for no data."""
    say = speak(lang)
    data = points.assign(look=points["state"].map(signs))
    names = [signs[look] for look in _LOOKS]
    legend = alt.Legend(orient="bottom", title=None, symbolSize=110, symbolStrokeWidth=1)
    return (
        alt.Chart(data)
        .mark_point(stroke=INK, opacity=0.92)
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            size=alt.Size("size:Q", scale=None, legend=None),
            strokeWidth=alt.StrokeWidth("edge:Q", scale=None, legend=None),
            shape=alt.Shape(
                "look:N",
                scale=alt.Scale(domain=names, range=["circle", "circle", "cross"]),
                legend=legend,
            ),
            fill=alt.Fill(
                "look:N",
                scale=alt.Scale(domain=names, range=[_COUNT, "#ffffff", "#b9b3a6"]),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("name:N", title=say("村（社区）")),
                alt.Tooltip("look:N", title=say("状态")),
                alt.Tooltip("count:Q", title=say("缺口数")),
            ],
        )
    )


def _numbers(points: pd.DataFrame) -> alt.Chart:
    return (
        alt.Chart(points)
        .mark_text(color="#ffffff", fontSize=11, fontWeight="bold")
        .encode(longitude="lon:Q", latitude="lat:Q", text="label:N")
    )
