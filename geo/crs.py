"""The few reference systems we use, projecting, datum shifts and the metric guard.

Everything is stored and sent as longitude and latitude on WGS84 (`LONLAT`). Lengths and areas
are taken in `METRIC`, CGCS2000 in the 3-degree Gauss-Krueger zone of 108° E: the projection in
which Chinese land surveys of Wuhai are drawn, so that our areas can be laid beside theirs. At
Wuhai, 0.9° to 1.4° west of the central meridian, its lengths are 0.01 to 0.02 % too long. UTM
48N would be as true (within 0.02 %, too short) but is no survey's projection there.

CGCS2000 and WGS84 differ by less than our data can tell and count as one. GCJ-02 and BD-09 are
offsets, not projections: about 420 m at Wuhai. They are undone once, at the door, and never drawn.
"""

from collections.abc import Iterable
from typing import Final, Literal, cast, get_args

import geopandas as gpd
from pyproj import CRS

from geo import gcj02
from geo.errors import (
    DegreesNotMetres,
    MixedDatums,
    OutsideChina,
    OutsideMetricZone,
    UnknownDatum,
    WrongCrs,
)

LONLAT: Final = CRS.from_epsg(4326)
METRIC: Final = CRS.from_epsg(4545)

Datum = Literal["WGS84", "CGCS2000", "GCJ02", "BD09"]
DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)

CENTRAL_MERIDIAN_DEG: Final = 108.0
ZONE_HALF_WIDTH_DEG: Final = 3.0  # here the scale is wrong by 0.1 %, more is not measuring

_SAME_GROUND: Final = {"WGS84": "WGS84", "CGCS2000": "WGS84"}
# Outside this box, the one all converters use, the offset is undefined.
_CHINA_WEST, _CHINA_SOUTH, _CHINA_EAST, _CHINA_NORTH = 72.004, 0.8293, 137.8347, 55.8271


def to_metric(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Project positions in degrees to metres.

    Parameters
    ----------
    frame
        Geometry in `LONLAT`, within 3° of 108° E.

    Returns
    -------
    frame_m
        The same rows, geometry in `METRIC`.

    Raises
    ------
    WrongCrs
        The frame is not in `LONLAT`.
    OutsideMetricZone
        Some row lies too far from the central meridian to be measured.
    """
    require_lonlat(frame)
    west, _, east, _ = frame.total_bounds
    least = CENTRAL_MERIDIAN_DEG - ZONE_HALF_WIDTH_DEG
    most = CENTRAL_MERIDIAN_DEG + ZONE_HALF_WIDTH_DEG
    if west < least or east > most:
        raise OutsideMetricZone(west=round(west, 4), east=round(east, 4), least=least, most=most)
    return cast("gpd.GeoDataFrame", frame.to_crs(METRIC))


def to_lonlat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a frame of any stated reference system to longitude and latitude on WGS84.

    Raises
    ------
    WrongCrs
        The frame does not say what its coordinates mean.
    """
    if frame.crs is None:
        raise WrongCrs(found="?", needed=LONLAT.to_string())
    return cast("gpd.GeoDataFrame", frame.to_crs(LONLAT))


def require_lonlat(frame: gpd.GeoDataFrame) -> None:
    """Refuse a frame that is not in `LONLAT`.

    Raises
    ------
    WrongCrs
        Another reference system, or none.
    """
    if frame.crs is None or frame.crs != LONLAT:
        found = "?" if frame.crs is None else frame.crs.to_string()
        raise WrongCrs(found=found, needed=LONLAT.to_string())


def require_metric(frame: gpd.GeoDataFrame) -> None:
    """Refuse degrees where metres are meant.

    Raises
    ------
    DegreesNotMetres
        The frame is not in `METRIC`.
    """
    if frame.crs is None or frame.crs != METRIC:
        raise DegreesNotMetres(found="?" if frame.crs is None else frame.crs.to_string())


def lonlat_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Shift a WGS84 position to where GCJ-02 maps draw it, in degrees.

    Raises
    ------
    OutsideChina
        The offset is not defined there.
    """
    _require_china(lon, lat)
    return gcj02.add_offset(lon, lat)


def gcj02_to_lonlat(lon: float, lat: float) -> tuple[float, float]:
    """Undo the GCJ-02 offset by iteration; there and back agree within 1 mm.

    Raises
    ------
    OutsideChina
        The offset is not defined there.
    """
    _require_china(lon, lat)
    return gcj02.remove_offset(lon, lat)


def require_datum(name: str) -> Datum:
    """Give `name` as a known datum.

    Raises
    ------
    UnknownDatum
        Nobody can convert from it.
    """
    for datum in DATUMS:
        if datum == name:
            return datum
    raise UnknownDatum(datum=name[:20], known=", ".join(DATUMS))


def refuse_mixed_datums(names: Iterable[str]) -> None:
    """Refuse datums that do not lie on the same ground.

    Raises
    ------
    MixedDatums
        Two of them would be drawn hundreds of metres apart.
    UnknownDatum
        One of them is not known.
    """
    datums = {require_datum(name) for name in names}
    if len({_SAME_GROUND.get(datum, datum) for datum in datums}) > 1:
        raise MixedDatums(datums=", ".join(sorted(datums)))


def _require_china(lon: float, lat: float) -> None:
    # Written so that NaN fails as well.
    inside = _CHINA_WEST <= lon <= _CHINA_EAST and _CHINA_SOUTH <= lat <= _CHINA_NORTH
    if not inside:
        raise OutsideChina(lon=lon, lat=lat)
