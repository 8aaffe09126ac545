"""A generated register in memory, without a database: rows by table."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from data.generator import Parameters, Unit, generate, wuhai
from data.models import EventKind, Household, HouseholdComposition, RegisterEvent
from data.settings import ROOT


def wuhai_units() -> list[Unit]:
    """Give the nineteen units of the working list, in the order of their codes."""
    with (ROOT / "data" / "seed" / "villages.csv").open(encoding="utf-8", newline="") as file:
        return [Unit(code) for code in sorted(row["code"] for row in csv.DictReader(file))]


@dataclass
class Drawn:
    """All rows of a register."""

    rows: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def __getitem__(self, model: type) -> list[Mapping[str, Any]]:
        return self.rows[model.__name__]

    @property
    def village_of(self) -> dict[str, str]:
        """Household to village."""
        return {row["code"]: row["village_code"] for row in self[Household]}

    @property
    def home_of(self) -> dict[str, str]:
        """Member to household."""
        return {row["member_id"]: row["household_code"] for row in self[HouseholdComposition]}


def count_standing(drawn: Drawn, day: date, *, corrected: bool = True) -> dict[str, int]:
    """Count persons identified and not exited by a day, by village.

    Parameters
    ----------
    corrected
        Whether the corrections are known: voids, and exits recorded together with them.
    """
    voids = {e["voids_event_id"] for e in drawn[RegisterEvent] if e["voids_event_id"]}
    void_reasons = {e["reason"] for e in drawn[RegisterEvent] if e["voids_event_id"]}
    home, village = drawn.home_of, drawn.village_of
    counts = dict.fromkeys(sorted(set(village.values())), 0)
    for event in drawn[RegisterEvent]:
        if event["kind"] == EventKind.VOIDED or event["occurred_on"] > day:
            continue
        belongs = event["id"] not in voids if corrected else event["reason"] not in void_reasons
        if belongs:
            step = 1 if event["kind"] == EventKind.IDENTIFIED else -1
            counts[village[home[event["member_id"]]]] += step
    return counts


def draw(units: Iterable[Unit], parameters: Parameters) -> Drawn:
    """Generate a register and keep all its rows."""
    drawn = Drawn()
    for model, rows in generate(list(units), parameters):
        drawn.rows[model.__name__] += [dict(row) for row in rows]
    return drawn


@cache
def draw_wuhai(seed: int) -> Drawn:
    """Generate Wuhai's register once a seed."""
    return draw(wuhai_units(), wuhai(seed))
