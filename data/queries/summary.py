"""The summary: the figures of one day as one plain object, for people and programs alike."""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from data.access import Action, Viewer, can
from data.engine import Database, reading
from data.queries.claims import list_claims
from data.queries.disclosed import read_disclosed
from data.queries.filters import Filter
from data.queries.indicators import Indicators, Values, measure_groups, paired_shares
from data.queries.places import get_dataset, list_units
from data.queries.register import read_ledger
from data.queries.responsibility import count_officials

_NOBODY: Final[Mapping[Hashable, int]] = {"cadres": 0, "leaders": 0}


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
        None without households), `claims`, `by_village`. Counts are None where the viewer may
        not see so few, and where the measure has no counterpart in the ledger's vocabulary.
    """
    units = list_units(db, viewer)
    units = units[units["code"].str.startswith(filter_.district)]
    codes = list(units["code"])
    with reading(db) as connection:
        ledger = read_ledger(connection, viewer, filter_, [filter_.as_of], known_on=known_on)
    officials = count_officials(db, viewer, filter_, known_on=known_on).to_dict("index")
    cells = None
    if not can(viewer, Action.SEE_SMALL_CELLS):
        # As on the map; on days between its stops, and as known earlier, nothing is told.
        cells = read_disclosed(db, viewer).cells.at(None if known_on else filter_.as_of)
    whole = measure_groups(ledger, [filter_.district], viewer, cells=cells)
    by_unit = measure_groups(ledger, codes, viewer, cells=cells)
    share, shares = paired_shares(ledger, [""])[0, 0], paired_shares(ledger, codes)[:, 0]
    head: dict[str, Any] = {
        "as_of": filter_.as_of.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "district": filter_.district or None,
        "measure": filter_.measure or None,
    }
    empty = 0 if ledger.is_answerable else None
    figures = _figures(whole, 0, officials.get("", _NOBODY), share, empty)
    mark = {"synthetic": get_dataset(db).is_synthetic}
    summary = mark | head | {"villages": len(codes)} | figures
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
        | _figures(by_unit, i, officials.get(row.code, _NOBODY), shares[i], empty)
        | {"claims": []}
        for i, row in enumerate(units.itertuples())
    ]
    return summary


def _figures(
    indicators: Indicators,
    row: int,
    officials: Mapping[Hashable, int],
    share: float,
    empty: int | None,
) -> dict[str, Any]:
    def count(values: Values) -> int | None:
        """Give a count; `empty` without any record, None where the viewer may not see it."""
        value = values[row, 0]
        if np.isnan(value):
            return empty
        return None if value < 0 else int(value)

    coverage = indicators.rates["coverage"][row, 0]
    on_register = indicators.persons["on_register"][row, 0]
    unknown = np.isnan(coverage) or coverage < 0
    return {
        "households": count(indicators.households["remaining"]),
        "persons": count(indicators.persons["remaining"]),
        "exited": count(indicators.persons["exited"]),
        # Hardly a household without a cadre of its own: their number tells of few as well.
        "cadres": None if on_register < 0 else int(officials["cadres"]),
        "leaders": int(officials["leaders"]),
        "coverage": None if unknown else float(share),
    }


def _number(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if float(value).is_integer() else value
