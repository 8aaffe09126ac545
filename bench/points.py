"""The synthetic units every baseline draws, and the picture each filter must give."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass

DISTRICTS = ("150302", "150303", "150304")
MEASURES = ("all", "industry", "housing", "education", "health", "safety_net")
SEED = 1
CENTRE_LAT_LON = (39.5, 106.83)
ZOOM = 10
OUTSIDE = "o"
"""Class of a unit outside the chosen district: it stays on the map, in grey."""
CLASSES = "01234z"
"""Five colour classes and the true zero, as the product has them."""


@dataclass(frozen=True)
class Unit:
    """One village: a place and its colour class for each measure."""

    code: str
    district: str
    lon: float
    lat: float
    classes: dict[str, str]
    values: dict[str, int]


@dataclass(frozen=True)
class Choice:
    """What the two filters say; `district` is empty for the whole city."""

    district: str = ""
    measure: str = "all"


def make_units(count: int) -> list[Unit]:
    """Draw `count` units in the city's box, the same ones every time."""
    rng = random.Random(SEED)  # noqa: S311  # a repeatable drawing, not a secret
    return [_make_unit(rng, number) for number in range(count)]


def _make_unit(rng: random.Random, number: int) -> Unit:
    classes = {measure: rng.choice(CLASSES) for measure in MEASURES}
    values = {
        measure: 0 if letter == "z" else 20 * int(letter) + rng.randint(1, 20)
        for measure, letter in classes.items()
    }
    district = DISTRICTS[number % len(DISTRICTS)]
    return Unit(
        code=f"{district}101{number:04d}",
        district=district,
        lon=round(rng.uniform(106.65, 107.0), 5),
        lat=round(rng.uniform(39.15, 39.85), 5),
        classes=classes,
        values=values,
    )


def class_of(unit: Unit, choice: Choice) -> str:
    """Return the class letter of one unit under a choice."""
    if choice.district not in {"", unit.district}:
        return OUTSIDE
    return unit.classes[choice.measure]


def picture(units: list[Unit], choice: Choice) -> str:
    """Return the expected picture: one class letter a unit, in drawing order."""
    return "".join(class_of(unit, choice) for unit in units)


def count_from_environment() -> int:
    """Return how many units this server was told to draw."""
    return int(os.environ.get("GUATU_BENCH_UNITS", "19"))
