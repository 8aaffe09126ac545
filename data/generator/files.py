"""The files of the households: survey, plan, income, work log, visits, schooling, what was paid.

All of it is invented for the demonstration; no amount says anything about Wuhai.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from data.generator.parameters import OPENING, YEAR_END, Parameters
from data.generator.streams import Stream
from data.generator.villages import DrawnHousehold, Rows
from data.models import (
    Enrolment,
    IncomeStatement,
    LedgerEntry,
    Payment,
    Plan,
    PlanIndicator,
    ServiceEvent,
    Survey,
)

QUARTER_ENDS: Final = tuple(
    date(year, month, 31 if month in {3, 12} else 30)
    for year in (2015, 2016)
    for month in (3, 6, 9, 12)
)
_YUAN: Final = 100
_INDICATORS: Final = {
    "income": ("已调查", "达到当年收入线"),
    "housing": ("已核对", "住房安全"),
    "schooling": ("已核对", "无辍学"),
    "illness": ("已核对", "无因病致贫返贫"),
    "medical_insurance": ("已核对", "参加新农合"),
    "pension": ("已核对", "参加养老保险"),
}
_SURVEY_NOTES: Final = {
    "situation": "示例：现状已入户核对",
    "causes": "示例：原因已与农户确认",
    "needs": "示例：需求已登记",
}
_WORK: Final = (
    "示例：入户核对收入与支出",
    "示例：落实帮扶措施",
    "示例：核对就学与就医情况",
    "示例：宣讲政策并更新台账",
)
_SERVICES: Final = {
    "industry": "technician", "employment": "home_work", "social": "visit",
    "education": "visit", "health": "visit",
}  # fmt: skip
_WITHOUT_PLAN, _WITHOUT_LOG, _WITHOUT_NEEDS = 0.015, 0.015, 0.02
_FALLS: Final = 0.01
_DONE_BEFORE: Final = timedelta(days=30)
"""When a household that exits has met its plan: before the first step of the exit is over."""
_BOARDING_FEN: Final = 1_000 * _YUAN


@dataclass(frozen=True)
class DrawnFile:
    """What an exit needs to know of a household's file: its statements by quarter's end."""

    statements: Mapping[date, str]


def draw_files(
    households: Sequence[DrawnHousehold], parameters: Parameters
) -> tuple[Rows, dict[str, DrawnFile]]:
    """Draw every household's file, each from a stream of its own.

    A few lack a plan or a log, so that there are gaps to close.
    """
    rows: Rows = defaultdict(list)
    drawn = {}
    for household in households:
        stream = Stream(parameters.seed, f"{household.code}/file")
        _draw_surveys(stream, rows, household)
        _draw_plan(stream, rows, household)
        _draw_log(stream, rows, household)
        _draw_visits(stream, rows, household)
        _draw_schooling(stream, rows, household)
        drawn[household.code] = DrawnFile(_draw_incomes(stream, rows, household))
    return rows, drawn


def event_row(stream: Stream, occurred_on: date, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - any column
    """Give the row of an event table."""
    recorded = stream.recorded(occurred_on)
    return {
        "id": stream.id(recorded), "occurred_on": occurred_on, "recorded_at": recorded,
        "recorded_by": "generator", "source_id": "synthetic", "reason": None,
        "voids_event_id": None, **facts,
    }  # fmt: skip


def _draw_surveys(stream: Stream, rows: Rows, household: DrawnHousehold) -> None:
    day = household.identified_on + timedelta(days=stream.between(0, 9))
    for block, note in _SURVEY_NOTES.items():
        lacks = block == "needs" and stream.chance(_WITHOUT_NEEDS)
        state = "not_applicable" if lacks else "filled"
        rows[Survey].append(
            event_row(stream, day, household_code=household.code, block=block, state=state,
                      note="" if lacks else note)
        )  # fmt: skip


def _draw_plan(stream: Stream, rows: Rows, household: DrawnHousehold) -> None:
    day = max(household.identified_on, stream.day(date(2015, 11, 20), date(2015, 12, 22)))
    if stream.chance(_WITHOUT_PLAN):
        return
    recorded = stream.recorded(day)
    plan = stream.id(recorded)
    rows[Plan].append(
        {
            "id": plan, "household_code": household.code, "plan_year": OPENING.year,
            "planned_by": household.cadre_code, "valid_from": day, "valid_to": None,
            "recorded_at": recorded, "superseded_at": None,
        }
    )  # fmt: skip
    for indicator, (baseline, target) in _INDICATORS.items():
        rows[PlanIndicator].append(
            {
                "plan_id": plan, "indicator": indicator, "baseline": baseline, "target": target,
                "planned_on": household.exited_on or YEAR_END,
                "done_on": household.exited_on and household.exited_on - _DONE_BEFORE,
            }
        )  # fmt: skip


def _quarters_of(household: DrawnHousehold) -> Iterator[date]:
    """Give the quarter ends of 2016 for which work was done: until the one after an exit."""
    last = household.exited_on or YEAR_END
    for end in QUARTER_ENDS[4:]:
        yield end
        if end >= last + timedelta(days=92):
            return


def _draw_log(stream: Stream, rows: Rows, household: DrawnHousehold) -> None:
    if stream.chance(_WITHOUT_LOG):
        return
    for end in _quarters_of(household):
        rows[LedgerEntry].append(
            event_row(
                stream, end - timedelta(days=stream.between(2, 30)),
                household_code=household.code, year=end.year, quarter=end.month // 3,
                work=_WORK[stream.between(0, len(_WORK) - 1)], official_id=household.cadre_id,
            )
        )  # fmt: skip


def _draw_visits(stream: Stream, rows: Rows, household: DrawnHousehold) -> None:
    kinds = ["visit"] * stream.between(1, 2)
    kinds += [_SERVICES[measure] for measure in household.measures if stream.chance(0.5)]
    if household.cause == "no_capital":
        kinds.append("bank_visit")
    if "industry" in household.measures and stream.chance(0.2):
        kinds.append("enterprise_pairing")
    last = household.exited_on or YEAR_END
    for kind in kinds:
        rows[ServiceEvent].append(
            event_row(
                stream, stream.day(date(2015, 12, 14), last), household_code=household.code,
                kind=kind, official_id=household.cadre_id, note="",
            )
        )  # fmt: skip


def _draw_schooling(stream: Stream, rows: Rows, household: DrawnHousehold) -> None:
    since = date(2015, 9, 1)
    for person, member in zip(household.people, household.members, strict=True):
        if person.schooling == "none":
            continue
        is_small = person.schooling == "kindergarten"
        kind = stream.pick({"public": 0.6, "inclusive": 0.25, "private": 0.15})
        fee = stream.between(24, 60) * 100 * _YUAN if is_small else None
        recorded = stream.recorded(max(since, household.identified_on))
        rows[Enrolment].append(
            {
                "id": stream.id(recorded), "household_code": household.code,
                "member_id": member["id"], "stage": person.schooling,
                "school_kind": kind if is_small else "public",
                "is_boarding": member["is_boarding"], "fee_fen": fee, "valid_from": since,
                "valid_to": None, "recorded_at": recorded, "superseded_at": None,
            }
        )  # fmt: skip
        _draw_payments(stream, rows, household, rows[Enrolment][-1])


def _draw_payments(
    stream: Stream, rows: Rows, household: DrawnHousehold, schooling: Mapping[str, Any]
) -> None:
    """Pay most of what rules in force give for the year; a few wait."""
    due = {}
    if schooling["stage"] == "compulsory" and schooling["is_boarding"]:
        due["R-EDU-4"] = _BOARDING_FEN
    if schooling["fee_fen"] and schooling["school_kind"] != "private":
        due["R-EDU-1"] = schooling["fee_fen"] // 2
    for rule, amount in due.items():
        if stream.chance(0.85):
            day = stream.day(date(2016, 3, 1), date(2016, 11, 30))
            rows[Payment].append(
                event_row(stream, day, household_code=household.code,
                          member_id=schooling["member_id"], rule_code=rule, year=2016,
                          amount_fen=amount)
            )  # fmt: skip


def _draw_incomes(stream: Stream, rows: Rows, household: DrawnHousehold) -> dict[date, str]:
    """Draw the cumulative statements of both years; give their ids by quarter's end."""
    persons, ids = len(household.people), {}
    able = sum(person.is_able for person in household.people)
    yearly = {
        "wage_fen": able * stream.between(1_500, 9_000),
        "business_fen": able * stream.between(0, 6_000),
        "property_fen": stream.between(0, 400),
        "transfer_fen": persons * stream.between(400, 2_600),
        "cost_fen": able * stream.between(0, 900),
    }
    for year in (2015, 2016):
        if year == OPENING.year:  # most grow, and a few fall far enough to be noticed
            percent = stream.between(45, 65) if stream.chance(_FALLS) else stream.between(95, 125)
            yearly = {name: yuan * percent // 100 for name, yuan in yearly.items()}
        for end in (day for day in QUARTER_ENDS if day.year == year):
            part = end.month
            amounts = {name: yuan * part // 12 * _YUAN for name, yuan in yearly.items()}
            asked_on = max(end, household.identified_on)
            row = event_row(
                stream, asked_on, household_code=household.code, year=year, months=part,
                persons=persons, surveyor=household.cadre_code, is_signed=True, **amounts,
            )  # fmt: skip
            rows[IncomeStatement].append(row)
            ids[end] = row["id"]
    return ids
