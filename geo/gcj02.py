"""The GCJ-02 offset, which Chinese map services add to every position.

There is no official text. The formula is the one that became public with an early map client and
that all open converters share: a polynomial and sines in longitude and latitude counted from
105° E, 35° N give metres, laid off on the Krasovsky ellipsoid. Our own twenty lines, because the
packages that hold it come without wheels or invert it in one step only.
"""

import math
from typing import Final

_AXIS_M: Final = 6_378_245.0
_ECCENTRICITY2: Final = 0.00669342162296594323
_ROUNDS: Final = 6  # each makes the error some 500 times smaller, from about 700 m


def add_offset(lon: float, lat: float) -> tuple[float, float]:
    """Give the GCJ-02 position, in degrees, of a WGS84 position in degrees."""
    east_m, north_m = _offset_m(lon - 105, lat - 35)
    flat = 1 - _ECCENTRICITY2 * math.sin(math.radians(lat)) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY2) / flat**1.5
    parallel_m = _AXIS_M * math.cos(math.radians(lat)) / math.sqrt(flat)
    return lon + math.degrees(east_m / parallel_m), lat + math.degrees(north_m / meridian_m)


def remove_offset(lon: float, lat: float) -> tuple[float, float]:
    """Give the WGS84 position whose GCJ-02 position is `lon`, `lat`, by fixed-point iteration."""
    true_lon, true_lat = lon, lat
    for _ in range(_ROUNDS):
        shifted_lon, shifted_lat = add_offset(true_lon, true_lat)
        true_lon, true_lat = true_lon + lon - shifted_lon, true_lat + lat - shifted_lat
    return true_lon, true_lat


def _offset_m(x: float, y: float) -> tuple[float, float]:
    """Offset to the east and north in metres, `x` and `y` in degrees from 105° E, 35° N."""
    root, ripple = math.sqrt(abs(x)), _waves(x, (20, 1 / 6), (20, 1 / 2))
    east_m = 300 + x + 2 * y + 0.1 * (x * x + x * y + root)
    east_m += (ripple + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30))) * 2 / 3
    north_m = -100 + 2 * x + 3 * y + 0.2 * (y * y + root) + 0.1 * x * y
    north_m += (ripple + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30))) * 2 / 3
    return east_m, north_m


def _waves(degrees: float, *waves: tuple[float, float]) -> float:
    """Sum of sines: height, and half the wavelength in degrees."""
    return sum(height * math.sin(degrees / half * math.pi) for height, half in waves)
