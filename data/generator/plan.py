"""The plan: how the totals are shared among the units, before any household exists."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import ImpossibleParameters
from data.generator.divisions import Unit
from data.generator.parameters import DISTRICT_SHARES, LARGEST_HOUSEHOLD, Parameters
from data.generator.streams import Stream, largest_remainder


@dataclass(frozen=True)
class UnitPlan:
    """What one unit must come to, exactly."""

    unit: Unit
    remaining_households: int
    remaining_persons: int
    exited_households: int
    exited_persons: int
    cadres: int
    first_household: int
    first_cadre: int

    @property
    def households(self) -> int:
        """Households registered at the opening."""
        return self.remaining_households + self.exited_households


def plan_units(units: Sequence[Unit], parameters: Parameters) -> list[UnitPlan]:
    """Share the totals among the units, in their order.

    Raises
    ------
    ImpossibleParameters
        More units than households, or households that cannot hold their persons.
    """
    _refuse_impossible(units, parameters)
    weights = _weights(units, parameters.seed)
    exited = largest_remainder(
        weights, parameters.exited_households, floor=max(1, parameters.smallest_unit - 1)
    )
    remaining = _remaining(units, weights, parameters)
    exited_persons = _persons(exited, parameters.exited_persons)
    remaining_persons = _persons(remaining, parameters.remaining_persons)
    households = [a + b for a, b in zip(exited, remaining, strict=True)]
    cadres = largest_remainder(households, parameters.cadres, floor=1)
    plans, first_household, first_cadre = [], 1, 1
    for i, unit in enumerate(units):
        plans.append(
            UnitPlan(
                unit=unit,
                remaining_households=remaining[i],
                remaining_persons=remaining_persons[i],
                exited_households=exited[i],
                exited_persons=exited_persons[i],
                cadres=cadres[i],
                first_household=first_household,
                first_cadre=first_cadre,
            )
        )
        first_household += households[i]
        first_cadre += cadres[i]
    return plans


def _refuse_impossible(units: Sequence[Unit], parameters: Parameters) -> None:
    wanted = len(units) * (parameters.smallest_unit - 1)
    if not units or parameters.exited_households < max(wanted, len(units)):
        raise ImpossibleParameters(
            why=f"{parameters.households} households for {len(units)} divisions"
        )


def _weights(units: Sequence[Unit], seed: int) -> list[float]:
    """Plausibly unequal sizes: log-normal in each district, scaled to the district's share."""
    raw = [float(Stream(seed, f"{u.code}/size").rng.lognormal(0.0, 0.65)) for u in units]
    sums: dict[str, float] = defaultdict(float)
    for unit, weight in zip(units, raw, strict=True):
        sums[unit.district] += weight
    return [
        weight / sums[unit.district] * DISTRICT_SHARES.get(unit.district, 1.0)
        for unit, weight in zip(units, raw, strict=True)
    ]


def _remaining(
    units: Sequence[Unit], weights: Sequence[float], parameters: Parameters
) -> list[int]:
    """Share those who remain so that *zero*, *small* and *ordinary* units all occur."""
    places = [
        i
        for i, unit in enumerate(units)
        if not parameters.remaining_in or unit.code.startswith(parameters.remaining_in)
    ]
    stream = Stream(parameters.seed, "remaining")
    order = stream.shuffled(places)
    shares = [0] * len(units)
    if parameters.profile != "wuhai":
        for i, n in zip(
            places,
            largest_remainder([weights[i] for i in places], parameters.remaining_households),
            strict=True,
        ):
            shares[i] = n
        return shares
    zero, small, ordinary = order[:1], order[1:4], order[4:]
    for i in small:
        shares[i] = stream.between(1, 4)
    rest = parameters.remaining_households - sum(shares[i] for i in small)
    for i, n in zip(
        ordinary, largest_remainder([weights[i] for i in ordinary], rest, floor=5), strict=True
    ):
        shares[i] = n
    if any(shares[i] for i in zero):
        msg = "the unit left out of the remaining must stay at zero"
        raise AssertionError(msg)
    return shares


def _persons(households: Sequence[int], total: int) -> list[int]:
    """Share persons so that each unit's households can hold between one and six each."""
    shares = largest_remainder([float(h) for h in households], total)
    if any(not h <= p <= LARGEST_HOUSEHOLD * h for h, p in zip(households, shares, strict=True)):
        raise ImpossibleParameters(why=f"{total} persons in {sum(households)} households")
    return shares
