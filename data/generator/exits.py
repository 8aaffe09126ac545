"""The exit files of the demonstration: nine steps, four signatures, and a few planted defects."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from data.generator.files import QUARTER_ENDS, DrawnFile, event_row
from data.generator.parameters import Parameters
from data.generator.streams import CHINA, Stream
from data.generator.villages import DrawnHousehold, Rows
from data.models import Dataset, ExitBatch, ExitCase, ExitStep, Signature
from data.rules.exits import (
    GENESIS,
    LEVEL_CODE_LENGTH,
    LEVELS,
    NOTICE_DAYS,
    Step,
    StepDone,
    hash_content,
    hash_signature,
)

WINDOW_QUARTERS: Final = 4
DEFECTS: Final = {"missing_date": 5, "same_day_signatures": 5, "single_quarter_income": 5}
"""Planted for practice: how many files of each kind."""
_PLACES: Final = {
    Step.SELECTED: "村委会", Step.REVIEWED: "村委会", Step.PRE_EXIT: "村委会",
    Step.VISITED: "农户家中", Step.AGREED: "农户家中", Step.NOTICED: "村务公示栏",
    Step.APPROVED: "区扶贫办", Step.FILED: "市扶贫办", Step.ENTERED: "镇数据室",
}  # fmt: skip


@dataclass(frozen=True)
class Seat:
    """A principal of a unit: who, and by which post."""

    official_id: str
    post_id: str


@dataclass(frozen=True)
class ExitDays:
    """When a household's exit was approved and entered."""

    household: DrawnHousehold
    approved_on: date
    entered_on: date


def draw_exits(
    exits: Sequence[ExitDays],
    files: Mapping[str, DrawnFile],
    seats: Mapping[str, Seat],
    parameters: Parameters,
) -> tuple[Rows, dict[str, str]]:
    """Draw a file for each exited household; give the rows and the cases by household.

    Parameters
    ----------
    exits
        Households with the days on which the register has their exits.
    files
        The households' income statements.
    seats
        Principals by the leading digits of their unit.
    """
    rows: Rows = defaultdict(list)
    planted = _plant(exits, parameters)
    batches: dict[tuple[str, date], str] = {}
    cases = {}
    for exit_ in exits:
        household = exit_.household
        stream = Stream(parameters.seed, f"{household.code}/exit")
        defect = planted.get(household.code, "")
        batch = batches.get((household.unit, exit_.approved_on))
        if batch is None:
            batch = _draw_batch(stream, rows, exit_)
            batches[household.unit, exit_.approved_on] = batch
        statements = _statements(files[household.code], exit_.approved_on, defect)
        cases[household.code] = _draw_case(stream, rows, exit_, (batch, statements))
        signed = _draw_steps(stream, rows, exit_, defect)
        _draw_signatures(rows, (exit_, seats), signed, defect)
    manifest: dict[str, list[str]] = {name: [] for name in DEFECTS}
    for code, defect in planted.items():
        manifest[defect].append(code)
    rows[Dataset].append({"key": "planted_defects", "value": json.dumps(manifest)})
    return rows, cases


def _plant(exits: Sequence[ExitDays], parameters: Parameters) -> dict[str, str]:
    """Choose the files that get a defect, a different one each."""
    stream = Stream(parameters.seed, "defects")
    chosen = iter(stream.shuffled([exit_.household.code for exit_ in exits]))
    return {
        code: defect
        for defect, number in DEFECTS.items()
        for code, _ in zip(chosen, range(number), strict=False)
    }


def _draw_batch(stream: Stream, rows: Rows, exit_: ExitDays) -> str:
    unit, opened_on = exit_.household.unit, exit_.approved_on - timedelta(days=45)
    recorded = stream.recorded(opened_on)
    batch = stream.id(recorded)
    rows[ExitBatch].append(
        {
            "id": batch, "town_code": unit[:9].ljust(12, "0"),
            "district_code": unit[:6].ljust(12, "0"),
            "name": f"示例批次 {exit_.approved_on.isoformat()}", "opened_on": opened_on,
            "recorded_at": recorded, "recorded_by": "generator",
        }
    )  # fmt: skip
    return batch


def _statements(file: DrawnFile, approved_on: date, defect: str) -> list[str]:
    """Give the statements of the quarters before the first step; a defect leaves the last only."""
    before = [end for end in QUARTER_ENDS if end <= approved_on - timedelta(days=40)]
    window = before[-1:] if defect == "single_quarter_income" else before[-WINDOW_QUARTERS:]
    return [file.statements[end] for end in window]


def _draw_case(
    stream: Stream, rows: Rows, exit_: ExitDays, facts: tuple[str, list[str]]
) -> str:  # fmt: skip
    batch, statements = facts
    opened_on = exit_.approved_on - timedelta(days=40)
    recorded = stream.recorded(opened_on)
    case = stream.id(recorded)
    rows[ExitCase].append(
        {
            "id": case, "batch_id": batch, "household_code": exit_.household.code,
            "members": list(exit_.household.member_ids), "window_quarters": WINDOW_QUARTERS,
            "line_fen": None, "statement_ids": statements, "opened_on": opened_on,
            "recorded_at": recorded, "recorded_by": "generator",
        }
    )  # fmt: skip
    return case


def _draw_steps(
    stream: Stream, rows: Rows, exit_: ExitDays, defect: str
) -> Sequence[StepDone]:  # fmt: skip
    """Draw the steps backwards from the approval, so that each has its time."""
    put_up_on = exit_.approved_on - timedelta(days=NOTICE_DAYS + 3 + stream.between(0, 4))
    days = {Step.NOTICED: put_up_on, Step.APPROVED: exit_.approved_on}
    for step in (Step.AGREED, Step.VISITED, Step.PRE_EXIT, Step.REVIEWED, Step.SELECTED):
        days[step] = days[Step(step + 1)] - timedelta(days=stream.between(1, 4))
    days[Step.FILED] = exit_.approved_on
    days[Step.ENTERED] = exit_.entered_on
    undated = Step(stream.between(2, 5)) if defect == "missing_date" else None
    case = rows[ExitCase][-1]["id"]
    done = []
    for step in Step:
        until = put_up_on + timedelta(days=NOTICE_DAYS) if step is Step.NOTICED else None
        one = StepDone(
            step=step, done_on=days[step], place=_PLACES[step], note="", notice_until=until,
            is_dated=step is not undated,
        )  # fmt: skip
        done.append(one)
        rows[ExitStep].append(
            event_row(
                stream, one.done_on, case_id=case, step=int(step), place=one.place, note=one.note,
                notice_until=until, is_dated=one.is_dated, is_sealed=one.is_sealed,
            )
        )  # fmt: skip
    return done


def _draw_signatures(
    rows: Rows,
    where: tuple[ExitDays, Mapping[str, Seat]],
    steps: Iterable[StepDone],
    defect: str,
) -> None:
    exit_, seats = where
    case: Mapping[str, Any] = rows[ExitCase][-1]
    done = list(steps)
    content, previous = hash_content(case, done), GENESIS
    over = next(s.notice_until for s in done if s.notice_until)
    stream = Stream(0, f"{case['id']}/signatures")
    for place, level in enumerate(LEVELS):
        signed_on = over + timedelta(days=0 if defect == "same_day_signatures" else place)
        seat = seats[exit_.household.unit[: LEVEL_CODE_LENGTH[level]]]
        hash_ = hash_signature(
            case["id"], level, seat.official_id, signed_on, content, previous
        )  # fmt: skip
        rows[Signature].append(
            event_row(
                stream, signed_on, case_id=case["id"], level=level,
                official_id=seat.official_id, post_id=seat.post_id, content_hash=content,
                previous_hash=previous, hash=hash_,
            )
        )  # fmt: skip
        previous = hash_


def day_in_china(recorded_at: Any) -> date:  # noqa: ANN401 - an instant
    """Give the calendar day of an instant at the office that entered it."""
    day: date = recorded_at.astimezone(CHINA).date()
    return day
