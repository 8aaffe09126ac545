"""The synthetic register: seed and parameters in, rows out.

The same seed, parameters and generator version give the same rows; hard totals are asserted
here and a failure is an error. People carry codes that can belong to nobody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from data.errors import InvariantBroken
from data.generator.city import draw_corrections, draw_offices, draw_projects
from data.generator.divisions import Unit, synthetic_divisions, synthetic_units
from data.generator.exits import ExitDays, day_in_china, draw_exits
from data.generator.files import draw_files
from data.generator.parameters import GENERATOR_VERSION, Parameters, generic, wuhai
from data.generator.plan import plan_units
from data.generator.principals import draw_principals, find_seats
from data.generator.villages import DrawnHousehold, Rows, draw_village
from data.models import Base, EventKind, ExitStep, Official, Pairing, RegisterEvent, Signature
from data.rules.exits import Step

__all__ = [
    "GENERATOR_VERSION",
    "Parameters",
    "Unit",
    "generate",
    "generic",
    "synthetic_divisions",
    "synthetic_units",
    "wuhai",
]

Batch = tuple[type[Base], Iterable[Mapping[str, Any]]]


def generate(units: Sequence[Unit], parameters: Parameters) -> Iterator[Batch]:
    """Draw a whole register, unit by unit, in an order that references allow.

    Parameters
    ----------
    units
        The villages and communities, in the order of their codes.
    parameters
        The totals to meet exactly.

    Yields
    ------
    tuple
        A table and its next rows.

    Raises
    ------
    ImpossibleParameters
        The totals cannot be shared among the units.
    InvariantBroken
        The rows do not meet the totals; nothing of them may be kept.
    """
    plans = plan_units(units, parameters)
    offices = draw_offices(units, parameters)
    yield from offices.items()
    households: list[DrawnHousehold] = []
    held: list[dict[str, Any]] = []
    count = dict.fromkeys(("households", "identified", "exited", "cadres", "paired"), 0)
    for plan in plans:
        village = draw_village(parameters.seed, plan)
        households += village.households
        kinds = [row["kind"] for row in village.rows[RegisterEvent]]
        count["households"] += len(village.households)
        count["identified"] += kinds.count("identified")
        count["exited"] += kinds.count("exited")
        count["cadres"] += len(village.rows[Official])
        count["paired"] += len({row["household_code"] for row in village.rows[Pairing]})
        if parameters.has_files:  # an exit names its file, which is loaded before it
            held += village.rows.pop(RegisterEvent)
        yield from village.rows.items()
    _assert_totals(count, parameters)
    if parameters.profile == "wuhai":
        yield from draw_projects(households, parameters).items()
    held += draw_corrections(households, parameters)[RegisterEvent]
    if parameters.has_files:
        yield from _draw_files(units, offices, households, held, parameters)
    yield RegisterEvent, held


def _draw_files(
    units: Sequence[Unit],
    offices: Rows,
    households: Sequence[DrawnHousehold],
    events: Sequence[dict[str, Any]],
    parameters: Parameters,
) -> Iterator[Batch]:
    """Draw what stands behind the events, and name each exit's file in its events."""
    principals = draw_principals(units, parameters)
    yield from principals.items()
    rows, files = draw_files(households, parameters)
    yield from rows.items()
    exited_on = {
        row["member_id"]: row["occurred_on"] for row in events if row["kind"] == EventKind.EXITED
    }  # the last of each member stands
    exits = [
        ExitDays(household=household, approved_on=day,
                 entered_on=max(day, day_in_china(household.exit_recorded)))
        for household in households
        if (day := exited_on.get(household.member_ids[0])) is not None
    ]  # fmt: skip
    rows, cases = draw_exits(exits, files, find_seats(offices, principals), parameters)
    steps, signatures = rows.pop(ExitStep), rows.pop(Signature)
    yield from rows.items()
    # In the order in which the database lets them in: an approval comes after its signatures.
    yield ExitStep, [row for row in steps if row["step"] <= Step.NOTICED]
    yield Signature, signatures
    yield ExitStep, [row for row in steps if row["step"] > Step.NOTICED]
    case_of = {
        (member, exit_.approved_on): cases[exit_.household.code]
        for exit_ in exits
        for member in exit_.household.member_ids
    }
    for row in events:  # what was entered for a wrong day, and voided since, has no case
        if row["kind"] == EventKind.EXITED:
            row["case_id"] = case_of.get((row["member_id"], row["occurred_on"]))


def _assert_totals(count: Mapping[str, int], parameters: Parameters) -> None:
    wanted = {
        "households": parameters.households,
        "identified": parameters.persons,
        "exited": parameters.exited_persons,
        "cadres": parameters.cadres,
        "paired": parameters.households,
    }
    for rule, number in wanted.items():
        if count[rule] != number:
            raise InvariantBroken(rule=rule, wanted=number, found=count[rule])
