"""What belongs to no single unit: offices, leaders, projects, late corrections."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any, Final

from shapely import Point

from data.generator.divisions import Unit
from data.generator.parameters import CORRECTED_FROM, Parameters
from data.generator.streams import Stream
from data.generator.villages import DrawnHousehold, Rows
from data.models import (
    DistrictResponsible,
    Enterprise,
    EventKind,
    LeaderVillageLink,
    Official,
    Org,
    Post,
    Project,
    ProjectBeneficiary,
    ProjectUnit,
    RegisterEvent,
)

_SINCE: Final = date(2015, 10, 12)
_GREENHOUSES: Final = 50
_BATCHES: Final = (
    date(2016, 3, 15), date(2016, 5, 16), date(2016, 7, 15), date(2016, 9, 14), date(2016, 11, 15),
)  # fmt: skip

# Kind, Chinese and English name, district, position (schematic), capacity, unit, source: `named`
# says that the article names the project, and that position and capacity are nevertheless ours.
_PROJECTS: Final = (
    ("pv_park", "海南区光伏农业产业园", "Hainan photovoltaic-agriculture park", "150303",
     (106.905, 39.39), None, None, "named"),
    ("greenhouse", "光伏农业产业园温室大棚", "Greenhouses of the photovoltaic-agriculture park",
     "150303", (106.895, 39.375), _GREENHOUSES, "greenhouse_unit", "named"),
    ("vineyard", "示例葡萄种植基地（海南）", "Sample vineyard (Hainan)", "150303",
     (106.878, 39.205), 40, "job", "synthetic"),
    ("workshop", "示例家庭手工作坊（巴音陶亥）", "Sample home workshop (Bayintaohai)", "150303",
     (106.885, 39.165), 25, "household", "synthetic"),
    ("workshop", "示例家庭手工作坊（拉僧庙）", "Sample home workshop (Lasengmiao)", "150303",
     (106.856, 39.335), 15, "household", "synthetic"),
    ("tourism", "海勃湾城区北部生态农业旅游基地", "Eco-agriculture tourism base north of Haibowan",
     "150302", (106.812, 39.74), 30, "job", "named"),
    ("vineyard", "示例葡萄种植基地（海勃湾）", "Sample vineyard (Haibowan)", "150302",
     (106.805, 39.775), 30, "job", "synthetic"),
)  # fmt: skip
_MODES: Final = {
    "greenhouse": "lease", "vineyard": "employment", "workshop": "order", "tourism": "employment",
}  # fmt: skip


def draw_offices(units: Sequence[Unit], parameters: Parameters) -> Rows:
    """Draw offices, leaders with contact villages, and two responsible persons a district."""
    stream = Stream(parameters.seed, "offices")
    rows: Rows = defaultdict(list)
    cities = sorted({unit.code[:4] for unit in units})
    districts = sorted({unit.district for unit in units})
    for prefix in cities + districts:
        level = "city" if prefix in cities else "district"
        rows[Org].append(
            {
                "id": f"org-{prefix}", "name_zh": "示例单位", "name_en": "Sample office",
                "level": level, "division_code": prefix.ljust(12, "0"),
            }
        )  # fmt: skip
    _draw_leaders(stream, rows, [u.code for u in units], parameters.leaders)
    number = 1
    for district in districts:
        for office in ("secretary", "governor"):
            times = _times(stream, _SINCE)
            official = _official(stream, rows, f"负责人 {number:02d}", "principal", "district")
            number += 1
            rows[Post].append(
                times | {"id": stream.id(times["recorded_at"]), "official_id": official,
                         "org_id": f"org-{district}", "title": office, "is_principal": True}
            )  # fmt: skip
            rows[DistrictResponsible].append(
                times | {"id": stream.id(times["recorded_at"]), "official_id": official,
                         "district_code": district.ljust(12, "0"), "office": office}
            )  # fmt: skip
    return rows


def _draw_leaders(stream: Stream, rows: Rows, villages: list[str], leaders: int) -> None:
    """Link each leader to one village, and go on round until no village is without one."""
    order = stream.shuffled(villages)
    ids = []
    for number in range(1, leaders + 1):
        official = _official(stream, rows, f"领导 {number:02d}", "leader", "city")
        ids.append(official)
        times = _times(stream, _SINCE)
        rows[Post].append(
            times | {"id": stream.id(times["recorded_at"]), "official_id": official,
                     "org_id": f"org-{villages[0][:4]}", "title": "leader", "is_principal": False}
        )  # fmt: skip
    for i in range(max(leaders, len(villages))):
        times = _times(stream, stream.day(date(2015, 11, 2), date(2015, 12, 11)))
        rows[LeaderVillageLink].append(
            times | {"id": stream.id(times["recorded_at"]), "official_id": ids[i % leaders],
                     "village_code": order[i % len(order)]}
        )  # fmt: skip


def _official(stream: Stream, rows: Rows, code: str, role: str, level: str) -> str:
    official = stream.id(_times(stream, _SINCE)["recorded_at"])
    rows[Official].append({"id": official, "code": code, "role": role, "level": level})
    return official


def _times(stream: Stream, since: date) -> dict[str, Any]:
    return {
        "valid_from": since, "valid_to": None, "recorded_at": stream.recorded(since),
        "superseded_at": None,
    }  # fmt: skip


def draw_projects(households: Sequence[DrawnHousehold], parameters: Parameters) -> Rows:
    """Draw Wuhai's projects, the fifty greenhouses with assumed handovers, and whom they serve."""
    stream = Stream(parameters.seed, "projects")
    rows: Rows = defaultdict(list)
    by_district: dict[str, list[DrawnHousehold]] = defaultdict(list)
    for household in stream.shuffled(households):
        by_district[household.unit[:6]].append(household)
    for number, (kind, zh, en, district, lonlat, capacity, unit, source) in enumerate(_PROJECTS, 1):
        owner = f"enterprise-{number:02d}"
        project = f"project-{number:02d}"
        rows[Enterprise].append(
            {
                "id": owner, "name_zh": f"示例企业 {number:02d}",
                "name_en": f"Sample company {number:02d}", "source_id": "synthetic",
            }
        )  # fmt: skip
        rows[Project].append(
            {
                "id": project, "kind": kind, "name_zh": zh, "name_en": en,
                "geometry": Point(lonlat), "accuracy_m": 5000.0, "capacity": capacity,
                "unit": unit, "district_code": district.ljust(12, "0"), "owner_id": owner,
                "park_id": "project-01" if kind == "greenhouse" else None, "opened_on": None,
                "closed_on": None, "source_id": source,
            }
        )  # fmt: skip
        if kind == "greenhouse":
            _draw_greenhouses(stream, rows, project, by_district[district])
        elif capacity:
            _draw_beneficiaries(stream, rows, rows[Project][-1], by_district[district])
    return rows


def _draw_greenhouses(
    stream: Stream, rows: Rows, project: str, households: list[DrawnHousehold]
) -> None:
    lessees = [household for household in households if household.is_able][:_GREENHOUSES]
    for i in range(_GREENHOUSES):
        handover = _BATCHES[i * len(_BATCHES) // _GREENHOUSES]
        unit = f"{project}-unit-{i + 1:02d}"
        rows[ProjectUnit].append(
            {
                "id": unit, "project_id": project, "number": i + 1, "handover_on": handover,
                "handover_is_assumed": True,
                "rent_free_until": handover.replace(year=handover.year + 3),
            }
        )  # fmt: skip
        if i < len(lessees):
            place = {
                "project_id": project, "unit_id": unit, "household_code": lessees[i].code,
                "mode": "lease",
            }  # fmt: skip
            _serve(stream, rows, handover, place)


def _draw_beneficiaries(
    stream: Stream, rows: Rows, project: Mapping[str, Any], households: list[DrawnHousehold]
) -> None:
    """Fill most places; workshops take those who cannot take a job."""
    wants_able = project["kind"] != "workshop"
    capacity = int(project["capacity"])
    fitting = [h for h in households if h.is_able == wants_able]
    offset = stream.between(0, max(0, len(fitting) - capacity))
    for household in fitting[offset : offset + round(capacity * 0.8)]:
        place = {
            "project_id": project["id"], "unit_id": None, "household_code": household.code,
            "mode": _MODES[project["kind"]],
        }  # fmt: skip
        _serve(stream, rows, stream.day(date(2015, 9, 1), date(2016, 6, 30)), place)


def _serve(stream: Stream, rows: Rows, since: date, place: Mapping[str, Any]) -> None:
    times = _times(stream, since)
    rows[ProjectBeneficiary].append(times | {"id": stream.id(times["recorded_at"])} | dict(place))


def draw_corrections(households: Sequence[DrawnHousehold], parameters: Parameters) -> Rows:
    """Swap the exit days of some pairs of households after the year's close.

    Both households of a pair are of the same size and district, in different units: the city's
    and the district's counts stay as they were on every date, the units' do not.
    """
    stream = Stream(parameters.seed, "corrections")
    rows: Rows = defaultdict(list)
    groups: dict[tuple[str, int], list[DrawnHousehold]] = defaultdict(list)
    for household in households:
        if household.exited_on:
            groups[household.unit[:6], len(household.member_ids)].append(household)
    pairs = []
    for key in sorted(groups):
        for a, b in combinations(stream.shuffled(groups[key])[:6], 2):
            if a.unit != b.unit and _months_apart(a, b):
                pairs.append((a, b))
                break
    for a, b in stream.shuffled(pairs)[: parameters.corrections]:
        recorded = stream.recorded(CORRECTED_FROM, within_days=30)
        _correct(stream, rows, a, b.exited_on, recorded)
        _correct(stream, rows, b, a.exited_on, recorded)
    return rows


def _months_apart(a: DrawnHousehold, b: DrawnHousehold) -> bool:
    if a.exited_on is None or b.exited_on is None:
        return False
    return abs((a.exited_on - b.exited_on).days) > 45  # noqa: PLR2004 - visible on a monthly slider


def _correct(
    stream: Stream,
    rows: Rows,
    household: DrawnHousehold,
    exited_on: date | None,
    recorded_at: datetime,
) -> None:
    pairs = zip(household.member_ids, household.exit_event_ids, strict=True)
    for member_id, wrong_id in pairs:
        common = {
            "member_id": member_id, "recorded_by": "generator", "source_id": "synthetic",
            "reason": "exit day entered for the wrong household", "case_id": None,
        }  # fmt: skip
        rows[RegisterEvent].append(
            common | {"id": stream.id(recorded_at), "kind": str(EventKind.VOIDED),
                      "occurred_on": household.exited_on, "recorded_at": recorded_at,
                      "voids_event_id": wrong_id}
        )  # fmt: skip
        again = recorded_at + timedelta(minutes=1)
        rows[RegisterEvent].append(
            common | {"id": stream.id(again), "kind": str(EventKind.EXITED),
                      "occurred_on": exited_on, "recorded_at": again, "voids_event_id": None}
        )  # fmt: skip
