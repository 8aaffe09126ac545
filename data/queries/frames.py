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
    names, rows = list(result.keys()), result.fetchall()
    # Column by column: pandas looks long at every row object that it is handed.
    if not rows:
        return pd.DataFrame(columns=names, dtype=object)
    columns = map(list, zip(*rows, strict=True))
    return pd.DataFrame(dict(zip(names, columns, strict=True)), **options)


def place_points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give a frame points (WGS84) from its `lon` and `lat`; none where they are missing."""
    pairs = zip(frame["lon"], frame["lat"], strict=True)
    points = [None if pd.isna(lon) else Point(lon, lat) for lon, lat in pairs]
    return gpd.GeoDataFrame(frame, geometry=points, crs=LONLAT)
