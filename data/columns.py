"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An instant, always UTC; a time without a zone is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn any zoned time into UTC for storage."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "an instant needs a time zone"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the stored instant its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Geometry(TypeDecorator[BaseGeometry]):
    """A shape in EPSG:4326, longitude first, stored as WKB."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, _dialect: Dialect) -> bytes | None:
        """Write the shape as WKB."""
        return None if value is None else bytes(shapely.to_wkb(value))

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> BaseGeometry | None:  # noqa: ANN401 - driver's bytes
        """Read the shape from WKB."""
        return None if value is None else shapely.from_wkb(bytes(value))
