"""The rows of one unit: households, members, events, causes, measures, pairings, team."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from data.generator.parameters import (
    EXIT_WEIGHT_BY_MONTH,
    FIRST_IDENTIFIED,
    LARGEST_HOUSEHOLD,
    LAST_IDENTIFIED,
    MEASURES_BY_CAUSE,
    NEEDS_ABLE,
    OPENING,
    OTHER_CAUSES_TAKE,
    PAIRED_FROM,
    SIZE_WEIGHTS,
    TYPE_WEIGHTS,
    YEAR_END,
)
from data.generator.people import Person, draw_cause, draw_people, identity_row, member_row
from data.generator.plan import UnitPlan
from data.generator.streams import Stream, largest_remainder
from data.models import (
    Base,
    Cause,
    EventKind,
    Household,
    HouseholdComposition,
    IdentityVault,
    MeasureAssignment,
    Member,
    Official,
    Pairing,
    Post,
    RegisterEvent,
    TeamMember,
    WorkTeam,
)

Rows = dict[type[Base], list[dict[str, Any]]]

_DISTRICT_CADRES: Final = 0.65
_BEFORE_OPENING: Final = 0.85
_HEADS: Final = 3
_MOST_BATCHES: Final = 6
_SMALLEST_BATCH: Final = 5


@dataclass(frozen=True)
class DrawnHousehold:
    """What later steps need to know of a household."""

    code: str
    unit: str
    cause: str
    is_able: bool
    exited_on: date | None
    exit_event_ids: tuple[str, ...]
    member_ids: tuple[str, ...]
    identified_on: date
    exit_recorded: datetime | None
    people: tuple[Person, ...]
    members: tuple[Mapping[str, Any], ...]
    measures: tuple[str, ...]
    cadre_id: str = ""
    cadre_code: str = ""


@dataclass
class VillageRows:
    """All rows of one unit and its households in short."""

    rows: Rows = field(default_factory=lambda: defaultdict(list))
    households: list[DrawnHousehold] = field(default_factory=list)


def draw_village(seed: int, plan: UnitPlan) -> VillageRows:
    """Draw one unit, whatever was drawn before it."""
    stream = Stream(seed, f"{plan.unit.code}/people")
    drawn = VillageRows()
    stays = [True] * plan.remaining_households + [False] * plan.exited_households
    sizes = _sizes(stream, plan.remaining_households, plan.remaining_persons) + _sizes(
        stream, plan.exited_households, plan.exited_persons
    )
    days = iter(_exit_days(stream, plan.exited_households, plan.remaining_households))
    order = stream.shuffled(range(len(sizes)))
    for number, i in enumerate(order, start=plan.first_household):
        exited_on = None if stays[i] else next(days)
        _draw_household(stream, drawn, plan.unit.code, number, sizes[i], exited_on)
    _draw_cadres(stream, drawn, plan)
    return drawn


def _sizes(stream: Stream, households: int, persons: int) -> list[int]:
    """Draw household sizes from the mix, then move single persons until the sum is right."""
    sizes = [stream.pick(SIZE_WEIGHTS) for _ in range(households)]
    excess = sum(sizes) - persons
    step = -1 if excess > 0 else 1
    while excess:
        i = stream.between(0, households - 1)
        if 1 <= sizes[i] + step <= LARGEST_HOUSEHOLD:
            sizes[i] += step
            excess += step
    return sizes


def _exit_days(stream: Stream, exiting: int, staying: int) -> list[date]:
    """Draw a village's exit days: a few batches, as exits are approved, none of them tiny.

    While some have left and some have not, either are five households or more, unless fewer stay
    for good: a batch that would break this joins the next one, or the last ones join.
    """
    months = sorted({stream.pick(EXIT_WEIGHT_BY_MONTH) for _ in range(_MOST_BATCHES)})
    sizes = largest_remainder([EXIT_WEIGHT_BY_MONTH[month] for month in months], exiting)
    days: list[date] = []
    waiting = 0
    for i, (month, size) in enumerate(zip(months, sizes, strict=True)):
        waiting += size
        is_last = i == len(months) - 1
        gone, left = len(days) + waiting, exiting - len(days) - waiting + staying
        if is_last or (gone >= _SMALLEST_BATCH and left >= _SMALLEST_BATCH):
            first = max(date(OPENING.year, month, 1), OPENING + timedelta(days=3))
            last = date(OPENING.year, month, 28)
            days += [stream.day(first, last)] * waiting
            waiting = 0
    return days


def _draw_household(
    stream: Stream, drawn: VillageRows, unit: str, number: int, size: int, exited_on: date | None
) -> None:
    code = stream.pseudonym()
    cause = draw_cause(stream, size)
    people = draw_people(stream, size, cause)
    identified_on = stream.day(FIRST_IDENTIFIED, LAST_IDENTIFIED)
    known_at = stream.recorded(identified_on)
    rows = drawn.rows
    rows[Household].append(
        {
            "code": code,
            "village_code": unit,
            "household_type": stream.pick(TYPE_WEIGHTS[size > 1]),
            "standard": stream.pick({"national": 0.7, "regional": 0.3}),
            "location_precision": "village",
        }
    )
    exits: list[str] = []
    members: list[str] = []
    exit_recorded = stream.recorded(exited_on) if exited_on else None
    for i, person in enumerate(people, start=1):
        member_id = stream.id(known_at)
        members.append(member_id)
        rows[Member].append(member_row(stream, person, member_id))
        rows[IdentityVault].append(identity_row(stream, person, member_id, number, i))
        times = {"valid_from": identified_on, "valid_to": None, "recorded_at": known_at}
        rows[HouseholdComposition].append(
            _versioned(stream, times, member_id=member_id, household_code=code)
        )
        rows[RegisterEvent].append(
            _event(stream, member_id, EventKind.IDENTIFIED, identified_on, known_at)
        )
        if exited_on and exit_recorded:
            event = _event(stream, member_id, EventKind.EXITED, exited_on, exit_recorded)
            rows[RegisterEvent].append(event)
            exits.append(event["id"])
    _draw_causes(stream, rows, code, cause, identified_on)
    measures = _draw_measures(stream, rows, code, cause, people, exited_on)
    drawn.households.append(
        DrawnHousehold(
            code=code, unit=unit, cause=cause, is_able=any(p.is_able for p in people),
            exited_on=exited_on, exit_event_ids=tuple(exits), member_ids=tuple(members),
            identified_on=identified_on, exit_recorded=exit_recorded, people=tuple(people),
            members=tuple(rows[Member][-len(people) :]), measures=measures,
        )
    )  # fmt: skip


def _event(
    stream: Stream,
    member_id: str,
    kind: EventKind,
    occurred_on: date,
    recorded_at: Any,  # noqa: ANN401 - datetime
) -> dict[str, Any]:
    return {
        "id": stream.id(recorded_at), "member_id": member_id, "kind": str(kind),
        "occurred_on": occurred_on, "recorded_at": recorded_at, "recorded_by": "generator",
        "source_id": "synthetic", "reason": None, "voids_event_id": None, "case_id": None,
    }  # fmt: skip


def _versioned(stream: Stream, times: dict[str, Any], **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - any column
    return {"id": stream.id(times["recorded_at"]), **times, "superseded_at": None, **facts}


def _from(stream: Stream, day: date) -> dict[str, Any]:
    return {"valid_from": day, "valid_to": None, "recorded_at": stream.recorded(day)}


def _draw_causes(stream: Stream, rows: Rows, code: str, cause: str, since: date) -> None:
    times = _from(stream, since)
    rows[Cause].append(
        _versioned(stream, times, household_code=code, cause_code=cause, is_main=True)
    )
    if stream.chance(0.3):
        other = stream.pick({"no_skill": 0.4, "no_capital": 0.4, "no_land": 0.2})
        if other != cause:
            rows[Cause].append(
                _versioned(stream, times, household_code=code, cause_code=other, is_main=False)
            )


def _draw_measures(
    stream: Stream,
    rows: Rows,
    code: str,
    cause: str,
    people: list[Person],
    exited_on: date | None,
) -> tuple[str, ...]:
    able = any(p.is_able for p in people)
    wanted = MEASURES_BY_CAUSE.get(cause, OTHER_CAUSES_TAKE)
    if not able:
        # Nobody who could take a job or run a greenhouse: what the cause asks for goes unmet.
        wanted = {m: w for m, w in wanted.items() if m not in NEEDS_ABLE} or {"social": 1.0}
    main = stream.pick(wanted)
    chosen = [main]
    likely = {
        "education": 0.8 if any(p.schooling != "none" for p in people) else 0.0,
        "health": 0.7 if any(p.health != "healthy" for p in people) else 0.0,
        "industry": 0.25 if able else 0.0,
        "employment": 0.2 if able else 0.0,
        "social": 0.0 if able else 0.5,
    }
    chosen += [m for m, p in likely.items() if m != main and stream.chance(p)]
    for position, measure in enumerate(chosen):
        start = _measure_start(stream, position, exited_on)
        rows[MeasureAssignment].append(
            _versioned(
                stream, _from(stream, start), household_code=code, vocabulary="WH5",
                measure_code=measure, state="ongoing", amount_fen=None,
            )
        )  # fmt: skip
    return tuple(chosen)


def _measure_start(stream: Stream, position: int, exited_on: date | None) -> date:
    """Start most measures before the opening and all of them well before the exit."""
    if position == 0 and stream.chance(_BEFORE_OPENING):
        return stream.day(date(2015, 6, 1), date(2015, 12, 11))
    last = min(date(2016, 5, 20), (exited_on or YEAR_END) - timedelta(days=20))
    if last <= OPENING:
        return stream.day(date(2015, 10, 1), date(2015, 12, 11))
    return stream.day(OPENING, last)


def _draw_cadres(stream: Stream, drawn: VillageRows, plan: UnitPlan) -> None:
    """Pair every household and every cadre; their team comes from among them."""
    rows, unit = drawn.rows, plan.unit.code
    since = date(2015, 10, 12)
    ids = []
    for number in range(plan.first_cadre, plan.first_cadre + plan.cadres):
        is_district = stream.chance(_DISTRICT_CADRES)
        times = _from(stream, since)
        official_id = stream.id(times["recorded_at"])
        ids.append(official_id)
        rows[Official].append(
            {
                "id": official_id, "code": f"干部 {number:04d}", "role": "cadre",
                "level": "district" if is_district else "city",
            }
        )  # fmt: skip
        org = f"org-{unit[:6] if is_district else unit[:4]}"
        rows[Post].append(
            _versioned(
                stream, times, official_id=official_id, org_id=org, title="staff",
                is_principal=False,
            )
        )  # fmt: skip
    codes = [household.code for household in drawn.households]
    for i in range(max(len(ids), len(codes))):
        rows[Pairing].append(
            _versioned(
                stream, _from(stream, stream.day(*PAIRED_FROM)),
                official_id=ids[i % len(ids)], household_code=codes[i % len(codes)],
            )
        )  # fmt: skip
    for i, household in enumerate(drawn.households):
        drawn.households[i] = replace(
            household, cadre_id=ids[i % len(ids)],
            cadre_code=f"干部 {plan.first_cadre + i % len(ids):04d}",
        )  # fmt: skip
    times = _from(stream, since)
    rows[WorkTeam].append(_versioned(stream, times, code=f"team-{unit}", village_code=unit))
    for i, official_id in enumerate(ids[:_HEADS]):
        rows[TeamMember].append(
            _versioned(
                stream, times, team_code=f"team-{unit}", official_id=official_id,
                role="head" if i == 0 else "member",
            )
        )  # fmt: skip
