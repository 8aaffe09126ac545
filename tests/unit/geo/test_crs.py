"""Reference systems: what is projected, what is refused."""

from collections.abc import Callable

import geopandas as gpd
import pytest
from shapely import Point, box
from shapely.geometry.base import BaseGeometry

from geo import crs
from geo.errors import (
    DegreesNotMetres,
    MixedDatums,
    OutsideChina,
    OutsideMetricZone,
    UnknownDatum,
    WrongCrs,
)


def frame_of(*shapes: BaseGeometry, epsg: int | None = 4326):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=epsg)


def test_a_square_of_wuhai_has_its_size_in_metres():
    # One minute of arc at 39.5° N on the ellipsoid: 1850.4 m north, 1434.4 m east.
    side = 1 / 60
    square = frame_of(box(106.8, 39.5, 106.8 + side, 39.5 + side))
    west, south, east, north = crs.to_metric(square).total_bounds
    assert north - south == pytest.approx(1850.4, abs=20)  # meridians lean towards 108° E
    assert east - west == pytest.approx(1434.4, abs=30)
    assert crs.to_metric(square).area.iloc[0] == pytest.approx(1850.4 * 1434.4, rel=1e-3)


def test_easting_is_measured_from_the_central_meridian():
    on_meridian = crs.to_metric(frame_of(Point(108.0, 39.5)))
    assert on_meridian.geometry.iloc[0].x == pytest.approx(500_000, abs=1e-3)


def test_positions_far_from_the_zone_are_refused():
    with pytest.raises(OutsideMetricZone, match=r"116\.4"):
        crs.to_metric(frame_of(Point(106.8, 39.5), Point(116.4, 39.9)))


def test_swapped_coordinates_are_refused():
    with pytest.raises(OutsideMetricZone):
        crs.to_metric(frame_of(Point(39.5, 80.0)))


@pytest.mark.parametrize("epsg", [4545, 3857, None])
def test_only_degrees_can_be_projected(epsg: int | None):
    with pytest.raises(WrongCrs):
        crs.to_metric(frame_of(Point(106.8, 39.5), epsg=epsg))


def test_any_stated_system_comes_back_to_degrees_and_an_unstated_does_not():
    point = frame_of(Point(500_000, 4_373_000), epsg=4545)
    assert crs.to_lonlat(point).crs == crs.LONLAT
    with pytest.raises(WrongCrs):
        crs.to_lonlat(frame_of(Point(106.8, 39.5), epsg=None))


@pytest.mark.parametrize("epsg", [4326, 4490, 3857, None])
def test_the_metric_guard_lets_only_metres_pass(epsg: int | None):
    crs.require_metric(frame_of(Point(500_000, 4_373_000), epsg=4545))
    with pytest.raises(DegreesNotMetres):
        crs.require_metric(frame_of(Point(106.8, 39.5), epsg=epsg))


@pytest.mark.parametrize(
    ("true", "shifted"),
    [
        # Computed with two independent converters; the first is Wuhai.
        ((106.8, 39.5), (106.804739, 39.5008957)),
        ((116.397428, 39.90923), (116.4036716, 39.9106335)),
        ((121.4737, 31.2304), (121.4782231, 31.2284577)),
        ((87.6168, 43.8256), (87.6196499, 43.8268054)),
        ((110.3312, 20.0311), (110.3355708, 20.0290537)),
    ],
)
def test_gcj02_offset_is_the_known_one_both_ways(
    true: tuple[float, float], shifted: tuple[float, float]
):
    assert crs.lonlat_to_gcj02(*true) == pytest.approx(shifted, rel=0, abs=1e-7)
    assert crs.gcj02_to_lonlat(*shifted) == pytest.approx(true, rel=0, abs=1e-7)


@pytest.mark.parametrize("convert", [crs.gcj02_to_lonlat, crs.lonlat_to_gcj02])
@pytest.mark.parametrize("position", [(39.5, 106.8), (-0.1, 51.5), (float("nan"), 39.5)])
def test_offsets_are_refused_outside_china(
    convert: Callable[[float, float], object], position: tuple[float, float]
):
    with pytest.raises(OutsideChina):
        convert(*position)


def test_equal_datums_mix_and_shifted_ones_do_not():
    crs.refuse_mixed_datums([])
    crs.refuse_mixed_datums(["WGS84", "CGCS2000", "WGS84"])
    crs.refuse_mixed_datums(["GCJ02", "GCJ02"])
    with pytest.raises(MixedDatums, match="GCJ02, WGS84"):
        crs.refuse_mixed_datums(["WGS84", "GCJ02"])
    with pytest.raises(MixedDatums):
        crs.refuse_mixed_datums(["BD09", "GCJ02"])


def test_an_unknown_datum_is_refused_not_guessed():
    assert crs.require_datum("BD09") == "BD09"
    with pytest.raises(UnknownDatum, match="Beijing54"):
        crs.require_datum("Beijing54")
