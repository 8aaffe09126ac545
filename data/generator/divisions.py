"""Units of a generated register: given ones, or a synthetic country under province 99."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import shapely

from data.errors import ImpossibleParameters
from data.generator.streams import Stream

_VILLAGES_PER_TOWN: Final = 20
_TOWNS_PER_COUNTY: Final = 10
_COUNTIES_PER_CITY: Final = 8
_MOST: Final = 99 * _COUNTIES_PER_CITY * _TOWNS_PER_COUNTY * _VILLAGES_PER_TOWN
_WEST, _SOUTH, _COUNTY_SIDE = 100.0, 34.0, 0.8
_COUNTIES_PER_ROW: Final = 30
_KNOWN_SINCE: Final = datetime(2016, 1, 1, tzinfo=UTC)
_VALID_FROM: Final = date(2014, 1, 1)


@dataclass(frozen=True)
class Unit:
    """A village or community that a register is generated for."""

    code: str

    @property
    def district(self) -> str:
        """The six digits of its district or county."""
        return self.code[:6]


def synthetic_units(count: int) -> list[Unit]:
    """Name `count` villages of a country that does not exist.

    Raises
    ------
    ImpossibleParameters
        More villages than the codes of one province can name.
    """
    if count > _MOST:
        raise ImpossibleParameters(why=f"{count} divisions, at most {_MOST}")
    return [Unit(_village_code(i)) for i in range(count)]


def _parts(village: int) -> tuple[int, int, int, int]:
    town, v = divmod(village, _VILLAGES_PER_TOWN)
    county, t = divmod(town, _TOWNS_PER_COUNTY)
    city, d = divmod(county, _COUNTIES_PER_CITY)
    return city, d, t, v


def _village_code(village: int) -> str:
    city, d, t, v = _parts(village)
    return f"99{city + 1:02d}{d + 21:02d}{t + 100:03d}{v + 200:03d}"


def synthetic_divisions(units: list[Unit], seed: int) -> Iterator[dict[str, Any]]:
    """Give the rows of `division` for a synthetic country: cities, counties, towns, villages."""
    yield _row("990000000000", "province", "示例省", "Sample province", None)
    seen: set[str] = set()
    for number, unit in enumerate(units):
        city, county, town = unit.code[:4], unit.code[:6], unit.code[:9]
        for prefix, kind, zh, en, parent in (
            (city, "city", "示例市", "Sample city", "99"),
            (county, "district", "示例县", "Sample county", city),
            (town, "town", "示例镇", "Sample town", county),
        ):
            if prefix not in seen:
                seen.add(prefix)
                row = _row(
                    prefix.ljust(12, "0"), kind, f"{zh} {prefix[2:]}", f"{en} {prefix[2:]}",
                    parent.ljust(12, "0"),
                )  # fmt: skip
                yield row | _shape(prefix, number)
        lon, lat = _point(seed, unit, number)
        yield _row(
            unit.code, "village", f"示例村 {number + 1:04d}", f"Sample village {number + 1:04d}",
            town.ljust(12, "0"),
        ) | {
            "lon": lon, "lat": lat, "accuracy_m": 3000.0, "position_evidence": "synthetic",
        }  # fmt: skip


def _row(code: str, kind: str, zh: str, en: str, parent: str | None) -> dict[str, Any]:
    return {
        "id": f"{code}@2014", "code": code, "kind": kind, "name_zh": zh, "name_en": en,
        "name_mn": None, "aliases": [], "parent_code": parent, "lon": None, "lat": None,
        "accuracy_m": None, "position_evidence": None, "position_note": None, "datum": "WGS84",
        "geometry": None, "source_id": "synthetic", "valid_from": _VALID_FROM, "valid_to": None,
        "recorded_at": _KNOWN_SINCE, "superseded_at": None,
    }  # fmt: skip


def _corner(village: int) -> tuple[float, float]:
    county = village // _VILLAGES_PER_TOWN // _TOWNS_PER_COUNTY
    row, column = divmod(county, _COUNTIES_PER_ROW)
    return _WEST + column * _COUNTY_SIDE, _SOUTH + row * _COUNTY_SIDE


def _shape(prefix: str, village: int) -> dict[str, Any]:
    if len(prefix) != len("PPCCDD"):
        return {}
    west, south = _corner(village)
    return {"geometry": shapely.box(west, south, west + _COUNTY_SIDE, south + _COUNTY_SIDE)}


def _point(seed: int, unit: Unit, village: int) -> tuple[float, float]:
    stream = Stream(seed, f"{unit.code}/place")
    west, south = _corner(village)
    margin = 0.04 * _COUNTY_SIDE
    dx, dy = stream.rng.random(2) * (_COUNTY_SIDE - 2 * margin) + margin
    return round(west + float(dx), 4), round(south + float(dy), 4)
