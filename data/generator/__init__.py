"""The synthetic register: seed and parameters in, rows out.

The same seed, parameters and generator version give the same rows; hard totals are asserted
here and a failure is an error. People carry codes that can belong to nobody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from data.errors import InvariantBroken
from data.generator.city import draw_corrections, draw_offices, draw_projects
from data.generator.divisions import Unit, synthetic_divisions, synthetic_units
from data.generator.parameters import GENERATOR_VERSION, Parameters, generic, wuhai
from data.generator.plan import plan_units
from data.generator.villages import DrawnHousehold, draw_village
from data.models import Base, Official, Pairing, RegisterEvent

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
    yield from draw_offices(units, parameters).items()
    households: list[DrawnHousehold] = []
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
        yield from village.rows.items()
    _assert_totals(count, parameters)
    if parameters.profile == "wuhai":
        yield from draw_projects(households, parameters).items()
    yield from draw_corrections(households, parameters).items()


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
