"""Loading what is given: the public data sets of ``data/seed`` and a generated register."""

import csv
from collections.abc import Hashable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from shapely import Point
from sqlalchemy import Connection, func, select

from data.engine import Database, reading
from data.ledger import load_rows, raise_version
from data.models import (
    Base,
    CauseKind,
    Claim,
    ClaimLink,
    Dataset,
    Division,
    DivisionCrosswalk,
    Household,
    IdentityVault,
    Landmark,
    Measure,
    MeasureCrosswalk,
    MeasureVocabulary,
    Source,
    SubsidyRule,
    Village,
)
from data.settings import ROOT
from data.vault import seal_identities
from geo.geometry import parse_geojson, read_features

FOLDER: Final = ROOT / "data" / "seed"
KNOWN_SINCE: Final = datetime(2016, 1, 1, tzinfo=UTC)
CLAIMS_KNOWN_SINCE: Final = datetime(2017, 12, 31, tzinfo=UTC)
_VALID_FROM: Final = date(2014, 1, 1)
_CITY: Final = "150300000000"
_REGION: Final = "150000000000"


def is_seeded(db: Database) -> bool:
    """Tell whether the vocabularies are loaded."""
    with reading(db) as connection:
        return bool(connection.execute(select(func.count()).select_from(Source)).scalar_one())


def has_register(db: Database) -> bool:
    """Tell whether any household is registered."""
    with reading(db) as connection:
        return bool(connection.execute(select(func.count()).select_from(Household)).scalar_one())


def seed_vocabularies(connection: Connection) -> None:
    """Load sources, causes, measures and how their vocabularies relate."""
    load_rows(connection, Source, _rows("sources.csv"))
    load_rows(connection, CauseKind, _ordered("causes.csv"))
    load_rows(
        connection,
        MeasureVocabulary,
        (
            r | {"several_per_household": r["several_per_household"] == "true"}
            for r in _rows("vocabularies.csv")
        ),
    )
    load_rows(connection, Measure, _ordered("measures.csv"))
    load_rows(connection, MeasureCrosswalk, _rows("crosswalk.csv"))
    load_rows(connection, SubsidyRule, _ordered("subsidy_rules.csv"))


def seed_wuhai(connection: Connection) -> None:
    """Load Wuhai: divisions, villages, landmarks and published claims."""
    load_rows(connection, Division, _divisions())
    load_rows(
        connection,
        Village,
        (
            {"code": v["code"], "list_state": "candidate", "clinic": "unknown",
             "source_id": "codes2016", "recorded_at": KNOWN_SINCE}
            for v in _rows("villages.csv")
        ),
    )  # fmt: skip
    load_rows(connection, DivisionCrosswalk, _crosswalk())
    load_rows(connection, Landmark, _landmarks())
    load_rows(connection, Claim, (_claim(row) for row in _rows("claims.csv")))
    load_rows(connection, ClaimLink, _rows("claim_links.csv"))


def seed_synthetic_places(
    connection: Connection, divisions: Iterable[Mapping[str, Any]], codes: Iterable[str]
) -> None:
    """Load a synthetic country's divisions and villages."""
    load_rows(connection, Division, divisions)
    load_rows(
        connection,
        Village,
        (
            {"code": code, "list_state": "synthetic", "clinic": "unknown",
             "source_id": "synthetic", "recorded_at": KNOWN_SINCE}
            for code in codes
        ),
    )  # fmt: skip


def list_villages(connection: Connection) -> list[str]:
    """List the codes of the working list in their order."""
    return list(connection.execute(select(Village.code).order_by(Village.code)).scalars().all())


def describe_dataset(connection: Connection, facts: Mapping[str, str]) -> None:
    """Say what fills the database, and count this as a version of it.

    A generated register remembers its version: as long as that stands, nobody changed it.
    """
    version = raise_version(connection, at=KNOWN_SINCE)
    if "seed" in facts:
        facts = {**facts, "generated_version": str(version)}
    load_rows(connection, Dataset, [{"key": k, "value": v} for k, v in sorted(facts.items())])


def load_batches(
    connection: Connection, batches: Iterable[tuple[type[Base], Iterable[Mapping[str, Any]]]]
) -> int:
    """Append generated rows table by table, identities sealed; give their number."""
    count = 0
    for model, rows in batches:
        stored = rows
        if model is IdentityVault:
            stored = seal_identities(connection, rows, by="generator", at=KNOWN_SINCE)
        count += load_rows(connection, model, stored)
    return count


def _rows(name: str) -> Iterable[dict[str, Any]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {key: value if value != "" else None for key, value in row.items()}


def _ordered(name: str) -> Iterable[dict[str, Any]]:
    return (row | {"position": int(row["position"])} for row in _rows(name))


def _features(name: str) -> list[dict[Hashable, Any]]:
    """Read features of a GeoJSON file, each refused unless its shape can be believed."""
    frame = read_features(parse_geojson((FOLDER / name).read_bytes()))
    records: list[dict[Hashable, Any]] = frame.to_dict("records")
    return records


def _division(row: Mapping[str, Any], kind: str, parent: str | None, source: str) -> dict[str, Any]:
    lon, lat = row.get("lon"), row.get("lat")
    return {
        "id": f"{row['code']}@2014", "code": row["code"], "kind": kind,
        "name_zh": row["name_zh"], "name_en": row["name_en"], "name_mn": None, "aliases": [],
        "parent_code": parent, "lon": float(lon) if lon else None,
        "lat": float(lat) if lat else None,
        "accuracy_m": float(row["accuracy_m"]) if row.get("accuracy_m") else None,
        "position_evidence": row.get("position_evidence"),
        "position_note": row.get("position_note"), "datum": "WGS84",
        "geometry": row.get("geometry"), "source_id": source, "valid_from": _VALID_FROM,
        "valid_to": None, "recorded_at": KNOWN_SINCE, "superseded_at": None,
    }  # fmt: skip


def _divisions() -> Iterable[dict[str, Any]]:
    region = {"code": _REGION, "name_zh": "内蒙古自治区", "name_en": "Inner Mongolia"}
    city = {"code": _CITY, "name_zh": "乌海市", "name_en": "Wuhai"}
    yield _division(region, "province", None, "codes2016")
    yield _division(city, "city", _REGION, "codes2016")
    for facts in _features("districts.geojson"):
        row = {
            "code": facts["code"].ljust(12, "0"), "name_zh": facts["name_zh"],
            "name_en": facts["name_en"], "geometry": facts["geometry"],
        }  # fmt: skip
        yield _division(row, "district", _CITY, "districts")
    for town in _rows("towns.csv"):
        yield _division(town, "town", town["district_code"].ljust(12, "0"), "towns")
    for village in _rows("villages.csv"):
        kind = "community" if village["kind"] == "community" else "village"
        yield _division(village, kind, village["town_code"], "villages")


def _crosswalk() -> Iterable[dict[str, Any]]:
    for code, name in (("150303104240", "曙光村"), ("150303104241", "赛汗乌素村")):
        yield {
            "id": f"{code}-transfer", "old_code": code, "new_code": None, "kind": "transfer",
            "changed_on": None, "note": f"{name}后划归拉僧庙镇，日期与新代码未知",
        }  # fmt: skip


def _landmarks() -> Iterable[dict[str, Any]]:
    for facts in _features("river.geojson"):
        yield {
            "id": "river-1", "kind": "river", "name_zh": facts["name_zh"],
            "name_en": facts["name_en"], "geometry": facts["geometry"],
            "accuracy_m": float(facts["accuracy_m"]), "open_from": None, "open_until": None,
            "source_id": "river", "note": None,
        }  # fmt: skip
    for number, bridge in enumerate(_rows("bridges.csv"), start=1):
        yield {
            "id": f"bridge-{number}", "kind": f"{bridge['kind']}_bridge",
            "name_zh": bridge["name_zh"], "name_en": bridge["name_en"],
            "geometry": Point(float(bridge["lon"]), float(bridge["lat"])),
            "accuracy_m": float(bridge["accuracy_m"]), "open_from": _day(bridge["open_from"]),
            "open_until": _day(bridge["open_until"]), "source_id": "bridges",
            "note": bridge["source_note"],
        }  # fmt: skip


def _day(text: str | None) -> date | None:
    """Read a date; a bare year means its end, so that nothing counts as open too early."""
    if text is None:
        return None
    return date(int(text), 12, 31) if len(text) == len("2016") else date.fromisoformat(text)


def _claim(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row, "position": int(row["position"]), "value": float(row["value"]),
        "as_of": date.fromisoformat(row["as_of"]), "recorded_at": CLAIMS_KNOWN_SINCE,
        "superseded_at": None,
    }  # fmt: skip
