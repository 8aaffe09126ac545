"""The summary: the figures of one day as one plain object, for people and programs alike."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from data.access import Viewer
from data.engine import Database, reading
from data.queries.claims import list_claims
from data.queries.filters import Filter
from data.queries.indicators import Indicators, measure_groups
from data.queries.places import list_units
from data.queries.register import read_ledger
from data.queries.responsibility import count_officials
from geo.classify import SUPPRESSED


def summarize(
    db: Database, viewer: Viewer, filter_: Filter, *, known_on: date | None = None
) -> dict[str, Any]:
    """Give the register's figures on a day, as known on another.

    Returns
    -------
    dict
        `as_of`, `known_on`, `district`, `measure`, `villages`, `households` and `persons` (on
        the register, not exited), `exited` (persons, since 2016-01-01), `cadres`, `leaders`
        (distinct, active), `coverage` (share of registered households with an active pairing,
        None without households), `claims`, `by_village`.
    """
    units = list_units(db, viewer)
    units = units[units["code"].str.startswith(filter_.district)]
    codes = list(units["code"])
    with reading(db) as connection:
        ledger = read_ledger(connection, viewer, filter_, [filter_.as_of], known_on=known_on)
    officials = count_officials(db, viewer, filter_, known_on=known_on)
    whole = measure_groups(ledger, [""], viewer)
    by_unit = measure_groups(ledger, codes, viewer)
    head = {
        "as_of": filter_.as_of.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "district": filter_.district or None,
        "measure": filter_.measure or None,
    }
    summary = head | {"villages": len(codes)} | _figures(whole, 0, officials, "")
    summary["claims"] = [
        {
            "id": claim.id,
            "metric": claim.metric,
            "value": _number(claim.value),
            "as_of": claim.as_of.isoformat(),
            "scope": claim.scope,
            "computed": _number(claim.computed),
            "residual": _number(claim.residual),
        }
        for claim in list_claims(db, viewer, known_on=known_on)
    ]
    summary["by_village"] = [
        head
        | {"code": row.code, "name_zh": row.name_zh, "district": row.district, "villages": 1}
        | _figures(by_unit, i, officials, row.code)
        | {"claims": []}
        for i, row in enumerate(units.itertuples())
    ]
    return summary


def _figures(
    indicators: Indicators, row: int, officials: pd.DataFrame, village: str
) -> dict[str, Any]:
    coverage = indicators.rates["coverage"][row, 0]
    if np.isnan(coverage) or coverage == SUPPRESSED:
        share = None
    else:
        share = round(float(coverage) / 100, 4)
    counted = officials.to_dict("index").get(village, {"cadres": 0, "leaders": 0})
    return {
        "households": _count(indicators.households["remaining"][row, 0]),
        "persons": _count(indicators.persons["remaining"][row, 0]),
        "exited": _count(indicators.persons["exited"][row, 0]),
        "cadres": int(counted["cadres"]),
        "leaders": int(counted["leaders"]),
        "coverage": share,
    }


def _count(value: float) -> int | None:
    """Give a count; None where there is no record at all or the viewer may not see it."""
    return None if np.isnan(value) or value == SUPPRESSED else int(value)


def _number(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if float(value).is_integer() else value
