"""Principals of the city, the towns and the villages: who may sign on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from data.generator.divisions import Unit
from data.generator.exits import Seat
from data.generator.parameters import Parameters
from data.generator.streams import Stream
from data.generator.villages import Rows
from data.models import Official, Org, Post

PRINCIPALS_SINCE: Final = date(2015, 1, 5)
_LEVELS: Final = {4: "city", 9: "town", 12: "village"}


def draw_principals(units: Sequence[Unit], parameters: Parameters) -> Rows:
    """Draw one principal for each city, town and village; a district's two are drawn elsewhere.

    Their codes go on counting where those of the districts end.
    """
    stream = Stream(parameters.seed, "principals")
    rows: Rows = {Official: [], Org: [], Post: []}  # in the order in which they may be loaded
    number = 2 * len({unit.district for unit in units})
    for length, level in _LEVELS.items():
        for prefix in sorted({unit.code[:length] for unit in units}):
            number += 1
            recorded = stream.recorded(PRINCIPALS_SINCE)
            official, org = stream.id(recorded), f"org-{prefix}"
            rows[Official].append(
                {"id": official, "code": f"负责人 {number:02d}", "role": "principal",
                 "level": level}
            )  # fmt: skip
            if level != "city":  # the city's office is there already
                rows[Org].append(
                    {"id": org, "name_zh": "示例单位", "name_en": "Sample office", "level": level,
                     "division_code": prefix.ljust(12, "0")}
                )  # fmt: skip
            rows[Post].append(
                {"id": stream.id(recorded), "official_id": official, "org_id": org,
                 "title": "principal", "is_principal": True, "valid_from": PRINCIPALS_SINCE,
                 "valid_to": None, "recorded_at": recorded, "superseded_at": None}
            )  # fmt: skip
    return rows


def find_seats(*drawn: Rows) -> dict[str, Seat]:
    """Find a principal for each unit, by the leading digits of its code; the first of several."""
    seats: dict[str, Seat] = {}
    for rows in drawn:
        for post in rows[Post]:
            if post["is_principal"]:
                prefix = str(post["org_id"]).removeprefix("org-")
                seats.setdefault(prefix, Seat(post["official_id"], post["id"]))
    return seats
