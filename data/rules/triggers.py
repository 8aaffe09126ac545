"""Triggers: what the rules of monitoring look at, what they compare with, and how they look."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.text import mark

PREFIX: Final = "monitoring."
"""How the codes of the thresholds begin where documents set them."""
THRESHOLD_NAMES: Final = {
    "monitoring.income_drop": mark("收入下降比例"),
    "monitoring.self_pay_share": mark("自付占上年收入比例"),
    "monitoring.self_pay_fen": mark("自付金额"),
    "monitoring.horizon_days": mark("到期前后天数"),
    "monitoring.first_age": mark("义务教育起始年龄"),
    "monitoring.last_age": mark("义务教育截止年龄"),
    "monitoring.due_days": mark("处置期限天数"),
}
THRESHOLD_RANGES: Final = {
    "monitoring.income_drop": (1, 10_000),
    "monitoring.self_pay_share": (1, 100_000),
    "monitoring.self_pay_fen": (1, 10**11),
    "monitoring.horizon_days": (1, 730),
    "monitoring.first_age": (3, 18),
    "monitoring.last_age": (3, 24),
    "monitoring.due_days": (1, 365),
}
"""What can be such a figure at all."""
_WHOLE: Final = 10_000
_MONTHS: Final = 12

Pairs = Iterable[tuple[str, tuple[str, ...]]]
"""Households, each with the rows that show what was found there."""


@dataclass(frozen=True)
class Thresholds:
    """What the rules compare with; start values are assumptions.

    Attributes
    ----------
    income_drop
        By how much yearly income per person must have fallen, in ten-thousandths.
    self_pay_share
        What one bill leaves to the household, in ten-thousandths of its last whole year's income.
    self_pay_fen
        The same as an amount (分); None as long as no document sets one.
    horizon_days
        How near the run's day the end of a rent-free time or of a job lies.
    first_age, last_age
        Ages of compulsory schooling, by the year of birth, both included.
    due_days
        How long an alert may wait.
    documented
        Which of these a document sets.
    """

    income_drop: int = 3_000
    self_pay_share: int = 3_000
    self_pay_fen: int | None = None
    horizon_days: int = 90
    first_age: int = 6
    last_age: int = 15
    due_days: int = 15
    documented: frozenset[str] = frozenset()

    @classmethod
    def from_values(cls, values: Mapping[str, int]) -> "Thresholds":
        """Take the figures that documents set, by their code; assumptions for the others."""
        set_ = {
            code.removeprefix(PREFIX): value
            for code, value in values.items()
            if code in THRESHOLD_NAMES
        }
        return replace(cls(), **set_, documented=frozenset(set_))


@dataclass(frozen=True)
class Rows:
    """What the rules look at: rows that stand, of households on file.

    Attributes
    ----------
    statements
        `id`, `household`, `year`, `months`, `net` (分, cumulative), `persons`, `occurred_on`,
        `recorded_at`.
    bills
        `id`, `household`, `self_pay` (分), `occurred_on`.
    places
        What projects give: `id`, `household`, `mode`, `unit`, `rent_free_until`, `valid_from`,
        `valid_to`.
    enrolments
        Of members on file: `id`, `household` (where the member lives), `member`, `birth_year`,
        `valid_from`, `valid_to`.
    """

    statements: pd.DataFrame
    bills: pd.DataFrame
    places: pd.DataFrame
    enrolments: pd.DataFrame


def find_income_drops(rows: Rows, day: date, thresholds: Thresholds) -> Pairs:
    """Compare the newest statement with the same months a year before, else with the one before.

    Statements are cumulative: each is made a year's income per person first, by its months.
    """
    frame = _last_statements(rows.statements, day)
    if frame.empty:
        return []
    key = ["household", "year", "months"]
    frame["before"] = frame.groupby("household")["id"].shift()
    former = frame[[*key, "id"]].rename(columns={"id": "former"})
    former["year"] += 1
    newest = frame.groupby("household").tail(1).merge(former, how="left", on=key)
    newest["base"] = newest["former"].where(newest["former"].notna(), newest["before"])
    newest = newest.dropna(subset="base")
    facts = frame.set_index("id").loc[newest["base"], ["net", "persons", "months"]]
    base = facts.set_index(newest.index)
    # Whole numbers on both sides: net × 12 / months / persons, compared by cross-multiplying.
    now = newest["net"] * base["months"] * base["persons"] * _WHOLE
    then = base["net"] * newest["months"] * newest["persons"]
    has_fallen = (base["net"] > 0) & (now <= then * (_WHOLE - thresholds.income_drop))
    return _pairs(newest[has_fallen], "id", "base")


def find_illness(rows: Rows, day: date, thresholds: Thresholds) -> Pairs:
    """Compare what each bill leaves to the household with its last whole year's income."""
    bills = rows.bills[_flags(when <= day for when in rows.bills["occurred_on"])]
    if bills.empty:
        return []
    bills = bills.assign(before=[when.year for when in bills["occurred_on"]])
    yearly = _last_statements(rows.statements, day)
    yearly = yearly[yearly["months"] == _MONTHS][["household", "year", "id", "net"]]
    earlier = bills[["id", "household", "before"]].merge(
        yearly.rename(columns={"id": "base"}), on="household"
    )
    earlier = earlier[earlier["year"] < earlier["before"]].sort_values(["id", "year"])
    last = earlier.drop_duplicates("id", keep="last")[["id", "base", "net"]]
    limit = thresholds.self_pay_fen
    is_over = bills["self_pay"] > limit if limit is not None else bills["self_pay"] < 0
    others = bills[~is_over].merge(last, on="id")
    paid, allowed = others["self_pay"] * _WHOLE, others["net"] * thresholds.self_pay_share
    is_heavy = (others["self_pay"] > 0) & (paid > allowed)
    return [*_pairs(bills[is_over], "id"), *_pairs(others[is_heavy], "id", "base")]


def find_lease_ends(rows: Rows, day: date, thresholds: Thresholds) -> Pairs:
    """Find leases in force whose rent-free time ends about now, and leases that have ended."""
    leases = rows.places[rows.places["mode"] == "lease"]
    near = timedelta(days=thresholds.horizon_days)
    in_force = leases[_in_force(leases, day)]
    free = in_force[in_force["unit"].notna()]
    is_near = _flags(day - near <= until <= day + near for until in free["rent_free_until"])
    ended = leases[_ended(leases, day)]
    lost = ended[~ended["household"].isin(in_force["household"])]
    return [*_pairs(free[is_near], "id", "unit"), *_pairs(lost, "id")]


def find_job_ends(rows: Rows, day: date, thresholds: Thresholds) -> Pairs:
    """Find jobs that ended lately, where the household has no other."""
    jobs = rows.places[rows.places["mode"] == "employment"]
    since = day - timedelta(days=thresholds.horizon_days)
    ended = jobs[_ended(jobs, day)]
    ended = ended[_flags(until > since for until in ended["valid_to"])]
    return _pairs(ended[~ended["household"].isin(jobs[_in_force(jobs, day)]["household"])], "id")


def find_school_leaving(rows: Rows, day: date, thresholds: Thresholds) -> Pairs:
    """Find members of compulsory age whose schooling ended, without another."""
    ages = (day.year - int(year) for year in rows.enrolments["birth_year"])
    of_age = _flags(thresholds.first_age <= age <= thresholds.last_age for age in ages)
    pupils = rows.enrolments[of_age]
    ended = pupils[_ended(pupils, day)]
    left = ended[~ended["member"].isin(pupils[_in_force(pupils, day)]["member"])]
    # One who left twice left last: the schooling before that was followed by another.
    last = left.sort_values(["member", "valid_to", "id"]).drop_duplicates("member", keep="last")
    return _pairs(last, "id")


def _last_statements(statements: pd.DataFrame, day: date) -> pd.DataFrame:
    """Keep one statement a household and quarter, the one recorded last, in order of time."""
    frame = statements[_flags(when <= day for when in statements["occurred_on"])]
    frame = frame.sort_values(["household", "year", "months", "recorded_at", "id"])
    frame = frame.drop_duplicates(["household", "year", "months"], keep="last")
    # Amounts stay whole numbers of any length: their products would not fit into 64 bits.
    for name in ("year", "months"):
        frame[name] = frame[name].astype("int64")
    return frame.reset_index(drop=True)


def _ended(spans: pd.DataFrame, day: date) -> npt.NDArray[np.bool_]:
    return _flags(pd.notna(until) and until <= day for until in spans["valid_to"])


def _in_force(spans: pd.DataFrame, day: date) -> npt.NDArray[np.bool_]:
    pairs = zip(spans["valid_from"], spans["valid_to"], strict=True)
    return _flags(first <= day and (pd.isna(until) or until > day) for first, until in pairs)


def _flags(values: Iterable[bool]) -> npt.NDArray[np.bool_]:
    return np.fromiter(values, dtype=bool)


def _pairs(frame: pd.DataFrame, *evidence: str) -> list[tuple[str, tuple[str, ...]]]:
    rows = zip(*(frame[name].astype(str) for name in ("household", *evidence)), strict=True)
    return [(household, tuple(ids)) for household, *ids in rows]
