"""Rows to frames: the one way a statement becomes a plain frame."""

from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import Point
from sqlalchemy import Connection, Executable

from geo.crs import LONLAT


def read_frame(connection: Connection, statement: Executable, **options: Any) -> pd.DataFrame:  # noqa: ANN401 - pandas' own options
    """Run a statement and give its rows; without rows, the columns stand all the same."""
    result = connection.execute(statement)
    return pd.DataFrame(result.fetchall(), columns=list(result.keys()), **options)


def place_points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give a frame points (WGS84) from its `lon` and `lat`; none where they are missing."""
    pairs = zip(frame["lon"], frame["lat"], strict=True)
    points = [None if pd.isna(lon) else Point(lon, lat) for lon, lat in pairs]
    return gpd.GeoDataFrame(frame, geometry=points, crs=LONLAT)
