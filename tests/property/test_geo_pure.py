"""Properties of the geography: there and back, one class each, nothing live, no text."""

import html
import re

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geo import classify, crs
from geo.codes import is_code
from geo.encode import encode_text
from geo.errors import BadLayer, TextInLayer
from geo.layers import point_layer

lons = st.floats(105.0, 111.0)
lats = st.floats(15.0, 55.0)
figures = st.one_of(
    st.integers(0, 10**7),
    st.floats(0, 1e7),
    st.just(classify.SUPPRESSED),
    st.just(float("nan")),
)


@given(st.lists(st.tuples(lons, lats), min_size=1, max_size=20))
def test_projecting_there_and_back_moves_nothing(positions: list[tuple[float, float]]):
    frame_lonlat = gpd.GeoDataFrame(geometry=[Point(position) for position in positions], crs=4326)
    back = crs.to_lonlat(crs.to_metric(frame_lonlat))
    assert np.allclose(back.get_coordinates(), positions, rtol=0, atol=1e-6)


@given(st.floats(74.0, 135.0), st.floats(4.0, 53.0))
def test_the_gcj02_offset_is_undone(lon: float, lat: float):
    back = crs.gcj02_to_lonlat(*crs.lonlat_to_gcj02(lon, lat))
    assert back == pytest.approx((lon, lat), rel=0, abs=1e-6)


@given(st.lists(figures, min_size=1), st.floats(0, 1e7))
def test_each_value_has_exactly_one_class_and_order_is_kept(values: list[float], maximum: float):
    breaks = classify.nice_breaks(maximum)
    classes = classify.classify(values, breaks)
    assert classes.shape == (len(values),)
    assert set(classes) <= set(classify.CLASS_CODES)
    classed = sorted(
        (value, code) for value, code in zip(values, classes, strict=True) if value > 0
    )
    codes = [code for _, code in classed]
    assert codes == sorted(codes)
    for value, code in classed:
        low, high = (0, *breaks, np.inf)[int(code) : int(code) + 2]
        assert low < value <= high


@given(st.floats(1, 1e9))
def test_breaks_are_of_the_series_and_reach_the_maximum(maximum: float):
    breaks = classify.nice_breaks(maximum)
    assert list(breaks) == sorted(set(breaks))
    assert all(re.fullmatch("[125]0*", str(limit)) for limit in breaks)
    assert breaks == (1, 2, 5, 10) or breaks[-1] < maximum <= breaks[-1] * 2.5


@given(st.lists(st.lists(figures, min_size=3, max_size=3), min_size=1))
def test_arrays_are_classed_like_their_values(rows: list[list[float]]):
    together = classify.join_rows(classify.classify(rows, classify.PERCENT_BREAKS))
    alone = [
        "".join(classify.classify(value, classify.PERCENT_BREAKS).item() for value in row)
        for row in rows
    ]
    assert together == alone


@given(st.text() | st.text(alphabet="<>\"'`{}$\\&;#%\r\n\u2028\u2029amplt0123"))
def test_encoded_text_is_dead_and_reads_as_written(text: str):
    encoded = encode_text(text)
    assert not set(encoded) & set("<>\"'`{}$\\\r\n\u2028\u2029")
    # A browser decodes each reference once; html.unescape follows the same table.
    plain = re.sub("[\r\n\u2028\u2029]", " ", text)
    assert html.unescape(encoded) == plain


@given(st.text())
def test_layers_take_codes_and_refuse_all_other_text(text: str):
    frame = gpd.GeoDataFrame({"id": ["1"], "x": [text]}, geometry=[Point(106.8, 39.5)], crs=4326)
    if re.fullmatch(r"[A-Za-z0-9_:.\-]{1,40}", text):
        assert is_code(text)
        assert point_layer(frame, "units").ids == ("1",)
    else:
        with pytest.raises((TextInLayer, BadLayer)):
            point_layer(frame, "units")
