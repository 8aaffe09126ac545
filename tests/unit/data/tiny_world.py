"""A world small enough to count by hand: three villages, twelve households, 23 persons.

| village | district | households and their sizes | exits                                  |
|---------|----------|----------------------------|----------------------------------------|
| 甲 JIA  | 990121   | A1 1, A2 2, A3 3, A4 1, A5 2, A6 3 | A1 03-10, A2 06-20, A3 06-30   |
| 乙 YI   | 990121   | B1 2, B2 1                 | B1 09-15                               |
| 丙 BING | 990122   | C1 3, C2 2, C3 1, C4 2     | C1 05-05, C2 08-08, C3 10-10, C4 12-31 |

All were identified on 2015-06-01 and every fact was recorded two days after it happened.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from shapely import Point, box
from sqlalchemy import Connection

from data import seeding
from data.engine import Database, transaction
from data.keyring import make_purpose_keys
from data.keys import load_keys
from data.ledger import append_event, load_rows
from data.migrations import migrate
from data.models import (
    Cause,
    Division,
    Enterprise,
    EventKind,
    Household,
    HouseholdComposition,
    IdentityVault,
    LeaderVillageLink,
    MeasureAssignment,
    Member,
    Official,
    Pairing,
    Project,
    ProjectBeneficiary,
    TeamMember,
    Village,
    WorkTeam,
)
from data.vault import seal_identities

JIA, YI, BING = "990121100201", "990121100202", "990122100201"
VILLAGES: Final = {"A": JIA, "B": YI, "C": BING}
SIZES: Final = {
    "A1": 1, "A2": 2, "A3": 3, "A4": 1, "A5": 2, "A6": 3, "B1": 2, "B2": 1,
    "C1": 3, "C2": 2, "C3": 1, "C4": 2,
}  # fmt: skip
IDENTIFIED: Final = date(2015, 6, 1)
EXITS: Final = {
    "A1": date(2016, 3, 10), "A2": date(2016, 6, 20), "A3": date(2016, 6, 30),
    "B1": date(2016, 9, 15), "C1": date(2016, 5, 5), "C2": date(2016, 8, 8),
    "C3": date(2016, 10, 10), "C4": date(2016, 12, 31),
}  # fmt: skip
MEASURES: Final = {
    "A1": "health", "A2": "health", "A3": "industry", "A4": "industry", "A6": "industry",
    "B1": "industry", "B2": "industry",
    "C1": "education", "C2": "education", "C3": "education", "C4": "education",
}  # fmt: skip
"""A5 has none."""
UNPAIRED_FROM: Final = date(2016, 7, 1)
"""The pairing of A6 ends: this is the first day without."""


def recorded(day: date, *, after_days: int = 2) -> datetime:
    """Give the instant at which a fact of `day` was entered: noon in China, two days later."""
    return datetime.combine(day + timedelta(days=after_days), time(4), tzinfo=UTC)


def members_of(household: str) -> list[str]:
    """Name a household's members: ``A3-1``, ``A3-2``, ``A3-3``."""
    return [f"{household}-{i}" for i in range(1, SIZES[household] + 1)]


def versioned(key: str, since: date = IDENTIFIED, until: date | None = None) -> dict[str, Any]:
    """Give the columns that every versioned fact has."""
    return {
        "id": key, "valid_from": since, "valid_to": until, "recorded_at": recorded(since),
        "superseded_at": None,
    }  # fmt: skip


def append(
    connection: Connection,
    member: str,
    kind: EventKind,
    day: date,
    *,
    at: datetime | None = None,
) -> str:
    """Enter an event as it would have been, two days later."""
    return append_event(
        connection, member_id=member, kind=kind, occurred_on=day, recorded_by="test",
        recorded_at=at or recorded(day),
    )  # fmt: skip


def member_row(key: str) -> dict[str, Any]:
    """Give a member about whom nothing special is known."""
    return {
        "id": key, "sex": "female", "birth_year": 1966, "relation": "head",
        "education": "primary", "schooling": "none", "months_away": 0, "has_skill": False,
        "medical_insurance": True, "pension_insurance": True, "is_boarding": False,
    }  # fmt: skip


def identity_row(key: str) -> dict[str, Any]:
    """Give what is sealed of a member: values that occur nowhere else, and can be looked for."""
    place = [m for home in SIZES for m in members_of(home)].index(key)
    return {
        "member_id": key, "name": f"丘处厚{place:02d}", "id_number": f"99000019660101{place:03d}X",
        "phone": f"1000000{place:04d}", "address": f"竹影村{place:02d}号竹篱笆院",
        "health": "chronic", "labour": "lost", "is_disabled": "no", "is_tekun": "yes",
        "is_orphan": "no",
    }  # fmt: skip


def household_row(key: str, village: str) -> dict[str, Any]:
    """Give a household of a village."""
    return {
        "code": key, "village_code": village, "household_type": "ordinary",
        "standard": "national", "location_precision": "village",
    }  # fmt: skip


def _division(code: str, kind: str, name: str, parent: str | None) -> dict[str, Any]:
    return {
        **versioned(f"{code}@2014", date(2014, 1, 1)), "code": code, "kind": kind,
        "name_zh": name, "name_en": f"{name} en", "name_mn": None, "aliases": [],
        "parent_code": parent, "lon": None, "lat": None, "accuracy_m": None,
        "position_evidence": None, "position_note": None, "datum": "WGS84", "geometry": None,
        "source_id": "synthetic",
    }  # fmt: skip


def _divisions() -> Iterator[dict[str, Any]]:
    yield _division("990000000000", "province", "省", None)
    yield _division("990100000000", "city", "市", "990000000000")
    for i, district in enumerate(("990121", "990122")):
        west = 106.0 + i
        row = _division(f"{district}000000", "district", f"{district}区", "990100000000")
        yield row | {"geometry": box(west, 39.0, west + 1, 40.0)}
        yield _division(f"{district}100000", "town", f"{district}镇", f"{district}000000")
    for name, code in zip("甲乙丙", VILLAGES.values(), strict=True):
        row = _division(code, "village", f"{name}村", f"{code[:9]}000")
        if code == BING:
            yield row  # without position
        else:
            yield row | {"lon": 106.5, "lat": 39.5, "accuracy_m": 3000.0,
                         "position_evidence": "guess"}  # fmt: skip


def _load_places(connection: Connection) -> None:
    load_rows(connection, Division, _divisions())
    villages = (
        {"code": code, "list_state": "synthetic", "clinic": "unknown", "source_id": "synthetic",
         "recorded_at": recorded(IDENTIFIED)}
        for code in VILLAGES.values()
    )  # fmt: skip
    load_rows(connection, Village, villages)


def _load_people(connection: Connection) -> None:
    for key in SIZES:
        load_rows(connection, Household, [household_row(key, VILLAGES[key[0]])])
        load_rows(connection, Member, map(member_row, members_of(key)))
        identities = map(identity_row, members_of(key))
        load_rows(
            connection, IdentityVault,
            seal_identities(connection, identities, by="test", at=recorded(IDENTIFIED)),
        )  # fmt: skip
        load_rows(
            connection,
            HouseholdComposition,
            (versioned(f"home-{m}") | {"member_id": m, "household_code": key}
             for m in members_of(key)),
        )  # fmt: skip
        cause = {"household_code": key, "cause_code": "illness", "is_main": True}
        load_rows(connection, Cause, [versioned(f"cause-{key}") | cause])
    for key, measure in MEASURES.items():
        facts = {"household_code": key, "vocabulary": "WH5", "measure_code": measure,
                 "state": "ongoing", "amount_fen": None}  # fmt: skip
        load_rows(connection, MeasureAssignment, [versioned(f"measure-{key}") | facts])


def _load_officials(connection: Connection) -> None:
    officials = [(f"cadre-{v}", "cadre") for v in VILLAGES] + [
        ("leader-1", "leader"), ("leader-2", "leader"),
    ]  # fmt: skip
    load_rows(
        connection, Official,
        ({"id": key, "code": key, "role": role, "level": "city"} for key, role in officials),
    )  # fmt: skip
    for key in SIZES:
        until = UNPAIRED_FROM if key == "A6" else None
        facts = {"household_code": key, "official_id": f"cadre-{key[0]}"}
        load_rows(connection, Pairing, [versioned(f"pairing-{key}", until=until) | facts])
    for village, leader in (("A", "leader-1"), ("B", "leader-1"), ("C", "leader-2")):
        facts = {"official_id": leader, "village_code": VILLAGES[village]}
        load_rows(connection, LeaderVillageLink, [versioned(f"link-{village}") | facts])
    load_rows(connection, WorkTeam, [versioned("team") | {"code": "team-A", "village_code": JIA}])
    head = {"team_code": "team-A", "official_id": "cadre-A", "role": "head"}
    load_rows(connection, TeamMember, [versioned("head") | head])


def _load_projects(connection: Connection) -> None:
    company = {"id": "company", "name_zh": "企业", "name_en": "Co", "source_id": "synthetic"}
    load_rows(connection, Enterprise, [company])
    vineyard = {
        "id": "vineyard", "kind": "vineyard", "name_zh": "葡萄园", "name_en": "Vineyard",
        "geometry": Point(106.4, 39.4), "accuracy_m": 5000.0, "capacity": 10, "unit": "job",
        "district_code": "990121000000", "owner_id": "company", "park_id": None,
        "opened_on": None, "closed_on": None, "source_id": "synthetic",
    }  # fmt: skip
    load_rows(connection, Project, [vineyard])
    for key in ("A1", "A2", "A4"):
        facts = {"household_code": key, "project_id": "vineyard", "unit_id": None,
                 "mode": "employment"}  # fmt: skip
        load_rows(connection, ProjectBeneficiary, [versioned(f"job-{key}") | facts])


def build_tiny_world(db: Database) -> None:
    """Write the world into an empty database."""
    migrate(db)
    with transaction(db) as connection:
        make_purpose_keys(connection, load_keys())
        seeding.seed_vocabularies(connection)
        _load_places(connection)
        _load_people(connection)
        _load_officials(connection)
        _load_projects(connection)
        for key in SIZES:
            for member in members_of(key):
                append(connection, member, EventKind.IDENTIFIED, IDENTIFIED)
                if key in EXITS:
                    append(connection, member, EventKind.EXITED, EXITS[key])
        seeding.describe_dataset(connection, {"profile": "tiny", "synthetic": "true"})
