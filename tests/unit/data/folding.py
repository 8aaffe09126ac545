"""The fold once more, as slowly and plainly as can be: what the quick one is held against."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from data.access import Role, Viewer
from data.engine import Database, reading
from data.models import STATUS_AFTER, EventKind, RegisterEvent, Status
from data.queries.filters import Filter
from data.queries.instants import OPENING, known_before
from data.queries.register import Ledger, read_ledger

EVERYBODY = Viewer("everybody", Role.OFFICE, ("",))


def fold(
    db: Database,
    *days: date,
    known_on: date | None = None,
    filter_: Filter | None = None,
    viewer: Viewer = EVERYBODY,
) -> Ledger:
    """Fold a register as the product does."""
    with reading(db) as connection:
        return read_ledger(connection, viewer, filter_ or Filter(), sorted(days), known_on=known_on)


def counts(db: Database, day: date, *, known_on: date | None = None, prefix: str = "") -> list[int]:
    """Give the persons registered and exited (since the opening) on a day under a prefix."""
    ledger = fold(db, day, known_on=known_on)
    inside = ledger.households["village"].astype(str).str.startswith(prefix).to_numpy(dtype=bool)
    return [int(ledger.registered[inside].sum()), int(ledger.exited[inside].sum())]


def register_hash(db: Database, *days: date, known_on: date | None = None) -> str:
    """Give the register's hash: what stands in it, household by household, on the given days."""
    ledger = fold(db, *days, known_on=known_on)
    lines = [
        f"{row.village} {row.code} {ledger.registered[i].tolist()} "
        f"{ledger.exited[i].tolist()} {ledger.exited_before[i].tolist()}"
        for i, row in enumerate(ledger.households.itertuples())
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def events_of(db: Database) -> list[Mapping[str, Any]]:
    """List every event as it is stored."""
    with reading(db) as connection:
        return events_on(connection)


def events_on(connection: Connection) -> list[Mapping[str, Any]]:
    """List every event that a connection sees."""
    rows = connection.execute(select(*RegisterEvent.__table__.columns)).mappings().all()
    return [dict(row) for row in rows]


def status_of(
    events: Iterable[Mapping[str, Any]], member: str, day: date, before: datetime
) -> tuple[Status, date] | None:
    """Fold one person's events on one day, event by event; the status and since when."""
    seen = [e for e in events if e["member_id"] == member and e["recorded_at"] < before]
    voided = {e["voids_event_id"] for e in seen}
    standing = None
    for event in sorted(seen, key=lambda e: (e["occurred_on"], e["recorded_at"], e["id"])):
        status = STATUS_AFTER.get(EventKind(event["kind"]))
        if event["id"] not in voided and event["occurred_on"] <= day and status is not None:
            standing = (status, event["occurred_on"])
    return standing


def naive_counts(
    events: Iterable[Mapping[str, Any]],
    homes: Mapping[str, str],
    day: date,
    *,
    known_on: date | None = None,
) -> dict[str, Counter[str]]:
    """Count persons by household and status on a day, person by person.

    Parameters
    ----------
    homes
        Member to household.
    """
    listed, before = list(events), known_before(known_on)
    found: dict[str, Counter[str]] = {home: Counter() for home in homes.values()}
    for member, home in homes.items():
        standing = status_of(listed, member, day, before)
        if standing is not None and standing[0] != Status.GONE:
            status, since = standing
            early = status == Status.EXITED and since < OPENING
            found[home]["exited_before" if early else str(status)] += 1
    return found


def counts_in(ledger: Ledger, stop: int = 0) -> dict[str, Counter[str]]:
    """Give the same counts of the product's fold at one of its stops."""
    return {
        str(code): +Counter(
            registered=int(ledger.registered[i, stop]), exited=int(ledger.exited[i, stop]),
            exited_before=int(ledger.exited_before[i, stop]),
        )
        for i, code in enumerate(ledger.households["code"])
    }  # fmt: skip
