"""Run the rules of monitoring over a viewer's households; the same evidence is found once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, select

from data.access import Action, Viewer, scope_households
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import DayOutOfRange
from data.ledger import load_rows, new_id, raise_version
from data.models import Alert, Household
from data.queries.instants import CHINA, OPENING
from data.queries.monitored import read_rows, read_thresholds
from data.refusals import refusals_recorded, require
from data.rules.monitoring import RULES, Found, due_on, find_all


@dataclass(frozen=True)
class Ran:
    """What a run found, by rule: alerts written now, and those that were known before."""

    on: date
    new: Mapping[str, int]
    known: Mapping[str, int]

    @property
    def written(self) -> int:
        """How many alerts were written."""
        return sum(self.new.values())

    @property
    def was_known(self) -> int:
        """How many findings had their alert before, open or closed."""
        return sum(self.known.values())


def run_monitoring(db: Database, viewer: Viewer, *, on: date, now: datetime | None = None) -> Ran:
    """Look at every household on file in scope as on a day; write an alert for what is new.

    Parameters
    ----------
    on
        The day that the rules are run for: what happened later does not count.

    Raises
    ------
    DayOutOfRange
        A day before the campaign, or in the future.
    Denied
        The viewer's role monitors nothing.
    """
    moment = now or datetime.now(UTC)
    with refusals_recorded(db, viewer, Action.MONITOR), transaction(db) as connection:
        require(viewer, Action.MONITOR)
        today = moment.astimezone(CHINA).date()
        if not OPENING <= on <= today:
            raise DayOutOfRange(day=str(on), first=str(OPENING), last=str(today))
        thresholds = read_thresholds(connection, on)
        found = find_all(read_rows(connection, viewer, on), on, thresholds)
        former = _read_known(connection, viewer)
        new = [one for one in found if _key(one) not in former]
        times = {"opened_on": on, "due_on": due_on(on, thresholds), "recorded_at": moment}
        load_rows(connection, Alert, (_row(one) | times | {"recorded_by": viewer.name}
                                      for one in new))  # fmt: skip
        if new:
            raise_version(connection)
        counts = Counter(one.rule for one in new)
        record(
            connection, viewer, Deed.ENTRY, rows=len(new), at=now,
            reason=", ".join(f"{rule} {counts[rule]}" for rule in sorted(counts)),
        )  # fmt: skip
    seen = Counter(one.rule for one in found)
    return Ran(
        on=on,
        new={rule: counts[rule] for rule in RULES},
        known={rule: seen[rule] - counts[rule] for rule in RULES},
    )


def _key(one: Found) -> tuple[str, str, str]:
    return one.rule, one.household, one.evidence_hash


def _row(one: Found) -> dict[str, Any]:
    return {
        "id": new_id(), "rule": one.rule, "household_code": one.household,
        "evidence": list(one.evidence), "evidence_hash": one.evidence_hash,
    }  # fmt: skip


def _read_known(connection: Connection, viewer: Viewer) -> set[tuple[str, str, str]]:
    statement = select(Alert.rule, Alert.household_code, Alert.evidence_hash).join(
        Household, Household.code == Alert.household_code
    )
    rows = connection.execute(scope_households(statement, viewer))
    return {(rule, household, hash_) for rule, household, hash_ in rows}
