"""Rolls: who has a status on a day, and the hash that a frozen roll is known by."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, and_, select

from data.models import STATUS_AFTER, EventKind, Household, HouseholdComposition
from data.queries.flows import last_events
from data.queries.instants import known, known_before, valid

ROLL: Final = ("member_id", "household_code", "village_code", "status", "since")
"""The columns of a roll, in the order in which they are hashed."""


def read_roll(connection: Connection, as_of: date) -> list[dict[str, Any]]:
    """List who has a status on a day, as known now, of the whole register.

    Returns
    -------
    list
        `member_id`, `household_code`, `village_code`, `status`, `since`; ordered by member.
    """
    before = known_before(None)
    last = last_events(as_of, before).subquery()
    home = HouseholdComposition
    statement = (
        select(
            last.c.member_id, home.household_code, Household.village_code, last.c.kind,
            last.c.occurred_on,
        )
        .join(home, and_(home.member_id == last.c.member_id, known(home, before)))
        .join(Household, Household.code == home.household_code)
        .where(valid(home, as_of))
        .order_by(last.c.member_id)
    )  # fmt: skip
    rows = connection.execute(statement)
    return [
        dict(zip(ROLL, (*row[:3], str(STATUS_AFTER[EventKind(row[3])]), row[4]), strict=True))
        for row in rows
    ]


def hash_roll(rows: Iterable[Sequence[Any]]) -> str:
    """Give the SHA-256 of a roll: its rows as lines, by member."""
    lines = sorted("\t".join(str(value) for value in row) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
